"""How far off the joint angles are, by joint and by where the camera stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.history_session import table
from posecore import plots
from posecore.angle_model import AngleModelError, read_errors
from posecore.exercises import ExerciseFileError, load_exercises
from posecore.store.words import title_of

VIEWS = {"front": "from the front", "diagonal": "from the corner", "side": "from the side"}


def show_angles() -> None:
    st.header("Joint angles")
    try:
        card = read_errors()
    except AngleModelError as error:
        st.error(str(error))
        return
    st.markdown(
        f"A joint angle that is shown here is, on average, this many degrees off. Measured on "
        f"{card.get('clips', 0)} clips of **rendered people**: they are drawn by a computer, so "
        "their true angles are known. Nobody knows those of a person before a webcam, and loose "
        "clothes or poor light will make it worse."
    )
    named = {VIEWS.get(view, view): errors for view, errors in card["mae_deg"].items()}
    st.plotly_chart(
        plots.error_figure(named),
        width="stretch",
        key="angle_errors",
        config={"displayModeBar": False},
    )
    st.markdown(
        "The pale band around each line of the live chart is this error, and a fault is only "
        "named where you are further out of the target range than it."
    )
    best = best_views(card.get("key_joint_mae_deg", {}))
    if best:
        st.subheader("Where to put the camera")
        st.markdown("The view from which the angle that counts is read best.")
        st.markdown(table(best))


def best_views(by_exercise: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """A row for each exercise: its best view and the error there; none that was not measured."""
    try:
        exercises = load_exercises()
    except ExerciseFileError:
        exercises = {}
    rows = []
    for name, errors in sorted(by_exercise.items()):
        if errors:
            view = min(errors, key=lambda v: errors[v])
            rows.append(
                {
                    "Exercise": title_of(name, exercises),
                    "Best seen": VIEWS.get(view, view),
                    "Error there": f"{errors[view]:.0f}°",
                    "Worst view": f"{max(errors.values()):.0f}°" if len(errors) > 1 else "–",
                }
            )
    return rows
