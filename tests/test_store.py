"""The store, with a file and with a server: what is written comes back, to whom it belongs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from posecore import store as store_module
from posecore.store import NotFound
from posecore.types import Fault, Rep
from tests.stored import JOINTS, NOON, TOO_SHALLOW, rep, squats

# What is written comes back.


def test_a_rep_comes_back_with_its_faults_and_its_curve(store):
    t_s = np.linspace(3600.0, 3602.5, 26)
    curve_deg = np.random.default_rng(0).uniform(0, 150, (26, 3))
    curve_deg[4:9, 1] = np.nan
    high = Fault("trunk", 3601.2, "trunk", 0.7, float("-inf"), 0.5, "Chest up", unit="m")
    written = rep(
        3600.0,
        faults=(TOO_SHALLOW, high),
        score_parts={"depth": 60.0, "tempo": float("nan")},
        curve_t_s=t_s,
        curve_deg=curve_deg,
    )
    session_id = store.begin_session(NOON, "camera")
    set_id = store.begin_set(session_id, "squat", 3599.0)
    rep_id = store.add_rep(set_id, written, JOINTS)

    (read,) = store.session(session_id).sets[0].reps
    assert read.id == rep_id
    assert read.faults == (TOO_SHALLOW, high)
    assert (read.start_s, read.end_s, read.complete) == (3600.0, 3602.5, True)
    assert (read.rom_deg, read.tempo_s, read.score) == (92.5, (1.5, 1.0), 80.0)
    assert read.score_parts["depth"] == 60.0
    assert np.isnan(read.score_parts["tempo"])
    curve = store.curve(rep_id)
    assert curve.joint_names == JOINTS
    np.testing.assert_allclose(curve.t_s, t_s, atol=1e-6)
    np.testing.assert_allclose(curve.flexion_deg, curve_deg, atol=1e-4)


def test_values_that_were_not_measured_come_back_as_nan_and_a_rep_may_have_no_curve(store):
    session_id = store.begin_session(NOON, "camera")
    set_id = store.begin_set(session_id, "squat", 0.0)
    rep_id = store.add_rep(set_id, rep(score=float("nan")), JOINTS)
    assert np.isnan(store.session(session_id).sets[0].reps[0].score)
    assert store.curve(rep_id).flexion_deg.shape == (0, 3)
    assert store.sessions()[0].mean_score is None


def test_numbers_of_numpy_are_kept_like_those_of_python(store):
    session_id = store.begin_session(NOON, "camera")
    set_id = store.begin_set(session_id, "squat", np.float32(0.5))
    number = np.float32(1.5)
    fault = Fault("depth", number, "left_knee", number, number, number, "Go lower")
    store.add_rep(
        set_id,
        Rep("squat", number, number, np.bool_(True), number, (number, number), number, (fault,)),
        (),
    )
    store.update_set(set_id, np.float32(2.5), np.float32(1.0))
    (only,) = store.session(session_id).sets
    assert (only.start_s, only.end_s, only.hold_s) == (0.5, 2.5, 1.0)
    assert (only.reps[0].score, only.reps[0].complete, only.reps[0].faults[0].low) == (
        1.5,
        True,
        1.5,
    )


def test_a_curve_that_does_not_fit_its_joint_names_is_refused_and_nothing_is_kept(store):
    session_id = store.begin_session(NOON, "camera")
    set_id = store.begin_set(session_id, "squat", 0.0)
    bad = rep(curve_t_s=np.arange(4.0), curve_deg=np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"expected a curve of shape \(4, 3\)"):
        store.add_rep(set_id, bad, JOINTS)
    assert store.session(session_id).sets[0].reps == ()


def test_times_of_day_come_back_in_utc(store):
    seoul = timezone(timedelta(hours=9))
    store.end_session(
        store.begin_session(datetime(2024, 5, 6, 21, tzinfo=seoul), "camera"),
        datetime(2024, 5, 6, 21, 10, tzinfo=seoul),
    )
    (summary,) = store.sessions()
    assert summary.started_at == NOON
    assert summary.started_at.utcoffset() == timedelta(0)
    assert summary.duration_s == 600


def test_a_time_without_zone_is_refused(store):
    with pytest.raises(ValueError, match="expected a time with its zone"):
        store.begin_session(datetime(2024, 5, 6), "camera")


# Lists.


def test_sessions_come_newest_first_and_in_pages(store):
    for day in (3, 1, 4, 2):
        squats(store, NOON + timedelta(days=day))
    days = [each.started_at.day - NOON.day for each in store.sessions()]
    assert days == [4, 3, 2, 1]
    page = store.sessions(limit=2, offset=1)
    assert [each.started_at.day - NOON.day for each in page] == [3, 2]
    assert store.count_sessions() == 4


def test_a_summary_adds_up_sets_and_counts_attempts_apart(store):
    session_id = store.begin_session(NOON, "morning.mp4", app_version="1.2", model_version="3")
    for exercise, start_s in (("squat", 0), ("plank", 60), ("squat", 120)):
        set_id = store.begin_set(session_id, exercise, start_s)
        if exercise == "plank":
            store.update_set(set_id, 90, hold_s=25)
            continue
        store.add_rep(set_id, rep(start_s + 1, score=70), ())
        store.add_rep(set_id, rep(start_s + 4, score=90), ())
        store.add_rep(set_id, rep(start_s + 7, score=5, complete=False), ())
    (summary,) = store.sessions()
    assert summary.exercises == ("squat", "plank")
    assert (summary.sets, summary.reps, summary.attempts) == (3, 4, 2)
    assert (summary.hold_s, summary.mean_score) == (25, 80)
    assert summary.totals[0].sets == 2
    assert (summary.source, summary.app_version, summary.model_version) == (
        "morning.mp4",
        "1.2",
        "3",
    )
    assert summary.ended_at is None
    assert summary.duration_s == 129.5  # to the end of the last rep
    assert store.session(session_id).summary == summary


def test_sessions_are_filtered_by_exercise_and_by_person(store):
    squats(store, person="Ana")
    lunges = store.begin_session(NOON, "camera", person="Ben")
    store.begin_set(lunges, "lunge", 0.0)
    assert [each.person for each in store.sessions(exercise="lunge")] == ["Ben"]
    assert [each.person for each in store.sessions(person="Ana")] == ["Ana"]
    assert store.sessions(exercise="lunge", person="Ana") == []
    assert store.count_sessions(exercise="lunge") == 1
    assert store.exercises() == ["lunge", "squat"]
    assert store.exercises(person="Ana") == ["squat"]


def test_sets_and_reps_are_numbered_from_one_in_the_order_they_were_done(store):
    session_id = store.begin_session(NOON, "camera")
    for exercise in ("squat", "lunge"):
        set_id = store.begin_set(session_id, exercise, 0.0)
        store.add_rep(set_id, rep(1), ())
        store.add_rep(set_id, rep(4), ())
    detail = store.session(session_id)
    assert [(each.ordinal, each.exercise) for each in detail.sets] == [(1, "squat"), (2, "lunge")]
    assert [[each.ordinal for each in one.reps] for one in detail.sets] == [[1, 2], [1, 2]]


# Empty and deleted sessions.


def test_a_session_in_which_nothing_was_done_can_be_discarded(store):
    nothing = store.begin_session(NOON, "camera")
    only_begun = store.begin_session(NOON, "camera")
    store.begin_set(only_begun, "squat", 0.0)
    attempted = store.begin_session(NOON, "camera")
    store.add_rep(store.begin_set(attempted, "squat", 0.0), rep(complete=False), ())
    held = store.begin_session(NOON, "camera")
    store.update_set(store.begin_set(held, "plank", 0.0), 20, hold_s=12)
    sessions = (nothing, only_begun, attempted, held)
    assert [store.discard_if_empty(each) for each in sessions] == [True, True, False, False]
    assert {each.id for each in store.sessions()} == {attempted, held}


def test_a_session_with_nothing_so_far_is_not_listed(store):
    session_id = store.begin_session(NOON, "camera")
    assert store.sessions() == []
    store.begin_set(session_id, "squat", 0.0)
    assert [each.id for each in store.sessions()] == [session_id]


def test_a_deleted_session_is_hidden_and_can_be_restored(store):
    session_id = squats(store, reps=2)
    before = store.session(session_id)
    rep_id = before.sets[0].reps[0].id
    store.delete_session(session_id, NOON)
    assert store.sessions() == []
    assert store.exercises() == []
    assert [each.id for each in store.sessions(deleted=True)] == [session_id]
    for look in (store.session, lambda _: store.curve(rep_id)):
        with pytest.raises(NotFound):
            look(session_id)
    store.restore_session(session_id)
    assert store.session(session_id) == before


def test_a_running_session_can_be_finished_after_it_was_deleted(store):
    session_id = store.begin_session(NOON, "camera")
    set_id = store.begin_set(session_id, "squat", 0.0)
    store.delete_session(session_id, NOON)
    store.add_rep(set_id, rep(), ())
    store.end_session(session_id, NOON + timedelta(minutes=1))
    store.restore_session(session_id)
    assert store.session(session_id).summary.reps == 1


def test_the_number_of_a_removed_session_is_not_given_again(store):
    first = store.begin_session(NOON, "camera")
    store.discard_if_empty(first)
    assert store.begin_session(NOON, "camera") > first


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.session(7),
        lambda store: store.curve(7),
        lambda store: store.begin_set(7, "squat", 0.0),
        lambda store: store.add_rep(7, rep(), ()),
        lambda store: store.update_set(7, 1.0),
        lambda store: store.end_session(7, NOON),
        lambda store: store.delete_session(7, NOON),
        lambda store: store.restore_session(7),
    ],
)
def test_what_is_not_there_is_named(store, call):
    with pytest.raises(NotFound, match="There is no (session|set|rep) 7"):
        call(store)


# Threads and kills.


def test_threads_write_and_read_at_once_without_losing_a_rep(store):
    failures = []

    def write(exercise: str) -> None:
        try:
            session_id = store.begin_session(NOON, exercise)
            set_id = store.begin_set(session_id, exercise, 0.0)
            for number in range(25):
                store.add_rep(set_id, rep(number, faults=(TOO_SHALLOW,)), ())
                store.sessions()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("squat", "lunge")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted((each.source, each.reps) for each in store.sessions()) == [
        ("lunge", 25),
        ("squat", 25),
    ]


WRITER = """
import sys
from datetime import datetime, timezone
import numpy as np
from posecore.store import Store
from posecore.types import Rep
store = Store(sys.argv[1])
session_id = store.begin_session(datetime.now(timezone.utc), "camera")
set_id = store.begin_set(session_id, "squat", 0.0)
for number in range(100_000):
    curve = dict(curve_t_s=np.arange(50.0), curve_deg=np.full((50, 2), float(number)))
    rep = Rep("squat", number, number + 1, True, 90.0, (1.0, 1.0), 80.0, **curve)
    print(store.add_rep(set_id, rep, ("left_knee", "right_knee")), flush=True)
