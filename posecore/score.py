"""The score of a rep, explained by its parts: depth, control, symmetry, path and form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from posecore.exercises import Exercise, Target
from posecore.findings import Finding, RepTrace
from posecore.measures import Reading
from posecore.path import path_share


def score_of(parts: dict[str, float]) -> float:
    """Half the mean of the parts and half the weakest: one bad part is not made up for.

    NaN where there are none.
    """
    if not parts:
        return float("nan")
    return round((float(np.mean(list(parts.values()))) + min(parts.values())) / 2, 1)


BIN_S, FEWEST_BINS = 0.2, 6
"""Smoothness is measured on means of 0.2 s, which jitter does not reach but a stop and a new
start do; with fewer than six of them a rep is too quick to tell."""

TO_AND_FRO = 0.5
"""Extra way, as a share of the straight one, at which smoothness is 0."""

FORM_COST, FORM_COST_MORE = 40.0, 30.0
"""Points that a fault costs, and what is added as it grows by the width of its range."""


def score_parts(
    exercise: Exercise, trace: RepTrace, findings: Sequence[Finding]
) -> dict[str, float]:
    """Parts of the score, each 0 to 100, left out where nothing tells them:

    depth     100 from the far end's target on (less the expected error), 0 at the start threshold
    control   smoothness: how little of the movement went to and fro, and each tempo target:
              measured over wanted; the mean of them
    symmetry  100 while left and right differ by no more than their target, 0 at twice that
    path      how much the key joints moved together as in good reps: see path.path_share
    form      100 less 40 to 70 for every other fault, more the further it is beyond its range
    """
    depth = [_depth_share(exercise, f) for f in findings if is_depth(exercise, f.target)]
    uneven = [f for f in findings if f.target.reading.sides == "difference"]
    paced = [f for f in findings if f.target.at == "rep"]
    apart = [f for f in findings if f not in uneven + paced and not is_depth(exercise, f.target)]
    control = [_smoothness(trace), *(_pace_share(f) for f in paced)]
    parts: dict[str, float | None] = {
        "depth": min(depth, default=None),
        "control": _mean(c for c in control if c is not None),
        "symmetry": _mean(1.0 - min(f.excess / f.target.high, 1.0) for f in uneven),
        "path": _path_share(exercise, trace),
        "form": _form_share(apart) if apart else None,
    }
    return {name: round(100.0 * part, 1) for name, part in parts.items() if part is not None}


def _mean(shares: Iterable[float]) -> float | None:
    known = list(shares)
    return float(np.mean(known)) if known else None


def is_depth(exercise: Exercise, target: Target) -> bool:
    """The target that says how far a rep should go: the signal's own measure at the far end."""
    return target.at == "far" and target.reading == Reading(
        exercise.signal.measure, _DEPTH_SIDES.get(exercise.signal.sides, exercise.signal.sides)
    )


_DEPTH_SIDES = {"each": "mean"}  # of a side that counts by itself, the mean is its value


def _depth_share(exercise: Exercise, finding: Finding) -> float:
    signal, target = exercise.signal, finding.target
    goal = target.low if signal.upwards else target.high
    way = abs(goal - signal.start) - finding.error
    return 1.0 - min(finding.excess / way, 1.0) if way > 0 else float(finding.miss is None)


def _pace_share(finding: Finding) -> float:
    if finding.miss is None:
        return 1.0
    share = finding.value / finding.target.low
    return share if share < 1.0 else finding.target.high / finding.value


def _smoothness(trace: RepTrace) -> float | None:
    t_s, signal = trace.t_s[trace.begin_i :], trace.signal[trace.begin_i :]
    t_s, signal = t_s[np.isfinite(signal)], signal[np.isfinite(signal)]
    if len(t_s) == 0:
        return None
    bins = ((t_s - t_s[0]) // BIN_S).astype(int)
    means = np.array([signal[bins == b].mean() for b in np.unique(bins)])
    if len(means) < FEWEST_BINS:
        return None
    turn = int(np.argmax(np.abs(means - means[0])))
    straight = abs(means[turn] - means[0]) + abs(means[-1] - means[turn])
    if straight <= 0:
        return None
    extra = float(np.abs(np.diff(means)).sum() / straight) - 1.0
    return float(np.clip(1.0 - extra / TO_AND_FRO, 0.0, 1.0))


def _path_share(exercise: Exercise, trace: RepTrace) -> float | None:
    if not trace.complete:
        return None  # half a way has no whole path
    return path_share(exercise, trace.t_s[trace.begin_i :], trace.rows[trace.begin_i :])


def _form_share(findings: list[Finding]) -> float:
    cost = 0.0
    for finding in findings:
        if finding.miss is not None:
            width = finding.target.high - finding.target.low
            cost += FORM_COST + FORM_COST_MORE * min(finding.excess / width, 1.0)
    return max(100.0 - cost, 0.0) / 100.0
