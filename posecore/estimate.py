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


_OUTPUTS = ("pose_landmarks", "pose_world_landmarks")
_STEP_US = 33_333  # MediaPipe takes any video to have 30 pictures a second


class Estimator(Protocol):
    """What the pipeline needs of an estimator: one person's pose, frame after frame."""

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None: ...

    def close(self) -> None: ...


class PoseEstimator:
    """MediaPipe Pose on successive frames of one person. One for each stream: it tracks.

    Loading takes about a second; make it before the first frame, not during it.
    """

    def __init__(self, *, min_detection: float = 0.5, min_tracking: float = 0.5) -> None:
        self._pose = mediapipe_pose(min_detection, min_tracking)

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        """The person in (height, width, 3) uint8 RGB with square pixels, or None."""
        height, width = rgb.shape[:2]
        on_picture, in_space = self._landmarks(rgb)
        if on_picture is None or in_space is None:
            return None
        image = [(p.x, p.y, p.z) for p in on_picture.landmark]
        world = [(p.x, p.y, p.z) for p in in_space.landmark]
        visibility = [p.visibility for p in on_picture.landmark]
        return Pose(t_s, np.array(image), np.array(world), np.array(visibility), (width, height))

    def _landmarks(self, rgb: np.ndarray) -> list[Any]:
        """On the picture and in space; None where nobody is seen.

        What MediaPipe's own ``process`` does, but for the class that it makes anew for the result
        of every picture: that takes half a millisecond. tests/test_estimate.py holds both equal.
        """
        from mediapipe.python import packet_getter

        pose = self._pose
        pose._graph_outputs.clear()
        pose._simulated_timestamp += _STEP_US
        packet = pose._make_packet(pose._input_stream_type_info["image"], rgb)
        packet = packet.at(pose._simulated_timestamp)
        pose._graph.add_packet_to_input_stream(stream="image", packet=packet)
        pose._graph.wait_until_idle()
        found = (pose._graph_outputs.get(name) for name in _OUTPUTS)
        return [
            None if each is None or each.is_empty() else packet_getter.get_proto(each)
            for each in found
        ]

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


def mediapipe_pose(min_detection: float = 0.5, min_tracking: float = 0.5) -> Any:
    """MediaPipe's own, as it comes."""
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
