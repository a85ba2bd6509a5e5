"""What the classifier sees: one pose in true proportions, and how the joints have just moved.

Twelve image joints are what every source of training data shares. Gravity is kept (up is up);
place, size and the person's left and right are taken out, the latter by ``mirror_features``.
What a person does shows in the movement: standing between two squats is standing.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from posecore.landmarks import Landmark as L
from posecore.types import Pose

JOINTS_12: tuple[L, ...] = (
    L.LEFT_SHOULDER,
    L.RIGHT_SHOULDER,
    L.LEFT_ELBOW,
    L.RIGHT_ELBOW,
    L.LEFT_WRIST,
    L.RIGHT_WRIST,
    L.LEFT_HIP,
    L.RIGHT_HIP,
    L.LEFT_KNEE,
    L.RIGHT_KNEE,
    L.LEFT_ANKLE,
    L.RIGHT_ANKLE,
)
_SHORT = tuple(joint.name.lower() for joint in JOINTS_12)
_SWAP_12 = np.array([1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10])
_SEGMENTS = ((0, 2), (1, 3), (2, 4), (3, 5), (6, 8), (7, 9), (8, 10), (9, 11))
_SEGMENT_NAMES = tuple(
    f"{side}_{bone}"
    for bone in ("upper_arm", "forearm", "thigh", "shank")
    for side in ("left", "right")
)
_ANGLES = (  # triples within the twelve, as in angles.JOINTS
    (0, 2, 4),
    (1, 3, 5),
    (6, 0, 2),
    (7, 1, 3),
    (0, 6, 8),
    (1, 7, 9),
    (6, 8, 10),
    (7, 9, 11),
)
_ANGLE_NAMES = tuple(
    f"{side}_{joint}"
    for joint in ("elbow", "shoulder", "hip", "knee")
    for side in ("left", "right")
)

_PLACES = ("hips", "feet", "hands", "shoulders")

WINDOW_S = 2.0
"""How far back movement is looked at; chosen in docs/ACCURACY.md."""
_FAR_OUT = 5.0  # body sizes; what lies beyond is a landmark that jumped
MIN_VISIBILITY = 0.1
"""MediaPipe's guess of a hidden joint still tells what is done; below this it is invention."""


class FeatureWindow:
    """Feature vectors of successive frames: ``step`` them in order of time.

    A gap longer than the window, or time running backwards, starts it anew.
    """

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self.window_s = window_s
        self.reset()

    def reset(self) -> None:
        self._t_s: deque[float] = deque()
        self._joints: deque[np.ndarray] = deque()

    def step(self, joints_px: np.ndarray, t_s: float) -> np.ndarray:
        """(n_features,) after the (12, 2) joints of the frame at ``t_s``; NaN: not seen."""
        self.push(joints_px, t_s)
        return self.features()

    def push(self, joints_px: np.ndarray, t_s: float) -> None:
        """Take a frame in without asking for its features."""
        if self._t_s and not 0.0 < t_s - self._t_s[-1] < self.window_s:
            self.reset()
        self._t_s.append(t_s)
        self._joints.append(joints_px)
        while t_s - self._t_s[0] > self.window_s:
            self._t_s.popleft()
            self._joints.popleft()

    def features(self) -> np.ndarray:
        """(n_features,) of the last frame pushed."""
        return window_features(np.array(self._t_s), np.array(self._joints))


def joints_of(pose: Pose) -> np.ndarray:
    """(12, 2) pixels of JOINTS_12; NaN where the landmark is not seen."""
    marks = list(JOINTS_12)
    joints = pose.pixels[marks]
    joints[pose.visibility[marks] < MIN_VISIBILITY] = np.nan
    return joints


def window_features(t_s: np.ndarray, joints_px: np.ndarray) -> np.ndarray:
    """Features of the last frame of a window.

    t_s (n,) seconds; joints_px (n, 12, 2). Returns (n_features,), see FEATURE_NAMES.
    """
    hips = middle(joints_px[:, 6:8])
    centred = joints_px - hips[:, None]
    size = np.nanmean(spread(centred)) if np.isfinite(centred).any() else np.nan
    centred = centred / max(size, 1e-6)
    angles = _angles(centred)
    paths = np.concatenate(
        [
            centred.reshape(len(t_s), -1),
            angles,
            _places(joints_px, hips) / size,
        ],
        axis=1,
    )
    mean, std, extent = _statistics(paths)
    now = centred[-1]
    features = np.concatenate(
        [
            now.ravel(),
            angles[-1],
            _directions(now).ravel(),
            mean[:32],
            std,
            extent,
            [min(1.0, (t_s[-1] - t_s[0]) / WINDOW_S)],
        ]
    )
    return np.clip(features, -_FAR_OUT, _FAR_OUT)


