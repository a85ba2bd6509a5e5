"""From a posture, told in anatomical terms, to bones: forward kinematics and two-bone reach."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from bench.rendered.bodies import SIDES, SIGN, Body, Skeleton
from bench.rendered.rotations import X, Y, Z, about, frame, rx, ry, rz, share, twist_deg, unit

_ARM = np.stack([-X, -Z, -Y], axis=1)
_LEG = np.stack([X, -Z, Y], axis=1)
_SPINE = (
    ("spine05", 0.15),
    ("spine04", 0.4),
    ("spine03", 0.65),
    ("spine02", 0.9),
    ("spine01", 1.0),
)
_NECK = (("neck01", 0.3), ("neck02", 0.55), ("neck03", 0.8), ("head", 1.0))


@dataclass(frozen=True, eq=False)
class Leg:
    """Either planted (``ankle`` and ``knee_towards``) or told by angles (``hip``, ``knee_deg``).

    hip           (3, 3) of the thigh in the pelvis: hanging straight is the identity
    ankle         (3,) where the ankle is to be; knee_towards (3,) which way the knee points
    foot          (3, 3) in space, the identity flat and straight ahead; None: square to the shank
    toes          (3, 3) in space; None: in line with the foot
    """

    hip: np.ndarray = field(default_factory=lambda: np.eye(3))
    knee_deg: float = 0.0
    ankle: np.ndarray | None = None
    knee_towards: np.ndarray | None = None
    foot: np.ndarray | None = None
    toes: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Arm:
    """Either planted (``wrist`` and ``elbow_towards``) or by angles (``shoulder``, ``elbow_deg``).

    shoulder     (3, 3) of the upper arm in the chest: hanging with the elbow crease forward is
                 the identity
    twist_deg    of the hand about the forearm, positive turns the palm forward
    hand         (3, 3) of the hand in space, see ``hand_turn``; None: in line with the forearm
    shrug_deg    how far the collar bone is lifted
    grip_deg     how far the fingers are curled, 0 flat
    """

    shoulder: np.ndarray = field(default_factory=lambda: np.eye(3))
    elbow_deg: float = 0.0
    twist_deg: float = 0.0
    wrist: np.ndarray | None = None
    elbow_towards: np.ndarray | None = None
    hand: np.ndarray | None = None
    shrug_deg: float = 0.0
    grip_deg: float = 16.0
    thumb_deg: float = 15.0


@dataclass(frozen=True, eq=False)
class Posture:
    """A whole body: pelvis, chest and head as rotations in space, arms and legs by side.

    hips  (3,) where the middle of the hips is; or, where it follows from something planted,
    plant ((bone, ...), target (3,)): the mean start of those bones is put at ``target``.
    """

    pelvis: np.ndarray
    chest: np.ndarray
    head: np.ndarray
    legs: dict[str, Leg]
    arms: dict[str, Arm]
    hips: np.ndarray | None = None
    plant: tuple[tuple[str, ...], np.ndarray] | None = None


def pose(body: Body, posture: Posture) -> Skeleton:
    """The bones of ``body`` in ``posture``; planted hands and feet reach as far as limbs allow."""
    turns: dict[str, np.ndarray] = {"root": posture.pelvis}
    _spread(turns, _SPINE, posture.pelvis, posture.chest)
    _spread(turns, _NECK, posture.chest, posture.head)
    root = np.zeros(3)
    if posture.hips is not None:
        middle = (body.head("upperleg01.L") + body.head("upperleg01.R")) / 2
        start = body.head("root")
        root = posture.hips - (start + posture.pelvis @ (middle - start))
    for side in SIDES:
        _set_leg(body, turns, root, posture, side)
    if posture.plant is not None:
        bones, target = posture.plant
        skeleton = _forward(body, turns, np.zeros(3))
        root = target - np.mean([body.joint(skeleton, bone) for bone in bones], axis=0)
    for side in SIDES:
        _set_arm(body, turns, root, posture, side)
    return _forward(body, turns, root)


def hand_turn(body: Body, side: str, fingers: np.ndarray, little: np.ndarray) -> np.ndarray:
    """Rotation that points the fingers and the little finger's side in these directions (3,)."""
    return frame(fingers, little) @ hand_axes(body, side).T


def hand_axes(body: Body, side: str) -> np.ndarray:
    """(3, 3) of the hand at rest: columns fingers, towards the little finger, cross product."""
    fingers = body.head(f"finger3-1.{side}") - body.head(f"wrist.{side}")
    return frame(fingers, body.head(f"finger5-1.{side}") - body.head(f"finger2-1.{side}"))


def _spread(
    turns: dict[str, np.ndarray],
    chain: tuple[tuple[str, float], ...],
    start: np.ndarray,
    end: np.ndarray,
) -> None:
    relative = start.T @ end
    for bone, part in chain:
        turns[bone] = start @ share(relative, part)


