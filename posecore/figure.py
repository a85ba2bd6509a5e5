"""A stick figure that moves: poses of one rep as numbers small enough to keep and to draw.

It is made of landmarks or of drawn people's joints, never of a picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from posecore.features import JOINTS_12
from posecore.landmarks import Landmark
from posecore.types import Pose

FIGURES_PATH = Path(__file__).resolve().parents[1] / "models" / "figures.json"

FRAMES = 16
"""Poses of one rep: at two seconds a rep, eight a second, which is seen as a movement."""

BOX = 100.0
"""Width or height that the movement fills, whichever is larger."""

POINTS = (*JOINTS_12, Landmark.NOSE)
"""What is kept of a pose; the nose stands for the head."""

LINES: tuple[tuple[int, ...], ...] = (
    (0, 1, 7, 6, 0),  # trunk
    (0, 2, 4),
    (1, 3, 5),
    (6, 8, 10),
    (7, 9, 11),
)
"""Rows of POINTS that are joined."""
HEAD = 12

Frames = tuple[tuple[tuple[float, float], ...], ...]
"""FRAMES (or one) of len(POINTS) points, x to the right and y down."""


def frames_of(points: np.ndarray) -> Frames | None:
    """Of (n, 13, 2) in true proportions, evenly timed or not; None where too much is unseen."""
    if not len(points):
        return None
    nth = np.linspace(0, len(points) - 1, min(FRAMES, len(points)))
    at = np.arange(len(points))
    columns = points.reshape(len(points), -1)
    evenly = []
    for column in columns.T:
        seen = np.isfinite(column)
        if seen.mean() < 0.5:
            return None
        evenly.append(np.interp(nth, at[seen], column[seen]))
    moved = np.array(evenly).T.reshape(len(nth), -1, 2)
    low, high = moved.min(axis=(0, 1)), moved.max(axis=(0, 1))
    scale = BOX / max(float((high - low).max()), 1e-6)
    moved = (moved - low) * scale
    return tuple(tuple((round(x, 1), round(y, 1)) for x, y in frame) for frame in moved.tolist())


def points_of(poses: Sequence[Pose]) -> np.ndarray:
    """(n, 13, 2) pixels of poses; what is hidden is taken as it was guessed."""
    return np.array([pose.pixels[list(POINTS)] for pose in poses]).reshape(-1, len(POINTS), 2)


def read_frames(value: object) -> Frames | None:
    """Frames from a file that anybody may have written; None where they are none."""
    try:
        array = np.array(value, float)
    except (TypeError, ValueError, OverflowError):
        return None
    shaped = array.ndim == 3 and array.shape[1:] == (len(POINTS), 2) and 0 < len(array) <= FRAMES
    if not shaped or not np.isfinite(array).all() or np.abs(array).max() > 2 * BOX:
        return None
    return tuple(tuple((x, y) for x, y in frame) for frame in array.tolist())


@cache
def shipped_figures(path: Path = FIGURES_PATH) -> Mapping[str, Frames]:
    """Exercise -> frames; none where the file is missing. Made by ``python -m bench figures``."""
    if not path.exists():
        return {}
    table = json.loads(path.read_text(encoding="utf-8"))
    found = {name: read_frames(frames) for name, frames in table["figures"].items()}
    return {name: frames for name, frames in found.items() if frames is not None}
