"""A new exercise from good reps, or a position, that was shown: signal, limits, targets.

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
from posecore.teach_hold import LEAST_S, forms_of, held_in, kept_signal, positions
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

PAUSE_S = 1.5
"""Between two reps, still part of the movement; longer is a rest."""

VIEW_SHARE = 0.2
"""A view of fewer frames than this was passed through, not shown."""

_ARMS = ("elbow", "shoulder", "upper_arm_lean", "wrist_height")
_NEIGHBOUR = {"elbow": "shoulder", "shoulder": "elbow", "hip": "knee", "knee": "hip"}


@dataclass(frozen=True, eq=False)
class Proposal:
    """An exercise as it was understood, and what it was understood from.

    seen  what every frame measures; candidates  measures that could be counted, best first
    chosen  the one that is; spans  the reps and attempts that are found with it
    stretches  from when to when it is done: reps with short pauses between them, or holds
    """

    seen: Measured
    candidates: tuple[Candidate, ...]
    chosen: Candidate
    exercise: Exercise

    @property
    def is_hold(self) -> bool:
        return self.exercise.kind == "hold"

    @property
    def spans(self) -> list[RepSpan]:
        return [] if self.is_hold else reps_in(self.exercise.signal, self.seen)

    @property
    def complete(self) -> list[RepSpan]:
        return [span for span in self.spans if span.complete]

    @property
    def stretches(self) -> list[tuple[float, float]]:
        if self.is_hold:
            return held_in(self.exercise.signal, self.seen)
        joined: list[tuple[float, float]] = []
        for span in self.complete:
            if joined and span.start_s - joined[-1][1] <= PAUSE_S:
                joined[-1] = (joined[-1][0], span.end_s)
            else:
                joined.append((span.start_s, span.end_s))
        return joined

    def demand_enough(self) -> None:
        """Raises TeachError where it was not done often or long enough to be learnt."""
        if self.is_hold and max((b - a for a, b in self.stretches), default=0.0) < LEAST_S:
            raise TeachError(
                Text("With these limits the position is held for less than five seconds.")
            )
        if not self.is_hold and len(self.complete) < FEWEST_REPS:
            raise TeachError(
                Text(
                    "With these thresholds fewer than three repetitions are counted. Move "
                    "them apart less."
                )
            )

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
    hold: bool = False,
) -> Proposal:
    """What ``seen`` shows as an exercise called ``title``.

    measure  count this one of the candidates; turned  see teach_signal.proposed_signal
    hold     a position that is held, instead of repetitions
    Raises TeachError where fewer than three repetitions, or no hold, are found, ExerciseNameError.
    """
    title = checked_title(title)
    if hold:
        return _propose_hold(seen, title, about, measure)
    found = candidates(seen)
    if not found:
        raise TeachError(
            Text(
                "No movement that comes back again and again was found. Show at least "
                "three repetitions, better five, one after another, and the whole body. "
                "Is it a position that is held? Then say so."
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
        exercise = _counted(seen, found, signal, title, about)
        return Proposal(seen, tuple(found), chosen, exercise)
    assert problem is not None
    raise problem


def _propose_hold(seen: Measured, title: str, about: str, measure: str | None) -> Proposal:
    found = positions(seen)
    chosen = next((each for each in found if each.measure == measure), found[0])
    draft = _draft(seen, found, kept_signal(seen, chosen), title, about, kind="hold")
    proposal = Proposal(seen, tuple(found), chosen, draft)
    proposal.demand_enough()
    exercise = replace(draft, targets=forms_of(draft, seen, proposal.stretches))
    return replace(proposal, exercise=exercise)


def adjusted(proposal: Proposal, start: float, far: float) -> Proposal:
    """The same with thresholds moved by hand, and targets from the reps found with them.

    With fewer than three complete reps the targets stay as they were.
    """
    moved = with_thresholds(proposal.exercise, start, far)
    if proposal.is_hold:
        forms = forms_of(moved, proposal.seen, held_in(moved.signal, proposal.seen))
        return replace(proposal, exercise=replace(moved, targets=forms or moved.targets))
    if len(complete_in(moved.signal, proposal.seen)) >= FEWEST_REPS:
        moved = replace(moved, targets=targets_of(moved, proposal.seen))
    return replace(proposal, exercise=moved)


_VIEWS = {"front": Text("front"), "diagonal": Text("diagonal"), "side": Text("side")}
_LEARNT = Text("An exercise of your own, learnt from what was shown.")


def in_words(proposal: Proposal) -> list[str]:
    """What was understood, a sentence a line."""
    signal, full = proposal.exercise.signal, proposal.complete
    unit = {"deg": "°", "ratio": "", "s": " s"}[Reading(signal.measure).unit]
    views = tuple(_VIEWS[v] for v in proposal.exercise.best_views)
    if proposal.is_hold:
        lasted = sum(end_s - start_s for start_s, end_s in proposal.stretches)
        low, high = sorted((signal.start, signal.far))
        return [
            _("It was held for {seconds} s.", seconds=f"{lasted:.0f}"),
            _(
                "Held while {measure} lies between {low} and {high}.",
                measure=_(signal.measure.replace("_", " ")),
                low=f"{low:g}{unit}",
                high=f"{high:g}{unit}",
            ),
            _("Shown from: {views}.", views=views),
        ]
    tempo = float(np.median([span.end_s - span.start_s for span in full])) if full else 0.0
    return [
        _("{n} repetitions were found, of {seconds} s each.", n=len(full), seconds=f"{tempo:.1f}"),
        _(
            "Counted by {measure}: back at {start}, far enough at {far}.",
            measure=_(signal.measure.replace("_", " ")),
            start=f"{signal.start:g}{unit}",
            far=f"{signal.far:g}{unit}",
        ),
        _("Shown from: {views}.", views=views),
    ]


def _counted(
    seen: Measured, found: Sequence[Candidate], signal: Signal, title: str, about: str
) -> Exercise:
    signal = replace(signal, source=SOURCE.format(n=len(complete_in(signal, seen))))
    draft = _draft(seen, found, signal, title, about, kind="reps")
    return replace(draft, targets=targets_of(draft, seen))


def _draft(
    seen: Measured,
    found: Sequence[Candidate],
    signal: Signal,
    title: str,
    about: str,
    *,
    kind: str,
) -> Exercise:
    """All but the targets."""
    if kind == "hold":
        during = held_in(signal, seen)
    else:
        during = [(span.start_s, span.end_s) for span in complete_in(signal, seen)]
    moving = [c.measure for c in found if c.measure in JOINTS]
    if signal.measure in JOINTS:
        moving = [signal.measure, *moving]
    chart = tuple(dict.fromkeys(moving))[:2] or ("hip", "knee")
    if len(chart) == 1:
        chart = (chart[0], _NEIGHBOUR[chart[0]])
    return Exercise(
        name=file_stem(title),
        title=title,
        kind=kind,
        about=" ".join(about.split()) or _LEARNT,
        chart=chart,
        best_views=_views(seen, during),
        needs=("arms", "trunk") if signal.measure in _ARMS else ("trunk", "legs"),
        signal=signal,
        targets=(),
    )


def _views(seen: Measured, spans: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """The views from which it was shown, most frequent first."""
    during = np.zeros(len(seen.t_s), bool)
    for start_s, end_s in spans:
        during |= (seen.t_s >= start_s) & (seen.t_s <= end_s)
    told = [view for view, kept in zip(seen.views, during, strict=True) if kept and view]
    shares = {view: told.count(view) / max(len(told), 1) for view in VIEWS}
    shown = [view for view in VIEWS if shares[view] >= VIEW_SHARE]
    return tuple(sorted(shown, key=lambda view: -shares[view])) or VIEWS
