"""How well exercises are named on footage of makers that took no part in training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.history_session import table
from pages.look import NO_TOOLBAR
from posecore.classify import MODEL_PATH
from posecore.exercises import ExerciseFileError, load_exercises
from posecore.language import Text, _, words_of
from posecore.plots.recognition import calibration_figure, confusion_figure, voting_figure
from posecore.store.words import title_of
from posecore.types import NONE

FIGURES = MODEL_PATH.parent / "recognition.json"
ANYTHING_ELSE = Text("Anything else")
COMPONENTS = 40
_NAMES = (
    Text("k nearest neighbours"), Text("logistic regression"), Text("support vectors (RBF)"),
    Text("random forest"), Text("gradient boosting"), Text("multi-layer perceptron"),
    Text("multi-layer perceptron, rows blurred"), Text("the model that ships"),
    Text("one frame, then votes (the paper's method)"), Text("window of 1 s"),
    Text("window of 2 s (as it ships)"), Text("window of 4 s"),
    Text("windows of 1, 2 and 4 s together"), Text("16 poses of 2 s in order (temporal network)"),
    Text("window of 2 s and the poses in order"), Text("world landmarks, 2 s"),
    Text("picture and world landmarks, 2 s"),
    Text("plurality"), Text("majority"), Text("mean probability"), Text("exponential"),
    Text("exponential, held (ships)"), Text("Markov filter"), Text("in hindsight (films)"),
)  # fmt: skip
"""What the benchmark compares, for the catalogues."""


def show_unseen(card: Mapping[str, Any]) -> None:
    """Scores by exercise, what is taken for what, and how sure it is: from the model's card."""
    found = card.get("leave_one_source_out")
    if not found:
        return
    titles = titles_of(list(card["classes"]))
    st.subheader(_("People and rooms it has never seen"))
    st.markdown(table(class_rows(found["by_class"], titles)))
    st.markdown(
        _(
            "What is taken for what. Each row is what was done, each column what it was called, in "
            "clips; what lies on the diagonal is right."
        )
    )
    st.plotly_chart(
        confusion_figure(found["confusion"], titles), width="stretch", key="confusion",
        config=NO_TOOLBAR,
    )  # fmt: skip
    bins = card.get("calibration")
    if bins:
        st.markdown(
            _(
                "Does it know when it does not know? Where the line lies above the dashed one, it "
                "is right more often than it says; below, it is too sure of itself."
            )
        )
        st.plotly_chart(
            calibration_figure(bins), width="stretch", key="calibration", config=NO_TOOLBAR
        )


def show_compared(path: Path = FIGURES) -> None:
    """Other models, other things to look at, and ways to vote: as the benchmark measured them."""
    figures = figures_or_said(path)
    if not figures:
        return
    st.subheader(_("What else was tried"))
    st.markdown(
        _(
            "The same rows were given to other kinds of model, and the same kind of model was "
            "shown other things. *Grouped*: no person is both learnt from and asked about. The "
            "other columns leave whole makers of footage out, which is harder and nearer to what "
            "happens at your home. What follows ± is how far the parts of the measurement lie "
            "apart: where two rows differ by less, neither is better."
        )
    )
    for key, head in (("models", _("Model")), ("looks", _("What it is shown"))):
        if figures.get(key):
            st.markdown(table([compared_row(head, row) for row in figures[key]]))
    if figures.get("voting"):
        st.markdown(
            _(
                "One frame may be named wrong, a second of frames seldom is. The longer votes are "
                "collected, the more is right, and the later a new exercise is named. The thick "
                "line is how this app votes; each point is a length of time."
            )
        )
        st.plotly_chart(
            voting_figure(figures["voting"]), width="stretch", key="voting", config=NO_TOOLBAR
        )


def in_words(card: Mapping[str, Any]) -> str:
    """The leave-one-source-out scores in a sentence for whoever knows nothing of such things."""
    scores = card.get("scores", {})
    named = scores.get("clips_of_unseen_sources_named_right", float("nan"))
    none = card["leave_one_source_out"]["by_class"].get(NONE)
    words = _(
        "Of 100 clips of people and rooms that it had never seen, **{n}** were named right: each "
        "maker's clips were shown to a model that had learnt without them.",
        n=f"{100 * named:.0f}",
    )
    if none:
        words += " " + _(
            "Where none of the exercises is done, it still saw one in **{percent} %** of the time: "
            "do not let it watch other movements and trust the count.",
            percent=f"{100 - 100 * none['voted']:.0f}",
        )
    return words


def class_rows(
    by_class: Mapping[str, Mapping[str, float]], titles: Mapping[str, str]
) -> list[dict[str, str]]:
    """A row for each class, none last: clips, how many were named right, and how long."""
    return [
        {
            _("Exercise"): titles.get(name, name),
            _("Clips"): f"{figures['clips']:.0f}",
            _("Named right"): f"{100 * figures['named']:.0f} %",
            _("Of the time, after voting"): f"{100 * figures['voted']:.0f} %",
        }
        for name, figures in sorted(by_class.items(), key=lambda item: (item[0] == NONE, item[0]))
    ]


def compared_row(head: str, row: Mapping[str, Any]) -> dict[str, str]:
    """A row of the comparison, in percent; a dash for what was not measured."""

    def share(key: str, spread: str | None = None) -> str:
        if row.get(key) is None:
            return "–"
        wide = f" ± {100 * row[spread]:.0f}" if spread and row.get(spread) is not None else ""
        return f"{100 * row[key]:.0f}{wide} %"

    name = compared_name(row["name"])
    return {
        head: name[:1].upper() + name[1:],
        _("Grouped"): share("grouped", "grouped_spread"),
        _("Clips"): share("named"),
        _("Frames"): share("frames"),
        _("After voting"): share("voted", "voted_spread"),
        _("Mean over exercises"): share("macro"),
    }


def compared_name(name: str) -> str:
    """What was compared, as the benchmark wrote it: "random forest, 40 components"."""
    model, components, count = name.partition(f", {COMPONENTS} components")
    return _(model) + (_(", {n} components", n=COMPONENTS) if components else count)


def titles_of(classes: list[str]) -> dict[str, str]:
    """Class -> what the page calls it."""
    try:
        exercises = load_exercises()
    except ExerciseFileError:
        exercises = {}
    return {
        name: _(ANYTHING_ELSE) if name == NONE else title_of(name, exercises) for name in classes
    }


def figures_or_said(path: Path) -> dict[str, list[dict[str, Any]]]:
    """As read_figures; {} and a sentence on the page where they are damaged."""
    try:
        return read_figures(path)
    except ValueError as error:
        st.error(_(words_of(error)))
        return {}


def read_figures(path: Path) -> dict[str, list[dict[str, Any]]]:
    """What the benchmark wrote; {} where it never ran. Raises ValueError where it is damaged."""
    if not path.exists():
        return {}
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem = Text("{file} cannot be read ({reason}).", file=path.name, reason=str(error))
        raise ValueError(problem) from error
    rows = figures.values() if isinstance(figures, dict) else [None]
    if not all(isinstance(part, list) for part in rows):
        raise ValueError(
            Text("{file} is not of the expected form: lists of rows by name.", file=path.name)
        )
    return figures
