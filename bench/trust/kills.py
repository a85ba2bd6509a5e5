"""kill -9 at random moments, then a look at what is on the disk."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bench.trust import carrying, erasing, uploading
from bench.trust.exercising import PICTURE, REPS_A_SET, RepAFrame, rep_at
from posecore.analyze import Analysis, write_document
from posecore.angles import JOINT_NAMES, N_JOINTS
from posecore.live import LiveSession
from posecore.store import Store
from posecore.video import VideoInfo

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
_VIDEO_SETS = 2
_READY_S = 60.0  # the first process loads the libraries; a busy computer takes its time


@dataclass(frozen=True)
class Tally:
    """What a number of kills did. ``lost`` counts what was told to be done and is not there.

    told    reps (sessions, files) that the killed program had reported as kept
    halves  sessions without a set, sets without a rep, videos saved in part, files cut off
    broken  databases that did not open or were not in order
    """

    what: str
    kills: int
    told: int
    lost: int
    halves: int
    broken: int

    @property
    def survived(self) -> bool:
        return not (self.lost or self.halves or self.broken)


# What is killed: each runs in a process of its own until it is, and tells what it has done.


def _train(place: Path, number: int, told: Connection) -> None:
    session = LiveSession(
        RepAFrame(), store=Store(_url(place)), started_at=NOON, source=f"camera {number}"
    )
    told.send_bytes(b"0")
    for i in itertools.count():
        session.process(PICTURE, 2.0 * i)
        told.send_bytes(b"%d" % (i + 1))


def _save_videos(place: Path, number: int, told: Connection) -> None:
    store = Store(_url(place))
    told.send_bytes(b"0")
    for i in itertools.count():
        with store.together():
            session_id = store.begin_session(NOON, f"video {number}.{i}")
            for each in range(_VIDEO_SETS):
                set_id = store.begin_set(session_id, "squat", 10.0 * each)
                for rep in range(REPS_A_SET):
                    store.add_rep(set_id, rep_at(10.0 * each + rep), JOINT_NAMES)
            store.end_session(session_id, NOON + timedelta(seconds=60))
        told.send_bytes(b"%d" % (i + 1))


def _delete(place: Path, number: int, told: Connection) -> None:
    """Half of what it saves is deleted for good at once."""
    store = Store(_url(place))
    told.send_bytes(b"0")
    for i in itertools.count():
        ids = []
        for each in ("kept", "deleted"):
            with store.together():
                ids.append(store.begin_session(NOON, f"{each} {number}.{i}"))
                set_id = store.begin_set(ids[-1], "squat", 0.0)
                for rep in range(REPS_A_SET):
                    store.add_rep(set_id, rep_at(2.0 * rep), JOINT_NAMES)
        store.delete_session(ids[-1], NOON)
        store.purge(NOON + timedelta(days=1))
        told.send_bytes(b"%d" % (i + 1))


def _write_documents(place: Path, number: int, told: Connection) -> None:
    n = 3000
    info = VideoInfo("clip.mp4", 640, 480, 30.0, n / 30, n)
    angles = np.full((n, N_JOINTS), 12.3456)
    none = ("none",) * n
    t_s = np.arange(n) / 30
    analysis = Analysis(info, t_s, np.ones(n, bool), none, none, angles, angles, (), ())
    told.send_bytes(b"0")
    for i in itertools.count():
        write_document(analysis, place / f"{number}.{i}.json")
        told.send_bytes(b"%d" % (i + 1))


# What is looked at afterwards: (lost, halves, broken).

Found = tuple[int, int, int]


def _look_at_session(place: Path, number: int, told: int) -> Found:
    kept, halves = 0, 0
    store = Store(_url(place))
    try:
        for summary in store.sessions(limit=1000):
            sets = store.session(summary.id).sets
            halves += not sets
            halves += sum(not each.reps for each in sets)
            if summary.source == f"camera {number}" and any(each.reps for each in sets):
                kept += sum(len(each.reps) for each in sets)
                last = sets[-1].reps[-1]
                halves += not bool((store.curve(last.id).flexion_deg == last.start_s % 1000).all())
    finally:
        store.close()
    # One more than was told may be there: kept, and killed before it could say so.
    return max(0, told - kept) + (kept > told + 1), halves, _not_in_order(place)


def _look_at_videos(place: Path, number: int, told: int) -> Found:
    whole = _VIDEO_SETS * REPS_A_SET
    return _look_at_wholes(place, f"video {number}.", whole, told)


def _look_at_deleted(place: Path, number: int, told: int) -> Found:
    lost, halves, broken = _look_at_wholes(place, f"kept {number}.", REPS_A_SET, told)
    left = [each for each in _sources(place) if each.startswith(f"deleted {number}.")]
    # The one that was being deleted may be there; those before it may not.
    halves += sum(int(each.rpartition(".")[2]) < told for each in left)
    return lost, halves, broken


def _look_at_wholes(place: Path, begins: str, reps: int, told: int) -> Found:
    store = Store(_url(place))
    try:
        found = [each for each in store.sessions(limit=100_000) if each.source.startswith(begins)]
    finally:
        store.close()
    halves = sum(each.reps != reps for each in found)
    return max(0, told - len(found)), halves, _not_in_order(place)


def _look_at_documents(place: Path, number: int, told: int) -> Found:
    halves = 0
    found = list(place.glob(f"{number}.*.json"))
    for path in found:
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            halves += 1
    return max(0, told - len(found)), halves, 0


def _look_at_imports(place: Path, number: int, told: int) -> Found:
    return *carrying.look_at_imports(place, number, told), _not_in_order(place)


def _look_at_migrated(place: Path, number: int, told: int) -> Found:
    found = carrying.look_at_migrated(place, number, told)
    return *found, sum(_not_in_order(path) for path in place.glob(f"old-{number}.*.db"))


def _look_at_uploads(place: Path, number: int, told: int) -> Found:
    return *uploading.look_at_uploads(place, number, told), _not_in_order(place)


def _look_at_tables(place: Path, number: int, told: int) -> Found:
    return *uploading.look_at_tables(place, number, told), 0


def _look_at_erased(place: Path, number: int, told: int) -> Found:
    return *erasing.look_at_erased(place, number, told), _not_in_order(place)


def _look_at_restored(place: Path, number: int, told: int) -> Found:
    return *erasing.look_at_restored(place, number, told), _not_in_order(place)


def _look_at_own_files(place: Path, number: int, told: int) -> Found:
    return *erasing.look_at_own_files(place, number, told), 0


def _sources(place: Path) -> list[str]:
    store = Store(_url(place))
    try:
        return [each.source for each in store.sessions(limit=100_000)]
    finally:
        store.close()


def _not_in_order(place: Path) -> int:
    """1 where SQLite itself finds something wrong in the file."""
    path = place / "sessions.db" if place.is_dir() else place
    if not path.exists():
        return 0
    connection = sqlite3.connect(path)
    try:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error:
        return 1
    finally:
        connection.close()
    return int(said != "ok" or bool(strays))


def _url(place: Path) -> str:
    return f"sqlite:///{place / 'sessions.db'}"


@dataclass(frozen=True)
class Target:
    """``longest_s``: the kill comes at a random moment up to it. ``anew``: a new file each time."""

    run: Callable[[Path, int, Connection], None]
    look: Callable[[Path, int, int], Found]
    longest_s: float
    anew: bool = False


TARGETS = {
    "a live session": Target(_train, _look_at_session, 0.6),
    "a first session, while its database is made": Target(_train, _look_at_session, 0.2, True),
    "videos being saved": Target(_save_videos, _look_at_videos, 1.0),
    "sessions being deleted for good": Target(_delete, _look_at_deleted, 0.6),
    "people being erased with their own files": Target(erasing.erase_people, _look_at_erased, 1.0),
    "backups being put back": Target(erasing.restore_backups, _look_at_restored, 0.8, True),
    "own exercises and plans being written": Target(
        erasing.write_own_files, _look_at_own_files, 0.6
    ),
    "files being imported": Target(carrying.import_files, _look_at_imports, 0.8),
    "old databases being brought up to date": Target(
        carrying.migrate_files, _look_at_migrated, 1.5
    ),
    "uploads being analysed": Target(uploading.analyse_uploads, _look_at_uploads, 8.0),
    "tables of a batch being written": Target(uploading.write_tables, _look_at_tables, 0.6),
    "documents being written": Target(_write_documents, _look_at_documents, 0.6),
}


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: a kill is the same there, and comes after more reps.

    (What a power cut would do is another question; SQLite is told to wait for the disk.)
    """
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(dir=memory if usable else None) as folder:
        yield Path(folder)


