"""Past training: which days, how it goes from week to week, and every session with its reps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from pages.entrance import come_in
from pages.exercises_own import whose_exercises
from pages.history_progress import show_progress
from pages.history_session import (
    date_of,
    local_zone,
    offer_list,
    open_session,
    plain,
    show_session,
)
from pages.look import begin_at_the_top
from pages.people import person_here
from pages.person import logged_in, own
from pages.stored import store_at
from posecore.exercises import Exercise, ExerciseFileError, usable_exercises
from posecore.language import _, many, words_of
from posecore.store import NotFound, SessionSummary, Store, StoreError, default_url
from posecore.store.words import done_in_words, figures_in_words, title_of

PER_PAGE = 20
WORKOUT_PAGE = Path(__file__).with_name("workout.py")


def known_exercises() -> Mapping[str, Exercise]:
    try:
        return usable_exercises(whose_exercises())[0]
    except ExerciseFileError:
        # The past can be read without them; the workout page says what is wrong with the file.
        return {}


# What buttons do. Errors wait for the next drawing of the page: a callback cannot show them.


def restore_session(store: Store, session_id: int) -> None:
    st.session_state.pop("history_undo", None)
    try:
        store.restore_session(session_id)
    except StoreError as error:
        st.session_state["history_error"] = _(words_of(error))


# The list.


def choose_exercise(
    store: Store, exercises: Mapping[str, Exercise], person: str | None
) -> str | None:
    names = [None, *store.exercises(person)]
    titles = [title_of(name, exercises) if name else _("All exercises") for name in names]
    return choose("history_exercise", _("Exercise"), names, titles, None)


def choose_person(store: Store) -> str | None:
    """None is everyone. Nothing to choose where nobody has a name."""
    people = [each for each in store.people.all() if each.sessions]
    if not people or logged_in() is not None:
        return None
    here = person_here(store)
    # Whoever comes next looks at their own first, not at what was chosen before them.
    if st.session_state.setdefault("history_of", here) != here:
        st.session_state["history_of"] = here
        for key in ("history_person", "history_page"):
            st.session_state.pop(key, None)
    names = [None, *(each.name for each in people)]
    titles = [_("Everyone"), *(each.name for each in people)]
    if sum(each.sessions for each in people) < store.count_sessions():
        names.append("")  # whoever trained without a name
        titles.append(_("No name"))
    return choose("history_person", _("Person"), names, titles, here)


def choose(
    key: str, label: str, names: list[str | None], titles: list[str], first: str | None
) -> str | None:
    """The choice outlives its widget, which is gone while a session is open."""
    last = st.session_state.get(key, first)
    index = names.index(last) if last in names else 0
    # Another person's is another box: one in view keeps its choice, whatever ``index`` says.
    widget = f"{key}_box_of_{st.session_state.get('history_of')}"
    # By number: a choice of None would be taken for none at all.
    number = st.selectbox(
        label, range(len(names)), index=index, format_func=titles.__getitem__, key=widget
    )
    if names[number] != last:
        st.session_state["history_page"] = 0
    st.session_state[key] = names[number]
    return names[number]


def show_overview(store: Store, exercises: Mapping[str, Exercise], now: datetime) -> None:
    offer_undo(store)
    if not store.count_sessions():
        st.markdown(
            _(
                "### No sessions yet\n\nDo one set before the camera on the workout page, or try "
                "its demo clip. When you stop, the session appears here with every rep."
            )
        )
        link = _("Start a workout")
        st.page_link(WORKOUT_PAGE, label=link, icon=":material/fitness_center:")
    else:
        left, right = st.columns(2)
        with right:
            person = choose_person(store)
        with left:
            exercise = choose_exercise(store, exercises, person)
        today = now.astimezone(local_zone()).date()
        show_progress(store, exercises, exercise, person, today)
        show_list(store, exercises, exercise, person)
    show_deleted(store)
    tell_of_damaged(store)


def show_list(
    store: Store, exercises: Mapping[str, Exercise], exercise: str | None, person: str | None
) -> None:
    st.subheader(_("Sessions"))
    count = store.count_sessions(exercise, person)
    last_page = max(0, (count - 1) // PER_PAGE)
    page = min(st.session_state.get("history_page", 0), last_page)
    st.markdown(many("{n} session, newest first", "{n} sessions, newest first", count))
    for summary in store.sessions(PER_PAGE, page * PER_PAGE, exercise, person):
        show_card(summary, exercises)
    if last_page:
        turn_pages(page, last_page)


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
            _("Open session"),
            key=f"open_{summary.id}",
            width="stretch",
            on_click=open_session,
            args=(summary.id,),
        )


def turn_pages(page: int, last_page: int) -> None:
    newer, where, older = st.columns(3, vertical_alignment="center")
    where.markdown(
        _("Page {page} of {pages}", page=page + 1, pages=last_page + 1), text_alignment="center"
    )
    for column, label, to in ((newer, _("Newer"), page - 1), (older, _("Older"), page + 1)):
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
    st.success(_("The session of {date} was deleted.", date=words))
    st.button(
        _("Undo"),
        type="primary",
        key="history_undo_button",
        on_click=restore_session,
        args=(store, session_id),
    )


def show_deleted(store: Store) -> None:
    deleted = store.sessions(deleted=True)
    if not deleted:
        return
    with st.expander(_("Deleted today ({n})", n=len(deleted))):
        st.markdown(_("These can be brought back for a day, then they are removed for good."))
        for summary in deleted:
            words, button = st.columns([4, 1], vertical_alignment="center")
            words.markdown(date_of(summary))
            words.markdown(plain(figures_in_words(summary)))
            button.button(
                _("Restore"),
                key=f"restore_{summary.id}",
                width="stretch",
                on_click=restore_session,
                args=(store, summary.id),
            )


def tell_of_damaged(store: Store) -> None:
    """Last: what is damaged shows when it is read."""
    if not store.n_damaged or logged_in() is not None:
        return
    words = many(
        "{n} session is damaged and left out here.",
        "{n} sessions are damaged and left out here.",
        store.n_damaged,
    )
    st.warning(f"{words} {_('The command `python -m posecore doctor` says what is wrong.')}")


def render(store: Store, now: datetime) -> None:
    """The whole page on the sessions of ``store``."""
    st.title(_("History"))
    exercises = known_exercises()
    if "history_error" in st.session_state:
        st.error(st.session_state.pop("history_error"))
    try:
        chosen = st.query_params.get("session")
        if st.session_state.setdefault("history_shown", chosen) != chosen:
            st.session_state["history_shown"] = chosen
            begin_at_the_top()
        if chosen is None:
            show_overview(store, exercises, now)
            return
        # Anybody may type an address: what is no number is no session either.
        is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
        try:
            detail = store.session(int(chosen)) if is_number else None
        except NotFound:
            detail = None
        if detail is None:
            st.warning(_("This session is not here; it may have been deleted."))
            offer_list()
        else:
            show_session(store, detail, exercises, now)
    except StoreError as error:
        st.error(_(words_of(error)))


def main() -> None:
    come_in()
    try:
        store = own(store_at(default_url()))
    except StoreError as error:
        st.title(_("History"))
        st.error(_(words_of(error)))
    else:
        render(store, datetime.now(UTC))


main()
