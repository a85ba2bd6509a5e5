"""The store that every page and every visitor of this app shares."""

from __future__ import annotations

import streamlit as st

from posecore.store import Store


@st.cache_resource(show_spinner=False)
def store_at(url: str) -> Store:
    return Store(url)