def kill(what: str, folder: Path, kills: int, seed: int = 0) -> Tally:
    """Start the program ``what`` in ``folder`` and kill it, ``kills`` times over."""
    target = TARGETS[what]
    chance = random.Random(seed)
    # Forked from a process that has the libraries loaded and no thread: no second for each start.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    sums = [0, 0, 0, 0]
    for number in range(kills):
        place = folder / (str(number) if target.anew else "one")
        place.mkdir(parents=True, exist_ok=True)
        told = _kill_once(context, target, place, number, chance.uniform(0, target.longest_s))
        sums = [a + b for a, b in zip(sums, (told, *target.look(place, number, told)))]
    return Tally(what, kills, *sums)


def _kill_once(context: Any, target: Target, place: Path, number: int, after_s: float) -> int:
    """What the program had told when it was killed."""
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=target.run, args=(place, number, there))
    process.start()
    there.close()
    if not here.poll(_READY_S):
        process.kill()
        raise TimeoutError("the program to be killed did not start")
    told = int(here.recv_bytes())
    until = time.monotonic() + after_s
    while (left_s := until - time.monotonic()) > 0:  # read along, or a full pipe would stop it
        if here.poll(left_s):
            told = int(here.recv_bytes())
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while True:
        try:
            told = int(here.recv_bytes())
        except (EOFError, OSError):  # a message that was cut off told nothing
            break
    here.close()
    assert process.exitcode == -signal.SIGKILL, f"it ended by itself: {process.exitcode}"
    return told