def mirror_features(features: np.ndarray) -> np.ndarray:
    """(..., n_features) of the same body seen in a mirror."""
    return features[..., _MIRROR_FROM] * _MIRROR_SIGN


def middle(pair: np.ndarray) -> np.ndarray:
    """(n, 2) of (n, 2, 2): between both, or the one that is seen."""
    seen = np.isfinite(pair[..., 0])
    total = np.where(np.isfinite(pair), pair, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / seen.sum(axis=1)[:, None]


def _places(joints_px: np.ndarray, hips: np.ndarray) -> np.ndarray:
    """(n, 8) where hips, feet, hands and shoulders are in the picture.

    What rests on the floor or holds a bar tells a press from a pull-up.
    """
    parts = [hips, *(middle(joints_px[:, k : k + 2]) for k in (10, 4, 0))]
    return np.concatenate(parts, axis=1)


def spread(centred: np.ndarray) -> np.ndarray:
    """(n,) root mean square distance of (n, 12, 2) joints from the hips at the origin."""
    square = (centred**2).sum(axis=-1)
    seen = np.isfinite(square)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.where(seen, square, 0.0).sum(axis=1) / seen.sum(axis=1))


def _angles(joints: np.ndarray) -> np.ndarray:
    """(n, 8) included angles in half turns."""
    rows = np.array(_ANGLES)
    a = joints[:, rows[:, 0]] - joints[:, rows[:, 1]]
    b = joints[:, rows[:, 2]] - joints[:, rows[:, 1]]
    cross = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return np.abs(np.arctan2(cross, (a * b).sum(axis=-1))) / np.pi


def _directions(joint: np.ndarray) -> np.ndarray:
    """(9, 2) unit vectors of the eight limb segments and the trunk in one frame."""
    rows = np.array(_SEGMENTS)
    vectors = joint[rows[:, 1]] - joint[rows[:, 0]]
    trunk = middle(joint[None, 0:2])[0] - middle(joint[None, 6:8])[0]
    vectors = np.vstack([vectors, trunk])
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def _statistics(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, standard deviation and range of each column over time; NaN where never seen."""
    seen = np.isfinite(paths)
    count = seen.sum(axis=0)
    filled = np.where(seen, paths, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / count
        std = np.sqrt(np.where(seen, (paths - mean) ** 2, 0.0).sum(axis=0) / count)
    extent = np.where(seen, paths, -np.inf).max(axis=0) - np.where(seen, paths, np.inf).min(axis=0)
    return mean, std, np.where(count > 0, extent, np.nan)


def _names() -> tuple[str, ...]:
    xy = [f"{joint}_{axis}" for joint in _SHORT for axis in "xy"]
    angle = [f"{joint}_angle" for joint in _ANGLE_NAMES]
    direction = [f"{bone}_{axis}" for bone in (*_SEGMENT_NAMES, "trunk") for axis in ("dx", "dy")]
    place = [f"{part}_place_{axis}" for part in _PLACES for axis in "xy"]
    return (
        *xy,
        *angle,
        *direction,
        *(f"mean {name}" for name in (*xy, *angle)),
        *(f"std {name}" for name in (*xy, *angle, *place)),
        *(f"range {name}" for name in (*xy, *angle, *place)),
        "window_fill",
    )


FEATURE_NAMES: tuple[str, ...] = _names()


def _mirror() -> tuple[np.ndarray, np.ndarray]:
    index = {name: i for i, name in enumerate(FEATURE_NAMES)}

    def other(name: str) -> str:
        if "left_" in name:
            return name.replace("left_", "right_")
        return name.replace("right_", "left_")

    rows = np.array([index[other(name)] for name in FEATURE_NAMES])
    flips = [
        -1.0 if name.endswith(("_x", "_dx")) and not name.startswith(("std ", "range ")) else 1.0
        for name in FEATURE_NAMES
    ]
    return rows, np.array(flips)


_MIRROR_FROM, _MIRROR_SIGN = _mirror()
