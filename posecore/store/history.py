"""Days and weeks of training, and the best and the worst rep: sums of sets, never every rep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from posecore.store.queries import fault_of, rep_of, visible
from posecore.store.records import DayTotals, RankedRep, WeekTotals
from posecore.store.scope import Scope
from posecore.store.spans import DAY, WEEK, Span, span_number, spans
from posecore.store.tables import faults, reps, sessions, sets

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
        of = spans(first, last, DAY, zone)
        figures = [*_amounts(), *map(_sum, ("reps", "attempts"))]
        rows = self._sums(of, figures, (), exercise, person)
        return [
            DayTotals(
                day=of[row.span].first,
                sessions=int(row.sessions),
                sets=int(row.sets),
                reps=int(row.reps),
                attempts=int(row.attempts),
                hold_s=float(row.hold_s),
            )
            for row in rows
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
        of = spans(first - timedelta(days=first.weekday()), last, WEEK, zone)
        figures = [*_amounts(), *map(_sum, _SUMMED)]
        rows = self._sums(of, figures, (sets.c.exercise,), exercise, person)
        found = [_week(of[row.span].first, row) for row in rows]
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
        best, worst = self._scope.database.look(
            lambda connection: [
                _ranked(connection, extreme, best, exercise, whose, since, until)
                for extreme, best in ((sets.c.score_max, True), (sets.c.score_min, False))
            ]
        )
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

    def _sums(
        self,
        of: Sequence[Span],
        figures: Sequence[ColumnElement[Any]],
        groups: Sequence[ColumnElement[Any]],
        exercise: str | None,
        person: str | None,
    ) -> list[Row[Any]]:
        if not of:
            return []
        return self._rows(_over(of, figures, groups, exercise, self._scope.whose(person)))

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        return self._scope.database.look(lambda c: list(c.execute(query).all()))


def _over(
    of: Sequence[Span],
    figures: Sequence[ColumnElement[Any]],
    groups: Sequence[ColumnElement[Any]],
    exercise: str | None,
    person: str | None,
) -> Select[Any]:
    """Figures of sets by the span in which their session began, and by ``groups``."""
    begun = select(sessions.c.id, span_number(of, sessions.c.started_at).label("span")).where(
        sessions.c.deleted_at.is_(None),
        sessions.c.started_at >= of[0].begin,
        sessions.c.started_at < of[-1].end,
    )
    if person is not None:
        begun = begun.where(sessions.c.person == person)
    # Kept apart: put into one with the rest, the number would be reckoned for every set.
    table = begun.cte("begun").prefix_with("MATERIALIZED")
    query = (
        select(table.c.span, *groups, *figures)
        .select_from(table.join(sets, sets.c.session_id == table.c.id))
        .group_by(table.c.span, *groups)
        .order_by(table.c.span, *groups)
    )
    return query if exercise is None else query.where(sets.c.exercise == exercise)


def _amounts() -> list[ColumnElement[Any]]:
    return [
        func.count(sets.c.session_id.distinct()).label("sessions"),
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
