"""Good repetitions before the camera: landmarks are kept for half a minute, never a picture.

Threads as in webcam.py: the factory is called in one, frames in another; the page's script
reads ``Recorder.standing`` and, when it is over, ``Recorder.poses``.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.relay import ways
from pages.webcam import Looker, NotConnected, stream
from pages.workout_camera import camera_trouble, show_start
from pages.workout_loading import SettingError, load_knowledge, seats
from posecore.classify import Recogniser
from posecore.draw import draw_overlay
from posecore.language import Text, _, words_of
from posecore.pipeline import Pipeline
from posecore.seats import NoSeat, Seat
from posecore.types import Pose

LEAD_S, LENGTH_S = 6.0, 30.0
"""To step back in, and to do five repetitions in; then it stops by itself, so that walking back
to the keyboard is no part of the lesson."""

REFRESH_S = 0.3
DESK = "teach_camera_desk"

Poses = list[tuple[float, Pose | None]]


class Recorder(Looker):
    """The worker's: each frame's landmarks, and the picture with the skeleton back."""

    def __init__(self, pipeline: Pipeline, seat: Seat | None = None) -> None:
        self._pipeline, self._seat = pipeline, seat
        self._lock = threading.Lock()
        self._poses: Poses = []
        self._now_s: float | None = None
        self.problem: str | None = None

    @property
    def poses(self) -> Poses:
        """Any thread's: what was seen after the lead, from 0 s."""
        with self._lock:
            return list(self._poses)

    @property
    def standing(self) -> tuple[float | None, bool]:
        """Any thread's: seconds since the first frame, None before; whether somebody is seen."""
        with self._lock:
            return self._now_s, bool(self._poses) and self._poses[-1][1] is not None

    def look(self, rgb: np.ndarray, t_s: float, dropped: int) -> np.ndarray:
        result = self._pipeline.step(rgb, t_s)
        if self._seat is not None:
            self._seat.looked(dropped)
        with self._lock:
            self._now_s = t_s
            if LEAD_S <= t_s <= LEAD_S + LENGTH_S:
                self._poses.append((t_s - LEAD_S, result.pose))
        return draw_overlay(rgb, result, {}, mirror=True)

    def broke(self) -> None:
        self.problem = Text("Something went wrong while looking at the picture. Start again.")

    def on_ended(self) -> None:
        """The media loop's; the worker has been joined."""
        self._pipeline.close()
        if self._seat is not None:
            self._seat.leave()


@dataclass
class Desk:
    """What one browser tab's recording has going on; lives in the session state."""

    wanted: bool = False
    seat: Seat | None = None
    recorder: Recorder | None = None
    trouble: str | None = None


def is_recording() -> bool:
    desk: Desk | None = st.session_state.get(DESK)
    return desk is not None and desk.wanted


def record(*, hold: bool) -> Poses | None:
    """Start, the picture and what to do now; the landmarks in the run after it is over.

    hold  a position is shown, not repetitions
    """
    desk: Desk = st.session_state.setdefault(DESK, Desk())
    # Loaded now and not after Start: a connection may take ten seconds, and no more.
    recogniser = load_knowledge()[1]
    if not desk.wanted:
        if desk.trouble is not None:
            st.error(_(desk.trouble), icon=":material/videocam_off:")
        for_reps = Text(
            "Press Start and step back until the whole body is in the picture. After {lead} "
            "seconds you have {length} seconds for five good repetitions; then it stops by "
            "itself. No picture is kept, only where the joints were."
        )
        for_hold = Text(
            "Press Start and step back until the whole body is in the picture. After {lead} "
            "seconds hold the position for up to {length} seconds; then it stops by itself. "
            "No picture is kept, only where the joints were."
        )
        told = for_hold if hold else for_reps
        st.write(_(told, lead=f"{LEAD_S:.0f}", length=f"{LENGTH_S:.0f}"))
        show_start("user", _answered)
        return None
    # Asked before anything is drawn: what shows the standing reruns the page when it is over.
    if desk.recorder is not None and _is_over(desk.recorder):
        st.session_state[DESK] = Desk()
        return desk.recorder.poses
    left, right = st.columns([3, 2])
    with left:
        _show_picture(desk, recogniser)
    with right:
        st.fragment(_show_standing, run_every=REFRESH_S)(desk, hold)
    return None


def _answered(answer: str) -> None:
    """Start was pressed."""
    st.session_state[DESK] = (
        _seated() if answer == "ready" else Desk(trouble=camera_trouble(answer))
    )


def _seated() -> Desk:
    try:
        return Desk(wanted=True, seat=seats().take())
    except (NoSeat, SettingError) as error:
        return Desk(trouble=words_of(error))


def _is_over(recorder: Recorder) -> bool:
    now_s = recorder.standing[0]
    return now_s is not None and now_s >= LEAD_S + LENGTH_S


def _show_picture(desk: Desk, recogniser: Recogniser) -> None:
    def start() -> Recorder:
        # The offer thread's: no st.* here.
        pipeline = Pipeline(exercises={}, classifier=recogniser)
        pipeline.warm_up()
        desk.recorder = Recorder(pipeline, desk.seat)
        return desk.recorder

    try:
        stream("teach_camera", ways(time.time(), os.environ), start)
    except (NotConnected, SettingError) as error:
        words = _("The camera could not be connected within ten seconds. Press Start again.")
        told = _(words_of(error)) if isinstance(error, SettingError) else words
        st.session_state[DESK] = Desk(trouble=told)
        st.rerun()


def _show_standing(desk: Desk, hold: bool) -> None:
    """What to do now, to be read from where the person stands."""
    recorder = desk.recorder
    now_s, seen = recorder.standing if recorder is not None else (None, False)
    if recorder is not None and recorder.problem is not None:
        st.session_state[DESK] = Desk(trouble=recorder.problem)
        st.rerun()
    if recorder is not None and _is_over(recorder):
        st.rerun()
    if now_s is None:
        words, figure = _("Connecting the camera"), "…"
    elif now_s < LEAD_S:
        words, figure = _("Step back. It begins in"), f"{LEAD_S - now_s:.0f}"
    else:
        wanted = _("Hold the position") if hold else _("Do five good repetitions")
        words = wanted if seen else _("I cannot see you")
        figure = f"{LEAD_S + LENGTH_S - now_s:.0f}"
    st.html(
        '<div style="background:#10151d;color:#ffffff;border-radius:12px;padding:1rem 1.4rem">'
        f'<p style="font-size:clamp(1.8rem,3.4vw,3.6rem);font-weight:700;line-height:1.1;margin:0">'
        f"{words}</p>"
        f'<p style="font-size:clamp(4rem,9vw,9rem);font-weight:800;line-height:1;margin:.5rem 0 0"'
        f' role="timer">{figure}</p></div>'
    )
    if st.button(_("Stop"), key="teach_stop"):
        poses = recorder.poses if recorder is not None else []
        st.session_state[DESK] = Desk(trouble=None if poses else _("Nothing was recorded yet."))
        st.rerun()
