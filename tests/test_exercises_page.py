"""The Exercises page: looked at, changed, reset, and taught a new one, as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import pages.exercises_lesson
from pages.exercises_camera import LEAD_S, LENGTH_S, Recorder
from pages.exercises_detail import UNDO
from pages.exercises_figure import figure_html, figure_svg
from pages.exercises_lesson import LESSON, MORE
from pages.exercises_words import (
    counted_in_words,
    range_in_words,
    source_html,
    target_name,
    views_in_words,
)
from posecore.exercises import (
    FOLDER_VARIABLE,
    SHIPPED,
    load_exercises,
    read_exercise,
    usable_exercises,
)
from posecore.exercises.names import person_folder
from posecore.figure import POINTS, frames_of, read_frames, shipped_figures
from posecore.language import Text
from posecore.store import URL_VARIABLE, Store
from posecore.types import Pose
from tests.bodies import Movement, held, movement
from tests.recordings import record
from tests.results import frame_result
from tests.test_taught import tucks
from tests.visits import times_at_the_top

PAGE = Path(__file__).parents[1] / "pages" / "exercises.py"
APP = f"import streamlit as st\nst.navigation([st.Page({str(PAGE)!r})]).run()\n"
EXERCISES = load_exercises()
NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    own = tmp_path / "own"
    monkeypatch.setenv(FOLDER_VARIABLE, str(own))
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    st.cache_resource.clear()
    yield own
    st.cache_resource.clear()


def page(exercise: str | None = None, person: str | None = None) -> AppTest:
    app = AppTest.from_string(APP, default_timeout=60)
    if exercise is not None:
        app.query_params["exercise"] = exercise
    if person is not None:
        app.query_params["person"] = person
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (each for each in app.button if each.label == label)
    return checked(button.click().run())


def html_of(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def fill(app: AppTest, label: str, value: float) -> None:
    (field,) = (each for each in app.number_input if each.label == label)
    field.set_value(value)


def said(app: AppTest) -> list[str]:
    return [each.value for each in (*app.success, *app.error, *app.info)]


def lows() -> dict[str, float]:
    return {who: usable_exercises(who)[0]["squat"].targets[0].low for who in ("Ann", "Ben", "")}


# --- looking --------------------------------------------------------------------------------------


def test_every_exercise_has_a_card_with_a_figure_that_moves(folder: Path) -> None:
    app = page()
    shown = html_of(app)
    for exercise in EXERCISES.values():
        assert f"<h3>{exercise.title}</h3>" in shown
        assert f"A figure that does one repetition: {exercise.title}" in shown
    assert shown.count("data:image/svg+xml") == len(EXERCISES)


def test_an_exercise_shows_targets_views_and_sources_with_links(folder: Path) -> None:
    app = press(page(), "Open Lunge")
    shown = html_of(app)
    assert app.query_params["exercise"] == ["lunge"]
    for target in EXERCISES["lunge"].targets:
        assert target_name(target) in shown
    assert "Taken from: " in shown
    assert "Can be judged diagonally or from the side." in shown
    assert 'href="https://pmc.ncbi.nlm.nih.gov/articles/PMC3396296/"' in shown
    assert len(app.get("plotly_chart")) == 1
    press(app, "All exercises")
    assert "exercise" not in app.query_params


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_every_exercise_can_be_opened(folder: Path, name: str) -> None:
    shown = html_of(page(name))
    assert counted_in_words(EXERCISES[name]).split(".")[0] in shown


def test_an_exercise_that_is_not_there_shows_the_list(folder: Path) -> None:
    assert len(page("../../etc").button) >= len(EXERCISES)


# --- one's own targets ----------------------------------------------------------------------------


def test_a_target_is_changed_reset_and_brought_back(folder: Path) -> None:
    shipped = (SHIPPED / "squat.toml").read_bytes()
    low = EXERCISES["squat"].targets[0].low
    app = page("squat")
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    assert said(app) == ["Saved. These targets are yours from now on."]
    assert usable_exercises()[0]["squat"].targets[0].low == 95.0
    assert "Knee at the turning point: at least 95°" in html_of(app)
    press(app, "Back to the shipped targets")
    assert usable_exercises()[0]["squat"].targets[0].low == low
    press(app, "Undo: bring Squat back as it was")
    assert usable_exercises()[0]["squat"].targets[0].low == 95.0
    assert (SHIPPED / "squat.toml").read_bytes() == shipped


def test_what_is_said_after_saving_is_scrolled_to(folder: Path) -> None:
    app = page("squat")
    for n, button in enumerate(("Save my targets", "Back to the shipped targets"), 1):
        before = times_at_the_top(app)
        if n == 1:
            fill(app, "Knee at the turning point: from, degrees", 95.0)
        press(app, button)
        assert times_at_the_top(app) == before + 1
    assert times_at_the_top(checked(app.run())) == before + 1


def test_the_list_marks_what_was_changed(folder: Path) -> None:
    app = page("squat")
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    press(app, "All exercises")
    assert html_of(app).count("Your own targets") == 1


def test_a_range_upside_down_is_a_sentence_and_nothing_is_saved(folder: Path) -> None:
    app = page("squat")
    fill(app, "Knee at the turning point: from, degrees", 150.0)
    press(app, "Save my targets")
    assert said(app) == [
        "Nothing was saved. Knee at the turning point: the range is upside down: 150 is not "
        "below 140."
    ]
    assert not list(folder.glob("*.toml"))


def test_equal_thresholds_are_a_sentence(folder: Path) -> None:
    app = page("squat")
    fill(app, "Far enough to count (Knee, degrees)", EXERCISES["squat"].signal.start)
    press(app, "Save my targets")
    assert "two thresholds of what is counted are the same" in said(app)[0]


def test_a_folder_that_cannot_be_written_is_a_sentence(folder: Path) -> None:
    folder.write_text("no folder at all")
    app = page("squat")
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    assert "cannot be written to" in said(app)[0]


def test_each_person_has_targets_of_their_own(folder: Path) -> None:
    store = Store()
    store.people.add("Ann")
    store.close()
    app = page("squat", person="Ann")
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    assert (person_folder(folder, "Ann") / "squat.toml").exists()
    low = EXERCISES["squat"].targets[0].low
    assert lows() == {"Ann": 95.0, "Ben": low, "": low}


@pytest.fixture
def home(folder: Path) -> Store:
    """Ann and Ben; Ben trained last."""
    store = Store()
    for name in ("Ann", "Ben"):
        store.end_session(store.begin_session(NOON, "camera", person=name), NOON)
    return store


def choose(app: AppTest, name: str) -> AppTest:
    app.button_group(key="people_pills").set_value(name)
    return checked(app.run())


def test_targets_saved_where_the_page_was_just_opened_are_of_who_trains(home: Store) -> None:
    shipped = EXERCISES["squat"].targets[0].low
    app = page("squat")
    assert app.button_group(key="people_pills").value == "Ben"
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    assert lows() == {"Ann": shipped, "Ben": 95.0, "": shipped}
    assert "at least 95°" in html_of(page("squat"))


def test_another_persons_targets_are_looked_at_and_no_undo_of_the_first_is_offered(
    home: Store,
) -> None:
    app = page("squat")
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    press(app, "Back to the shipped targets")
    assert any(each.label.startswith("Undo") for each in app.button)
    app = choose(app, "Ann")
    assert not any(each.label.startswith("Undo") for each in app.button)
    app = choose(app, "Ben")
    press(app, "Undo: bring Squat back as it was")
    assert lows()["Ben"] == 95.0


def test_it_is_said_where_targets_are_everyones(home: Store) -> None:
    sentence = "What is changed or taught here is for everyone who trains here."
    app = page("squat")
    assert sentence not in [each.value for each in app.caption]
    app = choose(app, "")
    assert sentence in [each.value for each in app.caption]


def test_where_people_log_in_nobody_is_chosen_here(
    home: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("people", "exercises_own"):
        monkeypatch.setattr(f"pages.{place}.logged_in", lambda: "oidc-1")
    app = page("squat", person="Ann")
    assert not app.get("button_group")
    fill(app, "Knee at the turning point: from, degrees", 95.0)
    press(app, "Save my targets")
    assert usable_exercises("oidc-1")[0]["squat"].targets[0].low == 95.0
    assert 95.0 not in lows().values()


# --- teaching -------------------------------------------------------------------------------------


class Seer:
    """Stands in for the estimator: gives the poses of a movement, one after another."""

    def __init__(self, frames: Movement) -> None:
        self._poses = iter([pose for _, pose in frames])

    def __enter__(self) -> Seer:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        return next(self._poses, None)


@pytest.fixture
def shown(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A video in which the page sees a movement."""

    def made(frames: Movement) -> Path:
        monkeypatch.setattr(pages.exercises_lesson, "PoseEstimator", lambda: Seer(frames))
        return record(tmp_path / "my move.mp4", [t_s for t_s, _ in frames])

    return made