"""


def test_killing_the_writer_loses_no_finished_rep(store, database_url):
    command = [sys.executable, "-c", WRITER, database_url]
    root = Path(store_module.__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as writer:
        finished = [int(writer.stdout.readline()) for _ in range(12)]
        writer.send_signal(signal.SIGKILL)
        finished += [int(line) for line in writer.stdout if line.endswith("\n")]
    assert writer.returncode == -signal.SIGKILL

    (summary,) = store.sessions()
    (only,) = store.session(summary.id).sets
    # One more may have reached the disk before the writer could say so.
    assert [each.id for each in only.reps][: len(finished)] == finished
    assert len(only.reps) - len(finished) in (0, 1)
    assert only.end_s == only.reps[-1].end_s
    for each in only.reps:
        assert (store.curve(each.id).flexion_deg == each.start_s).all()


# Whose it is.


def test_a_store_of_one_person_finds_and_changes_nothing_of_another(store):
    theirs = squats(store.of("ada"), reps=2)
    mine = store.of("bob")
    their_set = store.session(theirs).sets[0]
    assert mine.sessions() == [] and mine.count_sessions() == 0 and mine.exercises() == []
    assert mine.sessions(person="ada") == []
    for attempt in (
        lambda: mine.session(theirs),
        lambda: mine.curve(their_set.reps[0].id),
        lambda: mine.begin_set(theirs, "squat", 9.0),
        lambda: mine.add_rep(their_set.id, rep(9.0), ()),
        lambda: mine.update_set(their_set.id, 9.0),
        lambda: mine.end_session(theirs, NOON),
        lambda: mine.delete_session(theirs, NOON),
        lambda: mine.restore_session(theirs),
    ):
        with pytest.raises(NotFound):
            attempt()
    store.delete_session(theirs, NOON)
    assert mine.sessions(deleted=True) == []
    assert mine.purge(NOON + timedelta(days=9)) == 0
    store.restore_session(theirs)
    assert len(store.session(theirs).sets[0].reps) == 2


def test_what_is_begun_in_a_store_of_one_person_is_that_person_s(store):
    mine = store.of("bob")
    session_id = squats(mine, person="ada")
    assert [each.person for each in store.sessions()] == ["bob"]
    assert mine.session(session_id).summary.reps == 1
    mine.delete_session(session_id, NOON)
    assert mine.purge(NOON + timedelta(days=1)) == 1


def test_an_empty_session_of_another_is_not_discarded(store):
    theirs = store.of("ada").begin_session(NOON, "camera")
    assert not store.of("bob").discard_if_empty(theirs)
    assert store.of("ada").discard_if_empty(theirs)
