"""Files that broke on the way, or never were a video."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from scripts.bad_videos.writing import ANY, READ, REFUSED, BadVideo, silence, write

_SHARES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
_BYTES = (1, 4, 8, 20, 40, 200)
_FLIPS_EACH = 8
_FLIPPED_SHARE = 0.002


def _whole(folder: Path) -> Iterator[Path]:
    """One file of each kind of container, as it should be."""
    sound = {"sound_s": 1.0}
    front = {"movflags": "+faststart"}
    pieces = {"movflags": "+frag_keyframe+empty_moov"}
    yield write(folder / "front.mp4", container_options=front, **sound)
    yield write(folder / "back.mp4", **sound)
    yield write(folder / "pieces.mp4", container_options=pieces, options={"g": "5"})
    yield write(folder / "whole.mkv", **sound)
    yield write(folder / "whole.webm", codec="libvpx")
    yield write(folder / "whole.avi", codec="mpeg4")
    yield write(folder / "whole.ts")
    yield write(folder / "whole.mpg", codec="mpeg2video", rate=25)
    yield write(folder / "whole.flv", codec="flv")
    yield write(folder / "whole.gif", codec="gif", pix_fmt="rgb8")


def truncated(folder: Path, address: str) -> Iterator[BadVideo]:
    for whole in _whole(folder):
        data = whole.read_bytes()
        yield BadVideo(whole, f"{whole.name} as it should be", READ)
        places = [*_BYTES, *(int(len(data) * share) for share in _SHARES), len(data) - 1]
        for place in places:
            path = folder / f"{whole.stem}_{place}{whole.suffix}"
            path.write_bytes(data[:place])
            yield BadVideo(path, f"{whole.name} without all beyond byte {place}", ANY)
        path = folder / f"{whole.stem}_beheaded{whole.suffix}"
        path.write_bytes(data[len(data) // 3 :])
        yield BadVideo(path, f"{whole.name} without its first third", ANY)


def flipped(folder: Path, address: str) -> Iterator[BadVideo]:
    rng = np.random.default_rng(8)
    for whole in _whole(folder):
        data = np.frombuffer(whole.read_bytes(), np.uint8)
        for number in range(_FLIPS_EACH):
            bad = data.copy()
            # Every other one in the first part only, where the headers are.
            reach = len(bad) if number % 2 else min(len(bad), 600)
            hit = rng.integers(0, reach, max(2, int(reach * _FLIPPED_SHARE)))
            bad[hit] = rng.integers(0, 256, len(hit))
            path = folder / f"{whole.stem}_flipped{number}{whole.suffix}"
            path.write_bytes(bad.tobytes())
            yield BadVideo(path, f"{whole.name} with {len(hit)} wrong bytes", ANY)


def no_video(folder: Path, address: str) -> Iterator[BadVideo]:
    def holding(name: str, data: bytes, what: str) -> BadVideo:
        (folder / name).write_bytes(data)
        return BadVideo(folder / name, what, REFUSED)

    yield holding("empty.mp4", b"", "a file of no bytes")
    yield holding("zeros.mp4", bytes(100_000), "zero bytes only")
    noise = np.random.default_rng(1).integers(0, 256, 100_000, np.uint8).tobytes()
    yield holding("noise.mp4", noise, "random bytes")
    yield holding("noise.avi", b"RIFF" + noise, "random bytes behind the mark of an AVI")
    yield holding("noise.mkv", b"\x1aE\xdf\xa3" + noise, "random bytes behind the mark of Matroska")
    yield holding("text.mp4", b"three sets of squats\n" * 500, "text")
    with av.open(str(folder / "sound.m4a"), "w") as out:
        silence(out, out.add_stream("aac", rate=16000), 1.0)
    yield BadVideo(folder / "sound.m4a", "sound alone", REFUSED)
    titles = folder / "titles.mkv"
    srt = folder / "titles.srt"
    srt.write_text("1\n00:00:00,000 --> 00:00:01,000\nGo lower\n", encoding="utf-8")
    with av.open(str(srt)) as source, av.open(str(titles), "w") as out:
        stream = out.add_stream_from_template(source.streams.subtitles[0])
        for packet in source.demux():
            if packet.size:
                packet.stream = stream
                out.mux_one(packet)
    yield BadVideo(titles, "subtitles alone", REFUSED)
    with av.open(str(folder / "nothing.mov"), "w") as out:
        stream = out.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        out.start_encoding()
    yield BadVideo(folder / "nothing.mov", "a video track without a picture", REFUSED)


def wrong_extension(folder: Path, address: str) -> Iterator[BadVideo]:
    from PIL import Image

    yield BadVideo(write(folder / "mkv.mp4", container="matroska"), "Matroska called MP4", READ)
    yield BadVideo(write(folder / "mp4.avi", container="mp4"), "MP4 called AVI", READ)
    yield BadVideo(write(folder / "mp4.txt", container="mp4"), "MP4 called text", READ)
    yield BadVideo(write(folder / "none", container="mp4"), "MP4 without an ending", READ)
    for kind in ("jpeg", "png", "bmp", "tiff", "webp"):
        path = folder / f"{kind}.mp4"
        Image.new("RGB", (64, 48), "red").save(path, kind)
        yield BadVideo(path, f"a still picture ({kind}) called MP4", REFUSED)
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as packed:
        packed.writestr("clip.mp4", (folder / "mp4.avi").read_bytes())
    others = {
        "zip.mp4": inside.getvalue(),
        "gzip.mp4": gzip.compress((folder / "mp4.avi").read_bytes(), mtime=0),
        "page.mp4": b"<html><video src='clip.mp4'></html>",
        "program.mov": b"#!/bin/sh\ntouch pwned\n",
        "document.mkv": b"%PDF-1.7\n" + bytes(2000),
        "drawing.mp4": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='a.png'/></svg>",
        "library.mp4": b"\x7fELF" + bytes(4000),
    }
    for name, data in others.items():
        (folder / name).write_bytes(data)
        yield BadVideo(folder / name, f"{name.partition('.')[0]} with a video's ending", REFUSED)
