"""The card of the classifier: what it has learnt from, and the scores that are written there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.accuracy_found import show_outcomes
from pages.accuracy_unseen import in_words, show_compared, show_unseen, titles_of
from pages.history_session import table
from posecore.classify import MODEL_PATH, ModelError, read_card
from posecore.language import Text, _, words_of
from posecore.types import NONE

DRAWN = {"rendered", "acted"}
"""Sources that are people drawn by a computer."""
_SCORES = (
    Text("clips of unseen sources named right"),
    Text("frames of unseen sources named right"),
    Text("frames after voting"),
    Text("mean over classes after voting"),
)
"""What a card may hold, for the catalogues."""


def read_model() -> dict[str, Any] | None:
    """The model's card; None, and a sentence on the page, where it cannot be read."""
    try:
        return read_card(MODEL_PATH)
    except ModelError as error:
        st.error(_(words_of(error)))
        return None


def show_naming(card: Mapping[str, Any]) -> None:
    st.header(_("Naming the exercise"))
    if card.get("leave_one_source_out"):
        st.markdown(in_words(card))
        show_outcomes(named(card), "naming")
        st.markdown(
            _(
                "The nearer to the bottom, the less you can rely on it. Where there are few clips, "
                "the numbers in the bars, the next ones may turn out differently."
            )
        )


def show_details(card: Mapping[str, Any]) -> None:
    by_class = card.get("clips_by_class_and_source", {})
    st.markdown(
        _(
            "A small neural network looks at the last {seconds} seconds and tells {n} exercises "
            "from each other and from everything else. It has learnt from {recordings} recordings.",
            seconds=f"{card.get('window_s', 2):.0f}",
            n=len([c for c in card["classes"] if c != NONE]),
            recordings=f"{card.get('sequences', 0):,}",
        )
    )
    scores = scores_in(card)
    if scores:
        st.markdown(table(scores))
    show_unseen(card)
    if by_class:
        st.markdown(
            _(
                "What it has learnt from. Drawn are people made by a computer, for what there is "
                "no footage of."
            )
        )
        st.markdown(table(rows_of(by_class)))
    show_compared()
    made = made_with(card)
    if made:
        st.subheader(_("Sources, licences, and how it was made"))
        licences = card.get("licences", {})
        if licences:
            st.markdown(table([{_("From"): k, _("Licence"): v} for k, v in licences.items()]))
        st.markdown(table(made))


def named(card: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Label -> outcome -> clips of unseen makers, for the chart: the best named exercise first."""
    titles = titles_of(list(card["classes"]))
    rows = {}
    for truth, said in card["leave_one_source_out"]["confusion"].items():
        if not sum(said.values()):
            continue
        missed = said.get(NONE, 0) if truth != NONE else 0
        rows[truth] = {
            _("named right"): said[truth],
            _("not recognised"): missed,
            _("taken for an exercise that it was not"): sum(said.values()) - said[truth] - missed,
        }
    right = {truth: next(iter(row.values())) / sum(row.values()) for truth, row in rows.items()}
    order = sorted(rows, key=lambda truth: (truth == NONE, -right[truth]))
    return {titles.get(truth, truth): rows[truth] for truth in order}


def made_with(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """Versions, seed and the hash of the table: what it takes to make the same model again."""
    facts = dict(card.get("versions", {}))
    for key, words in (
        ("seed", _("seed")),
        ("rows", _("rows")),
        ("table_sha256", _("table, SHA-256")),
    ):
        if key in card:
            facts[words] = card[key]
    return [{_("What"): name, _("Value"): str(value)} for name, value in facts.items()]


def scores_in(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """The scores that the card holds, as shares in percent; none where it holds none."""
    scores = card.get("scores", {})
    return [
        {_("Measure"): _(name.replace("_", " ")), _("Score"): f"{100 * value:.0f} %"}
        for name, value in scores.items()
        if isinstance(value, int | float) and 0 <= value <= 1
    ]


def rows_of(by_class: Mapping[str, Mapping[str, int]]) -> list[dict[str, str]]:
    """A row for each class: recordings of real people, of drawn ones, and how many sources."""
    titles = titles_of(list(by_class))
    rows = []
    for name, sources in sorted(by_class.items(), key=lambda item: (item[0] == NONE, item[0])):
        drawn = sum(n for source, n in sources.items() if source in DRAWN)
        rows.append(
            {
                _("Exercise"): titles[name],
                _("Real"): f"{sum(sources.values()) - drawn:,}",
                _("Drawn"): f"{drawn:,}",
                _("Sources"): str(len(sources)),
            }
        )
    return rows
