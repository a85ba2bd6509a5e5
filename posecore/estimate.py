"""From a picture to a pose: the only place that knows MediaPipe.

MediaPipe 0.10.21 is pinned: the last release that carries its model in the wheel and opens no
network connection. Another estimator takes its place by offering the same two methods.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from posecore.types import Pose

ESTIMATOR = "mediapipe-0.10.21-full"
"""Name of the estimator whose landmarks the models in models/ were trained on."""


class Estimator(Protocol):
    """What the pipeline needs of an estimator: one person's pose, frame after frame."""

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None: ...

    def close(self) -> None: ...


class PoseEstimator:
    """MediaPipe Pose on successive frames of one person. One for each stream: it tracks.

    Loading takes about a second; make it before the first frame, not during it.
    """

    def __init__(self, *, min_detection: float = 0.5, min_tracking: float = 0.5) -> None:
        self._pose = _mediapipe_pose(min_detection, min_tracking)

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        """The person in (height, width, 3) uint8 RGB with square pixels, or None."""
        height, width = rgb.shape[:2]
        found = self._pose.process(rgb)
        if found.pose_landmarks is None or found.pose_world_landmarks is None:
            return None
        image = [(p.x, p.y, p.z) for p in found.pose_landmarks.landmark]
        world = [(p.x, p.y, p.z) for p in found.pose_world_landmarks.landmark]
        visibility = [p.visibility for p in found.pose_landmarks.landmark]
        return Pose(t_s, np.array(image), np.array(world), np.array(visibility), (width, height))

    def reset(self) -> None:
        """As new, for other frames; quicker than another estimator."""
        self._pose.reset()

    def close(self) -> None:
        """Free the native graph. Safe to call twice."""
        if self._pose is not None:
            self._pose.close()
            self._pose = None

    def __enter__(self) -> PoseEstimator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _mediapipe_pose(min_detection: float, min_tracking: float) -> Any:
    # MediaPipe writes its start-up chatter to stderr unless told so before it is imported.
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from mediapipe.python.solutions.pose import Pose as MediaPipePose

    return MediaPipePose(
        static_image_mode=False,
        model_complexity=1,
        smooth_landmarks=True,
        min_detection_confidence=min_detection,
        min_tracking_confidence=min_tracking,
    )
