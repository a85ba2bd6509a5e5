"""The card of the classifier: what it has learnt from, and the scores that are written there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.history_session import table
from posecore.classify import MODEL_PATH, ModelError, read_card
from posecore.exercises import ExerciseFileError, load_exercises
from posecore.store.words import title_of
from posecore.types import NONE

DRAWN = {"rendered", "acted"}
"""Sources that are people drawn by a computer."""


def show_model() -> None:
    st.header("Naming the exercise")
    try:
        card = read_card(MODEL_PATH)
    except ModelError as error:
        st.error(str(error))
        return
    by_class = card.get("clips_by_class_and_source", {})
    st.markdown(
        f"A small neural network looks at the last {card.get('window_s', 2):.0f} seconds and tells "
        f"{len([c for c in card['classes'] if c != NONE])} exercises from each other and from "
        f"everything else. It has learnt from {card.get('sequences', 0):,} recordings."
    )
    scores = scores_in(card)
    if scores:
        st.markdown(table(scores))
    if by_class:
        st.markdown(
            "What it has learnt from. Drawn are people made by a computer, for what there is no "
            "footage of."
        )
        st.markdown(table(rows_of(by_class)))
    versions = card.get("versions", {})
    if versions:
        with st.expander("Made with"):
            st.markdown(table([{"What": k, "Version": str(v)} for k, v in versions.items()]))


def scores_in(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """The scores that the card holds, as shares in percent; none where it holds none."""
    scores = card.get("scores", {})
    return [
        {"Measure": name.replace("_", " "), "Score": f"{100 * value:.0f} %"}
        for name, value in scores.items()
        if isinstance(value, int | float) and 0 <= value <= 1
    ]


def rows_of(by_class: Mapping[str, Mapping[str, int]]) -> list[dict[str, str]]:
    """A row for each class: recordings of real people, of drawn ones, and how many sources."""
    try:
        exercises = load_exercises()
    except ExerciseFileError:
        exercises = {}
    rows = []
    for name, sources in sorted(by_class.items(), key=lambda item: (item[0] == NONE, item[0])):
        drawn = sum(n for source, n in sources.items() if source in DRAWN)
        rows.append(
            {
                "Exercise": "Anything else" if name == NONE else title_of(name, exercises),
                "Real": f"{sum(sources.values()) - drawn:,}",
                "Drawn": f"{drawn:,}",
                "Sources": str(len(sources)),
            }
        )
    return rows
