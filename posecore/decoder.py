"""Reads a video file in a process of its own, with limits on its time, memory and length.

A decoder is a large program in C that is given whatever a stranger put into a file. Here it
works beside the program, not in it: should the file crash it, hang it or make it eat memory, that
costs this file and ends in a sentence. ``GuardedReader`` is used like ``video.VideoReader``.

The process is this module, run by the same Python: it writes messages to its standard output
(see ``_send``) and ends when its standard input does, so it never outlives the program.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from posecore.closing import Closing
from posecore.language import Text, words_of
from posecore.messages import (
    bytes_of,
    end_with_the_program,
    limit_memory,
    own_output,
    receive,
    send,
    sentence_of,
)
from posecore.parts import WHOLE, Part, parts_of
from posecore.video import MAX_SIDE_PX, SHORT_OF_MEMORY, VideoError, VideoInfo, VideoReader

_ROOT = Path(__file__).resolve().parent.parent

_INFO, _PARTS, _FRAME, _END, _PROBLEM = b"icfep"
_FRAME_HEAD = struct.Struct("<dII")  # seconds, height, width; then the RGB bytes

_AHEAD = 2  # frames that wait while the one before them is looked at


TOO_LONG = Text(
    "{file}: reading this file takes too long, so it was given up. It may be damaged, or larger "
    "than this computer can read: make a smaller copy of it."
)
BROKE_DOWN = Text(
    "{file}: the program that reads it broke down. The file may be damaged, or memory was short."
)


@dataclass(frozen=True)
class Limits:
    """What one file may cost.

    first_s       until the first picture; a gigabyte of rubbish is searched in less
    frame_s       until each other picture
    share_s       for each picture on the mean, beyond ``first_s``; 8K takes a fifth of it
    memory_bytes  of address space of the decoding process (where the system can limit it: Linux)
    max_frames    four and a half hours at 30 a second
    """

    first_s: float = 30.0
    frame_s: float = 30.0
    share_s: float = 1.0
    memory_bytes: int = 4 << 30
    max_frames: int = 500_000


LIMITS = Limits()


class GuardedReader(Closing):
    """As VideoReader, the decoding done by another process. Iterate ``frames()`` once.

    parts  look where the film can be cut; without, ``parts`` is all of it in one
    Raises VideoError where the file cannot be read, and where it goes beyond ``limits``.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        max_side_px: int = MAX_SIDE_PX,
        limits: Limits = LIMITS,
        parts: bool = False,
    ) -> None:
        self.path = Path(path)
        self.limits = limits
        self.cut_off_at_s: float | None = None
        self.parts: tuple[Part, ...] = (WHOLE,)
        self._waited_s = 0.0
        self._n_frames = 0
        asked = {"path": str(self.path.absolute()), "max_side_px": max_side_px, **asdict(limits)}
        asked["parts"] = parts
        self._process = subprocess.Popen(
            [sys.executable, "-m", "posecore.decoder", json.dumps(asked)],
            cwd=_ROOT,
            # One thread of its linear algebra, which it has no use for, would cost 30 MB each.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages: queue.Queue[tuple[int, bytes]] = queue.Queue(_AHEAD)
        self._closed = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            kind, content = self._next(limits.first_s)
            if kind != _INFO:
                raise self._broke_down()
            self.info = VideoInfo(**json.loads(content))
            if parts:
                kind, content = self._next(limits.first_s)
                if kind != _PARTS:
                    raise self._broke_down()
                self.parts = tuple(Part(**each) for each in json.loads(content))
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The decoding process, for who wants to watch it."""
        return self._process.pid

    def frames(self) -> Iterator[tuple[np.ndarray, float]]:
        """As VideoReader.frames."""
        while True:
            kind, content = self._next(self.limits.frame_s)
            if kind == _END:
                self.cut_off_at_s = json.loads(content)
                return
            if kind != _FRAME:
                raise self._broke_down()
            self._n_frames += 1
            if self._n_frames > self.limits.max_frames:
                raise too_many_frames(self.path, self.limits.max_frames)
            t_s, height, width = _FRAME_HEAD.unpack_from(content)
            pixels = np.frombuffer(content, np.uint8, offset=_FRAME_HEAD.size)
            if pixels.size != height * width * 3:
                raise self._broke_down()
            # A copy may be drawn on, which the bytes of a message may not.
            yield pixels.reshape(height, width, 3).copy(), t_s

    def close(self) -> None:
        """End the process. Again does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._process.kill()
        self._process.wait()
        while self._listener.is_alive():  # it may wait for room
            try:
                self._messages.get_nowait()
            except queue.Empty:
                self._listener.join(0.01)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _next(self, patience_s: float) -> tuple[int, bytes]:
        allowed_s = self.limits.first_s + self.limits.share_s * self._n_frames - self._waited_s
        began = time.monotonic()
        try:
            kind, content = self._messages.get(timeout=max(0.0, min(patience_s, allowed_s)))
        except queue.Empty:
            raise VideoError(Text(TOO_LONG, file=self.path.name)) from None
        finally:
            self._waited_s += time.monotonic() - began
        if kind == _PROBLEM:
            raise VideoError(sentence_of(content))
        return kind, content

    def _listen(self) -> None:
        """The listener's: hand over messages until the process ends. The last one has no kind."""
        stream = self._process.stdout
        assert stream is not None
        message = receive(stream)
        while message is not None and not self._closed.is_set():
            self._messages.put(message)
            message = receive(stream)
        self._messages.put((0, b""))

    def _broke_down(self) -> VideoError:
        return VideoError(Text(BROKE_DOWN, file=self.path.name))


def too_many_frames(path: Path, most: int) -> VideoError:
    return VideoError(
        Text(
            "{file}: this video has more than {max_frames} pictures. Cut it into shorter ones.",
            file=path.name,
            max_frames=most,
        )
    )


def guarded_frames(
    path: str | Path, *, max_side_px: int = MAX_SIDE_PX
) -> Iterator[tuple[np.ndarray, float]]:
    """As video.frames, from a GuardedReader."""
    with GuardedReader(path, max_side_px=max_side_px) as video:
        yield from video.frames()


def _serve(asked: dict[str, Any]) -> None:
    """The process's: read the file and send what was found."""
    out = own_output()
    threading.Thread(target=end_with_the_program, daemon=True).start()
    limit_memory(asked["memory_bytes"])
    path = Path(asked["path"])
    try:
        with VideoReader(path, max_side_px=asked["max_side_px"]) as video:
            send(out, _INFO, json.dumps(asdict(video.info)).encode())
            if asked["parts"]:
                parts = [asdict(part) for part in parts_of(video)]
                send(out, _PARTS, json.dumps(parts).encode())
            for rgb, t_s in video.frames():
                height, width = rgb.shape[:2]
                send(out, _FRAME, _FRAME_HEAD.pack(t_s, height, width), rgb.data)
            send(out, _END, json.dumps(video.cut_off_at_s).encode())
    except VideoError as error:
        send(out, _PROBLEM, bytes_of(words_of(error)))
    except MemoryError:
        send(out, _PROBLEM, bytes_of(Text(SHORT_OF_MEMORY, file=path.name)))


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
