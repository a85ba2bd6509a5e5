"""The plan of the day: made before the start, said in words while it is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from pages.history_session import plain
from pages.workout_desk import Desk
from posecore.exercises import Exercise, own_folder
from posecore.exercises.names import person_folder
from posecore.language import _, many, words_of
from posecore.plan import (
    LONGEST_REST_S,
    MOST_REPS,
    MOST_SETS,
    SHORTEST_REST_S,
    Place,
    Plan,
    PlanFileError,
    Step,
    load_plan,
    save_plan,
)
from posecore.store.words import title_of


def step_in_words(step: Step, exercises: Mapping[str, Exercise]) -> str:
    return many(
        "{exercise}: {n} set of {amount}, rest {rest} s",
        "{exercise}: {n} sets of {amount}, rest {rest} s",
        step.sets,
        exercise=title_of(step.exercise, exercises),
        amount=_wanted(step, exercises),
        rest=step.rest_s,
    )


def place_in_words(place: Place, exercises: Mapping[str, Exercise]) -> str:
    """Where one is, in a line under the count."""
    if place.step is None:
        return _("Plan done")
    return _(
        "Set {number} of {sets} · {done} of {amount}",
        number=place.set_no,
        sets=place.step.sets,
        done=place.done,
        amount=_wanted(place.step, exercises),
    )


def next_in_words(place: Place, exercises: Mapping[str, Exercise]) -> str:
    """What comes after the rest."""
    if place.step is None:
        return _("Plan done")
    return _(
        "Next: {exercise}, set {number} of {sets}",
        exercise=title_of(place.step.exercise, exercises),
        number=place.set_no,
        sets=place.step.sets,
    )


def _wanted(step: Step, exercises: Mapping[str, Exercise]) -> str:
    held = step.exercise in exercises and exercises[step.exercise].kind == "hold"
    if held:
        return _("{seconds} s", seconds=step.reps)
    return many("{n} rep", "{n} reps", step.reps)


def fetch_plan(desk: Desk, person: str) -> None:
    """Puts the plan that this person made last onto the desk.

    It may have been changed in another tab, or erased; a plan that is carried out stays as it is,
    and so does one that could not be kept.
    """
    if desk.person == person and (desk.wanted or desk.plan_problem is not None):
        return
    desk.person = person
    try:
        desk.plan = load_plan(_folder(person))
    except PlanFileError as error:
        desk.plan = ()
        st.warning(_(words_of(error)))


def show_plan(desk: Desk, exercises: Mapping[str, Exercise]) -> None:
    """The plan with what changes it; every change is kept at once. Empty: free training."""
    title = _("Plan of the day") if desk.plan else _("Plan of the day: none, train freely")
    with st.expander(title, expanded=bool(desk.plan)):
        for i, step in enumerate(desk.plan):
            words, button = st.columns([4, 1], vertical_alignment="center")
            words.markdown(f"**{i + 1}.** {plain(step_in_words(step, exercises))}")
            if button.button(_("Remove"), key=f"plan_remove_{i}", width="stretch"):
                _change(desk, (*desk.plan[:i], *desk.plan[i + 1 :]))
        with st.form("plan_step", border=False):
            names = sorted(exercises, key=lambda name: title_of(name, exercises))
            name = st.selectbox(
                _("Next exercise"), names, format_func=lambda each: title_of(each, exercises)
            )
            left, middle, right = st.columns(3)
            sets = left.number_input(_("Sets"), 1, MOST_SETS, 3)
            reps = middle.number_input(_("Reps, or seconds held"), 1, MOST_REPS, 10)
            rest_s = right.number_input(
                _("Rest, seconds"), SHORTEST_REST_S, LONGEST_REST_S, 60, step=15
            )
            if st.form_submit_button(_("Add to the plan")):
                _change(desk, (*desk.plan, Step(name, int(sets), int(reps), int(rest_s))))
        if desk.plan_problem is not None:
            st.warning(desk.plan_problem)


def _change(desk: Desk, plan: Plan) -> None:
    desk.plan, desk.plan_problem = plan, None
    try:
        save_plan(_folder(desk.person or ""), plan)
    except PlanFileError as error:
        desk.plan_problem = _(words_of(error))
    st.rerun()


def _folder(person: str) -> Path:
    return person_folder(own_folder(), person)


def only_exercise(plan: Plan) -> str | None:
    """The plan's exercise where it has but one: then nothing need be recognised."""
    names = {step.exercise for step in plan}
    return names.pop() if len(names) == 1 else None
