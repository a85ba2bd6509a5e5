"""What can be measured on one pose: the joints' flexion, and how segments stand to each other.

Every measure is a column of one row a frame, so that a rep is a slice of a table. An exercise
file names a measure by its base name ("knee") and says how its two sides become one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import atan2, degrees, dist, hypot, isnan
from typing import NamedTuple

import numpy as np

from posecore.angles import JOINT_NAMES, MIN_VISIBILITY
from posecore.landmarks import Landmark as L
from posecore.types import Pose

SIDED_EXTRA: Mapping[str, str] = {
    "upper_arm_lean": "deg",  # upper arm from hanging straight down; 90 is level
    "forearm_lean": "deg",  # forearm from pointing straight up
    "body_line": "deg",  # shoulder-hip-ankle: 0 straight, above 0 hips high, below 0 hips sag
    "wrist_height": "ratio",  # wrist above the shoulder, in trunk lengths
    "hip_line": "deg",  # shoulder-hip-knee of a lying body: below 0 the hip sags
    "head_line": "deg",  # ear-shoulder-hip of a lying body: above 0 the head hangs
}
UNSIDED: Mapping[str, str] = {
    "trunk_lean": "deg",  # trunk from upright; 90 is lying
    "trunk_tilt": "deg",  # the same in the picture only, above 0 to its right
    "leg_spread": "deg",  # angle between the legs, hip to ankle
    "knee_width": "ratio",  # distance of the knees over distance of the ankles
    "stance_width": "ratio",  # distance of the ankles over distance of the shoulders
    "hip_height": "ratio",  # hips above the ankles, in leg lengths: 1 standing
    "step": "ratio",  # distance of the ankles in space, in leg lengths
}
"""Measure -> unit. 2-D measures are taken on the picture in true proportions."""

REP_MEASURES: Mapping[str, str] = {
    "tempo_out": "s",
    "tempo_back": "s",
    "rom": "deg",
    "trunk_swing": "deg",  # how far the trunk tilts to and fro in the picture
}
"""Known only once a rep is over."""

COLUMNS: tuple[str, ...] = (
    *JOINT_NAMES,
    *(f"{side}_{name}" for name in SIDED_EXTRA for side in ("left", "right")),
    *UNSIDED,
)
COLUMN_INDEX: Mapping[str, int] = {name: i for i, name in enumerate(COLUMNS)}

_JOINT_BASES = tuple(dict.fromkeys(name.split("_", 1)[1] for name in JOINT_NAMES))
SIDED: Mapping[str, str] = {**dict.fromkeys(_JOINT_BASES, "deg"), **SIDED_EXTRA}
"""Measures that each side has by itself -> unit."""

_EPSILON = 1e-9

FloatRow = np.ndarray | Sequence[float]
"""One row of COLUMNS: an array, or plain numbers where it is read many times."""


def measure(pose: Pose, flexion_deg: np.ndarray) -> np.ndarray:
    """(n_columns,) in the order of COLUMNS; NaN where a landmark is not seen.

    flexion_deg  (n_joints,) degrees, as angles.flexion_deg gives them
    """
    unseen = pose.visibility.take(_MARKS) < MIN_VISIBILITY
    flat = pose.image.take(_MARKS, axis=0)[:, :2] * pose.size_px
    world = pose.world.take(_MARKS, axis=0)
    flat[unseen] = np.nan
    world[unseen] = np.nan
    # Plain numbers from here on: a call of numpy for two of them costs ten times their arithmetic.
    left, right = _Side(*flat[:_N_SIDE].tolist()), _Side(*flat[_N_SIDE:].tolist())
    left_m, right_m = _Side(*world[:_N_SIDE].tolist()), _Side(*world[_N_SIDE:].tolist())
    trunk = _trunk(left, right)
    trunk_px = hypot(*trunk)
    sides = zip(_sided(left, left_m, trunk_px), _sided(right, right_m, trunk_px), strict=True)
    ankles_px, shoulders_px = dist(left.ankle, right.ankle), dist(left.shoulder, right.shoulder)
    return np.array(
        [
            *flexion_deg.tolist(),
            *(value for both in sides for value in both),
            _trunk_lean(trunk, _trunk(left_m, right_m)),
            _tilt(trunk),
            _between(_minus(left.ankle, left.hip), _minus(right.ankle, right.hip)),
            dist(left.knee, right.knee) / max(ankles_px, _EPSILON),
            ankles_px / max(shoulders_px, _EPSILON),
            _hip_height(left, right),
            _step(left_m, right_m),
        ]
    )


@dataclass(frozen=True)
class Reading:
    """One number of a row of COLUMNS: a measure and how its sides are taken together.

    sides  "mean", "max", "min" (of the sides seen), "difference" (left minus right, absolute,
           only where both are seen), "left", "right"; ignored by measures without sides
    """

    measure: str
    sides: str = "mean"

    @property
    def unit(self) -> str:
        return {**SIDED, **UNSIDED, **REP_MEASURES}[self.measure]

    @cached_property
    def columns(self) -> list[int]:
        if self.measure in UNSIDED:
            return [COLUMN_INDEX[self.measure]]
        wanted = (self.sides,) if self.sides in ("left", "right") else ("left", "right")
        return [COLUMN_INDEX[f"{side}_{self.measure}"] for side in wanted]

    def of_row(self, row: FloatRow) -> float:
        """The same as ``of`` for one row of n_columns, without what arrays cost each time."""
        columns, sides = self.columns, self.sides
        if len(columns) == 1:
            return float(row[columns[0]])
        left, right = float(row[columns[0]]), float(row[columns[1]])
        if sides == "difference":
            return abs(left - right)
        if left != left or right != right:
            return right if left != left else left
        if sides == "mean":
            return (left + right) / 2
        return max(left, right) if sides == "max" else min(left, right)

    def of(self, rows: np.ndarray) -> np.ndarray:
        """(...,) of (..., n_columns); NaN where no side (difference: not both) is seen."""
        values = rows[..., self.columns]
        if values.shape[-1] == 1:
            return values[..., 0]
        if self.sides == "difference":
            return np.abs(values[..., 0] - values[..., 1])
        left, right = values[..., 0], values[..., 1]
        low, high = np.fmin(left, right), np.fmax(left, right)  # both pass over a NaN
        return {"max": high, "min": low, "mean": (low + high) / 2}[self.sides]


SIDES: Sequence[str] = ("mean", "max", "min", "difference", "left", "right")


class _Side(NamedTuple):
    """One side's places: (x, y) pixels, or (x, y, z) metres; NaN where they are not seen."""

    shoulder: list[float]
    elbow: list[float]
    wrist: list[float]
    hip: list[float]
    knee: list[float]
    ankle: list[float]
    ear: list[float]


