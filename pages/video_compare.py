"""Two reps, or all reps of two videos, on one chart, laid over each other by their phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.look import NO_TOOLBAR
from pages.video_table import show_table
from pages.video_work import Result
from posecore.exercises import Exercise
from posecore.language import _
from posecore.plots.compare import compare_figure, mean_of
from posecore.store.words import measured, rep_labels, title_of
from posecore.types import Rep


@dataclass(frozen=True)
class Choice:
    """One rep, or all complete reps of a set, whose mean is shown."""

    label: str
    reps: tuple[Rep, ...]

    @property
    def score(self) -> float:
        return _mean([rep.score for rep in self.reps])


def choices_of(results: Sequence[Result], exercise: str) -> list[Choice]:
    """What can be compared of an exercise: each set's mean where it has several reps, each rep."""
    choices = []
    for result in results:
        sets = [(n, s) for n, s in enumerate(result.analysis.sets, 1) if s.exercise == exercise]
        for number, each in sets:
            place = result.name if len(results) > 1 else ""
            several = len(result.analysis.sets) > 1
            place = ", ".join(filter(None, [place, _("set {n}", n=number) if several else ""]))
            complete = tuple(rep for rep in each.reps if rep.complete)
            if len(complete) > 1:
                choices.append(
                    Choice(_named(place, _("mean of {n} reps", n=len(complete))), complete)
                )
            for label, rep in zip(rep_labels(each.reps), each.reps, strict=True):
                at = f"{rep.start_s:.1f}"
                words = _("attempt at {seconds} s", seconds=at)
                if rep.complete:
                    words = _("rep {n} at {seconds} s", n=label, seconds=at)
                choices.append(Choice(_named(place, words), (rep,)))
    return choices


def _named(place: str, what: str) -> str:
    words = f"{place}: {what}" if place else what
    return words[0].upper() + words[1:] if not place else words


def first_choices(choices: Sequence[Choice], n_videos: int) -> tuple[int, int]:
    """What is shown before anybody chooses: the means of two videos, else best and worst rep."""
    means = [i for i, each in enumerate(choices) if len(each.reps) > 1]
    if n_videos > 1 and len(means) > 1:
        return means[0], means[-1]
    single = [i for i, each in enumerate(choices) if len(each.reps) == 1 and each.reps[0].complete]
    scored = [i for i in single if np.isfinite(choices[i].score)] or single
    if len(scored) < 2:
        return 0, len(choices) - 1
    best = max(scored, key=lambda i: choices[i].score)
    worst = min((i for i in scored if i != best), key=lambda i: choices[i].score)
    return best, worst


@st.fragment
def show_compare(results: Sequence[Result], exercises: Mapping[str, Exercise]) -> None:
    """A fragment: another choice is drawn without drawing the whole page again."""
    done = dict.fromkeys(s.exercise for r in results for s in r.analysis.sets if s.reps)
    names = [name for name in done if name in exercises and len(choices_of(results, name)) > 1]
    if not names:
        return
    st.subheader(_("Compare two reps or two videos"))
    name = names[0]
    if len(names) > 1:
        name = st.selectbox(
            _("Exercise to compare"),
            names,
            format_func=lambda each: title_of(each, exercises),
            key="video_compare_exercise",
        )
    choices = choices_of(results, name)
    having = [r for r in results if any(s.exercise == name and s.reps for s in r.analysis.sets)]
    first = first_choices(choices, len(having))
    chosen = []
    # Another list of choices is another question: an answer to the old one would not fit.
    mark = "|".join(each.label for each in choices)
    for column, letter, begin in zip(st.columns(2), "AB", first, strict=True):
        number = column.selectbox(
            letter,
            range(len(choices)),
            index=begin,
            format_func=lambda i: choices[i].label,
            key=f"video_compare_{letter}_{name}_{mark}",
        )
        chosen.append(choices[number])
    one, other = chosen
    figure = compare_figure(mean_of(one.reps), mean_of(other.reps), exercises[name])
    st.plotly_chart(figure, key="video_compare_chart", config=NO_TOOLBAR)
    show_table([row_of("A", one), row_of("B", other)], _("The two compared"))


def row_of(letter: str, choice: Choice) -> dict[str, str]:
    reps = choice.reps
    off = dict.fromkeys(_(fault.cue) for rep in reps for fault in rep.faults)
    return {
        _("Line"): letter,
        _("What"): choice.label,
        _("Range of motion"): measured(_mean([rep.rom_deg for rep in reps]), "°"),
        _("Tempo out"): measured(_mean([rep.tempo_s[0] for rep in reps]), " s", 1),
        _("Tempo back"): measured(_mean([rep.tempo_s[1] for rep in reps]), " s", 1),
        _("Score"): measured(choice.score, ""),
        _("What was off"): ", ".join(off) or _("Nothing"),
    }


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
