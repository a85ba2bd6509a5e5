"""Whose exercises are shown, changed and recognised: those of who is here."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.people import chosen_here, names_of, show_names
from pages.person import logged_in, own
from pages.stored import store_at
from posecore.exercises import own_folders
from posecore.language import _, words_of
from posecore.store import StoreError, default_url


def whose_exercises() -> str:
    """The person logged in, else the one chosen by name; "" is nobody in particular."""
    person = logged_in()
    return person if person is not None else chosen_here()


def choose_whose() -> None:
    """Says whose the exercises are, lets another name be chosen, and says where it is everyone's.

    Nothing where people log in: there each has their own.
    """
    if logged_in() is not None:
        return
    try:
        names = names_of(own(store_at(default_url())))
    except StoreError as error:
        st.error(_(words_of(error)))
        names = []
    here = whose_exercises()
    if names:
        show_names(names, here, _("Whose exercises and targets?"), _("Everyone"))
    if not here:
        st.caption(_("What is changed or taught here is for everyone who trains here."))


def own_place() -> Path:
    """The folder that the exercises of who is here are written to."""
    return own_folders(whose_exercises())[-1]
