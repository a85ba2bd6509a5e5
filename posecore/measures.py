"""What can be measured on one pose: the joints' flexion, and how segments stand to each other.

Every measure is a column of one row a frame, so that a rep is a slice of a table. An exercise
file names a measure by its base name ("knee") and says how its two sides become one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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


def measure(pose: Pose, flexion_deg: np.ndarray) -> np.ndarray:
    """(n_columns,) in the order of COLUMNS; NaN where a landmark is not seen.

    flexion_deg  (n_joints,) degrees, as angles.flexion_deg gives them
    """
    flat = pose.pixels
    unseen = pose.visibility < MIN_VISIBILITY
    flat[unseen] = np.nan
    world = np.where(unseen[:, None], np.nan, pose.world)
    trunk = _trunk(flat)
    trunk_px = _length(trunk)

    row = np.full(len(COLUMNS), np.nan)
    row[: len(JOINT_NAMES)] = flexion_deg
    for side in ("left", "right"):
        shoulder, elbow, wrist, hip, knee, ankle, ear = (
            L[f"{side.upper()}_{name}"]
            for name in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE", "EAR")
        )
        for name, value in (
            ("upper_arm_lean", _from_vertical(world[elbow] - world[shoulder], down=True)),
            ("forearm_lean", _from_vertical(world[wrist] - world[elbow], down=False)),
            ("body_line", _bend(flat[shoulder], flat[hip], flat[ankle])),
            ("wrist_height", (flat[shoulder][1] - flat[wrist][1]) / max(trunk_px, _EPSILON)),
            ("hip_line", _bend(flat[shoulder], flat[hip], flat[knee])),
            ("head_line", _bend(flat[ear], flat[shoulder], flat[hip])),
        ):
            row[COLUMN_INDEX[f"{side}_{name}"]] = value
    legs = [
        flat[L.LEFT_ANKLE] - flat[L.LEFT_HIP],
        flat[L.RIGHT_ANKLE] - flat[L.RIGHT_HIP],
    ]
    ankles_px = _length(flat[L.LEFT_ANKLE] - flat[L.RIGHT_ANKLE])
    for name, value in (
        ("trunk_lean", _trunk_lean(trunk, _trunk(world))),
        ("trunk_tilt", _tilt(trunk)),
        ("leg_spread", _between(*legs)),
        ("knee_width", _length(flat[L.LEFT_KNEE] - flat[L.RIGHT_KNEE]) / max(ankles_px, _EPSILON)),
        (
            "stance_width",
            ankles_px / max(_length(flat[L.LEFT_SHOULDER] - flat[L.RIGHT_SHOULDER]), _EPSILON),
        ),
        ("hip_height", _hip_height(flat)),
        ("step", _step(world)),
    ):
        row[COLUMN_INDEX[name]] = value
    return row


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

    def of_row(self, row: np.ndarray) -> float:
        """The same as ``of`` for one (n_columns,) row, without what arrays cost each time."""
        values = [float(row[column]) for column in self.columns]
        if len(values) == 1:
            return values[0]
        left, right = values
        if self.sides == "difference":
            return abs(left - right)
        if left != left or right != right:
            return right if left != left else left
        return {"max": max(values), "min": min(values), "mean": (left + right) / 2}[self.sides]

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


def _length(v: np.ndarray) -> float:
    return float(np.hypot(v[0], v[1]))


def _from_vertical(v: np.ndarray, *, down: bool) -> float:
    """Angle in degrees of a (3,) world vector from straight down (or up); y points down."""
    upright = v[1] if down else -v[1]
    return float(np.degrees(np.arctan2(np.hypot(v[0], v[2]), upright)))


def _between(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.abs(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b))))


def _bend(first: np.ndarray, middle: np.ndarray, last: np.ndarray) -> float:
    """Signed bend at the middle of a line; above 0 the middle lies above it in the picture."""
    bend = 180.0 - _between(first - middle, last - middle)
    along = last - first
    share = ((middle - first) @ along) / max(along @ along, _EPSILON)
    on_line = first + share * along
    return bend if middle[1] < on_line[1] else -bend


def _tilt(flat_up: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(flat_up[0], -flat_up[1])))


def _trunk(points: np.ndarray) -> np.ndarray:
    """Hip to shoulder, mean of the sides of which both are seen; NaN where neither is."""
    left = points[L.LEFT_SHOULDER] - points[L.LEFT_HIP]
    right = points[L.RIGHT_SHOULDER] - points[L.RIGHT_HIP]
    if np.isnan(left).any():
        return right
    return left if np.isnan(right).any() else (left + right) / 2


def _trunk_lean(flat_up: np.ndarray, up: np.ndarray) -> float:
    """Trunk from upright: on the picture, and by the world's depth where it leaves the plane."""
    in_plane = abs(_tilt(flat_up))
    in_space = _from_vertical(up, down=False)
    depth = abs(up[2]) / max(float(np.linalg.norm(up)), _EPSILON)
    weight = float(np.clip((depth - 0.25) / 0.5, 0.0, 1.0)) if depth == depth else 0.0
    return float(in_plane + weight * (in_space - in_plane))


def _hip_height(flat: np.ndarray) -> float:
    heights = []
    for hip, knee, ankle in (
        (L.LEFT_HIP, L.LEFT_KNEE, L.LEFT_ANKLE),
        (L.RIGHT_HIP, L.RIGHT_KNEE, L.RIGHT_ANKLE),
    ):
        leg = _length(flat[hip] - flat[knee]) + _length(flat[knee] - flat[ankle])
        heights.append((flat[ankle][1] - flat[hip][1]) / max(leg, _EPSILON))
    seen = [h for h in heights if h == h]
    return float(np.mean(seen)) if seen else float("nan")


def _step(world: np.ndarray) -> float:
    legs = [
        float(np.linalg.norm(world[hip] - world[knee]) + np.linalg.norm(world[knee] - world[ankle]))
        for hip, knee, ankle in (
            (L.LEFT_HIP, L.LEFT_KNEE, L.LEFT_ANKLE),
            (L.RIGHT_HIP, L.RIGHT_KNEE, L.RIGHT_ANKLE),
        )
    ]
    seen = [leg for leg in legs if leg == leg]
    apart = float(np.linalg.norm(world[L.LEFT_ANKLE] - world[L.RIGHT_ANKLE]))
    return apart / max(float(np.mean(seen)), _EPSILON) if seen else float("nan")
