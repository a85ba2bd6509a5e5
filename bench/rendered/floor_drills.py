"""Drills on the floor or lying on a bench: each is how one person does it, by lot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.rendered.figures import (
    AHEAD,
    CHEST,
    HEAD,
    KNEELING,
    OUT,
    UP,
    Drill,
    Figure,
    there_and_back,
)
from bench.rendered.stance import ArmAngles, Lot, pick

_HIPS_REST = ("hipL", "hipR")
_HANDS = ("wristL", "wristR")


def bench_press(rng: Lot) -> Drill:
    legs = (rng.uniform(10, 50), 14, rng.uniform(60, 100))
    low: ArmAngles = (10, rng.uniform(45, 80), 0, rng.uniform(80, 110))
    high: ArmAngles = (88, 8, 0, 8)
    down = Figure(lean=-90, left=low, right=low, left_leg=legs, right_leg=legs)
    up = replace(down, left=high, right=high)
    return Drill((up, down), rng.uniform(0.6, 1.3), 0.1, ("shoulderL", "shoulderR"), 0.45)


def _supine(rng: Lot, **more: Any) -> Figure:
    arms = pick(rng, HEAD, HEAD, (10, 10, 0, 8), (60, 8, 0, 20), CHEST, UP)
    return Figure(lean=-90, left=arms, right=arms, **more)


def crunch(rng: Lot) -> Drill:
    bent = (rng.uniform(40, 95), 6, rng.uniform(60, 120))
    low = _supine(rng, left_leg=bent, right_leg=bent, bend=0.0)
    high = replace(low, bend=rng.uniform(18, 42), nod=rng.uniform(0, 20))
    if rng.random() < 0.3:
        reach = rng.uniform(10, 25)
        return Drill(
            there_and_back(replace(high, side=reach)),
            rng.uniform(0.4, 0.8),
            0.0,
            _HIPS_REST,
            0.1,
        )
    return Drill((low, high), rng.uniform(0.4, 1.0), 0.1, _HIPS_REST, 0.1)


def leg_raise(rng: Lot) -> Drill:
    knee = rng.uniform(3, 25)
    low = _supine(rng, left_leg=(rng.uniform(0, 15), 4, knee), right_leg=(5, 4, knee))
    high = replace(low, left_leg=(rng.uniform(60, 95), 4, knee), right_leg=(80, 4, knee))
    if rng.random() < 0.3:  # one leg after the other, as on a bicycle
        pedal = replace(low, left_leg=(95, 4, 100), right_leg=(15, 4, 8), bend=rng.uniform(0, 30))
        return Drill(there_and_back(pedal), rng.uniform(0.35, 0.9), 0.0, _HIPS_REST, 0.1)
    if rng.random() < 0.3:  # trunk and legs fold together
        high = replace(high, bend=55, lean=-70, left=AHEAD, right=AHEAD)
    return Drill((low, high), rng.uniform(0.6, 1.3), 0.1, _HIPS_REST, 0.1)


def bridge(rng: Lot) -> Drill:
    low = _supine(rng, left_leg=(42, 8, 95), right_leg=(42, 8, 95))
    high = replace(low, lean=-rng.uniform(112, 125), bend=22, left_leg=(-2, 8, 82))
    high = replace(high, right_leg=high.left_leg)
    feet = ("ankleL", "ankleR")
    return Drill((low, high), rng.uniform(0.6, 1.4), 0.15, feet, None)


def russian_twist(rng: Lot) -> Drill:
    legs = (rng.uniform(70, 100), 4, rng.uniform(40, 90))
    turned = Figure(
        lean=-rng.uniform(25, 55),
        turn=rng.uniform(25, 60),
        left=(50, 0, 20, 50),
        right=(50, 0, 20, 50),
        left_leg=legs,
        right_leg=legs,
    )
    return Drill(there_and_back(turned), rng.uniform(0.4, 0.9), 0.0, _HIPS_REST, 0.12)


def mountain_climber(rng: Lot) -> Drill:
    arms: ArmAngles = (rng.uniform(75, 95), 6, 0, 6)
    knee = Figure(
        lean=rng.uniform(68, 84),
        left=arms,
        right=arms,
        left_leg=(rng.uniform(70, 110), 6, rng.uniform(80, 115)),
        right_leg=(4, 4, 6),
    )
    return Drill(there_and_back(knee), rng.uniform(0.25, 0.8), 0.0, _HANDS, 0.05)


def on_all_fours(rng: Lot) -> Drill:
    """On hands and knees: bird dog, donkey kick, cat and cow, crawling."""
    arms: ArmAngles = (88, 6, 0, 6)
    base = Figure(
        lean=rng.uniform(80, 92), left=arms, right=arms, left_leg=KNEELING, right_leg=KNEELING
    )
    moved = pick(
        rng,
        replace(base, left=(165, 6, 0, 8), right_leg=(5, 4, 6)),
        replace(base, left_leg=(rng.uniform(-5, 20), 6, rng.uniform(60, 95))),
        replace(base, left_leg=(85, rng.uniform(35, 65), 92)),
        replace(base, bend=-22, nod=-20),
        replace(base, left=(120, 6, 0, 10), right=(60, 6, 0, 20), left_leg=(110, 6, 100)),
    )
    figures = (base, moved) if rng.random() < 0.4 else (base, moved, base, moved.swapped())
    return Drill(figures, rng.uniform(0.5, 1.5), 0.15, ("kneeL", "kneeR"), 0.06)


def superman(rng: Lot) -> Drill:
    arms = pick(rng, UP, (150, 40, 0, 20), (10, 10, 0, 8), (100, 60, 60, 120))
    low = Figure(lean=90, left=arms, right=arms)
    up = (rng.uniform(-20, -8), 6, 5)
    high = replace(low, bend=-rng.uniform(12, 30), left_leg=up, right_leg=up)
    return Drill((low, high), rng.uniform(0.6, 1.6), 0.2, _HIPS_REST, 0.1)


def yoga(rng: Lot) -> Drill:
    """Postures held: down dog, child, cobra, warrior, tree, seated fold."""
    postures = (
        Figure(lean=128, bend=0, left=UP, right=UP, left_leg=(95, 5, 8), right_leg=(95, 5, 8)),
        Figure(lean=105, left=(165, 8, 0, 12), right=(165, 8, 0, 12), left_leg=(135, 8, 150)),
        Figure(lean=80, bend=-35, left=(60, 8, 0, 15), right=(60, 8, 0, 15)),
        Figure(left=OUT, right=OUT, left_leg=(70, 35, 80), right_leg=(-5, 40, 5)),
        Figure(left=UP, right=UP, left_leg=(50, 55, 120)),
        Figure(lean=10, bend=35, left=(70, 8, 0, 10), right=(70, 8, 0, 10), left_leg=(85, 6, 5)),
    )
    chosen = postures[int(rng.integers(len(postures)))]
    if chosen.left_leg[0] in (135, 85):
        chosen = replace(chosen, right_leg=chosen.left_leg)
    breathing = replace(chosen, bend=chosen.bend + rng.uniform(-6, 6))
    rests = ("ankleL", "ankleR") if chosen.lean < 50 or chosen.lean > 120 else _HIPS_REST
    return Drill((chosen, breathing), rng.uniform(1.5, 3), 0.2, rests)
