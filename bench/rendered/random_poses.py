"""Poses within a healthy person's range of motion, drawn by lot: for learning angles.

They are drawn from joint limits, never from the exercises, so that what is learnt from them is
the body and not the movement. Limits: Soucie et al. 2011, Haemophilia 17:500; AAOS 1994.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.rendered.bodies import SIDES, SIGN, Body, Skeleton
from bench.rendered.rotations import Z, rx, ry, rz
from bench.rendered.rotations import between as between_directions
from bench.rendered.skeleton import Arm, Leg, Posture, pose
from bench.rendered.stance import mix

BASES = ("standing", "standing", "standing", "sitting", "kneeling", "lying", "all_fours", "free")
"""How the body is supported; what stands here more often is drawn more often."""

Angles = dict[str, float]

_ELBOW_DEG, _KNEE_DEG, _HIP_DEG = 145.0, 138.0, 120.0


@dataclass(frozen=True)
class RandomPose:
    """One drawn pose: how it is supported, and its angles in degrees by name."""

    base: str
    angles: Angles


def draw_pose(rng: np.random.Generator, base: str | None = None) -> RandomPose:
    """Angles by lot; alike left and right in a third of the poses."""
    base = base or BASES[rng.integers(len(BASES))]
    a: Angles = {}
    a["trunk_flex"] = _bent(rng, -18, 45)
    a["trunk_side"], a["trunk_turn"] = rng.normal(0, 9), rng.normal(0, 13)
    a["nod"], a["look"] = rng.uniform(-30, 30), rng.normal(0, 24)
    a["roll"], a["yaw"], a["sway"] = rng.normal(0, 7), 0.0, rng.normal(0, 6)
    for side in SIDES:
        _draw_arm(rng, a, side)
        _draw_leg(rng, a, side, base)
    if rng.random() < 0.33:
        # Close to alike, not equal: nobody is.
        for name in [n for n in a if n.endswith("L")]:
            a[name[:-1] + "R"] = a[name] + rng.normal(0, 4)
        a["trunk_side"] *= 0.3
        a["trunk_turn"] *= 0.3
    a["pitch"] = {
        "standing": _bent(rng, -8, 70),
        "sitting": rng.uniform(-25, 35),
        "kneeling": rng.uniform(-8, 35),
        "lying": -90.0 if rng.random() < 0.6 else 90.0,
        "all_fours": rng.uniform(60, 100),
        "free": rng.uniform(-60, 80),
    }[base] + rng.normal(0, 3)
    if base == "lying" and rng.random() < 0.35:
        a["roll"] = float(rng.choice([-1, 1])) * rng.uniform(30, 90)
    return RandomPose(base, a)


def _bent(rng: np.random.Generator, low: float, high: float) -> float:
    """Small values more often than large ones, within [low, high]."""
    return float(low + (high - low) * rng.beta(1.4, 2.6))


def _draw_arm(rng: np.random.Generator, a: Angles, side: str) -> None:
    """The upper arm anywhere it can point, the elbow anywhere from straight to folded."""
    a["lift" + side] = rng.uniform(0, 175)
    # 0 is to the side, 90 ahead, beyond that across the chest; behind only while it is low.
    low = -45.0 if a["lift" + side] < 60 else -5.0
    a["plane" + side] = rng.uniform(low, 108)
    a["turn" + side] = rng.uniform(-75, 75)
    a["elbow" + side] = rng.uniform(0, _ELBOW_DEG)
    a["twist" + side] = rng.uniform(-60, 80)
    a["grip" + side] = rng.uniform(2, 45)


def _draw_leg(rng: np.random.Generator, a: Angles, side: str, base: str) -> None:
    a["out" + side] = rng.uniform(-4, 36)
    a["leg_turn" + side] = rng.uniform(-12, 32)
    a["ankle" + side] = rng.uniform(-30, 12)
    if base == "standing":
        knee = _bent(rng, 0, 125)
        a["knee" + side] = knee
        a["hip" + side] = knee * rng.uniform(0.35, 0.85) + rng.normal(0, 8)
        a["out" + side] *= 0.7
    elif base == "sitting":
        a["hip" + side], a["knee" + side] = rng.uniform(65, 105), rng.uniform(5, 115)
    elif base in ("kneeling", "all_fours"):
        upright = base == "kneeling"
        a["hip" + side] = rng.uniform(-5, 35) if upright else rng.uniform(60, 110)
        a["knee" + side] = rng.uniform(80, 125)
    else:
        a["hip" + side], a["knee" + side] = rng.uniform(-12, _HIP_DEG), rng.uniform(0, _KNEE_DEG)
    a["hip" + side] = float(np.clip(a["hip" + side], -15, _HIP_DEG))


def between(a: RandomPose, b: RandomPose, part: float) -> RandomPose:
    """A pose on the way from ``a`` to ``b``, angle by angle."""
    angles = {name: mix(a.angles[name], b.angles[name], part) for name in a.angles}
    return RandomPose(a.base, angles)


def pose_body(body: Body, drawn: RandomPose) -> Skeleton:
    """The bones, with the lowest point of the body on the floor and the hips over the origin."""
    a = drawn.angles
    pelvis = rz(a["yaw"]) @ rx(a["pitch"]) @ rz(a["roll"] if drawn.base == "lying" else 0)
    pelvis = pelvis @ ry(0 if drawn.base == "lying" else a["roll"])
    chest = pelvis @ rz(a["trunk_turn"]) @ ry(a["trunk_side"]) @ rx(a["trunk_flex"])
    head = chest @ rz(a["look"]) @ rx(a["nod"])
    legs = {side: _leg(a, side, pelvis) for side in SIDES}
    arms = {side: _arm(a, side) for side in SIDES}
    posture = Posture(pelvis, chest, head, legs, arms, hips=np.zeros(3))
    skeleton = pose(body, posture)
    if drawn.base == "standing":
        skeleton = _balanced(body, skeleton, a["sway"])
    lowest = float(body.skin(skeleton)[::5, 2].min())
    return Skeleton(skeleton.turn, skeleton.move - np.array([0.0, 0.0, lowest]))


def _balanced(body: Body, skeleton: Skeleton, sway_deg: float) -> Skeleton:
    """Leaned as a whole, so that the trunk is over the feet, give or take ``sway_deg``."""
    at = body.joints(skeleton)
    trunk = (at["hipL"] + at["hipR"] + at["shoulderL"] + at["shoulderR"]) / 4
    upward = trunk - (at["ankleL"] + at["ankleR"]) / 2
    turn = rx(sway_deg) @ between_directions(upward, Z)
    return Skeleton(turn @ skeleton.turn, skeleton.move @ turn.T)


def _leg(a: Angles, side: str, pelvis: np.ndarray) -> Leg:
    sign = SIGN[side]
    hip = ry(-sign * a["out" + side]) @ rx(-a["hip" + side]) @ rz(sign * a["leg_turn" + side])
    knee = a["knee" + side]
    return Leg(hip=hip, knee_deg=knee, foot=pelvis @ hip @ rx(knee - a["ankle" + side]))


def _arm(a: Angles, side: str) -> Arm:
    sign, lift = SIGN[side], a["lift" + side]
    plane = rz(-sign * a["plane" + side])
    upper = plane @ ry(-sign * lift) @ plane.T @ rz(-sign * a["turn" + side])
    return Arm(
        upper,
        a["elbow" + side],
        a["twist" + side],
        shrug_deg=0.22 * max(0.0, lift - 40),
        grip_deg=a["grip" + side],
    )


def is_possible(body: Body, skeleton: Skeleton) -> bool:
    """Whether no limb runs through the trunk, the head or the other leg, nor ankles cross."""
    at = body.joints(skeleton)
    size = body.height_m / 1.75
    hips, neck = (at["hipL"] + at["hipR"]) / 2, (at["shoulderL"] + at["shoulderR"]) / 2
    across = at["hipL"] - at["hipR"]
    for side, other in (("L", "R"), ("R", "L")):
        elbow, wrist = at["elbow" + side], at["wrist" + side]
        for point in (elbow, wrist, at["index" + side], (elbow + wrist) / 2):
            if _gap(point, hips, neck) < 0.15 * size:
                return False
            if np.linalg.norm(point - (at["earL"] + at["earR"]) / 2) < 0.12 * size:
                return False
            for leg in (side, other):
                if _gap(point, at["hip" + leg], at["knee" + leg]) < 0.10 * size:
                    return False
                if _gap(point, at["knee" + leg], at["ankle" + leg]) < 0.07 * size:
                    return False
        for point in (at["knee" + side], at["ankle" + side]):
            if _gap(point, (hips + neck) / 2, neck) < 0.2 * size:
                return False
        if _gap(at["knee" + side], at["knee" + other], at["ankle" + other]) < 0.12 * size:
            return False
    if _gap(at["ankleL"], at["kneeR"], at["ankleR"]) < 0.12 * size:
        return False
    if _gap(at["wristL"], at["elbowR"], at["wristR"]) < 0.07 * size:
        return False
    return all(float((at[j + "L"] - at[j + "R"]) @ across) > 0 for j in ("knee", "ankle"))


def _gap(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """Distance in m of ``point`` (3,) from the line between ``start`` and ``end``."""
    line = end - start
    part = float(np.clip((point - start) @ line / (line @ line), 0, 1))
    return float(np.linalg.norm(point - start - part * line))


def draw_sequence(body: Body, rng: np.random.Generator, n: int) -> list[RandomPose]:
    """``n`` possible poses on one base, the first by lot and each next one anew."""
    base = BASES[rng.integers(len(BASES))]
    drawn: list[RandomPose] = []
    while len(drawn) < n:
        candidate = draw_pose(rng, base)
        if drawn:
            # The whole body keeps the way it lies or sits, limbs alone move between poses.
            kept = {name: drawn[0].angles[name] for name in ("yaw",)}
            if base == "lying":
                kept |= {name: drawn[0].angles[name] for name in ("pitch", "roll")}
            candidate = RandomPose(base, candidate.angles | kept)
        if is_possible(body, pose_body(body, candidate)):
            drawn.append(candidate)
    return drawn
