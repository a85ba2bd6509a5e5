"""What a chart needs that moves with a video: plain values, which a page hands to its browser."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from posecore.analyze import Analysis
from posecore.angles import JOINT_INDEX, JOINT_NAMES
from posecore.exercises import Exercise
from posecore.language import _
from posecore.plots.angles import chart_joints, target_bands
from posecore.plots.pieces import COLOURS, DASHES, EXERCISE_COLOURS, NEUTRAL, TOP_DEG, ink_on
from posecore.store.words import place_of, rep_labels, title_of
from posecore.types import NONE, ExerciseSet

MOST_FRAMES = 20_000
"""Of a longer video only every second, third ... frame is handed over: it is still a frame or two
from the picture, and the browser stays quick."""


def scrub_data(analysis: Analysis, exercises: Mapping[str, Exercise]) -> dict[str, Any]:
    """All of a video that is drawn beside it. Times in seconds, angles in whole degrees or None.

    joints    name, side, colour and the angle at each of ``t_s``
    bands     targets of each set, over its own time
    spans     stretches in which one exercise was voted
    reps      start, far end and end of each rep, attempt (``label`` says which) and hold
    faults    when, in which rep, and the cue
    """
    every = slice(None, None, max(1, -(-len(analysis.t_s) // MOST_FRAMES)))
    done = [exercises[s.exercise] for s in analysis.sets if s.exercise in exercises]
    names = dict.fromkeys(name for exercise in done for name in chart_joints(exercise))
    return {
        "duration_s": round(analysis.duration_s, 3),
        "frame_s": round(1.0 / (analysis.fps or 30.0), 4),
        "top_deg": TOP_DEG,
        "t_s": np.round(analysis.t_s[every], 3).tolist(),
        "joints": [_joint(name, analysis.flexion_deg[every]) for name in names or JOINT_NAMES],
        "bands": [band for each in analysis.sets for band in _bands(each, exercises)],
        "spans": _spans(analysis, exercises),
        "reps": [rep for each in analysis.sets for rep in _reps(each, exercises)],
        "faults": _faults(analysis),
    }


def _joint(name: str, flexion_deg: np.ndarray) -> dict[str, Any]:
    side, base = name.partition("_")[::2]
    column = flexion_deg[:, JOINT_INDEX[name]]
    return {
        "name": _(f"{side} {base}"),
        "colour": COLOURS.get(base, NEUTRAL),
        "dashed": DASHES.get(side) == "dash",
        "deg": [round(angle) if np.isfinite(angle) else None for angle in column.tolist()],
    }


def _bands(each: ExerciseSet, exercises: Mapping[str, Exercise]) -> list[dict[str, Any]]:
    exercise = exercises.get(each.exercise)
    bands = target_bands(exercise) if exercise is not None else {}
    return [
        {
            "label": _(label),
            "colour": COLOURS.get(label.partition(" ")[0], NEUTRAL),
            "start_s": round(each.start_s, 3),
            "end_s": round(each.end_s, 3),
            "low": low,
            "high": high,
        }
        for label, (low, high) in bands.items()
    ]


def _spans(analysis: Analysis, exercises: Mapping[str, Exercise]) -> list[dict[str, Any]]:
    colours: dict[str, str] = {}
    spans = []
    ends_s = [*analysis.t_s[1:], analysis.duration_s]
    for name, frames in groupby(range(len(analysis.t_s)), key=analysis.voted_exercise.__getitem__):
        stretch = list(frames)
        if name != NONE:
            colour = colours.setdefault(name, EXERCISE_COLOURS[len(colours) % 6])
            spans.append(
                {
                    "title": title_of(name, exercises),
                    "colour": colour,
                    "ink": ink_on(colour),
                    "start_s": round(float(analysis.t_s[stretch[0]]), 3),
                    "end_s": round(float(ends_s[stretch[-1]]), 3),
                }
            )
    return spans


def _reps(each: ExerciseSet, exercises: Mapping[str, Exercise]) -> list[dict[str, Any]]:
    title = title_of(each.exercise, exercises)
    if each.hold_s is not None:
        start_s, end_s = round(each.start_s, 3), round(each.end_s, 3)
        label = _("held {seconds} s", seconds=f"{each.hold_s:.0f}")
        hold = {"label": label, "title": title, "start_s": start_s, "end_s": end_s}
        return [hold | {"far_s": None, "complete": True, "score": None}]
    return [
        {
            "label": label,
            "title": title,
            "start_s": round(rep.start_s, 3),
            "far_s": round(rep.far_s, 3),
            "end_s": round(rep.end_s, 3),
            "complete": rep.complete,
            "score": round(rep.score) if np.isfinite(rep.score) else None,
        }
        for label, rep in zip(rep_labels(each.reps), each.reps, strict=True)
    ]


def _faults(analysis: Analysis) -> list[dict[str, Any]]:
    """In the order of their times; those of holds too."""
    of_reps = [fault for each in analysis.sets for rep in each.reps for fault in rep.faults]
    faults = sorted([*of_reps, *analysis.hold_faults], key=lambda fault: fault.at_s)
    return [{"at_s": round(f.at_s, 3), "cue": _(f.cue), "joint": place_of(f)} for f in faults]
