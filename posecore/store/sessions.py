"""Store: sessions are written while they run, rep by rep, and looked at afterwards."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from posecore.store.database import Database, default_url
from posecore.store.errors import NotFound
from posecore.store.queries import sets_of, summaries, visible
from posecore.store.records import Curve, SessionDetail, SessionSummary, pack_curve, unpack_curve
from posecore.store.tables import curves, faults, reps, sessions, sets
from posecore.types import Fault, Rep


class Store:
    """The sessions of one database.

    Any thread may call any method: each takes a connection of its own for as long as it runs.
    Each writing method is one transaction, on the disk when the method returns; those in a block
    of ``together`` are one, on the disk when the block ends. Every method
    raises StoreError with a sentence for the person. Times of day are arguments, aware of their
    zone; the file is opened, and made, at the first use.

    url             database to use; default: see default_url
    busy_timeout_s  how long to wait for another program that is writing
    """

    def __init__(self, url: str | None = None, *, busy_timeout_s: float = 5.0) -> None:
        self._database = Database(url or default_url(), busy_timeout_s)
        self._owner: str | None = None  # None: everybody's

    def of(self, person: str) -> Store:
        """The same database as if it held nothing but this person's sessions.

        What others have is not found by its number either, and what is begun is the person's,
        whatever a method is told.
        """
        scoped = copy.copy(self)
        scoped._owner = person
        return scoped

    @property
    def place(self) -> str:
        """Where the sessions are, for people: a file, or a server's address."""
        return self._database.place

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._database.close()

    def schema_version(self) -> int | None:
        """Version of the database, None where it has yet to be made. Writes nothing.

        Raises StoreError where it could not be used.
        """
        return self._database.version()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes inside the block is kept as a whole, or not at all."""
        with self._database.writing():
            yield

    # While a session runs.

    def begin_session(
        self,
        started_at: datetime,
        source: str,
        person: str = "",
        *,
        app_version: str = "",
        model_version: str = "",
        notes: str = "",
    ) -> int:
        """A new session's id. ``source`` is "camera", "demo" or a video's file name."""
        row = {
            "person": person if self._owner is None else self._owner,
            "started_at": started_at,
            "source": source,
            "app_version": app_version,
            "model_version": model_version,
            "notes": notes,
        }
        _aware(started_at)
        with self._database.writing() as connection:
            return _insert(connection, sessions, row)

    def begin_set(self, session_id: int, exercise: str, start_s: float) -> int:
        """A new set's id; its end moves with every rep until update_set says otherwise."""
        with self._database.writing() as connection:
            self._demand_session(connection, session_id)
            row = {
                "session_id": session_id,
                "ordinal": _next_ordinal(connection, sets, sets.c.session_id, session_id),
                "exercise": exercise,
                "start_s": float(start_s),
                "end_s": float(start_s),
            }
            return _insert(connection, sets, row)

    def add_rep(self, set_id: int, rep: Rep, joint_names: Sequence[str]) -> int:
        """The id of a finished rep or attempt, kept with its faults and its curve.

        joint_names  names of the columns of ``rep.curve_deg``
        """
        samples = pack_curve(rep, joint_names)
        row: dict[str, Any] = {
            "set_id": set_id,
            "start_s": float(rep.start_s),
            "end_s": float(rep.end_s),
            "complete": bool(rep.complete),
            "rom_deg": rep.rom_deg,
            "tempo_out_s": rep.tempo_s[0],
            "tempo_back_s": rep.tempo_s[1],
            "score": rep.score,
            "score_parts": {
                # JSON knows no NaN.
                name: float(value) if math.isfinite(value) else None
                for name, value in rep.score_parts.items()
            },
        }
        with self._database.writing() as connection:
            self._demand_set(connection, set_id)
            row["ordinal"] = _next_ordinal(connection, reps, reps.c.set_id, set_id)
            rep_id = _insert(connection, reps, row)
            if rep.faults:
                rows = [_fault_row(rep_id, fault) for fault in rep.faults]
                connection.execute(insert(faults), rows)
            connection.execute(
                insert(curves).values(rep_id=rep_id, joint_names=list(joint_names), samples=samples)
            )
            # Should the program be killed now, the set still reaches to its last rep.
            later = and_(sets.c.id == set_id, sets.c.end_s < row["end_s"])
            connection.execute(update(sets).where(later).values(end_s=row["end_s"]))
            return rep_id

    def update_set(self, set_id: int, end_s: float, hold_s: float | None = None) -> None:
        """Where the set ends, and the seconds held in good form where it is a held exercise."""
        values = {
            "end_s": float(end_s),
            "hold_s": None if hold_s is None else float(hold_s),
        }
        with self._database.writing() as connection:
            self._demand_set(connection, set_id)
            connection.execute(update(sets).where(sets.c.id == set_id).values(**values))

    def end_session(self, session_id: int, ended_at: datetime) -> None:
        """May be called again; the last call holds."""
        _aware(ended_at)
        self._change_session(session_id, update(sessions).values(ended_at=ended_at))

    def discard_if_empty(self, session_id: int) -> bool:
        """Remove a session without a rep, an attempt or a second held; True where it was one."""
        done = (
            select(sets.c.id)
            .outerjoin(reps, reps.c.set_id == sets.c.id)
            .where(
                sets.c.session_id == session_id,
                or_(reps.c.id.is_not(None), sets.c.hold_s > 0),
            )
        )
        empty = and_(sessions.c.id == session_id, ~exists(done), self._owned)
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(empty)).rowcount > 0

    # Afterwards.

    def sessions(
        self,
        limit: int = 50,
        offset: int = 0,
        exercise: str | None = None,
        person: str | None = None,
        *,
        deleted: bool = False,
    ) -> list[SessionSummary]:
        """Newest first; made from sums in the database, never from every rep.

        exercise  only sessions in which it was done (their figures are of the whole session)
        person    only this person's; None: everybody's
        deleted   those that were deleted and not yet purged, instead of the others
        A session that has begun, and has no set so far, is left out until it ends.
        """
        page = (
            visible(select(sessions), exercise, self._whose(person), deleted)
            .order_by(sessions.c.started_at.desc(), sessions.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading() as connection:
            return summaries(connection, page)

    def count_sessions(self, exercise: str | None = None, person: str | None = None) -> int:
        """How many ``sessions`` would give without a limit."""
        rows = select(func.count()).select_from(sessions)
        query = visible(rows, exercise, self._whose(person), False)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def exercises(self, person: str | None = None) -> list[str]:
        """Names of the exercises that sessions have, in alphabetical order."""
        query = (
            select(sets.c.exercise)
            .distinct()
            .select_from(sets.join(sessions))
            .order_by(sets.c.exercise)
        )
        with self._database.reading() as connection:
            query = visible(query, None, self._whose(person), False)
            return list(connection.execute(query).scalars())

    def session(self, session_id: int) -> SessionDetail:
        """One session with its sets, reps and faults, without the curves; NotFound if deleted."""
        query = select(sessions).where(
            sessions.c.id == session_id, sessions.c.deleted_at.is_(None), self._owned
        )
        with self._database.reading() as connection:
            found = summaries(connection, query)
            if not found:
                raise _not_found("session", session_id)
            return SessionDetail(found[0], sets_of(connection, session_id))

    def curve(self, rep_id: int) -> Curve:
        """The joint angles of one rep: (t_s, flexion_deg, joint_names)."""
        query = (
            select(curves.c.samples, curves.c.joint_names, reps.c.start_s)
            .select_from(curves.join(reps).join(sets).join(sessions))
            .where(curves.c.rep_id == rep_id, sessions.c.deleted_at.is_(None), self._owned)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _not_found("rep", rep_id)
        return unpack_curve(row.samples, row.joint_names, row.start_s)

    def delete_session(self, session_id: int, deleted_at: datetime) -> None:
        """Hide a session; restore_session brings it back until purge removes it."""
        _aware(deleted_at)
        kept = update(sessions).where(sessions.c.deleted_at.is_(None))
        self._change_session(session_id, kept.values(deleted_at=deleted_at))

    def restore_session(self, session_id: int) -> None:
        """Undo delete_session; NotFound where it has been purged."""
        self._change_session(session_id, update(sessions).values(deleted_at=None))

    def purge(self, deleted_before: datetime) -> int:
        """Remove for good what was deleted earlier than that; the number of sessions removed."""
        _aware(deleted_before)
        gone = delete(sessions).where(sessions.c.deleted_at < deleted_before, self._owned)
        with self._database.writing() as connection:
            count = connection.execute(gone).rowcount
        if count:
            self._database.forget_log()
        return count

    def _change_session(self, session_id: int, query: Update) -> None:
        query = query.where(sessions.c.id == session_id, self._owned)
        with self._database.writing() as connection:
            if not connection.execute(query).rowcount:
                raise _not_found("session", session_id)

    @property
    def _owned(self) -> ColumnElement[bool]:
        """True of a row of the sessions table that this store may show and change."""
        return true() if self._owner is None else sessions.c.person == self._owner

    def _whose(self, person: str | None) -> str | None:
        return person if self._owner is None else self._owner

    def _demand_session(self, connection: Connection, session_id: int) -> None:
        query = select(sessions.c.id).where(sessions.c.id == session_id, self._owned)
        if connection.execute(query).first() is None:
            raise _not_found("session", session_id)

    def _demand_set(self, connection: Connection, set_id: int) -> None:
        query = select(sets.c.id).join(sessions).where(sets.c.id == set_id, self._owned)
        if connection.execute(query).first() is None:
            raise _not_found("set", set_id)


def _aware(time: datetime) -> None:
    if time.tzinfo is None:
        raise ValueError(f"expected a time with its zone, got {time!r}; use datetime.now(UTC)")


def _not_found(kind: str, number: int) -> NotFound:
    return NotFound(f"There is no {kind} {number} here; it may have been deleted.")


def _insert(connection: Connection, table: Any, row: dict[str, Any]) -> int:
    query = insert(table).values(**row).returning(table.c.id)
    return int(connection.execute(query).scalar_one())


def _next_ordinal(connection: Connection, table: Any, owner: Any, number: int) -> int:
    query = select(func.coalesce(func.max(table.c.ordinal), 0) + 1).where(owner == number)
    return int(connection.execute(query).scalar_one())


def _fault_row(rep_id: int, fault: Fault) -> dict[str, Any]:
    return {
        "rep_id": rep_id,
        "fault": fault.id,
        "at_s": float(fault.at_s),
        "joint": fault.joint,
        "measured": fault.measured,
        "low": fault.low,
        "high": fault.high,
        "unit": fault.unit,
        "cue": fault.cue,
    }
