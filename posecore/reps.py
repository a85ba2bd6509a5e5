"""Counting: from a signal to reps and attempts.

A rep goes from the start position to the far end and back. Two thresholds keep noise from
counting; they follow the person's own range within the limits of the exercise file, so that a
lock-out a few degrees short of the book still ends a rep.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np

from posecore.exercises import Signal
from posecore.measures import FloatRow, Reading

MAX_GAP_S = 1.0
"""Not seen for longer than this, the movement under way is forgotten: no rep is guessed."""

_MEDIAN_S = 0.12  # jumps of a landmark that last a frame or two do not reach the counter
_LEAVE = 0.4  # of the smallest range: so far from the start a movement is under way
_TURN = 0.25  # of its own range: so far back from the far end it has turned
_RETURN = (0.2, 0.4)  # of its own range: the start threshold is kept within these, so that a
# lock-out short of the book ends a rep and a dip on the way does not
_HALF_BACK = 0.45  # of its own range: who came back so far and went out again has ended a rep,
_NEAR_PEAK = 0.15  # of it: if the new way out comes so near to the last far end,
_WAY_S = 0.4  # and both ways lasted so long; a bob at the far end and a jump do not
_SETTLED = 0.15  # of the smallest range: so near to the start it has not begun
_DRIFT_PER_S = 0.08  # of the smallest range: the start position may shift over a set
_LEG = 0.2  # of the shortest rep: what is quicker out or back has jumped, not moved
_OUTER = 0.6  # of its range: from here on a side is at its far end, not waiting half bent;
_OVERLAP = 0.5  # of the shorter: two sides that are there together for so long do one rep


class Phase(StrEnum):
    """Where in a rep the person is; "up" and "down" would mean opposite things by exercise."""

    START = "start"
    OUT = "out"
    FAR = "far"
    BACK = "back"


@dataclass(frozen=True)
class RepSpan:
    """One movement that came back.

    complete  it reached the far threshold
    outer_s   since when and until when it was in the outer part of its range, around far_s
    """

    start_s: float
    far_s: float
    end_s: float
    complete: bool
    rom: float
    outer_s: tuple[float, float]


def _median(values: list[float]) -> float:
    values.sort()
    half, odd = divmod(len(values), 2)
    return values[half] if odd else (values[half - 1] + values[half]) / 2


class RepCounter:
    """Reps of one signal: ``step`` its value frame by frame."""

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        # As if the far end were always the larger value.
        self._upwards = signal.upwards
        self._start, self._far = (
            (signal.start, signal.far) if signal.upwards else (-signal.start, -signal.far)
        )
        self.reset()

    def reset(self) -> None:
        self.phase = Phase.START
        self._recent: deque[tuple[float, float]] = deque()
        self._last_s: float | None = None
        self._forget()

    def _forget(self) -> None:
        self.phase = Phase.START
        self._low: float | None = None
        self._start_s = 0.0
        self._peak = 0.0
        self._peak_s = 0.0
        self._valley = 0.0
        self._valley_s = 0.0
        self._way: list[tuple[float, float]] = []

    def step(self, value: float, t_s: float) -> RepSpan | None:
        """The rep or attempt that ends at this frame, if one does.

        value  in the measure's unit; NaN where it is not seen
        A time that repeats or runs backwards is passed over.
        """
        if self._last_s is not None and t_s <= self._last_s:
            return None
        if self._last_s is not None and t_s - self._last_s > MAX_GAP_S:
            self._recent.clear()
            self._forget()
        if not isfinite(value):
            return None
        self._last_s = t_s
        return self._advance(self._steady(value, t_s), t_s)

    def _steady(self, value: float, t_s: float) -> float:
        """Median of the last moment, in the direction in which the far end is larger."""
        recent = self._recent
        recent.append((t_s, value if self._upwards else -value))
        while t_s - recent[0][0] > _MEDIAN_S and len(recent) > 3:
            recent.popleft()
        return _median([v for _, v in recent])

    def _advance(self, x: float, t_s: float) -> RepSpan | None:
        if self._low is None:
            self._low, self._start_s = x, t_s
        if self.phase is Phase.START:
            self._wait(x, t_s)
            return None
        start, far = self._start, self._far
        self._way.append((t_s, x))
        if self._went_out_again(x, t_s):
            return self._end_at_valley(x, far, t_s)
        if x > self._peak:
            self._peak, self._peak_s = x, t_s
            self._valley, self._valley_s = x, t_s
            self.phase = Phase.FAR if x >= far else Phase.OUT
        elif x < self._valley:
            self._valley, self._valley_s = x, t_s
        if t_s - self._start_s > self.signal.max_s:
            self._begin_again(x, t_s)
            return None
        rise = self._peak - self._low
        if self._peak - x >= _TURN * rise:
            self.phase = Phase.BACK
        nearest, furthest = (self._low + share * rise for share in _RETURN)
        if self.phase is not Phase.BACK or x > min(max(start, nearest), furthest):
            return None
        rep = self._span(t_s, far)
        self._begin_again(x, t_s)
        return rep if self._is_movement(rep) else None

    def _span(self, end_s: float, far: float) -> RepSpan:
        assert self._low is not None
        inner = [t for t, v in self._way if v < self._low + _OUTER * (self._peak - self._low)]
        since_s = max((t for t in inner if t < self._peak_s), default=self._start_s)
        until_s = min((t for t in inner if t > self._peak_s), default=end_s)
        rise = self._peak - self._low
        complete = self._peak >= far
        return RepSpan(self._start_s, self._peak_s, end_s, complete, rise, (since_s, until_s))

    def _is_movement(self, rep: RepSpan) -> bool:
        quickest_s = _LEG * self.signal.min_s
        moved = min(rep.far_s - rep.start_s, rep.end_s - rep.far_s) >= quickest_s
        lasted = moved and rep.end_s - rep.start_s >= self.signal.min_s
        return lasted and rep.rom >= self.signal.min_range

    def _went_out_again(self, x: float, t_s: float) -> bool:
        """Short of the start threshold the person turned, and is at the far end once more."""
        assert self._low is not None
        rise = self._peak - self._low
        turned = self._peak - self._valley >= max(_HALF_BACK * rise, self.signal.min_range)
        lasted = min(self._valley_s - self._peak_s, t_s - self._valley_s) >= _WAY_S
        return turned and lasted and x >= self._peak - _NEAR_PEAK * rise

    def _end_at_valley(self, x: float, far: float, t_s: float) -> RepSpan | None:
        """The rep ended where it turned; from there on the next one is under way."""
        rep = self._span(self._valley_s, far)
        self._way = [(t, v) for t, v in self._way if t >= self._valley_s]
        self._low, self._start_s = self._valley, self._valley_s
        self._peak, self._peak_s = x, t_s
        self._valley, self._valley_s = x, t_s
        self.phase = Phase.FAR if x >= far else Phase.OUT
        return rep if self._is_movement(rep) else None

    def _wait(self, x: float, t_s: float) -> None:
        """At the start: follow where it lies until the movement leaves it."""
        reach = self.signal.min_range
        assert self._low is not None
        previous_s = self._recent[-2][0] if len(self._recent) > 1 else t_s
        drift = _DRIFT_PER_S * reach * max(0.0, t_s - previous_s)
        self._low = min(x, self._low + drift)
        if x <= self._low + _SETTLED * reach:
            self._start_s = t_s
        elif x >= self._low + _LEAVE * reach:
            self.phase = Phase.FAR if x >= self._far else Phase.OUT
            self._peak, self._peak_s = x, t_s
            self._valley, self._valley_s = x, t_s

    def _begin_again(self, x: float, t_s: float) -> None:
        self._forget()
        self._low, self._start_s = x, t_s


class ExerciseCounter:
    """Reps of an exercise, whose sides may count each by itself.

    Both arms together are one rep: the second side's rep that overlaps the first is dropped. Of
    two arms of which one lags behind, the one that gets there tells.
    """

    def __init__(self, signal: Signal) -> None:
        self.readings = signal.readings
        self.counters = tuple(RepCounter(signal) for _ in self.readings)
        self._of_sides = tuple(zip(self.readings, self.counters, strict=True))
        self._lesser = Reading(signal.measure, "min" if signal.upwards else "max")
        self._asks_for_both = isfinite(signal.both)
        self.reset()

    def reset(self) -> None:
        self._last: RepSpan | None = None
        self._past: deque[tuple[float, float]] = deque()
        for counter in self.counters:
            counter.reset()

    def step(self, row: FloatRow, t_s: float) -> RepSpan | None:
        """row (n_columns,) as measures.measure gives it."""
        if self._asks_for_both:
            self._remember(row, t_s)
        ended = None
        for reading, counter in self._of_sides:
            rep = counter.step(reading.of_row(row), t_s)
            if rep is None or not self._both_moved(rep) or self._same_as_last(rep):
                continue
            if rep.complete or not self._other_is_on_its_way(counter):
                ended = self._last = rep
        return ended

    def _other_is_on_its_way(self, counter: RepCounter) -> bool:
        return any(c is not counter and c.phase is not Phase.START for c in self.counters)

    @property
    def phase(self) -> Phase:
        """Of the side that is furthest on its way."""
        order = (Phase.START, Phase.BACK, Phase.OUT, Phase.FAR)
        return max((counter.phase for counter in self.counters), key=order.index)

    def value(self, row: np.ndarray) -> np.ndarray:
        """The signal of (..., n_columns) rows: of sides that count alone, the further one."""
        values = np.stack([reading.of(row) for reading in self.readings])
        upwards = self.counters[0].signal.upwards
        return np.fmax.reduce(values) if upwards else np.fmin.reduce(values)

    def _remember(self, row: FloatRow, t_s: float) -> None:
        """What the lesser side does, for as long as a rep may last."""
        self._past.append((t_s, self._lesser.of_row(row)))
        while t_s - self._past[0][0] > self.counters[0].signal.max_s + MAX_GAP_S:
            self._past.popleft()

    def _both_moved(self, rep: RepSpan) -> bool:
        """Both sides went on their way, where the exercise asks for both."""
        if not self._asks_for_both:
            return True
        signal = self.counters[0].signal
        seen = [v for t, v in self._past if rep.start_s <= t <= rep.end_s and isfinite(v)]
        return bool(seen) and (
            max(seen) >= signal.both if signal.upwards else min(seen) <= signal.both
        )

    def _same_as_last(self, rep: RepSpan) -> bool:
        last = self._last
        if last is None:
            return False
        # A side that waits half bent for its turn has begun early, but is not at its far end.
        (since_s, until_s), (last_since_s, last_until_s) = rep.outer_s, last.outer_s
        shared = min(until_s, last_until_s) - max(since_s, last_since_s)
        shorter = min(until_s - since_s, last_until_s - last_since_s)
        return shared > _OVERLAP * shorter
