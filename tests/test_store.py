import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from posecore import store as store_module
from posecore.store import (
    DamagedRecord,
    DatabaseBusy,
    DiskFull,
    NewerSchema,
    NotADatabase,
    NotFound,
    NotWritable,
    Store,
    StoreError,
    default_url,
)
from posecore.types import Fault, Rep

NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
JOINTS = ("left_knee", "right_knee", "left_hip")
TOO_SHALLOW = Fault("depth", 2.5, "left_knee", 71.5, 95.0, 140.0, "Go lower")


def rep(start_s: float = 1.0, *, complete: bool = True, score: float = 80.0, **values) -> Rep:
    return Rep(
        exercise="squat",
        start_s=start_s,
        end_s=start_s + 2.5,
        complete=complete,
        rom_deg=92.5,
        tempo_s=(1.5, 1.0),
        score=score,
        **values,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posecoach.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{path}", busy_timeout_s=20)
    yield store
    store.close()


def squats(store: Store, started_at: datetime = NOON, reps: int = 1, **values) -> int:
    session_id = store.begin_session(started_at, "camera", **values)
    set_id = store.begin_set(session_id, "squat", 0.5)
    for number in range(reps):
        store.add_rep(set_id, rep(1 + 3 * number), ())
    store.end_session(session_id, started_at + timedelta(minutes=2))
    return session_id


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


def test_a_damaged_curve_is_named_and_the_session_still_opens(store, path):
    session_id = squats(store)
    rep_id = store.session(session_id).sets[0].reps[0].id
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE curves SET samples = x'0123'")
    connection.close()
    with pytest.raises(DamagedRecord, match="cannot be read"):
        store.curve(rep_id)
    assert store.session(session_id).summary.reps == 1


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


def test_purging_leaves_nothing_of_a_session_in_the_files(store, path):
    session_id = store.begin_session(NOON, "camera", notes="Zerubbabel")
    set_id = store.begin_set(session_id, "squat", 0.0)
    curve = {"curve_t_s": np.arange(500.0), "curve_deg": np.full((500, 3), 77.7)}
    store.add_rep(set_id, rep(faults=(TOO_SHALLOW,), **curve), JOINTS)
    kept = squats(store)
    traces = (b"Zerubbabel", b"Go lower", np.full(3, 77.7, np.float32).tobytes())

    def bytes_of_files() -> bytes:
        return b"".join(file.read_bytes() for file in path.parent.glob("posecoach.db*"))

    assert all(trace in bytes_of_files() for trace in traces)
    store.delete_session(session_id, NOON)
    assert store.purge(NOON) == 0
    assert store.purge(NOON + timedelta(seconds=1)) == 1
    assert not any(trace in bytes_of_files() for trace in traces)
    assert [each.id for each in store.sessions()] == [kept]
    with pytest.raises(NotFound):
        store.restore_session(session_id)


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


def test_killing_the_writer_loses_no_finished_rep(store, path):
    command = [sys.executable, "-c", WRITER, str(store_url(path))]
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


# Files that cannot be used.


def store_url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_file_of_a_newer_program_is_refused_and_left_as_it_is(store, path):
    squats(store)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE posecoach_schema SET version = 99")
    connection.close()
    before = path.read_bytes()
    for call in (store.sessions, store.schema_version):
        with pytest.raises(NewerSchema, match="newer PoseCoach.*99.*Update PoseCoach"):
            call()
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(store, path):
    path.write_bytes(b"Dear diary, today I did forty squats.\n" * 100)
    before = path.read_bytes()
    for call in (store.sessions, store.schema_version, lambda: squats(store)):
        with pytest.raises(NotADatabase, match="not a session database"):
            call()
    assert path.read_bytes() == before


def test_another_programs_database_is_not_written_into(store, path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sessions (cookie TEXT)")
    connection.close()
    with pytest.raises(NotADatabase, match="another program's"):
        squats(store)


def test_a_database_that_another_program_locks_is_named_and_works_when_it_is_free(path):
    store = Store(store_url(path), busy_timeout_s=0.1)
    session_id = squats(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="locked by another program"):
        store.begin_set(session_id, "lunge", 0.0)
    assert store.sessions()[0].sets == 1  # looking is not stopped by a writer
    other.execute("ROLLBACK")
    other.close()
    store.begin_set(session_id, "lunge", 0.0)
    assert store.sessions()[0].sets == 2
    store.close()


def test_a_full_disk_is_named_and_keeps_what_was_saved(store):
    session_id = squats(store, reps=2)
    set_id = store.session(session_id).sets[0].id
    store.close()

    def no_more_pages(connection, _record) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", no_more_pages)
    try:
        large = {"curve_t_s": np.arange(9000.0), "curve_deg": np.zeros((9000, 3))}
        with pytest.raises(DiskFull, match="disk is full.*Free some space"):
            store.add_rep(set_id, rep(9, **large), JOINTS)
        assert store.sessions()[0].reps == 2
    finally:
        event.remove(Engine, "connect", no_more_pages)
    store.close()
    store.add_rep(set_id, rep(9, **large), JOINTS)
    assert store.sessions()[0].reps == 3


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write everywhere, so for root the block runs with nobody's rights."""
    if not hasattr(os, "getuid"):
        pytest.skip("folder permissions are tested on POSIX systems only")
    if os.getuid() != 0:
        yield
        return
    nobody = 65534
    try:
        os.setresuid(nobody, nobody, 0)
    except (AttributeError, OSError):
        pytest.skip("root cannot become nobody here")
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize("name", ["posecoach.db", "below/posecoach.db"])
def test_a_folder_that_may_not_be_written_is_named(name):
    # Not tmp_path, into which nobody may look.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with as_nobody():
            store = Store(store_url(Path(folder, name)))
            for call in (store.sessions, store.schema_version, lambda: squats(store)):
                with pytest.raises(NotWritable, match="POSECOACH_DATABASE_URL"):
                    call()
        Path(folder).chmod(0o755)
        assert list(Path(folder).iterdir()) == []


def test_a_file_that_may_not_be_written_is_named():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "posecoach.db")
        store = Store(store_url(path))
        squats(store)
        store.close()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        with as_nobody():
            for call in (lambda: squats(store), store.schema_version):
                with pytest.raises(NotWritable, match="Allow writing"):
                    call()
        Path(folder).chmod(0o755)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url):
    with pytest.raises(StoreError, match="in memory only"):
        Store(url)


@pytest.mark.parametrize("url", ["/home/you/sessions.db", "nosuch://host/name"])
def test_an_address_that_is_none_is_explained(url):
    with pytest.raises(StoreError, match="Expected an address such as sqlite:"):
        Store(url).sessions()


# Where it is.


def test_the_environment_variable_names_the_database(monkeypatch, tmp_path):
    monkeypatch.setenv(store_module.URL_VARIABLE, store_url(tmp_path / "other.db"))
    squats(Store())
    assert (tmp_path / "other.db").exists()


def test_without_the_variable_it_is_a_file_in_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv(store_module.URL_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_url().startswith("sqlite:///")
    assert default_url().endswith("posecoach.db")


def test_making_a_store_opens_nothing_and_asking_for_the_version_writes_nothing(path):
    store = Store(store_url(path))
    assert store.schema_version() is None
    assert not path.exists()
    squats(store)
    assert store.schema_version() == store_module.tables.SCHEMA_VERSION
    store.close()
    resting = sorted(path.parent.iterdir())
    assert Store(store_url(path)).schema_version() == store_module.tables.SCHEMA_VERSION
    assert sorted(path.parent.iterdir()) == resting == [path]


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
