"""From a picture to a pose: the only place that knows MediaPipe.

MediaPipe 0.10.21 is pinned: the last release that carries its model in the wheel and opens no
network connection. Another estimator takes its place by offering the same two methods.
"""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np

from posecore.closing import Closing
from posecore.landmarks import N_LANDMARKS
from posecore.types import Pose

ESTIMATOR = "mediapipe-0.10.21-full"
"""Name of the estimator whose landmarks the models in models/ were trained on."""


_OUTPUTS = ("pose_landmarks", "pose_world_landmarks")
_STEP_US = 33_333  # MediaPipe takes any video to have 30 pictures a second

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
        self._pose = mediapipe_pose(min_detection, min_tracking)
        from mediapipe.python import packet_getter  # after MediaPipe was told to be quiet

        self._getter = packet_getter

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        """The person in (height, width, 3) uint8 RGB with square pixels, or None."""
        marks = self._landmarks(rgb)
        if marks is None:
            return None
        on_picture, in_space = marks[:N_LANDMARKS], marks[N_LANDMARKS:]
        size_px = (rgb.shape[1], rgb.shape[0])
        return Pose(t_s, on_picture[:, :3], in_space[:, :3], on_picture[:, 3], size_px)

    def _landmarks(self, rgb: np.ndarray) -> np.ndarray | None:
        """(66, 4) x, y, z, visibility, on the picture and then in space; None: nobody is seen.

        What MediaPipe's own ``process`` does, but for the class that it makes anew for the result
        of every picture, and the object for every landmark. tests/test_estimate.py holds both
        equal.
        """
        pose = self._pose
        pose._graph_outputs.clear()
        pose._simulated_timestamp += _STEP_US
        packet = pose._make_packet(pose._input_stream_type_info["image"], rgb)
        packet = packet.at(pose._simulated_timestamp)
        pose._graph.add_packet_to_input_stream(stream="image", packet=packet)
        pose._graph.wait_until_idle()
        found = [pose._graph_outputs.get(name) for name in _OUTPUTS]
        if any(each is None or each.is_empty() for each in found):
            return None
        getter = self._getter
        written = b"".join([getter._packet_getter._get_serialized_proto(each) for each in found])
        numbers = numbers_in(written)
        if numbers is None:
            marks = [mark for each in found for mark in getter.get_proto(each).landmark]
            numbers = np.array([(m.x, m.y, m.z, m.visibility) for m in marks])
        return numbers

    def reset(self) -> None:
        """As new, for other frames; quicker than another estimator."""
        self._pose.reset()

    def close(self) -> None:
        """Free the native graph. Safe to call twice."""
        if self._pose is not None:
            self._pose.close()
            self._pose = None


def numbers_in(written: bytes) -> np.ndarray | None:
    """(66, 4) x, y, z, visibility of two bodies' landmarks as protobuf writes them; None where they
    are written in another way, which protobuf itself has to read."""
    if len(written) != 2 * N_LANDMARKS * _LANDMARK_BYTES:
        return None
    marks = np.frombuffer(written, np.uint8).reshape(-1, _LANDMARK_BYTES)
    if not (marks.take(_NAMES_AT, axis=1) == _NAMES).all():
        return None
    return marks.take(_NUMBERS_AT, axis=1).view("<f4").astype(float)


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
