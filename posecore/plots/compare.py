"""Two reps on one chart, laid over each other by what they are in the middle of.

The way of a rep is told in percent: 0 is its start, 50 its turning point, 100 its end. So the way
out lies on the way out and the way back on the way back, however fast each of them was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from posecore.angles import JOINT_INDEX, N_JOINTS
from posecore.exercises import Exercise, Target
from posecore.language import Text, _
from posecore.plots.pieces import DASHES, NEUTRAL, TEXT, TOP_DEG, Entry, layout_of, pale
from posecore.types import Rep

PERCENT = np.linspace(0.0, 100.0, 101)
TURN = 50.0

FIRST, SECOND = "#0072B2", "#D55E00"
"""Of the two reps; the second also has markers, so that nobody depends on the colours."""

_MARK_EVERY = 10  # percent
_LONGEST_GAP = 12.0  # percent; what was not seen for longer is not drawn
_MOMENT = 10.0  # percent by which a target's box reaches to each side of its moment
_PANEL_PX, _AROUND_PX = 250, 110

_SIDES = {"left": Text("{name}, left"), "right": Text("{name}, right")}


def aligned(rep: Rep) -> np.ndarray:
    """(101, n_joints) degrees at each percent of the rep; NaN: not seen, or not for too long."""
    way = np.full((len(PERCENT), N_JOINTS), np.nan)
    if len(rep.curve_t_s) < 2 or not rep.start_s < rep.far_s < rep.end_s:
        return way
    percent = np.interp(rep.curve_t_s, [rep.start_s, rep.far_s, rep.end_s], [0.0, TURN, 100.0])
    for joint in range(N_JOINTS):
        seen = np.isfinite(rep.curve_deg[:, joint])
        if seen.sum() < 2:
            continue
        at = percent[seen]
        way[:, joint] = np.interp(PERCENT, at, rep.curve_deg[seen, joint])
        after = np.searchsorted(at, PERCENT)
        left = at[np.clip(after - 1, 0, len(at) - 1)]
        right = at[np.clip(after, 0, len(at) - 1)]
        nearest = np.minimum(abs(PERCENT - left), abs(PERCENT - right))
        way[nearest > _LONGEST_GAP / 2, joint] = np.nan
    return way


def mean_of(reps: Sequence[Rep]) -> np.ndarray:
    """(101, n_joints) mean of the aligned reps in which the joint was seen at that percent."""
    ways = np.array([aligned(rep) for rep in reps]).reshape(-1, len(PERCENT), N_JOINTS)
    seen = np.isfinite(ways)
    counts = seen.sum(axis=0)
    total = np.where(seen, ways, 0.0).sum(axis=0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def compare_figure(
    first: np.ndarray,
    second: np.ndarray,
    exercise: Exercise,
    *,
    names: tuple[str, str] = ("A", "B"),
) -> go.Figure:
    """One panel for each joint that the exercise charts, with its targets where they are asked for.

    first, second  (101, n_joints) degrees, of ``aligned`` or ``mean_of``
    """
    joints = exercise.chart
    lines: list[Entry] = []
    shapes: list[Entry] = []
    layout = layout_of(_("% of the rep"), [])
    layout["xaxis"] |= {
        "range": [0, 100],
        "tickvals": [0, 25, TURN, 75, 100],
        "ticktext": [
            "0<br>" + _("start"),
            "25",
            "50<br>" + _("turning point"),
            "75",
            "100<br>" + _("end"),
        ],
        "ticklabeloverflow": "allow",
        "anchor": f"y{len(joints)}" if len(joints) > 1 else "y",
    }
    layout["margin"]["r"] = 30  # for the word below 100
    own_axis = layout.pop("yaxis")
    height = 1.0 / len(joints)
    for panel, joint in enumerate(joints):
        number = "" if panel == 0 else str(panel + 1)
        top = 1.0 - panel * height
        layout[f"yaxis{number}"] = own_axis | {
            "title": {"text": _("{what}, degrees", what=Text(joint)), "font": {"color": TEXT}},
            "domain": [top - height * (0.86 if panel < len(joints) - 1 else 1.0), top],
        }
        for way, name, colour in ((first, names[0], FIRST), (second, names[1], SECOND)):
            lines += _lines(way, joint, name, colour, number)
        shapes += [_box(target, number) for target in exercise.targets if _shown(target, joint)]
        shapes.append(_turn(number))
    layout |= {"shapes": shapes, "height": _PANEL_PX * len(joints) + _AROUND_PX}
    return go.Figure({"data": lines, "layout": layout})


def _lines(way: np.ndarray, joint: str, name: str, colour: str, number: str) -> list[Entry]:
    lines = []
    for side, dash in DASHES.items():
        angle_deg = way[:, JOINT_INDEX[f"{side}_{joint}"]]
        if np.isfinite(angle_deg).any():
            line: Entry = {
                "type": "scatter",
                "x": PERCENT,
                "y": angle_deg,
                "yaxis": f"y{number}",
                "mode": "lines",
                "name": _(_SIDES[side], name=name),
                "legendgroup": f"{name} {side}",
                "showlegend": number == "",
                "line": {"color": colour, "width": 3, "dash": dash},
                "connectgaps": False,
                "hovertemplate": "%{y:.0f}°",
            }
            if colour == SECOND:
                sizes = [9 if i % _MARK_EVERY == 0 else 0 for i in range(len(PERCENT))]
                line |= {"mode": "lines+markers", "marker": {"size": sizes, "color": colour}}
            lines.append(line)
    return lines


def _shown(target: Target, joint: str) -> bool:
    return (
        target.reading.measure == joint
        and target.at in _SPANS
        and target.reading.sides != "difference"
    )


_SPANS = {
    "start": (0.0, _MOMENT),
    "far": (TURN - _MOMENT, TURN + _MOMENT),
    "out": (0.0, TURN),
    "back": (TURN, 100.0),
    "whole": (0.0, 100.0),
}


def _box(target: Target, number: str) -> Entry:
    start, end = _SPANS[target.at]
    low, high = max(target.low, 0.0), min(target.high, TOP_DEG)
    return {
        "type": "rect",
        "xref": "x",
        "yref": f"y{number}",
        "x0": start,
        "x1": end,
        "y0": low,
        "y1": high,
        "fillcolor": pale("#009E73", 0.18),
        "line": {"color": "#009E73", "width": 1, "dash": "dot"},
        "layer": "below",
        "label": {
            "text": _("target {range}", range=f"{low:.0f}–{high:.0f}°"),
            "textposition": "top left" if end - start > 2 * _MOMENT else "top center",
            "font": {"size": 13, "color": TEXT},
        },
    }


def _turn(number: str) -> Entry:
    line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
    ends = {"x0": TURN, "x1": TURN, "y0": 0, "y1": TOP_DEG}
    return {"type": "line", "xref": "x", "yref": f"y{number}", "line": line, **ends}
