"""What a tab holds of analysed videos. It loads nothing of what analyses them."""

from __future__ import annotations

import streamlit as st

from posecore.workload import ENDED

RESULTS, WORK = "video_results", "video_work"
"""What was found, and the work that goes on with the time when it was begun."""


def videos_here() -> int:
    """How many: drawn, waiting or under way."""
    work = st.session_state.get(WORK)
    standings = work[0].standings() if work is not None and work[0].running else []
    return len(st.session_state.get(RESULTS, [])) + sum(s.state not in ENDED for s in standings)


def forget_videos() -> None:
    """What goes on is cancelled, and what was drawn is deleted."""
    results = st.session_state.pop(RESULTS, [])
    work = st.session_state.pop(WORK, None)
    if work is not None:
        work[0].cancel()
        results += work[0].take_results()
    for result in results:
        result.folder.cleanup()