def teaching(title: str, clip: Path | None) -> AppTest:
    app = page()
    checked(app.segmented_control[0].set_value("Teach a new one").run())
    app.text_input(key="teach_title").set_value(title)
    if clip is not None:
        app.file_uploader[0].set_value([(clip.name, clip.read_bytes(), "video/mp4")])
        checked(app.run())
        press(app, "Look at the video")
    return anew(app)


def anew(app: AppTest) -> AppTest:
    """The same lesson in a tree of its own: AppTest keeps the fields of what was open before, and
    asks for what they hold."""
    if LESSON not in app.session_state:
        return app
    fresh = AppTest.from_string(APP, default_timeout=60)
    fresh.session_state["exercises_part"] = Text("Teach a new one")
    for key in (LESSON, MORE):
        fresh.session_state[key] = app.session_state[key]
    return checked(fresh.run())


def add_clip(app: AppTest, clip: Path) -> AppTest:
    app.file_uploader[0].set_value([(clip.name, clip.read_bytes(), "video/mp4")])
    checked(app.run())
    return press(app, "Look at the video")


def test_an_exercise_is_taught_from_a_video_and_shown(
    folder: Path, shown: Callable[..., Path]
) -> None:
    app = teaching("Seated tucks", shown(tucks()))
    assert any("5 repetitions are counted" in each.value for each in app.markdown)
    press(app, "Save the exercise")
    assert {p.name for p in folder.iterdir()} == {"seated_tucks.toml", "seated_tucks.taught.json"}
    assert "Seated tucks is saved" in said(app)[0]
    assert app.query_params["exercise"] == ["seated_tucks"]
    assert "Taught by you" in html_of(page())


