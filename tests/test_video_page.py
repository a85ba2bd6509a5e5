from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import posecore.pipeline
from posecore.classify import ExerciseClassifier, ModelError
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

    def pipeline(self, *, exercise: str | None = None, **_: Any) -> Pipeline:
        self.asked_for.append(exercise)
        return pipeline_seeing(self.shown, exercise or self.exercise)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage()
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    monkeypatch.setattr(posecore.pipeline, "Pipeline", stage.pipeline)
    monkeypatch.setattr(ExerciseClassifier, "load", lambda: NoClassifier())
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


def analysed(app: AppTest, path: Path) -> AppTest:
    app.file_uploader[0].set_value((path.name, path.read_bytes(), "video/mp4")).run()
    press(app, "Analyse")
    assert not app.exception
    return app


def folders(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "temporary").glob("posecoach-*"))


def words(app: AppTest) -> str:
    """Everything that is said on the page, as it is shown: without Markdown's backslashes."""
    said = [*app.error, *app.warning, *app.info, *app.success, *app.markdown, *app.text]
    return " ".join(each.value for each in said).replace("\\", "")


def test_nothing_is_analysed_before_a_file_is_chosen(stage: Stage) -> None:
    app = page()
    assert [b.disabled for b in app.button if b.label == "Analyse"] == [True]
    assert not app.get("plotly_chart")


def test_video_is_summed_up_in_a_sentence(stage: Stage, clip: Path) -> None:
    app = analysed(page(), clip)
    assert "Squat: 3 reps." in words(app)
    assert "squats [1].mp4" in [each.value for each in app.text]
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
    (table,) = (each.value for each in app.markdown if each.value.startswith("| Rep |"))
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert {row[2] for row in rows} == {"Complete"}
    charts = app.get("plotly_chart")
    assert len(charts) == 2, "the timeline and the rep"
    before = charts[1].proto.spec
    (choice,) = (box for box in app.selectbox if box.label == "Joint angles in set 1")
    choice.select_index(1).run()
    assert app.get("plotly_chart")[1].proto.spec != before


def test_annotated_video_and_analysis_can_be_taken_along(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    app = analysed(page(), clip)
    assert len(app.get("video")) == 1
    labels = [each.label for each in app.download_button]
    assert labels == ["Report (HTML)", "Annotated video", "Analysis (JSON)"]
    (folder,) = folders(tmp_path)
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    assert document["source"] == "squats [1].mp4"
    assert (folder / "drawn.mp4").stat().st_size > 1000
    assert "Squat: 3 reps" in (folder / "report.html").read_text(encoding="utf-8")


def test_uploaded_file_is_gone_after_the_analysis(stage: Stage, clip: Path, tmp_path: Path) -> None:
    analysed(page(), clip)
    left = {path.name for folder in folders(tmp_path) for path in folder.rglob("*.*")}
    assert left == {"drawn.mp4", "analysis.json", "report.html"}


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


def test_new_video_takes_the_place_of_the_one_before(
    stage: Stage, clip: Path, tmp_path: Path
) -> None:
    app = analysed(page(), clip)
    (before,) = folders(tmp_path)
    stage.shown = movement("squat", reps=2, **QUICK)
    analysed(app, record(tmp_path / "two.mp4", [t_s for t_s, _ in stage.shown]))
    (now,) = folders(tmp_path)
    assert now != before
    assert "Squat: 2 reps." in words(app)
    assert "Squat: 3 reps." not in words(app)


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


def test_rerun_in_the_middle_leaves_no_file_behind(
    stage: Stage, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit.runtime.scriptrunner_utils.exceptions import StopException

    class Stopped(Pipeline):
        def step(self, rgb: Any, t_s: float) -> Any:
            if t_s > 1.0:
                raise StopException  # as Cancel does it: through a call that no except sees
            return super().step(rgb, t_s)

    def interrupted(**_: Any) -> Pipeline:
        made = pipeline_seeing(stage.shown)
        made.__class__ = Stopped
        return made

    monkeypatch.setattr(posecore.pipeline, "Pipeline", interrupted)
    app = analysed(page(), clip)
    assert folders(tmp_path) == []
    assert Store().sessions() == []
    monkeypatch.setattr(posecore.pipeline, "Pipeline", stage.pipeline)
    assert "Squat" not in words(app.run())


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
