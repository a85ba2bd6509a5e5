"""Folders for videos that are only passing through: they go with the program, even a killed one.

A program that is killed, or a computer that loses its power, deletes nothing. Whoever begins next
deletes what it finds of those that are no longer there.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

_PREFIX = "posecoach-"
_LOCK = "in-use"
_MAKING_S = 60.0  # a lock with nothing written in it may be one that is about to be taken


class PassingFolder(tempfile.TemporaryDirectory[str]):
    """A folder that is deleted when it is no longer used, at the latest by the next program."""

    def __init__(self) -> None:
        super().__init__(prefix=_PREFIX, ignore_cleanup_errors=True)
        # Held open: its lock ends with this program, however that ends.
        self._lock = open(Path(self.name) / _LOCK, "wb", buffering=0)  # noqa: SIM115
        _take(self._lock.fileno(), wait=True)  # for whoever looks whether it was left behind
        self._lock.write(b"1")

    def cleanup(self) -> None:
        self._lock.close()  # Windows deletes no file that is open
        super().cleanup()


def delete_left_behind() -> int:
    """Delete folders whose program is no longer there; how many they were."""
    deleted = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or not _is_own(folder):
                continue
            with open(folder / _LOCK, "r+b") as lock:
                _take(lock.fileno(), wait=False)
                about = os.fstat(lock.fileno())
        except OSError:  # it is in use, was made by something else, or has gone
            continue
        if not about.st_size and time.time() - about.st_mtime < _MAKING_S:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        deleted += not folder.exists()
    return deleted


def _is_own(folder: Path) -> bool:
    # The folder of temporary files is everybody's.
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


if sys.platform == "win32":
    import msvcrt

    def _take(file: int, *, wait: bool) -> None:
        """Raises OSError where another program has it, after ten seconds if it is waited for."""
        msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: int, *, wait: bool) -> None:
        """Raises OSError where another program has it and it is not waited for."""
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
