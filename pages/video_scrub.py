"""A chart of a video that moves with its picture, and its picture with the chart.

It works in the browser alone: moving through a video asks nothing of the program. What it draws
is made in posecore.plots.scrub; the picture is the page's own video, found by its container's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from posecore.analyze import Analysis
from posecore.exercises import Exercise
from posecore.language import Text, _
from posecore.plots.scrub import scrub_data

PICTURE_KEY = "video_picture"
"""Of the container that holds the video."""

_WORDS = {
    "chart": Text("Joint angles, exercise, reps and faults over the time of the video"),
    "slider": Text("Moment of the video"),
    "seconds": Text("{s} seconds"),
    "between": Text("between reps"),
    "out": Text("rep {label}, way out"),
    "back": Text("rep {label}, way back"),
    "attempt_out": Text("attempt, way out"),
    "attempt_back": Text("attempt, way back"),
    "score": Text("score {score}"),
    "not_seen": Text("not seen"),
    "fault": Text("{cue} ({joint}, {s} s)"),
    "play": Text("▶ Play"),
    "pause": Text("❚❚ Pause"),
    "rep-back": Text("◀ Rep"),
    "rep-back_told": Text("To the rep before"),
    "rep-on": Text("Rep ▶"),
    "rep-on_told": Text("To the next rep"),
    "fault-back": Text("◀ Fault"),
    "fault-back_told": Text("To the fault before"),
    "fault-on": Text("Fault ▶"),
    "fault-on_told": Text("To the next fault"),
    "wider": "−",
    "wider_told": Text("Show a longer stretch"),
    "closer": "+",
    "closer_told": Text("Show a shorter stretch, larger"),
}


def show_scrub(analysis: Analysis, exercises: Mapping[str, Exercise], *, video: str) -> None:
    """video: any text that is another for another video."""
    component = st.components.v2.component("posecoach_scrub", **_source())
    data: dict[str, Any] = scrub_data(analysis, exercises)
    data |= {
        "words": {key: _(word) for key, word in _WORDS.items()},
        "video": video,
        "picture": f".st-key-{PICTURE_KEY} video",
    }
    component(key="video_scrub", data=data)


@cache
def _source() -> dict[str, str]:
    here = Path(__file__)
    return {kind: here.with_suffix(f".{kind}").read_text("utf-8") for kind in ("html", "css", "js")}
