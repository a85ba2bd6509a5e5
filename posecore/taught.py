"""Recognising exercises that somebody taught, beside those the shipped classifier knows.

The classifier stays as it is. A logistic regression on the features it is given, standardised as
it does, parts the taught windows from what else people do (models/background.npz: mixed windows
of the training clips). Its probability is mixed into the classifier's, and votes, counts and sets
go on as before. How this was chosen and how well it does: docs/ACCURACY.md.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from posecore.arrays import read_arrays
from posecore.classify import MODEL_PATH, ExerciseClassifier, Recogniser
from posecore.estimate import ESTIMATOR
from posecore.exercises import Exercise, usable_exercises
from posecore.exercises import own_folders as folders_of
from posecore.exercises.write import TAUGHT_SUFFIX
from posecore.features import FEATURE_NAMES, mirror_features
from posecore.language import Text
from posecore.private import write_text
from posecore.types import NONE

BACKGROUND_PATH = MODEL_PATH.with_name("background.npz")

PRIOR = 0.3
"""Weight of the taught windows against all others: how ready it is to name them."""

RIDGE = 40.0
"""Penalty on the weights, against WEIGHT_OF_ALL: a few hundred windows of one person are few."""

FAR_OUT = 4.0
"""Spreads from the mean; what lies beyond, in a feature, is no more different for that."""

WEIGHT_OF_ALL = 1000.0

DOUBT = 1.0
"""A taught exercise speaks in proportion to what the likeliest other exercise leaves, times this:
what the classifier is sure of stays."""

_STEPS, _CLOSE_ENOUGH = 15, 1e-4  # of Newton's method
_MOST = 30.0  # log odds; beyond it the probability is 0 or 1 anyway

_log = logging.getLogger(__name__)


class TaughtFileError(ValueError):
    """What an exercise is recognised by cannot be read; the message names file and reason."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Windows of a taught exercise, and what of the reps that were shown can be looked at.

    x (n, n_features); figure: poses of one rep, as figure.Frames, or none
    joints  base names of the columns of curve_deg (m, n_joints): the mean rep, evenly timed
    """

    name: str
    x: np.ndarray
    figure: tuple[Any, ...] = ()
    joints: tuple[str, ...] = ()
    curve_deg: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))


class TaughtClassifier:
    """A classifier's classes and the taught ones behind them."""

    def __init__(
        self, base: ExerciseClassifier, taught: Sequence[Examples], background: np.ndarray
    ) -> None:
        """``background`` (n, n_features): windows of all that is not taught."""
        self.base = base
        self.classes = (*base.classes, *(each.name for each in taught))
        others = self._placed(background)
        places = [self._placed(np.concatenate([e.x, mirror_features(e.x)])) for e in taught]
        self._lines = [
            # What else was taught is no other's either.
            _parting_line(mine, np.concatenate([others, *(p for p in places if p is not mine)]))
            for mine in places
        ]

    def _placed(self, features: np.ndarray) -> np.ndarray:
        return np.clip(self.base.standardised(features), -FAR_OUT, FAR_OUT)

    def proba(self, features: np.ndarray) -> np.ndarray:
        """(n_classes,) of (n_features,); all NaN where all are."""
        if not np.isfinite(features).any():
            return np.full(len(self.classes), np.nan)
        return self.proba_many(features[None])[0]

    def proba_many(self, features: np.ndarray) -> np.ndarray:
        """(n, n_classes) of (n, n_features), mean over each body and its mirror image."""
        known = self.base.proba_many(features)
        places = self._placed(np.concatenate([features, mirror_features(features)]))
        n = len(features)
        # What the classifier is sure of stays: a taught movement is seldom surely another.
        others = [i for i, name in enumerate(self.base.classes) if name != NONE]
        doubt = np.minimum(1.0, DOUBT * (1.0 - known[:, others].max(axis=1)))
        odds = []
        for weights, bias in self._lines:
            p = _logistic(places @ weights + bias)
            p = np.clip((p[:n] + p[n:]) / 2, 0.0, 1.0 - 1e-9)
            odds.append(doubt * p / (1.0 - p))
        taught = np.column_stack(odds)
        return np.concatenate([known, taught], axis=1) / (1.0 + taught.sum(axis=1, keepdims=True))


def _parting_line(mine: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a ridge logistic regression, by Newton's method."""
    middle = others.mean(axis=0)
    x = np.concatenate([mine, others]) - middle
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    wanted = np.concatenate([np.ones(len(mine)), np.zeros(len(others))])
    weight = np.concatenate(
        [np.full(len(mine), PRIOR / len(mine)), np.full(len(others), (1 - PRIOR) / len(others))]
    )
    weight *= WEIGHT_OF_ALL
    ridge = np.full(x.shape[1], RIDGE)
    ridge[-1] = 1e-6  # not on the bias
    line = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = _logistic(x @ line)
        slope = x.T @ (weight * (p - wanted)) + ridge * line
        bend = (x * (weight * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        line -= step
        if np.abs(step).max() < _CLOSE_ENOUGH:
            break
    return line[:-1], float(line[-1] - middle @ line[:-1])


def _logistic(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -_MOST, _MOST))))


