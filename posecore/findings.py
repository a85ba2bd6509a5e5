"""A target read on a rep or on a frame: the value, and whether it misses the range for certain.

Three things decide before a number is compared: whether the target can be judged from where the
camera stands, whether the parts it needs were seen, and whether the miss is larger than what the
estimator is expected to be wrong by. What fails any of them is not a fault.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecore.angles import JOINT_INDEX, N_JOINTS
from posecore.exercises import VIEWS, Exercise, Miss, Target
from posecore.measures import COLUMNS, UNSIDED, Reading
from posecore.tempo import WAY_BACK, WAY_OUT, way_s
from posecore.types import DIFFERENCE, Fault

ENOUGH = 0.5
"""Share of frames that must have a fitting view, and the reading, for a target to be judged."""

MARGIN = {"deg": 7.0, "ratio": 0.1, "s": 0.1}
"""Miss that is forgiven where no joint's expected error is known. Degrees: MediaPipe against an
inertial suit spreads by 6.4 from the side, so 7. Ratio: a tenth of a trunk or stance is about
that angle on a segment. Seconds: three frames of a camera of 30 a second."""

WAY_FRAMES = 0.5
"""A way's length is known to half a frame: 0.02 s at 30 frames a second, 0.05 s at ten."""

BOTH_SHARE = 0.3
"""Left and right are compared where the lesser side went at least so much of the other's way:
arms that take turns are not uneven."""

SWING_PERCENT, SWING_MARGIN_DEG = 5.0, 2.0
"""The trunk's swing is the range of its tilt without the outermost frames on either side. What
the estimator is constantly off by cancels in a range: a still trunk that is drawn reads 1 to 2."""

BEFORE_S, BEGIN_SHARE = 0.6, 0.15
"""The start position is looked for in so many seconds before the rep and in the first share of
it. Not at its end: a rep is counted before the person is all the way back."""

FAR_SHARE, FAR_MOST_S = 0.08, 0.15
"""The far end is read within this share of the rep around it, and at most so many seconds: wide
enough for a median against jitter, narrow enough not to flatten the turn."""


@dataclass(frozen=True, eq=False)
class RepTrace:
    """One rep frame by frame, and what was seen just before it.

    t_s        (n,) seconds; rows (n, n_columns) as measures.measure gives them
    signal     (n,) the rep signal; error_deg (n, n_joints) expected error of each joint
    views      (n,) camera view of each frame, None where it cannot be told
    far_i      frame of the far end; complete: it went beyond the far threshold
    begin_i    frame where the rep begins; those before it show the start position only
    side       "left" or "right" where the signal counts each side by itself; None finds the
               side whose reading is the signal
    """

    t_s: np.ndarray
    rows: np.ndarray
    signal: np.ndarray
    error_deg: np.ndarray
    views: tuple[str | None, ...]
    far_i: int
    complete: bool
    begin_i: int = 0
    side: str | None = None

    def __post_init__(self) -> None:
        n = len(self.t_s)
        if n < 2 or not 0 <= self.begin_i <= self.far_i < n:
            raise ValueError(
                f"expected 2 frames or more and 0 <= begin_i <= far_i among them, "
                f"got {n} frames, begin_i {self.begin_i} and far_i {self.far_i}"
            )
        for name, shape in (
            ("rows", (n, len(COLUMNS))),
            ("signal", (n,)),
            ("error_deg", (n, N_JOINTS)),
        ):
            if getattr(self, name).shape != shape:
                raise ValueError(f"expected {name} of {shape}, got {getattr(self, name).shape}")
        if len(self.views) != n:
            raise ValueError(f"expected {n} views, got {len(self.views)}")

    @property
    def duration_s(self) -> float:
        return float(self.t_s[-1] - self.t_s[self.begin_i])

    @property
    def rom(self) -> float:
        """Range of motion of the rep signal, in its unit; NaN where it was never seen."""
        seen = self.signal[self.begin_i :][np.isfinite(self.signal[self.begin_i :])]
        return float(np.ptp(seen)) if len(seen) else float("nan")


@dataclass(frozen=True)
class Finding:
    """A target read on a rep or a frame. ``error`` is the miss that is forgiven."""

    target: Target
    at_s: float
    joint: str
    value: float
    error: float

    @property
    def miss(self) -> Miss | None:
        """Which side of the range was missed by more than the error; None inside."""
        if self.value < self.target.low - self.error:
            return self.target.below
        if self.value > self.target.high + self.error:
            return self.target.above
        return None

    @property
    def excess(self) -> float:
        """How far beyond range and error the value lies, 0 where that is no fault."""
        if self.miss is None:
            return 0.0
        off = max(self.target.low - self.value, self.value - self.target.high)
        return off - self.error

    @property
    def severity(self) -> float:
        """How many times the expected error the excess is: what to say first."""
        return self.excess / max(self.error, 1e-9)

    @property
    def fault(self) -> Fault | None:
        miss, target = self.miss, self.target
        if miss is None:
            return None
        return Fault(
            miss.fault,
            self.at_s,
            self.joint,
            self.value,
            target.low,
            target.high,
            miss.cue,
            target.reading.unit,
        )


