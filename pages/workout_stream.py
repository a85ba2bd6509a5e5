"""The camera's picture by WebRTC: the only file that knows it.

Threads: Streamlit runs the script in one; streamlit-webrtc calls the processor's factory in a
second, its frames in a third, its end in the media loop. Only the LiveSession is shared, and no
st.* is called outside the script's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import av
import numpy as np
import streamlit as st
import streamlit_webrtc
from streamlit_webrtc.webrtc import SignallingTimeoutError

from pages.relay import Ways
from pages.workout_desk import Desk
from posecore.draw import draw_overlay
from posecore.exercises import Exercise
from posecore.language import Text, _
from posecore.live import LiveSession
from posecore.video import MAX_SIDE_PX

VIDEO_ATTRIBUTES = {
    "autoPlay": True,
    "controls": False,
    "muted": True,
    "playsInline": True,
    "style": {"width": "100%", "borderRadius": "8px", "backgroundColor": "#10151d"},
}

_log = logging.getLogger(__name__)


def constraints(facing: str) -> dict[str, Any]:
    """What the browser is asked for; ``facing``: "user" or "environment", where it has both."""
    video = {
        "width": {"ideal": 640},
        "height": {"ideal": 480},
        "frameRate": {"ideal": 30},
        "facingMode": {"ideal": facing},
    }
    return {"video": video, "audio": False}


class CameraProcessor(streamlit_webrtc.VideoProcessorBase):
    """The worker's: each frame through the session, and the drawn one back to the browser."""

    def __init__(
        self, session: LiveSession, exercises: Mapping[str, Exercise], *, mirror: bool = True
    ) -> None:
        self.session = session
        self._exercises = exercises
        self._mirror = mirror
        self._first_s: float | None = None
        self._broken = False

    async def recv_queued(self, frames: list[av.VideoFrame]) -> list[av.VideoFrame]:
        # Only the newest is worth the time: the person has moved on since the others.
        return [self._shown(frames[-1], dropped=len(frames) - 1)]

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        return self._shown(frame, dropped=0)

    def on_ended(self) -> None:
        """The media loop's; the worker has been joined."""
        self.session.finish()

    def _shown(self, frame: av.VideoFrame, dropped: int) -> av.VideoFrame:
        at_s = float((frame.pts or 0) * (frame.time_base or 0))
        self._first_s = at_s if self._first_s is None else self._first_s
        scale = min(1.0, MAX_SIDE_PX / max(frame.width, frame.height))
        width, height = round(frame.width * scale), round(frame.height * scale)
        rgb = frame.to_ndarray(format="rgb24", width=width, height=height)
        try:
            picture = self._drawn(rgb, at_s - self._first_s, dropped)
        except Exception:
            # The worker would die without a word and the picture freeze: say it on the page.
            _log.exception("A frame of the camera could not be looked at.")
            self.session.fail(
                Text("Something went wrong while looking at the picture. Press Stop.")
            )
            self._broken = True
            picture = self._plain(rgb)
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")

    def _plain(self, rgb: np.ndarray) -> np.ndarray:
        return rgb[:, ::-1] if self._mirror else rgb

    def _drawn(self, rgb: np.ndarray, t_s: float, dropped: int) -> np.ndarray:
        result = None if self._broken else self.session.process(rgb, t_s, dropped=dropped)
        if result is None:
            return self._plain(rgb)
        return draw_overlay(rgb, result, self._exercises, mirror=self._mirror)


def show_camera(
    desk: Desk,
    make_session: Callable[[], LiveSession],
    exercises: Mapping[str, Exercise],
    way: Ways,
) -> None:
    """The camera's picture, and the start and end of the session behind it."""
    mirror = desk.mirrored

    def start_session() -> CameraProcessor:
        # The offer thread's: no st.* here. A plain attribute hands the session to the page.
        desk.session = make_session()
        return CameraProcessor(desk.session, exercises, mirror=mirror)

    def note_end() -> None:
        # The component would try again at once as long as it is told that we want to play.
        state = st.session_state["camera"].state
        if not state.playing and not state.signalling:
            desk.end()

    try:
        streamlit_webrtc.webrtc_streamer(
            key="camera",
            desired_playing_state=desk.wanted,
            frontend_rtc_configuration=way.browser,
            server_rtc_configuration=way.server,
            media_stream_constraints=constraints(desk.facing),
            video_processor_factory=start_session,
            async_processing=True,
            sendback_audio=False,
            media_toggle_controls=False,
            video_html_attrs=VIDEO_ATTRIBUTES,
            on_change=note_end,
        )
    except SignallingTimeoutError:
        desk.end()
        desk.refusal = _(
            "The camera could not be connected within ten seconds; the computer may be busy. "
            "Press Start again."
        )
