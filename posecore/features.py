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
"""What rests on the floor or holds a bar tells a press from a pull-up."""

_MARKS = np.array(JOINTS_12)
_ANGLE_MARKS = np.array(_ANGLES).T
_PAIRS = np.array([[6, 7], [10, 11], [4, 5], [0, 1]])  # of the twelve: both sides of _PLACES

# A frame's paths: x and y of the twelve, angles, x and y of the places.
_ANGLES_FROM, _PLACES_FROM = 24, 32
_N_PATHS = 40
_IS_LENGTH = np.ones(_N_PATHS, bool)
_IS_LENGTH[_ANGLES_FROM:_PLACES_FROM] = False
# Where x of both ends of each segment is; the trunk goes from the first place to the last.
_ENDS_X = np.array([*((2 * a, 2 * b) for a, b in _SEGMENTS), (_PLACES_FROM, _N_PATHS - 2)]).T
_ENDS = np.stack([_ENDS_X, _ENDS_X + 1], axis=-1)  # (2, 9, 2)

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
        self._rows: deque[np.ndarray] = deque()

    def step(self, joints_px: np.ndarray, t_s: float) -> np.ndarray:
        """(n_features,) after the (12, 2) joints of the frame at ``t_s``; NaN: not seen."""
        self.push(joints_px, t_s)
        return self.features()

    def push(self, joints_px: np.ndarray, t_s: float) -> None:
        """Take a frame in without asking for its features."""
        if self._t_s and not 0.0 < t_s - self._t_s[-1] < self.window_s:
            self.reset()
        self._t_s.append(t_s)
        self._rows.append(_rows(joints_px[None])[0])
        while t_s - self._t_s[0] > self.window_s:
            self._t_s.popleft()
            self._rows.popleft()

    def features(self) -> np.ndarray:
        """(n_features,) of the last frame pushed."""
        rows = np.concatenate(self._rows).reshape(len(self._rows), -1)
        return _features(rows, self._t_s[-1] - self._t_s[0])


def joints_of(pose: Pose) -> np.ndarray:
    """(12, 2) pixels of JOINTS_12; NaN where the landmark is not seen."""
    joints = pose.image.take(_MARKS, axis=0)[:, :2] * pose.size_px
    joints[pose.visibility.take(_MARKS) < MIN_VISIBILITY] = np.nan
    return joints


def window_features(t_s: np.ndarray, joints_px: np.ndarray) -> np.ndarray:
    """Features of the last frame of a window.

    t_s (n,) seconds; joints_px (n, 12, 2). Returns (n_features,), see FEATURE_NAMES.
    """
    return _features(_rows(joints_px), t_s[-1] - t_s[0])


def _rows(joints_px: np.ndarray) -> np.ndarray:
    """(n, _N_PATHS + 1) of (n, 12, 2): what each frame by itself adds to a window, in pixels.

    Joints from the middle of the hips, angles, places, and the body's size. A body's size over the
    whole window divides all lengths at the end, so that no frame is looked at more than once.
    """
    n = len(joints_px)
    places = middle(joints_px.take(_PAIRS, axis=1))
    centred = joints_px - places[:, :1]
    lengths = [centred.reshape(n, -1), _angles(centred), places.reshape(n, -1)]
    return np.concatenate([*lengths, spread(centred)[:, None]], axis=1)


def _features(rows: np.ndarray, lasted_s: float) -> np.ndarray:
    """(n_features,) of the ``_rows`` of a window."""
    mean, std, extent = _statistics(rows)
    size = max(mean[_N_PATHS], 1e-6)
    scale = np.where(_IS_LENGTH, size, 1.0)
    paths = slice(0, _N_PATHS)
    now = rows[-1, paths] / scale
    features = np.concatenate(
        [
            now[:_PLACES_FROM],
            _directions(now),
            (mean[paths] / scale)[:_PLACES_FROM],
            std[paths] / scale,
            extent[paths] / scale,
            [min(1.0, lasted_s / WINDOW_S)],
        ]
    )
    return np.minimum(np.maximum(features, -_FAR_OUT), _FAR_OUT)


def mirror_features(features: np.ndarray) -> np.ndarray:
    """(..., n_features) of the same body seen in a mirror."""
    return features[..., _MIRROR_FROM] * _MIRROR_SIGN


def middle(pair: np.ndarray) -> np.ndarray:
    """(..., 2) of (..., 2, 2): between both, or the one that is seen."""
    seen = np.isfinite(pair)
    total = np.where(seen, pair, 0.0).sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / seen.sum(axis=-2))


def spread(centred: np.ndarray) -> np.ndarray:
    """(n,) root mean square distance of (n, 12, 2) joints from the hips at the origin."""
    square = (centred * centred).sum(axis=-1)
    seen = np.isfinite(square)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.where(seen, square, 0.0).sum(axis=1) / seen.sum(axis=1))


def _angles(joints: np.ndarray) -> np.ndarray:
    """(n, 8) included angles in half turns."""
    first, vertex, last = (joints.take(marks, axis=1) for marks in _ANGLE_MARKS)
    a, b = first - vertex, last - vertex
    cross = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return np.abs(np.arctan2(cross, (a * b).sum(axis=-1))) / np.pi


def _directions(now: np.ndarray) -> np.ndarray:
    """(18,) unit vectors of the eight limb segments and the trunk in one frame's paths."""
    ends = now.take(_ENDS)
    vectors = ends[1] - ends[0]
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.asarray((vectors / np.maximum(length, 1e-6)).ravel())


def _statistics(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, standard deviation and range of each column over time; NaN where never seen."""
    n, total = len(paths), paths.sum(axis=0)
    if np.isfinite(total).all():
        mean = total / n
        off = paths - mean
        return mean, np.sqrt((off * off).sum(axis=0) / n), paths.max(axis=0) - paths.min(axis=0)
    seen = np.isfinite(paths)
    count = seen.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(seen, paths, 0.0).sum(axis=0) / count
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
