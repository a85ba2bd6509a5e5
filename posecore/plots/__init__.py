"""Charts: joint angles against their targets, while somebody trains and afterwards."""

# Plotly asks whether pandas is there, and breaks on the half of it that it finds while another
# thread imports it: the first visitor of a page met that. Here it is whole before any figure is.
import pandas  # noqa: F401

from posecore.plots.angles import (
    chart_joints,
    error_figure,
    rep_figure,
    target_bands,
)
from posecore.plots.pieces import COLOURS, EXERCISE_COLOURS, NEUTRAL, OFF, TEXT
from posecore.plots.progress import calendar_figure, trend_of, weeks_figure

__all__ = [
    "COLOURS",
    "EXERCISE_COLOURS",
    "NEUTRAL",
    "OFF",
    "TEXT",
    "calendar_figure",
    "chart_joints",
    "error_figure",
    "rep_figure",
    "target_bands",
    "trend_of",
    "weeks_figure",
]
