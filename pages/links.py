"""Links from one page to another."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from posecore.language import _

HISTORY_PAGE = Path(__file__).with_name("history.py")


def link_to_session(session_id: int) -> None:
    """From where a session was just kept to where it can be looked at."""
    st.page_link(
        HISTORY_PAGE,
        label=_("See this session in the history"),
        icon=":material/history:",
        query_params={"session": str(session_id)},
    )
