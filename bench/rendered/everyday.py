"""What people do between exercises: stand, walk, sit down, pick something up, stretch."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from bench.rendered.bodies import SIDES, SIGN, Body
from bench.rendered.rotations import rx, ry, rz
from bench.rendered.skeleton import Arm, Leg, Posture
from bench.rendered.stance import (
    ArmAngles,
    Lot,
    blend,
    crouching_hips,
    ease,
    held_arms,
    mix,
    pick,
    planted_legs,
    shoulder,
    standing_hips,
)

HANGING: ArmAngles = (4, 8, 0, 14)
_ON_HIP: ArmAngles = (-32, 42, 62, 98)
_FOLDED: ArmAngles = (32, 8, 62, 98)
_PHONE: ArmAngles = (38, 4, 18, 108)
_TO_FACE: ArmAngles = (52, 14, 28, 136)
_UP: ArmAngles = (172, 6, 0, 8)
_ACROSS: ArmAngles = (78, -32, 20, 30)
_SIDE_OVER: ArmAngles = (160, 22, 0, 22)
_TALKING: ArmAngles = (24, 16, -6, 82)
_FLOOR: ArmAngles = (78, 6, 0, 10)
_ON_KNEE: ArmAngles = (48, 16, 10, 36)


@dataclass(frozen=True)
class Still:
    """A posture on both feet, in degrees: knees, shanks forward, trunk, head, arms."""

    knee: float = 6.0
    shank: float = 3.0
    lean: float = 1.0
    side: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    look: float = 0.0
    shift_m: float = 0.0
    left: ArmAngles = HANGING
    right: ArmAngles = HANGING

    def posture(self, body: Body, width: float = 1.2) -> Posture:
        hips = crouching_hips(body, width, self.knee, self.shank)
        pelvis = rz(self.turn * 0.3) @ ry(self.side * 0.3) @ rx(self.lean * 0.8)
        chest = rz(self.turn) @ ry(self.side) @ rx(self.lean)
        head = rz(self.turn + self.look) @ ry(self.side * 0.7) @ rx(self.lean * 0.5 + self.nod)
        held = held_arms(self.left, self.right)
        legs = planted_legs(body, width)
        return Posture(
            pelvis, chest, head, legs, held, hips=hips + np.array([self.shift_m, 0.0, 0.0])
        )


Keys = tuple[tuple[float, Still], ...]
"""Times in s, strictly rising, and what the person looks like then."""


def still_at(keys: Keys, t_s: float) -> Still:
    if t_s <= keys[0][0]:
        return keys[0][1]
    for (t0, a), (t1, b) in zip(keys, keys[1:]):
        if t_s < t1:
            return blend(a, b, ease((t_s - t0) / (t1 - t0)))
    return keys[-1][1]


def _chain(stills: list[Still], rng: Lot, move_s: float, hold_s: float) -> Keys:
    """Each of ``stills`` reached and held, at a pace by lot."""
    keys, t = [], 0.0
    for still in stills:
        keys.append((t, still))
        t += hold_s * rng.uniform(0.5, 1.6)
        keys.append((t, still))
        t += move_s * rng.uniform(0.7, 1.5)
    return tuple(keys)


def standing(rng: Lot, long_s: float) -> Keys:
    """Shifting weight, looking round, hands on hips, folded, at the telephone."""
    stills = []
    for _ in range(2 + int(long_s)):
        left = pick(rng, HANGING, _ON_HIP, _PHONE, _TALKING, _TO_FACE)
        right = pick(rng, HANGING, _ON_HIP, HANGING, _TALKING, _TO_FACE)
        if rng.random() < 0.2:
            left = right = _FOLDED
        stills.append(
            Still(
                knee=rng.uniform(3, 14),
                shank=rng.uniform(1, 6),
                lean=rng.uniform(-2, 6),
                side=rng.uniform(-5, 5),
                turn=rng.uniform(-18, 18),
                look=rng.uniform(-35, 35),
                nod=rng.uniform(-8, 18),
                shift_m=rng.uniform(-0.04, 0.04),
                left=left,
                right=right,
            )
        )
    return _chain(stills, rng, 0.7, 0.5)


def picking_up(rng: Lot, long_s: float) -> Keys:
    """Down to the floor with one hand or both, and up again; the knees more or less bent."""
    knee = rng.uniform(25, 105)
    lean = mix(96, 60, (knee - 25) / 80)
    down = Still(knee=knee, shank=mix(0, 24, (knee - 25) / 80), lean=lean, nod=10)
    one = rng.random() < 0.6
    down = replace(down, left=_FLOOR, right=_ON_KNEE if one else _FLOOR)
    held = Still(left=_TALKING, right=HANGING if one else _TALKING, nod=12)
    upright = Still(look=rng.uniform(-20, 20))
    return _chain([upright, down, held, upright, down, upright], rng, 1.0, 0.35)


def stretching(rng: Lot, long_s: float) -> Keys:
    """Side bends, arms overhead, an arm across the chest, hands to the toes, a turned trunk."""
    side = 1.0 if rng.random() < 0.5 else -1.0
    over = Still(side=side * rng.uniform(16, 30), left=_SIDE_OVER, right=_ON_HIP)
    if side < 0:
        over = replace(over, left=_ON_HIP, right=_SIDE_OVER)
    tall = Still(knee=3, lean=-4, nod=-14, left=_UP, right=_UP)
    across = Still(left=_ACROSS, right=(60, 4, 60, 105), turn=rng.uniform(-10, 10))
    toes = Still(knee=8, shank=-4, lean=88, nod=20, left=(84, 4, 0, 8), right=(84, 4, 0, 8))
    turned = Still(turn=side * 42, left=_FOLDED, right=_FOLDED)
    every = [over, tall, across, toes, turned]
    order = rng.permutation(len(every))[:3]
    stills = [Still()]
    for i in order:
        stills += [every[i], Still(nod=4)]
    return _chain(stills, rng, 1.0, 0.9)


def sitting_down(rng: Lot, long_s: float) -> Keys:
    """Onto a chair behind, a while on it, and up again."""
    busy = pick(rng, _ON_KNEE, _PHONE, _TALKING)
    over = Still(knee=62, shank=20, lean=44, left=(50, 8, 0, 20), right=(50, 8, 0, 20))
    seated = Still(knee=88, shank=-3, lean=4, nod=6, left=busy, right=_ON_KNEE)
    back = replace(seated, lean=-6, look=rng.uniform(-30, 30))
    keys, t = [(0.0, Still()), (0.6 * rng.uniform(0.5, 1.5), Still())], 0.6
    for still, after in ((over, 0.8), (seated, 0.7), (back, 1.2), (over, 0.9), (Still(), 0.8)):
        t = max(t, keys[-1][0]) + after * rng.uniform(0.8, 1.2)
        keys.append((t, still))
    return tuple(keys)


def seat(body: Body) -> tuple[float, float]:
    """Height of a seat for ``sitting_down`` and the y of its middle, m."""
    hips = crouching_hips(body, 1.2, 88, -3)
    return float(hips[2]) - 0.052 * body.height_m, float(hips[1]) - 0.02


@dataclass(frozen=True)
class Walk:
    """Steps of ``stride_m`` at ``step_s`` each; a stride of 0 is marching on the spot.

    treadmill: the floor moves instead of the person.
    """

    stride_m: float = 0.6
    step_s: float = 0.62
    lift_m: float = 0.09
    arm_deg: float = 24.0
    start_y: float = 1.2
    lean_deg: float = 3.0
    treadmill: bool = False

    def posture(self, body: Body, t_s: float) -> Posture:
        phase = t_s / self.step_s
        hips_y = self.start_y - phase * self.stride_m
        start_y = self.start_y
        if self.treadmill:
            start_y, hips_y = start_y - hips_y, 0.0
        legs, held = {}, {}
        knee_raise = max(0.0, self.lift_m - 0.12)
        for side in SIDES:
            shift = 0.0 if side == "L" else 1.0
            # Two steps are a cycle: each foot stands for 1.2 of them and swings for 0.8.
            cycle = math.floor((phase + shift) / 2)
            inside = (phase + shift) / 2 - cycle
            planted = start_y - (cycle * 2 - shift + 0.6) * self.stride_m
            swing = ease((inside - 0.6) / 0.4)
            y = planted - swing * 2 * self.stride_m
            z = self.lift_m * math.sin(math.pi * max(0.0, (inside - 0.6) / 0.4))
            heel = 24 * math.sin(math.pi * np.clip((inside - 0.45) / 0.35, 0, 1))
            heel *= min(1.0, self.stride_m * 2 + self.lift_m * 2)
            toes = body.head(f"toe3-1.{side}") - body.head(f"foot.{side}")
            flat = np.array([0.0, -math.hypot(toes[0], toes[1]), toes[2]])
            ankle = np.array([SIGN[side] * body.hip_half_m * 0.9, y, body.ankle_m + z])
            # A knee that is lifted high takes the foot forward with it.
            forward = min(0.25, knee_raise * 0.8) * math.sin(math.pi * swing)
            ankle = ankle + flat - rx(heel) @ flat - np.array([0, forward, 0])
            legs[side] = Leg(
                ankle=ankle,
                knee_towards=np.array([SIGN[side] * 0.05, -1.0, 0.0]),
                foot=rx(heel) @ rz(SIGN[side] * 5),
            )
            swinging = -self.arm_deg * math.cos(math.pi * (phase + shift - 0.1))
            held[side] = Arm(shoulder(side, swinging, 7), 22 + 0.4 * swinging)
        stance = standing_hips(body, 1.0, 12)[2]
        bob = 0.012 * math.cos(2 * math.pi * phase)
        turn = 5 * math.cos(math.pi * phase)
        hips = np.array([0.0, hips_y, stance - 0.06 * self.stride_m - bob])
        lean = rx(self.lean_deg)
        return Posture(rz(turn) @ lean, rz(-turn) @ lean, lean, legs, held, hips=hips)


def draw_walk(rng: Lot, long_s: float) -> Walk:
    """Across the room, or on the spot with the knees up."""
    if rng.random() < 0.35:
        lift = rng.uniform(0.12, 0.34)
        return Walk(0.0, rng.uniform(0.4, 0.6), lift, rng.uniform(15, 40), 0.0)
    step_s = rng.uniform(0.5, 0.72)
    stride_m = rng.uniform(0.32, 0.62)
    lift_m, arm_deg = rng.uniform(0.05, 0.11), rng.uniform(14, 32)
    treadmill = rng.random() < 0.6
    start_y = long_s / step_s * stride_m / 2
    return Walk(stride_m, step_s, lift_m, arm_deg, start_y, treadmill=bool(treadmill))


KEYED = {
    "standing": standing,
    "picking_up": picking_up,
    "stretching": stretching,
    "sitting_down": sitting_down,
}
NEGATIVES = (*KEYED, "walking")
"""What counts as no exercise."""
