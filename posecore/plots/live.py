"""The chart of the last seconds while somebody trains: a drawing that is swapped several times a
second, so it is plain SVG of one path a line.

Points lie where their time is, counted from the start, and the drawing is moved: between two
drawings a point keeps its place to the digit, and nothing trembles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from posecore.angles import JOINT_INDEX
from posecore.exercises import Exercise
from posecore.language import Text
from posecore.plots.angles import chart_joints, target_bands
from posecore.plots.pieces import COLOURS, NEUTRAL, TOP_DEG, pale

WINDOW_S = 15.0
STEP_S = 0.1
"""A line has one point in so much time: more cannot be told apart on a screen."""

_PER_S = 20  # units of the drawing in a second; one degree is one unit
_ANY = tuple(f"{side}_{base}" for base in ("elbow", "knee") for side in ("left", "right"))
"""Shown before an exercise is known: more would hide each other."""

_GRID_DEG = (45.0, 90.0, 135.0)


@dataclass(frozen=True)
class LiveLine:
    """One joint: ``now_deg`` is its last angle, NaN where it is not seen."""

    joint: str
    colour: str
    dashed: bool
    now_deg: float


@dataclass(frozen=True)
class LiveChart:
    """``svg`` is the drawing, to be stretched over any place; ``bands``: label -> (low, high)."""

    svg: str
    lines: tuple[LiveLine, ...]
    bands: dict[Text, tuple[float, float]]


def live_chart(
    t_s: np.ndarray,
    flexion_deg: np.ndarray,
    *,
    exercise: Exercise | None,
    error_deg: np.ndarray,
    rep_marks_s: Sequence[float],
    now_s: float,
    window_s: float = WINDOW_S,
) -> LiveChart:
    """The last seconds of the exercise's joints, 0 degrees at the bottom, now at the right.

    t_s          (n,) seconds; flexion_deg, error_deg (n, n_joints) degrees, NaN: not seen
    error_deg    shown as a pale band around the line
    rep_marks_s  when reps ended
    """
    kept = _one_a_step(t_s, now_s - window_s)
    x = [str(_x(t)) for t in t_s[kept]]
    lines, curves, pales = [], [], []
    for name in chart_joints(exercise) if exercise is not None else _ANY:
        angle_deg = flexion_deg[kept, JOINT_INDEX[name]]
        error = error_deg[kept, JOINT_INDEX[name]]
        side, _, base = name.partition("_")
        line = LiveLine(
            joint=name,
            colour=COLOURS.get(base, NEUTRAL),
            dashed=side == "right",
            now_deg=float(angle_deg[-1]) if len(angle_deg) else float("nan"),
        )
        lines.append(line)
        dash = ' stroke-dasharray="9 7"' if line.dashed else ""
        curves.append(
            f'<path data-joint="{name}" class="pc-line" d="{_path(x, angle_deg)}" fill="none" '
            f'stroke="{line.colour}"{dash}/>'
        )
        pales.append(
            f'<path class="pc-error" d="{_outline(x, angle_deg, error)}" '
            f'fill="{pale(line.colour, 0.2)}"/>'
        )
    bands = target_bands(exercise) if exercise is not None else {}
    marks = "".join(
        f'<path class="pc-mark-rep" d="M{_x(end_s)} 0V{TOP_DEG:.0f}"/>'
        for end_s in rep_marks_s
        if now_s - window_s <= end_s <= now_s
    )
    width = round(window_s * _PER_S)
    svg = (
        f'<svg viewBox="0 0 {width} {TOP_DEG:.0f}" preserveAspectRatio="none" aria-hidden="true">'
        f"{_grid(width)}{_bands(bands, width)}"
        f'<g transform="translate({-_x(now_s - window_s)} 0)">'
        f"{''.join(pales)}{marks}{''.join(curves)}</g></svg>"
    )
    return LiveChart(svg, tuple(lines), bands)


def _one_a_step(t_s: np.ndarray, from_s: float) -> np.ndarray:
    """Indices of the last frame in each step of time, the same frames whenever it is asked."""
    recent = np.flatnonzero(t_s >= from_s)
    if not recent.size:
        return recent
    steps = np.floor(t_s[recent] / STEP_S)
    return recent[np.append(np.diff(steps) > 0, True)]


def _x(t_s: float) -> float:
    return round(float(t_s) * _PER_S, 1)


def _y(angle_deg: float) -> int:
    return round(TOP_DEG - min(max(float(angle_deg), 0.0), TOP_DEG))


def _points(x: Sequence[str], stretch: slice, angle_deg: np.ndarray) -> list[str]:
    """Of a stretch in which each angle is known."""
    y = np.rint(TOP_DEG - np.clip(angle_deg[stretch], 0.0, TOP_DEG)).astype(int).tolist()
    return [f"{at} {height}" for at, height in zip(x[stretch], y, strict=True)]


def _stretches(known: np.ndarray) -> Iterable[slice]:
    """Each stretch without a gap, of two points or more."""
    edges = np.flatnonzero(np.diff(known, prepend=False, append=False)).tolist()
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin > 1:
            yield slice(begin, end)


def _path(x: Sequence[str], angle_deg: np.ndarray) -> str:
    return "".join(
        "M" + "L".join(_points(x, stretch, angle_deg))
        for stretch in _stretches(np.isfinite(angle_deg))
    )


def _outline(x: Sequence[str], angle_deg: np.ndarray, error_deg: np.ndarray) -> str:
    """Angle ± error, closed."""
    parts = []
    for stretch in _stretches(np.isfinite(angle_deg) & np.isfinite(error_deg)):
        there = _points(x, stretch, angle_deg + error_deg)
        back = _points(x, stretch, angle_deg - error_deg)
        parts.append("M" + "L".join(there + back[::-1]) + "Z")
    return "".join(parts)


def _grid(width: int) -> str:
    return "".join(f'<path class="pc-grid" d="M0 {_y(deg)}H{width}"/>' for deg in _GRID_DEG)


def _bands(bands: Mapping[Text, tuple[float, float]], width: int) -> str:
    drawn = []
    for label, (low, high) in bands.items():
        colour = COLOURS.get(label.partition(" ")[0], NEUTRAL)
        drawn.append(
            f'<rect class="pc-target" x="0" y="{_y(high)}" width="{width}" '
            f'height="{max(_y(low) - _y(high), 1)}" fill="{pale(colour, 0.16)}" '
            f'stroke="{colour}"/>'
        )
    return "".join(drawn)
