"""Which measure shows the movement best, and where its thresholds lie: found from good reps.

The signal is the measure that swings widest against what the estimator is expected to be wrong
by, and most regularly (autocorrelation). The thresholds lie between the two ends of its swing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from posecore.exercises import Signal
from posecore.findings import MARGIN
from posecore.language import Text
from posecore.measures import COLUMN_INDEX, UNSIDED, Reading
from posecore.reps import ExerciseCounter, RepSpan
from posecore.teach_shown import (
    FEWEST_REPS,
    LONGEST_S,
    SHORTEST_S,
    UNITS,
    Measured,
    TeachError,
    together,
)

CANDIDATES = (
    *("elbow", "shoulder", "hip", "knee", "upper_arm_lean", "wrist_height"),
    *("trunk_lean", "trunk_tilt", "leg_spread", "hip_height"),
)
"""Measures that may be counted: what is left says how a body is held rather than how it moves."""

JOINTS = ("elbow", "shoulder", "hip", "knee")
OTHER_WORTH = 0.8
"""Of the measures that are no joint's angle: nobody can read off a mirror what they are."""

CLEAR_ENOUGH = 8.0
"""Times the expected error; a swing ten times as wide is no easier to count."""

START_SHARE, FAR_SHARE, RANGE_SHARE = 0.25, 0.5, 0.35
"""Of the way from one end to the other: back at the start; far enough to count; the least
movement. Loose on purpose, as in the shipped files: a shallow rep is a rep with a fault."""

_STEP_S = 0.05  # evenly spaced times for the autocorrelation
_STILL = 0.15  # of the widest swing: a stretch that moves less is before or after the set
_STRETCH_S = 2.0  # how long a stretch is looked at to tell moving from still
_SEEN = 0.6  # share of frames in which a measure must be seen to be counted
_LEAST = 2.0  # times the expected error that the signal must swing
_TOGETHER = 0.3  # correlation of left and right from which they count as one


@dataclass(frozen=True)
class Candidate:
    """A measure that might be counted.

    swing       from end to end, in its unit; clear: swing over expected error
    regular     autocorrelation at one period, 0 to 1; period_s: how long that is
    """

    measure: str
    sides: str
    swing: float
    clear: float
    regular: float
    period_s: float

    @property
    def worth(self) -> float:
        """Beyond CLEAR_ENOUGH only regularity counts; a joint's angle is preferred."""
        clear = np.log2(np.clip(self.clear, 1.0, CLEAR_ENOUGH)) / np.log2(CLEAR_ENOUGH)
        return float(clear * self.regular**2 * (1.0 if self.measure in JOINTS else OTHER_WORTH))


def candidates(seen: Measured) -> list[Candidate]:
    """The measures that move clearly and regularly, best first."""
    found = []
    part = _moving(seen)
    for name in CANDIDATES:
        sides = _sides_of(part, name)
        best = [
            _candidate(part, name, sides, reading)
            for reading in Signal(name, sides, 0, 1, 1, 1, 2, "").readings
        ]
        kept = [c for c in best if c is not None]
        if kept:
            found.append(max(kept, key=lambda c: c.worth))
    return sorted(found, key=lambda c: c.worth, reverse=True)


def _moving(seen: Measured) -> Measured:
    """Of each clip what lies between its first and its last movement."""
    return together([clip.between(*moving_span(clip)) for clip in seen.clips])


def moving_span(seen: Measured) -> tuple[float, float]:
    """First and last second of a clip's movement, without standing about before and after."""
    columns = [i for name in CANDIDATES for i in Reading(name, "mean").columns]
    times = np.arange(seen.t_s[0], seen.t_s[-1], _STRETCH_S / 4)
    swings = np.zeros(len(times))
    for k, at_s in enumerate(times):
        inside = (seen.t_s >= at_s - _STRETCH_S / 2) & (seen.t_s <= at_s + _STRETCH_S / 2)
        rows, error = seen.rows[inside][:, columns], seen.error[inside][:, columns]
        whole = np.isfinite(rows).mean(axis=0) >= _SEEN if inside.sum() > 3 else np.zeros(1, bool)
        if whole.any():
            low, high = np.nanpercentile(rows[:, whole], (10, 90), axis=0)
            swings[k] = np.sort((high - low) / np.nanmean(error[:, whole], axis=0))[-3:].mean()
    moving = times[swings > _STILL * np.max(swings, initial=0.0)]
    if not len(moving):
        return float(seen.t_s[0]), float(seen.t_s[-1])
    return float(moving[0] - _STRETCH_S / 4), float(moving[-1] + _STRETCH_S / 4)


