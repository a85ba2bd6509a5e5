"""A hand raised above the head for a second, out of a moment of standing still.

Whoever presses or jumps raises hands too: both of them, or in the middle of a movement. So the sign
asks for one hand, for an upright body that stays where it is, and for stillness before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from posecore.angles import MIN_VISIBILITY
from posecore.landmarks import Landmark as L
from posecore.types import Pose

HELD_S = 1.0
"""How long the hand stays up."""

STILL_S = 0.8
"""How long the person has stood still before the hand goes up."""

RAISE_S = 1.0
"""What a hand takes on its way up, at most; before that stillness is asked for."""

GAP_S, UP_SHARE = 0.7, 0.65
"""The hand may be seen down, or not at all, so long without that it counts as lowered, while it is
up in this share of the frames: the estimator loses a hand near the picture's edge now and then."""

_ABOVE = 0.18  # of the trunk's length: how far above the eyes the wrist is
_SWAY = 0.16  # of the trunk's length: how far hips and head may move meanwhile
_WRIST_SWAY = 0.3  # hands hang more loosely
_UPRIGHT = 0.8  # cosine of the trunk's lean: about 37 degrees
_FEWEST = 3  # frames that show stillness, on a slow computer too

_BODY = [L.NOSE, L.LEFT_HIP, L.RIGHT_HIP]
_WRISTS = [L.LEFT_WRIST, L.RIGHT_WRIST]
_FEET = [L.LEFT_ANKLE, L.RIGHT_ANKLE]


@dataclass(frozen=True, eq=False)
class _Moment:
    """Places and the trunk's length in pixels; hands: how many are above the head, or None.

    A foot that is not seen is NaN: many a camera sees none.
    """

    t_s: float
    trunk: float
    body: np.ndarray
    wrists: np.ndarray
    feet: np.ndarray
    hands: int | None


@dataclass(frozen=True)
class HandSign:
    """A hand that was up long enough: when it came up, and when that was certain."""

    up_s: float
    t_s: float


class HandRaise:
    """Tells once of each raised hand. ``step`` each frame; ``reset`` equals new."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._past: deque[_Moment] = deque()
        self._up_s: float | None = None
        self._last_up_s = 0.0
        self._told = False

    @property
    def up(self) -> bool:
        """A hand that has been told of is still up."""
        return self._told

    def step(self, pose: Pose | None, t_s: float) -> HandSign | None:
        now = _moment(pose, t_s) if pose is not None else None
        if now is not None:
            self._past.append(now)
        while self._past and t_s - self._past[0].t_s > HELD_S + RAISE_S + STILL_S + 2 * GAP_S:
            self._past.popleft()
        hands = now.hands if now is not None else None
        if hands == 1:
            self._last_up_s = t_s
            if self._up_s is None:
                self._up_s = t_s
        elif hands == 2 or t_s - self._last_up_s > GAP_S:
            self._up_s, self._told = None, False
        if hands != 1 or self._up_s is None or self._told or t_s - self._up_s < HELD_S:
            return None
        since = [m.hands == 1 for m in self._past if m.t_s >= self._up_s]
        if sum(since) < UP_SHARE * len(since):
            return None
        if not (self._stood_still(self._up_s) and self._stayed(self._up_s)):
            return None
        self._told = True
        return HandSign(self._up_s, t_s)

    def _stood_still(self, up_s: float) -> bool:
        """Before the hand went up: head, hips and both hands."""
        from_s, to_s = up_s - RAISE_S - STILL_S, up_s - RAISE_S
        past = [m for m in self._past if from_s <= m.t_s <= to_s]
        if len(past) < _FEWEST or past[-1].t_s - past[0].t_s < STILL_S / 2:
            return False
        if any(m.hands != 0 for m in past):
            return False
        return _sway(past, "body") <= _SWAY and _sway(past, "wrists") <= _WRIST_SWAY

    def _stayed(self, up_s: float) -> bool:
        """Head, hips and feet, from the stillness on until now."""
        past = [m for m in self._past if m.t_s >= up_s - RAISE_S - STILL_S]
        return _sway(past, "body") <= 2 * _SWAY and _sway(past, "feet") <= 2 * _SWAY


def _moment(pose: Pose, t_s: float) -> _Moment | None:
    """None where the trunk is not seen."""
    points, seen = pose.pixels, pose.visibility >= MIN_VISIBILITY
    shoulders = points[[L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=0)
    trunk = points[[L.LEFT_HIP, L.RIGHT_HIP]].mean(axis=0) - shoulders
    length = float(np.hypot(*trunk))
    if not np.isfinite(length) or length <= 0:
        return None
    feet = np.where(seen[_FEET, None], points[_FEET], np.nan)
    head_y = points[[L.LEFT_EYE, L.RIGHT_EYE, L.NOSE], 1].min()
    if trunk[1] / length < _UPRIGHT:
        hands = None
    else:
        # A hand that is hidden is where the estimator takes it to be: behind the body, not above.
        high = [points[w, 1] < head_y - _ABOVE * length for w in _WRISTS]
        certain = [bool(seen[w]) for w in _WRISTS]
        hands = sum(high)
        if hands == 1 and not certain[high.index(True)]:
            hands = None
        # The other hand hangs: on its way up or down it belongs to a movement.
        elif hands == 1 and points[_WRISTS[high.index(False)], 1] < shoulders[1]:
            hands = 2
    return _Moment(t_s, length, points[_BODY], points[_WRISTS], feet, hands)


def _sway(past: list[_Moment], name: str) -> float:
    """The farthest that any of these points moved along either direction, in trunk lengths."""
    ranges = np.ptp(np.array([getattr(m, name) for m in past]), axis=0)
    ranges = ranges[np.isfinite(ranges)]
    return float(ranges.max() / np.median([m.trunk for m in past])) if ranges.size else 0.0
