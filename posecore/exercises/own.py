"""A person's own files beside the exercises: taught ones, changed targets, the plan of the day."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path

from posecore.exercises.names import person_folder
from posecore.private import make_folder, write_text

_WHOLE = ("*.toml", "*.taught.json", "plan.json")
_WRITTEN = (
    *_WHOLE,
    # What a program that was killed meanwhile leaves, in this version and those before.
    ".unfinished-*", ".*.toml.part", ".*.taught.json.part", ".plan.json.part", "plan.part",
)  # fmt: skip
"""What the app writes into such a folder; anything else there is not its own to remove."""


def move_own(folder: Path, old: str, new: str) -> None:
    """After a change of name the same files are found under the new one.

    folder  that of own exercises; OSError where the file system refuses
    """
    was, now = person_folder(folder, old), person_folder(folder, new)
    if was != now and was.is_dir():
        make_folder(now.parent)
        was.rename(now)


def count_own(folder: Path, person: str | None) -> tuple[int, int]:
    """Exercises and plans of one person, "" for nobody's in particular, None for all."""
    folders = [folder, *folder.glob("people/*")] if person is None else [
        person_folder(folder, person)
    ]  # fmt: skip
    exercises, plans = (
        sum(1 for _ in chain.from_iterable(each.glob(pattern) for each in folders))
        for pattern in ("*.toml", "plan.json")
    )
    return exercises, plans


def own_files(folder: Path, person: str) -> dict[str, str]:
    """Name -> text of one person's exercises and plan, "" for nobody's in particular.

    Raises OSError or UnicodeDecodeError, a ValueError, where one cannot be read.
    """
    theirs = person_folder(folder, person)
    paths = chain.from_iterable(theirs.glob(pattern) for pattern in _WHOLE)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(paths)}


def add_own(folder: Path, person: str, name: str, text: str) -> bool:
    """Keep a file that came from elsewhere. False where there is one of that name: it stays."""
    path = person_folder(folder, person) / name
    if path.exists():
        return False
    make_folder(path.parent)
    write_text(path, text)
    return True


def erase_own(folder: Path, person: str | None) -> bool:
    """Remove for good the files of one person, "" for nobody's in particular, None for all.

    False where there were none. Raises OSError for the first that cannot be removed, after all
    that can be are gone.
    """
    theirs = [person_folder(folder, person)] if person else []
    if person is None:
        theirs = [folder / "people"]
    if not person:
        theirs += chain.from_iterable(folder.glob(pattern) for pattern in _WRITTEN)
    there = [path for path in theirs if path.exists() or path.is_symlink()]
    problems: list[OSError] = []
    for path in there:
        try:
            if path.is_dir():
                shutil.rmtree(path, onerror=lambda *told: problems.append(told[2][1]))
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            problems.append(error)
    if problems:
        raise problems[0]
    return bool(there)