def in_posture(exercise: Exercise, trace: RepTrace) -> bool:
    """Whether a rep was done in the exercise's postures; what is not seen speaks against none."""
    for posture in exercise.postures:
        if not _seen_from(posture.views, trace):
            continue
        values = posture.reading.of(trace.rows)[_frames_at(posture.at, trace)]
        seen = values[np.isfinite(values)]
        if len(seen) == 0 or len(seen) < ENOUGH * len(values):
            continue
        if not posture.low <= float(np.median(seen)) <= posture.high:
            return False
    return True


def moving_side(exercise: Exercise, trace: RepTrace) -> str | None:
    """The side that moves, where each counts by itself; None: both are the rep."""
    if trace.side is not None or exercise.signal.sides != "each":
        return trace.side
    off = {}
    for reading in exercise.signal.readings:
        away = np.abs(reading.of(trace.rows) - trace.signal)
        if np.isfinite(away).any():
            off[reading.sides] = float(np.nanmean(away))
    return min(off, key=lambda s: off[s]) if off else None


def _one_side(reading: Reading, side: str | None) -> Reading:
    """The reading of the side that moves, where each side counts by itself."""
    if side is None or reading.measure in UNSIDED or reading.sides == "difference":
        return reading
    return Reading(reading.measure, side)


def read_on_rep(
    exercise: Exercise, target: Target, trace: RepTrace, side: str | None
) -> Finding | None:
    """A target on a rep; None where it cannot be judged. ``side`` as moving_side gives it."""
    anywhere = target.at == "rep" and target.views == VIEWS
    if not anywhere and not _seen_from(target.views, trace):
        return None
    if target.at == "rep":
        return _read_rep_measure(exercise, target, trace)
    if target.at == "start" and not _start_was_seen(exercise, trace):
        return None
    if target.reading.sides == "difference" and not _both_moved(exercise, trace):
        return None
    reading = _one_side(target.reading, side)
    frames = _frames_at(target.at, trace)
    values = reading.of(trace.rows)[frames]
    if len(frames) == 0 or np.isfinite(values).mean() < ENOUGH:
        return None
    i: int | None
    if target.at == "start":
        i = _kindest(values, target)
    elif target.at == "far":
        i = _nearest(values, float(np.nanmedian(values)))
    else:
        i = _lasting_worst(trace.t_s[frames], values, target)
    if i is None:
        return None
    value = float(np.nanmedian(values)) if target.at == "far" else float(values[i])
    at = frames[i]
    joint, error = joint_and_error(reading, trace.rows[at], trace.error_deg[at])
    at_s = float(trace.t_s[trace.far_i if target.at == "far" else at])
    return Finding(target, at_s, joint, value, error)


def _seen_from(views: tuple[str, ...], trace: RepTrace) -> bool:
    return bool(np.mean([view in views for view in trace.views]) >= ENOUGH)


def _read_rep_measure(exercise: Exercise, target: Target, trace: RepTrace) -> Finding | None:
    if np.isfinite(trace.signal[trace.begin_i :]).mean() < ENOUGH:
        return None
    if target.reading.measure == "tempo_out" and not _start_was_seen(exercise, trace):
        return None
    turn_s = float(trace.t_s[trace.far_i])
    if target.reading.measure == "trunk_swing":
        return _read_swing(target, trace)
    if target.reading.measure == "rom":
        return Finding(target, turn_s, "rom", trace.rom, MARGIN[target.reading.unit])
    out = target.reading.measure == "tempo_out"
    between_s = _way_s(trace, exercise.signal.upwards, WAY_OUT if out else WAY_BACK)
    if between_s is None:
        return None
    # A landmark that jumps makes the one too short, a quick way seen in few frames the other.
    counted_s = turn_s - float(trace.t_s[trace.begin_i]) if out else float(trace.t_s[-1]) - turn_s
    value = max(between_s, counted_s)
    error = WAY_FRAMES * float(np.median(np.diff(trace.t_s)))
    return Finding(target, turn_s, target.reading.measure, value, error)


def _way_s(trace: RepTrace, upwards: bool, shares: tuple[float, float]) -> float | None:
    seen = np.isfinite(trace.signal)
    seen[: trace.begin_i] = False
    signal = trace.signal[seen] if upwards else -trace.signal[seen]
    return way_s(trace.t_s[seen], signal, float(trace.t_s[trace.far_i]), shares)