def _sides_of(part: Measured, name: str) -> str:
    """ "mean" where both sides move as one, "each" where they take turns or one rests."""
    if name in UNSIDED:
        return "mean"
    left, right = (part.rows[:, COLUMN_INDEX[f"{side}_{name}"]] for side in ("left", "right"))
    both = np.isfinite(left) & np.isfinite(right)
    if both.mean() < _SEEN or np.std(left[both]) < 1e-6 or np.std(right[both]) < 1e-6:
        return "mean"
    together = float(np.corrcoef(left[both], right[both])[0, 1])
    return "mean" if together > _TOGETHER else "each"


def _candidate(part: Measured, name: str, sides: str, reading: Reading) -> Candidate | None:
    values = reading.of(part.rows)
    if np.isfinite(values).mean() < _SEEN:
        return None
    low, high = np.nanpercentile(values, (5, 95))
    with np.errstate(invalid="ignore"):
        error = float(np.nanmean(part.error[:, reading.columns]))
    error = error if np.isfinite(error) else MARGIN["deg"]
    period_s, regular = _regular(part, reading)
    clear = float(high - low) / error
    if clear < _LEAST or regular <= 0:
        return None
    return Candidate(name, sides, float(high - low), clear, regular, period_s)


def _regular(part: Measured, reading: Reading) -> tuple[float, float]:
    """Over all clips: the period of the one that repeats best, and the mean, by their length."""
    found = [(*regularity(clip.t_s, reading.of(clip.rows)), clip.t_s) for clip in part.clips]
    lasted = [float(np.ptp(t_s)) + _STEP_S for *_, t_s in found]
    regular = np.average([regular for _, regular, _ in found], weights=lasted)
    return max(found, key=lambda each: each[1])[0], float(regular)


