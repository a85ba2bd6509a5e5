"""The twelve exercises: their movement, what varies from person to person, and their faults."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import numpy as np

from bench.rendered.apparatus import Deadlift, Plank, PullUp, PushUp, SitUp
from bench.rendered.bodies import Body
from bench.rendered.skeleton import Posture
from bench.rendered.stance import mix
from bench.rendered.standing import (
    ArmRaise,
    BicepsCurl,
    JumpingJack,
    Lunge,
    ShoulderPress,
    Squat,
)


class Motion(Protocol):
    """A frozen dataclass of numbers that says how one person does one exercise."""

    def posture(self, body: Body, left: float, right: float) -> Posture: ...


@dataclass(frozen=True)
class Exercise:
    """How a movement is done and undone.

    motion   at its best; vary: field -> (low, high) between people, all of it good form
    choices  field -> values of which one is drawn by lot
    variants other ways that count: of one of them, field -> values of which one is drawn
    faults   fault -> {field: value at its worst}; still a whole movement, that counts as a rep
             "uneven" and "drops" are matters of timing: see Performance and plan
    lowers   "away": the weight sinks on the way to the far end; "back": on the way back
    holds    "", "dumbbells", "barbell" or "bar"; lying: the person is on the floor
    short    name of the exercise in older labels, for scoring; None: the same
    """

    motion: Any
    rep_s: float
    vary: dict[str, tuple[float, float]] = field(default_factory=dict)
    choices: dict[str, tuple[float, ...]] = field(default_factory=dict)
    variants: tuple[dict[str, tuple[float, ...]], ...] = ()
    faults: dict[str, dict[str, float]] = field(default_factory=dict)
    lowers: str = "back"
    holds: str = ""
    alternates: bool = False
    lying: bool = False
    short: str | None = None


_ANY_HANDS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)

EXERCISES: dict[str, Exercise] = {
    "squat": Exercise(
        Squat(),
        2.6,
        vary={
            "knee_deg": (98, 124),
            "lean_deg": (24, 41),
            "shank_deg": (22, 33),
            "width": (1.2, 2.0),
            "toe_out_deg": (8, 28),
            "knee_top_deg": (3, 10),
        },
        choices={"arms_folded": (0.0, 0.0, 1.0)},
        variants=({"hands": _ANY_HANDS}, {"hands": _ANY_HANDS, "width": (2.3, 2.7, 3.0)}),
        lowers="away",
        faults={
            "shallow": {"knee_deg": 62, "lean_deg": 24, "shank_deg": 20},
            "lean": {"lean_deg": 64, "shank_deg": 20},
            "knees_in": {"knees_in": 0.5},
            "not_upright": {"knee_top_deg": 20, "lean_top_deg": 30},
            "drops": {},
        },
        short="squat",
    ),
    "lunge": Exercise(
        Lunge(),
        2.8,
        vary={
            "knee_deg": (84, 104),
            "step": (0.34, 0.44),
            "lean_deg": (2, 13),
            "knee_top_deg": (5, 14),
        },
        choices={"hands_on_hips": (0.0, 1.0), "moving": (-1.0, 0.0, 1.0)},
        variants=({"hands": _ANY_HANDS},),
        lowers="away",
        faults={
            "shallow": {"knee_deg": 60},
            "short_step": {"step": 0.2, "knee_deg": 104},
            "lean": {"lean_deg": 44},
            "drops": {},
        },
        alternates=True,
        short="lunge",
    ),
    "push_up": Exercise(
        PushUp(),
        2.4,
        vary={
            "elbow_deg": (82, 104),
            "hip_deg": (-3, 6),
            "hands_width": (1.2, 1.65),
            "elbows_out": (0.3, 1.1),
            "elbow_top_deg": (5, 14),
        },
        lowers="away",
        faults={
            "shallow": {"elbow_deg": 48},
            "sag": {"hip_deg": -22},
            "pike": {"hip_deg": 36},
            "no_lockout": {"elbow_top_deg": 38},
            "knees_bent": {"knee_deg": 52},
            "drops": {},
        },
        lying=True,
        short="pushup",
    ),
    "sit_up": Exercise(
        SitUp(),
        2.8,
        vary={"trunk_deg": (66, 88), "feet_m": (0.26, 0.34), "neck_deg": (4, 18)},
        choices={"hands_behind_head": (0.0, 1.0)},
        faults={
            "shallow": {"trunk_deg": 54},
            "not_down": {"trunk_low_deg": 35},
            "legs_straight": {"feet_m": 0.42},
            "drops": {},
        },
        lying=True,
        short="situp",
    ),
    "plank": Exercise(
        Plank(),
        6.0,
        vary={"hip_deg": (-4, 6)},
        choices={"straight_arms": (0.0, 0.0, 1.0)},
        faults={
            "sag": {"hip_deg": -20},
            "pike": {"hip_deg": 38},
            "knees_bent": {"knee_deg": 46},
            "arms_away": {"arms_away_deg": 46},
        },
        lying=True,
    ),
    "jumping_jack": Exercise(
        JumpingJack(),
        1.2,
        vary={
            "arm_deg": (150, 174),
            "arm_low_deg": (8, 18),
            "leg_deg": (18, 29),
            "hop_m": (0.02, 0.07),
            "elbow_deg": (6, 30),
        },
        variants=({"arm_deg": (92.0, 115.0, 130.0)}, {"leg_deg": (10.0, 14.0)}),
        faults={
            "arms_low": {"arm_deg": 110},
            "feet_narrow": {"leg_deg": 7},
            "feet_apart": {"leg_low_deg": 13},
            "uneven": {},
        },
        short="jack",
    ),
    "biceps_curl": Exercise(
        BicepsCurl(),
        2.4,
        vary={
            "elbow_deg": (126, 146),
            "elbow_low_deg": (5, 16),
            "forward_deg": (2, 22),
            "out_deg": (5, 14),
            "twist_deg": (30, 85),
            "width": (0.9, 1.5),
        },
        variants=({"seated": (1.0,)}, {"forward_deg": (35.0, 50.0)}, {"out_deg": (25.0, 40.0)}),
        faults={
            "shallow": {"elbow_deg": 86},
            "not_straight": {"elbow_low_deg": 42},
            "swing": {"forward_deg": 60},
            "trunk_swing": {"swing_deg": 27},
            "drops": {},
        },
        holds="dumbbells",
        alternates=True,
        short="curl",
    ),
    "shoulder_press": Exercise(
        ShoulderPress(),
        2.4,
        vary={
            "lift_deg": (158, 173),
            "lift_low_deg": (50, 78),
            "elbow_low_deg": (110, 136),
            "elbow_deg": (5, 18),
            "forward_deg": (5, 32),
            "width": (1.0, 1.7),
        },
        variants=({"seated": (1.0,)}, {"forward_deg": (50.0, 70.0)}),
        faults={
            "no_lockout": {"lift_deg": 138, "elbow_deg": 42},
            "not_low": {"lift_low_deg": 90, "elbow_low_deg": 70},
            "uneven": {},
            "arch": {"arch_deg": 30},
            "drops": {},
        },
        holds="dumbbells",
        alternates=True,
        short="press",
    ),
    "lateral_raise": Exercise(
        ArmRaise(),
        2.2,
        vary={
            "plane_deg": (2, 28),
            "lift_deg": (80, 95),
            "elbow_deg": (6, 26),
            "lift_low_deg": (6, 14),
            "width": (0.9, 1.5),
        },
        variants=({"seated": (1.0,)}, {"elbow_deg": (40.0, 55.0)}),
        faults={
            "shallow": {"lift_deg": 61},
            "too_high": {"lift_deg": 130},
            "elbows_bent": {"elbow_deg": 70},
            "uneven": {},
            "trunk_swing": {"swing_deg": 24},
            "drops": {},
        },
        holds="dumbbells",
    ),
    "front_raise": Exercise(
        ArmRaise(plane_deg=84, elbow_deg=10, twist_deg=-70),
        2.2,
        vary={
            "plane_deg": (74, 92),
            "lift_deg": (80, 96),
            "elbow_deg": (4, 20),
            "lift_low_deg": (5, 13),
            "width": (0.9, 1.5),
        },
        variants=({"seated": (1.0,)}, {"lift_deg": (110.0, 125.0)}),
        faults={
            "shallow": {"lift_deg": 61},
            "too_high": {"lift_deg": 134},
            "elbows_bent": {"elbow_deg": 68},
            "trunk_swing": {"swing_deg": 24},
            "drops": {},
        },
        holds="dumbbells",
        alternates=True,
    ),
    "pull_up": Exercise(
        PullUp(),
        2.8,
        vary={
            "elbow_deg": (112, 132),
            "elbow_low_deg": (5, 16),
            "hands_width": (1.2, 1.8),
            "knee_deg": (5, 80),
            "hip_deg": (0, 15),
        },
        faults={
            "shallow": {"elbow_deg": 76},
            "not_hanging": {"elbow_low_deg": 42},
            "swing": {"lean_deg": 48, "kick_deg": 45},
            "drops": {},
        },
        holds="bar",
    ),
    "deadlift": Exercise(
        Deadlift(),
        3.0,
        vary={
            "knee_deg": (58, 88),
            "lean_deg": (52, 70),
            "shank_deg": (6, 15),
            "width": (1.0, 1.6),
            "hands_width": (1.15, 1.45),
        },
        variants=(
            {"knee_deg": (20.0, 30.0, 42.0), "lean_deg": (70.0, 82.0), "shank_deg": (2.0,)},
            {"width": (2.2, 2.7), "hands_width": (0.7, 0.85), "lean_deg": (40.0, 52.0)},
        ),
        lowers="away",
        faults={
            "shallow": {"lean_deg": 42, "knee_deg": 40, "shank_deg": 6},
            "no_lockout": {"lean_top_deg": 26, "knee_top_deg": 18},
            "squatting": {"knee_deg": 132, "lean_deg": 44, "shank_deg": 32},
            "chest_low": {"knee_deg": 48, "lean_deg": 95, "shank_deg": 2},
            "drops": {},
        },
        holds="barbell",
    ),
}


def draw_motion(exercise: Exercise, rng: np.random.Generator) -> Motion:
    """One person's way of doing ``exercise`` well, by lot."""
    drawn = {name: float(rng.uniform(*ends)) for name, ends in sorted(exercise.vary.items())}
    for name, values in sorted(exercise.choices.items()):
        drawn[name] = float(values[rng.integers(len(values))])
    return replace(exercise.motion, **drawn)


def vary_motion(exercise: Exercise, motion: Any, rng: np.random.Generator) -> Motion:
    """``motion`` in one of the exercise's other ways, by lot; as it is where there is none."""
    if not exercise.variants:
        return motion
    chosen = exercise.variants[rng.integers(len(exercise.variants))]
    drawn = {name: float(values[rng.integers(len(values))]) for name, values in chosen.items()}
    return replace(motion, **drawn)


def with_faults(exercise: Exercise, motion: Any, shares: dict[str, float]) -> Motion:
    """``motion`` with each fault of ``shares`` so far (0 to 1) towards its worst."""
    if not shares:
        return motion
    values = {f.name: getattr(motion, f.name) for f in fields(motion)}
    for fault, share in shares.items():
        for name, worst in exercise.faults[fault].items():
            values[name] = mix(values[name], worst, share)
    return replace(motion, **values)
