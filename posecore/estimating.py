"""The process that estimates poses of parts of films, one part after another: see posecore.crew.

Run as ``python -m posecore.estimating`` by the same Python. It reads requests from its standard
input, one line each, and writes messages (``posecore.messages``) to its standard output. As a
decoder it reads strangers' files, so it has a limit on its memory, and whoever asks watches the
time; as a decoder it ends with the program.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from posecore.decoder import LIMITS
from posecore.estimate import PoseEstimator
from posecore.heaps import keep_heaps_few
from posecore.landmarks import N_LANDMARKS
from posecore.language import Text, words_of
from posecore.messages import bytes_of, limit_memory, own_output, send
from posecore.parts import Part, parts_of
from posecore.types import Pose
from posecore.video import SHORT_OF_MEMORY, VideoError, VideoReader

READY, INFO, PARTS, POSES, END, PROBLEM = b"ricsep"
LAST = frozenset((PARTS, END, PROBLEM))
"""After one of these the process waits for the next request."""

BATCH = 8  # frames of a message; the one who waits shows how far it is, and can be stopped

_LARGE_BYTES = 2**15
"""Each part of a film has its estimator begin anew: what lay in the heap would leave gaps in it.
Over 120 beginnings a process went from 251 to 296 MB with blocks from 2**19 bytes given back at
once, to 277 with 2**17, to 267 with 2**15, which costs a hundredth more time."""

_HEAD = struct.Struct("<III")  # frames, width, height; then the arrays
_A_POSE = N_LANDMARKS * (3 + 3 + 1)  # numbers


def packed(poses: list[tuple[float, Pose | None]], size_px: tuple[int, int]) -> tuple[Any, ...]:
    """Parts of a message; landmarks as the estimator makes them, in single precision."""
    found = [pose for _, pose in poses if pose is not None]
    rows = np.empty((len(found), _A_POSE), np.float32)
    for row, pose in zip(rows, found):
        row[:] = np.concatenate((pose.image.ravel(), pose.world.ravel(), pose.visibility))
    return (
        _HEAD.pack(len(poses), *size_px),
        np.array([t_s for t_s, _ in poses], np.float64).tobytes(),
        bytes(pose is not None for _, pose in poses),
        rows.tobytes(),
    )


def last_time_s(content: bytes) -> float | None:
    """Of the frames of a message of poses; None where there is none."""
    if len(content) < _HEAD.size:
        return None
    n, _, _ = _HEAD.unpack_from(content)
    place = _HEAD.size + 8 * (n - 1)
    if n == 0 or len(content) < place + 8:
        return None
    return float(np.frombuffer(content, np.float64, 1, place)[0])


def unpacked(content: bytes) -> list[tuple[float, Pose | None]]:
    """Times and poses of a message. Raises ValueError where it is none."""
    if len(content) < _HEAD.size:
        raise ValueError("expected a message of poses, got too few bytes")
    n, width, height = _HEAD.unpack_from(content)
    place = _HEAD.size + 8 * n
    found = content[place : place + n]
    if len(content) != place + n + 4 * _A_POSE * sum(found):
        raise ValueError(f"expected {n} poses, got {len(content)} bytes")
    times_s = np.frombuffer(content, np.float64, n, _HEAD.size).tolist()
    rows = iter(np.frombuffer(content, np.float32, offset=place + n).reshape(-1, _A_POSE))
    poses: list[tuple[float, Pose | None]] = []
    for t_s, seen in zip(times_s, found, strict=True):
        if not seen:
            poses.append((t_s, None))
            continue
        row = next(rows).astype(float)
        image, world = row[: 6 * N_LANDMARKS].reshape(2, N_LANDMARKS, 3)
        poses.append((t_s, Pose(t_s, image, world, row[6 * N_LANDMARKS :], (width, height))))
    return poses


class _Estimating:
    """Answers requests; the film of the last one stays open."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._video: VideoReader | None = None
        self._asked: tuple[str, int] | None = None
        self._read = False
        self._estimator = PoseEstimator()
        self._estimator.estimate(np.zeros((480, 640, 3), np.uint8), 0.0)  # loads the model

    def answer(self, request: dict[str, Any]) -> None:
        path = Path(request["path"])
        try:
            part = None if request["part"] is None else Part(**request["part"])
            video = self._opened(path, request["max_side_px"], part)
            if part is None:
                send(self._out, INFO, json.dumps(asdict(video.info)).encode())
                parts = [asdict(part) for part in parts_of(video)]
                send(self._out, PARTS, json.dumps(parts).encode())
            else:
                self._estimate(video, part)
                send(self._out, END, json.dumps(video.cut_off_at_s).encode())
        except VideoError as error:
            send(self._out, PROBLEM, bytes_of(words_of(error)))
        except MemoryError:
            send(self._out, PROBLEM, bytes_of(Text(SHORT_OF_MEMORY, file=path.name)))

    def _opened(self, path: Path, max_side_px: int, part: Part | None) -> VideoReader:
        """Of the last film the same reader, which has to be new for a film's beginning."""
        asked = (str(path), max_side_px)
        first = part is not None and part.warm_s <= 0.0
        if self._video is not None and (
            part is None or asked != self._asked or (first and self._read)
        ):
            self._video.close()
            self._video = None
        if self._video is None:
            self._video, self._asked = VideoReader(path, max_side_px=max_side_px, threads=1), asked
        self._read = part is not None
        return self._video

    def _estimate(self, video: VideoReader, part: Part) -> None:
        self._estimator.reset()
        batch: list[tuple[float, Pose | None]] = []
        size_px = (0, 0)
        for rgb, t_s in video.frames(part.warm_s):
            if t_s >= part.until_s:
                break
            pose = self._estimator.estimate(rgb, t_s)
            size_px = (rgb.shape[1], rgb.shape[0])
            if t_s >= part.from_s:
                batch.append((t_s, pose))
            if len(batch) == BATCH:
                send(self._out, POSES, *packed(batch, size_px))
                batch = []
        if batch:
            send(self._out, POSES, *packed(batch, size_px))


def _requests() -> queue.SimpleQueue[str]:
    """What is asked, read by a thread, so that the program's end is noticed at any moment."""
    asked: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            asked.put(line)
        os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    return asked


def _address_space() -> int:
    """Bytes that this process has mapped; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[0]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def _serve() -> None:
    keep_heaps_few(_LARGE_BYTES)
    out = own_output()
    asked = _requests()
    estimating = _Estimating(out)
    # The estimator maps more than a gigabyte, of which it uses a part: the films' share is as
    # large as a decoder's.
    limit_memory(_address_space() + LIMITS.memory_bytes)
    send(out, READY)
    while True:
        estimating.answer(json.loads(asked.get()))


if __name__ == "__main__":
    _serve()
