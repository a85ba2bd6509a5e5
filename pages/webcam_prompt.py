"""A camera's picture without the waits of its libraries, each as long as a picture.

aiortc hands a picture on when the next one begins to arrive, streamlit-webrtc the answer to it when
another has come, and the last answer again while there is no newer one. Here each goes on as soon
as it is there, and once: a tenth of a second earlier, and a busy computer encodes nothing twice.
Nothing waits in line: what is older than the newest is passed over, on the way in and back.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from contextlib import suppress
from itertools import count, takewhile
from typing import Protocol

import aiortc.rtcrtpreceiver
import av
import streamlit_webrtc.webrtc
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

_number = count()
_log = logging.getLogger(__name__)


class PromptBuffer(JitterBuffer):
    """Gives a picture with its last packet, which is marked (RFC 6184, RFC 7741)."""

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        frame = super()._remove_frame(sequence_number)
        if frame is not None or not self._is_video:
            return frame
        # All that is there and whole is of one picture: that another began would be known above.
        packets = self._packets
        places = ((self._origin + i) % self.capacity for i in range(self.capacity))
        here = list(takewhile(lambda packet: packet is not None, (packets[i] for i in places)))
        data = b"".join(packet._data for packet in here)
        if not data:
            self.remove(len(here))  # packets that only fill the line
        elif here[-1].marker:
            self.remove(len(here))
            return JitterFrame(data, here[0].timestamp)
        return None


class Processor(Protocol):
    def newest(self, frames: list[av.VideoFrame]) -> av.VideoFrame:
        """The worker's: the answer to the last of the frames that came since it was asked."""

    def on_ended(self) -> None:
        """The media loop's, once, after the worker's last call."""


class PromptTrack(MediaStreamTrack):
    """The pictures of ``track`` as ``processor`` answers them, in a thread of its own."""

    kind = "video"

    def __init__(self, track: MediaStreamTrack, processor: Processor) -> None:
        super().__init__()
        self.track = track
        self.processor = processor
        self._came: queue.SimpleQueue[av.VideoFrame | None] = queue.SimpleQueue()
        self._answers: asyncio.Queue[av.VideoFrame | None] = asyncio.Queue()
        self._worker: threading.Thread | None = None
        self._feeding: asyncio.Task[None] | None = None
        self._over = False
        track.on("ended", self.stop)

    async def recv(self) -> av.VideoFrame:
        """The next answer, with the time of the picture that it answers."""
        if self.readyState != "live":
            raise MediaStreamError
        if self._worker is None:
            self._worker = threading.Thread(
                target=self._work,
                args=(asyncio.get_running_loop(),),
                name=f"camera_worker_{next(_number)}",
                daemon=True,
            )
            self._worker.start()
            self._feeding = asyncio.ensure_future(self._feed())
        answer = await self._answers.get()
        while answer is not None and not self._answers.empty():  # the last took long to send
            answer = self._answers.get_nowait()
        if answer is None:
            raise MediaStreamError
        return answer

    async def _feed(self) -> None:
        with suppress(MediaStreamError):  # the track's end is told by its event
            while True:
                self._came.put(await self.track.recv())

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        answer: av.VideoFrame | None = None
        with suppress(RuntimeError):  # the loop is closed: the program ends
            while (frames := self._taken()) is not None:
                try:
                    answer = self.processor.newest(frames)
                except Exception:
                    _log.exception("The camera's pictures cannot be answered any more.")
                    break
                answer.pts, answer.time_base = frames[-1].pts, frames[-1].time_base
                loop.call_soon_threadsafe(self._answers.put_nowait, answer)
            loop.call_soon_threadsafe(self._answers.put_nowait, None)

    def _taken(self) -> list[av.VideoFrame] | None:
        """All frames that came meanwhile, at least one; None at the end."""
        frames = [self._came.get()]
        while not self._came.empty():
            frames.append(self._came.get())
        return None if None in frames else frames

    def stop(self) -> None:
        """The media loop's. Waits for the frame in progress. Again does nothing."""
        super().stop()
        if self._over:
            return
        self._over = True
        self.track.stop()
        if self._feeding is not None:
            self._feeding.cancel()
        self._came.put(None)
        if self._worker is not None:
            self._worker.join()
        self.processor.on_ended()


def answer_at_once() -> None:
    """From now on, for every stream of this program. Again does nothing."""
    for module, name, better in (
        (aiortc.rtcrtpreceiver, "JitterBuffer", PromptBuffer),
        (streamlit_webrtc.webrtc, "AsyncVideoProcessTrack", PromptTrack),
    ):
        if hasattr(module, name):
            setattr(module, name, better)
        else:
            _log.warning("%s is another one: its pictures wait for the next.", module.__name__)
