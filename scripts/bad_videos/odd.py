"""Files that are in order, and unlike what a phone writes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from scripts.bad_videos.writing import ANY, READ, BadVideo, patched, retimed, write

_EACH_BY_ITSELF: dict[str, Any] = {"codec": "png", "pix_fmt": "rgb24"}
_ENOUGH = 5  # pictures where only the first one matters


def sizes(folder: Path, address: str) -> Iterator[BadVideo]:
    for width, height in ((1, 1), (2, 2), (1, 480), (640, 1), (15, 4000), (4000, 15), (641, 479)):
        path = write(
            folder / f"{width}x{height}.nut", size=(width, height), n=_ENOUGH, **_EACH_BY_ITSELF
        )
        yield BadVideo(path, f"pictures of {width} x {height}", READ)
    path = write(folder / "8k.mp4", size=(7680, 4320), n=2)
    yield BadVideo(path, "two pictures in 8K", READ)
    path = write(
        folder / "8k_motion.avi", codec="mjpeg", size=(7680, 4320), n=2, pix_fmt="yuvj420p"
    )
    yield BadVideo(path, "two pictures in 8K, each by itself", READ)
    yield BadVideo(write(folder / "one.mp4", n=1), "a single picture", READ)
    yield BadVideo(write(folder / "two.mp4", n=2), "two pictures", READ)
    yield BadVideo(_growing(folder), "a size that changes on the way", READ)


def _growing(folder: Path) -> Path:
    small = write(folder / "small.ts", size=(160, 120))
    large = write(folder / "large.ts", size=(320, 480))
    path = folder / "growing.ts"
    path.write_bytes(small.read_bytes() + large.read_bytes())
    return path


def times(folder: Path, address: str) -> Iterator[BadVideo]:
    yield BadVideo(write(folder / "1fps.mp4", rate=1, n=6), "1 picture a second", READ)
    yield BadVideo(write(folder / "240fps.mp4", rate=240, n=30), "240 pictures a second", READ)
    path = write(folder / "tenth.mkv", rate=Fraction(1, 10), n=4)
    yield BadVideo(path, "a picture every ten seconds", READ)
    fast = write(folder / "100000fps.nut", rate=100_000, n=15, **_EACH_BY_ITSELF)
    yield BadVideo(fast, "100,000 pictures a second", READ)
    uneven = [0.0, 0.01, 0.5, 0.51, 2.0, 2.02, 2.04, 7.0, 7.01, 7.5, 8.0, 8.1, 8.2, 8.3, 8.4]
    yield BadVideo(write(folder / "uneven.mkv", times_s=uneven), "a rate that varies", READ)
    whole = write(folder / "whole.mkv", codec="mjpeg", pix_fmt="yuvj420p", n=15)
    steady = [i / 15 for i in range(15)]
    odd = {
        "backwards": list(reversed(steady)),
        "shuffled": [steady[i * 7 % 15] for i in range(15)],
        "all the same": [1.0] * 15,
        "below zero": [t_s - 5.0 for t_s in steady],
        "back by 30 s": [t_s - (0 if i < 8 else 30) for i, t_s in enumerate(steady)],
    }
    for what, times_s in odd.items():
        path = folder / f"{what.replace(' ', '_')}.mkv"
        yield BadVideo(retimed(whole, path, times_s), f"times: {what}", READ)
    for what, jump_s in (("30 hours", 108_000), ("60 years", 1_900_000_000)):
        later = [t_s + (0 if i < 8 else jump_s) for i, t_s in enumerate(steady)]
        path = write(folder / f"{jump_s}.nut", times_s=later, **_EACH_BY_ITSELF)
        yield BadVideo(path, f"times: a jump by {what}", READ)
    bare = write(folder / "bare.h264", container="h264")
    yield BadVideo(bare, "a bare stream, which has no times", READ)
    broken = folder / "joined.ts"
    parts = [write(folder / f"part{i}.ts", n=10).read_bytes() for i in (1, 2)]
    broken.write_bytes(b"".join(parts))
    yield BadVideo(broken, "two files joined: the times begin again", READ)


def shown_otherwise(folder: Path, address: str) -> Iterator[BadVideo]:
    flat = write(folder / "flat.mp4")
    one, whole = 1 << 16, 1 << 30
    matrices = {
        "turned by 90": (0, one, 0, -one, 0, 0, 0, 0, whole),
        "turned by 180": (-one, 0, 0, 0, -one, 0, 0, 0, whole),
        "turned by 270": (0, -one, 0, one, 0, 0, 0, 0, whole),
        "turned by 45": (46341, 46341, 0, -46341, 46341, 0, 0, 0, whole),
        "mirrored": (-one, 0, 0, 0, one, 0, 0, 0, whole),
        "squeezed to nothing": (0, 0, 0, 0, 0, 0, 0, 0, 0),
        "by the largest numbers": (2**31 - 1,) * 9,
    }
    version = flat.read_bytes()[flat.read_bytes().index(b"tkhd") + 4]
    for what, matrix in matrices.items():
        path = folder / f"{what.replace(' ', '_')}.mp4"
        at = 40 if version == 0 else 52
        yield BadVideo(patched(flat, path, b"tkhd", at, struct.pack(">9i", *matrix)), what, READ)
    for wide, high in ((2, 1), (3, 8), (1000, 1), (1, 1000)):
        path = write(folder / f"pixels_{wide}_{high}.mp4", aspect=Fraction(wide, high))
        yield BadVideo(path, f"pixels of {wide} to {high}", READ)


def kinds(folder: Path, address: str) -> Iterator[BadVideo]:
    """HDR, ten bits, interlaced, transparent, grey, palettes."""
    hdr = {"color_primaries": 9, "color_trc": 16, "colorspace": 9}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("10bit.mp4", "ten bits (H.265)", {"codec": "libx265", "pix_fmt": "yuv420p10le"}),
        ("hdr.mp4", "HDR (H.265, PQ)", {"codec": "libx265", "pix_fmt": "yuv420p10le", **hdr}),
        ("hlg.mkv", "HDR (VP9, HLG)",
         {"codec": "libvpx-vp9", "pix_fmt": "yuv420p10le", "options": {"profile": "2"},
          **(hdr | {"color_trc": 18})}),
        ("h264_10.mp4", "ten bits (H.264)", {"pix_fmt": "yuv420p10le"}),
        ("444.mp4", "no chroma subsampling", {"pix_fmt": "yuv444p"}),
        ("prores.mov", "ten bits (ProRes)", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
        ("prores_alpha.mov", "alpha (ProRes)", {"codec": "prores_ks", "pix_fmt": "yuva444p10le"}),
        ("16bit.mkv", "sixteen bits", {"codec": "ffv1", "pix_fmt": "gray16le"}),
        ("grey.mkv", "grey", {"codec": "ffv1", "pix_fmt": "gray"}),
        ("interlaced.mpg", "interlaced (MPEG-2)",
         {"codec": "mpeg2video", "rate": 25, "options": {"flags": "+ilme+ildct"}}),
        ("interlaced.mp4", "interlaced (H.264)", {"options": {"flags": "+ilme+ildct"}}),
        ("alpha.webm", "alpha (VP9)", {"codec": "libvpx-vp9", "pix_fmt": "yuva420p"}),
        ("alpha_png.mov", "alpha (PNG)", {"codec": "png", "pix_fmt": "rgba"}),
        ("alpha.mov", "alpha (QuickTime)", {"codec": "qtrle", "pix_fmt": "argb"}),
        ("moving.gif", "GIF", {"codec": "gif", "pix_fmt": "rgb8"}),
        ("palette.avi", "a palette", {"codec": "msrle", "pix_fmt": "pal8"}),
        ("float.mkv", "numbers with a point", {"codec": "ffv1", "pix_fmt": "gbrpf32le"}),
        ("planes.mkv", "planes of red, green and blue", {"codec": "ffv1", "pix_fmt": "gbrp16le"}),
        ("key.mp4", "one whole picture, then changes only", {"options": {"g": "9999"}}),
    ]  # fmt: skip
    for name, what, how in asked:
        yield _tried(folder / name, what, ANY if name == "float.mkv" else READ, n=_ENOUGH, **how)


def codecs(folder: Path, address: str) -> Iterator[BadVideo]:
    """A file by every encoder of pictures that this FFmpeg has and can use without a device."""
    for name in sorted(av.codecs_available):
        try:
            codec = av.codec.Codec(name, "w")
        except (av.codec.codec.UnknownCodecError, ValueError):
            continue
        if codec.name != name:  # another name of one that comes by itself
            continue
        if codec.type != "video" or codec.capabilities & _NEEDS_A_DEVICE or name in _NO_CODEC:
            continue
        yield _in_some_container(folder, name)


_NEEDS_A_DEVICE = (1 << 18) | (1 << 19)  # AV_CODEC_CAP_HARDWARE, AV_CODEC_CAP_HYBRID
_NO_CODEC = ("wrapped_avframe", "a64multi", "a64multi5", "vnull", "rawvideo_alias")
_CONTAINERS = ("matroska", "nut", "avi", "mov", "mxf", "dv", "gif", "ivf", "ogg", "asf")
_SIZES = ((176, 144), (720, 576), (1920, 1080), (256, 256))


def _in_some_container(folder: Path, codec: str) -> BadVideo:
    reason = "no container takes it"
    for size in _SIZES:
        for container in _CONTAINERS:
            made = _tried(folder / f"{codec}.{container}", f"codec {codec} in {container}", ANY,
                          codec=codec, container=container, size=size, n=_ENOUGH, rate=25,
                          pix_fmt=None)  # fmt: skip
            if made.reason is None:
                return made
            reason = made.reason
    return BadVideo(folder / codec, f"codec {codec}", ANY, reason)


def _tried(path: Path, what: str, ends: str, **how: Any) -> BadVideo:
    """What this computer's FFmpeg cannot write is noted, not raised."""
    try:
        write(path, **how)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        path.unlink(missing_ok=True)
        return BadVideo(path, what, ends, f"{type(error).__name__}: {error}"[:100])
    if path.stat().st_size == 0:
        return BadVideo(path, what, ends, "an empty file")
    return BadVideo(path, what, ends)
