"""Charts of how well exercises are told apart: what is taken for what, how sure, how quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from posecore.language import _
from posecore.plots.pieces import COLOURS, GRID, NEUTRAL, TEXT, ink_on, layout_of, pale
from posecore.types import NONE

_SQUARES = {"automargin": True, "showgrid": False}
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_BEST, _BETWEEN, _WORST = "#009E73", "#56B4E9", "#D55E00"  # told apart by the colour-blind
_LINES = ("#5f6670", "#CC79A7", "#56B4E9", "#E69F00", "#0072B2", "#009E73")  # Okabe and Ito 2008


def outcomes_figure(rows: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """A bar for each row, as long as every other, parted by how many clips came out how.

    rows  label -> outcome -> clips, the outcomes from the best to the worst in every row
    """
    outcomes = list(dict.fromkeys(outcome for row in rows.values() for outcome in row))
    colours = (_BEST, _BETWEEN, _WORST) if len(outcomes) > 2 else (_BEST, _WORST)
    bars = []
    for outcome, colour in zip(outcomes, colours, strict=False):
        counts = [row.get(outcome, 0) for row in rows.values()]
        of = [max(sum(row.values()), 1) for row in rows.values()]
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": outcome,
                "y": list(rows),
                "x": [n / whole for n, whole in zip(counts, of, strict=True)],
                "text": [str(n or "") for n in counts],
                "customdata": of,
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"color": ink_on(colour), "size": 14},
                "marker": {"color": colour},
                "hovertemplate": _("%{y}: %{text} of %{customdata} clips")
                + f"<extra>{outcome}</extra>",
            }
        )
    layout = layout_of("", [])
    layout |= {"barmode": "stack", "hovermode": "closest", "height": 110 + 34 * len(rows)}
    layout["legend"] |= {"traceorder": "normal"}
    layout["xaxis"] = _axis(_("share of the clips")) | {"tickformat": ".0%", "range": [0, 1]}
    layout["yaxis"] = _axis("") | {"autorange": "reversed", **_SQUARES}
    return go.Figure({"data": bars, "layout": layout})


def confusion_figure(
    confusion: Mapping[str, Mapping[str, int]], titles: Mapping[str, str]
) -> go.Figure:
    """A row for what was done, a column for what it was called: share of the row's clips."""
    names = sorted(confusion, key=lambda name: (name == NONE, name))
    shares, told = [], []
    for truth in names:
        n = sum(confusion[truth].values())
        shares.append([confusion[truth].get(said, 0) / n if n else None for said in names])
        told.append([str(confusion[truth].get(said, 0) or "") for said in names])
    words = [titles.get(name, name) for name in names]
    squares = {
        "type": "heatmap",
        "x": words,
        "y": words,
        "z": shares,
        "text": told,
        "texttemplate": "%{text}",
        "hovertemplate": _("%{y}, called %{x}: %{text} clips, %{z:.0%}") + "<extra></extra>",
        "zmin": 0,
        "zmax": 1,
        "xgap": 2,
        "ygap": 2,
        "colorscale": [[s, pale(COLOURS["knee"], 0.06 + 0.6 * s)] for s in _STEPS],
        "showscale": False,
    }
    layout = layout_of("", [])
    layout |= {"height": 560, "hovermode": "closest", "showlegend": False}
    layout["xaxis"] = _axis(_("what it was called")) | {"tickangle": -45, **_SQUARES}
    layout["yaxis"] = _axis(_("what was done")) | {"autorange": "reversed", **_SQUARES}
    return go.Figure({"data": [squares], "layout": layout})


def calibration_figure(bins: Sequence[Mapping[str, float]]) -> go.Figure:
    """How often right (up) against how sure (across), and the line of who is neither too sure
    nor too modest; a point is larger where more frames are behind it."""
    most = max((b["frames"] for b in bins), default=1)
    line = {"dash": "dash", "color": NEUTRAL}
    lines: list[dict[str, Any]] = [
        {"x": [0, 1], "y": [0, 1], "mode": "lines", "name": _("as sure as right"), "line": line},
        {
            "x": [b["said"] for b in bins],
            "y": [b["right"] for b in bins],
            "mode": "lines+markers",
            "name": _("the model"),
            "line": {"color": COLOURS["knee"], "width": 3},
            "marker": {"size": [8 + 14 * (b["frames"] / most) ** 0.5 for b in bins]},
            "text": [_("{n} frames", n=f"{b['frames']:,.0f}") for b in bins],
            "hovertemplate": _("says %{x:.0%}, right %{y:.0%}, %{text}") + "<extra></extra>",
        },
    ]
    layout = layout_of("", [])
    layout |= {"height": 380, "hovermode": "closest"}
    layout["xaxis"] = _axis(_("how sure it says it is")) | {"tickformat": ".0%", "range": [0, 1]}
    layout["yaxis"] = _axis(_("how often it is right")) | {"tickformat": ".0%", "range": [0, 1.02]}
    return go.Figure({"data": [{"type": "scatter", **each} for each in lines], "layout": layout})


def voting_figure(votes: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Share of frames right (up) against the delay of a switch (across), a line a method."""
    methods = list(dict.fromkeys(str(vote["method"]) for vote in votes))
    lines = []
    for k, method in enumerate(methods):
        own = [v for v in votes if v["method"] == method and v["delay_s"] is not None]
        ships = "ships" in method
        lines.append(
            {
                "type": "scatter",
                "x": [v["delay_s"] for v in own],
                "y": [v["right"] for v in own],
                "text": [_("window of {seconds} s", seconds=f"{v['window_s']:g}") for v in own],
                "mode": "lines+markers",
                "name": _(method),
                "line": {"color": _LINES[k % len(_LINES)], "width": 4 if ships else 2},
                "marker": {"size": 10 if ships else 7, "symbol": k},
                "hovertemplate": _(method)
                + _(", %{text}: %{y:.1%} right, %{x:.1f} s late")
                + "<extra></extra>",
            }
        )
    layout = layout_of("", [])
    layout |= {"height": 420, "hovermode": "closest"}
    layout["xaxis"] = _axis(_("seconds until another exercise is named"))
    layout["yaxis"] = _axis(_("frames named right")) | {"tickformat": ".0%"}
    return go.Figure({"data": lines, "layout": layout})


def _axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "font": {"color": TEXT}},
        "tickfont": {"color": TEXT},
        "gridcolor": GRID,
        "zeroline": False,
    }
