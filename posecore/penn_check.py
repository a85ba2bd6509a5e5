"""Recognition and counting on Penn Action's own held-out half: joints that people marked.

That half (``train`` is -1) takes no part in training. The joints go through the same pipeline;
what was learnt of MediaPipe's errors is left out, for a person marked them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from posecore.classify import ExerciseClassifier
from posecore.clip_score import ClipScore, score_clip
from posecore.exercises import load_exercises
from posecore.features import JOINTS_12
from posecore.form_check import KEYPOINTS, UNCORRECTED, pose_of
from posecore.pipeline import Pipeline
from posecore.sources import Sequence, penn_sequences
from posecore.types import Pose

FILE = "penn_action.npz"


class MarkedPoses:
    """The frames of a video, as poses of twelve joints."""

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence

    def poses(self) -> Iterator[tuple[float, Pose | None]]:
        """Time and pose of each frame; None where no trunk is seen."""
        for t_s, joints in zip(self.sequence.t_s, self.sequence.joints_px, strict=True):
            yield float(t_s), pose_of(_keypoints(joints), float(t_s))


def check_penn(path: Path, classifier: ExerciseClassifier | None = None) -> list[ClipScore]:
    """Every video of the held-out half; a sport's ``source`` names it."""
    classifier, exercises = classifier or ExerciseClassifier.load(), load_exercises()
    scores = []
    for sequence in penn_sequences(path):
        if sequence.split != "val":
            continue
        row = {"clip": sequence.clip, "source": sequence.source, "exercise": sequence.label}
        pipeline = Pipeline(exercises=exercises, classifier=classifier, settings=UNCORRECTED)
        scores.append(score_clip(row | {"split": "val"}, MarkedPoses(sequence), pipeline))
    return scores


def _keypoints(joints_px: np.ndarray) -> np.ndarray:
    """(18, 3) OpenPose keypoints of (12, 2) joints; confidence 0 where a joint is not seen."""
    points = np.zeros((18, 3))
    for mark, joint in zip(JOINTS_12, joints_px, strict=True):
        if np.isfinite(joint).all():
            points[KEYPOINTS[mark]] = (*joint, 1.0)
    return points
