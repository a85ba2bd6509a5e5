"""How training goes from week to week: days, volume, how well, and the best rep by the worst."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import nan

import streamlit as st

from pages.history_session import date_in_short, local_zone, open_session, plain
from pages.look import NO_TOOLBAR
from posecore import plots
from posecore.exercises import Exercise
from posecore.language import _, many
from posecore.store import RankedRep, Store, WeekTotals
from posecore.store.words import fault_in_words, measured

WEEKS = 26
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Figure:
    """One figure of a week. ``of``: NaN where nothing was measured; amount: 0 where nothing was."""

    label: str
    unit: str
    of: Callable[[WeekTotals], float]
    amount: bool = False


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


def figures_of(exercise: Exercise | None, chosen: str | None) -> list[Figure]:
    """What can be shown: of all exercises together only how much was done."""
    seconds = _("{seconds} s", seconds="")
    if chosen is None:
        return [Figure(_("Reps"), "", lambda week: week.reps, amount=True)]
    if exercise is not None and exercise.kind == "hold":
        return [Figure(_("Time held"), seconds, lambda week: week.hold_s, amount=True)]
    return [
        Figure(_("Reps"), "", lambda week: week.reps, amount=True),
        Figure(_("Range of motion"), "°", lambda week: _or_nan(week.rom_deg)),
        Figure(_("Score"), "", lambda week: _or_nan(week.score)),
        Figure(_("Tempo"), seconds, lambda week: sum(week.tempo_s) if week.tempo_s else nan),
        Figure(_("Symmetry"), "", lambda week: _or_nan(week.symmetry)),
    ]


def show_progress(
    store: Store,
    exercises: Mapping[str, Exercise],
    chosen: str | None,
    person: str | None,
    today: date,
) -> None:
    """Calendar, weeks, and two reps, of one exercise or of all of them (``chosen`` None)."""
    first = today - timedelta(days=today.weekday()) - (WEEKS - 1) * _WEEK
    whose = {"zone": local_zone(), "exercise": chosen, "person": person}
    days = store.history.days(first, today, **whose)
    weeks = store.history.weeks(first, today, **whose)
    _show_this_week(weeks, today)
    st.subheader(_("Days trained"))
    st.plotly_chart(
        plots.calendar_figure({each.day: each.reps for each in days}, today, WEEKS),
        key="history_calendar",
        config=NO_TOOLBAR,
    )
    st.caption(many("{n} day in the last half year.", "{n} days in the last half year.", len(days)))
    st.subheader(_("Week by week"))
    figures = figures_of(exercises.get(chosen or ""), chosen)
    figure = _choose(figures)
    mondays = [first + i * _WEEK for i in range(WEEKS)]
    st.plotly_chart(
        plots.weeks_figure(
            mondays, _values(weeks, mondays, figure), figure.unit, from_zero=figure.amount
        ),
        key="history_weeks",
        config=NO_TOOLBAR,
    )
    if chosen is None:
        st.caption(_("Choose an exercise to see its range of motion, score, tempo and symmetry."))
    else:
        show_two_reps(store, chosen, exercises.get(chosen), person)


def _choose(figures: Sequence[Figure]) -> Figure:
    if len(figures) == 1:
        return figures[0]
    labels = [figure.label for figure in figures]
    label = st.segmented_control(
        _("What to show"), labels, default=labels[0], required=True, key="history_figure"
    )
    return figures[labels.index(label)] if label in labels else figures[0]


def _values(weeks: Sequence[WeekTotals], mondays: Sequence[date], figure: Figure) -> list[float]:
    """One value a Monday. Amounts are sums over the exercises and 0 in a week without any."""
    by_monday: dict[date, list[float]] = defaultdict(list)
    for week in weeks:
        by_monday[week.monday].append(figure.of(week))
    # Before the first training nothing was missed.
    began = min(by_monday, default=None)
    return [
        sum(by_monday[monday])
        if monday in by_monday
        else (0.0 if figure.amount and began is not None and monday > began else nan)
        for monday in mondays
    ]


def _show_this_week(weeks: Sequence[WeekTotals], today: date) -> None:
    """This week beside the last: how often, how much, how well."""
    monday = today - timedelta(days=today.weekday())
    now, before = (
        [week for week in weeks if week.monday == start] for start in (monday, monday - _WEEK)
    )
    columns = st.columns(3)
    for column, label, of in (
        (columns[0], _("Sets this week"), lambda found: sum(week.sets for week in found)),
        (columns[1], _("Reps this week"), lambda found: sum(week.reps for week in found)),
        (columns[2], _("Mean score this week"), _mean_score),
    ):
        value, last = of(now), of(before)
        known = value is not None and last is not None
        column.metric(
            label,
            "–" if value is None else f"{value:.0f}",
            f"{value - last:+.0f}" if known else None,
            # A week that has only begun is no reason for red.
            delta_color="off",
            delta_description=_("than last week") if known else None,
            border=True,
            height="stretch",
        )


def _mean_score(weeks: Sequence[WeekTotals]) -> float | None:
    scored = [(week.score, week.reps) for week in weeks if week.score is not None and week.reps]
    total = sum(reps for _score, reps in scored)
    return sum(score * reps for score, reps in scored) / total if total else None


def show_two_reps(store: Store, chosen: str, exercise: Exercise | None, person: str | None) -> None:
    """The best and the worst rep side by side, with what was off."""
    pair = store.history.best_and_worst(chosen, person=person)
    if pair is None:
        return
    st.subheader(_("Best and worst rep"))
    columns = st.columns(2)
    for column, ranked, words in zip(columns, pair, (_("Best"), _("Worst")), strict=True):
        with column:
            _show_rep(store, ranked, exercise, words)


def _show_rep(store: Store, ranked: RankedRep, exercise: Exercise | None, words: str) -> None:
    rep = ranked.rep
    st.markdown(
        _(
            "**{which}: {score} of 100**, {day}",
            which=words,
            score=measured(rep.score, ""),
            day=plain(date_in_short(ranked.started_at)),
        )
    )
    curve = store.curve(rep.id)
    if curve.t_s.size:
        figure = plots.rep_figure(
            curve.t_s,
            curve.flexion_deg,
            curve.joint_names,
            plots.chart_joints(exercise),
            plots.target_bands(exercise) if exercise else {},
        )
        st.plotly_chart(figure, key=f"history_rep_{rep.id}", config=NO_TOOLBAR)
    faults = "\n".join(f"- {plain(fault_in_words(fault))}" for fault in rep.faults)
    st.markdown(faults or _("Nothing was off."))
    st.button(
        _("Open its session"),
        key=f"history_open_{words}",
        on_click=open_session,
        args=(ranked.session_id,),
    )
