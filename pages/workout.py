"""A workout before the camera, or the demo clip: the exercise, the count, what to do better.

The only file that knows WebRTC. Threads: Streamlit runs this script in one; streamlit-webrtc
calls the processor's factory in a second, its frames in a third, its end in the media loop.
Only the LiveSession is shared, and no st.* is called outside the script's thread.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import av
import numpy as np
import streamlit as st
import streamlit_webrtc
from streamlit_webrtc.webrtc import SignallingTimeoutError

from pages.person import own
from pages.relay import Ways, ways
from pages.workout_advice import STYLE as ADVICE_STYLE
from pages.workout_advice import advice_html, resting_set
from pages.workout_camera import ask_for_camera, refusal_in_words
from pages.workout_demo import DEMO_CLIP, ClipPlayer, poster, show_picture
from pages.workout_loading import (
    SettingError,
    load_knowledge,
    new_session,
    show_left_out,
    store_at,
)
from pages.workout_plan import Plan, only_exercise, show_plan
from pages.workout_style import GUIDE, STYLE
from pages.workout_view import (
    Word,
    board_html,
    pace_in_words,
    reps_html,
    show_chart,
    summary_html,
    word_html,
    word_of,
)
from pages.workout_voice import show_voice, to_call
from posecore.classify import ModelError
from posecore.draw import draw_overlay
from posecore.exercises import Exercise, ExerciseFileError
from posecore.live import LiveSession, Snapshot
from posecore.plan import Place, place_in
from posecore.speech import Speaker, Utterance
from posecore.store import StoreError, default_url
from posecore.store.words import title_of
from posecore.video import MAX_SIDE_PX

REFRESH_S = 0.25
PICTURE_S = 0.12
CAMERA, DEMO = "Camera", "Demo clip"
CONSTRAINTS = {
    "video": {
        "width": {"ideal": 640},
        "height": {"ideal": 480},
        "frameRate": {"ideal": 30},
        "facingMode": "user",
    },
    "audio": False,
}
VIDEO_ATTRIBUTES = {
    "autoPlay": True,
    "controls": False,
    "muted": True,
    "playsInline": True,
    "style": {"width": "100%", "borderRadius": "8px", "backgroundColor": "#10151d"},
}
ANY_EXERCISE = "Recognise by itself"
HISTORY_PAGE = Path(__file__).with_name("history.py")

_log = logging.getLogger(__name__)


@dataclass
class Desk:
    """What one browser tab has going on; lives in the session state."""

    source: str = CAMERA
    exercise: str | None = None  # None: recognise by itself
    wanted: bool = False  # Start was pressed, Stop was not
    session: LiveSession | None = None
    player: ClipPlayer | None = None
    refusal: str | None = None
    plan: Plan = ()  # empty: free training
    speaker: Speaker = field(default_factory=Speaker)
    said: Utterance | None = None

    def begin(self) -> None:
        self.wanted, self.session, self.refusal = True, None, None
        self.speaker.reset()
        self.said = None

    def place(self, shot: Snapshot | None) -> Place | None:
        """Where the plan stands, None without one."""
        if not self.plan or shot is None:
            return None
        return place_in(self.plan, shot.ended_sets, shot.current_set, shot.now_s)

    def speak(self, shot: Snapshot, word: Word) -> None:
        """Notes what is to be said next, if anything."""
        cue = word.text if word.kind in ("cue", "see") or word.aloud else None
        said = self.speaker.step(shot.now_s, to_call(shot), cue)
        self.said = said if said is not None else self.said

    def end(self) -> None:
        """At once, not when the stream has ended: what is shown now is the whole session."""
        self.wanted = False
        if self.player is not None:
            self.player.stop()
            self.player = None
        if self.session is not None:
            self.session.finish()


class CameraProcessor(streamlit_webrtc.VideoProcessorBase):
    """The worker's: each frame through the session, and the drawn one back to the browser."""

    def __init__(self, session: LiveSession, exercises: Mapping[str, Exercise]) -> None:
        self.session = session
        self._exercises = exercises
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
            self.session.fail("Something went wrong while looking at the picture. Press Stop.")
            self._broken = True
            picture = rgb[:, ::-1]
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")

    def _drawn(self, rgb: np.ndarray, t_s: float, dropped: int) -> np.ndarray:
        result = None if self._broken else self.session.process(rgb, t_s, dropped=dropped)
        if result is None:
            return rgb[:, ::-1]
        return draw_overlay(rgb, result, self._exercises, mirror=True)


def show_camera(
    desk: Desk,
    make_session: Callable[[], LiveSession],
    exercises: Mapping[str, Exercise],
    way: Ways,
) -> None:
    """The camera's picture, and the start and end of the session behind it."""

    def start_session() -> CameraProcessor:
        # The offer thread's: no st.* here. A plain attribute hands the session to the page.
        desk.session = make_session()
        return CameraProcessor(desk.session, exercises)

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
            media_stream_constraints=CONSTRAINTS,
            video_processor_factory=start_session,
            async_processing=True,
            sendback_audio=False,
            media_toggle_controls=False,
            video_html_attrs=VIDEO_ATTRIBUTES,
            on_change=note_end,
        )
    except SignallingTimeoutError:
        desk.end()
        desk.refusal = (
            "The camera could not be connected within ten seconds; the computer may be busy. "
            "Press Start again."
        )


