"""Charts of joint angles: the last seconds, one rep, and how far the angles can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from posecore.angles import JOINT_NAMES
from posecore.exercises import Exercise
from posecore.language import Text, _
from posecore.plots.pieces import (
    COLOURS,
    GRID,
    TEXT,
    TOP_DEG,
    band,
    joint_line,
    layout_of,
)

_MOMENTS = {
    "start": Text("at the start"),
    "far": Text("at the turning point"),
    "out": Text("on the way out"),
    "back": Text("on the way back"),
    "whole": Text("throughout"),
}


def target_bands(exercise: Exercise) -> dict[Text, tuple[float, float]]:
    """Target ranges of the joints that the exercise charts: label -> (low, high) degrees."""
    bands = {}
    for target in exercise.targets:
        joint, moment = target.reading.measure, _MOMENTS.get(target.at)
        if joint in exercise.chart and moment and target.reading.sides != "difference":
            low, high = max(target.low, 0.0), min(target.high, TOP_DEG)
            ends = f"{low:.0f}–{high:.0f}°"
            label = Text("{joint} {moment} {ends}", joint=Text(joint), moment=moment, ends=ends)
            bands[label] = (low, high)
    return bands


def chart_joints(exercise: Exercise | None) -> tuple[str, ...]:
    """Names of the joints to show, left and right; without an exercise all of them."""
    if exercise is None:
        return JOINT_NAMES
    return tuple(f"{side}_{base}" for base in exercise.chart for side in ("left", "right"))


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
    lines = [joint_line(since_s, flexion_deg[:, columns[j]], j) for j in show if j in columns]
    shapes = [band(label, *ends) for label, ends in (bands or {}).items()]
    layout = layout_of(_("seconds from the start of the rep"), shapes)
    return go.Figure({"data": lines, "layout": layout})


def error_figure(mae_deg: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Bars of view -> joint -> mean absolute error in degrees, a group for each view."""
    joints = [joint for joint in COLOURS if any(joint in errors for errors in mae_deg.values())]
    bars = [
        {
            "type": "bar",
            "name": _(joint),
            "x": list(mae_deg),
            "y": [errors.get(joint) for errors in mae_deg.values()],
            "marker": {"color": COLOURS[joint]},
            "texttemplate": "%{y:.0f}°",
            "textposition": "outside",
            "textfont": {"color": TEXT, "size": 14},
            "cliponaxis": False,
            "hovertemplate": f"{_(joint)}, %{{x}}: %{{y:.1f}}°<extra></extra>",
        }
        for joint in joints
    ]
    layout = layout_of(_("where the camera stands"), [])
    layout |= {"barmode": "group", "hovermode": "closest", "height": 380}
    layout["yaxis"] = {
        "title": {"text": _("expected error, degrees"), "font": {"color": TEXT}},
        "tickfont": {"color": TEXT},
        "gridcolor": GRID,
        "rangemode": "tozero",
    }
    return go.Figure({"data": bars, "layout": layout})
