"""The exercises: how each is done, what is wanted and why, in one's own measure; and new ones."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from pages.entrance import come_in
from pages.exercises_detail import SEEN, show_aftermath, show_exercise
from pages.exercises_figure import STYLE, figure_html
from pages.exercises_known import Known, known_here
from pages.exercises_own import choose_whose
from pages.exercises_teach import show_teaching
from pages.exercises_words import best_seen_in_words
from pages.workout_loading import show_left_out
from posecore.classify import ModelError
from posecore.exercises import ExerciseFileError
from posecore.language import Text, _, words_of

LIST, TEACH = Text("All exercises"), Text("Teach a new one")
PART, OPENED = "exercises_part", "exercise"
CARDS_A_ROW = 3


def main() -> None:
    come_in()
    st.html(STYLE + CARD_STYLE)
    st.title(_("Exercises"))
    choose_whose()
    try:
        known = known_here()
    except (ExerciseFileError, ModelError) as error:
        problem = _("The exercises cannot be shown. {reason}", reason=_(words_of(error)))
        st.error(problem, icon=":material/error:")
        return
    show_left_out()
    opened = st.query_params.get(OPENED)
    if opened in known.exercises:
        if st.button(_("All exercises"), icon=":material/arrow_back:", key="exercises_back"):
            st.query_params.clear()
            st.rerun()
        show_exercise(known, known.exercises[opened])
        return
    show_aftermath(known)
    st.session_state.pop(SEEN, None)
    part = st.segmented_control(
        _("What to look at"),
        [LIST, TEACH],
        format_func=_,
        default=LIST,
        key=PART,
        required=True,
        label_visibility="collapsed",
    )
    if part == TEACH:
        show_teaching(known)
    else:
        show_cards(known)


def show_cards(known: Known) -> None:
    st.write(
        _(
            "How each exercise is done, what is counted, what a good repetition looks like and "
            "where that comes from. Open one to see its targets, or to set your own."
        )
    )
    names = sorted(known.exercises, key=lambda name: _(known.exercises[name].title).casefold())
    for first in range(0, len(names), CARDS_A_ROW):
        for column, name in zip(st.columns(CARDS_A_ROW), names[first : first + CARDS_A_ROW]):
            with column.container(border=True, key=f"card_{name}"):
                show_card(known, name)


def show_card(known: Known, name: str) -> None:
    exercise = known.exercises[name]
    title = _(exercise.title)
    seen = best_seen_in_words(exercise)
    marks = _marks(known, name)
    st.html(
        f'<div class="pc-card">{figure_html(known.figures.get(name), title)}'
        f"<h3>{escape(title)}</h3>{marks}<p>{escape(_(exercise.about))}</p>"
        f"<p class='pc-from'>{escape(seen)}</p></div>"
    )
    if st.button(_("Open {exercise}", exercise=title), key=f"open_{name}", width="stretch"):
        st.query_params[OPENED] = name
        st.rerun()


def _marks(known: Known, name: str) -> str:
    words: Mapping[str, bool] = {
        _("Taught by you"): name in known.taught,
        _("Your own targets"): name in known.changed,
    }
    return "".join(f'<span class="pc-mark">{word}</span>' for word, is_so in words.items() if is_so)


CARD_STYLE = """
<style>
.pc-card h3 { font-size: 1.5rem; margin: .2rem 0 .2rem; padding: 0; overflow-wrap: anywhere; }
.pc-card p { margin: .3rem 0 0; overflow-wrap: anywhere; }
.pc-card .pc-from { opacity: .85; }
.pc-mark { display: inline-block; border: 2px solid currentColor; border-radius: 6px;
  padding: 0 .5rem; font-weight: 600; margin: 0 .4rem .2rem 0; }
.pc-target { border-left: 8px solid #0072b2; padding: .1rem 0 .1rem .8rem; margin: 0 0 1rem; }
.pc-target h4 { margin: 0; padding: 0; font-size: 1.15rem; }
.pc-target p { margin: .2rem 0 0; overflow-wrap: anywhere; }
.pc-target .pc-source { opacity: .85; font-size: .95rem; }
.pc-lead { font-size: 1.15rem; }
</style>
"""

main()