def regularity(t_s: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Period in seconds and autocorrelation there; (0, 0) where nothing comes back.

    The first peak that is nearly as high as the highest: twice a period repeats as well as one.
    """
    known = np.isfinite(values)
    times = np.arange(t_s[0], t_s[-1], _STEP_S)
    if known.sum() < 3 or len(times) < 2 * SHORTEST_S / _STEP_S:
        return 0.0, 0.0
    x = np.interp(times, t_s[known], values[known])
    slow = np.polynomial.polynomial.polyfit(times, x, 1)
    x = x - np.polynomial.polynomial.polyval(times, slow)
    lags = np.arange(round(SHORTEST_S / _STEP_S), min(len(x) // 2, round(LONGEST_S / _STEP_S)))
    if not len(lags) or not x.std() > 0:
        return 0.0, 0.0
    shared = [_alike(x[:-lag], x[lag:]) for lag in lags]
    peaks = [
        i
        for i in range(1, len(lags) - 1)
        if shared[i] >= shared[i - 1] and shared[i] >= shared[i + 1]
    ]
    if not peaks:
        return 0.0, 0.0
    highest = max(shared[i] for i in peaks)
    if highest <= 0:
        return 0.0, 0.0
    first = next(i for i in peaks if shared[i] >= 0.8 * highest)
    return float(lags[first] * _STEP_S), max(0.0, shared[first])


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation; 0 where either stands still."""
    one, other = one - one.mean(), other - other.mean()
    extent = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / extent if extent > 1e-9 else 0.0


def proposed_signal(seen: Measured, chosen: Candidate, *, turned: bool | None = None) -> Signal:
    """Thresholds for a measure.

    turned  whether the other end of its swing is the start; None: as found, and the other way
            round where that gives three repetitions and this does not
    Raises TeachError where fewer than three are found.
    """
    best, full = _thresholds(seen, chosen, bool(turned))
    if turned is None and len(full) < FEWEST_REPS:
        other, more = _thresholds(seen, chosen, True)
        best, full = (other, more) if len(more) > len(full) else (best, full)
    if len(full) < FEWEST_REPS:
        found = (
            Text("No repetition was found."),
            Text("Only one repetition was found."),
            Text("Only two repetitions were found."),
        )
        raise TeachError(
            Text(
                "{found} Show at least three, better five, each from the start "
                "position all the way and back, with the whole body in the picture.",
                found=found[len(full)],
            )
        )
    ends = [_ends(best, seen, span) for span in full]
    near, far = (float(np.median(column)) for column in zip(*ends, strict=True))
    lasted = [span.end_s - span.start_s for span in full]
    better = _between(chosen, near, far, 0.5 * min(lasted), 3.0 * max(lasted))
    return better if len(complete_in(better, seen)) >= len(full) else best


def _thresholds(seen: Measured, chosen: Candidate, turned: bool) -> tuple[Signal, list[RepSpan]]:
    """A first pair of thresholds, from the whole swing, and the reps that they find."""
    part = _moving(seen)
    readings = Signal(chosen.measure, chosen.sides, 0, 1, 1, 1, 2, "").readings
    values = max((r.of(part.rows) for r in readings), key=_swing)
    low, high = np.nanpercentile(values, (8, 92))
    near, far = (low, high) if _starts_low(seen, readings, low, high) != turned else (high, low)
    signal = _between(chosen, near, far, 0.3 * chosen.period_s, 3.0 * chosen.period_s)
    return signal, complete_in(signal, seen)


def _between(chosen: Candidate, near: float, far: float, min_s: float, max_s: float) -> Signal:
    way = far - near
    digits = 0 if UNITS[chosen.measure] == "deg" else 2
    return Signal(
        chosen.measure,
        chosen.sides,
        start=round(float(near + START_SHARE * way), digits),
        far=round(float(near + FAR_SHARE * way), digits),
        min_range=round(float(RANGE_SHARE * abs(way)), digits),
        min_s=round(float(np.clip(min_s, SHORTEST_S / 2, 3.0)), 2),
        max_s=round(float(np.clip(max_s, 4.0, 2 * LONGEST_S)), 1),
        source="Learnt from the repetitions that were shown.",
    )


def _swing(values: np.ndarray) -> float:
    low, high = np.nanpercentile(values, (8, 92)) if np.isfinite(values).any() else (0.0, 0.0)
    return float(high - low)


def _starts_low(seen: Measured, readings: Sequence[Reading], low: float, high: float) -> bool:
    """Which end is the start: where the person begins, ends, and is for most of the time."""
    votes = []
    for reading, clip in product(readings, seen.clips):
        values = reading.of(clip.rows)
        known = np.isfinite(values)
        if known.sum() < 3:
            continue
        values, t_s = values[known], clip.t_s[known]
        for part in (t_s <= t_s[0] + 0.4, t_s >= t_s[-1] - 0.4, t_s >= t_s[0]):
            votes.append(np.clip((np.median(values[part]) - low) / (high - low), 0.0, 1.0))
    return float(np.mean(votes)) <= 0.5


def reps_in(signal: Signal, seen: Measured) -> list[RepSpan]:
    """Reps and attempts, as the pipeline would count them were the exercise known."""
    spans = []
    for clip in seen.clips:
        counter = ExerciseCounter(signal)
        spans += [counter.step(row, float(at)) for at, row in zip(clip.t_s, clip.rows, strict=True)]
    return [span for span in spans if span is not None]


def complete_in(signal: Signal, seen: Measured) -> list[RepSpan]:
    return [span for span in reps_in(signal, seen) if span.complete]


def signal_values(signal: Signal, seen: Measured) -> np.ndarray:
    """(n,) what is counted; of sides that count alone, the further one."""
    return ExerciseCounter(signal).value(seen.rows)


def _ends(signal: Signal, seen: Measured, span: RepSpan) -> tuple[float, float]:
    values = signal_values(signal, seen.between(span.start_s, span.end_s))
    low, high = np.nanpercentile(values, (3, 97))
    return (low, high) if signal.upwards else (high, low)