def _read_swing(target: Target, trace: RepTrace) -> Finding | None:
    """How far the trunk went to and fro, at the moment when it was furthest from its middle."""
    tilt = trace.rows[trace.begin_i :, COLUMNS.index("trunk_tilt")]
    seen = np.isfinite(tilt)
    if seen.mean() < ENOUGH:
        return None
    low, middle, high = np.percentile(tilt[seen], [SWING_PERCENT, 50, 100 - SWING_PERCENT])
    furthest = high if high - middle > middle - low else low
    at_s = float(trace.t_s[trace.begin_i + _nearest(tilt, float(furthest))])
    return Finding(target, at_s, "trunk_swing", float(high - low), SWING_MARGIN_DEG)


def read_on_frame(
    target: Target, row: np.ndarray, error_deg: np.ndarray, view: str | None, t_s: float
) -> Finding | None:
    """A target on one frame; None where it is kept, the view cannot judge it or nothing is seen."""
    if target.at == "rep" or view not in target.views:
        return None
    value = target.reading.of_row(row)
    if target.low <= value <= target.high or not np.isfinite(value):
        return None
    joint, error = joint_and_error(target.reading, row, error_deg)
    return Finding(target, t_s, joint, value, error)


def _frames_at(moment: str, trace: RepTrace) -> np.ndarray:
    t_s, begin = trace.t_s, trace.begin_i
    if moment == "start":
        last_s = t_s[begin] + BEGIN_SHARE * trace.duration_s
        return np.flatnonzero((t_s >= t_s[begin] - BEFORE_S) & (t_s <= last_s))
    if moment == "far":
        near = min(FAR_SHARE * trace.duration_s, FAR_MOST_S)
        return np.flatnonzero(np.abs(t_s - t_s[trace.far_i]) <= near)
    if moment == "out":
        return np.arange(begin, trace.far_i + 1)
    if moment == "back":
        return np.arange(trace.far_i, len(t_s))
    return np.arange(begin, len(t_s))


def _start_was_seen(exercise: Exercise, trace: RepTrace) -> bool:
    """False where the picture began in the middle of a movement: its start is unknown."""
    signal = exercise.signal
    values = trace.signal[_frames_at("start", trace)]
    reached = values <= signal.start if signal.upwards else values >= signal.start
    waited_s = float(trace.t_s[trace.begin_i] - trace.t_s[0])
    return waited_s >= BEFORE_S / 2 or bool(reached.any())


def _both_moved(exercise: Exercise, trace: RepTrace) -> bool:
    """False where one side rests, as in arms that take turns."""
    rows = trace.rows[trace.begin_i :]
    ways = []
    for side in ("left", "right"):
        values = _one_side(Reading(exercise.signal.measure), side).of(rows)
        seen = values[np.isfinite(values)]
        if len(seen) == 0:
            return False
        ways.append(float(np.ptp(seen)))
    return min(ways) >= BOTH_SHARE * max(ways)


def _kindest(values: np.ndarray, target: Target) -> int:
    """Index of the value that speaks for the person: a rep's frames also hold its first move."""
    tenth, ninetieth = np.nanpercentile(values, [10, 90])
    best = float(np.clip((target.low + target.high) / 2, tenth, ninetieth))
    return _nearest(values, best)


def _nearest(values: np.ndarray, wanted: float) -> int:
    return int(np.nanargmin(np.abs(values - wanted)))


def _lasting_worst(t_s: np.ndarray, values: np.ndarray, target: Target) -> int | None:
    """Index of the worst value that was kept up, or exceeded, for ``min_s``; None: too short."""
    seen = np.flatnonzero(np.isfinite(values))
    t_s, values = t_s[seen], values[seen]
    beyond = np.maximum(
        target.low - values if target.below else -np.inf,
        values - target.high if target.above else -np.inf,
    )
    worst: tuple[float, int] | None = None
    for first, last in enumerate(np.searchsorted(t_s, t_s + target.min_s - 1e-6)):
        if last >= len(t_s):
            break
        least = first + int(np.argmin(beyond[first : last + 1]))
        if worst is None or beyond[least] > worst[0]:
            worst = (float(beyond[least]), least)
    return None if worst is None else int(seen[worst[1]])


def joint_and_error(reading: Reading, row: np.ndarray, error_deg: np.ndarray) -> tuple[str, float]:
    """What the reading was read on, as Fault.joint names it, and its expected error."""
    columns = [c for c in reading.columns if np.isfinite(row[c])]
    names = [COLUMNS[c] for c in columns]
    errors = []
    for name in names:
        error = error_deg[JOINT_INDEX[name]] if name in JOINT_INDEX else MARGIN[reading.unit]
        errors.append(float(error) if np.isfinite(error) else MARGIN[reading.unit])
    if len(names) == 1:
        return names[0], errors[0]
    if reading.sides == "difference":
        return reading.measure + DIFFERENCE, float(np.linalg.norm(errors))
    if reading.sides == "mean":
        return reading.measure, float(np.mean(errors))
    values = [float(row[c]) for c in columns]
    pick = int(np.argmax(values) if reading.sides == "max" else np.argmin(values))
    return names[pick], errors[pick]
