"""Drills on the feet, on a seat or on bars: each is how one person does it, by lot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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


def high_knees(rng: Lot) -> Drill:
    flex, knee = rng.uniform(45, 105), rng.uniform(70, 115)
    arms = pick(rng, ((48, 6, 0, 92), (-32, 8, 0, 88)), (HIPS, HIPS), (AHEAD, AHEAD), (HEAD, HEAD))
    up = Figure(lean=rng.uniform(-4, 8), left_leg=(flex, 4, knee), left=arms[1], right=arms[0])
    return Drill(there_and_back(up), rng.uniform(0.25, 0.6), 0.0)


def butt_kicks(rng: Lot) -> Drill:
    up = Figure(lean=rng.uniform(0, 10), left_leg=(rng.uniform(-8, 20), 4, rng.uniform(80, 130)))
    arms = pick(rng, HANG, HIPS, GUARD)
    return Drill(there_and_back(replace(up, left=arms, right=arms)), rng.uniform(0.25, 0.5), 0.0)


def jumping_rope(rng: Lot) -> Drill:
    arm = (rng.uniform(-10, 12), rng.uniform(15, 35), -20, rng.uniform(50, 90))
    low = Figure(left=arm, right=arm, left_leg=(14, 3, 26), right_leg=(14, 3, 26))
    high = replace(low, hop_m=rng.uniform(0.03, 0.12), left_leg=STAND, right_leg=STAND)
    return Drill((low, high), rng.uniform(0.16, 0.3), 0.0)


def boxing(rng: Lot) -> Drill:
    straight = (rng.uniform(70, 95), rng.uniform(-12, 14), 10, rng.uniform(5, 30))
    if rng.random() < 0.3:
        straight = (rng.uniform(90, 150), 0, 10, rng.uniform(40, 100))
    knee = rng.uniform(5, 40)
    legs = (knee * 0.5, 10, knee)
    punch = Figure(
        lean=rng.uniform(2, 14), turn=-30, left=straight, right=GUARD, left_leg=legs, right_leg=legs
    )
    guard = Figure(lean=4, left=GUARD, right=GUARD, left_leg=legs, right_leg=legs)
    return Drill((guard, punch, guard, punch.swapped()), rng.uniform(0.18, 0.45), 0.0)


def arm_circles(rng: Lot) -> Drill:
    wide, lift = rng.uniform(8, 45), rng.uniform(70, 100)
    elbow = rng.uniform(2, 25)
    arms = [
        (wide * np.sin(a), lift + wide * np.cos(a), 0.0, elbow)
        for a in np.linspace(0, 2 * np.pi, 6, endpoint=False)
    ]
    return Drill(tuple(Figure(left=a, right=a) for a in arms), rng.uniform(0.12, 0.35), 0.0)


def fly(rng: Lot) -> Drill:
    """Arms at shoulder height, opened and closed; or crossed up and down before the body."""
    lift = rng.uniform(65, 98)
    elbow = rng.uniform(5, 60)
    lean = rng.uniform(0, 55)
    legs = (lean + 2, 6, 12)
    opened: ArmAngles = (10, lift, 0, elbow)
    closed: ArmAngles = (lift, -8, 0, elbow)
    wide = Figure(lean=lean, left=opened, right=opened, left_leg=legs, right_leg=legs)
    shut = replace(wide, left=closed, right=closed)
    if rng.random() < 0.35:
        shut = replace(wide, left=(lift, 6, 0, 8), right=(20, 6, 0, 8))
        return Drill(there_and_back(shut), rng.uniform(0.2, 0.6), 0.0)
    return Drill((wide, shut), rng.uniform(0.4, 1.2))


def twists(rng: Lot) -> Drill:
    arms = pick(rng, OUT, CHEST, AHEAD, HEAD, HIPS)
    turned = Figure(turn=rng.uniform(25, 70), left=arms, right=arms, lean=rng.uniform(0, 10))
    if rng.random() < 0.4:
        legs = (74, rng.uniform(6, 18), rng.uniform(4, 30))
        touch = replace(turned, lean=70, left=(90, 0, 0, 5), right=(-60, 30, 0, 5))
        touch = replace(touch, left_leg=legs, right_leg=legs)
        return Drill((Figure(left=OUT, right=OUT), touch), rng.uniform(0.5, 1.0))
    return Drill(there_and_back(turned), rng.uniform(0.4, 1.1))


def side_bends(rng: Lot) -> Drill:
    over = Figure(side=rng.uniform(14, 38), left=pick(rng, HANG, HIPS), right=pick(rng, UP, HANG))
    return Drill(there_and_back(over), rng.uniform(0.6, 1.4))


def kicks(rng: Lot) -> Drill:
    kick = pick(
        rng,
        (rng.uniform(50, 95), 4, rng.uniform(5, 30)),
        (0, rng.uniform(25, 65), 6),
        (-rng.uniform(20, 40), 4, rng.uniform(5, 40)),
        (rng.uniform(70, 110), 20, 110),
    )
    arms = pick(rng, HIPS, HANG, GUARD, AHEAD, OUT)
    up = Figure(lean=rng.uniform(-8, 14), left=arms, right=arms, left_leg=kick)
    down = Figure(left=arms, right=arms)
    figures = (down, up) if rng.random() < 0.5 else (down, up, down, up.swapped())
    return Drill(figures, rng.uniform(0.35, 0.9), 0.0)


def row(rng: Lot) -> Drill:
    lean = rng.uniform(35, 85)
    knee = rng.uniform(8, 40)
    legs = (lean + knee * 0.4, 6, knee)
    out = rng.uniform(8, 60)
    hang = Figure(
        lean=lean, left=(lean, 4, 0, 8), right=(lean, 4, 0, 8), left_leg=legs, right_leg=legs
    )
    pulled: ArmAngles = (-rng.uniform(10, 50), out, 0, rng.uniform(80, 115))
    one = rng.random() < 0.35
    return Drill(
        (hang, replace(hang, left=pulled, right=(lean, 4, 0, 8) if one else pulled)),
        rng.uniform(0.5, 1.3),
    )


def triceps(rng: Lot) -> Drill:
    """The upper arm still and the elbow straightened: overhead, or bent forward and back."""
    seated = SEATED if rng.random() < 0.3 else STAND
    if rng.random() < 0.6:
        bent, straight = (165, 12, 0, rng.uniform(110, 140)), (170, 10, 0, 10)
        lean = 0.0
    else:
        lean = rng.uniform(40, 75)
        bent, straight = (-20, 8, 0, 95), (-30, 8, 0, 6)
        seated = (lean + 10, 6, 24)
    low = Figure(lean=lean, left=bent, right=bent, left_leg=seated, right_leg=seated)
    return Drill((low, replace(low, left=straight, right=straight)), rng.uniform(0.5, 1.2))


def upright_row(rng: Lot) -> Drill:
    high = (rng.uniform(5, 30), rng.uniform(60, 90), 60, rng.uniform(90, 125))
    hang = (8, 6, 20, 10)
    seated = SEATED if rng.random() < 0.2 else STAND
    low = Figure(left=hang, right=hang, left_leg=seated, right_leg=seated)
    return Drill((low, replace(low, left=high, right=high)), rng.uniform(0.5, 1.2))


def swing(rng: Lot) -> Drill:
    """A kettlebell between the legs and up."""
    low = Figure(lean=rng.uniform(50, 80), left=(30, 0, 0, 5), right=(30, 0, 0, 5))
    low = replace(low, left_leg=(80, 14, 34), right_leg=(80, 14, 34))
    arm = (rng.uniform(70, 160), 0, 0, 8)
    return Drill((low, Figure(lean=-4, left=arm, right=arm)), rng.uniform(0.45, 0.85), 0.0)


def calf_raise(rng: Lot) -> Drill:
    arms = pick(rng, HANG, HIPS, AHEAD, CHEST)
    low = Figure(left=arms, right=arms)
    return Drill((low, replace(low, hop_m=rng.uniform(0.04, 0.1))), rng.uniform(0.4, 1.0))


def side_steps(rng: Lot) -> Drill:
    arms = pick(rng, HIPS, GUARD, HANG, OUT)
    knee = rng.uniform(10, 55)
    step = Figure(
        lean=rng.uniform(2, 30),
        left=arms,
        right=arms,
        left_leg=(knee * 0.6, 20, knee),
        right_leg=(-10, rng.uniform(10, 30), rng.uniform(20, 70)),
    )
    return Drill(there_and_back(step), rng.uniform(0.35, 0.8), 0.0)


def dance(rng: Lot) -> Drill:
    def some() -> Figure:
        def arm() -> ArmAngles:
            return (
                rng.uniform(-30, 160),
                rng.uniform(-10, 90),
                rng.uniform(-30, 60),
                rng.uniform(5, 130),
            )

        knee = rng.uniform(5, 50)
        return Figure(
            lean=rng.uniform(-6, 18),
            side=rng.uniform(-18, 18),
            turn=rng.uniform(-40, 40),
            left=arm(),
            right=arm(),
            left_leg=(knee * 0.6, rng.uniform(0, 18), knee),
            right_leg=(rng.uniform(0, 60), rng.uniform(0, 25), rng.uniform(5, 90)),
        )

    return Drill(tuple(some() for _ in range(6)), rng.uniform(0.25, 0.7), rng.uniform(0, 0.4))


def busy_seated(rng: Lot) -> Drill:
    """On a chair: typing, drinking, talking with the hands, reaching for something."""

    def arm() -> ArmAngles:
        return pick(
            rng, (40, 6, 20, 80), (52, 14, 28, 136), (24, 16, -6, 82), (70, 0, 0, 40), HANG, CHEST
        )

    def legs() -> LegAngles:
        return (rng.uniform(75, 100), rng.uniform(0, 16), rng.uniform(60, 110))

    left, right = legs(), legs()
    figures = tuple(
        Figure(
            lean=rng.uniform(-12, 16),
            turn=rng.uniform(-25, 25),
            nod=rng.uniform(-5, 25),
            left=arm(),
            right=arm(),
            left_leg=left,
            right_leg=right,
        )
        for _ in range(5)
    )
    return Drill(figures, rng.uniform(0.6, 1.6), 0.4)


def pull_down(rng: Lot) -> Drill:
    """Seated, a bar pulled from overhead to the chest."""
    high = (rng.uniform(140, 165), rng.uniform(15, 40), 0, rng.uniform(5, 20))
    low = (rng.uniform(10, 40), rng.uniform(40, 60), -60, rng.uniform(100, 135))
    up = Figure(lean=rng.uniform(-25, 2), left=high, right=high, left_leg=SEATED, right_leg=SEATED)
    return Drill((up, replace(up, left=low, right=low)), rng.uniform(0.7, 1.4))


def dips(rng: Lot) -> Drill:
    """Hands on bars or on a bench behind, the body lowered between them."""
    bench = rng.random() < 0.5
    legs = (rng.uniform(70, 95), 6, rng.uniform(5, 80)) if bench else (5, 5, rng.uniform(5, 95))
    lean = 0.0 if bench else rng.uniform(2, 25)
    high: ArmAngles = (-20, 12, 0, 8)
    low: ArmAngles = (-rng.uniform(50, 80), 14, 0, rng.uniform(70, 105))
    up = Figure(lean=lean, left=high, right=high, left_leg=legs, right_leg=legs)
    height = rng.uniform(0.5, 0.7) if bench else rng.uniform(1.25, 1.5)
    down = replace(up, left=low, right=low)
    return Drill((up, down), rng.uniform(0.6, 1.2), 0.1, ("wristL", "wristR"), height)


def burpee(rng: Lot) -> Drill:
    arms: ArmAngles = (85, 6, 0, 6)
    squat = Figure(
        lean=62, left=arms, right=arms, left_leg=(125, 12, 120), right_leg=(125, 12, 120)
    )
    plank = Figure(lean=78, left=arms, right=arms, left_leg=(2, 5, 4), right_leg=(2, 5, 4))
    jump = Figure(lean=-2, left=UP, right=UP, hop_m=rng.uniform(0.0, 0.2))
    return Drill((Figure(), squat, plank, squat, jump), rng.uniform(0.35, 0.7), 0.0)
