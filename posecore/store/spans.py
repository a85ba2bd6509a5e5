"""Days and weeks of a time zone, as the database can count them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MOST_SPANS = 4000
"""Days or weeks in one question: eleven years of days."""

DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Span(NamedTuple):
    """``begin``: the first day's midnight; ``end``: the midnight after the last."""

    first: date
    begin: datetime
    end: datetime

    @property
    def length_s(self) -> int:
        return round(self.end.timestamp() - self.begin.timestamp())


def spans(first: date, last: date, step: timedelta, zone: tzinfo | None) -> list[Span]:
    """In order, without a gap; where the clocks change, a day has 23 hours or 25."""
    if (last - first) / step >= MOST_SPANS:
        raise ValueError(f"expected no more than {MOST_SPANS} days or weeks, got {first} to {last}")
    found = []
    while first <= last:
        found.append(Span(first, _midnight(first, zone), _midnight(first + step, zone)))
        first += step
    return found


def span_number(of: Sequence[Span], column: ColumnElement[datetime]) -> ColumnElement[int]:
    """The index of the span that a time lies in, for times that lie in one of them.

    By arithmetic, with one branch for each run of spans that are equally long: a comparison with
    every single span would cost more than all the rest of a question.
    """
    moment_s = whole_seconds(column)
    branches, i = [], 0
    for length_s, run in _runs(of):
        begin_s, end_s = round(run[0].begin.timestamp()), round(run[-1].end.timestamp())
        branches.append((moment_s < end_s, (moment_s - begin_s) // length_s + i))
        i += len(run)
    return case(*branches)


def _runs(of: Sequence[Span]) -> Iterator[tuple[int, list[Span]]]:
    for length_s, run in groupby(of, key=lambda span: span.length_s):
        yield length_s, list(run)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    naive = datetime.combine(day, time.min)
    return naive.astimezone() if zone is None else naive.replace(tzinfo=zone)


class whole_seconds(FunctionElement[int]):
    """Seconds since 1970 of a time, without their fraction."""

    type = Integer()
    inherit_cache = True


@compiles(whole_seconds, "sqlite")
def _of_text(element: whole_seconds, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(whole_seconds, "postgresql")
def _of_time(element: whole_seconds, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST(floor(extract(epoch FROM {moment})) AS BIGINT)"
