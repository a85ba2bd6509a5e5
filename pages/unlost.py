"""Keeps a press from being lost on a page that is busy.

Of the requests that wait for a page's script Streamlit makes one. Where the later one is a
fragment's own clock it keeps the fragment alone, and forgets that the whole page, or another page,
was asked for: Stop is taken, and the page goes on as before.

And a request that comes while an earlier one is being heeded breaks it off at the next look at the
session state, in the middle of a callback. What the callback had yet to do is not done, and the
page says "Calling st.rerun() within a callback is a no-op" above all else.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.state.safe_session_state import SafeSessionState

_request = ScriptRequests.request_rerun
_heed = SafeSessionState.on_script_will_rerun
_break_off = ScriptRunner._maybe_handle_execution_control_request


class _Heeding(threading.local):
    now = False


_heeding = _Heeding()


def _request_unlost(self: ScriptRequests, new_data: RerunData) -> bool:
    """In the place of ScriptRequests.request_rerun: the whole page has the fragment in it."""
    waiting = self._rerun_data
    waits_for_all = self._state is ScriptRequestType.RERUN and not waiting.fragment_id_queue
    if waits_for_all and new_data.fragment_id:
        new_data = replace(
            new_data,
            fragment_id=None,
            is_auto_rerun=False,
            query_string=waiting.query_string,
            page_script_hash=waiting.page_script_hash,
            page_name=waiting.page_name,
        )
    return _request(self, new_data)


def _heed_to_the_end(self: SafeSessionState, latest_widget_states: WidgetStates) -> None:
    """In the place of SafeSessionState.on_script_will_rerun, which calls the callbacks."""
    _heeding.now = True
    try:
        _heed(self, latest_widget_states)
    finally:
        _heeding.now = False


def _break_off_later(self: ScriptRunner) -> None:
    """In the place of what Streamlit asks before it draws anything: the page's own script, right
    after the callbacks, is broken off as ever."""
    if not _heeding.now:
        _break_off(self)


def lose_no_press() -> None:
    ScriptRequests.request_rerun = _request_unlost
    SafeSessionState.on_script_will_rerun = _heed_to_the_end
    ScriptRunner._maybe_handle_execution_control_request = _break_off_later