def show_controls(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """Source, exercise, Start and Stop; what was chosen outlives a visit to another page."""
    left, middle, right = st.columns([2, 3, 2], vertical_alignment="bottom")

    def named(name: str | None) -> str:
        return title_of(name, exercises) if name else ANY_EXERCISE

    if desk.wanted:
        # Nothing can be chosen now, and the room is needed for what is read from afar.
        left.html(f'<p class="pc-chosen">{desk.source}</p>')
        chosen = "Plan of the day" if desk.plan else named(desk.exercise)
        middle.html(f'<p class="pc-chosen">{escape(chosen)}</p>')
    else:
        desk.source = left.segmented_control(
            "Source", [CAMERA, DEMO], default=desk.source, required=True
        )
        names = [None, *sorted(exercises, key=lambda name: exercises[name].title)]
        desk.exercise = middle.selectbox(
            "Exercise",
            names,
            index=names.index(desk.exercise) if desk.exercise in names else 0,
            format_func=named,
        )
    with right:
        if desk.wanted:
            if st.button("Stop", key="stop", type="primary", width="stretch"):
                desk.end()
                st.rerun()
        elif desk.source == DEMO:
            if st.button("Start", key="start", type="primary", width="stretch"):
                desk.begin()
                st.rerun()
        else:
            answer = ask_for_camera()
            if answer == "ready":
                desk.begin()
                st.rerun()
            elif answer is not None:
                desk.refusal = refusal_in_words(answer)


def show_demo(
    desk: Desk, make_session: Callable[[], LiveSession], exercises: Mapping[str, Exercise]
) -> None:
    """Starts the clip when that is asked for, and shows it."""
    player = desk.player
    if desk.wanted and player is None:
        with st.spinner("Getting ready"):
            desk.session = make_session()
        player = desk.player = ClipPlayer(DEMO_CLIP, desk.session, exercises)

    def picture() -> None:
        newest = player.picture() if player is not None else None
        show_picture(poster() if newest is None else newest)

    st.fragment(picture, run_every=PICTURE_S if desk.wanted else None)()


def show_board(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    shot = desk.session.snapshot() if desk.session is not None else None
    st.html(board_html(shot, exercises, desk.place(shot)))
    if advice := advice_html(resting_set(shot), exercises):
        st.html(advice)


def show_below(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """The one thing to say, over the whole width; the voice; the curves for whoever looks on."""
    shot = desk.session.snapshot() if desk.session is not None else None
    word = word_of(shot, desk.place(shot))
    st.html(word_html(word))
    if shot is not None:
        desk.speak(shot, word)
    show_voice(shot.started_at.isoformat() if shot is not None else "", desk.said)
    if shot is None:
        return
    if shot.problem is not None:
        st.warning(shot.problem)
    show_chart(shot, exercises)
    st.html(reps_html(shot.reps))
    st.caption(pace_in_words(shot))


def show_end(session: LiveSession, exercises: Mapping[str, Exercise]) -> None:
    """After the stop: what was done, whether it is saved, and where to find it."""
    shot = session.snapshot()
    st.html(summary_html(shot, exercises))
    for each in shot.ended_sets:
        if advice := advice_html(each, exercises):
            st.html(advice)
    if shot.problem is not None:
        st.warning(shot.problem)
        if st.button("Save again"):
            session.write_again()
            st.rerun()
    if shot.session_id is not None:
        st.page_link(
            HISTORY_PAGE,
            label="See this session in the history",
            icon=":material/history:",
            query_params={"session": str(shot.session_id)},
        )


def main() -> None:
    st.html(STYLE + ADVICE_STYLE)
    desk: Desk = st.session_state.setdefault("workout_desk", Desk())
    try:
        knowledge = load_knowledge()
        way = ways(time.time(), os.environ)
        store = own(store_at(default_url()))
    except (ModelError, ExerciseFileError, StoreError, SettingError, ImportError) as error:
        st.error(f"A workout cannot start here. {error}", icon=":material/error:")
        return
    show_left_out()
    exercises, _ = knowledge
    # It may have ended while another page was open, or been made after Stop was pressed.
    if desk.session is not None and (desk.session.snapshot().finished or not desk.wanted):
        desk.end()
    show_controls(desk, exercises)
    source = "demo" if desk.source == DEMO else "camera"
    exercise = desk.exercise or only_exercise(desk.plan)
    messages = st.container()
    left, right = st.columns([10, 13])
    below = st.container()

    def make_session() -> LiveSession:
        return new_session(knowledge, store, source, exercise)

    with left:
        if desk.source == DEMO:
            show_demo(desk, make_session, exercises)
        else:
            show_camera(desk, make_session, exercises, way)
    if desk.refusal is not None:
        messages.error(desk.refusal, icon=":material/videocam_off:")
    # Kept in fragments of their own, so that the picture's component is never drawn anew.
    with right:
        if desk.wanted:
            st.fragment(show_board, run_every=REFRESH_S)(desk, exercises)
        elif desk.session is not None:
            show_end(desk.session, exercises)
        else:
            st.html(GUIDE)
        if not desk.wanted:
            desk.plan = show_plan(desk.plan, exercises)
    with below:
        if desk.wanted:
            st.fragment(show_below, run_every=REFRESH_S)(desk, exercises)
        else:
            show_voice("", None)


if __name__ == "__main__":
    main()
