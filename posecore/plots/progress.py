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
    new_month = [i for i, day in enumerate(columns) if i == 0 or day.month != columns[i - 1].month]
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
    from_zero  for amounts; others are shown in their own range
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
    slope = trend_of(weeks, values)
    if slope is not None:
        y = np.asarray(values, float)
        known = np.isfinite(y)
        x = np.array([week.toordinal() / 7 for week in weeks])
        line = y[known].mean() + slope * (x - x[known].mean())
        data.append(
            {
                "type": "scatter",
                "x": list(weeks),
                "y": line,
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
    return go.Figure({"data": data, "layout": layout})
