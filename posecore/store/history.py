"""Days and weeks of training, and the best and the worst rep: sums of sets, never every rep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    column,
    func,
    select,
    values,
)

from posecore.store.queries import fault_of, rep_of, visible
from posecore.store.records import DayTotals, RankedRep, WeekTotals
from posecore.store.scope import Scope
from posecore.store.tables import UtcTime, faults, reps, sessions, sets

MOST_SPANS = 4000
"""Days or weeks in one question: eleven years of days."""

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SUMMED = (
    "reps", "attempts", "rom_sum_deg", "rom_count", "score_sum", "scored",
    "tempo_out_sum_s", "tempo_back_sum_s", "tempo_count", "symmetry_sum", "symmetry_count",
)  # fmt: skip


class History:
    """Questions over time. Each is one query; each may be narrowed to a person and an exercise.

    zone  whose midnight ends a day; None: this computer's
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def days(
        self,
        first: date,
        last: date,
        *,
        zone: tzinfo | None = None,
        exercise: str | None = None,
        person: str | None = None,
    ) -> list[DayTotals]:
        """The days from ``first`` to ``last``, both included, on which something was done."""
        spans = list(_spans(first, last, _DAY, zone))
        figures = [*_amounts(), *map(_sum, ("reps", "attempts"))]
        whose = self._scope.whose(person)
        query = _over(spans, figures, (), exercise, whose)
        return [
            DayTotals(
                day=spans[row.span][0],
                sessions=int(row.sessions),
                sets=int(row.sets),
                reps=int(row.reps),
                attempts=int(row.attempts),
                hold_s=float(row.hold_s),
            )
            for row in self._rows(query)
        ]

    def weeks(
        self,
        first: date,
        last: date,
        *,
        zone: tzinfo | None = None,
        exercise: str | None = None,
        person: str | None = None,
    ) -> list[WeekTotals]:
        """The weeks from that of ``first`` to that of ``last``, one entry a week and exercise.

        In order of time, then of name; a week without the exercise has no entry.
        """
        spans = list(_spans(first - timedelta(days=first.weekday()), last, _WEEK, zone))
        figures = [*_amounts(), *map(_sum, _SUMMED)]
        whose = self._scope.whose(person)
        query = _over(spans, figures, (sets.c.exercise,), exercise, whose)
        found = [_week(spans[row.span][0], row) for row in self._rows(query)]
        return sorted(found, key=lambda each: (each.monday, each.exercise))

    def best_and_worst(
        self,
        exercise: str,
        *,
        person: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[RankedRep, RankedRep] | None:
        """The complete reps with the highest and the lowest score, of several the latest.

        None where there are not two with a score.
        """
        whose = self._scope.whose(person)
        with self._scope.database.reading() as connection:
            found = [
                _ranked(connection, extreme, best, exercise, whose, since, until)
                for extreme, best in ((sets.c.score_max, True), (sets.c.score_min, False))
            ]
        best, worst = found
        if best is None or worst is None or best.rep.id == worst.rep.id:
            return None
        return best, worst

    def first_day(
        self, *, zone: tzinfo | None = None, exercise: str | None = None, person: str | None = None
    ) -> date | None:
        """The day of the earliest session; None where there is none."""
        earliest = select(sessions.c.started_at).order_by(sessions.c.started_at).limit(1)
        rows = self._rows(visible(earliest, exercise, self._scope.whose(person)))
        return rows[0].started_at.astimezone(zone).date() if rows else None

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with self._scope.database.reading() as connection:
            return list(connection.execute(query).all())


Span = tuple[date, datetime, datetime]


def _spans(first: date, last: date, step: timedelta, zone: tzinfo | None) -> Iterator[Span]:
    """(first day, its midnight, the next one's midnight); a day may have 23 hours or 25."""
    if (last - first) / step >= MOST_SPANS:
        raise ValueError(f"expected no more than {MOST_SPANS} days or weeks, got {first} to {last}")
    day = first
    while day <= last:
        yield day, _midnight(day, zone), _midnight(day + step, zone)
        day += step


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    naive = datetime.combine(day, time.min)
    return naive.astimezone() if zone is None else naive.replace(tzinfo=zone)


def _over(
    spans: list[Span],
    figures: list[ColumnElement[Any]],
    groups: tuple[ColumnElement[Any], ...],
    exercise: str | None,
    person: str | None,
) -> Select[Any]:
    """Figures of sets by the span in which their session began, and by ``groups``."""
    table = _table_of(spans)
    begun = and_(sessions.c.started_at >= table.c.begin, sessions.c.started_at < table.c.end)
    query = (
        select(table.c.span, *groups, *figures)
        .select_from(table.join(sessions, begun).join(sets, sets.c.session_id == sessions.c.id))
        .where(sessions.c.deleted_at.is_(None))
        .group_by(table.c.span, *groups)
        .order_by(table.c.span)
    )
    if spans:
        # Said once more for the index: the spans are in order and without a gap.
        query = query.where(
            sessions.c.started_at >= spans[0][1], sessions.c.started_at < spans[-1][2]
        )
    if exercise is not None:
        query = query.where(sets.c.exercise == exercise)
    if person is not None:
        query = query.where(sessions.c.person == person)
    return query


def _table_of(spans: list[Span]) -> CTE:
    columns = (column("span", Integer), column("begin", UtcTime), column("end", UtcTime))
    rows = [(i, begin, end) for i, (_, begin, end) in enumerate(spans)]
    # A table of values needs a row; this one holds no time.
    never = datetime.min.replace(tzinfo=UTC)
    return values(*columns, name="spans").data(rows or [(0, never, never)]).cte("spans")


def _amounts() -> list[ColumnElement[Any]]:
    return [
        func.count(sessions.c.id.distinct()).label("sessions"),
        func.count().label("sets"),
        func.coalesce(func.sum(sets.c.hold_s), 0.0).label("hold_s"),
    ]


def _sum(name: str) -> ColumnElement[Any]:
    return func.sum(sets.c[name]).label(name)


def _mean(total: float, count: int) -> float | None:
    return float(total) / int(count) if count else None


def _week(monday: date, row: Row[Any]) -> WeekTotals:
    out_s = _mean(row.tempo_out_sum_s, row.tempo_count)
    back_s = _mean(row.tempo_back_sum_s, row.tempo_count)
    return WeekTotals(
        monday=monday,
        exercise=row.exercise,
        sessions=int(row.sessions),
        sets=int(row.sets),
        reps=int(row.reps),
        attempts=int(row.attempts),
        hold_s=float(row.hold_s),
        rom_deg=_mean(row.rom_sum_deg, row.rom_count),
        score=_mean(row.score_sum, row.scored),
        tempo_s=None if out_s is None or back_s is None else (out_s, back_s),
        symmetry=_mean(row.symmetry_sum, row.symmetry_count),
    )


def _ranked(
    connection: Connection,
    extreme: ColumnElement[Any],
    best: bool,
    exercise: str,
    person: str | None,
    since: datetime | None,
    until: datetime | None,
) -> RankedRep | None:
    """First the set whose extreme it is, then the rep in it."""
    of_exercise = (
        select(sets.c.id)
        .join(sessions)
        .where(sets.c.exercise == exercise, extreme.is_not(None))
        .order_by(extreme.desc() if best else extreme.asc(), sets.c.id.desc())
        .limit(1)
    )
    the_set = visible(of_exercise, None, person, False, since, until).scalar_subquery()
    query = (
        select(reps, sets.c.session_id, sets.c.ordinal.label("set_ordinal"), sessions.c.started_at)
        .select_from(reps.join(sets).join(sessions))
        .where(reps.c.set_id == the_set, reps.c.complete, reps.c.score == extreme)
        .order_by(reps.c.ordinal.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    its_faults = select(faults).where(faults.c.rep_id == row.id).order_by(faults.c.id)
    rep = rep_of(row, tuple(map(fault_of, connection.execute(its_faults))))
    return RankedRep(row.session_id, row.started_at, row.set_ordinal, rep)
