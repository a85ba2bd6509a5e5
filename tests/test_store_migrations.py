"""Databases of older releases, several programs that open at once, and kills in the middle."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from posecore.store import NewerSchema, Store, StoreError
from posecore.store.engines import with_driver
from posecore.store.tables import SCHEMA_VERSION, metadata
from tests.stored import squats

ROOT = Path(__file__).resolve().parents[1]
FIRST = ROOT / "tests" / "databases" / "version_1.sql"
ANA = "Ana"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A database that the first release made, before there was Alembic."""
    path = tmp_path / "posecoach.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text("utf-8"))
    return path


def store_at(path: Path) -> Store:
    return Store(f"sqlite:///{path}", busy_timeout_s=20)


def rows_of(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


OLD_COLUMNS = {
    "sessions": "id, person, started_at, ended_at, source, app_version, model_version, notes, "
    "deleted_at",
    "sets": "id, session_id, ordinal, exercise, start_s, end_s, hold_s",
    "reps": "*",
    "faults": "*",
    "curves": "*",
}


def test_a_database_of_the_first_release_is_carried_over_without_loss(first):
    tables = [f"SELECT {columns} FROM {table}" for table, columns in OLD_COLUMNS.items()]
    before = [rows_of(first, query) for query in tables]
    store = store_at(first)
    assert store.schema_version() == 1
    assert {each.id for each in store.sessions()} == {1, 2}
    assert store.schema_version() == SCHEMA_VERSION
    store.close()
    assert [rows_of(first, query) for query in tables] == before
    (fault,) = store.session(1).sets[0].reps[1].faults
    assert (fault.low, fault.high) == (95.0, float("inf"))
    np.testing.assert_array_equal(store.curve(1).flexion_deg, [[5, np.nan], [95, 90]])


def test_what_the_first_release_kept_is_added_up_and_its_people_are_known(first):
    store = store_at(first)
    summary = store.session(1).summary
    assert (summary.sets, summary.reps, summary.attempts, summary.hold_s) == (2, 3, 1, 25.0)
    assert summary.mean_score == 70.0  # of 80 and 60; the third was not judged
    monday = date(2026, 1, 5)
    plank, squat = store.history.weeks(monday, monday, zone=UTC, person=ANA)
    assert (plank.exercise, plank.hold_s, plank.score) == ("plank", 25.0, None)
    assert (squat.rom_deg, squat.tempo_s, squat.symmetry) == (pytest.approx(274 / 3), (1.5, 1), 80)
    best, worst = store.history.best_and_worst("squat", person=ANA)
    assert (best.rep.score, worst.rep.score) == (80, 60)
    assert [(each.name, each.sessions) for each in store.people.all()] == [(ANA, 1)]
    assert [each.id for each in store.sessions(deleted=True)] == [3]
    assert len(set(rows_of(first, "SELECT uid FROM sessions"))) == 3


def test_the_number_of_a_session_that_the_first_release_removed_is_not_given_again(first):
    with closing(sqlite3.connect(first, isolation_level=None)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 40 WHERE name = 'sessions'")
    assert squats(store_at(first)) == 41


def test_the_first_release_refuses_a_database_of_this_one(first):
    store = store_at(first)
    store.sessions()
    store.close()
    # What that release looks at: it knows 1 and takes no larger number.
    assert rows_of(first, "SELECT version FROM posecoach_schema") == [(SCHEMA_VERSION,)]


def test_migrations_make_the_tables_that_the_code_expects(store, database_url):
    store.sessions()
    engine = create_engine(with_driver(make_url(database_url)))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_server_of_a_newer_program_is_refused(server):
    url = server.new_database()
    store = Store(url)
    squats(store)
    store.close()
    server.sql("UPDATE posecoach_schema SET version = 99", url.split("/")[3].split("?")[0])
    for call in (store.sessions, store.schema_version):
        with pytest.raises(NewerSchema, match="newer PoseCoach.*99"):
            call()


OPENING = """
import sys
from posecore.store import Store
print("ready", flush=True)
sys.stdin.readline()
print(len(Store(sys.argv[1], busy_timeout_s=30).sessions(deleted=True)), flush=True)
"""


def start_opening(url: str) -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-c", OPENING, url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None and program.stdout.readline() == "ready\n"
    return program


def test_two_programs_that_open_an_empty_database_at_once_both_get_it(database_url):
    programs = [start_opening(database_url) for _ in range(2)]
    for program in programs:
        program.stdin.write("\n")
        program.stdin.flush()
    assert [program.communicate() for program in programs] == [("0\n", ""), ("0\n", "")]
    assert Store(database_url).schema_version() == SCHEMA_VERSION


def test_two_programs_that_open_an_old_database_at_once_carry_it_over_once(first):
    programs = [start_opening(f"sqlite:///{first}") for _ in range(2)]
    for program in programs:
        program.stdin.write("\n")
        program.stdin.flush()
    assert [program.communicate() for program in programs] == [("1\n", ""), ("1\n", "")]
    assert store_at(first).session(1).summary.reps == 3


KILLED = """
import os, signal, sys
from alembic import op
from posecore.store import Store
add_column, wanted = op.add_column, int(sys.argv[2])
done = 0
def killed(*arguments, **options):
    global done
    done += 1
    if done == wanted:
        os.kill(os.getpid(), signal.SIGKILL)
    return add_column(*arguments, **options)
op.add_column = killed
Store(sys.argv[1]).sessions()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("step", [1, 8, 14])
def test_a_kill_in_the_middle_of_a_migration_leaves_the_old_database(first, step):
    command = [sys.executable, "-c", KILLED, f"sqlite:///{first}", str(step)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    store = store_at(first)
    assert store.schema_version() == 1
    assert store.session(1).summary.reps == 3
    assert store.schema_version() == SCHEMA_VERSION


def test_a_migration_that_fails_changes_nothing_and_says_so(first):
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("CREATE TABLE people (cookie TEXT)")  # in the way of the new one
    store = store_at(first)
    with pytest.raises(StoreError, match="people"):
        store.sessions()
    assert store.schema_version() == 1
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("DROP TABLE people")
    assert store.session(1).summary.reps == 3


def test_a_database_that_is_made_today_is_known_to_alembic(store, database_url):
    store.sessions()
    engine = create_engine(with_driver(make_url(database_url)))
    with engine.connect() as connection:
        (revision,) = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
    engine.dispose()
    assert int(revision) == SCHEMA_VERSION


def test_times_of_the_first_release_are_those_of_the_session(first):
    assert store_at(first).session(1).summary.started_at == datetime(2026, 1, 5, 12, tzinfo=UTC)
