"""Somebody who does a rep a frame, without a camera: what the attempts on the store need."""

from __future__ import annotations

import numpy as np

from posecore.angles import N_JOINTS
from posecore.types import ExerciseSet, FrameResult, Rep

PICTURE = np.zeros((2, 2, 3), np.uint8)
REPS_A_SET = 5
_SAMPLES = 40  # of a rep's curve, as many as two seconds of a camera have


def rep_at(start_s: float) -> Rep:
    """A rep whose curve holds its own time in every sample, so that a mix-up would be seen."""
    return Rep(
        exercise="squat",
        start_s=start_s,
        end_s=start_s + 1.0,
        complete=True,
        rom_deg=95.0,
        tempo_s=(0.5, 0.5),
        score=90.0,
        curve_t_s=np.linspace(start_s, start_s + 1.0, _SAMPLES),
        curve_deg=np.full((_SAMPLES, N_JOINTS), start_s % 1000),
    )


class RepAFrame:
    """A pipeline in which each frame ends a rep, and every fifth a set."""

    def __init__(self) -> None:
        self._reps: tuple[Rep, ...] = ()

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult:
        self._reps += (rep_at(t_s),)
        whole = ExerciseSet("squat", self._reps[0].start_s, self._reps[-1].end_s, None, self._reps)
        over = len(self._reps) == REPS_A_SET
        if over:
            self._reps = ()
        nan = np.full(N_JOINTS, np.nan)
        return FrameResult(
            t_s=t_s,
            pose=None,
            flexion_deg=nan,
            error_deg=nan,
            view=None,
            proba=np.array([1.0]),
            frame_exercise="squat",
            voted_exercise="squat",
            votes={},
            phase="start",
            rep_count=len(self._reps),
            hold_s=0.0,
            rep=whole.reps[-1],
            set_ended=whole if over else None,
            current_set=None if over else whole,
            faults=(),
            cue=None,
            hint=None,
        )

    def finish(self) -> ExerciseSet | None:
        if not self._reps:
            return None
        whole = ExerciseSet("squat", self._reps[0].start_s, self._reps[-1].end_s, None, self._reps)
        self._reps = ()
        return whole

    def close(self) -> None:
        """There is nothing to let go of."""
