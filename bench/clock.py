"""A clock drawn into a film: a strip of black and white squares that tells each frame's number.

The app sends the picture on with the squares in it, so that a browser can tell, at one moment,
which frame its camera shows and which one has come back with the skeleton on it.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from bench.rendered.clip import make_clip
from bench.rendered.plan import Ranges, draw_plan

BITS = 9
SQUARES = BITS + 2  # a white one begins and a black one ends: which end is left tells a mirror
HEIGHT_PX = 26
SIZE = (640, 480)
FPS = 30

READ_JS = """
(video) => {
    const [squares, height, of] = SIZES;
    if (!video.videoWidth) return null;
    const high = Math.ceil(height * video.videoHeight / of);
    const wide = video.videoWidth, light = [];
    const drawn = video.pcStrip ??=
        new OffscreenCanvas(wide, 1).getContext("2d", { willReadFrequently: true });
    drawn.drawImage(video, 0, Math.floor(high / 2), wide, 1, 0, 0, wide, 1);
    const row = drawn.getImageData(0, 0, wide, 1).data;
    for (let i = 0; i < squares; i++) {
        const p = 4 * Math.floor((i + .5) * wide / squares);
        light.push(row[p] + row[p + 1] + row[p + 2] > 384);
    }
    if (!light[0]) light.reverse();
    if (!light[0] || light[squares - 1]) return null;
    return light.slice(1, -1).reduce((number, bit) => 2 * number + bit, 0);
}
""".replace("SIZES", str([SQUARES, HEIGHT_PX, SIZE[1]]))
"""JavaScript: a <video> -> the number on its picture, or null where none can be read."""


def paint(rgb: np.ndarray, number: int) -> None:
    """Write ``number`` onto the top of (h, w, 3) uint8 ``rgb``."""
    bits = [int(bit) for bit in f"{number:0{BITS}b}"]
    if len(bits) > BITS:
        raise ValueError(f"expected a number under {2**BITS}, got {number}")
    edges = np.linspace(0, rgb.shape[1], SQUARES + 1).astype(int)
    for start, end, white in zip(edges, edges[1:], [1, *bits, 0], strict=False):
        rgb[:HEIGHT_PX, start:end] = 255 * white


def make_film(path: Path) -> int:
    """Squats with the clock, as raw video for Chromium's camera; returns how many frames."""
    ranges = Ranges(sizes=(SIZE,), fps=(FPS,), azimuths_deg=((40, 50),), below=(0.05, 0.05))
    drawn = path.with_suffix(".mp4")
    if not drawn.exists():
        make_clip(draw_plan("squat", 7, ranges), drawn, crf=20)
    n = 0
    with av.open(str(drawn)) as clip, av.open(str(path), "w", format="yuv4mpegpipe") as raw:
        target = raw.add_stream("wrapped_avframe", rate=FPS)
        target.width, target.height, target.pix_fmt = *SIZE, "yuv420p"
        for decoded in clip.decode(video=0):
            rgb = decoded.to_ndarray(format="rgb24")
            paint(rgb, n)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            raw.mux(target.encode(frame))
            n += 1
        raw.mux(target.encode(None))
    return n
