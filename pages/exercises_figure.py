"""The stick figure that moves: one path a pose, shown one after another by the style sheet.

No script and no video. Whoever asked the system for less motion sees the start and the turning
point, one over the other.
"""

from __future__ import annotations

from html import escape

from posecore.figure import BOX, FRAMES, HEAD, LINES, Frames

REP_S = 2.4
"""How long the figure takes, there and back."""

_ROOM, _HEAD_RADIUS = 8.0, 5.0

STYLE = f"""
<style>
.pc-figure {{ display: block; width: 100%; height: 10.5rem; color: var(--st-text-color, #14181f); }}
.pc-figure path {{ fill: none; stroke: currentColor; stroke-width: 3.2; stroke-linecap: round;
  stroke-linejoin: round; }}
.pc-figure g.pc-pose {{ opacity: 0; }}
.pc-figure path.pc-near {{ stroke: #0072b2; }}
.pc-figure path.pc-floor {{ stroke: #7a8493; stroke-width: 1; }}
@media (prefers-reduced-motion: no-preference) {{
  .pc-figure g.pc-pose {{ animation: pc-pose {REP_S}s steps(1) infinite; }}
}}
@media (prefers-reduced-motion: reduce) {{
  .pc-figure g.pc-start {{ opacity: .35; }}
  .pc-figure g.pc-far {{ opacity: 1; }}
}}
@keyframes pc-pose {{ 0% {{ opacity: 1; }} {100 / FRAMES:.3f}% {{ opacity: 0; }} }}
"""
STYLE += (
    "".join(
        f".pc-figure .pc-t{nth} {{ animation-delay: {REP_S * nth / FRAMES:.3f}s !important; }}\n"
        for nth in range(FRAMES)
    )
    + "</style>\n"
)


def figure_html(frames: Frames | None, title: str) -> str:
    """The figure as SVG, "" without poses."""
    if not frames:
        return ""
    width = max(x for frame in frames for x, _ in frame)
    height = max(y for frame in frames for _, y in frame)
    # Narrow movements stand in the middle of a square, so that all figures have one scale.
    left = -(BOX - width) / 2 - _ROOM
    box = f"{left:.1f} {height - BOX - _ROOM:.1f} {BOX + 2 * _ROOM:.0f} {BOX + 2 * _ROOM:.0f}"
    if len(frames) == 1:
        poses = _pose_svg(frames[0], "pc-still")
    else:
        far = _furthest(frames)
        poses = "".join(
            _pose_svg(frame, _classes(nth, far, len(frames))) for nth, frame in enumerate(frames)
        )
    floor = f'<path class="pc-floor" d="M{left:.0f} {height + 3:.1f}h{BOX + 2 * _ROOM:.0f}"/>'
    label = escape(f"A figure that does one repetition: {title}", quote=True)
    head = f'<svg class="pc-figure" viewBox="{box}" role="img" aria-label="{label}">'
    return f"{head}{floor}{poses}</svg>"


def _classes(nth: int, far: int, n: int) -> str:
    marks = {0: " pc-start", far: " pc-far"}
    return f"pc-pose pc-t{round(nth * FRAMES / n)}{marks.get(nth, '')}"


def _pose_svg(frame: tuple[tuple[float, float], ...], classes: str) -> str:
    lines = []
    for nth, line in enumerate(LINES):
        points = "L".join(f"{frame[row][0]:g} {frame[row][1]:g}" for row in line)
        # The person's right is nearer in the views that are drawn, and has a colour of its own.
        near = ' class="pc-near"' if nth in (2, 4) else ""
        lines.append(f'<path{near} d="M{points}"/>')
    x, y = frame[HEAD]
    r = _HEAD_RADIUS
    lines.append(
        f'<path d="M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0"/>'
    )
    return f'<g class="{classes}">{"".join(lines)}</g>'


def _furthest(frames: Frames) -> int:
    """The pose that differs most from the first: the turning point."""
    first = frames[0]

    def away(frame: tuple[tuple[float, float], ...]) -> float:
        return sum(abs(x - u) + abs(y - v) for (x, y), (u, v) in zip(frame, first, strict=True))

    return max(range(len(frames)), key=lambda nth: away(frames[nth]))
