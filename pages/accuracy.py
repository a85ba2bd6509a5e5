"""How well it works, for whoever wants to know how far to trust what is shown."""

from __future__ import annotations

import streamlit as st

from pages.accuracy_angles import show_angles
from pages.accuracy_found import show_found
from pages.accuracy_model import read_model, show_details, show_naming
from pages.entrance import come_in
from posecore.language import _


def main() -> None:
    come_in()
    st.title(_("Accuracy"))
    st.markdown(
        _(
            "How far you can trust what PoseCoach says, measured. Where a figure comes from people "
            "drawn by a computer, it says so."
        )
    )
    card = read_model()
    if card is not None:
        show_naming(card)
    show_found()
    show_angles()
    if card is not None:
        with st.expander(_("Details, for those who know statistics")):
            show_details(card)


main()
