"""What of a session the store has, and what it has yet to get: the stepping thread's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from posecore.angles import JOINT_NAMES
from posecore.language import Text, words_of
from posecore.store import NotFound, Store, StoreError
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
    """A set, and how much of it the store has, or had: what was removed is not written again."""

    known: ExerciseSet
    over: bool
    set_id: int | None = None
    n_reps: int = 0
    end_s: float | None = None
    hold_s: float = 0.0
    removed_reps: int = 0
    removed_hold_s: float = 0.0

    @property
    def worth_keeping(self) -> bool:
        more_held = (self.known.hold_s or 0.0) > self.removed_hold_s
        return len(self.known.reps) > self.removed_reps or more_held

    @property
    def end_moved(self) -> bool:
        """The set is over, or a hold has grown, since its end was written."""
        grown_s = (self.known.hold_s or 0.0) - self.hold_s
        return grown_s >= _HOLD_STEP_S or (self.over and self.end_s != self.known.end_s)

    @property
    def unwritten(self) -> bool:
        news = self.set_id is None or len(self.known.reps) > self.n_reps or self.end_moved
        return self.worth_keeping and news

    def removed(self) -> _Kept:
        """The same once the store no longer has it."""
        return replace(
            self,
            set_id=None,
            end_s=None,
            removed_reps=self.n_reps,
            removed_hold_s=self.hold_s,
        )

    def same_set(self, other: ExerciseSet) -> bool:
        return (self.known.exercise, self.known.start_s) == (other.exercise, other.start_s)


class Journal:
    """Brings the store up to what is known, whatever it refused before. The stepping thread's.

    The session is begun with its first rep or held second, so an empty one is never kept. Where it
    is removed while it runs, what comes later is kept as another one.
    """

    def __init__(self, store: Store | None, started_at: datetime, source: str, person: str) -> None:
        self._store = store
        self._started_at, self._source, self._person = started_at, source, person
        self._sets: list[_Kept] = []
        self._quiet_until_s = float("-inf")
        self._failures = 0
        self._problem: str | None = None
        self.session_id: int | None = None
        self._uid = ""  # a number alone could be another's, in another file at the same place

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
            self._end_session(self._store, self.session_id, end_s)
        except NotFound:
            self._removed()  # by somebody, while it ran: no end is missing
        except StoreError as error:
            self._problem = Text(
                "The end of this session is not saved: {reason}", reason=words_of(error)
            )
        return self._problem

    def _end_session(self, store: Store, session_id: int, end_s: float) -> None:
        with store.together():
            self._demand_own(store)
            empty = store.discard_if_empty(session_id)
            if not empty:
                store.end_session(session_id, self._started_at + timedelta(seconds=end_s))
        if empty:
            self.session_id = None

    def _write(self, store: Store) -> None:
        try:
            self._write_new(store)
        except NotFound:
            self._removed()
            self._write_new(store)

    def _removed(self) -> None:
        self.session_id = None
        self._sets = [kept.removed() for kept in self._sets]

    def _demand_own(self, store: Store) -> None:
        """NotFound where the session has been removed, or its number is another's by now."""
        if self.session_id is not None and store.uid_of(self.session_id) != self._uid:
            raise NotFound

    def _write_new(self, store: Store) -> None:
        """All that is new in one transaction: a kill leaves no session without a rep in it."""
        if not any(kept.unwritten for kept in self._sets):
            return
        before = self.session_id, [replace(kept) for kept in self._sets]
        try:
            with store.together():
                self._demand_own(store)
                for kept in [kept for kept in self._sets if kept.unwritten]:
                    self._write_set(store, kept)
        except BaseException:
            self.session_id, self._sets = before
            raise

    def _write_set(self, store: Store, kept: _Kept) -> None:
        known = kept.known
        if self.session_id is None:
            self.session_id = store.begin_session(self._started_at, self._source, self._person)
            self._uid = store.uid_of(self.session_id)
        if kept.set_id is None:
            kept.set_id = store.begin_set(self.session_id, known.exercise, known.start_s)
        for rep in known.reps[kept.n_reps :]:
            store.add_rep(kept.set_id, rep, JOINT_NAMES)
            kept.n_reps += 1
        if kept.end_moved:
            hold_s = None if known.hold_s is None else known.hold_s - kept.removed_hold_s
            store.update_set(kept.set_id, end_s=known.end_s, hold_s=hold_s)
            kept.end_s, kept.hold_s = known.end_s, known.hold_s or 0.0
