"""The store that every page and every visitor of this app shares."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st

from pages.person import own
from posecore.kept import purge_deleted
from posecore.store import Store, StoreError, default_url

_PURGED = "stored_purged"


@st.cache_resource(show_spinner=False)
def store_at(url: str) -> Store:
    return Store(url)


def purge_once() -> None:
    """The visitor's own, at the start of every visit, on whatever page: not all open History."""
    if _PURGED in st.session_state:
        return
    st.session_state[_PURGED] = True
    with suppress(StoreError):  # the pages say what is wrong with the database
        purge_deleted(own(store_at(default_url())), datetime.now(UTC))
