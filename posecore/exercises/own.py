"""A person's own files beside the exercises: taught ones, changed targets, the plan of the day."""

from __future__ import annotations

import shutil
from pathlib import Path

from posecore.exercises.names import person_folder

_WRITTEN = ("*.toml", "*.taught.json", "plan.json")
"""What the app writes into such a folder; anything else there is not its own to remove."""


def move_own(folder: Path, old: str, new: str) -> None:
    """After a change of name the same files are found under the new one.

    folder  that of own exercises; OSError where the file system refuses
    """
    was, now = person_folder(folder, old), person_folder(folder, new)
    if was != now and was.is_dir():
        now.parent.mkdir(parents=True, exist_ok=True)
        was.rename(now)


def erase_own(folder: Path, person: str | None) -> None:
    """Remove for good the files of one person, "" for nobody's in particular, None for all."""
    if person:
        shutil.rmtree(person_folder(folder, person), ignore_errors=True)
        return
    if person is None:
        shutil.rmtree(folder / "people", ignore_errors=True)
    for pattern in _WRITTEN:
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)
