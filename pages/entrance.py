"""Every page is entered through app.py, which sets up login, language and navigation.

Streamlit runs a file of pages/ by itself when its address is the very first thing that a server is
asked for: it learns of app.py's navigation only from the first run of app.py. So each page asks
here whether that is the case, and has app.py run instead, which leads back to the page. From here
on it is known, too, whose exercises, targets and sessions a page is about.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.people import know_who_is_here

_APP = Path(__file__).resolve().parents[1] / "app.py"


def come_in() -> None:
    """Every page's, before anything else: ends the run with app.py's where that was passed by."""
    if PagesManager.uses_pages_directory:
        runpy.run_path(str(_APP))
        st.stop()
    know_who_is_here()
