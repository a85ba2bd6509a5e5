"""The camera by WebRTC, for every page that has one: the only file that knows how.

Threads: Streamlit runs the script in one; streamlit-webrtc calls the processor's factory in a
second, webcam_prompt its frames in a third, its end in the media loop. No st.* is called outside
the script's.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import streamlit_webrtc
from streamlit_webrtc.webrtc import SignallingTimeoutError

from pages.relay import Ways
from pages.webcam_component import mend_component
from pages.webcam_prompt import answer_at_once
from posecore.draw import yuv420
from posecore.language import ENGLISH, language, speaking
from posecore.video import MAX_SIDE_PX

VIDEO_ATTRIBUTES = {
    "autoPlay": True,
    "controls": False,
    "muted": True,
    "playsInline": True,
    "style": {"width": "100%", "borderRadius": "8px", "backgroundColor": "#10151d"},
}

_log = logging.getLogger(__name__)


class NotConnected(Exception):
    """The camera could not be connected in time."""


class Looker(streamlit_webrtc.VideoProcessorBase):
    """The worker's: looks at each frame and hands the drawn picture back to the browser.

    mirror  the picture is shown as in a mirror; spoken: the language of what is drawn on it
    """

    mirror = True
    spoken = ENGLISH
    _first_s: float | None = None
    _broken = False

    @abstractmethod
    def look(self, rgb: np.ndarray, t_s: float, dropped: int) -> np.ndarray | None:
        """The picture to show, mirrored where that is wanted; None: the frame as it is.

        t_s  from the first frame on; dropped: frames that were passed over before this one
        """

    @abstractmethod
    def broke(self) -> None:
        """``look`` failed, and is not called again: say it where the page sees it."""

    def newest(self, frames: list[av.VideoFrame]) -> av.VideoFrame:
        """The answer to the last: the person has moved on since the others."""
        return self._shown(frames[-1], dropped=len(frames) - 1)

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        return self.newest([frame])

    def _shown(self, frame: av.VideoFrame, dropped: int) -> av.VideoFrame:
        at_s = float((frame.pts or 0) * (frame.time_base or 0))
        self._first_s = at_s if self._first_s is None else self._first_s
        scale = min(1.0, MAX_SIDE_PX / max(frame.width, frame.height))
        width, height = round(frame.width * scale), round(frame.height * scale)
        rgb = frame.to_ndarray(format="rgb24", width=width, height=height)
        picture = None
        if not self._broken:
            try:
                with speaking(self.spoken):
                    picture = self.look(rgb, at_s - self._first_s, dropped)
            except Exception:
                # The worker would die without a word and the picture freeze: the page says it.
                _log.exception("A frame of the camera could not be looked at.")
                self._broken = True
                self.broke()
        if picture is None:
            picture = rgb[:, ::-1] if self.mirror else rgb
        return _frame_of(np.ascontiguousarray(picture))


def _frame_of(picture: np.ndarray) -> av.VideoFrame:
    if picture.shape[0] % 2 or picture.shape[1] % 2:  # its colours have half the resolution
        return av.VideoFrame.from_ndarray(picture, format="rgb24")
    return av.VideoFrame.from_ndarray(yuv420(picture), format="yuv420p")


def stream(
    key: str,
    way: Ways,
    start: Callable[[], Looker],
    *,
    wanted: bool = True,
    facing: str = "user",
    on_change: Callable[[], None] | None = None,
) -> None:
    """The camera's picture as what ``start`` makes draws it.

    start   called in the offer's thread; facing: "user" or "environment", where there are both
    Raises NotConnected.
    """
    mend_component()
    answer_at_once()
    spoken = language()

    def made() -> Looker:
        looker = start()
        looker.spoken = spoken
        return looker

    try:
        streamlit_webrtc.webrtc_streamer(
            key=key,
            desired_playing_state=wanted,
            frontend_rtc_configuration=way.browser,
            server_rtc_configuration=way.server,
            media_stream_constraints=_constraints(facing),
            video_processor_factory=made,
            async_processing=True,
            sendback_audio=False,
            media_toggle_controls=False,
            video_html_attrs=VIDEO_ATTRIBUTES,
            on_change=on_change,
        )
    except SignallingTimeoutError as error:
        raise NotConnected from error


def _constraints(facing: str) -> dict[str, Any]:
    """What the browser is asked for."""
    video = {
        "width": {"ideal": 640},
        "height": {"ideal": 480},
        "frameRate": {"ideal": 30},
        "facingMode": {"ideal": facing},
    }
    return {"video": video, "audio": False}
