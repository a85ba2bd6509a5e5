"""Small video and sound files made on the spot, for tests of what reads them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

CLIPS = Path(__file__).parent / "clips"
_TICKS_PER_S = 1000


def corners(width: int, height: int) -> np.ndarray:
    """A dark picture with a red patch at its top left and a blue one at its top right."""
    rgb = np.full((height, width, 3), 40, np.uint8)
    h, w = height // 4, width // 4
    rgb[:h, :w] = (250, 20, 20)
    rgb[:h, -w:] = (20, 20, 250)
    return rgb


def record(
    path: Path,
    times_s: Sequence[float],
    *,
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
    aspect: Fraction | None = None,
    sound_s: float | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A video of ``corners``, each frame shown at its time; with ``sound_s`` seconds of silence."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        if codec != "mpeg4":
            stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        sound = container.add_stream("aac", rate=16000) if sound_s is not None else None
        base = stream.codec_context.time_base or Fraction(1, 30)
        for t_s in times_s:
            frame = VideoFrame.from_ndarray(corners(*size), format="rgb24")
            frame.pts, frame.time_base = round(t_s / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _silence(container, sound, sound_s or 0.0)
    return path


def record_sound(path: Path, seconds: float) -> Path:
    with av.open(str(path), "w") as container:
        _silence(container, container.add_stream("aac", rate=16000), seconds)
    return path


def turned(source: Path, path: Path, clockwise_deg: int) -> Path:
    """The same MP4 with the note, as phones write it, to show it turned clockwise."""
    data = bytearray(source.read_bytes())
    header = data.index(b"tkhd")
    at = header + (44 if data[header + 4] == 0 else 56)  # after the times, by the box's version
    one, whole = 1 << 16, 1 << 30
    matrix = {
        90: (0, one, 0, -one, 0, 0, 0, 0, whole),
        180: (-one, 0, 0, 0, -one, 0, 0, 0, whole),
        270: (0, -one, 0, one, 0, 0, 0, 0, whole),
    }[clockwise_deg]
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
    return path


def cut(source: Path, path: Path, share: float) -> Path:
    """The first ``share`` of the file's bytes."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def _silence(
    container: av.container.OutputContainer, sound: av.AudioStream, seconds: float
) -> None:
    n = 1024
    for i in range(int(seconds * 16000 / n)):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, n), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 16000, i * n
        container.mux(sound.encode(frame))
    container.mux(sound.encode(None))
