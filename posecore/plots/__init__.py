"""Charts: joint angles against their targets, while somebody trains and afterwards."""

from posecore.plots.angles import (
    chart_joints,
    error_figure,
    live_figure,
    rep_figure,
    target_bands,
)
from posecore.plots.pieces import COLOURS, NEUTRAL, OFF, TEXT
from posecore.plots.timeline import EXERCISE_COLOURS, timeline_figure

__all__ = [
    "COLOURS",
    "EXERCISE_COLOURS",
    "NEUTRAL",
    "OFF",
    "TEXT",
    "chart_joints",
    "error_figure",
    "live_figure",
    "rep_figure",
    "target_bands",
    "timeline_figure",
]
