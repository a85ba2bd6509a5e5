"""What travels from room to room: poses, reps, faults and the result of a frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from posecore.landmarks import N_LANDMARKS

NONE = "none"
"""The class of frames in which no known exercise is done."""


def frozen_array(values: np.ndarray, shape: tuple[int, ...], name: str) -> np.ndarray:
    """``values`` as a read-only float array; ValueError where it is not of ``shape``."""
    array = np.array(values, dtype=float)
    if array.shape != shape:
        raise ValueError(f"expected {name} of shape {shape}, got {array.shape}")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Pose:
    """One person in one frame, as the estimator saw it.

    t_s         seconds from the first frame
    image       (33, 3) x / width, y / height, z (about the scale of x, smaller is nearer)
    world       (33, 3) metres, origin in the middle of the hips, x right, y down, z away
    visibility  (33,) in [0, 1]: how likely the landmark is in the picture and not hidden
    size_px     (width, height) of the picture with square pixels
    """

    t_s: float
    image: np.ndarray
    world: np.ndarray
    visibility: np.ndarray
    size_px: tuple[int, int]

    def __post_init__(self) -> None:
        for name, shape in (
            ("image", (N_LANDMARKS, 3)),
            ("world", (N_LANDMARKS, 3)),
            ("visibility", (N_LANDMARKS,)),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), shape, name))
        width, height = self.size_px
        if width <= 0 or height <= 0:
            raise ValueError(f"expected a picture size above 0, got {width} x {height}")

    @property
    def pixels(self) -> np.ndarray:
        """(33, 2) pixels in true proportions: the only 2-D points angles may be measured on."""
        return self.image[:, :2] * np.array(self.size_px, float)


DIFFERENCE = "_difference"
"""Ends a fault's joint where left was compared with right: "knee_difference"."""


@dataclass(frozen=True)
class Fault:
    """One thing that was off in one rep, with what was measured against what was wanted.

    joint  what was measured: "left_knee", "trunk_lean", of both sides their mean "knee" or their
           difference "knee_difference"
    pose  the person at that moment, None where it was not kept; no part of what makes it equal
    """

    id: str
    at_s: float
    joint: str
    measured: float
    low: float
    high: float
    cue: str
    unit: str = "deg"
    pose: Pose | None = field(default=None, compare=False, repr=False)

    @property
    def beyond(self) -> float:
        """How far outside the range the measured value lies; 0 inside."""
        return max(self.low - self.measured, self.measured - self.high, 0.0)


@dataclass(frozen=True, eq=False)
class Rep:
    """One movement from the start position to the far end and back.

    complete    False for an attempt that turned back before the far threshold
    rom_deg     largest minus smallest value of the rep signal, degrees
    tempo_s     (towards the far end, back), seconds
    score       0 to 100; ``score_parts`` says what of
    curve_t_s   (n,) seconds from the first frame; curve_deg (n, n_joints) the angles on the way
    """

    exercise: str
    start_s: float
    end_s: float
    complete: bool
    rom_deg: float
    tempo_s: tuple[float, float]
    score: float
    faults: tuple[Fault, ...] = ()
    score_parts: dict[str, float] = field(default_factory=dict)
    curve_t_s: np.ndarray = field(default_factory=lambda: np.empty(0))
    curve_deg: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def far_s(self) -> float:
        """When it was at its far end, seconds from the first frame."""
        return self.start_s + self.tempo_s[0]


@dataclass(frozen=True, eq=False)
class ExerciseSet:
    """Reps of one exercise without a long pause, or one hold.

    hold_s  seconds in good form of a held exercise; None where reps are counted
    """

    exercise: str
    start_s: float
    end_s: float
    hold_s: float | None
    reps: tuple[Rep, ...]

    @property
    def n_complete(self) -> int:
        return sum(rep.complete for rep in self.reps)


@dataclass(frozen=True, eq=False)
class FrameResult:
    """Everything the pipeline knows after one frame.

    pose             None where nobody is in the picture
    flexion_deg      (n_joints,) degrees in the order of angles.JOINT_NAMES; NaN: not seen
    error_deg        (n_joints,) expected error of each of them, degrees; NaN: not seen
    view             "front", "diagonal", "side", or None where it cannot be told
    proba            (n_classes,) of this frame alone; all NaN where there is no pose
    frame_exercise   class of this frame alone; voted_exercise: after voting
    votes            class -> share of the votes, of the classes that have any
    phase            of the voted exercise's counter: see reps.Phase
    rep_count        complete reps in the present set; hold_s: seconds held in good form
    rep              the rep or attempt that this frame finished
    set_ended        the set that this frame ended, by a pause or another exercise
    current_set      the set that goes on, None between sets
    faults           what is off at this moment
    cue              one sentence to the person, or None
    hint             what to change so that the camera sees enough, or None
    rest_s           seconds since the last set's end; 0 during a set and before the first
    """

    t_s: float
    pose: Pose | None
    flexion_deg: np.ndarray
    error_deg: np.ndarray
    view: str | None
    proba: np.ndarray
    frame_exercise: str
    voted_exercise: str
    votes: dict[str, float]
    phase: str | None
    rep_count: int
    hold_s: float
    rep: Rep | None
    set_ended: ExerciseSet | None
    current_set: ExerciseSet | None
    faults: tuple[Fault, ...]
    cue: str | None
    hint: str | None
    rest_s: float = 0.0
