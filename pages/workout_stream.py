"""The camera's frames go through the session, and the session's end through the desk.

Only the LiveSession is shared between the threads that pages/webcam.py names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from pages.relay import Ways
from pages.webcam import Looker, NotConnected, stream
from pages.workout_desk import Desk
from posecore.draw import draw_overlay
from posecore.exercises import Exercise
from posecore.language import Text, _
from posecore.live import LiveSession


class CameraProcessor(Looker):
    """The worker's: each frame through the session, and the drawn one back to the browser."""

    def __init__(
        self, session: LiveSession, exercises: Mapping[str, Exercise], *, mirror: bool = True
    ) -> None:
        self.session = session
        self.mirror = mirror
        self._exercises = exercises

    def look(self, rgb: np.ndarray, t_s: float, dropped: int) -> np.ndarray | None:
        result = self.session.process(rgb, t_s, dropped=dropped)
        if result is None:
            return None
        return draw_overlay(rgb, result, self._exercises, mirror=self.mirror)

    def broke(self) -> None:
        self.session.fail(Text("Something went wrong while looking at the picture. Press Stop."))

    def on_ended(self) -> None:
        """The media loop's; the worker has been joined."""
        self.session.finish()


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
        stream(
            "camera",
            way,
            start_session,
            wanted=desk.wanted,
            facing=desk.facing,
            on_change=note_end,
        )
    except NotConnected:
        desk.end()
        desk.refusal = _(
            "The camera could not be connected within ten seconds; the computer may be busy. "
            "Press Start again."
        )
