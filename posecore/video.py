"""Frames of a video file: upright, in true proportions, timed by the container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from posecore.closing import Closing
from posecore.language import Text

MAX_SIDE_PX = 640
"""Longest side of a decoded frame. At 320 the estimator is no faster and loses people."""

MAX_PIXELS = 8192 * 8192
"""Largest picture that is decoded: twice what 8K has. A file may claim any size."""

_THREADS = 4  # each holds whole pictures of its own: 16 of them in 8K are more than 1 GB

_RATES_HZ = (1.0, 1000.0)
"""What a file may say of its own rate and be believed where a time of its frames cannot be."""

_LONGEST_GAP_S = 600.0
"""Between two frames; a file that says more (30 hours, 60 years) has lost count of its times."""

_CUT_SHORT_SHARE = 0.97
"""A file whose frames end before this share of its declared length is taken as cut off."""

_FURTHER_BACK_S = (0.0, 1.0, 10.0, 60.0, float("inf"))
"""How much before a place its decoding begins, until a picture at or before it is found."""

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,mxf,nut,"
    "ivf,dv,rm,wtv,h264,hevc,m4v,yuv4mpegpipe,mjpeg"
)
"""What is opened. Left out on purpose: playlists, which make the library open other files and
addresses than the one that was chosen, still pictures, and text, which it would draw."""

SHORT_OF_MEMORY = Text(
    "{file}: reading this file takes more memory than there is. Make a smaller copy of it."
)


class VideoError(ValueError):
    """The file cannot be read as a video; the message says why, to the person who chose it."""


@dataclass(frozen=True)
class VideoInfo:
    """What the container declares; sizes as displayed (rotation and pixel aspect applied).

    fps and duration_s are None where the container does not say, n_frames is a guess then.
    """

    name: str
    width: int
    height: int
    fps: float | None
    duration_s: float | None
    n_frames: int | None


def writable(text: str) -> str:
    """A file's name, or a sentence with it: what is no character is told as its number."""
    return text.encode("utf-8", "backslashreplace").decode()


