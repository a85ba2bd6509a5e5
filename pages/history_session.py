"""One session of the history page: its sets, reps and angles, its notes, and how to delete it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from pages.look import NO_TOOLBAR
from posecore import language, plots
from posecore.advice import MOST, Advice, advice_on
from posecore.exercises import Exercise
from posecore.language import _, many, words_of
from posecore.store import SessionDetail, SessionSummary, SetRecord, Store, StoreError
from posecore.store.words import (
    counted,
    date_in_words,
    fault_in_words,
    figures_in_words,
    place_of,
    range_of,
    reading_of,
    rep_in_words,
    title_of,
)

NOTES_LENGTH = 4000


def plain(text: str) -> str:
    """``text`` so that Markdown shows it as it is: file names and cues are not markup."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def local_zone() -> tzinfo | None:
    """The browser's zone; None, which is the server's, where the browser does not say."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def date_of(summary: SessionSummary) -> str:
    return plain(date_in_words(summary.started_at, local_zone()))


def date_in_short(time: datetime) -> str:
    return language.date_in_words(time.astimezone(local_zone()).date(), "medium")


def table(rows: list[dict[str, str]]) -> str:
    """A Markdown table of plain texts; st.table writes its headings too pale to read."""
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[plain(words) for words in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# What buttons do. Errors wait for the next drawing of the page: a callback cannot show them.


def open_session(session_id: int) -> None:
    st.query_params["session"] = str(session_id)
    st.session_state.pop("history_confirm", None)
    st.session_state.pop("history_undo", None)


def save_notes(store: Store, session_id: int, key: str) -> None:
    try:
        store.set_notes(session_id, st.session_state[key])
    except StoreError as error:
        st.session_state["history_error"] = _(words_of(error))
    else:
        st.toast(_("Notes saved."))


def close_session() -> None:
    st.query_params.pop("session", None)
    st.session_state.pop("history_confirm", None)


def delete_session(store: Store, summary: SessionSummary, now: datetime) -> None:
    try:
        store.delete_session(summary.id, now)
    except StoreError as error:
        st.session_state["history_error"] = _(words_of(error))
        return
    st.session_state["history_undo"] = (summary.id, date_of(summary))
    close_session()


# What is shown.


def show_session(
    store: Store, detail: SessionDetail, exercises: Mapping[str, Exercise], now: datetime
) -> None:
    summary = detail.summary
    offer_list()
    st.header(date_of(summary))
    st.markdown(plain(figures_in_words(summary)))
    if summary.ended_at is None:
        st.info(
            _(
                "This session is still running, or the app was closed while it ran. "
                "Every finished rep is here."
            )
        )
    show_notes(store, summary)
    for each in detail.sets:
        show_set(store, each, exercises)
    st.divider()
    ask_to_delete(store, summary, now)


def show_notes(store: Store, summary: SessionSummary) -> None:
    """Kept when the box is left: nobody has to look for a button."""
    key = f"notes_{summary.id}"
    st.text_area(
        _("Notes"),
        summary.notes,
        key=key,
        max_chars=NOTES_LENGTH,
        placeholder=_("How it felt, the weight that was used, what to do next time"),
        on_change=save_notes,
        args=(store, summary.id, key),
    )


def offer_list() -> None:
    st.button(
        _("All sessions"),
        icon=":material/arrow_back:",
        key="history_back",
        on_click=close_session,
    )


def show_set(store: Store, one: SetRecord, exercises: Mapping[str, Exercise]) -> None:
    complete = sum(rep.complete for rep in one.reps)
    attempts = len(one.reps) - complete
    parts = [counted(complete, "rep")] if one.reps or one.hold_s is None else []
    if attempts:
        parts.append(counted(attempts, "attempt"))
    if one.hold_s is not None:
        parts.append(_("{seconds} s held in good form", seconds=f"{one.hold_s:.0f}"))
    words = _(
        "Set {n}: {exercise}, {done}",
        n=one.ordinal,
        exercise=title_of(one.exercise, exercises),
        done=", ".join(parts),
    )
    st.subheader(plain(words))
    if one.reps:
        show_advice(one, exercises.get(one.exercise))
        st.markdown(table([rep_in_words(rep) for rep in one.reps]))
        show_faults(one)
        show_rep_angles(store, one, exercises.get(one.exercise))


def show_advice(one: SetRecord, exercise: Exercise | None) -> None:
    """The same two things as after the set itself."""
    points = [f"- {_advice_in_words(each)}" for each in advice_on(one.reps, exercise)[:MOST]]
    if points:
        st.markdown(_("**What to work on:**") + "\n\n" + "\n".join(points))


def _advice_in_words(advice: Advice) -> str:
    _number, fault = advice.worst
    times = many(
        "in {n} rep of {reps}", "in {n} reps of {reps}", len(advice.times), reps=advice.n_reps
    )
    words = _(
        "{times}; at worst {joint} {reading}, target {range}. {why}",
        times=times,
        joint=place_of(fault),
        reading=reading_of(fault),
        range=range_of(fault),
        why=_(advice.why),
    )
    return f"**{plain(_(advice.cue))}** {plain(words.strip())}"


def show_faults(one: SetRecord) -> None:
    faults = [
        f"- **{_('Rep {n}:', n=rep.ordinal)}** {plain('; '.join(map(fault_in_words, rep.faults)))}"
        for rep in one.reps
        if rep.faults
    ]
    if faults:
        st.markdown(_("What was off:") + "\n\n" + "\n".join(faults))


@st.fragment
def show_rep_angles(store: Store, one: SetRecord, exercise: Exercise | None) -> None:
    """A fragment: another rep is drawn without drawing the whole page again."""
    rep = st.selectbox(
        _("Joint angles in set {n}", n=one.ordinal),
        one.reps,
        format_func=lambda rep: (
            _("Rep {n}", n=rep.ordinal) if rep.complete else _("Rep {n} (attempt)", n=rep.ordinal)
        ),
        key=f"rep_of_set_{one.id}",
    )
    try:
        curve = store.curve(rep.id)
    except StoreError as error:
        st.error(_(words_of(error)))
        return
    if not curve.t_s.size:
        st.markdown(_("No angles were recorded for this rep."))
        return
    figure = plots.rep_figure(
        curve.t_s,
        curve.flexion_deg,
        curve.joint_names,
        plots.chart_joints(exercise),
        plots.target_bands(exercise) if exercise else {},
    )
    st.plotly_chart(figure, key=f"angles_of_set_{one.id}", config=NO_TOOLBAR)


def ask_to_delete(store: Store, summary: SessionSummary, now: datetime) -> None:
    if st.session_state.get("history_confirm") != summary.id:
        st.button(
            _("Delete this session"),
            icon=":material/delete:",
            key="history_delete",
            on_click=st.session_state.update,
            args=({"history_confirm": summary.id},),
        )
        return
    st.warning(_("Delete this session with all its reps? You can undo this for a day."))
    yes, no = st.columns(2)
    yes.button(
        _("Yes, delete it"),
        type="primary",
        width="stretch",
        key="history_delete_yes",
        on_click=delete_session,
        args=(store, summary, now),
    )
    no.button(
        _("No, keep it"),
        width="stretch",
        key="history_delete_no",
        on_click=st.session_state.pop,
        args=("history_confirm", None),
    )
