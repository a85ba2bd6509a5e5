"""Exercises on the floor or on a bar, where hands or toes stay and the body follows from them.

``posture(body, left, right)`` as in ``standing``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.rendered.bodies import SIDES, SIGN, Body
from bench.rendered.rotations import X, Y, Z, rx, ry
from bench.rendered.skeleton import Arm, Leg, Posture, hand_turn, pose
from bench.rendered.stance import (
    arm_m,
    arms,
    crouching_hips,
    mix,
    planted_legs,
    shoulder,
)

BAR_M = 2.25
"""Height of the pull-up bar."""
CEILING_M = 3.4
"""What the bar hangs from; a lower ceiling than this hides the rest of it."""
_PALM_M = 0.072
"""The wrist above the floor when the hand is flat on it."""


def _solve(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling ``value`` crosses 0 between ``low`` and ``high``, by halving."""
    for _ in range(16):
        middle = (low + high) / 2
        if value(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@dataclass(frozen=True)
class _Legs:
    """How the legs of somebody on their toes are bent, degrees."""

    hip_deg: float = 0.0
    knee_deg: float = 3.0


def _prone(body: Body, pitch_deg: float, bent: _Legs, held: dict[str, Arm]) -> Posture:
    """Face down on the toes, the trunk ``pitch_deg`` from upright."""
    legs = {
        side: Leg(
            hip=ry(-SIGN[side] * 2) @ rx(-bent.hip_deg),
            knee_deg=bent.knee_deg,
            foot=rx(pitch_deg - 17 - bent.hip_deg + bent.knee_deg),
            toes=rx(18),
        )
        for side in SIDES
    }
    trunk = rx(pitch_deg)
    toes = (("toe3-1.L", "toe3-1.R"), np.array([0.0, 0.0, 0.035]))
    return Posture(trunk, trunk, rx(pitch_deg - 12), legs, held, plant=toes)


def _shoulders(body: Body, posture: Posture) -> np.ndarray:
    """(2, 3) centres of the shoulders."""
    skeleton = pose(body, posture)
    return np.array([body.joint(skeleton, f"upperarm01.{side}") for side in SIDES])


def _left_shoulder(body: Body, bent: _Legs) -> Callable[[float], np.ndarray]:
    """Where the left shoulder of a prone body is, (3,), by its pitch in degrees.

    With the legs' angles given the body turns about its toes as one piece.
    """
    toes = _prone(body, 80, bent, arms(90, 0, 0))
    assert toes.plant is not None
    pivot = toes.plant[1]
    arm = rx(-80) @ (_shoulders(body, toes)[0] - pivot)
    return lambda pitch_deg: pivot + rx(pitch_deg) @ arm


def _prone_pitch(body: Body, bent: _Legs, shoulder_z: float) -> float:
    """The pitch at which a body on its toes has its shoulders ``shoulder_z`` above the floor."""
    shoulder_at = _left_shoulder(body, bent)
    return _solve(lambda pitch: float(shoulder_at(pitch)[2]) - shoulder_z, 45, 115)


@dataclass(frozen=True)
class PushUp:
    elbow_top_deg: float = 8.0
    elbow_deg: float = 93.0
    hip_deg: float = 0.0
    knee_deg: float = 3.0
    hands_width: float = 1.35
    elbows_out: float = 0.75

    def posture(self, body: Body, left: float, right: float) -> Posture:
        s = (left + right) / 2
        bent = _Legs(self.hip_deg, self.knee_deg)
        wrists = self._wrists(body)
        reach = arm_m(body, mix(self.elbow_top_deg, self.elbow_deg, s))
        shoulder_at = _left_shoulder(body, bent)

        def too_far(pitch: float) -> float:
            return float(np.linalg.norm(shoulder_at(pitch) - wrists["L"])) - reach

        top = _prone_pitch(body, bent, _PALM_M + arm_m(body, self.elbow_top_deg))
        held = {
            side: Arm(
                wrist=wrists[side],
                elbow_towards=np.array([SIGN[side] * self.elbows_out, 0.75, 0.35]),
                hand=hand_turn(
                    body,
                    side,
                    np.array([SIGN[side] * 0.12, -1.0, -0.02]),
                    np.array([SIGN[side], 0.1, 0.0]),
                ),
                grip_deg=0,
                thumb_deg=5,
            )
            for side in SIDES
        }
        return _prone(body, _solve(too_far, top - 4, top + 22), bent, held)

    def _wrists(self, body: Body) -> dict[str, np.ndarray]:
        """Hands on the floor, under the shoulders of the straight start position."""
        aside = body.shoulder_half_m * self.hands_width
        lift = math.sqrt(arm_m(body, self.elbow_top_deg) ** 2 - (aside * 0.26) ** 2)
        pitch = _prone_pitch(body, _Legs(), _PALM_M + lift)
        y = float(_left_shoulder(body, _Legs())(pitch)[1]) + 0.01
        return {side: np.array([SIGN[side] * aside, y, _PALM_M]) for side in SIDES}


@dataclass(frozen=True)
class Plank:
    """Held on the forearms (``straight_arms`` 0) or on the hands (1)."""

    hip_deg: float = 0.0
    knee_deg: float = 3.0
    arms_away_deg: float = 0.0
    straight_arms: float = 0.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        bent = _Legs(self.hip_deg, self.knee_deg)
        away = math.radians(self.arms_away_deg)
        if self.straight_arms > 0.5 and self.arms_away_deg == 0:
            straight = PushUp(hip_deg=self.hip_deg, knee_deg=self.knee_deg, hands_width=1.1)
            return straight.posture(body, 0.0, 0.0)
        upper_m, fore_m = body.length["upper_arm"], body.length["forearm"]
        pitch = _prone_pitch(body, bent, upper_m * math.cos(away) + 0.045)
        at = _shoulders(body, _prone(body, pitch, bent, arms(90, 0, 0)))
        held = {}
        for side, centre in zip(SIDES, at):
            ahead = upper_m * math.sin(away) + fore_m * 0.98
            wrist = np.array([centre[0] * 0.75, centre[1] - ahead, 0.045])
            fingers, little = np.array([-SIGN[side] * 0.3, -1.0, -0.05]), -Z
            hand = hand_turn(body, side, fingers, little)
            held[side] = Arm(wrist=wrist, elbow_towards=-Z, hand=hand, grip_deg=28, thumb_deg=20)
        return _prone(body, pitch, bent, held)


@dataclass(frozen=True)
class SitUp:
    trunk_low_deg: float = 3.0
    trunk_deg: float = 80.0
    feet_m: float = 0.31
    hands_behind_head: float = 0.0
    neck_deg: float = 12.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        s = (left + right) / 2
        trunk = mix(self.trunk_low_deg, self.trunk_deg, s)
        # The pelvis follows later than the chest: the spine rolls up before the hips bend.
        pelvis = 0.55 * max(0.0, trunk - 12)
        legs = planted_legs(body, 1.15, toe_out_deg=6)
        legs = {
            side: Leg(
                ankle=leg.ankle - self.feet_m * body.height_m * Y,
                knee_towards=np.array([SIGN[side] * 0.06, -0.2, 1.0]),
                foot=leg.foot,
            )
            for side, leg in legs.items()
            if leg.ankle is not None
        }
        behind = self.hands_behind_head
        folded = {
            side: Arm(
                shoulder(side, mix(38, 30, behind), mix(14, 118, behind), mix(52, -113, behind)),
                mix(126, 140, behind),
                grip_deg=15,
            )
            for side in SIDES
        }
        back_m = 0.075 * body.height_m - 0.012
        return Posture(
            rx(-90 + pelvis),
            rx(-90 + trunk),
            rx(-90 + trunk + mix(2, self.neck_deg, s)),
            legs,
            folded,
            hips=np.array([0.0, 0.0, back_m]),
        )


@dataclass(frozen=True)
class PullUp:
    elbow_low_deg: float = 8.0
    elbow_deg: float = 122.0
    hands_width: float = 1.45
    knee_deg: float = 30.0
    hip_deg: float = 4.0
    kick_deg: float = 0.0
    lean_deg: float = 12.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        s = (left + right) / 2
        legs = {
            side: Leg(
                hip=ry(-SIGN[side] * 2) @ rx(-self.hip_deg - self.kick_deg * s),
                knee_deg=self.knee_deg + self.kick_deg * s,
            )
            for side in SIDES
        }
        trunk = rx(mix(2, -self.lean_deg, s))
        shrug = mix(26, 10, s)
        idle = arms(150, 20, 0, shrug_deg=shrug)
        hang = Posture(trunk, trunk, rx(mix(-8, -14, s)), legs, idle, hips=np.zeros(3))
        centre = _shoulders(body, hang)[0]
        aside = body.shoulder_half_m * self.hands_width
        behind_bar = mix(0.05, 0.19, s)
        wrist_z = BAR_M - 0.075
        reach = arm_m(body, mix(self.elbow_low_deg, self.elbow_deg, s))
        drop = math.sqrt(max(reach**2 - (aside - centre[0]) ** 2 - behind_bar**2, 0.0))
        held = {
            side: Arm(
                wrist=np.array([SIGN[side] * aside, 0.0, wrist_z]),
                elbow_towards=np.array([SIGN[side] * 0.8, mix(-0.5, -0.1, s), -0.5]),
                hand=hand_turn(body, side, Z - 0.15 * Y, SIGN[side] * X),
                shrug_deg=shrug,
                grip_deg=50,
                thumb_deg=35,
            )
            for side in SIDES
        }
        hips = np.array([0.0, behind_bar - centre[1], wrist_z - drop - centre[2]])
        return Posture(trunk, trunk, hang.head, legs, held, hips=hips)


@dataclass(frozen=True)
class Deadlift:
    knee_top_deg: float = 6.0
    knee_deg: float = 72.0
    lean_deg: float = 62.0
    shank_deg: float = 10.0
    round_deg: float = 0.0
    lean_top_deg: float = 1.0
    hands_width: float = 1.2
    width: float = 1.25

    def posture(self, body: Body, left: float, right: float) -> Posture:
        """From standing down to the floor and up again: ``s`` 1 is the bar at the floor."""
        s = (left + right) / 2
        lean = mix(self.lean_top_deg, self.lean_deg, s)
        legs = planted_legs(body, self.width, knee_out=0.2)
        hips = crouching_hips(
            body, self.width, mix(self.knee_top_deg, self.knee_deg, s), mix(1, self.shank_deg, s)
        )
        pelvis, chest = rx(lean - self.round_deg * s * 0.6), rx(lean + self.round_deg * s)
        head = rx(lean * 0.55)
        hang = Posture(pelvis, chest, head, legs, arms(0, 0, 0), hips=hips)
        held = {}
        for side, centre in zip(SIDES, _shoulders(body, hang)):
            x = SIGN[side] * body.shoulder_half_m * self.hands_width
            y = mix(-0.10, -0.15, s) * body.height_m / 1.75
            drop = arm_m(body, 6) ** 2 - (x - centre[0]) ** 2 - (y - centre[1]) ** 2
            wrist = np.array([x, y, centre[2] - math.sqrt(max(drop, 0.01))])
            hand = hand_turn(body, side, -Z, SIGN[side] * X)
            held[side] = Arm(
                wrist=wrist,
                elbow_towards=np.array([SIGN[side] * 0.4, 1.0, 0.0]),
                hand=hand,
                grip_deg=45,
                thumb_deg=35,
            )
        return Posture(pelvis, chest, head, legs, held, hips=hips)
