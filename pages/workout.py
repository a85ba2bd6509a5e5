"""A workout before the camera, or the demo clip: the exercise, the count, what to do better.

This file lays the page out and says what is drawn anew and how often; what stands on it is made in
the other files called workout_*. All that is read from afar, and the live chart, fit the window
without scrolling: on a phone the count and what to do lie directly below the picture.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

import streamlit as st

from pages.entrance import come_in
from pages.links import link_to_session
from pages.people import choose_person, person_here
from pages.person import logged_in, own
from pages.relay import ways
from pages.workout_advice import STYLE as ADVICE_STYLE
from pages.workout_advice import advice_html, resting_set
from pages.workout_board import board_html
from pages.workout_chart import STYLE as CHART_STYLE
from pages.workout_chart import show_chart
from pages.workout_controls import show_controls
from pages.workout_demo import DEMO_CLIP, ClipPlayer, poster, show_picture
from pages.workout_desk import CAMERA, DEMO, Desk
from pages.workout_loading import (
    SettingError,
    load_knowledge,
    new_session,
    seats,
    show_left_out,
    store_at,
)
from pages.workout_plan import fetch_plan, only_exercise, show_plan
from pages.workout_reps import reps_html
from pages.workout_still import end_in_words
from pages.workout_stream import show_camera
from pages.workout_style import STYLE, guide_html
from pages.workout_summary import pace_in_words, summary_html
from pages.workout_voice import show_voice
from pages.workout_word import word_html, word_of
from posecore.classify import ModelError
from posecore.exercises import Exercise, ExerciseFileError
from posecore.language import _
from posecore.live import LiveSession
from posecore.store import StoreError, default_url

# A little oftener than the four times a second that a chart needs to look alive: each time costs
# the browser more than it costs the app.
REFRESH_S = 0.2
PICTURE_S = 0.12


def show_demo(
    desk: Desk, make_session: Callable[[], LiveSession], exercises: Mapping[str, Exercise]
) -> None:
    """Starts the clip when that is asked for, and shows it."""
    player = desk.player
    if desk.wanted and player is None:
        with st.spinner(_("Getting ready")):
            desk.session = make_session()
        player = desk.player = ClipPlayer(DEMO_CLIP, desk.session, exercises)

    def picture() -> None:
        newest = player.picture() if player is not None else None
        show_picture(poster() if newest is None else newest)

    st.fragment(picture, run_every=PICTURE_S if desk.wanted else None)()


def show_live(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """All that changes while somebody trains, in one fragment: each costs a run of its own.

    Its containers are placed by workout_style, by their keys.
    """
    shot = desk.session.snapshot() if desk.session is not None else None
    if shot is not None and desk.source == CAMERA:
        desk.still.step(shot.frames, time.monotonic())
    if desk.still.over:
        desk.end()
        desk.refusal = end_in_words()
        st.rerun()
    place = desk.place(shot)
    word = desk.still.word() or word_of(shot, place)
    if shot is not None:
        desk.speak(shot, word)
    with st.container(key="pc_board"):
        st.html(board_html(shot, exercises, place))
    with st.container(key="pc_word"):
        st.html(word_html(word))
    with st.container(key="pc_voice"):
        show_voice(shot.started_at.isoformat() if shot is not None else "", desk.said)
    with st.container(key="pc_chart"):
        # In a pause there is no curve to follow, but time to read what to work on.
        if advice := advice_html(resting_set(shot), exercises):
            st.html(advice)
        elif shot is not None and desk.curves:
            show_chart(shot, exercises)
    with st.container(key="pc_more"):
        if shot is None:
            return
        if shot.problem is not None:
            st.warning(_(shot.problem))
        st.html(reps_html(shot.reps))
        st.caption(pace_in_words(shot))


def show_idle(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """Before the start, and after the stop."""
    with st.container(key="pc_board"):
        if desk.session is not None:
            show_end(desk.session, exercises)
        else:
            st.html(guide_html())
        show_plan(desk, exercises)
    with st.container(key="pc_voice"):
        show_voice("", None)


def show_end(session: LiveSession, exercises: Mapping[str, Exercise]) -> None:
    """After the stop: what was done, whether it is saved, and where to find it."""
    shot = session.snapshot()
    st.html(summary_html(shot, exercises))
    for each in shot.ended_sets:
        if advice := advice_html(each, exercises):
            st.html(advice)
    if shot.problem is not None:
        st.warning(_(shot.problem))
        if st.button(_("Save again")):
            session.write_again()
            st.rerun()
    if shot.session_id is not None:
        link_to_session(shot.session_id)


def main() -> None:
    come_in()
    st.html(STYLE + ADVICE_STYLE + CHART_STYLE)
    desk: Desk = st.session_state.setdefault("workout_desk", Desk())
    try:
        knowledge = load_knowledge()
        way = ways(time.time(), os.environ)
        seats()
        store = own(store_at(default_url()))
    except (ModelError, ExerciseFileError, StoreError, SettingError, ImportError) as error:
        problem = _("A workout cannot start here. {reason}", reason=error)
        st.error(problem, icon=":material/error:")
        return
    exercises, _classifier = knowledge
    # It may have ended while another page was open, or been made after Stop was pressed.
    if desk.session is not None and (desk.session.snapshot().finished or not desk.wanted):
        desk.end()
    messages = st.container()
    with messages:
        show_left_out()
        person = person_here(store) if desk.wanted else choose_person(store)
        fetch_plan(desk, logged_in() or person)
    exercise = desk.exercise or only_exercise(desk.plan)

    def make_session() -> LiveSession:
        return new_session(knowledge, store, desk.source, exercise, person, desk.seat)

    with st.container(key="pc_stage"):
        with st.container(key="pc_bar"):
            show_controls(desk, exercises)
        with st.container(key="pc_picture"):
            if desk.source == DEMO:
                show_demo(desk, make_session, exercises)
            else:
                show_camera(desk, make_session, exercises, way)
        # In a fragment of its own, so that the picture's component is never drawn anew.
        if desk.wanted:
            st.fragment(show_live, run_every=REFRESH_S)(desk, exercises)
        else:
            show_idle(desk, exercises)
    if desk.refusal is not None:
        messages.error(desk.refusal, icon=":material/videocam_off:")
    if desk.wanted:
        label = _("Draw the angle curves")
        desk.curves = st.toggle(label, key="workout_curves", value=desk.curves)


if __name__ == "__main__":
    main()
