"""Charts of an exercise itself: its targets over one rep, and the reps it was learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from posecore.exercises import Exercise, Signal
from posecore.language import Text, _
from posecore.measures import Reading
from posecore.plots.pieces import COLOURS, GRID, NEUTRAL, OFF, TEXT, Entry, band, layout_of
from posecore.reps import RepSpan

_EDGE = 12.0  # per cent of a rep that count as its start and its end
_TURN = 10.0  # per cent around the far end
_TOP_DEG = 180.0


def targets_figure(
    exercise: Exercise, joints: Sequence[str] = (), curve_deg: np.ndarray | None = None
) -> go.Figure:
    """Target ranges of the charted joints where in a rep they hold, behind how good reps move.

    joints  base names of the columns of curve_deg (n, n_joints) degrees, evenly timed; or none
    """
    share = np.linspace(0.0, 100.0, 0 if curve_deg is None else len(curve_deg))
    lines: list[Entry] = []
    turn = 50.0
    for i, joint in enumerate(joints if curve_deg is not None else ()):
        assert curve_deg is not None
        if joint == exercise.signal.measure or i == 0:
            turn = float(share[np.argmax(np.abs(curve_deg[:, i] - curve_deg[0, i]))])
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": _(joint),
                "x": share,
                "y": curve_deg[:, i],
                "line": {"color": COLOURS.get(joint, NEUTRAL), "width": 4},
                "hovertemplate": "%{y:.0f}°",
            }
        )
    shapes: list[Entry] = []
    for target in exercise.targets:
        joint = target.reading.measure
        if joint not in COLOURS or target.reading.sides == "difference":
            continue
        low, high = max(target.low, 0.0), min(target.high, _TOP_DEG)
        for nth, span in enumerate(_spans(target.at, turn)):
            # The label stands once, beside the first place where the range holds.
            label = Text("{joint} {ends}", joint=Text(joint), ends=f"{low:.0f}–{high:.0f}°")
            shape = band(label, low, high, span_s=span)
            if nth > 0:
                shape.pop("label")
            shapes.append(shape)
    signal = exercise.signal
    if signal.measure in COLOURS and exercise.kind == "reps":
        shapes += [_threshold(signal.start, _("back")), _threshold(signal.far, _("counts"))]
    layout = layout_of(_("per cent of a repetition"), shapes)
    layout["xaxis"] |= {"range": [0.0, 100.0]}
    layout |= {"height": 380, "margin": {"l": 50, "r": 10, "t": 30, "b": 45}}
    # Without a curve the axes would not be drawn at all.
    blank = {"type": "scatter", "x": [0, 100], "y": [None, None], "showlegend": False}
    return go.Figure({"data": lines or [blank], "layout": layout})


def _spans(at: str, turn: float) -> list[tuple[float, float]]:
    return {
        "start": [(0.0, _EDGE), (100.0 - _EDGE, 100.0)],
        "far": [(max(turn - _TURN, 0.0), min(turn + _TURN, 100.0))],
        "out": [(0.0, turn)],
        "back": [(turn, 100.0)],
        "whole": [(0.0, 100.0)],
    }.get(at, [])


def _threshold(value: float, label: str) -> Entry:
    return {
        "type": "line",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": NEUTRAL, "width": 2, "dash": "dash"},
        "label": {
            "text": f"{label} {value:g}",
            "textposition": "end",
            "font": {"size": 13, "color": TEXT},
        },
    }


def _stretch(start_s: float, end_s: float, colour: str, label: str) -> Entry:
    return {
        "type": "rect",
        "yref": "y domain",
        "y0": 0,
        "y1": 1,
        "x0": start_s,
        "x1": end_s,
        "fillcolor": colour,
        "opacity": 0.15,
        "line": {"width": 0},
        "layer": "below",
        "label": {
            "text": label,
            "textposition": "top center",
            "font": {"size": 15, "color": TEXT},
        },
    }


def taught_figure(
    t_s: np.ndarray,
    values: np.ndarray,
    signal: Signal,
    spans: Sequence[RepSpan],
    name: str,
    holds: Sequence[tuple[float, float]] = (),
) -> go.Figure:
    """What is counted over time, with the thresholds, and the reps or holds found with them.

    t_s, values (n,), NaN: not seen
    """
    unit = {"deg": _("degrees"), "ratio": _("ratio"), "s": "s"}[Reading(signal.measure).unit]
    limits = (_("kept"), _("kept")) if holds else (_("back"), _("counts"))
    shapes = [_threshold(signal.start, limits[0]), _threshold(signal.far, limits[1])]
    done = 0
    for span in spans:
        done += span.complete
        colour = COLOURS["hip"] if span.complete else OFF
        label = str(done) if span.complete else _("too short")
        shapes.append(_stretch(span.start_s, span.end_s, colour, label))
    for start_s, end_s in holds:
        shapes.append(_stretch(start_s, end_s, COLOURS["hip"], f"{end_s - start_s:.0f} s"))
    layout = layout_of(_("seconds"), shapes)
    layout["yaxis"] = {
        "title": {"text": f"{name}, {unit}", "font": {"color": TEXT}},
        "tickfont": {"color": TEXT},
        "gridcolor": GRID,
        "zeroline": False,
    }
    seen = values[np.isfinite(values)]
    if holds:  # who holds still leaves no room to see the limits in
        seen = np.append(seen, (signal.start, signal.far))
    if len(seen):  # room above for the reps' numbers
        way = float(np.ptp(seen)) or 1.0
        layout["yaxis"]["range"] = [float(seen.min()) - 0.05 * way, float(seen.max()) + 0.18 * way]
    layout |= {"height": 360, "showlegend": False, "uirevision": "taught"}
    line = {"color": COLOURS.get(signal.measure, COLOURS["knee"]), "width": 3}
    drawn = {"type": "scatter", "mode": "lines", "x": t_s, "y": values, "line": line}
    drawn |= {"name": name, "hovertemplate": "%{y:.0f}"}
    return go.Figure({"data": [drawn], "layout": layout})
