"""From a picture to a pose, behind which MediaPipe may be replaced (posecore.pose_graph).

MediaPipe 0.10.21 is pinned: the last release that carries its model in the wheel and opens no
network connection. Another estimator takes its place by offering the same two methods.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from posecore.closing import Closing
from posecore.landmarks import N_LANDMARKS
from posecore.pose_graph import PoseGraph, numbers_of
from posecore.types import Pose

ESTIMATOR = "mediapipe-0.10.21-full"
"""Name of the estimator whose landmarks the models in models/ were trained on."""


# A landmark as protobuf writes it: a head of two bytes, then x, y, z, visibility and presence,
# each a byte that names it and four of its number.
_LANDMARK_BYTES = 27
_NAMES_AT = np.array([0, 1, 2, 7, 12, 17, 22])
_NAMES = np.array([0x0A, 25, 0x0D, 0x15, 0x1D, 0x25, 0x2D], np.uint8)
_NUMBERS_AT = (np.array([3, 8, 13, 18])[:, None] + np.arange(4)).ravel()


class Estimator(Protocol):
    """What the pipeline needs of an estimator: one person's pose, frame after frame."""

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None: ...

    def close(self) -> None: ...


class PoseEstimator(Closing):
    """MediaPipe Pose on successive frames of one person. One for each stream: it tracks.

    Loading takes about a second; make it before the first frame, not during it.
    """

    def __init__(self, *, min_detection: float = 0.5, min_tracking: float = 0.5) -> None:
        self._graph = PoseGraph(min_detection, min_tracking)

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        """The person in (height, width, 3) uint8 RGB with square pixels, or None."""
        written = self._graph.written(rgb)
        if written is None:
            return None
        marks = numbers_in(b"".join(written))
        if marks is None:
            marks = np.concatenate([numbers_of(each) for each in written])
        on_picture, in_space = marks[:N_LANDMARKS], marks[N_LANDMARKS:]
        size_px = (rgb.shape[1], rgb.shape[0])
        return Pose(t_s, on_picture[:, :3], in_space[:, :3], on_picture[:, 3], size_px)

    def reset(self) -> None:
        """As new, for other frames; quicker than another estimator."""
        self._graph.reset()

    def close(self) -> None:
        """Free what is native. Safe to call twice."""
        self._graph.close()


def numbers_in(written: bytes) -> np.ndarray | None:
    """(66, 4) x, y, z, visibility of two bodies' landmarks as protobuf writes them; None where they
    are written in another way, which protobuf itself has to read."""
    if len(written) != 2 * N_LANDMARKS * _LANDMARK_BYTES:
        return None
    marks = np.frombuffer(written, np.uint8).reshape(-1, _LANDMARK_BYTES)
    if not (marks.take(_NAMES_AT, axis=1) == _NAMES).all():
        return None
    return marks.take(_NUMBERS_AT, axis=1).view("<f4").astype(float)
