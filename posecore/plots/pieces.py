"""Pieces of charts: lines, bands, layout and colours.

Every joint has one colour (of Okabe and Ito 2008, those that show on light and on dark), its
left side a solid line, its right a dashed one. Backgrounds are clear and texts take the colour
of the page. A line breaks where the joint was not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from posecore.language import _

COLOURS: Mapping[str, str] = {
    "knee": "#0072B2",
    "hip": "#009E73",
    "elbow": "#D55E00",
    "shoulder": "#CC79A7",
}
EXERCISE_COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#E69F00")
NEUTRAL = "#5f6670"
TEXT = "#757575"  # the one grey of 4.5 to 1 with white and with black alike
OFF = "#D55E00"
DASHES = {"left": "solid", "right": "dash"}
GRID = "rgba(128, 128, 128, 0.3)"
TOP_DEG = 180.0
_MIDDLE_LIGHT = 0.179  # of the same contrast with black and with white (WCAG 2.1)

Entry = dict[str, Any]
"""A trace or a shape. Plain entries, checked once by the figure: built piece by piece through
Plotly's own methods the live chart took five times as long."""


def joint_line(t_s: np.ndarray, angle_deg: np.ndarray, name: str) -> Entry:
    side, base = name.partition("_")[::2]
    dash = DASHES.get(side, "solid")
    return {
        "type": "scatter",
        "x": t_s,
        "y": angle_deg,
        "mode": "lines",
        "name": _(f"{side} {base}"),
        "line": {"color": COLOURS.get(base, NEUTRAL), "width": 3, "dash": dash},
        "connectgaps": False,
        "hovertemplate": "%{y:.0f}°",
    }


def band(
    label: str, low: float, high: float, *, span_s: tuple[float, float] | None = None
) -> Entry:
    """A target range in its joint's colour, across the chart or over ``span_s``.

    label  in English, the joint first
    """
    colour = COLOURS.get(label.partition(" ")[0], NEUTRAL)
    start, end = span_s or (0, 1)
    return {
        "type": "rect",
        "xref": "x" if span_s else "x domain",
        "x0": start,
        "x1": end,
        "y0": low,
        "y1": high,
        "fillcolor": pale(colour, 0.13),
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "layer": "below",
        "label": {
            "text": _(label),
            "textposition": "top left",
            "font": {"size": 13, "color": TEXT},
        },
    }


def layout_of(x_title: str, shapes: list[Entry]) -> Entry:
    return {
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "margin": {"l": 50, "r": 10, "t": 10, "b": 40},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hovermode": "x unified",
        "showlegend": True,
        "shapes": shapes,
        "xaxis": {
            "title": {"text": x_title, "font": {"color": TEXT}},
            "tickfont": {"color": TEXT},
            "gridcolor": GRID,
            "zeroline": False,
        },
        "yaxis": {
            "title": {"text": _("flexion, degrees"), "font": {"color": TEXT}},
            "tickfont": {"color": TEXT},
            "range": [0, TOP_DEG],
            "autorange": False,
            "gridcolor": GRID,
            "zeroline": False,
            "tickvals": [0, 30, 60, 90, 120, 150, 180],
        },
    }


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on it."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    return "#000000" if light > _MIDDLE_LIGHT else "#ffffff"


def pale(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
