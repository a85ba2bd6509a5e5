"""The chart of a whole video: angles above; below them exercise, reps and faults."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import plotly.graph_objects as go

from posecore.analyze import Analysis
from posecore.angles import JOINT_INDEX, JOINT_NAMES
from posecore.exercises import Exercise
from posecore.language import Text, _
from posecore.plots.angles import chart_joints, target_bands
from posecore.plots.pieces import (
    GRID,
    NEUTRAL,
    OFF,
    TEXT,
    Entry,
    band,
    ink_on,
    joint_line,
    layout_of,
)
from posecore.store.words import title_of
from posecore.types import NONE, ExerciseSet

EXERCISE_COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#E69F00")

_MOST_POINTS = 3000  # of a line; more only makes the browser slow
_TRACKS = (Text("faults"), Text("reps"), Text("exercise"))  # of the timeline, from the bottom


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
        joint_line(analysis.t_s[every], analysis.flexion_deg[every, JOINT_INDEX[name]], name)
        for name in joints or JOINT_NAMES
    ]
    shapes = [
        band(label, *ends, span_s=(each.start_s, each.end_s))
        for each in analysis.sets
        if each.exercise in known
        for label, ends in target_bands(known[each.exercise]).items()
    ]
    layout = layout_of(_("seconds"), shapes)
    layout["xaxis"] |= {"range": [0.0, analysis.duration_s], "anchor": "y2"}
    layout["yaxis"]["domain"] = [0.36, 1.0]
    layout["yaxis2"] = {
        "domain": [0.0, 0.3],
        "type": "category",
        "categoryorder": "array",
        "categoryarray": [_(track) for track in _TRACKS],
        "range": [-0.5, len(_TRACKS) - 0.5],
        "gridcolor": GRID,
        "tickfont": {"color": TEXT},
    }
    layout |= {"barmode": "overlay", "hovermode": "closest", "height": 480}
    tracks = _vote_bars(analysis, known)
    for each in analysis.sets:
        tracks += _rep_bars(each)
    return go.Figure({"data": lines + tracks, "layout": layout})


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
            bars.append(_bar("exercise", start_s, end_s, title_of(name, known), colour))
    return bars


def _rep_bars(each: ExerciseSet) -> list[Entry]:
    """Complete reps are filled and numbered, attempts are hatched; faults are crosses."""
    bars = []
    number = 0
    for rep in each.reps:
        number += rep.complete
        text = str(number) if rep.complete else _("attempt")
        bar = _bar("reps", rep.start_s, rep.end_s, text, NEUTRAL)
        bar["marker"]["pattern"] = {"shape": "" if rep.complete else "/"}
        bars.append(bar)
    if each.hold_s is not None:
        held = _("held {seconds} s", seconds=f"{each.hold_s:.0f}")
        bars.append(_bar("reps", each.start_s, each.end_s, held, NEUTRAL))
    faults = [fault for rep in each.reps for fault in rep.faults]
    if faults:
        crosses = {
            "type": "scatter",
            "x": [fault.at_s for fault in faults],
            "y": [_("faults")] * len(faults),
            "yaxis": "y2",
            "mode": "markers",
            "marker": {"symbol": "x", "size": 12, "color": OFF},
            "text": [_(fault.cue) for fault in faults],
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
        "y": [_(track)],
        "yaxis": "y2",
        "text": [text],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": ink_on(colour), "size": 14},
        "marker": {"color": colour, "line": {"color": "white", "width": 1}},
        "hovertemplate": f"{text}<br>{start_s:.1f} – {end_s:.1f} s<extra></extra>",
        "showlegend": False,
    }
