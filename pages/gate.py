"""Takes files only from whoever has logged in, where people log in.

Streamlit gives every visitor a session at once, before any page has asked who it is, and takes
uploads of every session: up to the limit, whole, and into memory.
"""

from __future__ import annotations

from streamlit.runtime import Runtime

from pages.person import login_is_set_up

_is_active = Runtime.is_active_session


def _may_send(self: Runtime, session_id: str) -> bool:
    """In the place of Runtime.is_active_session, which is asked for uploads and nothing else."""
    if not _is_active(self, session_id) or not login_is_set_up():
        return _is_active(self, session_id)
    known = self._session_mgr.get_active_session_info(session_id)
    return known is not None and bool(known.session._user_info.get("is_logged_in"))


def close_to_strangers() -> None:
    Runtime.is_active_session = _may_send
