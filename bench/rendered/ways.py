"""Other ways to do the exercises, each of which still is that exercise: how people vary them.

Told as drills, a round of figures each. They teach a classifier what belongs to an exercise beyond
its plain form; nothing is counted or judged on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.rendered.exercises import EXERCISES
from bench.rendered.figures import (
    AHEAD,
    CHEST,
    GUARD,
    HANG,
    HEAD,
    HIPS,
    OUT,
    SEATED,
    STAND,
    UP,
    Drill,
    Figure,
    LegAngles,
    there_and_back,
)
from bench.rendered.stance import ArmAngles, Lot, pick

_HANDS = ("wristL", "wristR")
_ELBOWS = ("elbowL", "elbowR")
_FEET = ("ankleL", "ankleR")
_BEARING: ArmAngles = (88, 6, 0, 6)
_FOREARM: ArmAngles = (90, 4, 0, 90)


@dataclass(frozen=True)
class Way:
    """``drill`` is how one person does it, by lot; it is taught as ``exercise``."""

    exercise: str
    drill: Callable[[Lot], Drill]


def _all_legs(figure: Figure, legs: LegAngles) -> Figure:
    return replace(figure, left_leg=legs, right_leg=legs)


def _arms(figure: Figure, arms: ArmAngles) -> Figure:
    return replace(figure, left=arms, right=arms)


# Planks


def _plank(rng: Lot) -> tuple[Figure, tuple[str, ...]]:
    """Held straight, on the hands or on the forearms, and what it rests on."""
    out, hips = rng.uniform(2, 10), rng.uniform(-4, 10)
    if rng.random() < 0.5:
        return Figure(
            lean=rng.uniform(66, 74),
            left=_BEARING,
            right=_BEARING,
            left_leg=(hips, out, 4),
            right_leg=(hips, out, 4),
        ), _HANDS
    return Figure(
        lean=rng.uniform(79, 84),
        left=_FOREARM,
        right=_FOREARM,
        left_leg=(hips, out, 4),
        right_leg=(hips, out, 4),
    ), _ELBOWS


def plank_arm(rng: Lot) -> Drill:
    """One hand after the other leaves the floor: reach, punch, tap the shoulder or the thigh."""
    held, rests = _plank(rng)
    free = pick(rng, (165, 8, 0, 8), (60, 10, 60, 130), (10, 10, 0, 20), (90, 70, 0, 10))
    lifted = replace(held, left=free, roll=rng.uniform(-8, 8))
    beat_s, hold = rng.uniform(0.35, 1.2), rng.uniform(0, 0.3)
    return Drill((held, lifted, held, lifted.swapped()), beat_s, hold, rests, 0.05)


def plank_leg(rng: Lot) -> Drill:
    """One foot after the other is lifted or put aside."""
    held, rests = _plank(rng)
    hip, out, _ = held.left_leg
    free = pick(rng, (rng.uniform(-25, -10), out, 6), (hip, rng.uniform(18, 35), 6))
    lifted = replace(held, left_leg=free)
    beat_s, hold = rng.uniform(0.4, 1.2), rng.uniform(0, 0.3)
    return Drill((held, lifted, held, lifted.swapped()), beat_s, hold, rests, 0.05)


def plank_jack(rng: Lot) -> Drill:
    held, rests = _plank(rng)
    apart = _all_legs(held, (held.left_leg[0], rng.uniform(18, 32), 5))
    return Drill((held, apart), rng.uniform(0.25, 0.6), 0.0, rests, 0.05)


def plank_rocking(rng: Lot) -> Drill:
    """Forward and back over the hands, or the hips lower and higher, or to the sides."""
    held, rests = _plank(rng)
    hip = held.left_leg[0]
    moved = pick(
        rng,
        replace(
            held,
            left=(held.left[0] - 18, *held.left[1:]),
            right=(held.right[0] - 18, *held.right[1:]),
        ),
        _all_legs(replace(held, lean=held.lean + 8), (hip + rng.uniform(12, 25), 4, 5)),
        replace(held, roll=rng.uniform(12, 25)),
    )
    figures = there_and_back(moved) if moved.roll else (held, moved)
    return Drill(figures, rng.uniform(0.5, 1.4), 0.1, rests, 0.05)


def plank_up_down(rng: Lot) -> Drill:
    """From the forearms to the hands and back."""
    hip = rng.uniform(-2, 8)
    low = _all_legs(Figure(lean=82, left=_FOREARM, right=_FOREARM), (hip, 6, 4))
    high = _all_legs(Figure(lean=69, left=_BEARING, right=_BEARING), (hip, 6, 4))
    half = replace(low, lean=76, left=_BEARING, roll=rng.uniform(4, 12))
    return Drill((low, half, high, half), rng.uniform(0.4, 0.9), 0.1, _FEET)


def plank_on_knees(rng: Lot) -> Drill:
    held, rests = _plank(rng)
    kneeling = _all_legs(
        replace(held, lean=held.lean - 8), (rng.uniform(0, 15), 4, rng.uniform(40, 95))
    )
    breathing = replace(kneeling, bend=rng.uniform(-3, 3))
    return Drill((kneeling, breathing), rng.uniform(1.5, 3), 0.2, rests, 0.05)


def side_plank(rng: Lot) -> Drill:
    """On one hand or forearm; held, hips dipped, the upper arm or leg moved."""
    high = rng.random() < 0.5
    below: ArmAngles = (rng.uniform(0, 10), 88, 0, 6) if high else (rng.uniform(-5, 8), 80, 90, 90)
    above = pick(rng, (0, 90, 0, 8), HANG, HIPS, HEAD)
    legs = (rng.uniform(-2, 10), rng.uniform(-2, 4), pick(rng, 4.0, 4.0, 60.0))
    held = Figure(
        lean=rng.uniform(66, 72) if high else rng.uniform(76, 82),
        roll=rng.uniform(80, 95),
        left=above,
        right=below,
        left_leg=legs,
        right_leg=legs,
    )
    moved = pick(
        rng,
        replace(held, side=rng.uniform(-1, 1)),
        replace(held, side=-rng.uniform(10, 22)),
        replace(held, left=(60, 10, 40, 60), turn=rng.uniform(10, 35)),
        replace(held, left_leg=(legs[0], rng.uniform(20, 45), 6), left=(0, 110, 0, 8)),
        replace(held, left_leg=(rng.uniform(60, 95), 6, 90), left=(40, 8, 0, 40)),
    )
    if rng.random() < 0.5:
        held, moved = held.swapped(), moved.swapped()
    side = "R" if held.roll > 0 else "L"
    rests = (f"wrist{side}",) if high else (f"elbow{side}",)
    return Drill((held, moved), rng.uniform(0.6, 2.0), 0.15, rests)


# On the feet


def side_lunge(rng: Lot) -> Drill:
    """Wide, one knee bent and the other leg straight; in the middle stands or stays low."""
    arms = pick(rng, GUARD, CHEST, HIPS, HANG, AHEAD)
    knee = rng.uniform(60, 105)
    lean = rng.uniform(10, 38)
    low = _arms(
        Figure(
            lean=lean,
            left_leg=(knee - 15 + lean * 0.4, rng.uniform(15, 28), knee),
            right_leg=(lean * 0.8, rng.uniform(38, 52), 6),
        ),
        arms,
    )
    middle = _arms(Figure(), arms) if rng.random() < 0.6 else _all_legs(low, (10, 30, 20))
    figures = (middle, low, middle, low.swapped()) if rng.random() < 0.7 else (middle, low)
    return Drill(figures, rng.uniform(0.5, 1.1), 0.1)


def curtsy_lunge(rng: Lot) -> Drill:
    """One leg crosses behind the other, or steps back with a turn of the trunk or a knee drive."""
    arms = pick(rng, GUARD, CHEST, HIPS, HANG)
    knee = rng.uniform(70, 105)
    low = _arms(
        Figure(
            lean=rng.uniform(2, 20),
            turn=rng.uniform(-25, 25),
            left_leg=(knee * 0.85, 4, knee),
            right_leg=(-rng.uniform(5, 25), -rng.uniform(0, 24), knee * rng.uniform(0.8, 1.1)),
        ),
        arms,
    )
    up = _arms(Figure(), arms)
    if rng.random() < 0.35:
        up = replace(up, right_leg=(rng.uniform(60, 95), 4, 95))
    figures = (up, low, up.swapped(), low.swapped()) if rng.random() < 0.6 else (up, low)
    return Drill(figures, rng.uniform(0.5, 1.1), 0.1)


def jumping_lunge(rng: Lot) -> Drill:
    arms = pick(rng, ((48, 6, 0, 92), (-32, 8, 0, 88)), (HIPS, HIPS), (CHEST, CHEST))
    knee = rng.uniform(65, 100)
    low = Figure(
        lean=rng.uniform(0, 18),
        left=arms[1],
        right=arms[0],
        left_leg=(knee * 0.9, 4, knee),
        right_leg=(-rng.uniform(5, 25), 4, knee),
    )
    air = Figure(hop_m=rng.uniform(0.08, 0.3), left=arms[0], right=arms[0])
    return Drill((low, air, low.swapped(), air), rng.uniform(0.25, 0.5), 0.0)


def split_squat(rng: Lot) -> Drill:
    """The rear foot on a bench, or both on the floor; hands anywhere."""
    arms = pick(rng, HANG, HIPS, CHEST, UP, HEAD)
    knee = rng.uniform(75, 110)
    raised = rng.random() < 0.5
    rear = (-rng.uniform(10, 30), 4, rng.uniform(80, 110) if raised else knee)
    low = _arms(
        Figure(lean=rng.uniform(2, 28), left_leg=(knee * 0.9, 4, knee), right_leg=rear), arms
    )
    top = rng.uniform(10, 25)
    behind = (-rng.uniform(20, 35), 4, 75 if raised else 20)
    up = _arms(Figure(lean=4, left_leg=(top + 12, 4, top), right_leg=behind), arms)
    if rng.random() < 0.5:
        low, up = low.swapped(), up.swapped()
    return Drill((up, low), rng.uniform(0.6, 1.3), 0.1)


def jump_squat(rng: Lot) -> Drill:
    knee = rng.uniform(70, 115)
    lean = rng.uniform(20, 42)
    low = _all_legs(Figure(lean=lean), (knee * 0.62 + lean * 0.6, rng.uniform(8, 24), knee))
    low = _arms(low, pick(rng, CHEST, GUARD, (-40, 8, 0, 20), HEAD, AHEAD))
    up = replace(Figure(), hop_m=rng.uniform(0.05, 0.3))
    up = _arms(up, pick(rng, HANG, UP, (-30, 8, 0, 20), low.left))
    return Drill((low, up), rng.uniform(0.3, 0.7), 0.05)


def one_leg_squat(rng: Lot) -> Drill:
    """On one leg, the other ahead or bent behind."""
    arms = pick(rng, AHEAD, CHEST, HANG, OUT)
    knee, lean = rng.uniform(70, 125), rng.uniform(15, 45)
    other = pick(rng, (rng.uniform(50, 80), 6, 8), (rng.uniform(-10, 15), 4, rng.uniform(80, 115)))
    low = _arms(
        Figure(lean=lean, left_leg=(knee * 0.6 + lean * 0.7, 8, knee), right_leg=other), arms
    )
    up = _arms(Figure(right_leg=(other[0] * 0.5, 4, other[2] * 0.5)), arms)
    if rng.random() < 0.5:
        low, up = low.swapped(), up.swapped()
    return Drill((up, low), rng.uniform(0.7, 1.4), 0.1)


def squat_and(rng: Lot) -> Drill:
    """A squat with something at the top: a kick, a knee, arms overhead, on the toes; or pulses."""
    knee, lean = rng.uniform(85, 120), rng.uniform(24, 44)
    arms = pick(rng, CHEST, GUARD, AHEAD, HEAD, UP)
    low = _arms(_all_legs(Figure(lean=lean), (knee * 0.62 + lean * 0.6, 16, knee)), arms)
    up = _arms(Figure(), arms)
    end = pick(
        rng,
        replace(up, left_leg=(0, rng.uniform(25, 50), 5)),
        replace(up, left_leg=(rng.uniform(60, 95), 6, 90)),
        _arms(up, UP),
        replace(up, hop_m=0.06),
        _all_legs(replace(low, lean=lean * 0.8), (knee * 0.4 + lean * 0.6, 16, knee * 0.65)),
    )
    return Drill((low, up, low, end), rng.uniform(0.45, 1.0), 0.1)


def other_jack(rng: Lot) -> Drill:
    """Arms that close ahead, to one side or with a step instead of a hop."""
    leg = rng.uniform(14, 28)
    closed = _arms(Figure(), HANG)
    wide = _all_legs(Figure(), (4, leg, 6))
    kind = int(rng.integers(4))
    if kind == 0:  # seal
        closed = _arms(Figure(), (88, -4, 0, 8))
        wide = _arms(wide, (5, 88, 0, 8))
    elif kind == 1:  # step jack
        wide = replace(
            _arms(wide, (0, rng.uniform(120, 165), 0, 15)), right_leg=STAND, side=rng.uniform(-6, 6)
        )
        return Drill((closed, wide, closed, wide.swapped()), rng.uniform(0.35, 0.6), 0.0)
    elif kind == 2:  # with a turn, arms up
        wide = replace(_arms(wide, UP), turn=rng.uniform(15, 40))
        return Drill((closed, wide, closed, wide.swapped()), rng.uniform(0.25, 0.5), 0.0)
    else:  # deep
        knee = rng.uniform(40, 80)
        wide = _all_legs(_arms(Figure(lean=15), UP), (knee * 0.7, leg, knee))
    return Drill((closed, replace(wide, hop_m=0.03)), rng.uniform(0.25, 0.55), 0.0)


# With weights


def _seat(rng: Lot) -> LegAngles:
    return pick(rng, STAND, STAND, SEATED, (88, rng.uniform(15, 40), 90), (5, 4, 95))


def other_curl(rng: Lot) -> Drill:
    """One arm, one after the other, upper arms on a bench, or bent over beside the knee."""
    up_deg = rng.uniform(115, 145)
    kind = int(rng.integers(4))
    if kind == 0:  # concentration
        lean = rng.uniform(25, 55)
        seat: LegAngles = (88 + lean * 0.6, rng.uniform(20, 40), 88)
        arm = (lean + rng.uniform(0, 20), rng.uniform(-5, 15), 0.0)
        other = pick(rng, (50, 20, 40, 80), (40, 10, 0, 60))
        low = _all_legs(Figure(lean=lean, left=(*arm, 8), right=other), seat)
        high = replace(low, left=(*arm, up_deg))
        if rng.random() < 0.5:
            low, high = low.swapped(), high.swapped()
        return Drill((low, high), rng.uniform(0.5, 1.2), 0.1, ("hipL", "hipR"), 0.5)
    forward = rng.uniform(40, 65) if kind == 1 else rng.uniform(-8, 22)  # on a bench: preacher
    legs = pick(rng, SEATED, STAND) if kind == 1 else _seat(rng)
    hang: ArmAngles = (forward, rng.uniform(4, 14), rng.uniform(-20, 20), rng.uniform(5, 18))
    bent: ArmAngles = (forward + rng.uniform(0, 12), hang[1], hang[2], up_deg)
    low = _all_legs(_arms(Figure(lean=rng.uniform(-3, 8)), hang), legs)
    if kind == 2:  # one after the other
        one = replace(low, left=bent)
        return Drill((low, one, low, one.swapped()), rng.uniform(0.4, 1.0), 0.05)
    if kind == 3:  # one arm only
        return Drill((low, replace(low, left=bent)), rng.uniform(0.5, 1.2), 0.1)
    return Drill((low, _arms(low, bent)), rng.uniform(0.5, 1.2), 0.1)


def other_press(rng: Lot) -> Drill:
    """One arm, one after the other, with a dip of the knees, on the knees or seated."""
    low_arm: ArmAngles = (
        rng.uniform(0, 60),
        rng.uniform(15, 70),
        rng.uniform(-60, 30),
        rng.uniform(110, 140),
    )
    high_arm: ArmAngles = (rng.uniform(165, 178), rng.uniform(0, 16), 0, rng.uniform(3, 20))
    legs = _seat(rng)
    low = _all_legs(_arms(Figure(lean=rng.uniform(-8, 4)), low_arm), legs)
    kind = int(rng.integers(4))
    if kind == 0:
        rest = pick(rng, low_arm, HANG, HIPS)
        low = replace(low, right=rest)
        return Drill((low, replace(low, left=high_arm)), rng.uniform(0.5, 1.2), 0.1)
    if kind == 1:
        one = replace(low, left=high_arm)
        return Drill((low, one, low, one.swapped()), rng.uniform(0.4, 1.0), 0.05)
    high = _arms(low, high_arm)
    if kind == 2 and legs == STAND:
        dip = _all_legs(low, (18, 8, 34))
        return Drill((low, dip, high), rng.uniform(0.3, 0.7), 0.05)
    return Drill((low, high), rng.uniform(0.5, 1.2), 0.1)


def other_lateral_raise(rng: Lot) -> Drill:
    """One arm, or on a seat or the knees, or leaning."""
    elbow = rng.uniform(4, 45)
    low: ArmAngles = (rng.uniform(-5, 20), rng.uniform(4, 14), 0, elbow)
    high: ArmAngles = (rng.uniform(0, 22), rng.uniform(75, 105), 0, elbow)
    lean = rng.uniform(0, 22)
    legs = _seat(rng)
    legs = (legs[0] + lean, *legs[1:])
    hang = _all_legs(_arms(Figure(lean=lean, side=rng.uniform(-8, 8)), low), legs)
    if rng.random() < 0.5:
        return Drill((hang, _arms(hang, high)), rng.uniform(0.45, 1.1), 0.1)
    one = replace(hang, left=high, right=pick(rng, low, HIPS))
    return Drill((replace(hang, right=one.right), one), rng.uniform(0.45, 1.1), 0.1)


def other_front_raise(rng: Lot) -> Drill:
    """One after the other, one arm, or both on a plate."""
    elbow = rng.uniform(3, 30)
    together = rng.random() < 0.4
    out = -8.0 if together else rng.uniform(0, 12)
    low: ArmAngles = (rng.uniform(5, 18), out, 0, elbow)
    high: ArmAngles = (rng.uniform(75, 130), out, 0, elbow)
    hang = _all_legs(_arms(Figure(lean=rng.uniform(-5, 5)), low), _seat(rng))
    if together or rng.random() < 0.3:
        return Drill((hang, _arms(hang, high)), rng.uniform(0.45, 1.1), 0.1)
    one = replace(hang, left=high)
    if rng.random() < 0.6:
        return Drill((hang, one, hang, one.swapped()), rng.uniform(0.4, 1.0), 0.05)
    return Drill((hang, one), rng.uniform(0.45, 1.1), 0.1)


def other_deadlift(rng: Lot) -> Drill:
    """Dumbbells beside the legs, legs nearly straight, or on one leg with the other behind."""
    lean = rng.uniform(55, 92)
    knee = rng.uniform(8, 38)
    hang: ArmAngles = (lean, rng.uniform(2, 10), 0, 8)
    low = _all_legs(_arms(Figure(lean=lean), hang), (lean + knee * 0.45, rng.uniform(4, 14), knee))
    up = Figure()
    if rng.random() < 0.4:
        low = replace(low, right_leg=(rng.uniform(-8, 20), 4, rng.uniform(4, 30)))
        if rng.random() < 0.5:
            low = replace(low, right=pick(rng, hang, OUT, (0, 20, 0, 10)))
        if rng.random() < 0.5:
            low, up = low.swapped(), up.swapped()
    return Drill((up, low), rng.uniform(0.7, 1.5), 0.1)


# Pressed from the floor, pulled to a bar, rolled up


def other_push_up(rng: Lot) -> Drill:
    """On the knees, hands on a bench, feet on a bench, narrow or wide, with a clap."""
    wide = rng.uniform(2, 40)
    bent = rng.uniform(75, 110)
    kind = int(rng.integers(4))
    lean_high, lean_low = rng.uniform(66, 72), rng.uniform(82, 88)
    legs: LegAngles = (rng.uniform(-2, 8), 4, 4)
    if kind == 0:  # knees
        lean_high, lean_low = rng.uniform(56, 66), rng.uniform(80, 86)
        legs = (rng.uniform(0, 12), 4, rng.uniform(50, 95))
    elif kind == 1:  # hands raised, up to a wall
        raised = rng.uniform(15, 50)
        lean_high, lean_low = lean_high - raised, lean_low - raised
    elif kind == 2:  # feet raised
        raised = rng.uniform(6, 20)
        lean_high, lean_low = lean_high + raised, lean_low + raised
    high = _all_legs(_arms(Figure(lean=lean_high), (88, wide * 0.4, 0, 6)), legs)
    low = _all_legs(_arms(Figure(lean=lean_low), (40, wide, 0, bent)), legs)
    rests = ("kneeL", "kneeR") if kind == 0 else _FEET
    return Drill((high, low), rng.uniform(0.4, 1.1), 0.1, rests)


def other_pull_up(rng: Lot) -> Drill:
    """Narrow with the palms inward, very wide, legs ahead or crossed behind."""
    out = pick(rng, rng.uniform(0, 8), rng.uniform(25, 50))
    legs = pick(
        rng,
        (rng.uniform(30, 90), 4, rng.uniform(5, 90)),
        (rng.uniform(-10, 5), 3, rng.uniform(40, 100)),
        (4, 4, 4),
    )
    hang = _all_legs(
        _arms(Figure(lean=rng.uniform(-8, 6)), (172, out, 0, rng.uniform(4, 20))), legs
    )
    top: ArmAngles = (rng.uniform(20, 60), out + 12, 0, rng.uniform(115, 145))
    high = _all_legs(_arms(Figure(lean=-rng.uniform(0, 25)), top), (legs[0] + 8, *legs[1:]))
    return Drill((hang, high), rng.uniform(0.6, 1.5), 0.1, _HANDS, rng.uniform(2.0, 2.4))


def other_sit_up(rng: Lot) -> Drill:
    """Legs straight or soles together, arms overhead or ahead, a twist at the top."""
    legs = pick(rng, (4.0, 6.0, 5.0), (40.0, 45.0, 100.0), (50.0, 6.0, 95.0))
    arms = pick(rng, UP, AHEAD, CHEST, HEAD, (40, 10, 0, 10))
    up_lean = rng.uniform(5, 35)
    low = _all_legs(_arms(Figure(lean=-88), arms), legs)
    turn = pick(rng, 0.0, rng.uniform(20, 45))
    high = _all_legs(
        _arms(Figure(lean=-up_lean, bend=rng.uniform(5, 25), turn=turn), pick(rng, arms, AHEAD)),
        (legs[0] + 88 - up_lean, *legs[1:]),
    )
    figures = (low, high, low, high.swapped()) if turn else (low, high)
    return Drill(figures, rng.uniform(0.6, 1.4), 0.05, ("hipL", "hipR"), 0.1)


WAYS: dict[str, Way] = {
    "plank_arm": Way("plank", plank_arm),
    "plank_leg": Way("plank", plank_leg),
    "plank_jack": Way("plank", plank_jack),
    "plank_rocking": Way("plank", plank_rocking),
    "plank_up_down": Way("plank", plank_up_down),
    "plank_on_knees": Way("plank", plank_on_knees),
    "side_plank": Way("plank", side_plank),
    "side_lunge": Way("lunge", side_lunge),
    "curtsy_lunge": Way("lunge", curtsy_lunge),
    "jumping_lunge": Way("lunge", jumping_lunge),
    "split_squat": Way("lunge", split_squat),
    "jump_squat": Way("squat", jump_squat),
    "one_leg_squat": Way("squat", one_leg_squat),
    "squat_and": Way("squat", squat_and),
    "other_jack": Way("jumping_jack", other_jack),
    "other_curl": Way("biceps_curl", other_curl),
    "other_press": Way("shoulder_press", other_press),
    "other_lateral_raise": Way("lateral_raise", other_lateral_raise),
    "other_front_raise": Way("front_raise", other_front_raise),
    "other_deadlift": Way("deadlift", other_deadlift),
    "other_push_up": Way("push_up", other_push_up),
    "other_pull_up": Way("pull_up", other_pull_up),
    "other_sit_up": Way("sit_up", other_sit_up),
}
"""Name -> way."""

LYING_WAYS = frozenset(
    name for name, way in WAYS.items() if way.exercise in ("plank", "push_up", "sit_up")
)


def taught_as(subject: str) -> str:
    """What a clip of ``subject`` is labelled: an exercise, or "other:..." where it is none."""
    if subject in WAYS:
        return WAYS[subject].exercise
    return subject if subject in EXERCISES else f"other:{subject}"
