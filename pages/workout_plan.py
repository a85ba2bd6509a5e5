"""The plan of the day: made before the start, said in words while it is carried out."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from posecore.exercises import Exercise
from posecore.plan import (
    LONGEST_REST_S,
    MOST_REPS,
    MOST_SETS,
    SHORTEST_REST_S,
    Place,
    Step,
)
from posecore.store.words import counted, title_of

Plan = tuple[Step, ...]


def step_in_words(step: Step, exercises: Mapping[str, Exercise]) -> str:
    title = title_of(step.exercise, exercises)
    sets = counted(step.sets, "set")
    return f"{title}: {sets} of {_wanted(step, exercises)}, rest {step.rest_s} s"


def place_in_words(place: Place, exercises: Mapping[str, Exercise]) -> str:
    """Where one is, in a line under the count."""
    if place.step is None:
        return "Plan done"
    wanted = _wanted(place.step, exercises)
    return f"Set {place.set_no} of {place.step.sets} · {place.done} of {wanted}"


def next_in_words(place: Place, exercises: Mapping[str, Exercise]) -> str:
    """What comes after the rest."""
    if place.step is None:
        return "Plan done"
    title = title_of(place.step.exercise, exercises)
    return f"Next: {title}, set {place.set_no} of {place.step.sets}"


def _wanted(step: Step, exercises: Mapping[str, Exercise]) -> str:
    held = step.exercise in exercises and exercises[step.exercise].kind == "hold"
    return f"{step.reps} s" if held else counted(step.reps, "rep")


def show_plan(plan: Plan, exercises: Mapping[str, Exercise]) -> Plan:
    """The plan with what changes it; returns it as it is after this run. Empty: free training."""
    title = "Plan of the day" if plan else "Plan of the day: none, train freely"
    with st.expander(title, expanded=bool(plan)):
        for i, step in enumerate(plan):
            words, button = st.columns([4, 1], vertical_alignment="center")
            words.markdown(f"**{i + 1}.** {step_in_words(step, exercises)}")
            if button.button("Remove", key=f"plan_remove_{i}", width="stretch"):
                plan = (*plan[:i], *plan[i + 1 :])
                st.session_state["workout_desk"].plan = plan
                st.rerun()
        with st.form("plan_step", border=False):
            names = sorted(exercises, key=lambda name: exercises[name].title)
            name = st.selectbox(
                "Next exercise", names, format_func=lambda each: title_of(each, exercises)
            )
            left, middle, right = st.columns(3)
            sets = left.number_input("Sets", 1, MOST_SETS, 3)
            reps = middle.number_input("Reps, or seconds held", 1, MOST_REPS, 10)
            rest_s = right.number_input(
                "Rest, seconds", SHORTEST_REST_S, LONGEST_REST_S, 60, step=15
            )
            if st.form_submit_button("Add to the plan"):
                plan = (*plan, Step(name, int(sets), int(reps), int(rest_s)))
                st.session_state["workout_desk"].plan = plan
                st.rerun()
    return plan


def only_exercise(plan: Plan) -> str | None:
    """The plan's exercise where it has but one: then nothing need be recognised."""
    names = {step.exercise for step in plan}
    return names.pop() if len(names) == 1 else None
