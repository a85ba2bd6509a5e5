"""Keeps Streamlit from asking a server outside for this computer's address.

It does so whenever a page of another site knocks, to compare the two, and where no address is set.
Who serves this app under a name says so with --browser.serverAddress; nobody else need be asked.
"""

from __future__ import annotations

import logging

from streamlit import net_util

_TAB_IS_GONE = ("WebSocket is not connected", 'Cannot call "send" once a close message')
"""What Starlette says to Streamlit, which answers a tab that was closed at that very moment."""


def _unknown() -> None:
    return None


def ask_nobody() -> None:
    net_util.get_external_ip = _unknown


def pass_over_closed_tabs() -> None:
    """A person who closes a tab is no error of the server, and no forty lines in its log."""
    logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, RuntimeError) and str(error).startswith(_TAB_IS_GONE))
