"""Exercise files of a person's own: written, changed and taken away again.

A file is checked by the reader's own code before it takes its place, and the shipped files are
never touched: a file of one's own stands before the shipped one of the same name.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

import tomli_w

from posecore.exercises import (
    SHIPPED,
    Exercise,
    ExerciseFileError,
    Miss,
    Posture,
    Signal,
    Target,
    read_exercise,
)
from posecore.exercises.names import ExerciseNameError, file_stem
from posecore.language import Text
from posecore.measures import SIDED
from posecore.private import make_folder, write_text

MOST_RANGE = 1.4
"""Times the way between the thresholds: what a movement must at least be to be an attempt."""

TAUGHT_SUFFIX = ".taught.json"
"""Beside the exercise file of a taught exercise: what it is recognised by."""


def save_exercise(exercise: Exercise, folder: Path, *, new: bool = False) -> Path:
    """Writes the file into ``folder``, which appears only when it is whole and has been checked.

    new  refuse where a file of this name is there, or is shipped
    Raises ExerciseNameError, ExerciseFileError or OSError; then nothing has changed.
    """
    if exercise.name != file_stem(exercise.name):
        raise ExerciseNameError(
            Text("{name} is no name for a file of an exercise.", name=repr(exercise.name))
        )
    path = folder / f"{exercise.name}.toml"
    if new and (path.exists() or (SHIPPED / path.name).exists()):
        raise ExerciseNameError(
            Text(
                "There is already an exercise called {title}. Choose another name.",
                title=repr(exercise.title),
            )
        )
    make_folder(folder)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as draft:
        unfinished = Path(draft) / path.name
        write_text(unfinished, toml_of(exercise))
        read_exercise(unfinished)
        unfinished.replace(path)
    return path


def is_own(name: str, folder: Path) -> bool:
    return (folder / f"{file_stem(name)}.toml").exists()


def remove_exercise(name: str, folder: Path) -> dict[str, str]:
    """Takes an own exercise away (a shipped one of the same name comes back).

    Returns the files that were there, for ``restore_files``.
    """
    gone = {}
    for suffix in (".toml", TAUGHT_SUFFIX):
        path = folder / f"{file_stem(name)}{suffix}"
        if path.exists():
            gone[path.name] = path.read_text(encoding="utf-8")
            path.unlink()
    return gone


def restore_files(files: dict[str, str], folder: Path) -> None:
    """Puts back what ``remove_exercise`` took away."""
    make_folder(folder)
    for name, text in files.items():
        write_text(folder / name, text)


def with_range(exercise: Exercise, number: int, low: float, high: float) -> Exercise:
    """The exercise with another range of one target. It is checked when it is saved."""
    targets = list(exercise.targets)
    targets[number] = replace(targets[number], low=low, high=high)
    return replace(exercise, targets=tuple(targets))


def with_thresholds(exercise: Exercise, start: float, far: float) -> Exercise:
    """The exercise with other thresholds; the least movement stays, unless they leave no room."""
    before = exercise.signal
    least = min(before.min_range, MOST_RANGE * abs(far - start))
    signal = replace(before, start=start, far=far, min_range=least)
    if exercise.kind == "hold":
        signal = replace(before, start=start, far=far)
    return replace(exercise, signal=signal)


def toml_of(exercise: Exercise) -> str:
    """The exercise as its file holds it."""
    table: dict[str, Any] = {
        "name": exercise.name,
        "title": exercise.title,
        "kind": exercise.kind,
        "about": exercise.about,
        "chart": list(exercise.chart),
        "best_views": list(exercise.best_views),
        "needs": list(exercise.needs),
        "signal": _signal_table(exercise.signal, exercise.kind),
        "targets": [_target_table(target) for target in exercise.targets],
    }
    if exercise.postures:
        table["postures"] = [_posture_table(posture) for posture in exercise.postures]
    return tomli_w.dumps(table)


def _posture_table(posture: Posture) -> dict[str, Any]:
    table: dict[str, Any] = {"measure": posture.reading.measure}
    if posture.reading.measure in SIDED and posture.reading.sides != "mean":
        table["sides"] = posture.reading.sides
    table |= {"at": posture.at, "low": _short(posture.low), "high": _short(posture.high)}
    return table | {"views": list(posture.views), "source": posture.source}


def _signal_table(signal: Signal, kind: str) -> dict[str, Any]:
    table: dict[str, Any] = {"measure": signal.measure}
    if signal.sides != "mean":
        table["sides"] = signal.sides
    table |= {"start": _short(signal.start), "far": _short(signal.far)}
    if isfinite(signal.both):
        table["both"] = _short(signal.both)
    if kind == "reps":
        table["min_range"] = _short(signal.min_range)
    table["min_s"] = _short(signal.min_s)
    if kind == "reps":
        table["max_s"] = _short(signal.max_s)
    return table | {"source": signal.source}


def _target_table(target: Target) -> dict[str, Any]:
    table: dict[str, Any] = {"measure": target.reading.measure}
    if target.reading.measure in SIDED and target.reading.sides != "mean":
        table["sides"] = target.reading.sides
    table |= {"at": target.at, "low": _short(target.low), "high": _short(target.high)}
    if target.min_s:
        table["min_s"] = _short(target.min_s)
    table["views"] = list(target.views)
    table["source"] = target.source
    for side, miss in (("below", target.below), ("above", target.above)):
        if miss is not None:
            table[side] = _miss_table(miss)
    return table


def _miss_table(miss: Miss) -> dict[str, str]:
    return {"fault": miss.fault, "cue": miss.cue, "why": miss.why}


def _short(number: float) -> int | float:
    """As few digits as say the same: 80 instead of 80.0."""
    if not isfinite(number):
        raise ExerciseFileError(f"Expected a number, got {number}.")
    short = round(float(number), 3)
    return int(short) if short == int(short) else short
