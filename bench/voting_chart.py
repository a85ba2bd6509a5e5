"""Curves as SVG text: one for each way of voting, a point for each window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from bench.voting import Voted

COLOURS = ("#999999", "#CC79A7", "#56B4E9", "#0072B2", "#E69F00", "#009E73", "#D55E00")
"""Okabe and Ito 2008."""
_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 230, 40, 52
_TEXT = 'font-family="sans-serif" font-size="12" fill="#444"'


def curves(title: str, votes: Sequence[Voted]) -> str:
    """Share right (up) against delay (across); points of a method are joined by window."""
    shown = [v for v in votes if math.isfinite(v.delay_s)]
    left = math.floor(min((v.delay_s for v in shown), default=0) * 4) / 4
    right = math.ceil(max((v.delay_s for v in shown), default=1) * 4) / 4
    low = math.floor(min((v.right for v in shown), default=0) * 50) / 50
    high = math.ceil(max((v.right for v in shown), default=1) * 50) / 50

    def x(delay_s: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (delay_s - left) / max(right - left, 1e-9)

    def y(share: float) -> float:
        return (
            _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (share - low) / max(high - low, 1e-9)
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="22" {_TEXT} font-weight="bold">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 10}" {_TEXT}>delay in seconds</text>',
    ]
    for k in range(5):
        share, delay_s = low + (high - low) * k / 4, left + (right - left) * k / 4
        parts += [
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}" '
            'stroke="#ddd"/>',
            f'<text x="{_LEFT - 6}" y="{y(share) + 4:.1f}" {_TEXT} text-anchor="end">'
            f"{share:.3f}</text>",
            f'<text x="{x(delay_s):.1f}" y="{_HEIGHT - _BOTTOM + 18}" {_TEXT} '
            f'text-anchor="middle">{delay_s:.2f}</text>',
        ]
    for k, method in enumerate(dict.fromkeys(v.method for v in shown)):
        points = [(x(v.delay_s), y(v.right)) for v in shown if v.method == method]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        colour = COLOURS[k % len(COLOURS)]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>' for a, b in points]
        at = _WIDTH - _RIGHT + 16
        parts.append(f'<circle cx="{at}" cy="{_TOP + 12 + 20 * k}" r="5" fill="{colour}"/>')
        parts.append(
            f'<text x="{at + 11}" y="{_TOP + 16 + 20 * k}" {_TEXT}>{escape(method)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
