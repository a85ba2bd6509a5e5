"""Keeps Streamlit from asking a server outside for this computer's address.

It does so whenever a page of another site knocks, to compare the two, and where no address is set.
Who serves this app under a name says so with --browser.serverAddress; nobody else need be asked.
"""

from __future__ import annotations

from streamlit import net_util


def _unknown() -> None:
    return None


def ask_nobody() -> None:
    net_util.get_external_ip = _unknown
