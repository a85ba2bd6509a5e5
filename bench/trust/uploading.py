"""Videos that are analysed, to be killed meanwhile: an upload of the page, and a batch's tables.

Each runs in a process of its own until it is killed, and tells what it has done; its ``look_at``
gives what was lost of that, and what is there by half.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil

from bench.trust.sockets import CLIP
from pages import video_work
from posecore.analyze import Analysis
from posecore.angles import N_JOINTS
from posecore.batch_results import Item, note_of, write_results
from posecore.passing import PassingFolder, delete_left_behind
from posecore.store import Store
from posecore.taught import knowledge
from posecore.video import VideoInfo

REPS = 3
"""Squats in the clip, by which half a session is known."""

_MARK = "POSECOACH_KILLED_AS"
_GONE_S = 20.0


def analyse_uploads(place: Path, number: int, told: Connection) -> None:
    """What the video page does with a file, one after another."""
    os.environ[_MARK] = _mark(place, number)  # which its own processes inherit
    tempfile.tempdir = str(place)
    store = Store(f"sqlite:///{place / 'sessions.db'}")
    known = knowledge()
    told.send_bytes(b"0")
    for i in itertools.count():
        folder = PassingFolder()
        received = Path(folder.name) / f"upload {number}.{i}.mp4"
        shutil.copyfile(CLIP, received)
        video_work.analyze(received, folder, None, store, "", known, lambda *_: None)
        folder.cleanup()
        told.send_bytes(b"%d" % (i + 1))


def look_at_uploads(place: Path, number: int, told: int) -> tuple[int, int]:
    """By half: sessions without all reps, folders that stay, processes that outlive it."""
    until_s = time.monotonic() + _GONE_S
    while (alive := _processes_of(place, number)) and time.monotonic() < until_s:
        time.sleep(0.1)
    before, tempfile.tempdir = tempfile.tempdir, str(place)
    try:
        delete_left_behind()
    finally:
        tempfile.tempdir = before
    stays = sum(each.is_dir() for each in place.iterdir())
    store = Store(f"sqlite:///{place / 'sessions.db'}")
    try:
        found = [
            each
            for each in store.sessions(limit=100_000)
            if each.source.startswith(f"upload {number}.")
        ]
    finally:
        store.close()
    halves = sum(each.reps != REPS for each in found)
    return max(0, told - len(found)), halves + stays + len(alive)


def _mark(place: Path, number: int) -> str:
    return f"{place} {number}"


def _processes_of(place: Path, number: int) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == _mark(place, number):
                found.append(process.pid)
        except psutil.Error:  # somebody else's, or gone
            continue
    return found


def write_tables(place: Path, number: int, told: Connection) -> None:
    """What a batch leaves of one video after another."""
    n = 2000
    info = VideoInfo("clip.mp4", 640, 480, 30.0, n / 30, n)
    none, angles = ("none",) * n, np.full((n, N_JOINTS), 12.3456)
    analysis = Analysis(
        info, np.arange(n) / 30, np.ones(n, bool), none, none, angles, angles, (), ()
    )
    told.send_bytes(b"0")
    for i in itertools.count():
        write_results(place, _item(number, i), analysis, "of now")
        told.send_bytes(b"%d" % (i + 1))


def look_at_tables(place: Path, number: int, told: int) -> tuple[int, int]:
    """Lost: told, and no note or a table without its rows. By half: a table that cannot be read."""
    import pandas as pd

    lost = halves = 0
    for i in range(told):
        note = note_of(place, _item(number, i))
        frames = place / "frames" / f"{_item(number, i).key}.parquet"
        lost += note is None or len(pd.read_parquet(frames)) != note.frames
    for path in place.glob(f"*/{number}.*.parquet"):
        try:
            pd.read_parquet(path)
        except (OSError, ValueError):
            halves += 1
    return lost, halves


def _item(number: int, i: int) -> Item:
    return Item(f"{number}.{i}.mp4", f"{number}.{i}.mp4", 1, 1)
