"""A new position to hold, from clips of somebody who holds it.

It is told from standing by the measure that differs most from it and wavers least.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posecore.exercises import Exercise, Miss, Signal, Target
from posecore.holds import LOST_S
from posecore.language import Text
from posecore.measures import SIDED, Reading
from posecore.teach_shown import Measured, TeachError
from posecore.teach_signal import CLEAR_ENOUGH, Candidate

LEAST_S = 5.0
"""Held for less it may be a pause."""

CANDIDATES = {
    "trunk_lean": 1.2,
    **dict.fromkeys(("hip", "knee"), 1.1),
    "leg_spread": 1.0,
    **dict.fromkeys(("shoulder", "elbow", "upper_arm_lean"), 0.9),
}
"""Measures that may be kept, near 0 degrees, all of them, in somebody who stands; and what they
are worth: arms are bent and lifted for many reasons, a trunk lies down for few."""

TWO_SIDES_DEG = 25.0
"""Sides that differ by more are not taken together: the one that is bent more is kept."""

ROOM_DEG, ROOM_ERRORS = 15.0, 2.0
"""The position is lost this far, or by so many times the expected error, outside of what was
shown. Loose on purpose: a position held badly is held, with a fault."""

STANDING_SHARE = 0.4
"""Of the way to standing up: nearer to it than this the position is given up."""

FORM_DEG = 12.0
"""A part must leave what was shown by so much to be a fault, and for FORM_S."""
FORM_S = 0.5
FORMS = 4
"""So many parts are watched, those that wavered least."""

_WINDOW_S = 1.0  # how long is looked at to tell still from moving
_STILL_DEG = 12.0  # the three measures that move most move less than this on average
_SHIVER_S = 0.5  # so short a movement does not end the hold; getting into it takes longer
_SEEN = 0.7  # share of frames in which a measure must be seen
_AWAY_DEG = 35.0  # the least that a position differs from standing, with loose arms, in a measure

_SAY = {
    "trunk_lean": Text("Hold your trunk as shown"),
    "hip": Text("Hold your hips as shown"),
    "knee": Text("Hold your knees as shown"),
    "elbow": Text("Hold your elbows as shown"),
    "shoulder": Text("Hold your arms as shown"),
}
_WHY = Text("It was held so when it was shown.")
_SOURCE = "Learnt from the position that was shown."


def held_in(signal: Signal, seen: Measured) -> list[tuple[float, float]]:
    """When the position is kept, each stretch of ``signal.min_s`` and more."""
    low, high = sorted((signal.start, signal.far))
    found = []
    for clip in seen.clips:
        values = signal.readings[0].of(clip.rows)
        kept = (values >= low) & (values <= high)
        found += _runs(clip.t_s, kept, signal.min_s, LOST_S)
    return found


def still_in(seen: Measured) -> list[tuple[float, float]]:
    """When somebody is seen and moves hardly at all."""
    columns = sorted({i for name in CANDIDATES for i in Reading(name).columns})
    found = []
    for clip in seen.clips:
        still = np.zeros(len(clip.t_s), bool)
        for k, at_s in enumerate(clip.t_s):
            a, b = np.searchsorted(clip.t_s, [at_s - _WINDOW_S / 2, at_s + _WINDOW_S / 2])
            rows = clip.rows[a:b, columns]
            rows = rows[:, np.isfinite(rows).mean(axis=0) >= _SEEN]
            if rows.shape[0] > 2 and rows.shape[1] >= 3:
                low, high = np.nanpercentile(rows, (10, 90), axis=0)
                still[k] = np.sort(high - low)[-3:].mean() < _STILL_DEG
        found += _runs(clip.t_s, still, LEAST_S, _SHIVER_S)
    return found


def _runs(
    t_s: np.ndarray, kept: np.ndarray, least_s: float, gap_s: float
) -> list[tuple[float, float]]:
    runs: list[tuple[float, float]] = []
    for at_s in t_s[kept].tolist():
        if runs and at_s - runs[-1][1] <= gap_s:
            runs[-1] = (runs[-1][0], at_s)
        else:
            runs.append((at_s, at_s))
    return [(start_s, end_s) for start_s, end_s in runs if end_s - start_s >= least_s]


def positions(seen: Measured) -> list[Candidate]:
    """The measures that the position may be told by, best first.

    Raises TeachError where nothing but standing is held for five seconds.
    """
    # Standing about before and after is still as well, but no measure is far from standing then.
    still = [seen.between(*span) for span in still_in(seen)]
    found = [(candidates, part) for part in still if (candidates := _candidates(part))]
    if not found:
        raise TeachError(
            Text(
                "No position that is held was found. Hold it for at least five seconds, better "
                "twenty, with the whole body in the picture."
            )
        )
    return max(found, key=lambda each: float(np.ptp(each[1].t_s)))[0]


def _candidates(part: Measured) -> list[Candidate]:
    """Of a part in which one position is held."""
    found = []
    for name in CANDIDATES:
        reading = _reading(part, name)
        values = reading.of(part.rows)
        if np.isfinite(values).mean() < _SEEN:
            continue
        low, high = np.nanpercentile(values, (5, 95))
        away = abs(float(np.nanmedian(values)))
        if away < _AWAY_DEG:
            continue
        clear = away / _error(part, reading)
        found.append(Candidate(name, reading.sides, float(high - low), clear, 1.0, 0.0))
    return sorted(found, key=_worth, reverse=True)


def _worth(each: Candidate) -> float:
    return min(each.clear, CLEAR_ENOUGH) * CANDIDATES[each.measure] - each.swing / ROOM_DEG


def _reading(part: Measured, name: str) -> Reading:
    if name in SIDED:
        left, right = (Reading(name, side).of(part.rows) for side in ("left", "right"))
        if np.isfinite(left).any() and np.isfinite(right).any():
            if abs(np.nanmedian(left) - np.nanmedian(right)) > TWO_SIDES_DEG:
                return Reading(name, "max")
    return Reading(name)


def _error(part: Measured, reading: Reading) -> float:
    return float(np.nanmean(part.error[:, reading.columns]))


def kept_signal(seen: Measured, chosen: Candidate) -> Signal:
    """The limits between which the position is kept. Raises TeachError."""
    reading = Reading(chosen.measure, chosen.sides)
    still = [seen.between(*span) for span in still_in(seen)]
    # What was done standing, or on the way, is not the position.
    found = [(part, reading.of(part.rows)) for part in still]
    middles = [
        (float(np.nanmedian(values)), float(np.ptp(part.t_s)), part, values)
        for part, values in found
        if np.isfinite(values).mean() >= _SEEN and abs(np.nanmedian(values)) >= _AWAY_DEG
    ]
    if not middles:
        raise TeachError(Text("This measure does not tell the position from standing."))
    longest = max(middles, key=lambda each: each[1])[0]
    alike = [each for each in middles if abs(each[0] - longest) <= 2 * ROOM_DEG]
    values = np.concatenate([each[3] for each in alike])
    error = max(_error(each[2], reading) for each in alike)
    room = max(ROOM_DEG, ROOM_ERRORS * error)
    low, high = (float(edge) for edge in np.nanpercentile(values, (5, 95)))
    if longest > 0:
        start, far = max(low - room, STANDING_SHARE * longest), high + room
    else:
        start, far = min(high + room, STANDING_SHARE * longest), low - room
    return Signal(
        chosen.measure,
        chosen.sides,
        start=float(round(start)),
        far=float(round(far)),
        min_range=float(abs(round(far) - round(start))),
        min_s=1.0,
        max_s=float("inf"),
        source=_SOURCE,
    )


def forms_of(
    exercise: Exercise, seen: Measured, spans: Sequence[tuple[float, float]]
) -> tuple[Target, ...]:
    """What must stay as it was shown while the position is held."""
    parts = [seen.between(*span) for span in spans if span[1] - span[0] >= LEAST_S]
    made = []
    for measure, cue in _SAY.items():
        sides = exercise.signal.sides if measure == exercise.signal.measure else "mean"
        reading = Reading(measure, sides)
        values = np.concatenate([reading.of(part.rows) for part in parts]) if parts else np.empty(0)
        if not len(values) or np.isfinite(values).mean() < _SEEN:
            continue
        low, high = (float(edge) for edge in np.nanpercentile(values, (5, 95)))
        miss = Miss(f"{measure}_moves", cue, _WHY)
        target = Target(
            reading,
            "whole",
            float(round(low - FORM_DEG)),
            float(round(high + FORM_DEG)),
            FORM_S,
            exercise.best_views,
            miss,
            miss,
            _SOURCE,
        )
        made.append((measure != exercise.signal.measure, high - low, target))
    return tuple(target for *_, target in sorted(made, key=lambda each: each[:2])[:FORMS])
