"""Reps become sets: a set begins with its first rep and ends by a pause or another exercise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from posecore.types import ExerciseSet, Rep


class SetBuilder:
    """Groups reps and holds. Call ``add_rep`` and ``hold`` as they come, ``step`` each frame."""

    def __init__(self, pause_s: float) -> None:
        self.pause_s = pause_s
        self.reset()

    def reset(self) -> None:
        self.current: ExerciseSet | None = None
        self.ended: list[ExerciseSet] = []

    def step(self, t_s: float) -> ExerciseSet | None:
        """The set that a pause ended by now, if any."""
        if self.current is not None and t_s - self.current.end_s > self.pause_s:
            return self.finish()
        return None

    def add_rep(self, rep: Rep) -> ExerciseSet | None:
        """Adds a rep; returns the set of another exercise that it ended, if any."""
        ended = self._change_to(rep.exercise)
        reps = (*self.current.reps, rep) if self.current else (rep,)
        start_s = self.current.start_s if self.current else rep.start_s
        self.current = ExerciseSet(rep.exercise, start_s, rep.end_s, None, reps)
        return ended

    def hold(
        self, exercise: str, start_s: float, end_s: float, hold_s: float
    ) -> ExerciseSet | None:
        """Sets how long a hold has lasted; returns the other set that it ended, if any."""
        ended = self._change_to(exercise)
        start_s = self.current.start_s if self.current else start_s
        self.current = ExerciseSet(exercise, start_s, end_s, hold_s, ())
        return ended

    def finish(self) -> ExerciseSet | None:
        """Ends the current set and returns it."""
        ended, self.current = self.current, None
        if ended is not None:
            self.ended.append(ended)
        return ended

    def rest_s(self, t_s: float) -> float:
        """Seconds since the last set's end; 0 during a set and before the first."""
        if self.current is not None or not self.ended:
            return 0.0
        return max(0.0, t_s - self.ended[-1].end_s)

    def _change_to(self, exercise: str) -> ExerciseSet | None:
        if self.current is not None and self.current.exercise != exercise:
            return self.finish()
        return None


def in_hindsight(
    sets: Sequence[ExerciseSet], t_s: np.ndarray, voted: Sequence[str]
) -> list[ExerciseSet]:
    """The sets of a film that is over, without reps and holds that no frame of theirs names.

    t_s (n,) and voted, the exercise that each frame is named after once all are known
    """
    names = np.array(voted)
    kept = []
    for each in sets:
        named_s = t_s[names == each.exercise]
        reps = tuple(rep for rep in each.reps if _any_between(named_s, rep.start_s, rep.end_s))
        if reps and reps != each.reps:
            each = replace(each, start_s=reps[0].start_s, end_s=reps[-1].end_s, reps=reps)
        if reps or (not each.reps and _any_between(named_s, each.start_s, each.end_s)):
            kept.append(each)
    return kept


def _any_between(times_s: np.ndarray, start_s: float, end_s: float) -> bool:
    return bool(((times_s >= start_s) & (times_s <= end_s)).any())
