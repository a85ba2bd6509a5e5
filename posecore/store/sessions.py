"""Store: sessions are written while they run, rep by rep, and looked at afterwards."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Update, and_, delete, exists, func, or_, select, update

from posecore.language import Text
from posecore.store.archive import Archive
from posecore.store.database import Database, default_url
from posecore.store.errors import NotFound, named_damage
from posecore.store.history import History
from posecore.store.people import People, make_known, proper_or_nobody
from posecore.store.queries import sets_of, summaries, visible
from posecore.store.recording import insert_rep, insert_row, next_ordinal
from posecore.store.records import Curve, SessionDetail, SessionSummary, unpack_curve
from posecore.store.scope import Scope
from posecore.store.tables import (
    NAME_LENGTH,
    NOTES_LENGTH,
    SOURCE_LENGTH,
    WORD_LENGTH,
    curves,
    reps,
    sessions,
    sets,
)
from posecore.store.texts import clean
from posecore.types import Rep


class Store:
    """The sessions of one database.

    Any thread may call any method: each takes a connection of its own for as long as it runs.
    Each writing method is one transaction, on the disk when the method returns; those in a block
    of ``together`` are one, on the disk when the block ends. Every method
    raises StoreError with a sentence for the person. Times of day are arguments, aware of their
    zone; the file is opened, and made, at the first use.

    url             database to use; default: see default_url
    busy_timeout_s  how long to wait for another program that is writing

    history, people, archive  the desks for sums over time, for names, and for files
    """

    def __init__(self, url: str | None = None, *, busy_timeout_s: float = 5.0) -> None:
        self._database = Database(url or default_url(), busy_timeout_s)
        self._show(None)

    def _show(self, owner: str | None) -> None:
        self._scope = Scope(self._database, owner)
        self.history = History(self._scope)
        self.people = People(self._scope)
        self.archive = Archive(self._scope)

    def of(self, person: str) -> Store:
        """The same database as if it held nothing but this person's sessions.

        What others have is not found by its number either, and what is begun is the person's,
        whatever a method is told.
        """
        scoped = copy.copy(self)
        scoped._show(clean(person, NAME_LENGTH))
        return scoped

    @property
    def place(self) -> str:
        """Where the sessions are, for people: a file, or a server's address."""
        return self._database.place

    @property
    def on_server(self) -> bool:
        """A server has the sessions, not a file of this computer."""
        return not self._database.is_sqlite

    @property
    def identifying(self) -> tuple[str, ...]:
        """What of a server's address a report must not tell."""
        return self._database.identifying

    @property
    def folder(self) -> Path:
        """Where files that belong to the sessions may be put; it need not be there yet."""
        return self._database.folder

    @property
    def n_damaged(self) -> int:
        """Sessions of anybody that were left out of an answer because they cannot be read."""
        return self._database.n_damaged

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
        owner = self._scope.owner
        person = proper_or_nobody(clean(person, NAME_LENGTH)) if owner is None else owner
        row = {
            "uid": uuid4().hex,
            "person": person,
            "started_at": started_at,
            "source": clean(source, SOURCE_LENGTH),
            "app_version": clean(app_version, WORD_LENGTH),
            "model_version": clean(model_version, WORD_LENGTH),
            "notes": clean(notes, NOTES_LENGTH),
        }
        _aware(started_at)
        with self._database.writing() as connection:
            make_known(connection, person)
            return insert_row(connection, sessions, row)

    def begin_set(self, session_id: int, exercise: str, start_s: float) -> int:
        """A new set's id; its end moves with every rep until update_set says otherwise."""
        with self._database.writing() as connection:
            self._demand_session(connection, session_id)
            row = {
                "session_id": session_id,
                "ordinal": next_ordinal(connection, sets, sets.c.session_id, session_id),
                "exercise": clean(exercise, WORD_LENGTH),
                "start_s": float(start_s),
                "end_s": float(start_s),
            }
            return insert_row(connection, sets, row)

    def add_rep(self, set_id: int, rep: Rep, joint_names: Sequence[str]) -> int:
        """The id of a finished rep or attempt, kept with its faults and its curve.

        joint_names  names of the columns of ``rep.curve_deg``
        """
        with self._database.writing() as connection:
            self._demand_set(connection, set_id)
            return insert_rep(connection, set_id, rep, joint_names)

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
        empty = and_(sessions.c.id == session_id, ~exists(done), self._scope.owned)
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(empty)).rowcount > 0

    def uid_of(self, session_id: int) -> str:
        """What tells the session from every other one, in whatever database."""
        query = select(sessions.c.uid).where(sessions.c.id == session_id, self._scope.owned)
        with self._database.writing() as connection:
            uid = connection.execute(query).scalar()
        if uid is None:
            raise _not_found(Text("session"), session_id)
        return str(uid)

    # Afterwards.

    def sessions(
        self,
        limit: int = 50,
        offset: int = 0,
        exercise: str | None = None,
        person: str | None = None,
        *,
        deleted: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[SessionSummary]:
        """Newest first; made from sums in the database, never from every rep.

        exercise  only sessions in which it was done (their figures are of the whole session)
        person    only this person's; None: everybody's
        deleted   those that were deleted and not yet purged, instead of the others
        since, until  begun at that time or later, and before that time
        A session that has begun, and has no set so far, is left out until it ends.
        """
        page = (
            visible(select(sessions), exercise, self._scope.whose(person), deleted, since, until)
            .order_by(sessions.c.started_at.desc(), sessions.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return self._database.look(lambda connection: summaries(connection, page))

    def count_sessions(
        self,
        exercise: str | None = None,
        person: str | None = None,
        *,
        deleted: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """How many ``sessions`` would give without a limit."""
        rows = select(func.count()).select_from(sessions)
        query = visible(rows, exercise, self._scope.whose(person), deleted, since, until)
        return self._database.look(lambda connection: connection.execute(query).scalar_one())

    def exercises(self, person: str | None = None) -> list[str]:
        """Names of the exercises that sessions have, in alphabetical order."""
        query = select(sets.c.exercise).distinct().select_from(sets.join(sessions))
        query = visible(query, None, self._scope.whose(person))
        return self._database.look(lambda connection: sorted(connection.execute(query).scalars()))

    def session(self, session_id: int) -> SessionDetail:
        """One session with its sets, reps and faults, without the curves.

        NotFound if deleted; DamagedRecord where a value of it cannot be read any more.
        """
        query = select(sessions).where(
            sessions.c.id == session_id, sessions.c.deleted_at.is_(None), self._scope.owned
        )
        damage = named_damage(self.place, session_id)
        with self._database.reading() as connection, damage:
            found = summaries(connection, query)
            if not found:
                raise _not_found(Text("session"), session_id)
            return SessionDetail(found[0], sets_of(connection, session_id))

    def curve(self, rep_id: int) -> Curve:
        """The joint angles of one rep: (t_s, flexion_deg, joint_names)."""
        query = (
            select(curves.c.samples, curves.c.joint_names, reps.c.start_s)
            .select_from(curves.join(reps).join(sets).join(sessions))
            .where(curves.c.rep_id == rep_id, sessions.c.deleted_at.is_(None), self._scope.owned)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _not_found(Text("rep"), rep_id)
        return unpack_curve(row.samples, row.joint_names, row.start_s)

    def set_notes(self, session_id: int, notes: str) -> None:
        """What the person wrote about the session, in place of what was there."""
        kept = update(sessions).where(sessions.c.deleted_at.is_(None))
        self._change_session(session_id, kept.values(notes=clean(notes, NOTES_LENGTH)))

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
        gone = delete(sessions).where(sessions.c.deleted_at < deleted_before, self._scope.owned)
        with self._database.writing() as connection:
            count = connection.execute(gone).rowcount
        if count:
            self._database.forget_log()
        return count

    def _change_session(self, session_id: int, query: Update) -> None:
        query = query.where(sessions.c.id == session_id, self._scope.owned)
        with self._database.writing() as connection:
            if not connection.execute(query).rowcount:
                raise _not_found(Text("session"), session_id)

    def _demand_session(self, connection: Connection, session_id: int) -> None:
        query = select(sessions.c.id).where(sessions.c.id == session_id, self._scope.owned)
        if connection.execute(query).first() is None:
            raise _not_found(Text("session"), session_id)

    def _demand_set(self, connection: Connection, set_id: int) -> None:
        query = select(sets.c.id).join(sessions).where(sets.c.id == set_id, self._scope.owned)
        if connection.execute(query).first() is None:
            raise _not_found(Text("set"), set_id)


def _aware(time: datetime) -> None:
    if time.tzinfo is None:
        raise ValueError(f"expected a time with its zone, got {time!r}; use datetime.now(UTC)")


def _not_found(kind: Text, number: int) -> NotFound:
    return NotFound(
        Text(
            "There is no {kind} {number} here; it may have been deleted.",
            kind=kind,
            number=number,
        )
    )
