"""What carries many sessions at once, to be killed meanwhile: imports, and migrations of old files.

Each runs in a process of its own until it is killed, and tells what it has done; its ``look_at``
gives what was lost of that, and what is there by half.
"""

from __future__ import annotations

import io
import itertools
import os
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import alembic.command  # noqa: F401 - beforehand: the kill is to meet a migration, not an import

from bench.trust.exercising import REPS_A_SET, rep_at
from posecore.store import Store
from posecore.store.document import RepEntry, SessionEntry, SetEntry, write_document
from posecore.store.recording import rep_row
from posecore.store.tables import SCHEMA_VERSION

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SESSIONS_A_FILE = 4
_FIRST = Path(__file__).resolve().parents[2] / "tests" / "databases" / "version_1.sql"


def import_files(place: Path, number: int, told: Connection) -> None:
    store = Store(f"sqlite:///{place / 'sessions.db'}")
    told.send_bytes(b"0")
    for i in itertools.count():
        store.archive.import_(io.BytesIO(_export(f"import {number}.{i}")))
        told.send_bytes(b"%d" % (i + 1))


def look_at_imports(place: Path, number: int, told: int) -> tuple[int, int]:
    store = Store(f"sqlite:///{place / 'sessions.db'}")
    try:
        found = [
            each
            for each in store.sessions(limit=100_000)
            if each.source.startswith(f"import {number}.")
        ]
    finally:
        store.close()
    of_file = Counter(each.source for each in found)
    halves = sum(n != SESSIONS_A_FILE for n in of_file.values())
    halves += sum(each.reps != REPS_A_SET for each in found)
    return max(0, told - len(of_file)), halves


def _export(source: str) -> bytes:
    reps = [
        RepEntry(ordinal=i + 1, faults=(), curve=None, **rep_row(rep_at(2.0 * i)))
        for i in range(REPS_A_SET)
    ]
    one = SetEntry(
        ordinal=1, exercise="squat", start_s=0.0, end_s=20.0, hold_s=None, reps=tuple(reps)
    )
    out = io.BytesIO()
    write_document(
        out,
        [
            SessionEntry(
                uid=uuid4().hex, person="Ana", started_at=NOON, deleted_at=None, source=source,
                ended_at=NOON + timedelta(minutes=1), app_version="", model_version="", notes="",
                sets=(one,),
            )
            for _ in range(SESSIONS_A_FILE)
        ],
    )  # fmt: skip
    return out.getvalue()


def migrate_files(place: Path, number: int, told: Connection) -> None:
    """One copy after another of a file of the first release."""
    first = place / f"first-{number}.sql"
    with closing(sqlite3.connect(first)) as connection:
        connection.executescript(_FIRST.read_text("utf-8"))
    told.send_bytes(b"0")
    for i in itertools.count():
        copy = place / f"copy-{number}"
        shutil.copyfile(first, copy)
        os.replace(copy, place / f"old-{number}.{i}.db")
        store = Store(f"sqlite:///{place / f'old-{number}.{i}.db'}")
        store.sessions()
        store.close()
        told.send_bytes(b"%d" % (i + 1))


def look_at_migrated(place: Path, number: int, told: int) -> tuple[int, int]:
    lost = halves = 0
    for path in place.glob(f"old-{number}.*.db"):
        store = Store(f"sqlite:///{path}")
        done = int(path.stem.rpartition(".")[2]) < told
        lost += done and store.schema_version() != SCHEMA_VERSION
        # The one that was being migrated opens as well, and is carried over then.
        whole = [(each.sets, each.reps, each.attempts) for each in store.sessions()]
        halves += whole != [(1, 1, 0), (2, 3, 1)] or len(store.sessions(deleted=True)) != 1
        store.close()
    return lost, halves
