"""Charts: joint angles against their targets, while somebody trains and afterwards.

Every joint has one colour (of Okabe and Ito 2008, those that show on light and on dark), its
left side a solid line, its right a dashed one. Backgrounds are clear and texts take the colour
of the page. A line breaks where the joint was not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import plotly.graph_objects as go

from posecore.analyze import Analysis
from posecore.angles import JOINT_INDEX, JOINT_NAMES
from posecore.exercises import Exercise
from posecore.types import NONE, ExerciseSet

COLOURS: Mapping[str, str] = {
    "knee": "#0072B2",
    "hip": "#009E73",
    "elbow": "#D55E00",
    "shoulder": "#CC79A7",
}
NEUTRAL = "#5f6670"
TEXT = "#757575"  # the one grey of 4.5 to 1 with white and with black alike
OFF = "#D55E00"
EXERCISE_COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#E69F00")

Entry = dict[str, Any]
"""A trace or a shape. Plain entries, checked once by the figure: built piece by piece through
Plotly's own methods the live chart took five times as long."""

_DASHES = {"left": "solid", "right": "dash"}
_GRID = "rgba(128, 128, 128, 0.3)"
_TOP_DEG = 180.0
_MIDDLE_LIGHT = 0.179  # of the same contrast with black and with white (WCAG 2.1)
_MOST_POINTS = 3000  # of a line; more only makes the browser slow
_TRACKS = ("faults", "reps", "exercise")  # of the timeline, from the bottom
_MOMENTS = {
    "start": "at the start",
    "far": "at the turning point",
    "out": "on the way out",
    "back": "on the way back",
    "whole": "throughout",
}


def target_bands(exercise: Exercise) -> dict[str, tuple[float, float]]:
    """Target ranges of the joints that the exercise charts: label -> (low, high) degrees."""
    bands = {}
    for target in exercise.targets:
        joint, moment = target.reading.measure, _MOMENTS.get(target.at)
        if joint in exercise.chart and moment and target.reading.sides != "difference":
            low, high = max(target.low, 0.0), min(target.high, _TOP_DEG)
            bands[f"{joint} {moment} {low:.0f}–{high:.0f}°"] = (low, high)
    return bands


def chart_joints(exercise: Exercise | None) -> tuple[str, ...]:
    """Names of the joints to show, left and right; without an exercise all of them."""
    if exercise is None:
        return JOINT_NAMES
    return tuple(f"{side}_{base}" for base in exercise.chart for side in ("left", "right"))


def live_figure(
    t_s: np.ndarray,
    flexion_deg: np.ndarray,
    *,
    exercise: Exercise | None,
    error_deg: np.ndarray | None,
    rep_marks_s: Sequence[float],
    now_s: float,
    window_s: float = 15.0,
) -> go.Figure:
    """The last seconds of the exercise's joints. The axes stand still: 0 is now.

    t_s          (n,) seconds; flexion_deg, error_deg (n, n_joints) degrees, NaN: not seen
    error_deg    shown as a pale band around the line, None: not shown
    rep_marks_s  when reps ended
    """
    recent = (t_s >= now_s - window_s) & (t_s <= now_s)
    ago_s = t_s[recent] - now_s
    lines, outlines = [], []
    for name in chart_joints(exercise):
        angle_deg = flexion_deg[recent, JOINT_INDEX[name]]
        lines.append(_joint_line(ago_s, angle_deg, name))
        if error_deg is not None:
            error = error_deg[recent, JOINT_INDEX[name]]
            outlines.append(_error_outline(ago_s, angle_deg, error, name))
    bands = target_bands(exercise) if exercise is not None else {}
    shapes = [_band(label, *ends) for label, ends in bands.items()]
    shapes += [_mark(at - now_s) for at in rep_marks_s if now_s - window_s <= at <= now_s]
    layout = _layout("seconds ago", shapes)
    layout["xaxis"] |= {"range": [-window_s, 0.0], "autorange": False}
    # Zoom and hidden lines survive the next redraw as long as this stays the same.
    layout["uirevision"] = "live"
    return go.Figure({"data": outlines + lines, "layout": layout})


