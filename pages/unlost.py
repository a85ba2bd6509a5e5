"""Keeps a press from being lost on a page that is busy.

Of the requests that wait for a page's script Streamlit makes one. Where the later one is a
fragment's own clock it keeps the fragment alone, and forgets that the whole page, or another page,
was asked for: Stop is taken, and the page goes on as before.
"""

from __future__ import annotations

from dataclasses import replace

from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)

_request = ScriptRequests.request_rerun


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


def lose_no_press() -> None:
    ScriptRequests.request_rerun = _request_unlost
