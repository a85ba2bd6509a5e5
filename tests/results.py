"""Made results of frames, reps and analyses, for tests of what shows and stores them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from posecore.analyze import Analysis
from posecore.angles import JOINT_INDEX, N_JOINTS, flexion_deg
from posecore.pipeline import Pipeline
from posecore.types import ExerciseSet, Fault, FrameResult, Pose, Rep
from posecore.video import VideoInfo

NO_ANGLES = np.full(N_JOINTS, np.nan)


def fault(joint: str = "left_knee", at_s: float = 1.0, **changes: Any) -> Fault:
    values: dict[str, Any] = {
        "id": "shallow",
        "at_s": at_s,
        "joint": joint,
        "measured": 62.0,
        "low": 80.0,
        "high": 140.0,
        "cue": "Go lower",
    }
    return Fault(**(values | changes))


def rep(start_s: float = 0.0, end_s: float = 2.0, **changes: Any) -> Rep:
    t_s = np.linspace(start_s, end_s, 20)
    curve = np.repeat((1 - np.cos(np.linspace(0, 2 * np.pi, 20)))[:, None] * 50, N_JOINTS, axis=1)
    values: dict[str, Any] = {
        "exercise": "squat",
        "start_s": start_s,
        "end_s": end_s,
        "complete": True,
        "rom_deg": 100.0,
        "tempo_s": (1.2, 0.8),
        "score": 84.0,
        "curve_t_s": t_s,
        "curve_deg": curve,
    }
    return Rep(**(values | changes))


def exercise_set(reps: Sequence[Rep] = (), **changes: Any) -> ExerciseSet:
    values: dict[str, Any] = {
        "exercise": "squat",
        "start_s": reps[0].start_s if reps else 0.0,
        "end_s": reps[-1].end_s if reps else 10.0,
        "hold_s": None,
        "reps": tuple(reps),
    }
    return ExerciseSet(**(values | changes))


def frame_result(pose: Pose | None = None, **changes: Any) -> FrameResult:
    values: dict[str, Any] = {
        "t_s": 0.0,
        "pose": pose,
        "flexion_deg": NO_ANGLES if pose is None else flexion_deg(pose),
        "error_deg": NO_ANGLES if pose is None else np.full(N_JOINTS, 7.0),
        "view": None,
        "proba": np.full(13, np.nan),
        "frame_exercise": "none",
        "voted_exercise": "none",
        "votes": {},
        "phase": None,
        "rep_count": 0,
        "hold_s": 0.0,
        "rep": None,
        "set_ended": None,
        "current_set": None,
        "faults": (),
        "cue": None,
        "hint": None,
    }
    return FrameResult(**(values | changes))


def analysis(sets: Sequence[ExerciseSet] = (), *, n: int = 250, **changes: Any) -> Analysis:
    """Ten seconds at 25 frames a second of somebody whose knees go up and down every two."""
    t_s = np.arange(n) / 25.0
    angles = np.full((n, N_JOINTS), 10.0)
    for name in ("left_knee", "right_knee"):
        angles[:, JOINT_INDEX[name]] = 55 - 50 * np.cos(np.pi * t_s)
    values: dict[str, Any] = {
        "info": VideoInfo("made.mp4", 640, 480, 25.0, n / 25.0, n),
        "t_s": t_s,
        "person": np.ones(n, bool),
        "frame_exercise": ("squat",) * n,
        "voted_exercise": ("none",) * 10 + ("squat",) * (n - 10),
        "flexion_deg": angles,
        "error_deg": np.full((n, N_JOINTS), 7.0),
        "sets": tuple(sets),
        "warnings": (),
    }
    return Analysis(**(values | changes))


class Onlooker:
    """An estimator that sees, whatever the picture, a movement of tests.bodies as time goes."""

    def __init__(self, movement: Sequence[tuple[float, Pose]]) -> None:
        self.times_s = np.array([t_s for t_s, _ in movement])
        self.poses = [pose for _, pose in movement]

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        if not self.poses:
            return None
        return self.poses[int(np.argmin(np.abs(self.times_s - t_s)))]

    def close(self) -> None:
        pass


class NoClassifier:
    """Stands in for the model where the exercise is fixed by hand, so that it is not needed."""

    classes = ("none", "squat")


def pipeline_seeing(
    movement: Sequence[tuple[float, Pose]], exercise: str | None = "squat"
) -> Pipeline:
    return Pipeline(
        classifier=NoClassifier(),  # type: ignore[arg-type]
        estimator=Onlooker(movement),
        exercise=exercise,
    )
