"""A camera's picture waits for no other one: neither on its way in nor for its answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Iterator
from fractions import Fraction

import aiortc.rtcrtpreceiver
import av
import numpy as np
import pytest
import streamlit_webrtc.webrtc
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket

from pages.webcam_prompt import PromptBuffer, PromptTrack, answer_at_once

PATIENCE_S = 20.0


def frame(pts: int) -> av.VideoFrame:
    made = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
    made.pts, made.time_base = pts, Fraction(1, 90_000)
    return made


class Camera(MediaStreamTrack):
    """Gives a frame when it is told to."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.frames: asyncio.Queue[av.VideoFrame] = asyncio.Queue()

    async def recv(self) -> av.VideoFrame:
        return await self.frames.get()


class Mirror:
    """Answers a frame with itself; holds still while it is told to."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.asked = threading.Event()
        self.came: list[list[int]] = []
        self.ended = 0
        self.broken = False

    def newest(self, frames: list[av.VideoFrame]) -> av.VideoFrame:
        self.came.append([each.pts for each in frames])
        self.asked.set()
        self.may_go_on.wait()
        if self.broken:
            raise RuntimeError("the mirror fell")
        return frame(-1)

    def on_ended(self) -> None:
        self.ended += 1


def run(what: Awaitable[None]) -> None:
    asyncio.run(asyncio.wait_for(what, PATIENCE_S))


# --- packets to pictures --------------------------------------------------------------------------


def packet(number: int, picture: int, data: bytes, *, last: bool = False) -> RtpPacket:
    made = RtpPacket(sequence_number=number, timestamp=picture, marker=int(last))
    made._data = data
    return made


def given(buffer: PromptBuffer, *packets: RtpPacket) -> Iterator[tuple[bytes, int] | None]:
    for each in packets:
        _, picture = buffer.add(each)
        yield None if picture is None else (picture.data, picture.timestamp)


@pytest.fixture
def buffer() -> PromptBuffer:
    return PromptBuffer(capacity=16, is_video=True)


def test_a_picture_is_given_with_its_last_packet(buffer):
    first = packet(65534, 7, b"a"), packet(65535, 7, b"b"), packet(0, 7, b"c", last=True)
    assert list(given(buffer, *first)) == [None, None, (b"abc", 7)]
    assert list(given(buffer, packet(1, 8, b"d", last=True))) == [(b"d", 8)]


def test_a_picture_without_a_mark_is_given_when_the_next_begins(buffer):
    assert list(given(buffer, packet(1, 7, b"a"), packet(2, 8, b"b"))) == [None, (b"a", 7)]


def test_a_picture_waits_for_a_packet_that_is_late(buffer):
    begun = packet(1, 7, b"a"), packet(3, 7, b"c", last=True), packet(4, 8, b"d", last=True)
    assert list(given(buffer, *begun)) == [None, None, None]
    assert list(given(buffer, packet(2, 7, b"b"))) == [(b"abc", 7)]
    assert list(given(buffer, packet(5, 9, b"e", last=True)))[0] == (b"d", 8)


def test_packets_that_only_fill_the_line_are_no_picture(buffer):
    assert list(given(buffer, packet(1, 7, b"a", last=True))) == [(b"a", 7)]
    filling = packet(2, 7, b""), packet(3, 7, b"", last=True)
    assert list(given(buffer, *filling)) == [None, None]
    assert list(given(buffer, packet(4, 8, b"b", last=True))) == [(b"b", 8)]


def test_sound_waits_as_it_did():
    buffer = PromptBuffer(capacity=16, prefetch=2)
    sound = [packet(i, i, b"s", last=True) for i in range(4)]
    assert list(given(buffer, *sound)) == [None, None, (b"s", 0), (b"s", 1)]


def test_a_picture_arrives_before_another_is_sent():
    async def exchange() -> None:
        answer_at_once()
        camera, here, there = Camera(), RTCPeerConnection(), RTCPeerConnection()
        arrived: asyncio.Future[MediaStreamTrack] = asyncio.get_running_loop().create_future()
        there.on("track", arrived.set_result)
        here.addTrack(camera)
        await here.setLocalDescription(await here.createOffer())
        await there.setRemoteDescription(described(here))
        await there.setLocalDescription(await there.createAnswer())
        await here.setRemoteDescription(described(there))
        seen = await arrived
        for i in range(3):  # each is sent when the one before it has come
            camera.frames.put_nowait(frame(3000 * i))
            await seen.recv()
        await asyncio.gather(here.close(), there.close())

    run(exchange())


def described(peer: RTCPeerConnection) -> RTCSessionDescription:
    return RTCSessionDescription(peer.localDescription.sdp, peer.localDescription.type)


# --- pictures to answers --------------------------------------------------------------------------


def test_a_picture_is_answered_before_another_comes_and_keeps_its_time():
    async def ask() -> None:
        camera, mirror = Camera(), Mirror()
        track = PromptTrack(camera, mirror)
        for pts in (0, 3000):
            camera.frames.put_nowait(frame(pts))
            answer = await track.recv()
            assert (answer.pts, answer.time_base) == (pts, Fraction(1, 90_000))
        track.stop()
        assert mirror.came == [[0], [3000]]

    run(ask())


def test_only_the_newest_of_those_that_came_meanwhile_is_answered_and_once():
    async def ask() -> None:
        camera, mirror = Camera(), Mirror()
        track = PromptTrack(camera, mirror)
        mirror.may_go_on.clear()
        first = asyncio.ensure_future(track.recv())
        camera.frames.put_nowait(frame(0))
        await asyncio.to_thread(mirror.asked.wait)
        for pts in (3000, 6000, 9000):
            camera.frames.put_nowait(frame(pts))
        while not camera.frames.empty():
            await asyncio.sleep(0)
        mirror.may_go_on.set()
        answer = await first
        if answer.pts == 0:  # the next was not there yet
            answer = await track.recv()
        assert answer.pts == 9000
        again = asyncio.ensure_future(track.recv())
        await asyncio.sleep(0)
        assert not again.done()
        track.stop()
        with pytest.raises(MediaStreamError):
            await again
        assert mirror.came == [[0], [3000, 6000, 9000]]

    run(ask())


def test_who_asks_late_gets_the_newest_answer_and_none_that_the_person_has_moved_on_from():
    async def ask() -> None:
        camera, mirror = Camera(), Mirror()
        track = PromptTrack(camera, mirror)
        camera.frames.put_nowait(frame(0))
        await track.recv()
        for pts in (3000, 6000, 9000):  # each looked at while the last answer is still being sent
            mirror.asked.clear()
            if pts == 9000:
                mirror.may_go_on.clear()
            camera.frames.put_nowait(frame(pts))
            while not mirror.asked.is_set():
                await asyncio.sleep(0.001)
        assert (await track.recv()).pts == 6000
        mirror.may_go_on.set()
        assert (await track.recv()).pts == 9000
        camera.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()

    run(ask())


def test_the_end_of_the_camera_ends_the_answers_once_and_leaves_no_thread():
    async def ask() -> None:
        camera, mirror = Camera(), Mirror()
        before = threading.active_count()
        track = PromptTrack(camera, mirror)
        camera.frames.put_nowait(frame(0))
        await track.recv()
        assert threading.active_count() == before + 1
        camera.stop()
        assert (track.readyState, mirror.ended, threading.active_count()) == ("ended", 1, before)
        track.stop()
        assert mirror.ended == 1
        with pytest.raises(MediaStreamError):
            await track.recv()

    run(ask())


def test_a_stream_that_never_began_ends_as_well():
    async def ask() -> None:
        mirror = Mirror()
        PromptTrack(Camera(), mirror).stop()
        assert mirror.ended == 1

    run(ask())


def test_answers_that_fail_end_the_stream_and_are_logged(caplog):
    async def ask() -> None:
        camera, mirror = Camera(), Mirror()
        mirror.broken = True
        track = PromptTrack(camera, mirror)
        camera.frames.put_nowait(frame(0))
        with pytest.raises(MediaStreamError):
            await track.recv()
        track.stop()
        assert "the mirror fell" in caplog.text and mirror.ended == 1

    run(ask())


def test_the_pinned_releases_have_both_places(caplog):
    answer_at_once()
    assert aiortc.rtcrtpreceiver.JitterBuffer is PromptBuffer
    assert streamlit_webrtc.webrtc.AsyncVideoProcessTrack is PromptTrack
    assert caplog.text == ""
