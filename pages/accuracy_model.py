"""The card of the classifier: what it has learnt from, and the scores that are written there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.accuracy_unseen import show_compared, show_unseen, titles_of
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


def show_model() -> None:
    st.header(_("Naming the exercise"))
    try:
        card = read_card(MODEL_PATH)
    except ModelError as error:
        st.error(_(words_of(error)))
        return
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
    if by_class:
        st.markdown(
            _(
                "What it has learnt from. Drawn are people made by a computer, for what there is "
                "no footage of."
            )
        )
        st.markdown(table(rows_of(by_class)))
    show_unseen(card)
    show_compared()
    made = made_with(card)
    if made:
        with st.expander(_("Sources, licences, and how it was made")):
            licences = card.get("licences", {})
            if licences:
                st.markdown(table([{_("From"): k, _("Licence"): v} for k, v in licences.items()]))
            st.markdown(table(made))


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
