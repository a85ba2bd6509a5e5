"""The exercises: one TOML file each, read, checked and handed on as plain objects.

docs/EXERCISES.md describes the format. A file that is wrong is refused with its name, the key
and the reason; the others go on working.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from posecore.exercises.model import (
    MOMENTS,
    VIEWS,
    Exercise,
    ExerciseFileError,
    Miss,
    Posture,
    Signal,
    Target,
)
from posecore.exercises.names import person_folder
from posecore.exercises.reader import read_exercise

SHIPPED = Path(__file__).parent
FOLDER_VARIABLE = "POSECOACH_EXERCISES"
"""Environment variable that names a folder of own exercises, instead of one in the data folder."""

__all__ = [
    "FOLDER_VARIABLE",
    "MOMENTS",
    "SHIPPED",
    "VIEWS",
    "Exercise",
    "ExerciseFileError",
    "Miss",
    "Posture",
    "Signal",
    "Target",
    "check_folder",
    "load_exercises",
    "own_folder",
    "own_folders",
    "read_exercise",
    "usable_exercises",
]


def load_exercises(own: Path | None = None) -> dict[str, Exercise]:
    """Shipped exercises by name, those in the folder ``own`` in their place or beside them.

    Raises ExerciseFileError for the first wrong file; ``check_folder`` tells them all.
    """
    exercises: dict[str, Exercise] = {}
    for folder in (SHIPPED, *([own] if own is not None and own.is_dir() else [])):
        good, problems = check_folder(folder)
        if problems:
            raise problems[0]
        exercises |= good
    return exercises


def own_folder() -> Path:
    """Where a person's own exercise files are: POSECOACH_EXERCISES, else in the data folder."""
    given = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(given) if given else Path(platformdirs.user_data_dir("posecoach")) / "exercises"


def own_folders(person: str = "") -> list[Path]:
    """Where own files are looked for, later ones before earlier: everybody's, the person's."""
    shared = own_folder()
    return list(dict.fromkeys([shared, person_folder(shared, person)]))


def usable_exercises(person: str = "") -> tuple[dict[str, Exercise], list[ExerciseFileError]]:
    """Shipped exercises and the person's own, and what is wrong with those that are left out.

    Raises ExerciseFileError where a shipped file is wrong: then the program itself is damaged.
    """
    usable, left_out = load_exercises(), []
    for folder in own_folders(person):
        good, problems = check_folder(folder)
        usable |= good
        left_out += problems
    return usable, left_out


def check_folder(folder: Path) -> tuple[dict[str, Exercise], list[ExerciseFileError]]:
    """The good exercises of a folder by name, and what is wrong with the others."""
    good: dict[str, Exercise] = {}
    problems: list[ExerciseFileError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            exercise = read_exercise(path)
        except ExerciseFileError as problem:
            problems.append(problem)
        else:
            good[exercise.name] = exercise
    return good, problems
