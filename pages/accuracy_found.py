"""How often reps are counted right and faults told, on clips that nothing was learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.accuracy_unseen import figures_or_said, titles_of
from pages.look import NO_TOOLBAR
from posecore.classify import MODEL_PATH
from posecore.language import Text, _
from posecore.plots.recognition import outcomes_figure

FIGURES = MODEL_PATH.parent / "evaluation.json"
PEOPLE = {"real": Text("Real people"), "drawn": Text("Drawn people")}
_MOST = 0.7
"""Share of the clips from which on one exercise rules the figures."""

Row = Mapping[str, Any]


def show_found(path: Path = FIGURES) -> None:
    """Counting and form as the evaluation measured them; nothing where it never ran."""
    figures = figures_or_said(path)
    if counting := figures.get("counting"):
        st.header(_("Counting repetitions"))
        st.markdown(counting_in_words(counting))
        show_outcomes(counted(counting), "counting")
    if form := figures.get("form"):
        st.header(_("Telling faults"))
        st.markdown(form_in_words(form))
        show_outcomes(judged(form), "form")


def show_outcomes(rows: Mapping[str, Mapping[str, int]], key: str) -> None:
    st.plotly_chart(outcomes_figure(rows), width="stretch", key=key, config=NO_TOOLBAR)


def counting_in_words(rows: Sequence[Row]) -> str:
    """ "Of 12 clips of real people 11 were counted ...", and the same of drawn ones."""
    sentences = {
        "real": Text(
            "Of {clips} clips of real people that it had not seen before, **{near}** were counted "
            "right or off by one, {exact} of them exactly."
        ),
        "drawn": Text(
            "Of {clips} clips of people drawn by a computer, {near} were right or off by one, "
            "{exact} of them exactly."
        ),
    }
    told = [
        _(sentence, **{key: _sum(rows, people, key) for key in ("clips", "near", "exact")})
        for people, sentence in sentences.items()
        if _sum(rows, people, "clips")
    ]
    told.append(
        _(
            "It errs most where a clip begins or ends in the middle of a movement, and where "
            "hands, feet or head leave the picture."
        )
    )
    return " ".join(told)


def counted(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Label -> outcome -> clips, for the chart: a bar for each exercise and kind of people."""
    titles = titles_of([row["exercise"] for row in rows])
    return {
        f"{titles[row['exercise']]} ({_(PEOPLE[row['people']])})": {
            _("exact"): row["exact"],
            _("off by one"): row["near"] - row["exact"],
            _("further off"): row["clips"] - row["near"],
        }
        for row in rows
    }


def form_in_words(rows: Sequence[Row]) -> str:
    keys = ("good", "good_right", "bad", "bad_right")
    n = {key: _sum(rows, "real", key) for key in keys}
    told = [
        _(
            "Whoever filmed them called {bad} clips of real people badly done: in **{bad_right}** "
            "of them faults were told. They called {good} well done: in **{good_right}** of them "
            "most repetitions were found to be without a fault.",
            **n,
        )
    ]
    clips = {row["exercise"]: row["good"] + row["bad"] for row in rows if row["people"] == "real"}
    most = max(clips, key=lambda name: clips[name], default=None)
    if most and clips[most] >= _MOST * sum(clips.values()):
        told.append(
            _(
                "Of these {clips} clips {n} are of one exercise, {exercise}: of the others little "
                "is known.",
                clips=sum(clips.values()),
                n=clips[most],
                exercise=titles_of([most])[most],
            )
        )
    told.append(_("Take what is told as a hint, and silence not as a proof of good form."))
    return " ".join(told)


def judged(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Label -> outcome -> clips: well and badly done ones of real and of drawn people."""
    done = {"good": Text("{people}, well done"), "bad": Text("{people}, badly done")}
    bars = {}
    for people in PEOPLE:
        for form, label in done.items():
            right, unjudged = (
                _sum(rows, people, f"{form}_{said}") for said in ("right", "unjudged")
            )
            if clips := _sum(rows, people, form):
                bars[_(label, people=PEOPLE[people])] = {
                    _("judged right"): right,
                    _("not judged"): unjudged,
                    _("judged wrong"): clips - right - unjudged,
                }
    return bars


def _sum(rows: Sequence[Row], people: str, key: str) -> int:
    return sum(row[key] for row in rows if row["people"] == people)
