"""Several pieces of work that go on in the background, each of which can be stopped by itself.

The video page shows how far they are; it may be left and come back to. Threads, because the
estimator, the decoder and the encoder work outside of Python's lock, and what is loaded is shared.
"""

from __future__ import annotations

import logging
import queue
import threading
import traceback
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from posecore.language import words_of

Result = TypeVar("Result")
Progress = Callable[[float, float | None], None]
Work = Callable[[Progress], Result]

MOST_AT_ONCE = 4
"""More threads than that wait for each other at Python's lock."""

_log = logging.getLogger(__name__)


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = {State.DONE, State.FAILED, State.CANCELLED}


class Cancelled(Exception):
    """Raised in a piece of work where it tells its progress, once it shall stop."""


@dataclass(frozen=True)
class Standing:
    """How far one piece is. total_s: None where it is not known; problem: why it failed."""

    name: str
    size: float
    state: State
    done_s: float
    total_s: float | None
    problem: str | None

    @property
    def share(self) -> float:
        """Of this piece, from 0 to 1; 0 where its length is not known."""
        if self.state in ENDED:
            return 1.0
        return min(self.done_s / self.total_s, 1.0) if self.total_s else 0.0


class _Piece(Generic[Result]):
    def __init__(self, name: str, size: float, work: Work[Result]) -> None:
        self.name, self.size, self.work = name, size, work
        self.state = State.WAITING
        self.done_s = 0.0
        self.total_s: float | None = None
        self.problem: str | None = None
        self.result: Result | None = None
        self.stop = threading.Event()

    def tell(self, done_s: float, total_s: float | None) -> None:
        self.done_s, self.total_s = done_s, total_s
        if self.stop.is_set():
            raise Cancelled


class Workload(Generic[Result]):
    """Work under names, begun at once and done by ``workers`` threads in the given order.

    works      name -> (size, the work); sizes are in any unit and say how long each may take
    expected   exceptions whose message is a sentence to the person; any other is logged
    broken     that sentence for any other, with the name in front of it
    When nobody holds the workload any longer, all of it is cancelled.
    """

    def __init__(
        self,
        works: Mapping[str, tuple[float, Work[Result]]],
        *,
        workers: int,
        expected: tuple[type[Exception], ...],
        broken: str,
    ) -> None:
        pieces = [_Piece(name, size, work) for name, (size, work) in works.items()]
        self._pieces = pieces
        self._lock = threading.Lock()
        waiting: queue.SimpleQueue[_Piece[Result]] = queue.SimpleQueue()
        for piece in pieces:
            waiting.put(piece)
        # The threads know the pieces and the lock, not the workload: it can be let go of.
        weakref.finalize(self, _cancel, pieces)
        for _ in range(max(1, min(workers, MOST_AT_ONCE, len(pieces)))):
            threading.Thread(
                target=_work, args=(waiting, self._lock, expected, broken), daemon=True
            ).start()

    def standings(self) -> list[Standing]:
        """Any thread's."""
        with self._lock:
            return [
                Standing(p.name, p.size, p.state, p.done_s, p.total_s, p.problem)
                for p in self._pieces
            ]

    @property
    def running(self) -> bool:
        return any(each.state not in ENDED for each in self.standings())

    def cancel(self, name: str | None = None) -> None:
        """Any thread's: stop one piece, or all; what is done stays done."""
        chosen = [piece for piece in self._pieces if name in (None, piece.name)]
        _cancel(chosen)
        with self._lock:
            for piece in chosen:
                if piece.state == State.WAITING:
                    piece.state = State.CANCELLED

    def take_results(self) -> list[Result]:
        """Any thread's: what was done since this was last asked, in the given order."""
        with self._lock:
            results = [p.result for p in self._pieces if p.result is not None]
            for piece in self._pieces:
                piece.result = None
        return results


def left_s(standings: list[Standing], since_s: float) -> float | None:
    """Seconds until all of it is done, after ``since_s`` of work; None while nothing tells."""
    kept = [each for each in standings if each.state != State.CANCELLED]
    whole = sum(each.size for each in kept)
    done = sum(each.size * each.share for each in kept)
    return since_s * (whole - done) / done if done > 0 else None


def _cancel(pieces: list[_Piece[Result]]) -> None:
    for piece in pieces:
        piece.stop.set()


def _work(
    waiting: queue.SimpleQueue[_Piece[Result]],
    lock: threading.Lock,
    expected: tuple[type[Exception], ...],
    broken: str,
) -> None:
    """A worker thread's whole life."""
    while True:
        try:
            piece = waiting.get_nowait()
        except queue.Empty:
            return
        with lock:
            if piece.stop.is_set():
                piece.state = State.CANCELLED
                continue
            piece.state = State.RUNNING
        result, problem, state = None, None, State.DONE
        try:
            result = piece.work(piece.tell)
        except Cancelled:
            state = State.CANCELLED
        except expected as error:
            state, problem = State.FAILED, words_of(error)
        except Exception as error:
            # Neither the name nor the error's own words: both may be a person's.
            stack = "".join(traceback.format_tb(error.__traceback__))
            _log.error("a piece of work broke down: %s\n%s", type(error).__name__, stack)
            state, problem = State.FAILED, f"{piece.name}: {broken}"
        with lock:
            piece.state, piece.problem, piece.result = state, problem, result
