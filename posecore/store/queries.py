"""The questions asked of the tables: which sessions, their sums, and one session's sets."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Subquery, exists, func, or_, select

from posecore.store.errors import DamagedRecord, named_damage
from posecore.store.records import ExerciseTotals, RepRecord, SessionSummary, SetRecord
from posecore.store.tables import faults, reps, sessions, sets
from posecore.types import Fault


def visible(
    query: Select[Any],
    exercise: str | None = None,
    person: str | None = None,
    deleted: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Select[Any]:
    """``query``, which has the sessions table in it, narrowed to what may be shown.

    since, until  begun at that time or later, and before that time
    """
    its_sets = sets.alias()
    of_session = select(its_sets.c.id).where(its_sets.c.session_id == sessions.c.id)
    query = query.where(
        sessions.c.deleted_at.is_not(None) if deleted else sessions.c.deleted_at.is_(None),
        or_(sessions.c.ended_at.is_not(None), exists(of_session)),
    )
    if exercise is not None:
        query = query.where(exists(of_session.where(its_sets.c.exercise == exercise)))
    if person is not None:
        query = query.where(sessions.c.person == person)
    if since is not None:
        query = query.where(sessions.c.started_at >= since)
    if until is not None:
        query = query.where(sessions.c.started_at < until)
    return query


_TOTALS = ("reps", "attempts", "score_sum", "scored")


def _totals_of(page: Subquery) -> Select[Any]:
    """One row a session and exercise, in the order in which the exercises were begun."""
    return (
        select(
            sets.c.session_id,
            sets.c.exercise,
            func.count().label("sets"),
            func.coalesce(func.sum(sets.c.hold_s), 0.0).label("hold_s"),
            func.max(sets.c.end_s).label("end_s"),
            *(func.sum(sets.c[name]).label(name) for name in _TOTALS),
        )
        .where(sets.c.session_id.in_(select(page.c.id)))
        .group_by(sets.c.session_id, sets.c.exercise)
        .order_by(func.min(sets.c.ordinal))
    )


def summaries(connection: Connection, page: Select[Any]) -> list[SessionSummary]:
    rows = connection.execute(page).all()
    totals: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(_totals_of(page.subquery())):
        totals[row.session_id].append(row)
    return [_summary(row, totals[row.id]) for row in rows]


def _summary(session: Row[Any], totals: Iterable[Row[Any]]) -> SessionSummary:
    duration_s = max((row.end_s for row in totals), default=0.0)
    if session.ended_at is not None:
        # A clock that was set back during the session must not give a negative duration.
        clock_s = (session.ended_at - session.started_at).total_seconds()
        duration_s = clock_s if clock_s > 0 else duration_s
    return SessionSummary(
        id=session.id,
        person=session.person,
        started_at=session.started_at,
        ended_at=session.ended_at,
        source=session.source,
        app_version=session.app_version,
        model_version=session.model_version,
        notes=session.notes,
        duration_s=duration_s,
        totals=tuple(
            ExerciseTotals(
                exercise=row.exercise,
                sets=int(row.sets),
                reps=int(row.reps),
                attempts=int(row.attempts),
                hold_s=float(row.hold_s),
                score_sum=float(row.score_sum),
                scored=int(row.scored),
            )
            for row in totals
        ),
    )


def sets_of(connection: Connection, session_id: int) -> tuple[SetRecord, ...]:
    of_session = sets.c.session_id == session_id
    faults_of: dict[int, list[Fault]] = defaultdict(list)
    query = (
        select(faults)
        .select_from(faults.join(reps).join(sets))
        .where(of_session)
        .order_by(faults.c.id)
    )
    for row in connection.execute(query):
        faults_of[row.rep_id].append(fault_of(row))
    reps_of: dict[int, list[RepRecord]] = defaultdict(list)
    for row in connection.execute(
        select(reps).select_from(reps.join(sets)).where(of_session).order_by(reps.c.ordinal)
    ):
        reps_of[row.set_id].append(rep_of(row, tuple(faults_of[row.id])))
    query = select(sets).where(of_session).order_by(sets.c.ordinal)
    return tuple(
        SetRecord(
            id=row.id,
            ordinal=row.ordinal,
            exercise=row.exercise,
            start_s=row.start_s,
            end_s=row.end_s,
            hold_s=row.hold_s,
            reps=tuple(reps_of[row.id]),
        )
        for row in connection.execute(query)
    )


def damaged_sessions(connection: Connection, where: str) -> frozenset[int]:
    """The numbers of those of which some value can no longer be read."""
    found = set()
    for session_id in connection.execute(select(sessions.c.id)).scalars().all():
        try:
            with named_damage(where, session_id):
                summaries(connection, select(sessions).where(sessions.c.id == session_id))
                sets_of(connection, session_id)
        except DamagedRecord:
            found.add(session_id)
    return frozenset(found)


def pass_over(connection: Connection, session_ids: frozenset[int]) -> None:
    """Until the transaction ends its queries find a sessions table without those. SQLite's only."""
    numbers = ", ".join(map(str, sorted(session_ids)))
    connection.exec_driver_sql(
        f"CREATE TEMP VIEW sessions AS SELECT * FROM main.sessions WHERE id NOT IN ({numbers})"
    )


def fault_of(row: Row[Any]) -> Fault:
    return Fault(
        id=row.fault,
        at_s=row.at_s,
        joint=row.joint,
        measured=row.measured,
        low=row.low,
        high=row.high,
        cue=row.cue,
        unit=row.unit,
    )


def rep_of(row: Row[Any], its_faults: tuple[Fault, ...]) -> RepRecord:
    return RepRecord(
        id=row.id,
        ordinal=row.ordinal,
        start_s=row.start_s,
        end_s=row.end_s,
        complete=row.complete,
        rom_deg=row.rom_deg,
        tempo_s=(row.tempo_out_s, row.tempo_back_s),
        score=row.score,
        score_parts={
            name: math.nan if value is None else value for name, value in row.score_parts.items()
        },
        faults=its_faults,
    )
