"""PoseCoach as a library: one way for a frame, from a picture to counted and judged reps.

The names below are the public ones. Each is imported when it is first asked for, so that
``import posecore`` costs nothing and needs neither the estimator nor the database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from posecore.analyze import analyze_video
    from posecore.classify import ExerciseClassifier
    from posecore.estimate import PoseEstimator
    from posecore.exercises import load_exercises
    from posecore.pipeline import Pipeline, Settings
    from posecore.store import Store
    from posecore.types import ExerciseSet, Fault, FrameResult, Pose, Rep

__all__ = [
    "ExerciseClassifier",
    "ExerciseSet",
    "Fault",
    "FrameResult",
    "Pipeline",
    "Pose",
    "PoseEstimator",
    "Rep",
    "Settings",
    "Store",
    "analyze_video",
    "load_exercises",
]

_HOMES = {
    "ExerciseClassifier": "classify",
    "ExerciseSet": "types",
    "Fault": "types",
    "FrameResult": "types",
    "Pipeline": "pipeline",
    "Pose": "types",
    "PoseEstimator": "estimate",
    "Rep": "types",
    "Settings": "pipeline",
    "Store": "store",
    "analyze_video": "analyze",
    "load_exercises": "exercises",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'posecore' has no attribute {name!r}")
    return getattr(import_module(f"posecore.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
