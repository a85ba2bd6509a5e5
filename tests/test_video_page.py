from __future__ import annotations

import io
import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import pages.video_work
import pages.workout_loading
from pages.video_files import files_of
from pages.video_table import table_html
from pages.video_work import file_names, left_in_words
from posecore.classify import ExerciseClassifier, ModelError
from posecore.exercises import load_exercises
from posecore.pipeline import Pipeline
from posecore.store import URL_VARIABLE, Store
from tests.bodies import Movement, held, movement
from tests.recordings import record
from tests.results import NoClassifier, pipeline_seeing

PAGES = Path(__file__).parents[1] / "pages"

# Few frames: drawing and encoding them is what takes the time here.
QUICK: dict[str, Any] = {"rep_s": 1.5, "rest_s": 0.4, "fps": 12.0}

# The page within a navigation that has the history too, as in the app.
APP = f"""
import streamlit as st
video = st.Page({str(PAGES / "video.py")!r})
history = st.Page({str(PAGES / "history.py")!r})
st.navigation([video, history]).run()
"""


class Stage:
    """What the page's pipeline is going to see, and how often one was made."""

    def __init__(self) -> None:
        self.shown: Movement = movement("squat", reps=3, **QUICK)
        self.exercise = "squat"
        self.asked_for: list[str | None] = []

    def pipeline(self, *, exercise: str | None = None, **given: Any) -> Pipeline:
        if "exercises" in given:  # not the trial of whether there is an estimator
            self.asked_for.append(exercise)
        return pipeline_seeing(self.shown, exercise or self.exercise)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage()
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    monkeypatch.setattr(pages.video_work, "Pipeline", stage.pipeline)
    monkeypatch.setattr(ExerciseClassifier, "load", lambda: NoClassifier())
    monkeypatch.setattr(pages.workout_loading, "Pipeline", stage.pipeline)  # its trial
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    st.cache_resource.clear()
    yield stage
    st.cache_resource.clear()


@pytest.fixture
def clip(tmp_path: Path, stage: Stage) -> Path:
    return record(tmp_path / "squats [1].mp4", [t_s for t_s, _ in stage.shown])


def page() -> AppTest:
    return AppTest.from_string(APP, default_timeout=60).run()


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (each for each in app.button if each.label == label)
    return button.click().run()


def analysed(app: AppTest, *paths: Path) -> AppTest:
    begun(app, *paths)
    return ended(app)


def begun(app: AppTest, *paths: Path) -> AppTest:
    files = [(path.name, path.read_bytes(), "video/mp4") for path in paths]
    app.file_uploader[0].set_value(files).run()
    press(app, "Analyse")
    assert not app.exception
    return app


def ended(app: AppTest) -> AppTest:
    """Once the work in the background is done; in a browser the page looks by itself."""
    until_s = time.monotonic() + 60
    while app.session_state["video_work"][0].running:
        assert time.monotonic() < until_s, "the work does not end"
        time.sleep(0.01)
    app.run()
    assert not app.exception
    return app


def results(app: AppTest) -> list[Any]:
    return list(app.session_state["video_results"])


def folders(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "temporary").glob("posecoach-*"))


def words(app: AppTest) -> str:
    """Everything that is said on the page, as it is shown: without Markdown's backslashes."""
    said = [*app.error, *app.warning, *app.info, *app.success, *app.markdown, *app.text]
    return " ".join(each.value for each in said).replace("\\", "")


def table(app: AppTest, told: str) -> list[list[str]]:
    """Its rows, without the headings."""
    (body,) = (h.proto.body for h in app.get("html") if f'aria-label="{told}"' in h.proto.body)
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]
    return [[unescape(cell) for cell in row] for row in rows if row]


def test_nothing_is_analysed_before_a_file_is_chosen(stage: Stage) -> None:
    app = page()
    assert [b.disabled for b in app.button if b.label == "Analyse"] == [True]
    assert not app.get("plotly_chart")


