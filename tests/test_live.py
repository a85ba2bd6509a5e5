"""LiveSession: what two threads may see of a session, and what of it reaches the store."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from bodies import body

from posecore import counters
from posecore.advice import advice_on
from posecore.angles import N_JOINTS
from posecore.live import LiveSession
from posecore.store import Store, StoreError
from posecore.types import ExerciseSet, Fault, FrameResult, Rep

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PICTURE = np.zeros((4, 4, 3), np.uint8)


def rep(start_s: float, exercise: str = "squat", *, complete: bool = True) -> Rep:
    return Rep(
        exercise=exercise,
        start_s=start_s,
        end_s=start_s + 1.5,
        complete=complete,
        rom_deg=95.0,
        tempo_s=(0.8, 0.7),
        score=88.0,
        curve_t_s=np.array([start_s, start_s + 1.5]),
        curve_deg=np.zeros((2, N_JOINTS)),
    )


def a_set(*reps: Rep, hold_s: float | None = None, start_s: float = 0.0) -> ExerciseSet:
    if not reps:
        return ExerciseSet("plank", start_s, start_s + (hold_s or 0.0), hold_s, ())
    return ExerciseSet(reps[0].exercise, reps[0].start_s, reps[-1].end_s, None, reps)


class ScriptedPipeline:
    """Gives the sets of a script at their times; what is between has none."""

    def __init__(self, *moments: tuple[float, ExerciseSet | None, ExerciseSet | None]) -> None:
        self.moments = list(moments)  # (from t_s on, current set, set that ends there)
        self.current: ExerciseSet | None = None
        self.nobody = False
        self.closed = 0
        self.finished = 0
        self.threads: set[str] = set()
        self.inside = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult:
        assert not self.closed, "stepped after it was closed"
        self.threads.add(threading.current_thread().name)
        self.inside.set()
        assert self.may_go_on.wait(10)
        ended = None
        while self.moments and self.moments[0][0] <= t_s:
            _, self.current, ended = self.moments.pop(0)
        return FrameResult(
            t_s=t_s,
            pose=None if self.nobody else body(t_s=t_s),
            flexion_deg=np.full(N_JOINTS, t_s),
            error_deg=np.full(N_JOINTS, 7.0),
            view="side",
            proba=np.array([1.0]),
            frame_exercise="squat",
            voted_exercise="squat",
            votes={"squat": 1.0},
            phase="start",
            rep_count=self.current.n_complete if self.current else 0,
            hold_s=0.0,
            rep=None,
            set_ended=ended,
            current_set=self.current,
            faults=(),
            cue=None,
            hint=None,
        )

    def finish(self) -> ExerciseSet | None:
        self.finished += 1
        last, self.current = self.current, None
        return last

    def close(self) -> None:
        self.closed += 1


class FailingStore(Store):
    """A real store that can be told to refuse, as a full disk or a busy file would."""

    refuses = False
    asked = 0

    def begin_session(self, *args: object, **kwargs: object) -> int:
        self._maybe()
        return super().begin_session(*args, **kwargs)  # type: ignore[arg-type]

    def add_rep(self, *args: object) -> int:
        self._maybe()
        return super().add_rep(*args)  # type: ignore[arg-type]

    def end_session(self, *args: object) -> None:
        self._maybe()
        super().end_session(*args)  # type: ignore[arg-type]

    def _maybe(self) -> None:
        self.asked += 1
        if self.refuses:
            raise StoreError("The disk is full.")


@pytest.fixture
def store(tmp_path) -> FailingStore:
    return FailingStore(f"sqlite:///{tmp_path / 'sessions.db'}", busy_timeout_s=0.2)


def live(pipeline: ScriptedPipeline, store: Store | None = None, **settings) -> LiveSession:
    return LiveSession(pipeline, store=store, started_at=NOON, source="camera", **settings)


def run(session: LiveSession, until_s: float, *, from_s: float = 0.0, fps: int = 10) -> None:
    for i in range(round(from_s * fps), round(until_s * fps) + 1):
        session.process(PICTURE, i / fps)


ONE, TWO = rep(1.0), rep(3.0)
TWO_SQUATS = (
    (2.5, a_set(ONE), None),
    (4.5, a_set(ONE, TWO), None),
)


def test_a_snapshot_reaches_back_as_far_as_the_window_and_no_further():
    session = live(ScriptedPipeline(), window_s=15.0)
    run(session, 40.0)
    shot = session.snapshot()
    assert shot.t_s[0] == pytest.approx(25.0)
    assert shot.now_s == pytest.approx(40.0)
    assert shot.flexion_deg.shape == shot.error_deg.shape == (shot.t_s.size, N_JOINTS)
    np.testing.assert_allclose(shot.flexion_deg[:, 0], shot.t_s)
    assert shot.fps == pytest.approx(10.0)
    assert shot.frames == 401


def test_a_session_without_frames_can_be_shown_and_finished(store):
    session = live(ScriptedPipeline(), store)
    assert session.snapshot().latest is None
    assert session.snapshot().flexion_deg.shape == (0, N_JOINTS)
    session.finish()
    assert session.snapshot().finished
    assert store.sessions() == []


def test_a_snapshot_does_not_change_when_the_session_goes_on():
    session = live(ScriptedPipeline(*TWO_SQUATS))
    run(session, 3.0)
    shot = session.snapshot()
    run(session, 6.0, from_s=3.1)
    assert shot.now_s == pytest.approx(3.0)
    assert len(shot.reps) == 1
    assert len(session.snapshot().reps) == 2


def test_a_frame_in_progress_does_not_keep_the_page_waiting():
    pipeline = ScriptedPipeline()
    session = live(pipeline)
    run(session, 1.0)
    pipeline.inside.clear()
    pipeline.may_go_on.clear()
    worker = threading.Thread(target=session.process, args=(PICTURE, 2.0))
    worker.start()
    assert pipeline.inside.wait(10)
    assert session.snapshot().now_s == pytest.approx(1.0)
    pipeline.may_go_on.set()
    worker.join(10)
    assert session.snapshot().now_s == pytest.approx(2.0)


def test_finish_waits_for_the_frame_in_progress_and_closes_once():
    pipeline = ScriptedPipeline()
    session = live(pipeline)
    pipeline.may_go_on.clear()
    worker = threading.Thread(target=session.process, args=(PICTURE, 0.0))
    worker.start()
    assert pipeline.inside.wait(10)
    enders = [threading.Thread(target=session.finish) for _ in range(3)]
    for ender in enders:
        ender.start()
    assert not session.snapshot().finished
    assert pipeline.closed == 0
    pipeline.may_go_on.set()
    for thread in (worker, *enders):
        thread.join(10)
    assert session.snapshot().finished
    assert (pipeline.finished, pipeline.closed) == (1, 1)


def test_frames_that_come_after_the_end_are_let_pass():
    pipeline = ScriptedPipeline()
    session = live(pipeline)
    run(session, 1.0)
    session.finish()
    assert session.process(PICTURE, 1.1) is None
    assert session.snapshot().now_s == pytest.approx(1.0)


def test_a_frame_that_is_not_newer_is_dropped_and_said_so():
    session = live(ScriptedPipeline())
    session.process(PICTURE, 0.0)
    first = session.process(PICTURE, 1.0, dropped=3)
    assert session.process(PICTURE, 0.5) is first
    shot = session.snapshot()
    assert (shot.frames, shot.dropped) == (2, 4)


def test_how_long_nobody_is_in_the_picture():
    pipeline = ScriptedPipeline()
    session = live(pipeline)
    pipeline.nobody = True
    run(session, 2.0)
    assert session.snapshot().last_seen_s is None
    assert session.snapshot().unseen_s == pytest.approx(2.0)
    pipeline.nobody = False
    run(session, 3.0, from_s=2.1)
    assert session.snapshot().unseen_s == pytest.approx(0.0)
    pipeline.nobody = True
    run(session, 4.5, from_s=3.1)
    assert session.snapshot().unseen_s == pytest.approx(1.5)


def test_each_rep_is_in_the_store_as_soon_as_it_is_done(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    run(session, 2.4)
    assert store.sessions() == []
    run(session, 2.5, from_s=2.5)
    (after_one,) = store.sessions()
    assert (after_one.reps, after_one.ended_at) == (1, None)
    run(session, 4.5, from_s=2.6)
    assert store.sessions()[0].reps == 2
    assert session.snapshot().session_id == after_one.id


def test_finish_writes_the_end_and_the_set_in_progress(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    run(session, 6.0)
    session.finish()
    (kept,) = store.sessions()
    assert kept.ended_at == NOON + timedelta(seconds=6)
    assert kept.source == "camera"
    (only,) = store.session(kept.id).sets
    assert [r.start_s for r in only.reps] == [1.0, 3.0]
    assert [s.n_complete for s in session.snapshot().ended_sets] == [2]
    assert session.snapshot().current_set is None


def test_the_sets_of_a_session_are_kept_apart(store):
    curl = rep(20.0, "biceps_curl")
    pipeline = ScriptedPipeline(
        (2.5, a_set(ONE), None),
        (14.0, None, a_set(ONE)),
        (22.0, a_set(curl), None),
        (30.0, a_set(rep(28.0)), a_set(curl)),
    )
    session = live(pipeline, store)
    run(session, 31.0)
    session.finish()
    sets = store.session(session.snapshot().session_id).sets
    assert [(s.exercise, s.start_s, len(s.reps)) for s in sets] == [
        ("squat", 1.0, 1),
        ("biceps_curl", 20.0, 1),
        ("squat", 28.0, 1),
    ]
    assert [s.exercise for s in session.snapshot().ended_sets] == [s.exercise for s in sets]


def test_a_session_in_which_nothing_was_done_is_not_kept(store):
    session = live(ScriptedPipeline((1.0, a_set(hold_s=0.0), None)), store)
    run(session, 5.0)
    session.finish()
    assert session.snapshot().session_id is None
    assert store.sessions() == []


def test_an_attempt_is_kept(store):
    session = live(ScriptedPipeline((2.5, a_set(rep(1.0, complete=False)), None)), store)
    run(session, 3.0)
    session.finish()
    assert store.sessions()[0].attempts == 1


def test_a_hold_is_written_while_it_lasts_so_that_a_crash_loses_a_second(store):
    moments = [(i / 10, a_set(hold_s=i / 10), None) for i in range(1, 60)]
    session = live(ScriptedPipeline(*moments), store)
    run(session, 5.9)
    assert store.sessions()[0].hold_s > 4.8
    session.finish()
    assert store.sessions()[0].hold_s == pytest.approx(5.9)


def test_a_store_that_fails_for_a_while_does_not_stop_the_stream_and_loses_nothing(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    store.refuses = True
    run(session, 5.0)
    shot = session.snapshot()
    assert shot.now_s == pytest.approx(5.0)
    assert "The disk is full." in shot.problem
    assert len(shot.reps) == 2
    store.refuses = False
    run(session, 8.0, from_s=5.1)
    assert session.snapshot().problem is None
    assert store.sessions()[0].reps == 2


def test_a_store_that_failed_is_not_asked_at_every_frame(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    store.refuses = True
    run(session, 10.0)
    assert 3 <= store.asked <= 5  # about every two seconds from 2.5 s on, not 75 times


def test_a_store_that_fails_for_long_is_asked_less_and_less(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    store.refuses = True
    run(session, 120.0)
    assert 6 <= store.asked <= 10  # not sixty times


def test_a_rep_is_written_once_although_the_next_one_was_refused(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    run(session, 3.0)
    store.refuses = True
    run(session, 5.0, from_s=3.1)
    store.refuses = False
    session.finish()
    (kept,) = store.sessions()
    assert [r.start_s for r in store.session(kept.id).sets[0].reps] == [1.0, 3.0]


def test_what_the_store_refused_at_the_end_can_be_written_later(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    store.refuses = True
    run(session, 5.0)
    session.finish()
    shot = session.snapshot()
    assert shot.finished and "The disk is full." in shot.problem
    store.refuses = False
    session.write_again()
    assert session.snapshot().problem is None
    (kept,) = store.sessions()
    assert (kept.reps, kept.ended_at) == (2, NOON + timedelta(seconds=5))


def erased(store: Store) -> None:
    store.people.erase(None)


def restored(store: Store) -> None:
    backup = io.BytesIO()
    store.archive.export(backup)
    backup.seek(0)
    store.archive.restore(backup, replace=True)


@pytest.mark.parametrize(
    ("removed", "kept_starts"), [(erased, [[3.0]]), (restored, [[1.0], [3.0]])]
)
def test_reps_after_the_session_was_removed_are_kept_as_another_session(
    store, removed, kept_starts
):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    run(session, 3.0)
    removed(store)
    run(session, 6.0, from_s=3.1)
    assert session.snapshot().problem is None
    session.finish()
    assert session.snapshot().problem is None
    ids = sorted(each.id for each in store.sessions())
    assert [[r.start_s for r in store.session(i).sets[0].reps] for i in ids] == kept_starts
    assert session.snapshot().session_id == ids[-1]
    assert store.sessions()[0].ended_at is not None


def test_of_a_hold_only_what_came_after_the_session_was_removed_is_kept(store):
    moments = [(i / 10, a_set(hold_s=i / 10), None) for i in range(1, 60)]
    session = live(ScriptedPipeline(*moments), store)
    run(session, 3.0)
    held_s = store.sessions()[0].hold_s
    erased(store)
    run(session, 5.9, from_s=3.1)
    session.finish()
    assert [each.hold_s for each in store.sessions()] == [pytest.approx(5.9 - held_s)]


def test_a_session_that_was_removed_after_its_last_rep_is_not_missed_at_its_end(store):
    session = live(ScriptedPipeline(*TWO_SQUATS), store)
    run(session, 5.0)
    erased(store)
    session.finish()
    assert store.sessions() == []
    assert (session.snapshot().problem, session.snapshot().session_id) == (None, None)


def test_a_number_that_is_another_sessions_by_now_is_left_alone(store, tmp_path):
    session = live(ScriptedPipeline(*TWO_SQUATS), store, person="Ana")
    run(session, 3.0)
    for file in tmp_path.glob("sessions.db*"):
        file.unlink()
    other = live(ScriptedPipeline(*TWO_SQUATS), store, person="Ben")
    run(other, 3.0)
    assert other.snapshot().session_id == session.snapshot().session_id
    for each in (session, other):
        run(each, 6.0, from_s=3.1)
        each.finish()
    kept = {each.person: (each.reps, each.ended_at is not None) for each in store.sessions()}
    assert kept == {"Ana": (1, True), "Ben": (2, True)}


def test_a_worker_that_cannot_go_on_says_why():
    session = live(ScriptedPipeline())
    session.fail("The picture could not be read.")
    assert session.snapshot().problem == "The picture could not be read."


def test_without_a_store_everything_is_still_shown():
    session = live(ScriptedPipeline(*TWO_SQUATS))
    run(session, 6.0)
    session.finish()
    shot = session.snapshot()
    assert (shot.session_id, shot.problem) == (None, None)
    assert shot.shown_set.n_complete == 2


def test_pages_and_workers_do_not_get_into_each_others_way():
    session = live(ScriptedPipeline(*TWO_SQUATS), window_s=2.0)
    wrong: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            shot = session.snapshot()
            if shot.t_s.size != shot.flexion_deg.shape[0] or (np.diff(shot.t_s) <= 0).any():
                wrong.append(f"{shot.t_s.size} times, {shot.flexion_deg.shape} angles")

    pages = [threading.Thread(target=look) for _ in range(2)]
    for page in pages:
        page.start()
    run(session, 30.0, fps=25)
    session.finish()
    over.set()
    for page in pages:
        page.join(10)
    assert not wrong
    assert session.snapshot().frames == 751


# What the server's own log and counters say of it.


def test_a_session_is_counted_while_it_runs_and_noted_when_it_ends_without_names(caplog):
    def figure(name: str, **labels: str) -> float:
        return counters.REGISTRY.get_sample_value(name, labels) or 0.0

    names = ("posecoach_frames_total", "posecoach_frames_dropped_total")
    before = [figure(name) for name in names]
    running = figure("posecoach_sessions_running")
    pipeline = ScriptedPipeline((0.0, a_set(rep(0.0)), None), (2.0, None, a_set(rep(0.0))))
    session = LiveSession(
        pipeline, store=None, started_at=NOON, source="my holiday.mp4", person="Ada"
    )
    with caplog.at_level("INFO", "posecore.live"):
        for t_s in (0.0, 1.0, 2.0):
            session.process(PICTURE, t_s, dropped=2)
        assert figure("posecoach_sessions_running") == running + 1
        session.finish()
        session.finish()
    assert [figure(name) for name in names] == [before[0] + 3, before[1] + 6]
    assert figure("posecoach_sessions_running") == running
    (noted,) = caplog.records
    assert (noted.getMessage(), noted.fields) == (
        "session ended",
        {
            "source": "video",
            "length_s": 2.0,
            "frames": 3,
            "dropped": 6,
            "reps": 1,
            "saved": True,
        },
    )


def test_what_to_work_on_after_the_set_is_the_same_in_the_history(tmp_path):
    lean = Fault("lean", 1.0, "trunk_lean", 60.0, 0.0, 45.0, "Keep your chest up")
    shallow = Fault("shallow", 1.2, "knee", 60.0, 80.0, 140.0, "Go lower")
    done = a_set(replace(rep(0.0), faults=(lean,)), replace(rep(2.0), faults=(lean, shallow)))
    kept = Store(f"sqlite:///{tmp_path / 'sessions.db'}")
    live = LiveSession(
        ScriptedPipeline((0.5, done, None)), store=kept, started_at=NOON, source="camera"
    )
    live.process(PICTURE, 1.0)
    live.finish()
    (shown,) = live.snapshot().ended_sets
    said = [(each.cue, len(each.times)) for each in advice_on(shown.reps)]
    (stored,) = kept.session(live.snapshot().session_id).sets
    assert [(each.cue, len(each.times)) for each in advice_on(stored.reps)] == said
    assert said == [("Keep your chest up", 2), ("Go lower", 1)]
