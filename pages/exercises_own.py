"""Whose exercises are shown, changed and recognised: those of who is here."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.person import logged_in
from posecore.exercises import own_folders

_CHOSEN = "person_here"  # what pages/people.py keeps the chosen name under


def whose_exercises() -> str:
    """The person logged in, else the one chosen by name; "" is nobody in particular."""
    person = logged_in()
    return person if person is not None else str(st.session_state.get(_CHOSEN, ""))


def own_place() -> Path:
    """The folder that the exercises of who is here are written to."""
    return own_folders(whose_exercises())[-1]
