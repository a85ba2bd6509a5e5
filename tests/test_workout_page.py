"""The workout page: what it says of a session, its two sources of pictures, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
import streamlit as st
import streamlit_webrtc
from bodies import body
from streamlit.testing.v1 import AppTest

from pages import workout_controls, workout_demo, workout_loading
from pages.workout_advice import advice_html, resting_set
from pages.workout_board import board_html
from pages.workout_camera import refusal_in_words
from pages.workout_demo import DEMO_CLIP, ClipPlayer
from pages.workout_desk import Desk
from pages.workout_loading import SettingError, ice_servers
from pages.workout_reps import reps_html
from pages.workout_stream import CameraProcessor
from pages.workout_summary import pace_in_words, summary_html
from pages.workout_word import cue_after, word_html, word_of
from posecore.angles import N_JOINTS
from posecore.classify import ModelError
from posecore.exercises import FOLDER_VARIABLE, Exercise, load_exercises
from posecore.live import LiveSession, Snapshot
from posecore.store import URL_VARIABLE, Store
from posecore.types import NONE, ExerciseSet, Fault, FrameResult, Rep

APP = Path(__file__).parents[1] / "app.py"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEAN = Fault("lean", 1.0, "trunk_lean", 60.0, 0.0, 45.0, "Keep your chest up")


@pytest.fixture(scope="module")
def exercises() -> dict[str, Exercise]:
    return load_exercises()


def frame(t_s: float = 10.0, **changes: object) -> FrameResult:
    plain = FrameResult(
        t_s=t_s,
        pose=body(t_s=t_s),
        flexion_deg=np.full(N_JOINTS, 20.0),
        error_deg=np.full(N_JOINTS, 7.0),
        view="side",
        proba=np.array([1.0]),
        frame_exercise="squat",
        voted_exercise="squat",
        votes={"squat": 0.83, "lunge": 0.17},
        phase="out",
        rep_count=0,
        hold_s=0.0,
        rep=None,
        set_ended=None,
        current_set=None,
        faults=(),
        cue=None,
        hint=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def rep(*faults: Fault, complete: bool = True, end_s: float = 9.0) -> Rep:
    return Rep("squat", end_s - 2.0, end_s, complete, 96.4, (1.0, 1.0), 90.0, faults)


def squats(*reps: Rep) -> ExerciseSet:
    return ExerciseSet("squat", 1.0, 9.0, None, reps)


def shot(latest: FrameResult | None = None, **changes: object) -> Snapshot:
    t_s = np.array([latest.t_s]) if latest else np.empty(0)
    plain = Snapshot(
        started_at=NOON,
        source="camera",
        t_s=t_s,
        flexion_deg=np.zeros((t_s.size, N_JOINTS)),
        error_deg=np.zeros((t_s.size, N_JOINTS)),
        latest=latest,
        last_seen_s=latest.t_s if latest else None,
        ended_sets=(),
        current_set=None,
        frames=t_s.size,
        dropped=0,
        session_id=None,
        problem=None,
        finished=False,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class CountingPipeline:
    """A rep of a squat with every 15th frame."""

    broken = False

    def __init__(self, **settings: object) -> None:
        self.settings = settings
        self.times_s: list[float] = []
        self.sizes: set[tuple[int, int]] = set()
        self.set: ExerciseSet | None = None
        self.closed = False

    def warm_up(self) -> None:
        pass

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult:
        if self.broken:
            raise RuntimeError("the estimator fell over")
        self.times_s.append(t_s)
        self.sizes.add((rgb.shape[1], rgb.shape[0]))
        if len(self.times_s) % 15 == 0:
            done = self.set.reps if self.set else ()
            curve = {"curve_t_s": np.array([t_s]), "curve_deg": np.zeros((1, N_JOINTS))}
            new = Rep("squat", t_s - 0.5, t_s, True, 96.0, (0.3, 0.2), 90.0, **curve)
            self.set = squats(*done, new)
        return frame(t_s, current_set=self.set, rep_count=self.set.n_complete if self.set else 0)

    def finish(self) -> ExerciseSet | None:
        return self.set

    def close(self) -> None:
        self.closed = True


# What it says.


@pytest.mark.parametrize(
    "shown, kind, words",
    [
        (None, "wait", "Getting ready."),
        (shot(), "wait", "Waiting for the first picture."),
        (shot(frame(voted_exercise=NONE)), "wait", "Ready. Begin an exercise."),
        (shot(frame()), "good", "Looks good. Go on."),
        (shot(frame(cue="Go lower")), "cue", "Go lower"),
        # Who is cut off at the knees cannot be told to go lower.
        (shot(frame(cue="Go lower", hint="Step back")), "see", "Step back"),
        (shot(frame(hint="Step back"), last_seen_s=5.0), "see", "I see nobody. Step into the"),
        (shot(frame(), last_seen_s=None), "see", "I see nobody. Step into the"),
    ],
)
def test_one_thing_is_said_at_a_time_the_most_important_first(shown, kind, words):
    word = word_of(shown)
    assert word.kind == kind
    assert word.text.startswith(words)


SHALLOW = Fault("shallow", 1.0, "left_knee", 62.0, 80.0, 140.0, "Go a little deeper")


def test_a_faulty_rep_is_told_what_to_do_better_until_one_goes_well():
    faulty = word_of(shot(frame(phase="start"), current_set=squats(rep(), rep(SHALLOW))))
    assert (faulty.kind, faulty.text) == ("cue", "Go a little deeper")
    later = shot(frame(t_s=13.5, phase="far"), current_set=squats(rep(SHALLOW)))
    assert word_of(later).text == "Go a little deeper", "never that it looks good"
    well = shot(frame(), current_set=squats(rep(SHALLOW), rep()))
    assert word_of(well).text == "Looks good. Go on."


def test_reps_are_told_one_thing_and_another_only_once_that_is_heeded():
    assert cue_after([rep(SHALLOW), rep(LEAN, SHALLOW)]) == SHALLOW.cue
    assert cue_after([rep(SHALLOW), rep(LEAN)]) == LEAN.cue
    assert cue_after([rep(SHALLOW), rep(complete=False)]) == SHALLOW.cue, "an attempt heeds nothing"
    assert cue_after([]) is None


def test_what_is_off_right_now_goes_before_what_was_off_in_the_last_rep():
    shown = shot(frame(cue="Keep your chest up"), current_set=squats(rep(SHALLOW)))
    assert word_of(shown).text == "Keep your chest up"


def test_who_stops_within_a_set_is_not_told_of_the_last_rep_for_ever():
    idle = frame(t_s=13.5, voted_exercise=NONE, votes={}, phase=None)
    assert word_of(shot(idle, current_set=squats(rep(SHALLOW)))).kind == "wait"


def test_each_kind_of_word_has_a_sign_and_not_only_a_colour():
    kinds = [
        word_of(shot(frame(cue=cue, hint=hint)))
        for cue, hint in ((None, None), ("Go lower", None), (None, "Step back"))
    ]
    assert len({word.sign for word in kinds}) == 3
    for word in kinds:
        assert word.sign in word_html(word)


def test_the_board_shows_exercise_votes_count_and_phase(exercises):
    html = board_html(shot(frame(), current_set=squats(rep(), rep())), exercises)
    assert ">Squat<" in html
    assert "83 % of votes" in html
    assert 'data-testid="count">2<' in html
    assert "reps" in html
    assert "On the way" in html


def test_one_rep_is_not_called_reps(exercises):
    assert '"pc-unit">rep<' in board_html(shot(frame(), current_set=squats(rep())), exercises)


def test_attempts_are_not_counted(exercises):
    shown = shot(frame(), current_set=squats(rep(), rep(complete=False)))
    assert 'data-testid="count">1<' in board_html(shown, exercises)


def test_in_a_pause_the_last_set_stays_on_the_board(exercises):
    resting = frame(voted_exercise=NONE, votes={})
    html = board_html(shot(resting, ended_sets=(squats(rep(), rep(), rep()),)), exercises)
    assert ">Pause<" in html
    assert 'data-testid="count">3<' in html


def test_another_exercise_begins_at_nought(exercises):
    curling = frame(voted_exercise="biceps_curl", votes={"biceps_curl": 1.0})
    html = board_html(shot(curling, current_set=squats(rep(), rep())), exercises)
    assert ">Biceps curl<" in html
    assert 'data-testid="count">0<' in html


def test_a_hold_shows_its_seconds(exercises):
    holding = frame(voted_exercise="plank", votes={"plank": 1.0}, phase=None)
    plank = ExerciseSet("plank", 0.0, 75.0, 72.9, ())
    html = board_html(shot(holding, current_set=plank), exercises)
    assert 'data-testid="count">1:12<' in html
    assert "held" in html


def test_the_strip_tells_good_reps_faulty_ones_and_attempts_apart_in_words():
    html = reps_html((rep(), rep(LEAN), rep(complete=False)))
    good, faulty, attempt = html.split("<li")[1:]
    assert "<b>1</b> · 96°" in good and "Good form" in good
    assert "<b>2</b> · 96°" in faulty and "Keep your chest up" in faulty
    assert "not counted" in attempt and "Not far enough" in attempt


def test_the_strip_keeps_the_numbers_of_the_last_reps():
    html = reps_html(tuple(rep() for _ in range(30)))
    assert "<b>30</b>" in html
    assert "<b>5</b>" not in html


def test_what_comes_from_exercise_files_is_no_markup(exercises):
    evil = replace(LEAN, cue="<script>alert(1)</script>")
    assert "<script>" not in reps_html((rep(evil),))
    assert "<script>" not in word_html(word_of(shot(frame(cue=evil.cue))))
    named = {"squat": replace(exercises["squat"], title="<b onclick=x>")}
    assert "<b onclick" not in board_html(shot(frame()), named)
    assert "<b onclick" not in summary_html(shot(frame(), ended_sets=(squats(rep()),)), named)


def test_the_summary_names_each_set(exercises):
    plank = ExerciseSet("plank", 20.0, 60.0, 35.0, ())
    done = (squats(rep(), rep(LEAN), rep(complete=False)), plank)
    html = summary_html(shot(frame(), ended_sets=done, finished=True), exercises)
    assert "<b>Squat</b>: 2 reps, mean score 90 of 100, 1 not far enough to count" in html
    assert "<b>Plank</b>: held 0:35 in good form" in html


def test_score_of_a_rep_tells_its_parts_when_pointed_at():
    html = reps_html((replace(rep(), score_parts={"depth": 100.0, "path": 81.2}),))
    assert "90 of 100" in html
    assert 'title="Score: depth 100, path 81"' in html


def test_two_things_to_work_on_are_said_at_the_end_of_a_set_not_ten(exercises):
    faults = [
        replace(LEAN, id=f"f{i}", cue=f"Cue {i}", measured=60.0 + i, pose=body(knee=60))
        for i in range(5)
    ]
    html = advice_html(squats(rep(*faults), rep(faults[0])), exercises)
    assert html.count('class="pc-point"') == 2
    assert html.index("Cue 0") < html.index("Cue 4"), "in both reps, so it comes first"
    assert "In 2 of 2 reps. At worst: trunk lean 60°, target 0° to 45°." in html
    assert html.count("data:image/jpeg;base64,") == 2, "drawn from landmarks"
    assert "<script>" not in advice_html(squats(rep(replace(LEAN, cue="<script>"))), exercises)


def test_set_without_faults_gets_no_advice(exercises):
    assert advice_html(squats(rep(), rep()), exercises) == ""
    assert advice_html(None, exercises) == ""


def test_advice_waits_for_the_end_of_the_set():
    done = squats(rep(LEAN))
    assert resting_set(None) is None
    assert resting_set(shot(frame(), current_set=done)) is None
    assert resting_set(shot(frame(), ended_sets=(done,), current_set=done)) is None
    assert resting_set(shot(frame(), ended_sets=(done,))) is done


def test_the_summary_says_so_where_nothing_was_done(exercises):
    assert "before the first picture" in summary_html(shot(), exercises)
    assert "nothing was saved" in summary_html(shot(frame()), exercises)


def test_a_computer_that_is_too_slow_is_told_so():
    t_s = np.arange(30) / 3.0
    few = shot(frame(), t_s=t_s, frames=30)
    assert "too few" in pace_in_words(few)
    assert "too few" not in pace_in_words(replace(few, t_s=t_s / 5))


@pytest.mark.parametrize(
    "answer, words",
    [
        ("NotAllowedError", "Click the lock or camera sign"),
        ("NotFoundError", "No camera was found"),
        ("NotReadableError", "Close other programs"),
        ("insecure", "https"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_a_camera_that_cannot_be_used_gets_a_sentence_and_the_demo(answer, words):
    said = refusal_in_words(answer)
    assert words in said
    assert "demo clip" in said


def test_start_takes_what_was_chosen_while_the_page_was_slow():
    desk = Desk(source="camera")
    desk.answered("NotFoundError")
    assert not desk.wanted and "No camera was found" in desk.refusal
    desk.source = "demo"
    desk.answered("NotFoundError")
    assert desk.wanted and desk.refusal is None
    seat = desk.seat
    desk.answered("ready")
    assert desk.seat is seat, "the second press of an impatient person begins nothing anew"
    desk.end()


# Settings.


def test_no_server_outside_is_asked_for_the_connection(monkeypatch):
    monkeypatch.delenv("POSECOACH_ICE_SERVERS", raising=False)
    assert ice_servers() == []


def test_servers_for_the_connection_can_be_named(monkeypatch):
    monkeypatch.setenv("POSECOACH_ICE_SERVERS", '[{"urls": ["turn:example.org"]}]')
    assert ice_servers() == [{"urls": ["turn:example.org"]}]


@pytest.mark.parametrize("wrong", ["turn:example.org", '{"urls": "x"}', '["x"]', '[{"url": "x"}]'])
def test_servers_that_cannot_be_understood_are_refused_with_an_example(monkeypatch, wrong):
    monkeypatch.setenv("POSECOACH_ICE_SERVERS", wrong)
    with pytest.raises(SettingError, match=r'POSECOACH_ICE_SERVERS: expected JSON such as \[\{"'):
        ice_servers()


# The camera's frames.


def session(pipeline: CountingPipeline, store: Store | None = None) -> LiveSession:
    return LiveSession(pipeline, store=store, started_at=NOON, source="camera")


def camera_frame(pts: int, width: int = 64, height: int = 48) -> av.VideoFrame:
    picture = av.VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), format="rgb24")
    picture.pts, picture.time_base = pts, Fraction(1, 90_000)
    return picture.reformat(format="yuv420p")


def test_time_is_taken_from_the_frames_and_not_by_counting_them(exercises):
    pipeline = CountingPipeline()
    processor = CameraProcessor(session(pipeline), exercises)
    for pts in (900_000, 903_000, 990_000):
        processor.recv(camera_frame(pts))
    assert pipeline.times_s == pytest.approx([0.0, 3000 / 90_000, 1.0])


def test_only_the_newest_of_several_frames_is_looked_at_and_the_others_are_counted(exercises):
    pipeline = CountingPipeline()
    running = session(pipeline)
    processor = CameraProcessor(running, exercises)
    shown = processor.newest([camera_frame(0), camera_frame(3000), camera_frame(6000)])
    assert (running.snapshot().frames, running.snapshot().dropped) == (1, 2)
    assert (shown.width, shown.height) == (64, 48)


@pytest.mark.parametrize("size", [(64, 48), (63, 47)])
def test_the_picture_comes_back_in_its_colours_and_at_its_size(exercises, size):
    width, height = size
    sent = np.zeros((height, width, 3), np.uint8)
    sent[:, : width // 2] = (200, 60, 20)
    processor = CameraProcessor(session(CountingPipeline()), exercises, mirror=False)
    processor.session.finish()  # and so nothing is drawn over it
    frame = av.VideoFrame.from_ndarray(sent, format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, 90_000)
    back = processor.recv(frame).to_ndarray(format="rgb24")
    assert back.shape == sent.shape
    inside = np.s_[4:-4, 4 : width // 2 - 4]
    assert np.abs(back[inside].astype(int) - sent[inside]).max() <= 4


def test_a_large_picture_is_made_small_before_it_is_looked_at(exercises):
    pipeline = CountingPipeline()
    CameraProcessor(session(pipeline), exercises).recv(camera_frame(0, 1280, 720))
    assert pipeline.sizes == {(640, 360)}


def test_the_end_of_the_track_ends_the_session_and_late_frames_pass(exercises):
    pipeline = CountingPipeline()
    running = session(pipeline)
    processor = CameraProcessor(running, exercises)
    processor.recv(camera_frame(0))
    processor.on_ended()
    assert running.snapshot().finished and pipeline.closed
    assert processor.recv(camera_frame(9000)).width == 64
    assert running.snapshot().frames == 1


def test_an_error_in_a_frame_is_said_on_the_page_and_the_picture_goes_on(exercises, caplog):
    pipeline = CountingPipeline()
    pipeline.broken = True
    running = session(pipeline)
    processor = CameraProcessor(running, exercises)
    assert processor.recv(camera_frame(0)).width == 64
    assert "Press Stop" in running.snapshot().problem
    assert "the estimator fell over" in caplog.text
    caplog.clear()
    processor.recv(camera_frame(9000))
    assert caplog.text == ""  # once is enough


# The demo clip.


def wait_until(happened) -> None:
    until_s = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < until_s, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def short_clip(tmp_path: Path) -> Path:
    """Four pictures, a tenth of a second."""
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("mpeg4", rate=40)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(4):
            picture = np.zeros((48, 64, 3), np.uint8)
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        clip.mux(stream.encode(None))
    return path


def test_the_clip_is_played_in_a_loop_whose_time_goes_on(short_clip, exercises):
    pipeline = CountingPipeline()
    player = ClipPlayer(short_clip, session(pipeline), exercises)
    wait_until(lambda: len(pipeline.times_s) >= 13)
    player.stop()
    np.testing.assert_allclose(np.diff(pipeline.times_s), 1 / 40, atol=1e-6)
    assert player.picture().shape == (48, 64, 3)
    assert pipeline.closed and player.session.snapshot().finished


def test_a_clip_that_nobody_looks_at_any_more_ends_by_itself(short_clip, exercises, monkeypatch):
    monkeypatch.setattr(workout_demo, "ABANDONED_S", 0.3)
    player = ClipPlayer(short_clip, session(CountingPipeline()), exercises)
    wait_until(lambda: player.session.snapshot().finished)


def test_an_error_in_the_clip_is_said_on_the_page(short_clip, exercises, caplog):
    pipeline = CountingPipeline()
    pipeline.broken = True
    player = ClipPlayer(short_clip, session(pipeline), exercises)
    wait_until(lambda: player.session.snapshot().finished)
    assert "Press Stop" in player.session.snapshot().problem
    assert "the estimator fell over" in caplog.text


def test_the_demo_clip_is_small_and_can_be_read():
    assert DEMO_CLIP.stat().st_size < 1_000_000
    assert workout_demo.poster().shape == (480, 640, 3)


# The whole page.


class Connection:
    """Stands in for webrtc_streamer, which AppTest cannot run; keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: dict = {}

    def __call__(self, **asked):
        self.asked = asked
        state = SimpleNamespace(playing=asked["desired_playing_state"], signalling=False)
        return SimpleNamespace(state=state)


