"""Files that claim to be larger than they are, and some that are larger than they look."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from scripts.bad_videos.writing import ANY, READ, REFUSED, BadVideo, patched, write

_MANY = b"\xff\xff\xff\xf0"
_BOMB_SIDE_PX = 8192
_BOMB_PICTURES = 20


def headers(folder: Path, address: str) -> Iterator[BadVideo]:
    whole = write(folder / "whole.mp4", container_options={"movflags": "+faststart"})
    size = struct.pack(">HH", 65_535, 65_535)
    # (what, box, bytes behind the box's name, what is written there)
    for name, what, box, at, new in (
        ("size.mp4", "pictures of 65,535 x 65,535", b"avc1", 24, size),
        ("samples.mp4", "4 thousand million samples", b"stsz", 8, _MANY),
        ("sample.mp4", "each sample of 4 GB", b"stsz", 4, _MANY),
        ("first.mp4", "a first sample of 4 GB", b"stsz", 12, _MANY),
        ("chunks.mp4", "4 thousand million chunks", b"stco", 4, _MANY),
        ("chunk.mp4", "a chunk beyond the end", b"stco", 8, _MANY),
        ("times.mp4", "4 thousand million times", b"stts", 4, _MANY),
        ("durations.mp4", "pictures of 2,000 years", b"stts", 12, _MANY),
        ("duration.mp4", "a length of 13 hours", b"mdhd", 16, _MANY),
        ("timescale.mp4", "no ticks in a second", b"mdhd", 12, bytes(4)),
        ("scale.mp4", "4 thousand million ticks in a second", b"mdhd", 12, _MANY),
        ("entries.mp4", "4 thousand million descriptions", b"stsd", 4, _MANY),
        ("index.mp4", "an index of 4 GB", b"moov", -8, _MANY),
        ("inner.mp4", "a track of 4 GB", b"trak", -8, _MANY),
        ("brand.mp4", "a first box of 4 GB", b"ftyp", -8, _MANY),
    ):
        yield BadVideo(patched(whole, folder / name, box, at, new), f"claims {what}", ANY)
    data = bytearray(whole.read_bytes())
    place = data.index(b"mdat") - 4
    data[place : place + 4] = struct.pack(">I", 1)
    data[place + 8 : place + 16] = struct.pack(">Q", 1 << 62)
    (folder / "mdat.mp4").write_bytes(data)
    yield BadVideo(folder / "mdat.mp4", "claims 4 million terabytes of pictures", ANY)
    yield BadVideo(_nested(folder / "nested.mp4"), "boxes in boxes, 20,000 deep", REFUSED)
    motion = write(folder / "motion.avi", codec="mjpeg", pix_fmt="yuvj420p", n=3)
    size = struct.pack(">HH", 65_500, 65_500)
    path = patched(motion, folder / "jpeg.avi", b"\xff\xc0", 3, size)
    yield BadVideo(path, "a JPEG that claims 4 thousand million pixels", ANY)
    frames = struct.pack("<I", 0xFFFF_FFF0)
    path = patched(motion, folder / "avi_frames.avi", b"avih", 4 + 16, frames)
    yield BadVideo(path, "an AVI that claims 4 thousand million pictures", ANY)
    matroska = write(folder / "whole.mkv", n=5)
    data = bytearray(matroska.read_bytes())
    place = data.index(b"\x18\x53\x80\x67") + 4
    data[place : place + 8] = b"\x01" + b"\xff" * 6 + b"\xfe"
    (folder / "segment.mkv").write_bytes(data)
    yield BadVideo(folder / "segment.mkv", "a Matroska that claims 70 million terabytes", ANY)


def _nested(path: Path) -> Path:
    depth = 20_000
    boxes = b"".join(struct.pack(">I4s", 8 * (depth - i), b"moov") for i in range(depth))
    path.write_bytes(struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + boxes)
    return path


def bombs(folder: Path, address: str) -> Iterator[BadVideo]:
    """Small files, large pictures: the same packet again and again."""
    black = np.zeros((_BOMB_SIDE_PX, _BOMB_SIDE_PX), np.uint8)
    yield BadVideo(
        _repeated(folder / "bomb.nut", black, _BOMB_PICTURES),
        f"{_BOMB_PICTURES} black pictures of 67 million pixels",
        READ,
    )
    wide = np.zeros((4, 60_000), np.uint8)
    yield BadVideo(_repeated(folder / "line.nut", wide, 3), "pictures of 60,000 x 4", ANY)
    huge = np.zeros((8300, 8300), np.uint8)
    path = _repeated(folder / "huge.nut", huge, 2)
    yield BadVideo(path, "pictures just beyond the limit", REFUSED)
    many = np.zeros((16, 16), np.uint8)
    yield BadVideo(_repeated(folder / "many.nut", many, 3000), "3,000 tiny pictures", READ)


def _repeated(path: Path, grey: np.ndarray, n: int) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("png", rate=30)
        stream.height, stream.width = grey.shape
        stream.pix_fmt = "gray"
        stream.codec_context.thread_count = 1
        packets = stream.encode(VideoFrame.from_ndarray(grey, format="gray"))
        packets += stream.encode(None)
        data = bytes(packets[0])
        for i in range(n):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, 30)
            packet.pts = packet.dts = i
            packet.is_keyframe = True
            out.mux_one(packet)
    return path
