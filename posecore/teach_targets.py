"""The targets of a taught exercise: each from the spread of the reps that were shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from posecore.angles import N_JOINTS
from posecore.exercises import VIEWS, Exercise, Miss, Target
from posecore.findings import BEFORE_S, RepTrace, moving_side, read_on_rep
from posecore.language import Text
from posecore.measures import SIDED, Reading
from posecore.reps import RepSpan
from posecore.teach_shown import FEWEST_REPS, Measured
from posecore.teach_signal import complete_in, signal_values

DEPTH_ROOM = 0.1
"""Of the way from end to end: what a rep may fall short of the least that was shown."""

HASTE = 0.5
"""Of the quickest rep that was shown: quicker than this is a fault."""

STILL_DEG, STILL_ROOM_DEG, STILL_S = 20.0, 12.0, 0.3
"""A part that swings less in every rep belongs to the posture; so far, and for so long, it must
leave what was shown to be a fault."""

EVEN_DEG = 20.0
"""Left and right may differ by so much, as in the shipped files, or by what was shown and a bit."""

SOURCE = "Learnt from the {n} repetitions that were shown."


def targets_of(exercise: Exercise, seen: Measured) -> tuple[Target, ...]:
    """Depth, the way back, tempo, evenness and posture, each from the spread of the reps."""
    spans = complete_in(exercise.signal, seen)
    traces = [trace_of(exercise, seen, span) for span in spans]
    source = SOURCE.format(n=len(spans))
    found = [
        *_end_targets(exercise, traces, source),
        *_tempo_targets(exercise, traces, source),
        *_even_target(exercise, traces, source),
        *_posture_targets(exercise, traces, source),
    ]
    return tuple(found)


def trace_of(exercise: Exercise, seen: Measured, span: RepSpan) -> RepTrace:
    """A rep as the judge reads it, with what was seen just before it."""
    part = seen.between(span.start_s - BEFORE_S, span.end_s)
    begin_i = int(np.searchsorted(part.t_s, span.start_s))
    return RepTrace(
        t_s=part.t_s,
        rows=part.rows,
        signal=signal_values(exercise.signal, part),
        error_deg=part.error[:, :N_JOINTS],
        views=part.views,
        far_i=max(begin_i, int(np.argmin(np.abs(part.t_s - span.far_s)))),
        complete=span.complete,
        begin_i=begin_i,
    )


def _read(exercise: Exercise, target: Target, traces: Sequence[RepTrace]) -> list[float]:
    """What the judge would read of this target in each rep; nothing where it cannot tell."""
    findings = [
        read_on_rep(exercise, target, trace, moving_side(exercise, trace)) for trace in traces
    ]
    return [finding.value for finding in findings if finding is not None]


def _end_targets(exercise: Exercise, traces: Sequence[RepTrace], source: str) -> list[Target]:
    signal = exercise.signal
    reading = Reading(signal.measure, "mean" if signal.sides == "each" else signal.sides)
    sign = 1.0 if signal.upwards else -1.0
    far_miss = Miss(
        "shallow",
        Text("Go a little further"),
        Text("The repetitions that were shown went further."),
    )
    near_miss = Miss(
        "not_back",
        Text("Come all the way back"),
        Text("Each repetition that was shown began further back."),
    )
    drafts = {
        "far": _open(reading, "far", 0.0, exercise.best_views, source),
        "start": _open(reading, "start", signal.start, exercise.best_views, source),
    }
    values = {at: _read(exercise, draft, traces) for at, draft in drafts.items()}
    if not values["far"]:
        return []
    near = float(np.median(values["start"])) if values["start"] else signal.start
    way = abs(float(np.median(values["far"])) - near)
    made = []
    for at, miss, towards in (("far", far_miss, sign), ("start", near_miss, -sign)):
        if not values[at]:
            continue
        if towards > 0:  # what is shown last of the way is the limit, the rest lies beyond
            low, high = min(values[at]) - DEPTH_ROOM * way, max(values[at]) + way
            target = replace(drafts[at], low=low, high=high, below=miss, above=None)
        else:
            low, high = min(values[at]) - way, max(values[at]) + DEPTH_ROOM * way
            target = replace(drafts[at], low=low, high=high, below=None, above=miss)
        made.append(_rounded(target))
    return made


def _tempo_targets(exercise: Exercise, traces: Sequence[RepTrace], source: str) -> list[Target]:
    made = []
    for measure, fault, cue in (
        ("tempo_out", "rushed_out", Text("Take more time going out")),
        ("tempo_back", "rushed_back", Text("Take more time coming back")),
    ):
        draft = _open(Reading(measure), "rep", 0.0, VIEWS, source)
        values = _read(exercise, draft, traces)
        if values and min(values) > 0:
            miss = Miss(fault, cue, Text("The repetitions that were shown took twice the time."))
            low, high = HASTE * min(values), exercise.signal.max_s
            target = replace(draft, low=max(low, 0.05), high=high, below=miss, above=None)
            made.append(_rounded(target))
    return made


def _even_target(exercise: Exercise, traces: Sequence[RepTrace], source: str) -> list[Target]:
    signal = exercise.signal
    if signal.measure not in SIDED or signal.sides == "each" or "front" not in exercise.best_views:
        return []
    reading = Reading(signal.measure, "difference")
    values = _read(exercise, _open(reading, "far", 0.0, ("front",), source), traces)
    if len(values) < FEWEST_REPS or max(values) > EVEN_DEG or reading.unit != "deg":
        return []
    miss = Miss(
        "uneven", Text("Move both sides alike"), Text("Both sides moved alike when it was shown.")
    )
    high = max(EVEN_DEG, max(values) + 5.0)
    return [Target(reading, "far", 0.0, high, 0.0, ("front",), None, miss, source)]


def _posture_targets(exercise: Exercise, traces: Sequence[RepTrace], source: str) -> list[Target]:
    """What hardly moved while the reps were shown should not move later either."""
    made = []
    for measure, fault, cue in (
        ("trunk_lean", "trunk_moves", Text("Hold your trunk as shown")),
        ("knee", "knees_move", Text("Hold your knees as shown")),
        ("elbow", "elbows_move", Text("Hold your elbows as shown")),
    ):
        if measure in (exercise.signal.measure, *exercise.chart):
            continue
        reading = Reading(measure)
        ranges = []
        for trace in traces:
            values = reading.of(trace.rows[trace.begin_i :])
            if np.isfinite(values).mean() < 0.8:
                break
            ranges.append(np.nanpercentile(values, (5, 95)))
        if len(ranges) < len(traces) or max(high - low for low, high in ranges) > STILL_DEG:
            continue
        low = min(low for low, _ in ranges) - STILL_ROOM_DEG
        high = max(high for _, high in ranges) + STILL_ROOM_DEG
        miss = Miss(fault, cue, Text("This part hardly moved in the repetitions that were shown."))
        views = exercise.best_views
        target = Target(reading, "whole", low, high, STILL_S, views, miss, miss, source)
        made.append(_rounded(target))
    return made


def _open(reading: Reading, at: str, middle: float, views: tuple[str, ...], source: str) -> Target:
    """A target that nothing misses, to read values with."""
    return Target(reading, at, middle - 1e4, middle + 1e4, 0.0, views, None, None, source)


def _rounded(target: Target) -> Target:
    digits = {"deg": 0, "ratio": 2, "s": 2}[target.reading.unit]
    return replace(target, low=round(target.low, digits), high=round(target.high, digits))