@cache
def background(path: Path = BACKGROUND_PATH) -> np.ndarray:
    """(n, n_features). Raises TaughtFileError where it is missing or of other features."""
    try:
        x = read_arrays(path)["x"].astype(float)
    except (KeyError, TypeError, ValueError) as error:
        raise TaughtFileError(
            Text(
                "{file} cannot be read ({reason}), so taught exercises are not recognised.",
                file=path.name,
                reason=str(error),
            )
        ) from error
    if x.ndim != 2 or x.shape[1] != len(FEATURE_NAMES):
        raise TaughtFileError(
            Text(
                "{file} is of other features, so taught exercises are not recognised.",
                file=path.name,
            )
        )
    return x


def write_examples(examples: Examples, folder: Path) -> Path:
    """The file beside the exercise's TOML file, which appears only when it is whole."""
    path = folder / f"{examples.name}{TAUGHT_SUFFIX}"
    table = {
        "estimator": ESTIMATOR,
        "features": len(FEATURE_NAMES),
        "windows": [[_short(v) for v in row] for row in examples.x.tolist()],
        "figure": list(examples.figure),
        "joints": list(examples.joints),
        "curve_deg": [[_short(v) for v in row] for row in examples.curve_deg.tolist()],
    }
    write_text(path, json.dumps(table, allow_nan=False, separators=(",", ":")))
    return path


def _short(value: float) -> float | None:
    return round(value, 3) if np.isfinite(value) else None


def read_examples(path: Path) -> Examples:
    """Raises TaughtFileError."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        x = np.array(table["windows"], float)  # None becomes NaN
        fits = table["estimator"] == ESTIMATOR and table["features"] == len(FEATURE_NAMES)
        figure = tuple(table.get("figure", ()))
        joints = tuple(str(joint) for joint in table.get("joints", ()))
        curve_deg = np.array(table.get("curve_deg", []), float).reshape(-1, max(len(joints), 1))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise TaughtFileError(
            Text("{file}: cannot be read ({reason}).", file=path.name, reason=str(error))
        ) from error
    if not fits or x.ndim != 2 or x.shape[1] != len(FEATURE_NAMES) or not len(x):
        raise TaughtFileError(
            Text("{file}: was taught to another release. Teach the exercise again.", file=path.name)
        )
    if np.abs(x[np.isfinite(x)]).max(initial=0.0) > 100:
        raise TaughtFileError(Text("{file}: holds numbers that are no features.", file=path.name))
    name = path.name.removesuffix(TAUGHT_SUFFIX)
    return Examples(name, x, figure, joints, curve_deg)


def examples_in(
    folders: Iterable[Path], exercises: Mapping[str, Exercise]
) -> tuple[list[Examples], list[TaughtFileError]]:
    """Of the exercises that are there, and what is wrong with those that are left out."""
    found: dict[str, Examples] = {}
    problems = []
    for folder in folders:
        for path in sorted(folder.glob(f"*{TAUGHT_SUFFIX}")):
            try:
                examples = read_examples(path)
            except TaughtFileError as problem:
                problems.append(problem)
            else:
                if examples.name in exercises:
                    found[examples.name] = examples
    return list(found.values()), problems


def recogniser(
    exercises: Mapping[str, Exercise],
    person: str = "",
    base: ExerciseClassifier | None = None,
) -> Recogniser:
    """The shipped classifier, with what this person (and everybody here) taught beside it.

    A file that cannot be read costs only that exercise's recognition. Raises ModelError.
    """
    base = base or ExerciseClassifier.load()
    examples, problems = examples_in(folders_of(person), exercises)
    for problem in problems:  # without the file's name, which is a person's
        _log.warning("An exercise that was taught is not recognised: %s", _reason(problem))
    taught = [each for each in examples if each.name not in base.classes]
    if not taught:
        return base
    try:
        return TaughtClassifier(base, taught, background())
    except TaughtFileError as problem:
        _log.warning("%s", problem)
        return base


def _reason(problem: TaughtFileError) -> str:
    if problem.__cause__ is not None:
        return f"its file cannot be read ({type(problem.__cause__).__name__})"
    return "its file is of another release, or damaged"


def knowledge(person: str = "") -> tuple[dict[str, Exercise], Recogniser]:
    """What a pipeline of this person is made with. Raises ModelError, ExerciseFileError."""
    exercises, _ = usable_exercises(person)
    return exercises, recogniser(exercises, person)


Stamp = tuple[tuple[str, int, int], ...]
"""Path, time and size of each file."""


def stamp(person: str = "") -> Stamp:
    """Changes when an own exercise or what it is recognised by does: a key for caches."""
    files = [
        path
        for folder in folders_of(person)
        for pattern in ("*.toml", f"*{TAUGHT_SUFFIX}")
        for path in sorted(folder.glob(pattern))
    ]
    seen = []
    for path in files:
        try:
            about = path.stat()
        except OSError:
            continue  # taken away a moment ago
        seen.append((str(path), about.st_mtime_ns, about.st_size))
    return tuple(seen)
