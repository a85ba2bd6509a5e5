"""Past sessions: newest first; one opens to its sets, its reps and the angles of each rep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import streamlit as st

from pages.history_session import date_of, offer_list, plain, show_session
from pages.person import own
from posecore.exercises import Exercise, ExerciseFileError, usable_exercises
from posecore.store import NotFound, SessionSummary, Store, StoreError, default_url
from posecore.store.words import counted, done_in_words, figures_in_words, title_of

PER_PAGE = 20
KEPT_AFTER_DELETION = timedelta(days=1)
WORKOUT_PAGE = Path(__file__).with_name("workout.py")


@st.cache_resource(show_spinner=False)
def store_at(url: str) -> Store:
    return Store(url)


def known_exercises() -> Mapping[str, Exercise]:
    try:
        return usable_exercises()[0]
    except ExerciseFileError:
        # The past can be read without them; the workout page says what is wrong with the file.
        return {}


# What buttons do. Errors wait for the next drawing of the page: a callback cannot show them.


def open_session(session_id: int) -> None:
    st.query_params["session"] = str(session_id)
    st.session_state.pop("history_confirm", None)
    st.session_state.pop("history_undo", None)


def restore_session(store: Store, session_id: int) -> None:
    st.session_state.pop("history_undo", None)
    try:
        store.restore_session(session_id)
    except StoreError as error:
        st.session_state["history_error"] = str(error)


# The list.


def choose_exercise(store: Store, exercises: Mapping[str, Exercise]) -> str | None:
    names = [None, *store.exercises()]
    # The choice outlives its widget, which is gone while a session is open.
    last = st.session_state.get("history_exercise")
    chosen = st.selectbox(
        "Exercise",
        names,
        index=names.index(last) if last in names else 0,
        format_func=lambda name: title_of(name, exercises) if name else "All exercises",
    )
    if chosen != last:
        st.session_state["history_exercise"] = chosen
        st.session_state["history_page"] = 0
    return chosen


def show_list(store: Store, exercises: Mapping[str, Exercise]) -> None:
    offer_undo(store)
    if not store.count_sessions():
        st.markdown(
            "### No sessions yet\n\nDo one set before the camera on the workout page, or try its "
            "demo clip. When you stop, the session appears here with every rep."
        )
        st.page_link(WORKOUT_PAGE, label="Start a workout", icon=":material/fitness_center:")
    else:
        exercise = choose_exercise(store, exercises)
        count = store.count_sessions(exercise=exercise)
        last_page = max(0, (count - 1) // PER_PAGE)
        page = min(st.session_state.get("history_page", 0), last_page)
        st.markdown(f"{counted(count, 'session')}, newest first")
        for summary in store.sessions(PER_PAGE, page * PER_PAGE, exercise):
            show_card(summary, exercises)
        if last_page:
            turn_pages(page, last_page)
    show_deleted(store)


def show_card(summary: SessionSummary, exercises: Mapping[str, Exercise]) -> None:
    with st.container(border=True):
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"#### {date_of(summary)}")
        words.markdown(plain(figures_in_words(summary)))
        if summary.totals:
            each = [
                f"**{plain(title_of(totals.exercise, exercises))}** {done_in_words(totals)}"
                for totals in summary.totals
            ]
            words.markdown(" · ".join(each))
        button.button(
            "Open session",
            key=f"open_{summary.id}",
            width="stretch",
            on_click=open_session,
            args=(summary.id,),
        )


def turn_pages(page: int, last_page: int) -> None:
    newer, where, older = st.columns(3, vertical_alignment="center")
    where.markdown(f"Page {page + 1} of {last_page + 1}", text_alignment="center")
    for column, label, to in ((newer, "Newer", page - 1), (older, "Older", page + 1)):
        column.button(
            label,
            disabled=not 0 <= to <= last_page,
            width="stretch",
            on_click=st.session_state.update,
            args=({"history_page": to},),
        )


def offer_undo(store: Store) -> None:
    deleted = st.session_state.get("history_undo")
    if deleted is None:
        return
    session_id, words = deleted
    st.success(f"The session of {words} was deleted.")
    st.button("Undo", type="primary", on_click=restore_session, args=(store, session_id))


def show_deleted(store: Store) -> None:
    deleted = store.sessions(deleted=True)
    if not deleted:
        return
    with st.expander(f"Deleted today ({len(deleted)})"):
        st.markdown("These can be brought back for a day, then they are removed for good.")
        for summary in deleted:
            words, button = st.columns([4, 1], vertical_alignment="center")
            words.markdown(date_of(summary))
            words.markdown(plain(figures_in_words(summary)))
            button.button(
                "Restore",
                key=f"restore_{summary.id}",
                width="stretch",
                on_click=restore_session,
                args=(store, summary.id),
            )


def render(store: Store, now: datetime) -> None:
    """The whole page on the sessions of ``store``."""
    st.title("History")
    exercises = known_exercises()
    if "history_error" in st.session_state:
        st.error(st.session_state.pop("history_error"))
    try:
        if "history_purged" not in st.session_state:
            store.purge(now - KEPT_AFTER_DELETION)
            st.session_state["history_purged"] = True
        chosen = st.query_params.get("session")
        if chosen is None:
            show_list(store, exercises)
            return
        # Anybody may type an address: what is no number is no session either.
        is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
        try:
            detail = store.session(int(chosen)) if is_number else None
        except NotFound:
            detail = None
        if detail is None:
            st.warning("This session is not here; it may have been deleted.")
            offer_list()
        else:
            show_session(store, detail, exercises, now)
    except StoreError as error:
        st.error(str(error))


def main() -> None:
    try:
        store = own(store_at(default_url()))
    except StoreError as error:
        st.title("History")
        st.error(str(error))
    else:
        render(store, datetime.now(UTC))


main()
