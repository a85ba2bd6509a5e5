"""Source, camera and exercise; Start and Stop, by mouse, by finger or by the space bar."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from pages.workout_camera import show_start
from pages.workout_desk import CAMERA, DEMO, FRONT, REAR, Desk
from posecore.exercises import Exercise
from posecore.language import _
from posecore.store.words import title_of

# Space presses Start or Stop wherever nothing else would take it: not in a field, not on another
# button, and not in a list that is open.
_KEYS_JS = """
const ROLES = ["button", "radio", "option", "combobox", "listbox", "slider", "switch", "menuitem"];
const TAKERS = "input, textarea, select, button, a, summary, video, [contenteditable], "
    + ROLES.map((role) => `[role=${role}]`).join(", ");

export default function () {
    const onKey = (event) => {
        if (event.code !== "Space" || event.repeat) return;
        if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
        const target = event.composedPath()[0];
        if (target instanceof Element && target.closest(TAKERS)) return;
        const button = document.querySelector(".st-key-stop button, .st-key-start button");
        if (!button) return;
        event.preventDefault();
        button.focus({ focusVisible: true });
        button.click();
        // Whoever has scrolled down stands back to see the picture and the count.
        document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
}
"""


def show_controls(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """What was chosen outlives a visit to another page."""
    if desk.wanted:
        _show_running(desk, exercises)
    else:
        _show_choices(desk, exercises)
    keys = st.components.v2.component("posecoach_keys", html="<span></span>", js=_KEYS_JS)
    keys(key="keys")


def _show_running(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """Nothing can be chosen now, and the room is needed for what is read from afar."""
    left, right = st.columns([3, 2], vertical_alignment="center")
    chosen = _("Plan of the day") if desk.plan else _named(desk.exercise, exercises)
    left.html(f'<p class="pc-chosen">{escape(chosen)}</p>')
    right.button(
        _("Stop"),
        key="stop",
        type="primary",
        width="stretch",
        help=_("The space bar does the same."),
        on_click=desk.end,
    )


def _show_choices(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """Each widget is told its value at every run, as its default: what is put into the session
    state is told once, and never reaches the browser where that run was broken off."""
    _note_choices(desk)
    if desk.exercise not in exercises:
        desk.exercise = None
    left, middle, right = st.columns([4, 3, 2], vertical_alignment="bottom")
    with left.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            _("Source"),
            [CAMERA, DEMO],
            key="workout_source",
            default=desk.source,
            required=True,
            format_func=lambda each: _("Camera") if each == CAMERA else _("Demo clip"),
        )
        if desk.source == CAMERA:
            st.segmented_control(
                _("Which camera, on a phone"),
                [FRONT, REAR],
                key="workout_facing",
                default=desk.facing,
                required=True,
                format_func=lambda each: _("Front") if each == FRONT else _("Rear"),
            )
    names = ["", *sorted(exercises, key=lambda name: title_of(name, exercises))]
    middle.selectbox(
        _("Exercise"),
        names,
        key="workout_exercise",
        index=names.index(desk.exercise or ""),
        format_func=lambda name: _named(name, exercises),
    )
    with right:
        # One button for both sources: a press while they change places is a press all the same.
        facing = desk.facing if desk.source == CAMERA else None
        show_start(facing, lambda answer: _take(desk, answer))


def _take(desk: Desk, answer: str) -> None:
    """Start was pressed, perhaps before the page was drawn with what was chosen last."""
    _note_choices(desk)
    desk.answered(answer)


def _note_choices(desk: Desk) -> None:
    """What the person sees chosen, whether or not the page has been drawn since."""
    chosen = st.session_state
    desk.source = chosen.get("workout_source", desk.source)
    desk.facing = chosen.get("workout_facing", desk.facing)
    desk.exercise = chosen.get("workout_exercise", desk.exercise) or None


def _named(name: str | None, exercises: Mapping[str, Exercise]) -> str:
    return title_of(name, exercises) if name else _("Recognise by itself")
