"""The path of a rep: how its joints moved together, compared with how good reps move.

A rep's curves of the exercise's key joints are laid over the exercise's reference by dynamic time
warping (Sakoe and Chiba 1978), after what other parts of the score tell has been taken out: how
long it took, where it started and how far it went. What is left is the shape of the movement:
hips that rise before the knees, an arm that swings, a stop half way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from dtaidistance import dtw_ndim

from posecore.angles import JOINT_INDEX
from posecore.exercises import Exercise

REFERENCES_PATH = Path(__file__).resolve().parents[1] / "models" / "references.json"

POINTS = 50
"""Moments that a rep is read at: one every 40 ms of a rep of two seconds, as a webcam sees it."""

WINDOW = 0.15
"""Share of the rep by which a moment may come earlier or later than in the reference: enough for
a pause at the far end or a quick way down; more would let one movement pass for another."""

SEEN, LONGEST_GAP = 0.7, 0.2
"""A joint is followed where so much of it was seen, and no gap is a larger share of the rep."""

LEAST_DEG = 8.0
"""Root mean square of the movement below which its shape is mostly the estimator's error."""

NO_LIKENESS = 1.0
"""Distance of a body that stands still from any reference: where the share is 0."""


@dataclass(frozen=True, eq=False)
class Reference:
    """How good reps of one exercise move.

    joints   key joints, base names; curve_deg (POINTS, n_joints) flexion on the way, evenly timed
    good     distance that most good reps stay below, of clips that the curve was not made of:
             up to there nothing is taken off
    n_reps, sources  what it was made from: source -> clips
    """

    joints: tuple[str, ...]
    curve_deg: np.ndarray
    good: float
    n_reps: int
    sources: Mapping[str, int]


@cache
def references(path: Path = REFERENCES_PATH) -> Mapping[str, Reference]:
    """The reference of each exercise that has one; none where the file is missing."""
    if not path.exists():
        return {}
    table = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Reference(
            tuple(entry["joints"]),
            np.array(entry["curve_deg"], float),
            float(entry["good"]),
            int(entry["n_reps"]),
            dict(entry["sources"]),
        )
        for name, entry in table["exercises"].items()
    }


_NEIGHBOUR = {"elbow": "shoulder", "shoulder": "elbow", "hip": "knee", "knee": "hip"}


def key_joints(exercise: Exercise) -> tuple[str, ...]:
    """Those the exercise charts, and the next of the same limb where that is only one.

    One angle by itself has hardly a path; a curl's swing is in the shoulder.
    """
    joints = exercise.chart
    return joints if len(joints) > 1 else (joints[0], _NEIGHBOUR[joints[0]])


def curve_of(
    exercise: Exercise, joints: tuple[str, ...], t_s: np.ndarray, flexion_deg: np.ndarray
) -> np.ndarray | None:
    """(POINTS, n_joints) degrees of the key joints, evenly timed; None where one was not seen.

    t_s (n,) seconds; flexion_deg (n, N_JOINTS or more) in the order of angles.JOINT_NAMES, NaN: not
    seen. Of a joint whose sides were both followed it is their mean; where each side counts by
    itself, that of the side that moved more.
    """
    if len(t_s) < 2 or t_s[-1] <= t_s[0]:
        return None
    sides = [
        [_evenly(t_s, flexion_deg[:, JOINT_INDEX[f"{side}_{joint}"]]) for joint in joints]
        for side in ("left", "right")
    ]
    if exercise.signal.sides == "each":
        followed = [[c for c in curves if c is not None] for curves in sides]
        whole = [np.column_stack(curves) for curves in followed if len(curves) == len(joints)]
        return max(whole, key=lambda curve: float(np.ptp(curve[:, 0])), default=None)
    columns = []
    for pair in zip(*sides):
        seen = [curve for curve in pair if curve is not None]
        if not seen:
            return None
        columns.append(np.mean(seen, axis=0))
    return np.column_stack(columns)


def _evenly(t_s: np.ndarray, angle_deg: np.ndarray) -> np.ndarray | None:
    seen = np.isfinite(angle_deg)
    if seen.mean() < SEEN:
        return None
    edges = np.concatenate([t_s[:1], t_s[seen], t_s[-1:]])
    if np.diff(edges).max() > max(LONGEST_GAP * (t_s[-1] - t_s[0]), 3 * np.median(np.diff(t_s))):
        return None
    return np.interp(np.linspace(t_s[0], t_s[-1], POINTS), t_s[seen], angle_deg[seen])


def shape_of(curve_deg: np.ndarray) -> np.ndarray | None:
    """The curve about its own mean, in units of its own extent; None where it hardly moves.

    One unit for all joints: how much each of them moves against the others is part of the shape.
    """
    away = curve_deg - curve_deg.mean(axis=0)
    extent = float(np.sqrt((away**2).sum(axis=1).mean()))
    return away / extent if extent >= LEAST_DEG else None


def distance(shape: np.ndarray, other: np.ndarray) -> float:
    """Root mean square distance of two shapes along the warping path that brings them closest.

    0 is the same; 1 is as far as from standing still.
    """
    window = max(1, round(WINDOW * POINTS))
    one, two = (np.ascontiguousarray(each, float) for each in (shape, other))  # as its C asks
    summed = dtw_ndim.distance(one, two, window=window, use_c=True)
    return float(summed) / np.sqrt(POINTS)


def path_share(exercise: Exercise, t_s: np.ndarray, flexion_deg: np.ndarray) -> float | None:
    """1 where the rep moves as good reps do, 0 where nothing is alike; None where not told.

    Not told without a reference, and where a key joint was not followed or hardly moved.
    """
    reference = references().get(exercise.name)
    if reference is None:
        return None
    curve = curve_of(exercise, reference.joints, t_s, flexion_deg)
    shape = shape_of(curve) if curve is not None else None
    wanted = shape_of(reference.curve_deg)
    if shape is None or wanted is None:
        return None
    beyond = distance(shape, wanted) - reference.good
    return float(np.clip(1.0 - beyond / (NO_LIKENESS - reference.good), 0.0, 1.0))
