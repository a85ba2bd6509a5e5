"""What of a session the store has, and what it has yet to get: the stepping thread's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from posecore.angles import JOINT_NAMES
from posecore.language import Text, words_of
from posecore.store import Store, StoreError
from posecore.types import ExerciseSet

_RETRY_S, _RETRY_MOST_S = 2.0, 30.0
"""How long a store that failed is left alone: asking it at every frame would stop the picture. A
server that is cut off takes seconds to say so: after a few failures the pauses grow, to the second
number."""

_QUICK_RETRIES = 3

_HOLD_STEP_S = 1.0
"""A hold is written again when it has grown by this: a crash loses no more."""


@dataclass(eq=False)
class _Kept:
    """A set, and how much of it the store has."""

    known: ExerciseSet
    over: bool
    set_id: int | None = None
    n_reps: int = 0
    end_s: float | None = None
    hold_s: float = 0.0

    @property
    def worth_keeping(self) -> bool:
        return bool(self.known.reps) or bool(self.known.hold_s)

    @property
    def end_moved(self) -> bool:
        """The set is over, or a hold has grown, since its end was written."""
        grown_s = (self.known.hold_s or 0.0) - self.hold_s
        return grown_s >= _HOLD_STEP_S or (self.over and self.end_s != self.known.end_s)

    @property
    def unwritten(self) -> bool:
        news = self.set_id is None or len(self.known.reps) > self.n_reps or self.end_moved
        return self.worth_keeping and news

    def same_set(self, other: ExerciseSet) -> bool:
        return (self.known.exercise, self.known.start_s) == (other.exercise, other.start_s)


class Journal:
    """Brings the store up to what is known, whatever it refused before. The stepping thread's.

    The session is begun with its first rep or held second, so an empty one is never kept.
    """

    def __init__(self, store: Store | None, started_at: datetime, source: str, person: str) -> None:
        self._store = store
        self._started_at, self._source, self._person = started_at, source, person
        self._sets: list[_Kept] = []
        self._quiet_until_s = float("-inf")
        self._failures = 0
        self._problem: str | None = None
        self.session_id: int | None = None

    def note(self, known: ExerciseSet, *, over: bool) -> None:
        last = self._sets[-1] if self._sets else None
        if last is not None and not last.over:
            if last.same_set(known):
                last.known, last.over = known, over
                return
            last.over = True
        self._sets.append(_Kept(known, over))

    def write(self, t_s: float) -> str | None:
        """Write what is new; a sentence where that failed. Leaves a failed store alone a while."""
        if self._store is None or t_s < self._quiet_until_s:
            return self._problem
        try:
            self._write(self._store)
        except StoreError as error:
            self._failures += 1
            longer = 2 ** max(0, self._failures - _QUICK_RETRIES)
            self._quiet_until_s = t_s + min(_RETRY_S * longer, _RETRY_MOST_S)
            self._problem = Text("Not saved yet, kept in memory: {reason}", reason=words_of(error))
        else:
            self._problem = None
            self._failures = 0
        return self._problem

    def end(self, end_s: float) -> str | None:
        """Write all that is left and the session's end; a sentence where that failed."""
        for kept in self._sets:
            kept.over = True
        problem = self.write(float("inf"))
        if self._store is None or problem is not None or self.session_id is None:
            return problem
        try:
            if self._store.discard_if_empty(self.session_id):
                self.session_id = None
            else:
                ended_at = self._started_at + timedelta(seconds=end_s)
                self._store.end_session(self.session_id, ended_at)
        except StoreError as error:
            self._problem = Text(
                "The end of this session is not saved: {reason}", reason=words_of(error)
            )
        return self._problem

    def _write(self, store: Store) -> None:
        """All that is new in one transaction: a kill leaves no session without a rep in it."""
        if not any(kept.unwritten for kept in self._sets):
            return
        before = self.session_id, [replace(kept) for kept in self._sets]
        try:
            with store.together():
                for kept in [kept for kept in self._sets if kept.unwritten]:
                    self._write_set(store, kept)
        except BaseException:
            self.session_id, self._sets = before
            raise

    def _write_set(self, store: Store, kept: _Kept) -> None:
        known = kept.known
        if self.session_id is None:
            self.session_id = store.begin_session(self._started_at, self._source, self._person)
        if kept.set_id is None:
            kept.set_id = store.begin_set(self.session_id, known.exercise, known.start_s)
        for rep in known.reps[kept.n_reps :]:
            store.add_rep(kept.set_id, rep, JOINT_NAMES)
            kept.n_reps += 1
        if kept.end_moved:
            store.update_set(kept.set_id, end_s=known.end_s, hold_s=known.hold_s)
            kept.end_s, kept.hold_s = known.end_s, known.hold_s or 0.0
