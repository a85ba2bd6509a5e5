"""Recorded videos: what is done in them, how well, and the same videos with everything drawn on.

The work goes on in the background (pages/video_work.py), so that the page can be left and come
back to. What was found stays while the browser's tab is open; Streamlit lets go of it a while
after the tab is closed, when the next one is opened, or when the program ends.
"""

from __future__ import annotations

import time

import streamlit as st

from pages.entrance import come_in
from pages.history_session import plain
from pages.people import person_here
from pages.person import own
from pages.stored import store_at
from pages.video_compare import show_compare
from pages.video_kept import RESULTS, WORK
from pages.video_result import show
from pages.video_work import Result, begin_work, show_work
from pages.workout_loading import Knowledge, load_knowledge, show_left_out
from posecore.classify import ModelError
from posecore.exercises import Exercise, ExerciseFileError
from posecore.language import Text, _, words_of
from posecore.store import StoreError, default_url
from posecore.store.words import title_of
from posecore.workload import Workload

KINDS = ["mp4", "mov", "m4v", "avi", "webm", "mkv", "mpg", "mpeg", "ts", "3gp", "wmv", "flv", "gif"]
ANY_EXERCISE = Text("Recognise by itself")
UPLOADS = "video_uploads"
CHOSEN, FRESH = "video_chosen", "video_fresh"


def choose(knowledge: Knowledge, *, busy: bool) -> None:
    """The files and how they are looked at; the button begins, unless others are under way."""
    exercises = knowledge[0]
    # Another key is another, empty uploader: the files it held are let go of.
    uploads = st.session_state.setdefault(UPLOADS, 0)
    uploaded = st.file_uploader(
        _("Video files"), type=KINDS, accept_multiple_files=True, key=f"video_files_{uploads}"
    )
    names = [None, *sorted(exercises, key=lambda name: title_of(name, exercises))]
    left, right = st.columns(2, vertical_alignment="bottom")
    exercise = left.selectbox(
        _("Exercise"),
        names,
        format_func=lambda name: title_of(name, exercises) if name else _(ANY_EXERCISE),
    )
    keep = right.toggle(_("Save to the history"), value=True)
    pressed = st.button(
        _("Analyse"),
        type="primary",
        disabled=busy or not uploaded,
        icon=":material/play_arrow:",
        key="video_analyse",
    )
    if not pressed or not uploaded:
        return
    try:
        store = own(store_at(default_url())) if keep else None
        person = person_here(store) if store is not None else ""
        load = begin_work(uploaded, exercise, store, person, knowledge)
    except StoreError as error:
        st.error(_(words_of(error)), icon=":material/error:")
        return
    except OSError as error:
        reason = plain(error.strerror or str(error))
        st.error(
            _("There is no room for these files ({reason}).", reason=reason),
            icon=":material/error:",
        )
        return
    st.session_state[WORK] = (load, time.monotonic())
    st.session_state[UPLOADS] = uploads + 1
    st.session_state[FRESH] = True
    st.rerun()


def take(load: Workload[Result]) -> list[Result]:
    """What was done since the last time. The first that is done of all that were chosen together
    is shown; then only what somebody chooses."""
    done = load.take_results()
    if done and st.session_state.pop(FRESH, False):
        st.session_state[CHOSEN] = done[0].folder.name
    return done


def remove(result: Result) -> None:
    st.session_state[RESULTS].remove(result)
    result.folder.cleanup()


def show_results(results: list[Result], exercises: dict[str, Exercise]) -> None:
    """One at a time: what is not looked at is not in the browser's memory, nor in the page's.

    It stays the one that was chosen while others are done.
    """
    st.divider()
    by_folder = {result.folder.name: result for result in results}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Analysed video"),
            list(by_folder),
            format_func=lambda folder: by_folder[folder].name,
            key=CHOSEN,
        )
        result = by_folder[chosen]
        st.button(_("Remove"), icon=":material/close:", on_click=remove, args=(result,))
    show(result, exercises)
    show_compare(results, exercises)


def main() -> None:
    come_in()
    st.title(_("Video"))
    st.write(
        _(
            "Choose recorded videos of one person each. They are analysed on this computer and not "
            "kept; what was found and the annotated videos are there until you close this tab."
        )
    )
    try:
        knowledge = load_knowledge()
    except (ModelError, ExerciseFileError, ImportError) as error:
        reason = plain(_(words_of(error)))
        st.error(
            _("No video can be analysed here. {reason}", reason=reason), icon=":material/error:"
        )
        return
    show_left_out()
    work: tuple[Workload[Result], float] | None = st.session_state.get(WORK)
    results: list[Result] = st.session_state.setdefault(RESULTS, [])
    choose(knowledge, busy=work is not None and work[0].running)
    # In a place of its own: what is below keeps its own, and its moment, when this ends.
    with st.container():
        if work is not None:
            results += take(work[0])
            show_work(*work)
    if results:
        if st.session_state.get(CHOSEN) not in [each.folder.name for each in results]:
            st.session_state[CHOSEN] = results[-1].folder.name
        show_results(results, knowledge[0])


main()
