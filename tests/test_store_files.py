"""The file that keeps the sessions where there is no server: what can be wrong with it."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
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
    NotAnExport,
    NotFound,
    NotWritable,
    Store,
    StoreError,
    default_url,
)
from tests.stored import JOINTS, NOON, TOO_SHALLOW, rep, squats


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posecoach.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(store_url(path), busy_timeout_s=20)
    yield store
    store.close()


def store_url(path: Path) -> str:
    return f"sqlite:///{path}"


# What is in it.


def test_a_damaged_curve_is_named_and_the_session_still_opens(store, path):
    session_id = squats(store)
    rep_id = store.session(session_id).sets[0].reps[0].id
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE curves SET samples = x'0123'")
    connection.close()
    with pytest.raises(DamagedRecord, match="cannot be read"):
        store.curve(rep_id)
    assert store.session(session_id).summary.reps == 1


def test_a_curve_that_lies_column_by_column_in_memory_is_read_back(store):
    curve_deg = np.asfortranarray(np.arange(12.0).reshape(4, 3))
    set_id = store.begin_set(store.begin_session(NOON, "camera"), "squat", 0.0)
    rep_id = store.add_rep(set_id, rep(curve_t_s=np.arange(4.0), curve_deg=curve_deg), JOINTS)
    np.testing.assert_array_equal(store.curve(rep_id).flexion_deg, curve_deg)


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


def changed(path: Path, *statements: str) -> None:
    """As a disk that forgets would, behind the program's back."""
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


OF_SECOND = "WHERE id = 2"
OF_ITS_REP = "WHERE set_id = 2"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE sessions SET started_at = '2026-01-02 10:00:0\x0b.000000' {OF_SECOND}",
        f"UPDATE sessions SET ended_at = 17 {OF_SECOND}",
        f"UPDATE reps SET score_parts = 'so so' {OF_ITS_REP}",
        f"UPDATE reps SET score_parts = '[1, 2]' {OF_ITS_REP}",
        f"UPDATE reps SET rom_deg = 'wide' {OF_ITS_REP}",
    ],
)
def test_a_damaged_value_costs_its_own_session_and_no_other(store, path, statement):
    for day in range(3):
        squats(store, NOON + timedelta(days=day), person="Ana")
    store.close()
    changed(path, statement)
    with pytest.raises(DamagedRecord, match=r"Session 2 is damaged.*restore a backup"):
        store.session(2)
    assert [each.name for each in store.people.all()] == ["Ana"]
    listed = {each.id for each in store.sessions()}
    assert {1, 3} <= listed
    assert [store.session(each).summary.reps for each in (1, 3)] == [1, 1]
    assert store.exercises() == ["squat"]
    assert store.history.first_day() == NOON.date()
    assert store.history.weeks(NOON.date(), NOON.date())
    store.history.best_and_worst("squat")
    said: list[str] = []
    assert store.archive.export(io.BytesIO(), tell=said.append) == 2
    (sentence,) = said
    assert sentence.startswith("Session 2 is damaged (")
    before = path.read_bytes()
    assert store.archive.damage() == [sentence]
    assert path.read_bytes() == before


def test_a_damaged_letter_costs_that_letter_and_is_found(store, path):
    squats(store, notes="easy")
    store.close()
    changed(path, "UPDATE sessions SET notes = CAST(x'65E47379' AS TEXT)")
    assert [each.notes for each in store.sessions()] == ["e\ufffdsy"]
    assert store.archive.export(io.BytesIO()) == 1
    store.close()
    (sentence,) = store.archive.damage()
    assert "Session 1 is damaged (Could not decode to UTF-8 column 'notes')" in sentence


def test_what_a_backup_cannot_take_is_kept_as_it_is_before_it_is_replaced(store, path):
    squats(store, person="Ana")
    squats(store, person="Ben")
    backup = io.BytesIO()
    store.archive.export(backup, person="Ben")
    store.close()
    changed(path, "UPDATE sessions SET started_at = 'noon' WHERE person = 'Ana'")
    keep, said = path.with_name("replaced-1.jsonl.gz"), list[str]()
    backup.seek(0)
    assert store.archive.restore(backup, replace=True, keep=keep, tell=said.append).sessions == 1
    assert [each.person for each in store.sessions()] == ["Ben"]
    whole = path.with_name("replaced-1.db")
    assert len(said) == 2 and str(whole) in said[1]
    with sqlite3.connect(whole) as connection:
        rows = connection.execute("SELECT person, started_at FROM sessions ORDER BY id").fetchall()
    connection.close()
    assert rows[0] == ("Ana", "noon") and len(rows) == 2


def test_a_restore_that_fails_leaves_no_copy_of_what_is_still_there(store, path):
    squats(store)
    squats(store)
    store.close()
    changed(path, "UPDATE sessions SET started_at = 'noon' WHERE id = 2")
    keep = path.with_name("replaced-1.jsonl.gz")
    with pytest.raises(NotAnExport):
        store.archive.restore(io.BytesIO(b"a letter"), replace=True, keep=keep)
    store.close()
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_table_of_contents_is_named(store, path):
    session_id = squats(store)
    store.close()
    content = bytearray(path.read_bytes())
    content[content.find(b"CREATE TABLE reps") + 3] = 0xE4
    path.write_bytes(content)
    calls = (store.sessions, store.schema_version, lambda: store.begin_set(session_id, "x", 0.0))
    for call in calls:
        with pytest.raises(NotADatabase, match="damaged. Move the file away"):
            call()


def test_damage_that_no_value_shows_is_found(store, path):
    for _ in range(40):
        squats(store, notes="x" * 500)
    store.close()
    assert store.archive.damage() == []
    with sqlite3.connect(path) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_sessions_started_at'"
        (page,) = connection.execute(query).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size + 8 : (page - 1) * size + 28] = b"\x55" * 20
    path.write_bytes(content)
    found = store.archive.damage()
    assert found and "is damaged (" in found[0] and "restore the backup" in found[0]


# Files that cannot be used.


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


def test_a_file_that_is_moved_away_while_it_is_used_keeps_all_and_a_new_one_is_made(store, path):
    squats(store, reps=2)
    away = path.with_name("away.db")
    path.rename(away)
    session_id = squats(store)
    assert [each.id for each in store.sessions()] == [session_id]
    assert path.exists()
    assert [each.reps for each in Store(store_url(away)).sessions()] == [2]


def test_a_file_that_is_put_in_the_place_of_another_while_it_is_used_is_the_one_that_is_read(
    store, path
):
    squats(store)
    other = Store(store_url(path.with_name("other.db")))
    squats(other, reps=3)
    other.close()
    path.with_name("other.db").rename(path)
    assert [each.reps for each in store.sessions()] == [3]


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
def test_sessions_and_what_is_written_of_them_are_for_their_owner_alone(tmp_path):
    tmp_path.chmod(0o755)
    store = Store(store_url(tmp_path / "new.db"))
    squats(store)
    with store_module.whole_file(tmp_path / "all.jsonl.gz") as out:
        store.archive.export(out)
    files = list(tmp_path.iterdir())
    assert {"new.db", "new.db-wal", "all.jsonl.gz"} <= {file.name for file in files}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    store.close()
    (tmp_path / "new.db").chmod(0o644)  # as a file that is older than this
    store.sessions()
    store.close()
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
