"""Timing a held exercise: seconds in good form, broken when the position is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecore.exercises import Exercise
from posecore.technique import good, in_position

LOST_S = 1.0
"""Out of position, unseen or not recognised for longer than this, the hold is over."""


@dataclass(frozen=True)
class HoldSpan:
    """A hold so far. good_s: seconds of it in good form."""

    start_s: float
    end_s: float
    good_s: float


class HoldTimer:
    """Seconds of one held exercise: ``step`` each frame."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.reset()

    def reset(self) -> None:
        self._start_s: float | None = None
        self._held_s = 0.0
        self._good_s = 0.0
        self._last_s: float | None = None

    def step(
        self,
        row: np.ndarray,
        error_deg: np.ndarray,
        view: str | None,
        t_s: float,
        recognised: bool,
    ) -> HoldSpan | None:
        """The hold so far where the position is held in this frame and long enough to count.

        row (n_columns,), error_deg (n_joints,); ``recognised``: the votes name this exercise
        """
        held = recognised and in_position(self.exercise, row) is True
        elapsed_s = 0.0 if self._last_s is None else t_s - self._last_s
        self._last_s = t_s
        if self._start_s is not None and t_s - self._held_s > LOST_S:
            self._start_s = None
        if not held:
            return None
        if self._start_s is None:
            self._start_s, self._good_s = t_s, 0.0
        elif good(self.exercise, row, error_deg, view):
            self._good_s += min(elapsed_s, LOST_S)
        self._held_s = t_s
        if t_s - self._start_s < self.exercise.signal.min_s:
            return None
        return HoldSpan(self._start_s, t_s, self._good_s)