def _forward(body: Body, turns: dict[str, np.ndarray], root: np.ndarray) -> Skeleton:
    """Bones not named in ``turns`` follow their parent."""
    n = len(body.parents)
    turn, move = np.empty((n, 3, 3)), np.empty((n, 3))
    for name, i in body.bone.items():
        parent = body.parents[i]
        at = body.heads[i]
        if parent < 0:
            turn[i] = turns.get(name, np.eye(3))
            move[i] = root + at - turn[i] @ at
        else:
            turn[i] = turns.get(name, turn[parent])
            move[i] = turn[parent] @ at + move[parent] - turn[i] @ at
    return Skeleton(turn, move)


def _reach(
    start: np.ndarray, target: np.ndarray, first: float, second: float, towards: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two bones from ``start`` to ``target``, the middle joint towards ``towards``.

    Returns the unit directions of both bones and the bending axis, (3,) each. Where the target
    is out of reach the limb is straight and points at it.
    """
    line = target - start
    distance = min(float(np.linalg.norm(line)), (first + second) * 0.9995)
    ahead = unit(line)
    cosine = (first**2 + distance**2 - second**2) / (2 * first * distance)
    cosine = min(1.0, max(-1.0, cosine))
    aside = unit(towards - (towards @ ahead) * ahead)
    middle = first * (cosine * ahead + math.sqrt(1 - cosine**2) * aside)
    return unit(middle), unit(ahead * distance - middle), unit(np.cross(aside, ahead))


def _set_leg(
    body: Body, turns: dict[str, np.ndarray], root: np.ndarray, posture: Posture, side: str
) -> None:
    leg = posture.legs[side]
    if leg.ankle is None:
        thigh = posture.pelvis @ leg.hip
        shank = thigh @ rx(leg.knee_deg)
    else:
        hip = body.joint(_forward(body, turns, root), f"upperleg01.{side}")
        towards = -Y if leg.knee_towards is None else leg.knee_towards
        lengths = body.length["thigh"], body.length["shank"]
        down, below, axis = _reach(hip, leg.ankle, *lengths, towards)
        thigh, shank = (frame(axis, d) @ _LEG.T for d in (down, below))
    foot = shank if leg.foot is None else leg.foot
    turns[f"upperleg01.{side}"] = thigh @ body.straighten["thigh" + side]
    turns[f"lowerleg01.{side}"] = shank @ body.straighten["shank" + side]
    turns[f"foot.{side}"] = foot @ body.straighten["foot" + side]
    if leg.toes is not None:
        for toe in range(1, 6):
            turns[f"toe{toe}-1.{side}"] = leg.toes @ body.straighten["foot" + side]


def _set_arm(
    body: Body, turns: dict[str, np.ndarray], root: np.ndarray, posture: Posture, side: str
) -> None:
    arm, sign = posture.arms[side], SIGN[side]
    turns[f"clavicle.{side}"] = posture.chest @ ry(-sign * arm.shrug_deg / 2)
    turns[f"shoulder01.{side}"] = posture.chest @ ry(-sign * arm.shrug_deg)
    if arm.wrist is None:
        upper = posture.chest @ arm.shoulder
        fore = upper @ rx(-arm.elbow_deg)
    else:
        shoulder = body.joint(_forward(body, turns, root), f"upperarm01.{side}")
        towards = Y if arm.elbow_towards is None else arm.elbow_towards
        lengths = body.length["upper_arm"], body.length["forearm"]
        down, below, axis = _reach(shoulder, arm.wrist, *lengths, towards)
        upper, fore = (frame(axis, d) @ _ARM.T for d in (down, below))
    turns[f"upperarm01.{side}"] = upper @ body.straighten["upper_arm" + side]
    turns[f"lowerarm01.{side}"] = fore @ body.straighten["forearm" + side]
    if arm.hand is None:
        # Half of the twist sits in the forearm's second bone: skin follows without a kink.
        half, whole = rz(sign * arm.twist_deg / 2), rz(sign * arm.twist_deg)
        turns[f"lowerarm02.{side}"] = fore @ half @ body.straighten["forearm" + side]
        turns[f"wrist.{side}"] = fore @ whole @ body.straighten["forearm" + side]
    else:
        resting = turns[f"lowerarm01.{side}"]
        along = body.head(f"wrist.{side}") - body.head(f"lowerarm01.{side}")
        twist = twist_deg(resting.T @ arm.hand, along)
        turns[f"lowerarm02.{side}"] = resting @ about(along, twist * 0.55)
        turns[f"wrist.{side}"] = arm.hand
    _curl_fingers(body, turns, side, arm)


def _curl_fingers(body: Body, turns: dict[str, np.ndarray], side: str, arm: Arm) -> None:
    axes = hand_axes(body, side)
    across = np.cross(axes[:, 0], -SIGN[side] * axes[:, 2])
    hand = turns[f"wrist.{side}"]
    for finger, relative in ((2, 0.8), (3, 0.95), (4, 1.05), (5, 1.15)):
        # A relaxed hand curls more towards the little finger; a fist curls all alike.
        curl = arm.grip_deg * (relative if arm.grip_deg < 30 else 1.0)
        for bone, part in ((1, 0.8), (2, 1.9), (3, 2.4)):
            turns[f"finger{finger}-{bone}.{side}"] = hand @ about(across, curl * part)
    for bone, part in ((1, 0.5), (2, 1.0), (3, 1.6)):
        turns[f"finger1-{bone}.{side}"] = hand @ about(across, arm.thumb_deg * part)