def start_without_a_browser(facing: str | None, take: Callable[[str], None]) -> None:
    """Streamlit's own test has none: the button of one that has a camera."""
    st.button("Start", key="start", on_click=take, args=("ready",))


@pytest.fixture
def connection(monkeypatch, tmp_path) -> Iterator[Connection]:
    stand_in = Connection()
    monkeypatch.setattr(workout_controls, "show_start", start_without_a_browser)
    monkeypatch.setattr(streamlit_webrtc, "webrtc_streamer", stand_in)
    monkeypatch.setattr(workout_loading, "Pipeline", CountingPipeline)
    monkeypatch.setattr(workout_loading.ExerciseClassifier, "load", lambda: "the classifier")
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'sessions.db'}")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "own"))  # a plan would stay for the next
    st.cache_resource.clear()
    yield stand_in
    st.cache_resource.clear()


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception
    return app


def page() -> AppTest:
    return run(AppTest.from_file(str(APP), default_timeout=30))


def html_of(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def press(app: AppTest, label: str) -> AppTest:
    next(each for each in app.button if each.label == label).click()
    return run(app)


def choice(app: AppTest, key: str) -> Any:
    return next(each for each in app.get("button_group") if each.key == key)


def choose(app: AppTest, key: str, value: str) -> AppTest:
    choice(app, key).set_value(value)
    return run(app)


def test_who_changes_their_mind_is_heeded_at_every_click(connection):
    app = page()
    desk = app.session_state["workout_desk"]
    for source in ("demo", "camera", "demo"):
        choose(app, "workout_source", source)
        assert desk.source == source


def test_before_the_start_the_page_says_how_to_stand(connection):
    app = page()
    assert "two to three metres" in html_of(app)
    assert connection.asked["desired_playing_state"] is False


def test_the_camera_is_asked_for_without_sound_and_without_servers(connection):
    page()
    for end in ("frontend_rtc_configuration", "server_rtc_configuration"):
        assert connection.asked[end] == {"iceServers": []}
    assert connection.asked["media_stream_constraints"]["audio"] is False
    # Passed beside a factory, a callback makes streamlit-webrtc drop the factory in silence.
    assert not {name for name in connection.asked if name.startswith("on_video")}
    assert connection.asked["async_processing"] is True


def test_a_workout_before_the_camera_from_start_to_summary(connection):
    app = page()
    app.session_state["workout_desk"].begin()
    run(app)
    assert connection.asked["desired_playing_state"] is True
    assert "Getting ready." in html_of(app)
    processor = connection.asked["video_processor_factory"]()
    for i in range(31):
        processor.recv(camera_frame(3000 * i))
    run(app)
    assert 'data-testid="count">2<' in html_of(app)
    press(app, "Stop")
    assert connection.asked["desired_playing_state"] is False
    assert "<b>Squat</b>: 2 reps" in html_of(app)
    (kept,) = Store().sessions()
    assert (kept.reps, kept.source) == (2, "camera")
    assert kept.ended_at is not None


def test_the_exercise_can_be_fixed_by_hand(connection):
    app = page()
    app.selectbox[0].select("lunge")
    run(app)
    app.session_state["workout_desk"].begin()
    run(app)
    processor = connection.asked["video_processor_factory"]()
    assert processor.session._pipeline.settings["exercise"] == "lunge"
    press(app, "Stop")


def test_a_connection_that_breaks_ends_the_session_instead_of_trying_for_ever(connection):
    app = page()
    desk = app.session_state["workout_desk"]
    desk.begin()
    run(app)
    processor = connection.asked["video_processor_factory"]()
    processor.recv(camera_frame(0))
    processor.on_ended()
    run(app)
    assert desk.wanted is False
    assert connection.asked["desired_playing_state"] is False
    assert "Session over" in html_of(app)


def test_the_demo_runs_without_a_connection(connection):
    app = page()
    connection.asked = {}
    choose(app, "workout_source", "demo")
    press(app, "Start")
    desk = app.session_state["workout_desk"]
    wait_until(lambda: desk.session.snapshot().reps)
    run(app)
    assert 'data-testid="count">0<' not in html_of(app)
    press(app, "Stop")
    assert "Session over" in html_of(app)
    assert connection.asked == {}
    assert Store().sessions()[0].source == "demo"


def test_past_what_the_computer_can_serve_one_is_told_so_and_the_others_train_on(
    connection, monkeypatch
):
    monkeypatch.setenv("POSECOACH_MOST_PEOPLE", "1")
    first, second = page(), page()
    for each in (first, second):
        choose(each, "workout_source", "demo")
    press(first, "Start")
    press(second, "Start")
    assert second.error[0].value.startswith("This computer is already watching one person")
    waiting, training = (each.session_state["workout_desk"] for each in (second, first))
    assert waiting.session is None and not waiting.wanted
    before = training.session.snapshot().frames
    wait_until(lambda: training.session.snapshot().frames > before)
    press(first, "Stop")
    press(second, "Start")
    assert not second.error
    press(second, "Stop")


@pytest.mark.parametrize("given", ["many", "0", "-1", "1.5"])
def test_a_number_of_people_that_is_none_gets_a_sentence(connection, monkeypatch, given):
    monkeypatch.setenv("POSECOACH_MOST_PEOPLE", given)
    assert f"expected a whole number above 0, got '{given}'" in page().error[0].value


def test_without_a_model_the_page_says_how_to_make_it(connection, monkeypatch):
    def missing() -> None:
        raise ModelError("The model file exercise_mlp.skops is missing. Make it with: ...")

    monkeypatch.setattr(workout_loading.ExerciseClassifier, "load", missing)
    app = page()
    assert "exercise_mlp.skops is missing" in app.error[0].value


def test_a_wrong_setting_gets_a_sentence(connection, monkeypatch):
    monkeypatch.setenv("POSECOACH_ICE_SERVERS", "turn:example.org")
    assert "expected JSON such as" in page().error[0].value


def test_a_phone_may_use_its_rear_camera_which_is_no_mirror(connection, exercises):
    app = page()
    asked = connection.asked["media_stream_constraints"]["video"]
    assert asked["facingMode"] == {"ideal": "user"}
    choose(app, "workout_facing", "environment")
    asked = connection.asked["media_stream_constraints"]["video"]
    assert asked["facingMode"] == {"ideal": "environment"}
    bright = np.zeros((48, 64, 3), np.uint8)
    bright[:, :32] = 200
    picture = av.VideoFrame.from_ndarray(bright, format="rgb24")
    picture.pts, picture.time_base = 0, Fraction(1, 90_000)
    for mirror in (True, False):
        running = session(CountingPipeline())
        running.finish()  # the picture as it is, nothing drawn
        shown = CameraProcessor(running, exercises, mirror=mirror).recv(picture)
        left = shown.to_ndarray(format="rgb24")[:, :30].mean()
        assert (left > 100) is not mirror


def test_the_curves_can_be_switched_off_while_one_trains(connection):
    app = page()
    app.session_state["workout_desk"].begin()
    run(app)
    (toggle,) = app.toggle
    assert toggle.value is True
    toggle.set_value(False)
    run(app)
    assert app.session_state["workout_desk"].curves is False
    press(app, "Stop")


def test_a_browser_that_missed_the_first_run_shows_what_is_chosen_all_the_same(connection):
    """As it does where that run was broken off by another press."""
    app = page()
    choose(app, "workout_source", "demo")
    source = choice(app, "workout_source")
    assert [source.options[i] for i in source.proto.default] == ["Demo clip"]
    choose(app, "workout_source", "camera")
    choose(app, "workout_facing", "environment")
    facing = choice(app, "workout_facing")
    assert [facing.options[i] for i in facing.proto.default] == ["Rear"]
    app.selectbox[0].select("lunge")
    run(app)
    box = app.selectbox[0]
    assert box.options[box.proto.default] == "Lunge"
    app.session_state["workout_desk"].begin()
    run(app)
    run(app)
    (toggle,) = app.toggle
    assert toggle.proto.default is True
    press(app, "Stop")
