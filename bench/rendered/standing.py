"""Exercises done on both feet. Fields are the movement's parameters: top is where a rep starts.

``hands`` is 0 for the arms as they usually go, else the number of a posture in HANDS, from 1.

``posture(body, left, right)`` takes how far each side has gone, 0 at the start, 1 at the far end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.rendered.bodies import SIDES, SIGN, Body
from bench.rendered.rotations import rx, ry, rz
from bench.rendered.skeleton import Arm, Leg, Posture
from bench.rendered.stance import (
    HANDS,
    arms,
    crouching_hips,
    ease,
    leg_m,
    mix,
    planted_legs,
    seated_hips,
    shoulder,
    shrug_deg,
    span,
    standing_hips,
)


def _held(hands: float) -> dict[str, Arm]:
    """Both arms in a posture of HANDS; empty where they move with the exercise."""
    if not hands:
        return {}
    flex, out, turned_in, elbow = HANDS[round(hands) - 1]
    return arms(flex, out, elbow, turned_in)


@dataclass(frozen=True)
class Squat:
    knee_top_deg: float = 6.0
    knee_deg: float = 110.0
    lean_top_deg: float = 2.0
    lean_deg: float = 38.0
    shank_deg: float = 29.0
    width: float = 1.5
    toe_out_deg: float = 18.0
    knees_in: float = 0.0
    shift_m: float = 0.0
    arms_folded: float = 0.0
    hands: float = 0.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        s = (left + right) / 2
        lean = mix(self.lean_top_deg, self.lean_deg, s)
        knee_out = math.tan(math.radians(self.toe_out_deg)) - self.knees_in * s
        legs = planted_legs(body, self.width, toe_out_deg=self.toe_out_deg, knee_out=knee_out)
        knee = mix(self.knee_top_deg, self.knee_deg, s)
        shank = mix(0.35 * self.knee_top_deg, self.shank_deg, s)
        hips = crouching_hips(body, self.width, knee, shank)
        hips = hips + np.array([self.shift_m * s, 0, 0])
        flex = mix(mix(8, 88, s) + 0.4 * lean, 35, self.arms_folded)
        return Posture(
            pelvis=rx(lean * 0.9),
            chest=rx(lean),
            head=rx(lean * 0.35),
            legs=legs,
            arms=_held(self.hands)
            or arms(
                flex,
                mix(6, 16, self.arms_folded),
                mix(12, 128, self.arms_folded),
                mix(0, 52, self.arms_folded),
                shrug_deg=4 * s,
                twist_deg=mix(-10, 10, self.arms_folded),
            ),
            hips=hips,
        )


@dataclass(frozen=True)
class Lunge:
    """``moving``: -1 the back foot steps back, 0 feet stay split, 1 the front foot steps out."""

    knee_top_deg: float = 8.0
    knee_deg: float = 92.0
    step: float = 0.38
    lean_deg: float = 6.0
    moving: float = 0.0
    hands_on_hips: float = 0.0
    hands: float = 0.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        front, s = ("L", left) if left > right else ("R", right)
        stepped = 1.0 if self.moving == 0 else ease(span(s, 0, 0.5))
        down = s if self.moving == 0 else span(s, 0.25, 1)
        ahead_m = self.step * body.height_m * 0.54 * stepped
        behind_m = self.step * body.height_m * 0.50 * stepped
        hips_y = {-1: ahead_m, 0: 0.0, 1: -behind_m}[round(self.moving)]
        airborne = math.sin(math.pi * stepped) * 0.09
        reach = leg_m(body, mix(self.knee_top_deg, self.knee_deg, down))
        hips_z = math.sqrt(reach**2 - ahead_m**2) + body.ankle_m
        if stepped < 1:
            hips_z = min(hips_z, standing_hips(body, 1.15, self.knee_top_deg)[2])
        legs = {
            side: self._front_leg(body, side, hips_y - ahead_m, airborne)
            if side == front
            else self._back_leg(body, side, hips_y + behind_m, airborne, stepped, down)
            for side in SIDES
        }
        lean = mix(2, self.lean_deg, s)
        on_hips = self.hands_on_hips
        return Posture(
            pelvis=rx(lean * 0.5),
            chest=rx(lean),
            head=rx(2),
            legs=legs,
            arms=_held(self.hands)
            or arms(
                mix(2, -32, on_hips),
                mix(9, 42, on_hips),
                mix(14, 98, on_hips),
                mix(0, 62, on_hips),
            ),
            hips=np.array([0.0, hips_y, hips_z]),
        )

    def _front_leg(self, body: Body, side: str, y: float, airborne: float) -> Leg:
        lift = airborne if self.moving > 0 else 0.0
        sign = SIGN[side]
        return Leg(
            ankle=np.array([sign * body.hip_half_m * 1.15, y, body.ankle_m + lift]),
            knee_towards=np.array([sign * 0.1, -1.0, 0.0]),
            foot=rz(sign * 6) @ rx(-60 * lift),
        )

    def _back_leg(
        self, body: Body, side: str, y: float, airborne: float, stepped: float, down: float
    ) -> Leg:
        """Stands on the toes, which stay where they are while the heel comes up."""
        sign = SIGN[side]
        lift = airborne if self.moving < 0 else 0.0
        heel = rx(stepped * mix(40, 52, down))
        toes = body.head(f"toe3-1.{side}") - body.head(f"foot.{side}")
        flat = np.array([0.0, -math.hypot(toes[0], toes[1]), toes[2]])
        sole = np.array([sign * body.hip_half_m * 1.15, y, body.ankle_m])
        return Leg(
            ankle=sole + flat - heel @ flat + np.array([0, 0, lift]),
            knee_towards=np.array([sign * 0.05, -1.0, -0.3]),
            foot=heel @ rz(sign * 3),
            toes=rx(5 * stepped),
        )


@dataclass(frozen=True)
class JumpingJack:
    arm_low_deg: float = 12.0
    arm_deg: float = 165.0
    leg_low_deg: float = 3.0
    leg_deg: float = 24.0
    elbow_deg: float = 12.0
    hop_m: float = 0.05

    def posture(self, body: Body, left: float, right: float) -> Posture:
        s = (left + right) / 2
        spread = math.radians(mix(self.leg_low_deg, self.leg_deg, s))
        reach = leg_m(body, 5)
        aside, hop = reach * math.sin(spread), self.hop_m * math.sin(math.pi * s) ** 2
        legs, sides = {}, {"L": left, "R": right}
        lifted = {}
        for side, sign in SIGN.items():
            at = np.array([sign * (body.hip_half_m + aside), 0.0, body.ankle_m + hop])
            towards = np.array([sign * (0.2 + 0.5 * s), -1.0, 0.0])
            legs[side] = Leg(ankle=at, knee_towards=towards, foot=rz(sign * (8 + 8 * s)))
            lift = mix(self.arm_low_deg, self.arm_deg, sides[side])
            upper = rx(-6) @ ry(-sign * lift)
            lifted[side] = Arm(upper, self.elbow_deg, shrug_deg=shrug_deg(lift))
        height = math.sqrt(reach**2 - aside**2) + body.ankle_m + hop
        return Posture(rx(1), rx(2), rx(0), legs, lifted, hips=np.array([0, 0, height]))


@dataclass(frozen=True)
class BicepsCurl:
    elbow_low_deg: float = 10.0
    elbow_deg: float = 138.0
    forward_deg: float = 12.0
    swing_deg: float = 0.0
    out_deg: float = 9.0
    twist_deg: float = 75.0
    width: float = 1.15
    seated: float = 0.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        bent = {}
        for side, s in (("L", left), ("R", right)):
            upper = shoulder(side, mix(0, self.forward_deg, s), self.out_deg, -8)
            elbow = mix(self.elbow_low_deg, self.elbow_deg, s)
            bent[side] = Arm(upper, elbow, self.twist_deg, grip_deg=38, thumb_deg=30)
        lean = -self.swing_deg * math.sin(math.pi * max(left, right))
        hips = seated_hips(body) if self.seated else standing_hips(body, self.width)
        legs = planted_legs(body, 1.2 if self.seated else self.width)
        return Posture(rx(lean * 0.7), rx(lean), rx(3), legs, bent, hips=hips)


@dataclass(frozen=True)
class ShoulderPress:
    lift_low_deg: float = 62.0
    lift_deg: float = 166.0
    elbow_low_deg: float = 126.0
    elbow_deg: float = 13.0
    forward_deg: float = 15.0
    arch_deg: float = 2.0
    width: float = 1.3
    seated: float = 0.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        pressed = {}
        for side, s in (("L", left), ("R", right)):
            lift, sign = mix(self.lift_low_deg, self.lift_deg, s), SIGN[side]
            # Turned out by 90 degrees, so that bending the elbow points the forearm up.
            upper = rz(-sign * self.forward_deg) @ ry(-sign * lift) @ rz(sign * 90)
            elbow = mix(self.elbow_low_deg, self.elbow_deg, s)
            pressed[side] = Arm(upper, elbow, grip_deg=38, thumb_deg=30, shrug_deg=shrug_deg(lift))
        arch = -self.arch_deg * max(left, right)
        hips = seated_hips(body) if self.seated else standing_hips(body, self.width)
        legs = planted_legs(body, 1.2 if self.seated else self.width)
        return Posture(rx(-arch * 0.3), rx(arch), rx(arch * 0.3), legs, pressed, hips=hips)


@dataclass(frozen=True)
class ArmRaise:
    """Lateral and front raise: ``plane_deg`` 0 is straight out to the side, 90 straight ahead."""

    plane_deg: float = 12.0
    lift_low_deg: float = 9.0
    lift_deg: float = 88.0
    elbow_deg: float = 14.0
    twist_deg: float = 0.0
    swing_deg: float = 0.0
    width: float = 1.2
    seated: float = 0.0

    def posture(self, body: Body, left: float, right: float) -> Posture:
        raised = {}
        for side, s in (("L", left), ("R", right)):
            lift, sign = mix(self.lift_low_deg, self.lift_deg, s), SIGN[side]
            # Lifted in a plane turned forward; turned back, so that the palm faces the floor.
            turned = rz(-sign * self.plane_deg)
            upper = turned @ ry(-sign * lift) @ turned.T
            raised[side] = Arm(
                upper,
                self.elbow_deg,
                self.twist_deg,
                grip_deg=38,
                thumb_deg=30,
                shrug_deg=shrug_deg(lift),
            )
        lean = self.swing_deg * math.sin(2 * math.pi * max(left, right))
        hips = seated_hips(body) if self.seated else standing_hips(body, self.width)
        legs = planted_legs(body, 1.2 if self.seated else self.width)
        return Posture(rx(lean * 0.6), rx(lean), rx(2), legs, raised, hips=hips)
