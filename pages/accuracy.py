"""How well it works, for whoever wants to know how far to trust what is shown."""

from __future__ import annotations

import streamlit as st

from pages.accuracy_angles import show_angles
from pages.accuracy_model import show_model
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
    show_angles()
    show_model()


main()
