"""How the files are written: pictures of the squat clip, in any container and codec."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

CLIP = Path(__file__).resolve().parents[2] / "tests" / "clips" / "squat_45_2.mp4"

READ, REFUSED, ANY = "read", "refused", "any"
_TICKS_PER_S = 90_000


@dataclass(frozen=True)
class BadVideo:
    """One file: what it is, how reading it ends, and the reason where it could not be made."""

    path: Path
    what: str
    ends: str
    reason: str | None = None


@cache
def pictures(width: int, height: int, n: int) -> tuple[np.ndarray, ...]:
    """The first ``n`` pictures of the clip, scaled."""
    found: list[np.ndarray] = []
    with av.open(str(CLIP)) as clip:
        for frame in clip.decode(video=0):
            found.append(frame.reformat(width=width, height=height, format="rgb24").to_ndarray())
            if len(found) == n:
                break
    return tuple(found)


def write(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (160, 120),
    n: int = 15,
    rate: Fraction | int = 15,
    times_s: Sequence[float] | None = None,
    pix_fmt: str | None = "yuv420p",
    options: dict[str, str] | None = None,
    container: str | None = None,
    container_options: dict[str, str] | None = None,
    aspect: Fraction | None = None,
    sound_s: float = 0.0,
    **colour: Any,
) -> Path:
    """A file of ``n`` pictures; ``colour`` are attributes of the encoder, set by name."""
    # A rate that the encoder knows is its time base too; times of their own need a finer one.
    base = Fraction(1, _TICKS_PER_S) if times_s is not None else 1 / Fraction(rate)
    with av.open(str(path), "w", format=container, options=container_options or {}) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        if pix_fmt is None:
            formats = stream.codec_context.codec.video_formats
            pix_fmt = formats[0].name if formats else "yuv420p"
        stream.pix_fmt = pix_fmt
        fast = {"preset": "ultrafast"} if codec.startswith("libx26") else {}
        quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
        stream.options = fast | quiet | (options or {})
        if times_s is not None:
            stream.time_base = stream.codec_context.time_base = base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for name, value in colour.items():
            setattr(stream.codec_context, name, value)
        sound = out.add_stream("aac", rate=16000) if sound_s else None
        for i, rgb in enumerate(pictures(*size, n)):
            frame = VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts = i if times_s is None else round(times_s[i] / base)
            frame.time_base = base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound is not None:
            silence(out, sound, sound_s)
    return path


def silence(out: Any, sound: Any, seconds: float) -> None:
    for i in range(int(seconds * 16000 / 1024)):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 16000, i * 1024
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def retimed(source: Path, path: Path, times_s: Sequence[float]) -> Path:
    """A Matroska file whose pictures have other times, in an order that no program would write.

    times_s  at most 32 s from the first; that is what a block can say
    """
    with av.open(str(source)) as whole:
        packets = [bytes(packet) for packet in whole.demux(video=0) if packet.size]
    data = bytearray(source.read_bytes())
    place = 0
    for packet, t_s in zip(packets, times_s, strict=True):
        place = data.index(packet, place)
        data[place - 3 : place - 1] = struct.pack(">h", round(t_s * 1000))
        place += len(packet)
    path.write_bytes(data)
    return path


def patched(source: Path, path: Path, mark: bytes, at: int, new: bytes) -> Path:
    """The same file with ``new`` written ``at`` bytes after the end of ``mark``."""
    data = bytearray(source.read_bytes())
    place = data.index(mark) + len(mark) + at
    data[place : place + len(new)] = new
    path.write_bytes(data)
    return path
