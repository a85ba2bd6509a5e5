"""Charts of weeks and months: which days were trained, and how a figure goes from week to week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go

from posecore.language import _, date_in_words, many
from posecore.plots.pieces import COLOURS, GRID, TEXT, layout_of, pale

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_TREND_FROM = 4
"""So many weeks with a figure make a trend; of fewer a line would say more than is known."""
_MONTH_APART = 3
"""Columns between two months' names that do not touch, half a year being as wide as a phone."""
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def calendar_figure(reps_on: Mapping[date, int], until: date, weeks: int = 26) -> go.Figure:
    """One square a day, a column a week, darker with more reps; the last column holds ``until``."""
    monday = until - timedelta(days=until.weekday())
    first = monday - (weeks - 1) * _WEEK
    reps = np.full((7, weeks), np.nan)
    told = np.full((7, weeks), "", dtype=object)
    for i in range(7 * weeks):
        day = first + i * _DAY
        if day <= until:
            n = reps_on.get(day, 0)
            reps[i % 7, i // 7] = n
            told[i % 7, i // 7] = f"{date_in_words(day)}: {many('{n} rep', '{n} reps', n)}"
    columns = [first + i * _WEEK for i in range(weeks)]
    new_month = _new_months(columns)
    most = max([1, *reps_on.values()])
    colour = COLOURS["knee"]
    squares = {
        "type": "heatmap",
        "z": reps,
        "text": told,
        "hovertemplate": "%{text}<extra></extra>",
        "xgap": 3,
        "ygap": 3,
        "zmin": 0,
        "zmax": most,
        # A day without training is seen as a day: not quite clear.
        "colorscale": [[s, pale(colour, 0.18 + 0.82 * s)] for s in _STEPS],
        "showscale": False,
    }
    layout = layout_of("", [])
    layout |= {"height": 190, "showlegend": False, "hovermode": "closest"}
    layout["margin"] = {"l": 45, "r": 5, "t": 25, "b": 5}
    layout["xaxis"] |= {
        "tickvals": new_month,
        "ticktext": [date_in_words(columns[i], "LLL") for i in new_month],
        "showgrid": False,
        "side": "top",
    }
    layout["yaxis"] = {
        "tickvals": [0, 2, 4, 6],
        "ticktext": [date_in_words(first + i * _DAY, "EEE") for i in (0, 2, 4, 6)],
        "tickfont": {"color": TEXT},
        "autorange": "reversed",
        "showgrid": False,
        "zeroline": False,
    }
    return go.Figure({"data": [squares], "layout": layout})


def _new_months(weeks: Sequence[date]) -> list[int]:
    """Which weeks begin a month, the first too where there is room for its name."""
    new = [i for i in range(1, len(weeks)) if weeks[i].month != weeks[i - 1].month]
    return new if new and new[0] < _MONTH_APART else [0, *new]


def trend_of(weeks: Sequence[date], values: Sequence[float]) -> float | None:
    """Change a week by least squares; None where too few weeks have a figure.

    ``values`` NaN: nothing was measured in that week
    """
    known = np.isfinite(np.asarray(values, float))
    if known.sum() < _TREND_FROM:
        return None
    x = np.array([week.toordinal() / 7 for week in weeks])[known]
    return float(np.polyfit(x, np.asarray(values, float)[known], 1)[0])


def weeks_figure(
    weeks: Sequence[date], values: Sequence[float], unit: str, *, from_zero: bool
) -> go.Figure:
    """A point a week, and a dotted trend where there are enough of them.

    weeks      Mondays, rising; values beside them, NaN: nothing measured. unit: after each figure
    from_zero  for amounts, of which the last week may still get more: the trend leaves it out;
               others are shown in their own range
    """
    said = [f"{date_in_words(week, 'medium')}" for week in weeks]
    points = {
        "type": "scatter",
        "x": list(weeks),
        "y": list(values),
        "text": said,
        "mode": "lines+markers",
        "name": _("each week"),
        "line": {"color": COLOURS["knee"], "width": 3},
        "marker": {"size": 9},
        "connectgaps": True,
        "hovertemplate": f"%{{text}}: %{{y:.3~g}}{unit}<extra></extra>",
    }
    data = [points]
    y = np.asarray(values, float)
    known = np.flatnonzero(np.isfinite(y))
    over = known[known < len(weeks) - 1] if from_zero else known
    slope = trend_of([weeks[i] for i in over], y[over])
    if slope is not None:
        x = np.array([weeks[i].toordinal() / 7 for i in over])
        ends = [0, -1]
        data.append(
            {
                "type": "scatter",
                "x": [weeks[over[i]] for i in ends],
                "y": y[over].mean() + slope * (x[ends] - x.mean()),
                "mode": "lines",
                "name": _("trend"),
                "line": {"color": COLOURS["elbow"], "width": 3, "dash": "dot"},
                "hoverinfo": "skip",
            }
        )
    layout = layout_of("", [])
    layout |= {"height": 300, "hovermode": "closest"}
    layout["yaxis"] = {
        "tickfont": {"color": TEXT},
        "gridcolor": GRID,
        "zeroline": False,
        "rangemode": "tozero" if from_zero else "normal",
        "ticksuffix": unit,
    }
    if not from_zero and len(known):
        low, high = y[known].min(), y[known].max()
        # A figure that hardly changes lies in the middle, and no marker is cut.
        room = max(0.1 * (high - low), 0.05 * abs(high), 0.01)
        layout["yaxis"]["range"] = [low - room, high + room]
    new_month = _new_months(weeks)
    layout["xaxis"] |= {
        "tickvals": [weeks[i] for i in new_month],
        "ticktext": [date_in_words(weeks[i], "LLL") for i in new_month],
    }
    return go.Figure({"data": data, "layout": layout})
