"""Pieces that the movements share: feet on the floor, hanging arms, how bent a limb is."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from bench.rendered.bodies import SIDES, SIGN, Body
from bench.rendered.rotations import rx, ry, rz
from bench.rendered.skeleton import Arm, Leg

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Figure = TypeVar("Figure", bound="DataclassInstance")
ArmAngles = tuple[float, float, float, float]
"""Flexion and outward of the upper arm, turned in, elbow; degrees."""
Lot = np.random.Generator


def pick(rng: Lot, *choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def mix(start: float, end: float, part: float) -> float:
    """``part`` of the way from ``start`` to ``end``."""
    return start + (end - start) * part


def blend(a: Figure, b: Figure, part: float) -> Figure:
    """``part`` of the way from ``a`` to ``b``, field by field: numbers and tuples of numbers."""
    values: dict[str, Any] = {}
    for name in (f.name for f in fields(a)):
        start, end = getattr(a, name), getattr(b, name)
        if isinstance(start, tuple):
            values[name] = tuple(mix(x, y, part) for x, y in zip(start, end))
        else:
            values[name] = mix(start, end, part)
    return replace(a, **values)


def ease(part: float) -> float:
    """0 to 1 with a slow start and a slow end; held outside [0, 1]."""
    return (1 - math.cos(math.pi * min(1.0, max(0.0, part)))) / 2


def span(part: float, start: float, end: float) -> float:
    """How far ``part`` is between ``start`` and ``end``, held to [0, 1]."""
    return min(1.0, max(0.0, (part - start) / (end - start)))


def planted_legs(
    body: Body, width: float, *, toe_out_deg: float = 12.0, knee_out: float = 0.15
) -> dict[str, Leg]:
    """Both feet flat on the floor under the origin, ``width`` times the hips' own width apart."""
    return {
        side: Leg(
            ankle=np.array([SIGN[side] * body.hip_half_m * width, 0.0, body.ankle_m]),
            knee_towards=np.array([SIGN[side] * knee_out, -1.0, 0.1]),
            foot=rz(SIGN[side] * toe_out_deg),
        )
        for side in SIDES
    }


def limb_m(first: float, second: float, bend_deg: float) -> float:
    """Distance from end to end of two bones that are bent by ``bend_deg`` (0 is straight)."""
    return math.sqrt(first**2 + second**2 + 2 * first * second * math.cos(math.radians(bend_deg)))


def leg_m(body: Body, knee_deg: float) -> float:
    return limb_m(body.length["thigh"], body.length["shank"], knee_deg)


def arm_m(body: Body, elbow_deg: float) -> float:
    return limb_m(body.length["upper_arm"], body.length["forearm"], elbow_deg)


def standing_hips(body: Body, width: float, knee_deg: float = 5.0) -> np.ndarray:
    """(3,) middle of the hips over feet ``width`` apart, both knees bent by ``knee_deg``."""
    aside = body.hip_half_m * (width - 1)
    height = math.sqrt(leg_m(body, knee_deg) ** 2 - aside**2)
    return np.array([0.0, 0.0, height + body.ankle_m])


def crouching_hips(body: Body, width: float, knee_deg: float, shank_deg: float) -> np.ndarray:
    """(3,) the same with the shanks ``shank_deg`` forward: the hips go back as the knees bend."""
    shank, thigh = math.radians(shank_deg), math.radians(knee_deg - shank_deg)
    back = body.length["thigh"] * math.sin(thigh) - body.length["shank"] * math.sin(shank)
    height = body.length["thigh"] * math.cos(thigh) + body.length["shank"] * math.cos(shank)
    aside = body.hip_half_m * (width - 1)
    height = math.sqrt(max(height**2 - aside**2, 0.01))
    return np.array([0.0, back, height + body.ankle_m])


def shoulder(side: str, flex_deg: float, out_deg: float, turn_in_deg: float = 0.0) -> np.ndarray:
    """(3, 3) upper arm in the chest: lifted forward, then outward, turned in about itself."""
    sign = SIGN[side]
    return rx(-flex_deg) @ ry(-sign * out_deg) @ rz(-sign * turn_in_deg)


def arms(
    flex_deg: float, out_deg: float, elbow_deg: float, turn_in_deg: float = 0.0, **more: Any
) -> dict[str, Arm]:
    """Both arms alike; ``more`` are further fields of Arm."""
    return {
        side: Arm(shoulder(side, flex_deg, out_deg, turn_in_deg), elbow_deg, **more)
        for side in SIDES
    }


def held_arms(left: ArmAngles, right: ArmAngles) -> dict[str, Arm]:
    """Each arm by its own angles."""
    return {
        side: Arm(shoulder(side, *angles[:3]), angles[3])
        for side, angles in (("L", left), ("R", right))
    }


def shrug_deg(lift_deg: float) -> float:
    """How far the collar bone follows an arm lifted by ``lift_deg``: the scapula's share."""
    return 0.22 * max(0.0, lift_deg - 40.0)


HANDS: tuple[ArmAngles, ...] = (
    (35, 16, 52, 128),  # folded before the chest
    (120, 40, 60, 138),  # behind the head, or on a bar across the shoulders
    (4, 8, 0, 12),  # hanging
    (-32, 42, 62, 98),  # on the hips
    (42, 2, 8, 130),  # a weight held before the chest
    (166, 14, 0, 10),  # overhead
    (88, 4, 0, 10),  # straight ahead
)


def seated_hips(body: Body) -> np.ndarray:
    """(3,) middle of the hips of somebody on a chair, both feet flat on the floor."""
    return crouching_hips(body, 1.2, 88, -3)
