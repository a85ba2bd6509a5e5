"""Words as small pictures, to be laid over a large one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

OTHER_LETTERS = Path(__file__).parent / "fonts" / "NanumSquareR.ttf"
"""For the letters that the fonts used elsewhere do not have."""

_SMALL_PX = 40
"""Up to this size letters are angles, which come back; larger ones are a count, which does not."""


def _font(text: str, size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    # Pillow's own has no letters beyond Latin's; what is drawn else are degrees and figures.
    if all(letter < "\u0250" for letter in text):
        return ImageFont.load_default(size=size_px)
    return ImageFont.truetype(OTHER_LETTERS, size_px)


def sprite(text: str, size_px: int, max_width_px: int) -> np.ndarray:
    """White letters with a dark edge as (h, w, 2): lightness times cover, cover; read-only.

    Kept, because the same few texts and the whole degrees come back frame after frame, and
    making one costs more than all else that is drawn.
    """
    kept = _small if size_px <= _SMALL_PX else _large
    return kept(text, size_px, max_width_px)


def _made(text: str, size_px: int, max_width_px: int) -> np.ndarray:
    size_px = max(1, size_px)  # a picture of a few pixels has no room for any
    edge = max(2, size_px // 12)
    font = _font(text, size_px)
    left, top, right, bottom = font.getbbox(text, stroke_width=edge)
    room = max(max_width_px, size_px)
    if right - left > room:
        size_px = max(8, int(size_px * room / (right - left)))
        edge = max(1, size_px // 12)
        font = _font(text, size_px)
        left, top, right, bottom = font.getbbox(text, stroke_width=edge)
    size = (int(np.ceil(right - left)), int(np.ceil(bottom - top)))
    covered, letters = Image.new("L", size), Image.new("L", size)
    ImageDraw.Draw(covered).text((-left, -top), text, font=font, fill=255, stroke_width=edge)
    ImageDraw.Draw(letters).text((-left, -top), text, font=font, fill=255)
    made = np.dstack([np.asarray(letters), np.asarray(covered)])
    made.setflags(write=False)
    return made


_small, _large = lru_cache(maxsize=512)(_made), lru_cache(maxsize=32)(_made)