def test_a_second_clip_is_added_and_taken_out_again(
    folder: Path, shown: Callable[..., Path]
) -> None:
    app = teaching("Seated tucks", shown(tucks()))
    app = anew(press(app, "Add another clip"))
    app = anew(add_clip(app, shown(tucks())))
    told = [each.value for each in app.markdown]
    assert any("10 repetitions are counted" in each for each in told)
    assert any("Clip 1: 5 repetitions" in each and "Clip 2: 5" in each for each in told)
    app = anew(press(app, "Take the last clip out"))
    assert any("5 repetitions are counted" in each.value for each in app.markdown)


def test_a_clip_that_does_not_help_leaves_the_lesson_as_it_was(
    folder: Path, shown: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = teaching("Seated tucks", shown(tucks()))
    app = anew(press(app, "Add another clip"))
    clip = shown(tucks())
    monkeypatch.setattr(pages.exercises_lesson, "PoseEstimator", lambda: Seer([]))
    assert "Nobody was seen" in said(add_clip(app, clip))[0]
    app = anew(press(app, "No further clip"))
    assert any("5 repetitions are counted" in each.value for each in app.markdown)


def test_a_position_is_taught_and_saved(folder: Path, shown: Callable[..., Path]) -> None:
    clip = shown(held("squat", 9.0))
    app = teaching("Wall sit", None)
    kind = next(each for each in app.segmented_control if each.key == "teach_kind")
    checked(kind.set_value("A position that is held").run())
    app = anew(add_clip(app, clip))
    assert any("s are held with these limits" in each.value for each in app.markdown)
    press(app, "Save the exercise")
    assert read_exercise(folder / "wall_sit.toml").kind == "hold"
    assert (folder / "wall_sit.taught.json").exists()


def test_moved_limits_are_counted_at_once(folder: Path, shown: Callable[..., Path]) -> None:
    app = teaching("Seated tucks", shown(tucks()))
    far = next(each for each in app.slider if each.label == "Far enough to count")
    checked(far.set_value(far.max).run())
    assert any(each.value.startswith("**0 repetitions") for each in app.markdown)
    (save,) = (each for each in app.button if each.label == "Save the exercise")
    assert save.disabled


def test_limits_that_pass_each_other_are_a_sentence(
    folder: Path, shown: Callable[..., Path]
) -> None:
    app = teaching("Seated tucks", shown(tucks()))
    start = next(each for each in app.slider if each.label == "Back at the start")
    checked(start.set_value(start.max).run())
    assert "passed each other" in said(app)[0]


def test_a_taught_exercise_is_deleted_and_brought_back(
    folder: Path, shown: Callable[..., Path]
) -> None:
    app = teaching("Seated tucks", shown(tucks()))
    press(app, "Save the exercise")
    press(app, "Delete this exercise")
    assert list(folder.iterdir()) == []
    assert said(app) == ["Seated tucks is deleted."]
    # AppTest keeps the fields of what was opened before in its tree: another one shows the list.
    listed = AppTest.from_string(APP, default_timeout=60)
    listed.session_state[UNDO] = app.session_state[UNDO]
    press(checked(listed.run()), "Undo: bring Seated tucks back as it was")
    assert (folder / "seated_tucks.taught.json").exists()


@pytest.mark.parametrize(
    ("title", "sentence"),
    [("", "needs a name"), ("Squat", "already an exercise"), ("../..", "one letter or figure")],
)
def test_a_name_that_cannot_be_is_a_sentence(
    folder: Path, shown: Callable[..., Path], title: str, sentence: str
) -> None:
    app = teaching(title, shown(tucks()))
    assert sentence in said(app)[0]
    assert not folder.exists()


def test_a_video_of_nobody_is_a_sentence(
    folder: Path, shown: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = shown(tucks())
    monkeypatch.setattr(pages.exercises_lesson, "PoseEstimator", lambda: Seer([]))
    assert "Nobody was seen" in said(teaching("Seated tucks", clip))[0]


def test_two_reps_are_a_sentence(folder: Path, shown: Callable[..., Path]) -> None:
    app = teaching("Seated tucks", shown(movement("squat", 2)))
    assert "at least three" in said(app)[0]


def test_what_is_no_video_is_a_sentence(
    folder: Path, tmp_path: Path, shown: Callable[..., Path]
) -> None:
    shown(tucks())
    (tmp_path / "text.mp4").write_text("squats\n" * 99, encoding="utf-8")
    sentence = said(teaching("Seated tucks", tmp_path / "text.mp4"))[0]
    assert sentence.startswith("text.mp4: ")


# --- the camera -----------------------------------------------------------------------------------


class Saw:
    """Stands in for a pipeline: one pose after another."""

    def __init__(self, frames: Movement) -> None:
        self._poses = [pose for _, pose in frames]

    def step(self, rgb: np.ndarray, t_s: float) -> Any:
        if not self._poses:
            raise RuntimeError("no pose is left")
        return frame_result(self._poses.pop(0))

    def close(self) -> None:
        return None


def frame(t_s: float) -> Any:
    from fractions import Fraction

    import av

    made = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    made.pts, made.time_base = round(t_s * 1000), Fraction(1, 1000)
    return made


def test_the_recorder_keeps_landmarks_after_the_lead_and_stops_by_itself() -> None:
    times = np.arange(0.0, LEAD_S + LENGTH_S + 1.0, 0.5)
    recorder = Recorder(Saw([(0.0, movement("squat", 1)[0][1])] * len(times)))  # type: ignore[arg-type]
    for t_s in times:
        recorder.recv(frame(100.0 + t_s))
    kept = [t_s for t_s, _ in recorder.poses]
    assert (kept[0], kept[-1]) == (0.0, LENGTH_S)
    assert recorder.standing == (pytest.approx(times[-1]), True)


def test_from_the_first_picture_on_the_camera_is_connected() -> None:
    recorder = Recorder(Saw([(0.0, None)]))  # type: ignore[arg-type]
    assert recorder.standing == (None, False)
    recorder.recv(frame(100.0))
    assert recorder.standing == (0.0, False)


def test_a_recorder_that_fails_says_so_and_goes_on_showing_the_picture() -> None:
    recorder = Recorder(Saw([]))  # type: ignore[arg-type]
    assert recorder.recv(frame(0.0)).width == 64
    assert recorder.problem is not None
    assert recorder.recv(frame(0.1)).width == 64


def test_what_the_camera_saw_becomes_a_proposal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = tucks()
    monkeypatch.setattr(pages.exercises_lesson, "record", lambda hold: frames)
    app = teaching("Seated tucks", None)
    way = next(each for each in app.segmented_control if each.key == "teach_way")
    app = anew(checked(way.set_value("The camera").run()))
    assert any("5 repetitions are counted" in each.value for each in app.markdown)


def test_the_camera_page_asks_for_a_name_first(folder: Path) -> None:
    app = teaching("", None)
    way = next(each for each in app.segmented_control if each.key == "teach_way")
    checked(way.set_value("The camera").run())
    assert said(app) == ["The exercise needs a name."]


# --- figures and words ----------------------------------------------------------------------------


def test_every_shipped_exercise_has_a_figure() -> None:
    assert set(shipped_figures()) == set(EXERCISES)


def test_a_figure_stands_still_for_whom_motion_harms() -> None:
    picture = figure_svg(shipped_figures()["squat"])
    still, _, moving = picture.partition("prefers-reduced-motion:no-preference")
    assert "prefers-reduced-motion:reduce" in still and "animation:" not in still
    assert "animation:" in moving
    assert picture.count('class="pose start"') == picture.count('class="pose far"') == 1
    assert "<script" not in picture


def test_a_held_position_does_not_move() -> None:
    assert len(shipped_figures()["plank"]) == 1
    assert 'class="pose"' not in figure_svg(shipped_figures()["plank"])


def test_a_title_in_a_figure_is_text() -> None:
    assert "<b>" not in figure_html(shipped_figures()["squat"], 'x" onload="<b>')
    assert figure_html(None, "x") == ""


@pytest.mark.parametrize(
    "value", [None, [], "x", [[1, 2]], [[["a", 1]] * 13], [[[1e9, 0]] * 13], [[[10**400, 0]] * 13]]
)
def test_what_is_no_figure_is_not_drawn(value: object) -> None:
    assert read_frames(value) is None


def test_a_figure_of_what_was_not_seen_is_none() -> None:
    assert frames_of(np.full((20, len(POINTS), 2), np.nan)) is None
    assert frames_of(np.empty((0, len(POINTS), 2))) is None


def test_sources_become_links_and_nothing_else_does() -> None:
    shown = source_html("See arXiv 2006.11718, PMC3396296 and 10.1519/JSC.0b013e; <b>x</b>")
    assert shown.count("<a href=") == 3
    assert "&lt;b&gt;" in shown
    assert "<a" not in source_html("ACSM 2009 progression models: 1-2 s each way.")


def test_ranges_are_said_without_the_side_that_is_no_fault() -> None:
    ranges = {target_name(t): range_in_words(t) for t in EXERCISES["squat"].targets}
    assert ranges["Knee at the turning point"] == "at least 80°"
    assert ranges["Trunk from upright at the turning point"] == "at most 45°"
    assert views_in_words(("front", "diagonal", "side")) == "from all sides"