_N_SIDE = len(_Side._fields)
_MARKS = np.array(
    [L[f"{side}_{name.upper()}"] for side in ("LEFT", "RIGHT") for name in _Side._fields]
)


def _sided(flat: _Side, world: _Side, trunk_px: float) -> tuple[float, ...]:
    """In the order of SIDED_EXTRA."""
    return (
        _from_vertical(_minus(world.elbow, world.shoulder), down=True),
        _from_vertical(_minus(world.wrist, world.elbow), down=False),
        _bend(flat.shoulder, flat.hip, flat.ankle),
        (flat.shoulder[1] - flat.wrist[1]) / max(trunk_px, _EPSILON),
        _bend(flat.shoulder, flat.hip, flat.knee),
        _bend(flat.ear, flat.shoulder, flat.hip),
    )


def _minus(a: list[float], b: list[float]) -> list[float]:
    return [p - q for p, q in zip(a, b, strict=True)]


def _from_vertical(v: list[float], *, down: bool) -> float:
    """Angle in degrees of an (x, y, z) world vector from straight down (or up); y points down."""
    x, y, z = v
    return degrees(atan2(hypot(x, z), y if down else -y))


def _between(a: list[float], b: list[float]) -> float:
    (ax, ay), (bx, by) = a, b
    return degrees(abs(atan2(ax * by - ay * bx, ax * bx + ay * by)))


def _bend(first: list[float], middle: list[float], last: list[float]) -> float:
    """Signed bend at the middle of a line; above 0 the middle lies above it in the picture."""
    bend = 180.0 - _between(_minus(first, middle), _minus(last, middle))
    along_x, along_y = _minus(last, first)
    way = (middle[0] - first[0]) * along_x + (middle[1] - first[1]) * along_y
    share = way / max(along_x * along_x + along_y * along_y, _EPSILON)
    return bend if middle[1] < first[1] + share * along_y else -bend


def _tilt(flat_up: list[float]) -> float:
    return degrees(atan2(flat_up[0], -flat_up[1]))


def _trunk(left: _Side, right: _Side) -> list[float]:
    """Hip to shoulder, mean of the sides of which both are seen; NaN where neither is."""
    one, other = _minus(left.shoulder, left.hip), _minus(right.shoulder, right.hip)
    if isnan(sum(one)):
        return other
    return one if isnan(sum(other)) else [(a + b) / 2 for a, b in zip(one, other, strict=True)]


def _trunk_lean(flat_up: list[float], up: list[float]) -> float:
    """Trunk from upright: on the picture, and by the world's depth where it leaves the plane."""
    in_plane = abs(_tilt(flat_up))
    in_space = _from_vertical(up, down=False)
    depth = abs(up[2]) / max(hypot(*up), _EPSILON)
    weight = min(max((depth - 0.25) / 0.5, 0.0), 1.0) if depth == depth else 0.0
    return in_plane + weight * (in_space - in_plane)


def _leg(side: _Side) -> float:
    return dist(side.hip, side.knee) + dist(side.knee, side.ankle)


def _hip_height(left: _Side, right: _Side) -> float:
    return _mean_seen([(s.ankle[1] - s.hip[1]) / max(_leg(s), _EPSILON) for s in (left, right)])


def _step(left_m: _Side, right_m: _Side) -> float:
    return dist(left_m.ankle, right_m.ankle) / max(
        _mean_seen([_leg(left_m), _leg(right_m)]), _EPSILON
    )


def _mean_seen(values: list[float]) -> float:
    seen = [value for value in values if value == value]
    return sum(seen) / len(seen) if seen else float("nan")
