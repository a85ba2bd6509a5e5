"""How many people this computer can watch at once, and whether there is room for one more.

Each frame that is looked at costs processor time, and how much is measured while it goes on: the
time that the whole program took, over the frames that it looked at. Nothing is reserved by a
constant, so that a slower computer, a larger picture or a page that draws much make fewer seats.
And where those who train already get too few frames, for whatever reason, nobody is let in.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from posecore.crew import processors
from posecore.language import Text

ENOUGH_FPS = 12.0
"""A quick rep of 0.7 s is eight frames then; with fewer its far end falls between two of them."""

FULL = 0.9
"""Of the processors' time: the rest is for pages, the database and the system."""

SILENT_S = 15.0
"""A seat from which no frame came for so long is free: its browser is gone. A connection takes ten
seconds at most."""

_SAMPLE_CPU_S, _SAMPLES, _FEWEST = 0.5, 20, 5
_RECENT_S, _FEW_FRAMES = 5.0, 20
_PASSED_OVER = 0.1  # of the frames that came: a camera that gives few is not the computer's fault


class NoSeat(Exception):
    """Whoever is there would be slowed down. The message is for the person who asked."""


class Seat:
    """One person's place before this computer. Any thread may call its methods."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats

    def looked(self, dropped: int = 0) -> None:
        """A frame of this person was looked at; ``dropped`` before it were passed over."""
        self._seats._looked(self, dropped)

    def leave(self) -> None:
        """Nobody sits here any more. Again does nothing."""
        self._seats._leave(self)


class _Recent:
    """When frames of one person were looked at, in the last seconds."""

    def __init__(self, now_s: float) -> None:
        self.heard_s = now_s
        self._frames: deque[tuple[float, int]] = deque()

    def looked(self, now_s: float, dropped: int) -> None:
        self.heard_s = now_s
        self._frames.append((now_s, dropped))
        while now_s - self._frames[0][0] > _RECENT_S:
            self._frames.popleft()

    @property
    def fps(self) -> float:
        """Frames a second; infinite where that is all that the camera gives, or not known yet."""
        n = len(self._frames)
        dropped = sum(each for _, each in self._frames)
        if n < _FEW_FRAMES or dropped <= _PASSED_OVER * (n + dropped):
            return float("inf")
        return (n - 1) / (self._frames[-1][0] - self._frames[0][0])


class Seats:
    """All seats of a program. Any thread may ask for one.

    most  so many in any case; None: as many as the measured cost of a frame allows
    """

    def __init__(
        self,
        most: int | None = None,
        *,
        cores: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        cpu_s: Callable[[], float] = time.process_time,
    ) -> None:
        self._most, self._cores = most, cores or processors()
        self._clock, self._cpu_s = clock, cpu_s
        self._lock = Lock()
        self._recent: dict[Seat, _Recent] = {}
        self._frames = 0
        self._samples: deque[tuple[float, int]] = deque(maxlen=_SAMPLES)

    def take(self) -> Seat:
        """A seat of one's own. Raises NoSeat where there is none left."""
        with self._lock:
            taken = self._taken()
            if taken >= self._room() or (self._most is None and self._slow(taken)):
                raise NoSeat(_full(taken))
            if not taken:
                self._samples.clear()  # what the program did meanwhile was for no frame
            seat = Seat(self)
            self._recent[seat] = _Recent(self._clock())
            return seat

    @property
    def taken(self) -> int:
        with self._lock:
            return self._taken()

    @property
    def frame_s(self) -> float | None:
        """Measured processor time of one frame with all that belongs to it; None: not known yet."""
        with self._lock:
            return self._frame_s()

    def _taken(self) -> int:
        gone_s = self._clock() - SILENT_S
        self._recent = {seat: each for seat, each in self._recent.items() if each.heard_s > gone_s}
        return len(self._recent)

    def _slow(self, taken: int) -> bool:
        """Somebody who is there has too few frames, or would have with one more to share with."""
        shared = (taken + 1) / taken if taken >= self._cores else 1.0
        return any(each.fps < ENOUGH_FPS * shared for each in self._recent.values())

    def _room(self) -> int:
        """How many seats there are; one at least, however slow the computer is."""
        if self._most is not None:
            return self._most
        frame_s = self._frame_s()
        if frame_s is None:
            return self._cores  # the estimator is one thread
        return max(1, int(FULL * self._cores / (frame_s * ENOUGH_FPS)))

    def _frame_s(self) -> float | None:
        if len(self._samples) < _FEWEST:
            return None
        (first_s, first), (last_s, last) = self._samples[0], self._samples[-1]
        return (last_s - first_s) / (last - first)

    def _looked(self, seat: Seat, dropped: int) -> None:
        with self._lock:
            now_s = self._clock()
            self._recent.setdefault(seat, _Recent(now_s)).looked(now_s, dropped)
            self._frames += 1
            cpu_s = self._cpu_s()
            if not self._samples or cpu_s - self._samples[-1][0] >= _SAMPLE_CPU_S:
                self._samples.append((cpu_s, self._frames))

    def _leave(self, seat: Seat) -> None:
        with self._lock:
            self._recent.pop(seat, None)


def _full(taken: int) -> Text:
    if taken == 1:
        return Text(
            "This computer is already watching one person, and two would slow each other down. "
            "Try again when the other one stops."
        )
    return Text(
        "This computer is already watching {n} people, and one more would slow them down. "
        "Try again when one of them stops.",
        n=taken,
    )
