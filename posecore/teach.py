"""A new exercise from good reps that were shown: signal, thresholds, targets, posture.

What is proposed is an Exercise like any other. A person looks at it, moves its thresholds, and
only then is it written. By what it is recognised is learnt in ``teach_recogniser``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from posecore.exercises import VIEWS, Exercise, Signal
from posecore.exercises.names import checked_title, file_stem
from posecore.exercises.write import with_thresholds
from posecore.language import Text, _
from posecore.measures import Reading
from posecore.reps import RepSpan
from posecore.teach_shown import FEWEST_REPS, Measured, TeachError
from posecore.teach_signal import (
    JOINTS,
    Candidate,
    candidates,
    complete_in,
    proposed_signal,
    reps_in,
    signal_values,
)
from posecore.teach_targets import SOURCE, targets_of

TRIED = 3
"""So many measures are tried, best first, until one gives three repetitions."""

VIEW_SHARE = 0.2
"""A view of fewer frames than this was passed through, not shown."""

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
        moved = replace(moved, targets=targets_of(moved, proposal.seen))
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
    signal = replace(signal, source=SOURCE.format(n=len(full)))
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
    return replace(draft, targets=targets_of(draft, seen))


def _views(seen: Measured, spans: Sequence[RepSpan]) -> tuple[str, ...]:
    """The views from which the reps were shown, most frequent first."""
    during = np.zeros(len(seen.t_s), bool)
    for span in spans:
        during |= (seen.t_s >= span.start_s) & (seen.t_s <= span.end_s)
    told = [view for view, kept in zip(seen.views, during, strict=True) if kept and view]
    shares = {view: told.count(view) / max(len(told), 1) for view in VIEWS}
    shown = [view for view in VIEWS if shares[view] >= VIEW_SHARE]
    return tuple(sorted(shown, key=lambda view: -shares[view])) or VIEWS
