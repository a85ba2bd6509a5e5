"""How far off the joint angles are, by joint and by where the camera stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.history_session import table
from posecore import plots
from posecore.angle_model import AngleModelError, read_errors
from posecore.exercises import ExerciseFileError, load_exercises
from posecore.language import Text, _, words_of
from posecore.store.words import title_of

VIEWS = {
    "front": Text("from the front"),
    "diagonal": Text("from the corner"),
    "side": Text("from the side"),
}


def show_angles() -> None:
    st.header(_("Joint angles"))
    try:
        card = read_errors()
    except AngleModelError as error:
        st.error(_(words_of(error)))
        return
    st.markdown(
        _(
            "A joint angle that is shown here is, on average, this many degrees off. Measured on "
            "{clips} clips of **rendered people**: they are drawn by a computer, so their true "
            "angles are known. Nobody knows those of a person before a webcam, and loose clothes "
            "or poor light will make it worse.",
            clips=card.get("clips", 0),
        )
    )
    named = {_(VIEWS.get(view, view)): errors for view, errors in card["mae_deg"].items()}
    st.plotly_chart(
        plots.error_figure(named),
        width="stretch",
        key="angle_errors",
        config={"displayModeBar": False},
    )
    st.markdown(
        _(
            "The pale band around each line of the live chart is this error, and a fault is only "
            "named where you are further out of the target range than it."
        )
    )
    best = best_views(card.get("key_joint_mae_deg", {}))
    if best:
        st.subheader(_("Where to put the camera"))
        st.markdown(_("The view from which the angle that counts is read best."))
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
                    _("Exercise"): title_of(name, exercises),
                    _("Best seen"): _(VIEWS.get(view, view)),
                    _("Error there"): f"{errors[view]:.0f}°",
                    _("Worst view"): f"{max(errors.values()):.0f}°" if len(errors) > 1 else "–",
                }
            )
    return rows