def test_video_is_summed_up_in_a_sentence(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    assert "Squat: 3 reps." in words(app)
    assert ["squats [1].mp4"] in [box.options for box in app.selectbox]
    assert not app.error


def test_what_to_work_on_is_shown_with_its_picture(stage: Stage, clip: Path) -> None:
    stage.shown = movement("squat", reps=3, depth=0.62, **QUICK)
    app = analysed(page(), clip)
    said = words(app)
    assert "Work on first: " in said
    assert "of 3)" in said
    assert app.get("image"), "the moment of the fault"


def test_every_set_has_a_table_and_a_chart_of_the_chosen_rep(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    rows = table(app, "Reps of set 1")
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert {row[2] for row in rows} == {"Complete"}
    charts = app.get("plotly_chart")
    assert len(charts) == 2, "the rep and the comparison"
    before = charts[0].proto.spec
    (choice,) = (box for box in app.selectbox if box.label == "Joint angles in set 1")
    choice.select_index(1).run()
    assert app.get("plotly_chart")[0].proto.spec != before


def test_everything_can_be_taken_along(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    (result,) = results(app)
    files = {each.name: each for each in files_of(result, load_exercises())}
    assert [each.label for each in app.download_button] == [f.label for f in files.values()]
    made = {name: each.make() for name, each in files.items()}
    assert made["squats [1].report.pdf"].startswith(b"%PDF-")
    assert "Squat: 3 reps" in made["squats [1].report.html"].decode()
    assert made["squats [1].annotated.mp4"][4:8] == b"ftyp"
    assert json.loads(made["squats [1].mp4.json"])["source"] == "squats [1].mp4"
    for reps in (
        pd.read_csv(io.BytesIO(made["squats [1].reps.csv"])),
        pd.read_parquet(io.BytesIO(made["squats [1].reps.parquet"])),
    ):
        assert list(reps["exercise"]) == ["squat"] * 3
    for frames in (
        pd.read_csv(io.BytesIO(made["squats [1].frames.csv"])),
        pd.read_parquet(io.BytesIO(made["squats [1].frames.parquet"])),
    ):
        assert len(frames) == len(stage.shown)
        assert set(frames["rep"].dropna()) == {1, 2, 3}


def test_only_the_drawn_video_stays_on_the_disk(stage: Stage, clip: Path, tmp_path: Path) -> None:
    app = analysed(page(), clip)
    left = {path.name for folder in folders(tmp_path) for path in folder.rglob("*.*")}
    assert left == {"drawn.mp4"}
    assert app.file_uploader[0].value == [], "and the browser's upload is not held in memory"


def test_moving_through_the_video_is_given_what_it_needs(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    (scrub,) = (c for c in app.get("bidi_component") if c.proto.component_name.endswith("scrub"))
    data = json.loads(scrub.proto.json)
    assert len(data["t_s"]) == len(stage.shown)
    assert [each["label"] for each in data["reps"]] == ["1", "2", "3"]
    assert data["picture"].startswith(".st-key-video_picture")


def test_another_touch_of_the_page_analyses_nothing_again(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    app.run()
    app.toggle[0].set_value(False).run()
    assert len(stage.asked_for) == 1
    assert "Squat: 3 reps." in words(app)


def test_session_is_kept_with_the_file_as_its_source(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    (kept,) = Store().sessions()
    assert (kept.source, kept.reps, kept.exercises) == ("squats [1].mp4", 3, ("squat",))
    assert kept.duration_s == pytest.approx(stage.shown[-1][0], abs=0.2)
    detail = Store().session(kept.id)
    curve = Store().curve(detail.sets[0].reps[0].id)
    assert len(curve.t_s) > 10
    assert len(app.get("page_link")) == 1


def test_nothing_is_kept_where_that_is_switched_off(stage: Stage, clip: Path) -> None:
    app = page()
    app.toggle[0].set_value(False).run()
    analysed(app, clip)
    assert Store().sessions() == []


def test_history_that_cannot_be_written_costs_only_the_history(
    stage: Stage, clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "notes.db").write_text("no database at all\n" * 100, encoding="utf-8")
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'notes.db'}")
    app = analysed(page(), clip)
    assert "This is not in your history." in words(app)
    assert "Squat: 3 reps." in words(app)


def test_exercise_can_be_fixed(stage: Stage, clip: Path) -> None:
    app = page()
    (choice,) = (box for box in app.selectbox if box.label == "Exercise")
    assert choice.value is None
    choice.set_value("deadlift").run()
    analysed(app, clip)
    assert stage.asked_for == ["deadlift"]


def test_hold_is_told_in_seconds(stage: Stage, clip: Path) -> None:
    stage.shown, stage.exercise = held("plank", 6.0, fps=12.0), "plank"
    said = words(analysed(page(), clip))
    assert "Plank: held" in said
    assert "in good form" in said


def test_several_at_once_and_the_broken_one_costs_only_itself(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "notes.mp4"
    broken.write_text("three sets of squats", encoding="utf-8")
    other = clip.with_name("other.mp4")
    other.write_bytes(clip.read_bytes())
    app = analysed(page(), clip, broken, other)
    assert [each.name for each in results(app)] == ["squats [1].mp4", "other.mp4"]
    (choice,) = (box for box in app.selectbox if box.label == "Analysed video")
    assert choice.value == results(app)[0].folder.name, "the first stays while others are done"
    (said,) = app.error
    assert said.value.replace("\\", "").startswith("notes.mp4: this is not a video")
    assert len(folders(tmp_path)) == 2
    assert {each.source for each in Store().sessions()} == {"squats [1].mp4", "other.mp4"}


def test_one_of_several_is_looked_at_and_can_be_removed(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    app = analysed(page(), clip)
    stage.shown = movement("squat", reps=2, **QUICK)
    analysed(app, record(tmp_path / "two.mp4", [t_s for t_s, _ in stage.shown]))
    assert "Squat: 2 reps." in words(app), "the latest is shown"
    (choice,) = (box for box in app.selectbox if box.label == "Analysed video")
    assert choice.options == ["squats [1].mp4", "two.mp4"]
    choice.select("squats [1].mp4").run()
    assert "Squat: 3 reps." in words(app)
    press(app, "Remove")
    assert [each.name for each in results(app)] == ["two.mp4"]
    assert "Squat: 2 reps." in words(app)
    assert len(folders(tmp_path)) == 1


def test_two_files_of_one_name_get_names_of_their_own() -> None:
    names = ["a.mp4", "a.mp4", "../a.mp4", "a (2).mp4", ".."]
    made = file_names(names)
    assert made == ["a.mp4", "a (2).mp4", "_a.mp4", "a (2) (2).mp4", "video"]
    assert len(set(made)) == len(names)


def test_two_reps_and_two_videos_are_compared(stage: Stage, clip: Path, tmp_path: Path) -> None:
    app = analysed(page(), clip)
    boxes = {box.label: box for box in app.selectbox}
    assert boxes["A"].options == [
        "Mean of 3 reps",
        *(f"Rep {i} at {rep.start_s:.1f} s" for i, rep in enumerate(reps_of(app, 0), 1)),
    ]
    assert boxes["A"].value != boxes["B"].value
    before = app.get("plotly_chart")[-1].proto.spec
    boxes["A"].select_index(0).run()
    assert app.get("plotly_chart")[-1].proto.spec != before

    stage.shown = movement("squat", reps=2, depth=0.7, **QUICK)
    analysed(app, record(tmp_path / "two.mp4", [t_s for t_s, _ in stage.shown]))
    boxes = {box.label: box for box in app.selectbox}
    shown = [boxes[name].options[boxes[name].value] for name in "AB"]
    assert shown == ["squats [1].mp4: mean of 3 reps", "two.mp4: mean of 2 reps"]
    depths = [float(row[2].rstrip("°")) for row in table(app, "The two compared")]
    assert depths[0] > depths[1] + 10


def reps_of(app: AppTest, number: int) -> list[Any]:
    return [rep for each in results(app)[number].analysis.sets for rep in each.reps]


def test_a_video_with_one_rep_is_compared_with_nothing(stage: Stage, tmp_path: Path) -> None:
    stage.shown = movement("squat", reps=1, **QUICK)
    app = analysed(page(), record(tmp_path / "one.mp4", [t_s for t_s, _ in stage.shown]))
    assert "Squat: 1 rep." in words(app)
    assert "A" not in [box.label for box in app.selectbox]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "this file is empty"),
        (b"three sets of squats\n" * 50, "not a video that can be read"),
    ],
)
def test_file_that_is_no_video_gets_a_sentence(
    stage: Stage, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    app = analysed(page(), path)
    assert sentence in app.error[0].value
    assert folders(tmp_path) == []


def test_video_of_nobody_gets_a_sentence(stage: Stage, clip: Path) -> None:
    stage.shown = []
    app = analysed(page(), clip)
    assert "Nobody was seen" in app.error[0].value
    assert not app.get("plotly_chart")
    assert Store().sessions() == []


def test_video_of_someone_who_stands_still_says_what_to_try(stage: Stage, clip: Path) -> None:
    stage.shown = movement("squat", reps=1, depth=0.0, **QUICK)
    app = analysed(page(), clip)
    assert "No repetition of a known exercise was found" in words(app)
    assert Store().sessions() == []


def test_missing_model_says_how_to_make_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModelError("The model file exercise_mlp.skops is missing. Make it with: train")

    monkeypatch.setattr(ExerciseClassifier, "load", missing)
    app = page()
    assert not app.exception
    assert "exercise_mlp.skops is missing" in words(app)
    assert not app.file_uploader


class Slow:
    """A pipeline that does not get past its second frame until it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
        self.may_go_on = threading.Event()
        original = stage.pipeline

        def made(**kwargs: Any) -> Pipeline:
            pipeline = original(**kwargs)
            step = pipeline.step

            def waiting(rgb: Any, t_s: float) -> Any:
                if t_s > 0.1:
                    assert self.may_go_on.wait(60)
                return step(rgb, t_s)

            pipeline.step = waiting  # type: ignore[method-assign]
            return pipeline

        monkeypatch.setattr(pages.video_work, "Pipeline", made)


def test_one_is_cancelled_and_the_others_go_on(
    stage: Stage, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, stage)
    other = clip.with_name("other.mp4")
    other.write_bytes(clip.read_bytes())
    app = begun(page(), clip, other)
    app.run()
    bars = [each.proto.text.replace("\\", "") for each in app.get("progress")]
    assert any(text.startswith("0 of 2 videos done") for text in bars)
    assert any(text.startswith("other.mp4: ") for text in bars)
    (cancel,) = (b for b in app.button if b.key == "video_cancel_other.mp4")
    cancel.click().run()
    slow.may_go_on.set()
    ended(app)
    assert [each.name for each in results(app)] == ["squats [1].mp4"]
    assert "other.mp4 was cancelled." in words(app)
    assert len(folders(tmp_path)) == 1
    assert [each.source for each in Store().sessions()] == ["squats [1].mp4"]


def test_all_are_cancelled_and_nothing_is_left_behind(
    stage: Stage, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, stage)
    other = clip.with_name("other.mp4")
    other.write_bytes(clip.read_bytes())
    app = begun(page(), clip, other)
    app.run()
    press(app, "Cancel all")
    slow.may_go_on.set()
    ended(app)
    assert results(app) == []
    assert folders(tmp_path) == []
    assert Store().sessions() == []
    assert "Squat" not in words(app)


def test_what_stands_in_a_table_is_no_markup() -> None:
    made = table_html([{"What": "<script>alert(1)</script>.mp4"}], 'of "these"')
    assert "<script" not in made and "&lt;script&gt;" in made
    assert 'aria-label="of &quot;these&quot;"' in made


def test_time_left_is_told_in_words_that_do_not_flicker() -> None:
    told = [left_in_words(seconds) for seconds in (1, 12, 58, 61, 200)]
    assert told == [
        "about 5 s left",
        "about 10 s left",
        "about 60 s left",
        "about 1 min left",
        "about 3 min left",
    ]


def test_own_exercise_that_is_wrong_is_named_and_the_others_work(
    stage: Stage, clip: Path, no_own_exercises: Path
) -> None:
    no_own_exercises.mkdir(exist_ok=True)
    bad = no_own_exercises / "mine.toml"
    bad.write_text("name = 3\n", encoding="utf-8")
    try:
        app = page()
    finally:
        bad.unlink()
    assert any("mine\\.toml" in each.value for each in app.warning)
    assert "Squat: 3 reps." in words(analysed(app, clip))
