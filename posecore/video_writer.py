"""Pictures into a video file that browsers play."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.video.frame import VideoFrame

from posecore.video import VideoError

_TICKS_PER_S = 90_000  # time base of a written file; every usual frame rate divides it


class AnnotatedWriter:
    """Writes pictures as an H.264 file that browsers play: yuv420p, index in front.

    size  (width, height) of the pictures; an odd one loses its last row or column, as the
          format asks. fps is a hint for the encoder: frames are timed by their ``t_s``.
    The file appears under its name only when the block ends well; raises VideoError where it
    cannot be written.
    """

    def __init__(self, path: str | Path, size: tuple[int, int], fps: float) -> None:
        self.path = Path(path)
        self._unfinished = self.path.with_name(f".{self.path.stem}.part.mp4")
        width, height = (side // 2 * 2 for side in size)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(
                str(self._unfinished), "w", format="mp4", options={"movflags": "+faststart"}
            )
        except (av.error.FFmpegError, OSError) as error:
            raise self._cannot(error) from error
        rate = Fraction(fps).limit_denominator(1001) if fps > 0 else Fraction(30)
        stream = self._container.add_stream("libx264", rate=rate)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23"}
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        self._stream = stream
        self._last_tick = -1

    def __enter__(self) -> AnnotatedWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    def write(self, rgb: np.ndarray, t_s: float) -> None:
        """One (height, width, 3) uint8 picture, shown from ``t_s`` on; times must increase."""
        tick = round(t_s * _TICKS_PER_S)
        if tick <= self._last_tick:
            raise ValueError(f"expected a time after the frame before it, got {t_s} s")
        height, width = self._stream.height, self._stream.width
        if rgb.shape[0] // 2 * 2 != height or rgb.shape[1] // 2 * 2 != width:
            raise ValueError(f"expected a picture of {width} x {height}, got {rgb.shape}")
        self._last_tick = tick
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
        frame.pts, frame.time_base = tick, Fraction(1, _TICKS_PER_S)
        self._mux(frame)

    def close(self) -> None:
        """Finish the file and give it its name."""
        try:
            self._mux(None)
            self._container.close()
            self._unfinished.replace(self.path)
        except (av.error.FFmpegError, OSError) as error:
            self.discard()
            raise self._cannot(error) from error

    def discard(self) -> None:
        """Leave nothing behind."""
        try:
            self._container.close()
        except (av.error.FFmpegError, OSError):
            pass  # it is thrown away in any case
        self._unfinished.unlink(missing_ok=True)

    def _mux(self, frame: VideoFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            raise self._cannot(error) from error

    def _cannot(self, error: Exception) -> VideoError:
        reason = getattr(error, "strerror", None) or error
        return VideoError(f"{self.path.name}: the annotated video cannot be written ({reason}).")
