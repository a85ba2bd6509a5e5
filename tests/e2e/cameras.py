"""What a test's camera shows: clips of tests/clips one after another, slowed, darkened or close up.

Chromium's fake camera plays a raw video in a loop. All is made from clips of people who are drawn;
hand_raise.mp4 is one of bench/rendered's who stands, raises the right hand and lowers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

CLIPS = Path(__file__).resolve().parents[1] / "clips"
FPS = 15

Change = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Part:
    """One clip, each of its pictures shown ``times`` times and changed.

    still_s   how long the first picture stands before
    only_s    only the clip's beginning: with 0 nothing but its first picture
    """

    clip: str
    times: int = 1
    still_s: float = 0.0
    only_s: float | None = None
    change: Change | None = None

    def pictures(self) -> Iterator[np.ndarray]:
        with av.open(str(CLIPS / self.clip)) as clip:
            stream = clip.streams.video[0]
            for number, frame in enumerate(clip.decode(stream)):
                picture = frame.to_ndarray(format="rgb24")
                picture = picture if self.change is None else self.change(picture)
                if number == 0:
                    yield from [picture] * round(self.still_s * FPS)
                if self.only_s is not None and number >= self.only_s * float(stream.average_rate):
                    return
                yield from [picture] * self.times


def dark(picture: np.ndarray) -> np.ndarray:
    return (picture * 0.08).astype(np.uint8)


def close(picture: np.ndarray) -> np.ndarray:
    """The middle upper quarter, as large as the whole: head and trunk, no legs."""
    height, width = picture.shape[:2]
    top, left = height // 5, width // 4
    part = picture[top : top + height // 2, left : left + width // 2]
    return part.repeat(2, axis=0).repeat(2, axis=1)


def show(path: Path, parts: Iterable[Part]) -> Path:
    """Writes the camera's raw video of 640 x 480."""
    with av.open(str(path), "w", format="yuv4mpegpipe") as raw:
        target = raw.add_stream("wrapped_avframe", rate=FPS)
        target.width, target.height, target.pix_fmt = 640, 480, "yuv420p"
        number = 0
        for part in parts:
            for picture in part.pictures():
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
                frame = frame.reformat(format="yuv420p")
                frame.pts, frame.time_base = number, 1 / target.average_rate
                raw.mux(target.encode(frame))
                number += 1
        raw.mux(target.encode(None))
    return path