def rep_figure(
    t_s: np.ndarray,
    flexion_deg: np.ndarray,
    joint_names: Sequence[str],
    show: Sequence[str],
    bands: Mapping[str, tuple[float, float]] | None = None,
) -> go.Figure:
    """The angles on the way through one rep, from its start at 0 s.

    t_s (n,) seconds; flexion_deg (n, len(joint_names)) degrees, NaN: not seen
    show   the joints to draw; bands: label -> (low, high) degrees
    """
    since_s = t_s - t_s[0] if len(t_s) else t_s
    columns = {name: i for i, name in enumerate(joint_names)}
    lines = [_joint_line(since_s, flexion_deg[:, columns[j]], j) for j in show if j in columns]
    shapes = [_band(label, *ends) for label, ends in (bands or {}).items()]
    layout = _layout("seconds from the start of the rep", shapes)
    return go.Figure({"data": lines, "layout": layout})


def timeline_figure(
    analysis: Analysis, exercises: Mapping[str, Exercise] | None = None
) -> go.Figure:
    """A whole video: angles above; below them the voted exercise, reps and faults.

    exercises  by name; where given, the targets of each set lie behind its own time
    """
    known = exercises or {}
    done = [known[each.exercise] for each in analysis.sets if each.exercise in known]
    joints = dict.fromkeys(name for exercise in done for name in chart_joints(exercise))
    every = slice(None, None, max(1, -(-len(analysis.t_s) // _MOST_POINTS)))
    lines = [
        _joint_line(analysis.t_s[every], analysis.flexion_deg[every, JOINT_INDEX[name]], name)
        for name in joints or JOINT_NAMES
    ]
    shapes = [
        _band(label, *ends, span_s=(each.start_s, each.end_s))
        for each in analysis.sets
        if each.exercise in known
        for label, ends in target_bands(known[each.exercise]).items()
    ]
    layout = _layout("seconds", shapes)
    layout["xaxis"] |= {"range": [0.0, analysis.duration_s], "anchor": "y2"}
    layout["yaxis"]["domain"] = [0.36, 1.0]
    layout["yaxis2"] = {
        "domain": [0.0, 0.3],
        "type": "category",
        "categoryorder": "array",
        "categoryarray": _TRACKS,
        "range": [-0.5, len(_TRACKS) - 0.5],
        "gridcolor": _GRID,
        "tickfont": {"color": TEXT},
    }
    layout |= {"barmode": "overlay", "hovermode": "closest", "height": 480}
    tracks = _vote_bars(analysis, known)
    for each in analysis.sets:
        tracks += _rep_bars(each)
    return go.Figure({"data": lines + tracks, "layout": layout})


def error_figure(mae_deg: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Bars of view -> joint -> mean absolute error in degrees, a group for each view."""
    joints = [joint for joint in COLOURS if any(joint in errors for errors in mae_deg.values())]
    bars = [
        {
            "type": "bar",
            "name": joint,
            "x": list(mae_deg),
            "y": [errors.get(joint) for errors in mae_deg.values()],
            "marker": {"color": COLOURS[joint]},
            "texttemplate": "%{y:.0f}°",
            "textposition": "outside",
            "textfont": {"color": TEXT, "size": 14},
            "cliponaxis": False,
            "hovertemplate": f"{joint}, %{{x}}: %{{y:.1f}}°<extra></extra>",
        }
        for joint in joints
    ]
    layout = _layout("where the camera stands", [])
    layout |= {"barmode": "group", "hovermode": "closest", "height": 380}
    layout["yaxis"] = {
        "title": {"text": "expected error, degrees", "font": {"color": TEXT}},
        "tickfont": {"color": TEXT},
        "gridcolor": _GRID,
        "rangemode": "tozero",
    }
    return go.Figure({"data": bars, "layout": layout})


def _vote_bars(analysis: Analysis, known: Mapping[str, Exercise]) -> list[Entry]:
    """A bar for each stretch in which one exercise was voted, with its name on it."""
    colours: dict[str, str] = {}
    bars = []
    ends_s = [*analysis.t_s[1:], analysis.duration_s]
    for name, frames in groupby(range(len(analysis.t_s)), key=analysis.voted_exercise.__getitem__):
        stretch = list(frames)
        if name != NONE:
            start_s, end_s = float(analysis.t_s[stretch[0]]), float(ends_s[stretch[-1]])
            colour = colours.setdefault(name, EXERCISE_COLOURS[len(colours) % 6])
            title = known[name].title if name in known else name.replace("_", " ")
            bars.append(_bar("exercise", start_s, end_s, title, colour))
    return bars


def _rep_bars(each: ExerciseSet) -> list[Entry]:
    """Complete reps are filled and numbered, attempts are hatched; faults are crosses."""
    bars = []
    number = 0
    for rep in each.reps:
        number += rep.complete
        text = str(number) if rep.complete else "attempt"
        bar = _bar("reps", rep.start_s, rep.end_s, text, NEUTRAL)
        bar["marker"]["pattern"] = {"shape": "" if rep.complete else "/"}
        bars.append(bar)
    if each.hold_s is not None:
        bars.append(_bar("reps", each.start_s, each.end_s, f"held {each.hold_s:.0f} s", NEUTRAL))
    faults = [fault for rep in each.reps for fault in rep.faults]
    if faults:
        crosses = {
            "type": "scatter",
            "x": [fault.at_s for fault in faults],
            "y": ["faults"] * len(faults),
            "yaxis": "y2",
            "mode": "markers",
            "marker": {"symbol": "x", "size": 12, "color": OFF},
            "text": [fault.cue for fault in faults],
            "hovertemplate": "%{text}<br>%{x:.1f} s<extra></extra>",
            "showlegend": False,
        }
        bars.append(crosses)
    return bars


def _bar(track: str, start_s: float, end_s: float, text: str, colour: str) -> Entry:
    return {
        "type": "bar",
        "orientation": "h",
        "base": [start_s],
        "x": [end_s - start_s],
        "y": [track],
        "yaxis": "y2",
        "text": [text],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": _ink_on(colour), "size": 14},
        "marker": {"color": colour, "line": {"color": "white", "width": 1}},
        "hovertemplate": f"{text}<br>{start_s:.1f} to {end_s:.1f} s<extra></extra>",
        "showlegend": False,
    }


def _joint_line(t_s: np.ndarray, angle_deg: np.ndarray, name: str) -> Entry:
    side, _, base = name.partition("_")
    dash = _DASHES.get(side, "solid")
    return {
        "type": "scatter",
        "x": t_s,
        "y": angle_deg,
        "mode": "lines",
        "name": f"{side} {base}",
        "line": {"color": COLOURS.get(base, NEUTRAL), "width": 3, "dash": dash},
        "connectgaps": False,
        "hovertemplate": "%{y:.0f}°",
    }


def _error_outline(
    t_s: np.ndarray, angle_deg: np.ndarray, error_deg: np.ndarray, name: str
) -> Entry:
    """A pale outline of angle ± error for each stretch without a gap, all in one trace."""
    known = np.isfinite(angle_deg) & np.isfinite(error_deg)
    upper = np.clip(angle_deg + error_deg, 0.0, _TOP_DEG)
    lower = np.clip(angle_deg - error_deg, 0.0, _TOP_DEG)
    x, y = [np.empty(0)], [np.empty(0)]
    for stretch in np.split(np.arange(len(t_s)), np.flatnonzero(np.diff(known)) + 1):
        if len(stretch) > 1 and known[stretch[0]]:
            back = stretch[::-1]
            x += [t_s[stretch], t_s[back], np.array([np.nan])]
            y += [upper[stretch], lower[back], np.array([np.nan])]
    return {
        "type": "scatter",
        "x": np.concatenate(x),
        "y": np.concatenate(y),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": _pale(COLOURS.get(name.partition("_")[2], NEUTRAL), 0.15),
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _band(
    label: str, low: float, high: float, *, span_s: tuple[float, float] | None = None
) -> Entry:
    """A target range in its joint's colour, across the chart or over ``span_s``."""
    colour = COLOURS.get(label.partition(" ")[0], NEUTRAL)
    start, end = span_s or (0, 1)
    return {
        "type": "rect",
        "xref": "x" if span_s else "x domain",
        "x0": start,
        "x1": end,
        "y0": low,
        "y1": high,
        "fillcolor": _pale(colour, 0.13),
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "layer": "below",
        "label": {
            "text": label,
            "textposition": "top left",
            "font": {"size": 13, "color": TEXT},
        },
    }


def _mark(at_s: float) -> Entry:
    line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
    return {"type": "line", "yref": "y domain", "y0": 0, "y1": 1, "x0": at_s, "x1": at_s} | {
        "line": line
    }


def _layout(x_title: str, shapes: list[Entry]) -> Entry:
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
            "gridcolor": _GRID,
            "zeroline": False,
        },
        "yaxis": {
            "title": {"text": "flexion, degrees", "font": {"color": TEXT}},
            "tickfont": {"color": TEXT},
            "range": [0, _TOP_DEG],
            "autorange": False,
            "gridcolor": _GRID,
            "zeroline": False,
            "tickvals": [0, 30, 60, 90, 120, 150, 180],
        },
    }


def _ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on it."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    return "#000000" if light > _MIDDLE_LIGHT else "#ffffff"


def _pale(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
