"""The chart of one rep as the figures of a small SVG; the page's template draws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecore.angles import JOINT_INDEX
from posecore.exercises import Exercise
from posecore.path import POINTS, references
from posecore.types import Rep

WIDTH, HEIGHT = 300.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 30.0, 8.0, 10.0, 20.0  # room around the plot, for the axes
TOP_DEG = 180.0
GATE = 0.11
"""Share of the rep by which a target's box reaches to each side of its moment."""

_MOST_POINTS = 90  # of a line: a curve 260 px wide shows no more

COLOURS = {"knee": "#0072B2", "hip": "#009E73", "elbow": "#D55E00", "shoulder": "#CC79A7"}
"""As in the app's charts (Okabe and Ito 2008)."""


@dataclass(frozen=True)
class Line:
    """A polyline: "x,y x,y ..." for each stretch without a gap."""

    joint: str
    side: str
    colour: str
    stretches: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """A target as a box that its joint's line should pass through: x, y, width, height in px."""

    joint: str
    colour: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """One rep: lines of both sides, the typical path of good reps, targets and axes."""

    lines: tuple[Line, ...]
    typical: tuple[Line, ...]
    gates: tuple[Gate, ...]
    ticks_y: tuple[tuple[float, int], ...]
    ticks_x: tuple[tuple[float, str], ...]


def chart_of(rep: Rep, exercise: Exercise | None) -> Chart | None:
    """None where no angle was seen on the way."""
    joints = exercise.chart if exercise is not None else tuple(COLOURS)
    duration_s = rep.end_s - rep.start_s
    if len(rep.curve_t_s) < 2 or duration_s <= 0:
        return None
    share = (rep.curve_t_s - rep.start_s) / duration_s
    lines = []
    for joint in joints:
        for side in ("left", "right"):
            angle_deg = rep.curve_deg[:, JOINT_INDEX[f"{side}_{joint}"]]
            stretches = _stretches(share, angle_deg)
            if stretches:
                lines.append(Line(joint, side, COLOURS[joint], stretches))
    if not lines:
        return None
    far_share = rep.tempo_s[0] / duration_s
    step_s = 0.5 if duration_s < 3 else 1.0 if duration_s < 6 else 2.0
    return Chart(
        tuple(lines),
        _typical(exercise) if rep.complete else (),
        _gates(exercise, far_share),
        tuple((_y(deg), deg) for deg in (0, 60, 120, 180)),
        tuple((_x(t_s / duration_s), f"{t_s:g} s") for t_s in np.arange(0, duration_s, step_s)),
    )


def _typical(exercise: Exercise | None) -> tuple[Line, ...]:
    reference = references().get(exercise.name) if exercise is not None else None
    if reference is None or exercise is None:
        return ()
    share = np.linspace(0.0, 1.0, POINTS)
    return tuple(
        Line(joint, "typical", COLOURS[joint], _stretches(share, curve))
        for joint, curve in zip(reference.joints, reference.curve_deg.T, strict=True)
        if joint in exercise.chart
    )


def _gates(exercise: Exercise | None, far_share: float) -> tuple[Gate, ...]:
    """Targets of the charted joints, each at its moment."""
    spans = {
        "start": (0.0, GATE),
        "far": (max(far_share - GATE, 0.0), min(far_share + GATE, 1.0)),
        "out": (0.0, far_share),
        "back": (far_share, 1.0),
        "whole": (0.0, 1.0),
    }
    gates = []
    for target in exercise.targets if exercise is not None else ():
        joint = target.reading.measure
        if exercise is None or joint not in exercise.chart or target.at not in spans:
            continue
        if target.reading.sides == "difference":
            continue
        start, end = spans[target.at]
        top, bottom = _y(min(target.high, TOP_DEG)), _y(max(target.low, 0.0))
        x = _x(start)
        gates.append(Gate(joint, COLOURS[joint], x, top, round(_x(end) - x, 1), bottom - top))
    return tuple(gates)


def _stretches(share: np.ndarray, angle_deg: np.ndarray) -> tuple[str, ...]:
    every = max(1, -(-len(share) // _MOST_POINTS))
    share, angle_deg = share[::every], angle_deg[::every]
    seen = np.isfinite(angle_deg)
    pieces = np.split(np.arange(len(share)), np.flatnonzero(np.diff(seen)) + 1)
    return tuple(
        " ".join(f"{_x(share[i]):g},{_y(angle_deg[i]):g}" for i in piece)
        for piece in pieces
        if len(piece) > 1 and seen[piece[0]]
    )


def _x(share: float) -> float:
    return round(LEFT + float(share) * (WIDTH - LEFT - RIGHT), 1)


def _y(angle_deg: float) -> float:
    share = min(max(float(angle_deg), 0.0), TOP_DEG) / TOP_DEG
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