class VideoReader(Closing):
    """Opens a video file; iterate ``frames()`` once, then ask ``cut_off_at_s``.

    Raises VideoError where the file is missing, empty, no video, or has no picture in it.
    """

    def __init__(
        self, path: str | Path, *, max_side_px: int = MAX_SIDE_PX, threads: int = _THREADS
    ) -> None:
        self.path = Path(path)
        self.max_side_px = max_side_px
        self._threads = threads
        self.cut_off_at_s: float | None = None
        self._container = _open(self.path)
        try:
            self._stream = self._first_video_stream()
            self._rotation = 0
            self._broke_off = False
            # One generator for all frames: at the end of a stream the decoder hands over several
            # at once, and a second generator would not see what the first one held.
            self._decoded = self._decode()
            self._first = next(self._decoded, None)
            if self._first is None:
                raise VideoError(
                    Text("{file}: no picture could be read from this file.", file=self.path.name)
                )
            self._first_s = _clock_s(self._first)
            self._rotation = int(round(self._first.rotation / 90.0)) * 90 % 360
            self._size = self._fitted(self._first)
            self.info = self._describe()
        except BaseException:
            self._container.close()
            raise

    def close(self) -> None:
        """Again does nothing."""
        self._container.close()

    def frames(self, from_s: float = 0.0) -> Iterator[tuple[np.ndarray, float]]:
        """Each frame as (height, width, 3) uint8 RGB with its time in s from the first frame.

        from_s  leaves out those before it; another call may begin elsewhere, where the file's
                times are in order (``parts.parts_of`` looks)

        Times strictly increase, by a millisecond at least: where the container's do not,
        or leave a gap of more than ten minutes, a frame follows the one before it by the mean
        interval. All have the size of the first; one of
        other proportions lies on black. A damaged end stops the iteration and sets
        ``cut_off_at_s``. Raises VideoError where a picture cannot be read for another reason.
        """
        slowest_hz, fastest_hz = _RATES_HZ
        step_s = 1.0 / min(max(self.info.fps or 30.0, slowest_hz), fastest_hz)
        first_s = self._first_s
        last_s: float | None = None
        skipped_s = 0.0
        for frame in self._from_the_first() if from_s <= 0.0 else self._from_before(from_s):
            at_s = _clock_s(frame)
            if at_s is not None:
                first_s = at_s if first_s is None else first_s
                t_s = at_s - first_s - skipped_s
            else:
                t_s = 0.0 if last_s is None else last_s + step_s
            if last_s is not None and t_s < last_s + 1.0 / fastest_hz:
                t_s = last_s + step_s
            elif last_s is not None and t_s > last_s + _LONGEST_GAP_S:
                skipped_s += t_s - (last_s + step_s)
                t_s = last_s + step_s
            last_s = t_s
            if t_s >= from_s:
                yield self._upright(frame), t_s
        ended_s = 0.0 if last_s is None else last_s + step_s
        declared_s = self._declared_s()
        told_s = ended_s + skipped_s
        short = declared_s is not None and told_s < _CUT_SHORT_SHARE * declared_s - step_s
        if short or self._broke_off:
            self.cut_off_at_s = ended_s

    @property
    def format_name(self) -> str:
        """As the library calls the container's format."""
        return str(self._container.format.name)

    def packets(self) -> Iterator[tuple[float | None, bool]]:
        """Of each stored picture, as it lies in the file: its time as in ``frames``, and whether
        decoding can begin with it. Nothing is decoded. None: the file does not say."""
        with _open(self.path) as container:
            stream = container.streams[self._stream.index]
            try:
                for packet in container.demux(stream):
                    if packet.size:
                        at_s, first_s = _clock_s(packet), self._first_s
                        t_s = None if at_s is None or first_s is None else at_s - first_s
                        yield t_s, packet.is_keyframe
            except (av.error.FFmpegError, EOFError):
                return  # frames() notes the place

    def _from_the_first(self) -> Iterator[VideoFrame]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._decoded

    def _from_before(self, t_s: float) -> Iterator[VideoFrame]:
        """Frames from one at or before ``t_s`` on; there the decoder is anew."""
        assert self._first_s is not None and self._stream.time_base is not None
        for earlier_s in _FURTHER_BACK_S:
            aim_s = max(t_s - earlier_s, 0.0) + self._first_s
            self._container.seek(round(aim_s / self._stream.time_base), stream=self._stream)
            self._decoded = self._decode()
            frame = next(self._decoded, None)
            at_s = None if frame is None else _clock_s(frame)
            # An index may be kept by the order of decoding, which is not that of showing.
            if frame is not None and at_s is not None and at_s - self._first_s <= t_s:
                break
        if frame is not None:
            yield frame
        yield from self._decoded

    def _first_video_stream(self) -> VideoStream:
        streams = [
            s
            for s in self._container.streams.video
            if s.codec_context is not None and not s.disposition & Disposition.attached_pic
        ]  # an attached picture is the cover of a piece of music
        if not streams:
            raise VideoError(
                Text(
                    "{file}: there is no video in this file, only sound or text.",
                    file=self.path.name,
                )
            )
        stream = streams[0]
        if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
            raise self._too_large()
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(self._threads, os.cpu_count() or 1)
        # The size above is the container's word; the decoder may find another in its own data.
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        return stream

    def _too_large(self) -> VideoError:
        return VideoError(
            Text(
                "{file}: its pictures are too large to be read. Expected at most "
                "{millions} million pixels each; make a smaller copy.",
                file=self.path.name,
                millions=MAX_PIXELS // 1_000_000,
            )
        )

    def _decode(self) -> Iterator[VideoFrame]:
        try:
            packets = self._container.demux(self._stream)
            for packet in packets:
                try:
                    yield from packet.decode()
                except av.error.InvalidDataError:
                    continue  # one damaged packet costs itself; a damaged end shows in the length
        except MemoryError as error:
            raise VideoError(Text(SHORT_OF_MEMORY, file=self.path.name)) from error
        except (av.error.FFmpegError, EOFError):
            self._broke_off = True  # what was yielded stands, frames() notes the place

    def _describe(self) -> VideoInfo:
        frame, stream = self._first, self._stream
        assert frame is not None
        aspect = frame_aspect(stream)
        width, height = round(frame.width * aspect), frame.height
        if self._rotation % 180:
            width, height = height, width
        fps = float(stream.average_rate) if stream.average_rate else None
        duration_s = self._declared_s()
        if duration_s is None and self._container.duration:
            duration_s = self._container.duration / av.time_base
        n_frames = stream.frames or (round(duration_s * fps) if duration_s and fps else None)
        return VideoInfo(writable(self.path.name), width, height, fps, duration_s, n_frames)

    def _declared_s(self) -> float | None:
        """Length of the picture alone, seconds; None where only that of the sound may be known."""
        stream, container = self._stream, self._container
        if container.format.name == "avi" and stream.frames and stream.average_rate:
            # Its reader shortens the length to what the file holds; the header does not.
            return float(stream.frames / stream.average_rate)
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        tagged = _seconds(stream.metadata.get("DURATION", ""))  # where Matroska keeps it
        if tagged is not None:
            return tagged
        alone = len(container.streams) == 1
        return container.duration / av.time_base if alone and container.duration else None

    def _fitted(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height of the picture as it is shown before it is turned."""
        width, height = frame.width * frame_aspect(self._stream), float(frame.height)
        scale = min(1.0, self.max_side_px / max(width, height))
        return max(2, round(width * scale)), max(2, round(height * scale))

    def _upright(self, frame: VideoFrame) -> np.ndarray:
        width, height = self._fitted(frame)
        other = (width, height) != self._size
        if other:  # the stream changed its size on the way: fit it into the one it began with
            scale = min(self._size[0] / width, self._size[1] / height)
            width, height = max(1, int(width * scale)), max(1, int(height * scale))
        try:
            rgb = frame.reformat(
                width=width,
                height=height,
                format="rgb24",
                interpolation="AREA" if height < frame.height else "BILINEAR",
            ).to_ndarray()
        except MemoryError as error:
            raise VideoError(Text(SHORT_OF_MEMORY, file=self.path.name)) from error
        except (av.error.FFmpegError, ValueError) as error:
            raise VideoError(
                Text(
                    "{file}: its pictures are of a kind that cannot be shown ({name}).",
                    file=self.path.name,
                    name=frame.format.name,
                )
            ) from error
        if other:
            rgb = _on_black(rgb, self._size)
        # In one piece: the rows of some widths come with room behind them.
        return np.ascontiguousarray(np.rot90(rgb, self._rotation // 90))


def _clock_s(timed: VideoFrame | Packet) -> float | None:
    """Its place on the file's own clock, seconds."""
    if timed.pts is None or timed.time_base is None:
        return None
    return float(timed.pts * timed.time_base)


def _on_black(rgb: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture in the middle of a black one of (width, height)."""
    whole = np.zeros((size[1], size[0], 3), np.uint8)
    top, left = (size[1] - rgb.shape[0]) // 2, (size[0] - rgb.shape[1]) // 2
    whole[top : top + rgb.shape[0], left : left + rgb.shape[1]] = rgb
    return whole


def frame_aspect(stream: VideoStream) -> float:
    """Width of a stored pixel over its height; 1 where none is declared."""
    declared = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return float(declared) if declared else 1.0


def frames(
    path: str | Path, *, max_side_px: int = MAX_SIDE_PX
) -> Iterator[tuple[np.ndarray, float]]:
    """Frames of a file as ``VideoReader.frames`` gives them, closing it at the end."""
    with VideoReader(path, max_side_px=max_side_px) as video:
        yield from video.frames()


def _seconds(clock: str) -> float | None:
    """Seconds of "00:01:02.500"; None where it is no such text."""
    try:
        hours, minutes, seconds = (float(part) for part in clock.split(":"))
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _open(path: Path) -> av.container.InputContainer:
    if not path.exists():
        raise VideoError(
            Text("{file}: no such file. Check the name and the folder.", file=path.name)
        )
    if path.is_dir():
        raise VideoError(
            Text("{file}: this is a folder. Name the video files in it.", file=path.name)
        )
    if path.stat().st_size == 0:
        raise VideoError(Text("{file}: this file is empty.", file=path.name))
    try:
        options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
        # Titles and the like may be in any alphabet or none; nobody asks for them here.
        return av.open(str(path), options=options, metadata_errors="replace")
    except MemoryError as error:
        raise VideoError(Text(SHORT_OF_MEMORY, file=path.name)) from error
    except (av.error.FFmpegError, OSError) as error:
        raise VideoError(
            Text(
                "{file}: this is not a video that can be read, or it is damaged or incomplete.",
                file=path.name,
            )
        ) from error
