"""The stick figure that moves: one path a pose, shown one after another by the style sheet.

An SVG picture that carries its own style sheet: no script, no video, and Streamlit lets it pass.
Whoever asked the system for less motion sees the start and the turning point, one over the other.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from html import escape

from posecore.figure import BOX, HEAD, LINES, Frames
from posecore.language import _

REP_S = 2.4
"""How long the figure takes, there and back."""

_ROOM, _HEAD_RADIUS = 8.0, 5.0
_BODY, _NEAR, _FLOOR = "#6f7a8a", "#1d70ed", "#8793a6"
"""Body, the person's right side, floor: 4.4 to 1 and more on white and on black alike."""

STYLE = """
<style>
.pc-figure { display: block; width: 100%; height: 10.5rem; object-fit: contain; }
</style>
"""


def figure_html(frames: Frames | None, title: str) -> str:
    """The figure as a picture, "" without poses."""
    if not frames:
        return ""
    picture = base64.b64encode(figure_svg(frames).encode()).decode("ascii")
    label = escape(_("A figure that does one repetition: {exercise}", exercise=title), quote=True)
    return f'<img class="pc-figure" alt="{label}" src="data:image/svg+xml;base64,{picture}">'


@lru_cache(maxsize=64)
def figure_svg(frames: Frames) -> str:
    width = max(x for frame in frames for x, _ in frame)
    height = max(y for frame in frames for _, y in frame)
    # Narrow movements stand in the middle of a square, so that all figures have one scale.
    left, side = -(BOX - width) / 2 - _ROOM, BOX + 2 * _ROOM
    top = height - BOX - _ROOM
    if len(frames) == 1:
        poses = _pose_svg(frames[0], "still", 0, 1)
    else:
        far = _furthest(frames)
        poses = "".join(
            _pose_svg(frame, {0: "pose start", far: "pose far"}.get(nth, "pose"), nth, len(frames))
            for nth, frame in enumerate(frames)
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.1f} {top:.1f} {side:g} {side:g}">'
        f"<style>{_style(len(frames))}</style>"
        f'<path class="floor" d="M{left:.1f} {height + 3:.1f}h{side:g}"/>{poses}</svg>'
    )


def _style(n: int) -> str:
    return (
        f"path{{fill:none;stroke:{_BODY};stroke-width:3.4;stroke-linecap:round;"
        f"stroke-linejoin:round}}.near{{stroke:{_NEAR}}}"
        f".floor{{stroke:{_FLOOR};stroke-width:1}}.pose{{opacity:0}}"
        "@media (prefers-reduced-motion:reduce){.start{opacity:.35}.far{opacity:1}}"
        "@media (prefers-reduced-motion:no-preference)"
        f"{{.pose{{animation:pose {REP_S}s steps(1) infinite}}}}"
        f"@keyframes pose{{0%{{opacity:1}}{100 / n:.3f}%{{opacity:0}}100%{{opacity:0}}}}"
    )


def _pose_svg(frame: tuple[tuple[float, float], ...], classes: str, nth: int, n: int) -> str:
    lines = []
    for row, line in enumerate(LINES):
        points = "L".join(f"{frame[point][0]:g} {frame[point][1]:g}" for point in line)
        # The person's right is nearer in the views that are drawn, and has a colour of its own.
        near = ' class="near"' if row in (2, 4) else ""
        lines.append(f'<path{near} d="M{points}"/>')
    (x, y), r = frame[HEAD], _HEAD_RADIUS
    neck = [(frame[0][axis] + frame[1][axis]) / 2 for axis in (0, 1)]
    away = max(((neck[0] - x) ** 2 + (neck[1] - y) ** 2) ** 0.5, r)
    chin = [x + (neck[0] - x) * r / away, y + (neck[1] - y) * r / away]
    lines.append(f'<path d="M{neck[0]:.1f} {neck[1]:.1f}L{chin[0]:.1f} {chin[1]:.1f}"/>')
    arc = f"a{r:g} {r:g} 0 1 0"
    lines.append(f'<path d="M{x - r:g} {y:g}{arc} {2 * r:g} 0{arc} {-2 * r:g} 0"/>')
    delay_s = REP_S * nth / n
    return f'<g class="{classes}" style="animation-delay:{delay_s:.3f}s">{"".join(lines)}</g>'


def _furthest(frames: Frames) -> int:
    """The pose that differs most from the first: the turning point."""
    first = frames[0]

    def away(frame: tuple[tuple[float, float], ...]) -> float:
        return sum(abs(x - u) + abs(y - v) for (x, y), (u, v) in zip(frame, first, strict=True))

    return max(range(len(frames)), key=lambda nth: away(frames[nth]))
