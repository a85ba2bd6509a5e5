"""Technique: the faults and score of a rep, what is off right now, and whether a hold is held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecore.exercises import Exercise, Target
from posecore.findings import Finding, RepTrace, moving_side, read_on_frame, read_on_rep
from posecore.score import is_depth, score_of, score_parts
from posecore.types import Fault

__all__ = ["Judgement", "LiveCoach", "RepTrace", "good", "in_position", "judge"]


@dataclass(frozen=True)
class Judgement:
    """Faults of a rep, worst first; score 0 to 100 of its parts, NaN without any."""

    faults: tuple[Fault, ...]
    score: float
    parts: dict[str, float]


def judge(exercise: Exercise, trace: RepTrace) -> Judgement:
    """Faults and score of a rep: see score.score_parts and score_of for what it is made of.

    One fault of an id: two targets may name the same, the worse of them is told.
    """
    side = moving_side(exercise, trace)
    findings = [
        f for t in exercise.targets if (f := read_on_rep(exercise, t, trace, side)) is not None
    ]
    faults = _worst_first(findings)
    parts = score_parts(exercise, trace, findings)
    return Judgement(faults, score_of(parts), parts)


def _worst_first(findings: list[Finding]) -> tuple[Fault, ...]:
    faults: dict[str, Fault] = {}
    for finding in sorted(findings, key=lambda f: f.severity, reverse=True):
        if (fault := finding.fault) is not None:
            faults.setdefault(fault.id, fault)
    return tuple(faults.values())


SHOW_AFTER_S = 0.15
"""A live fault must last so long, or its target's min_s: a landmark that jumps is no fault."""

SHOW_FOR_S = 1.5
"""A live fault stays so long after it was last seen: six words take about that to read."""

MOST_SHOWN = 2
"""Nobody who moves can heed more at once."""


class LiveCoach:
    """What is off right now, few and steady. ``step`` each frame; ``reset`` equals new.

    Targets "whole", "out" and "back" are judged in their phases (a hold has no phases: always),
    those of the far end once the rep is truly there. What only a finished rep tells (depth,
    tempo, the start position) is left to ``judge``.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._depth = [t for t in exercise.targets if is_depth(exercise, t)]
        self.reset()

    def reset(self) -> None:
        self._since_s: dict[str, float] = {}
        self._shown: dict[str, tuple[Finding, Fault]] = {}

    def step(
        self,
        row: np.ndarray,
        error_deg: np.ndarray,
        phase: str | None,
        view: str | None,
        t_s: float,
    ) -> tuple[Fault, ...]:
        """row (n_columns,), error_deg (n_joints,); phase: a reps.Phase, None for a hold."""
        missed: set[str] = set()
        for target in self.exercise.targets:
            if not self._applies(target, row, view, phase):
                continue
            finding = read_on_frame(target, row, error_deg, view, t_s)
            if finding is None or (fault := finding.fault) is None:
                continue
            missed.add(fault.id)
            began_s = self._since_s.setdefault(fault.id, t_s)
            if t_s - began_s >= max(target.min_s, SHOW_AFTER_S):
                self._shown[fault.id] = (finding, fault)
        self._since_s = {k: v for k, v in self._since_s.items() if k in missed}
        self._shown = {
            k: (finding, fault)
            for k, (finding, fault) in self._shown.items()
            if 0 <= t_s - fault.at_s <= SHOW_FOR_S
        }
        worst = sorted(self._shown.values(), key=lambda shown: shown[0].severity, reverse=True)
        return tuple(fault for _, fault in worst[:MOST_SHOWN])

    def _applies(
        self, target: Target, row: np.ndarray, view: str | None, phase: str | None
    ) -> bool:
        if self.exercise.kind == "hold":
            return target.at == "whole"
        if target.at == "whole":
            return phase in ("out", "far", "back")
        if target.at == "far":
            return phase == "far" and target not in self._depth and self._is_deep(row, view)
        return target.at in ("out", "back") and target.at == phase

    def _is_deep(self, row: np.ndarray, view: str | None) -> bool:
        """The rep has reached its target depth: before that the far end's form is to come."""
        signal = self.exercise.signal
        values = [reading.of_row(row) for reading in signal.readings]
        for target in self._depth:
            if view not in target.views:
                continue
            goal = target.low if signal.upwards else target.high
            if not any(v >= goal if signal.upwards else v <= goal for v in values):
                return False
        return True


def in_position(exercise: Exercise, row: np.ndarray) -> bool | None:
    """Whether a hold's position is kept at all, well or badly; None where it cannot be seen.

    A hold's signal runs between ``start`` and ``far`` for as long as the position is kept.
    """
    signal = exercise.signal
    value = signal.readings[0].of_row(row)
    if not np.isfinite(value):
        return None
    return min(signal.start, signal.far) <= value <= max(signal.start, signal.far)


def good(
    exercise: Exercise, row: np.ndarray, error_deg: np.ndarray, view: str | None
) -> bool | None:
    """Whether a hold is kept in good form in this frame; None where it cannot be seen.

    False: the position is lost, or a target is missed by more than the expected error. A target
    that this view cannot judge breaks nothing.
    """
    kept = in_position(exercise, row)
    if not kept:
        return kept
    findings = (read_on_frame(t, row, error_deg, view, 0.0) for t in exercise.targets)
    return all(f is None or f.miss is None for f in findings)
