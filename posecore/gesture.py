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
"""What a hand takes on its way up; before that stillness is asked for."""

SLOW_RAISE_S = 1.6
"""What a slow one takes, at most."""

GAP_S = 0.7
"""The hand may be seen down, or not at all, so long without that it counts as lowered: the
estimator loses a hand near the picture's edge now and then, a busy computer whole frames."""

UP_SHARE, DOWN_SHARE = 0.6, 0.65
"""Of the moments that were seen while the hand was up, and of those before it went up: how many
must show it so. Shares, not every one of them: some frames are always wrong."""

MOST_BOTH = 0.25
"""Of the moments while the hand was up: how many may seem to show both hands up."""

_ABOVE = 0.18  # of the trunk's length: how far above the eyes the wrist is
_SWAY = 0.12  # of the trunk's length: how far hips and head may be from where they mostly are
_WRIST_SWAY = 0.22  # hands hang more loosely
_UPRIGHT = 0.8  # cosine of the trunk's lean: about 37 degrees
_FEWEST = 3  # moments that show a hand up, or stillness, on a slow computer too
_LATE_S = 0.1  # a frame comes seldom just in time
_KEPT_S = 6.0
_GAP_PICTURES = 3.5

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
        self._told = False
        self.rising_s: float | None = None
        """Since when a hand is up that may yet become a sign; None where there is none."""

    @property
    def up(self) -> bool:
        """A hand that has been told of is still up."""
        return self._told

    def step(self, pose: Pose | None, t_s: float) -> HandSign | None:
        now = _moment(pose, t_s) if pose is not None else None
        if now is not None:
            self._past.append(now)
        while self._past and t_s - self._past[0].t_s > _KEPT_S:
            self._past.popleft()
        up = [m.t_s for m in self._past if m.hands == 1]
        self.rising_s = None
        gap_s = self._gap_s()
        if not up or t_s - up[-1] > gap_s:
            self._told = False
            return None
        if self._told:
            return None
        up_s = _came_up_s(up, gap_s)
        if not (self._stood_still(up_s - RAISE_S) or self._stood_still(up_s - SLOW_RAISE_S)):
            return None
        if up[-1] == t_s and self._is_sign(up_s, t_s):
            self._told = True
            return HandSign(up_s, t_s)
        self.rising_s = up_s
        return None

    def _gap_s(self) -> float:
        """GAP_S, or what a few pictures of a very slow computer take."""
        between_s = np.diff([m.t_s for m in self._past]) if len(self._past) > 1 else [0.0]
        return max(GAP_S, _GAP_PICTURES * float(np.median(between_s)))

    def _is_sign(self, up_s: float, t_s: float) -> bool:
        """Of a hand that came up out of stillness."""
        if t_s - up_s < HELD_S - _LATE_S:
            return False
        since = [m.hands for m in self._past if m.t_s >= up_s]
        if since.count(1) < max(_FEWEST, UP_SHARE * len(since)):
            return False
        if since.count(2) > MOST_BOTH * len(since):
            return False
        return self._stayed_put(up_s)

    def _stood_still(self, to_s: float) -> bool:
        """Head, hips and both hands, in the time until ``to_s``."""
        before = [m for m in self._past if to_s - 2 * STILL_S <= m.t_s <= to_s]
        # As many moments as it takes: a computer that is slow shows few in the time itself.
        past = [m for m in before if m.t_s >= to_s - STILL_S]
        past = past if len(past) >= _FEWEST else before[-_FEWEST:]
        if len(past) < _FEWEST or past[-1].t_s - past[0].t_s < STILL_S / 2:
            return False
        if sum(m.hands == 0 for m in past) < DOWN_SHARE * len(past):
            return False
        return _stayed(past, "body", _SWAY) and _stayed(past, "wrists", _WRIST_SWAY)

    def _stayed_put(self, up_s: float) -> bool:
        """Head, hips and feet, from the stillness on until now."""
        past = [m for m in self._past if m.t_s >= up_s - RAISE_S - STILL_S]
        return _stayed(past, "body", 1.5 * _SWAY) and _stayed(past, "feet", 1.5 * _SWAY)


def _came_up_s(up: list[float], gap_s: float) -> float:
    """When the hand came up: before that it was not seen up for longer than ``gap_s``."""
    came_s = up[-1]
    for at_s in reversed(up):
        if came_s - at_s > gap_s:
            break
        came_s = at_s
    return came_s


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


def _stayed(past: list[_Moment], name: str, sway: float) -> bool:
    """Whether these points were where they mostly were, in DOWN_SHARE of the moments.

    sway  how far off they may be, in trunk lengths
    """
    places = np.array([getattr(m, name) for m in past])
    places = places[:, np.isfinite(places).all(axis=(0, 2))]
    if not places.size:
        return True
    away = np.abs(places - np.median(places, axis=0)).max(axis=(1, 2))
    trunk = float(np.median([m.trunk for m in past]))
    return float((away <= sway * trunk).mean()) >= DOWN_SHARE
