"""How far off the joint angles are, by joint and by where the camera stands."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.history_session import table
from pages.look import NO_TOOLBAR
from posecore import plots
from posecore.angle_model import AngleModelError, read_errors
from posecore.exercises import ExerciseFileError, load_exercises
from posecore.language import _, words_of
from posecore.store.words import VIEWS, title_of


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
        config=NO_TOOLBAR,
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
        st.markdown(
            _(
                "*Best seen* is where most faults of an exercise can be told from: put the camera "
                "there. The angle that is counted may be read more exactly from another side, "
                "from which fewer faults show."
            )
        )
        st.markdown(table(best))


def best_views(by_exercise: Mapping[str, Mapping[str, float]]) -> list[dict[str, str]]:
    """A row for each exercise: where it is best seen from, the error there, and the least error."""
    try:
        exercises = load_exercises()
    except ExerciseFileError:
        exercises = {}
    rows = []
    for name, errors in sorted(by_exercise.items()):
        if name in exercises and errors:
            seen = exercises[name].best_views[0]
            least = min(errors, key=lambda view: errors[view])
            rows.append(
                {
                    _("Exercise"): title_of(name, exercises),
                    _("Best seen"): _(VIEWS[seen]),
                    _("Error there"): degrees(errors[seen]) if seen in errors else "–",
                    _("Least error"): f"{degrees(errors[least])}, {_(VIEWS.get(least, least))}",
                }
            )
    return rows


def degrees(error: float) -> str:
    """Nothing that is measured is exact: 0.3 is "under 1°", not "0°"."""
    return _("under {high}", high="1°") if error < 1 else f"{error:.0f}°"
