"""Where a session stands between its sets: looking, counting down, waiting for a rep, a set.

Nobody need touch anything: who simply begins is counted at once, and who raises one hand gets a
countdown before a set and ends a set that has come to a pause. What the raised hand itself looks
like to a counter (one arm up and down is half a press) is counted as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from posecore.exercises import Exercise
from posecore.framing import Framing, FramingGuide
from posecore.gesture import HandRaise, HandSign
from posecore.types import NONE, ExerciseSet, FrameResult, Rep

COUNTDOWN_S = 3.0

GO_S = 8.0
"""How long after a countdown the first rep is waited for before the guide comes back."""

PAUSE_S = 1.5
"""How long after the last rep a raised hand ends the set; before, it is part of the movement."""

_LOWERING_S = 1.0
"""Before a countdown ends: who starts a little early, already in position, is counted."""

_AFTER_S = 1.5  # the votes still name the raised hand's movement so long
_REACH_S = 0.6  # on its way up the hand belongs to the sign, too
_UNFIT = ("dark", "nobody", "close", "far", "cut")  # a wrong view is said, and may be wanted


@dataclass(frozen=True)
class Stage:
    """``name``: "look" (before a set, and in a rest), "countdown", "go" or "set".

    framing  what the camera sees; left_s: of the countdown, 0 otherwise
    """

    name: str
    framing: Framing
    left_s: float = 0.0

    @property
    def number(self) -> int:
        """3, 2, 1 while it counts down."""
        return ceil(self.left_s)


class StageKeeper:
    """Follows one session. ``step`` each frame; ``reset`` equals new.

    exercise  the one that was chosen by hand, or None
    """

    def __init__(self, exercise: Exercise | None = None) -> None:
        self._exercise = exercise
        self._guide = FramingGuide(exercise)
        self._hand = HandRaise()
        self.reset()

    def reset(self) -> None:
        self._guide.reset()
        self._hand.reset()
        self._void: list[tuple[float, float]] = []
        self._doubt: tuple[float, float] | None = None
        self._go_s: float | None = None
        self._ended_s = float("-inf")
        self.ends_set = False

    def step(self, result: FrameResult, luma: float) -> tuple[FrameResult, Stage]:
        """The result without what was no rep, and the stage. ``ends_set``: end the set now."""
        t_s = result.t_s
        framing = self._guide.step(result.pose, luma, t_s)
        sign = self._hand.step(result.pose, t_s)
        if sign is None and self._hand.up and self._void:  # the hand of the last sign, still up
            self._void[-1] = (self._void[-1][0], max(self._void[-1][1], t_s))
        # A hand on its way to a sign: what ends meanwhile is shown and kept once that is decided.
        rising_s = self._hand.rising_s
        self._doubt = (rising_s - _REACH_S, t_s) if rising_s is not None else None
        self.ends_set = False
        if sign is not None:
            # What the sign itself looked like to a counter is no set that it could end.
            self._void.append((sign.up_s - _REACH_S, t_s))
            self._heed(sign, self.without_signs(result.current_set), framing)
        current = self._certain(result.current_set)
        result = self._told(result, current)
        if result.set_ended is not None:
            self._ended_s = t_s
        stage = self._stage(t_s, current, framing)
        signing = bool(self._void) and t_s < self._void[-1][1] + _AFTER_S
        if stage.name == "countdown" or (signing and stage.name == "look"):
            result = self._quiet(result)
        return result, stage

    def _quiet(self, result: FrameResult) -> FrameResult:
        """A raised hand looks like a front raise; nobody wants to be told how to do that better."""
        if self._exercise is None:
            result = replace(result, voted_exercise=NONE, votes={})
        return replace(result, phase=None, faults=(), cue=None, hint=None)

    def _heed(self, sign: HandSign, current: ExerciseSet | None, framing: Framing) -> None:
        if current is not None:
            self.ends_set = sign.up_s - current.end_s >= PAUSE_S
            if self.ends_set:
                self._go_s = None
            else:
                self._void.pop()  # part of the movement
        elif self._ended_s >= sign.up_s - _REACH_S:
            # What the hand looked like, or the pause, ended the set while it went up: that was
            # its wish, and no countdown to the next.
            pass
        elif framing.kind not in _UNFIT:
            self._go_s = sign.t_s + COUNTDOWN_S
            self._void[-1] = (self._void[-1][0], self._go_s - _LOWERING_S)

    def _stage(self, t_s: float, current: ExerciseSet | None, framing: Framing) -> Stage:
        if current is not None and not self.ends_set:
            self._go_s = None
            return Stage("set", framing)
        if self._go_s is not None and t_s < self._go_s:
            # (t + 3) - t may be a little more than 3, which would be counted as 4.
            return Stage("countdown", framing, min(self._go_s - t_s, COUNTDOWN_S))
        if self._go_s is not None and t_s < self._go_s + GO_S:
            return Stage("go", framing)
        self._go_s = None
        return Stage("look", framing)

    def _told(self, result: FrameResult, current: ExerciseSet | None) -> FrameResult:
        if not self._void and self._doubt is None:
            return result
        return replace(
            result,
            rep=result.rep if result.rep is not None and self._counts(result.rep) else None,
            rep_count=current.n_complete if current is not None else 0,
            current_set=current,
            set_ended=self.without_signs(result.set_ended),
        )

    def _certain(self, each: ExerciseSet | None) -> ExerciseSet | None:
        """The set without what may yet turn out to be a sign."""
        if self._doubt is None:
            return self.without_signs(each)
        self._void.append(self._doubt)
        try:
            return self.without_signs(each)
        finally:
            self._void.pop()

    def without_signs(self, each: ExerciseSet | None) -> ExerciseSet | None:
        """The set without what a raised hand made of it; None where nothing is left."""
        if each is None or not self._void:
            return each
        if each.hold_s is not None:
            return each if self._counts(each) else None
        if all(map(self._counts, each.reps)):
            return each
        reps = tuple(rep for rep in each.reps if self._counts(rep))
        if not reps:
            return None
        return replace(each, start_s=reps[0].start_s, end_s=reps[-1].end_s, reps=reps)

    def _counts(self, each: Rep | ExerciseSet) -> bool:
        """A rep that a sign touches does not, nor a hold that began with one."""
        if isinstance(each, Rep):
            return not any(
                each.start_s < to_s and each.end_s > from_s for from_s, to_s in self._void
            )
        return not any(from_s <= each.start_s < to_s for from_s, to_s in self._void)
