"""A bar chart as SVG text, so that drawing one for the docs needs no further package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

COLOURS = ("#56B4E9", "#E69F00", "#999999", "#0072B2")  # of Okabe and Ito 2008
_WIDTH, _HEIGHT = 960, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 62, 92
_TEXT = 'font-family="sans-serif" font-size="12" fill="#444"'


def grouped_bars(title: str, names: Sequence[str], values: Mapping[str, Sequence[float]]) -> str:
    """Bars side by side, one of each name for each label of ``values``; NaN has none."""
    known = [v for bars in values.values() for v in bars if v == v]
    top = max(10.0, 10.0 * -(-max(known, default=10.0) // 10))
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def y(value: float) -> float:
        return _TOP + high * (1 - value / top)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="22" {_TEXT} font-weight="bold">{escape(title)}</text>',
    ]
    x = float(_LEFT)
    for name, colour in zip(names, COLOURS):
        parts.append(f'<rect x="{x}" y="34" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17}" y="44" {_TEXT}>{escape(name)}</text>')
        x += 40 + 7.5 * len(name)
    for tick in range(0, int(top) + 1, 10):
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" '
            'stroke="#ccc" stroke-width="1"/>'
        )
        parts.append(
            f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" {_TEXT} text-anchor="end">{tick}°</text>'
        )
    place = wide / max(1, len(values))
    thick = 0.8 * place / max(1, len(names))
    for i, (label, bars) in enumerate(values.items()):
        start = _LEFT + place * (i + 0.1)
        for k, value in enumerate(bars):
            if value == value:
                parts.append(
                    f'<rect x="{start + k * thick:.1f}" y="{y(value):.1f}" width="{thick:.1f}" '
                    f'height="{_TOP + high - y(value):.1f}" fill="{COLOURS[k]}"/>'
                )
        at = f"{start + 0.4 * place:.1f} {_TOP + high + 14}"
        parts.append(
            f'<text transform="translate({at}) rotate(-40)" {_TEXT} text-anchor="end">'
            f"{escape(label)}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])
