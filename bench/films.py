"""Long films made of short clips, for measurements that need one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import av

from posecore.video import VideoReader
from posecore.video_writer import AnnotatedWriter

CLIPS = Path(__file__).resolve().parents[1] / "tests" / "clips"


def clips_of_one_size(folder: Path = CLIPS) -> list[Path]:
    """Those of the commonest size, so that they can follow each other in one film."""
    sizes: dict[Path, tuple[int, int]] = {}
    for path in sorted(folder.glob("*.mp4")):
        with VideoReader(path) as video:
            sizes[path] = (video.info.width, video.info.height)
    ((commonest, _),) = Counter(sizes.values()).most_common(1)
    return [path for path, size in sizes.items() if size == commonest]


def joined(clips: Sequence[Path], path: Path) -> Path:
    """One film of all clips, one after another, each at its own pace."""
    writer: AnnotatedWriter | None = None
    begins_s = 0.0
    try:
        for clip in clips:
            with VideoReader(clip) as video:
                at_s, step_s = 0.0, 1.0 / (video.info.fps or 30.0)
                for rgb, t_s in video.frames():
                    if writer is None:
                        size = (rgb.shape[1], rgb.shape[0])
                        writer = AnnotatedWriter(path, size, video.info.fps or 30.0)
                    at_s = t_s
                    writer.write(rgb, begins_s + t_s)
                begins_s += at_s + step_s
    except BaseException:
        if writer is not None:
            writer.discard()
        raise
    if writer is not None:
        writer.close()
    return path


def looped(film: Path, path: Path, film_s: float) -> Path:
    """The same film again and again until it is so long; nothing is encoded anew."""
    with av.open(str(path), "w") as out:
        made = None
        offset, at_s = 0, 0.0
        while at_s < film_s:
            with av.open(str(film)) as source:
                stream = source.streams.video[0]
                if stream.time_base is None or not stream.duration:
                    raise ValueError(f"{film.name} does not say how long it is")
                made = made or out.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    packet.stream = made
                    out.mux(packet)
                offset += stream.duration
                at_s = float(offset * stream.time_base)
    return path
