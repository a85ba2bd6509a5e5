"""A new exercise from good reps that were shown: signal, thresholds, targets, posture.

What is proposed is an Exercise like any other. A person looks at it, moves its thresholds, and
only then is it written. By what it is recognised is learnt in ``teach_recogniser``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from posecore.angles import N_JOINTS
from posecore.exercises import VIEWS, Exercise, Miss, Signal, Target
from posecore.exercises.names import checked_title, file_stem
from posecore.exercises.write import with_thresholds
from posecore.findings import BEFORE_S, RepTrace, moving_side, read_on_rep
from posecore.language import Text, _
from posecore.measures import SIDED, Reading
from posecore.reps import RepSpan
from posecore.teach_signal import (
    FEWEST_REPS,
    JOINTS,
    Candidate,
    Measured,
    TeachError,
    candidates,
    complete_in,
    proposed_signal,
    reps_in,
    signal_values,
)

TRIED = 3
"""So many measures are tried, best first, until one gives three repetitions."""

DEPTH_ROOM = 0.1
"""Of the way from end to end: what a rep may fall short of the least that was shown."""

HASTE = 0.5
"""Of the quickest rep that was shown: quicker than this is a fault."""

STILL_DEG, STILL_ROOM_DEG, STILL_S = 20.0, 12.0, 0.3
"""A part that swings less in every rep belongs to the posture; so far, and for so long, it must
leave what was shown to be a fault."""

EVEN_DEG = 20.0
"""Left and right may differ by so much, as in the shipped files, or by what was shown and a bit."""

VIEW_SHARE = 0.2
"""A view of fewer frames than this was passed through, not shown."""

_SOURCE = "Learnt from the {n} repetitions that were shown."
_ARMS = ("elbow", "shoulder", "upper_arm_lean", "wrist_height")
_NEIGHBOUR = {"elbow": "shoulder", "shoulder": "elbow", "hip": "knee", "knee": "hip"}


@dataclass(frozen=True, eq=False)
class Proposal:
    """An exercise as it was understood, and what it was understood from.

    seen  what every frame measures; candidates  measures that could be counted, best first
    chosen  the one that is; spans  the reps and attempts that are found with it
    """

    seen: Measured
    candidates: tuple[Candidate, ...]
    chosen: Candidate
    exercise: Exercise

    @property
    def spans(self) -> list[RepSpan]:
        return reps_in(self.exercise.signal, self.seen)

    @property
    def complete(self) -> list[RepSpan]:
        return complete_in(self.exercise.signal, self.seen)

    @property
    def signal_values(self) -> np.ndarray:
        """(n,) what is counted, frame by frame."""
        return signal_values(self.exercise.signal, self.seen)


def propose(
    seen: Measured,
    title: str,
    about: str = "",
    *,
    measure: str | None = None,
    turned: bool | None = None,
) -> Proposal:
    """What ``seen`` shows as an exercise called ``title``.

    measure  count this one of the candidates; turned  see teach_signal.proposed_signal
    Raises TeachError where fewer than three repetitions are found, ExerciseNameError.
    """
    title = checked_title(title)
    found = candidates(seen)
    if not found:
        raise TeachError(
            Text(
                "No movement that comes back again and again was found. Show at least "
                "three repetitions, better five, one after another, and the whole body. "
                "A position that is held cannot be taught this way."
            )
        )
    tried = [c for c in found if c.measure == measure] or found[:TRIED]
    problem: TeachError | None = None
    for chosen in tried:
        try:
            signal = proposed_signal(seen, chosen, turned=turned)
        except TeachError as error:
            problem = problem or error
            continue
        exercise = _exercise(seen, found, signal, title, about)
        return Proposal(seen, tuple(found), chosen, exercise)
    assert problem is not None
    raise problem


def adjusted(proposal: Proposal, start: float, far: float) -> Proposal:
    """The same with thresholds moved by hand, and targets from the reps found with them.

    With fewer than three complete reps the targets stay as they were.
    """
    moved = with_thresholds(proposal.exercise, start, far)
    if len(complete_in(moved.signal, proposal.seen)) >= FEWEST_REPS:
        moved = replace(moved, targets=_targets(moved, proposal.seen))
    return replace(proposal, exercise=moved)


_VIEWS = {"front": Text("front"), "diagonal": Text("diagonal"), "side": Text("side")}
_LEARNT = Text("An exercise of your own, learnt from what was shown.")


def in_words(proposal: Proposal) -> list[str]:
    """What was understood, a sentence a line."""
    signal, full = proposal.exercise.signal, proposal.complete
    unit = {"deg": "°", "ratio": "", "s": " s"}[Reading(signal.measure).unit]
    tempo = float(np.median([span.end_s - span.start_s for span in full])) if full else 0.0
    return [
        _("{n} repetitions were found, of {seconds} s each.", n=len(full), seconds=f"{tempo:.1f}"),
        _(
            "Counted by {measure}: back at {start}, far enough at {far}.",
            measure=_(signal.measure.replace("_", " ")),
            start=f"{signal.start:g}{unit}",
            far=f"{signal.far:g}{unit}",
        ),
        _("Shown from: {views}.", views=tuple(_VIEWS[v] for v in proposal.exercise.best_views)),
    ]


def _exercise(
    seen: Measured, found: Sequence[Candidate], signal: Signal, title: str, about: str
) -> Exercise:
    full = complete_in(signal, seen)
    signal = replace(signal, source=_SOURCE.format(n=len(full)))
    moving = [c.measure for c in found if c.measure in JOINTS]
    if signal.measure in JOINTS:
        moving = [signal.measure, *moving]
    chart = tuple(dict.fromkeys(moving))[:2] or ("hip", "knee")
    if len(chart) == 1:
        chart = (chart[0], _NEIGHBOUR[chart[0]])
    draft = Exercise(
        name=file_stem(title),
        title=title,
        kind="reps",
        about=" ".join(about.split()) or _LEARNT,
        chart=chart,
        best_views=_views(seen, full),
        needs=("arms", "trunk") if signal.measure in _ARMS else ("trunk", "legs"),
        signal=signal,
        targets=(),
    )
    return replace(draft, targets=_targets(draft, seen))


def _views(seen: Measured, spans: Sequence[RepSpan]) -> tuple[str, ...]:
    """The views from which the reps were shown, most frequent first."""
    during = np.zeros(len(seen.t_s), bool)
    for span in spans:
        during |= (seen.t_s >= span.start_s) & (seen.t_s <= span.end_s)
    told = [view for view, kept in zip(seen.views, during, strict=True) if kept and view]
    shares = {view: told.count(view) / max(len(told), 1) for view in VIEWS}
    shown = [view for view in VIEWS if shares[view] >= VIEW_SHARE]
    return tuple(sorted(shown, key=lambda view: -shares[view])) or VIEWS


def _targets(exercise: Exercise, seen: Measured) -> tuple[Target, ...]:
    """Depth, the way back, tempo, evenness and posture, each from the spread of the reps."""
    spans = complete_in(exercise.signal, seen)
    traces = [trace_of(exercise, seen, span) for span in spans]
    source = _SOURCE.format(n=len(spans))
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
