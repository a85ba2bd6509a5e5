"""Pieces of the drills: a figure is a few angles; a drill is a round of figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bench.rendered.bodies import SIGN, Body
from bench.rendered.rotations import rx, ry, rz
from bench.rendered.skeleton import Leg, Posture, pose
from bench.rendered.stance import ArmAngles, blend, ease, held_arms

LegAngles = tuple[float, float, float]
"""Flexion of the hip, outward, knee; degrees."""

HANG: ArmAngles = (4, 8, 0, 14)
HIPS: ArmAngles = (-32, 42, 62, 98)
GUARD: ArmAngles = (40, 10, 10, 128)
CHEST: ArmAngles = (35, 16, 52, 128)
UP: ArmAngles = (172, 6, 0, 8)
OUT: ArmAngles = (0, 88, 0, 8)
AHEAD: ArmAngles = (88, 4, 0, 8)
HEAD: ArmAngles = (120, 40, 60, 138)
STAND: LegAngles = (2, 5, 3)
SEATED: LegAngles = (88, 8, 88)
KNEELING: LegAngles = (88, 4, 92)
_SOLE_M = 0.05


@dataclass(frozen=True)
class Figure:
    """``lean`` of the pelvis: 0 upright, 90 face down, -90 on the back; ``bend`` of the chest."""

    lean: float = 1.0
    bend: float = 0.0
    side: float = 0.0
    turn: float = 0.0
    roll: float = 0.0
    nod: float = 0.0
    hop_m: float = 0.0
    left: ArmAngles = HANG
    right: ArmAngles = HANG
    left_leg: LegAngles = STAND
    right_leg: LegAngles = STAND

    def swapped(self) -> Figure:
        """The same to the other side."""
        return replace(
            self,
            side=-self.side,
            turn=-self.turn,
            roll=-self.roll,
            left=self.right,
            right=self.left,
            left_leg=self.right_leg,
            right_leg=self.left_leg,
        )

    def posture(self, hips: np.ndarray) -> Posture:
        pelvis = rz(self.turn * 0.3) @ rx(self.lean) @ ry(self.roll)
        chest = rz(self.turn) @ rx(self.lean + self.bend) @ ry(self.side + self.roll)
        held = held_arms(self.left, self.right)
        legs = {
            side: Leg(hip=rx(-flex) @ ry(-SIGN[side] * out), knee_deg=knee)
            for side, (flex, out, knee) in (("L", self.left_leg), ("R", self.right_leg))
        }
        return Posture(pelvis, chest, chest @ rx(self.nod), legs, held, hips=hips)


@dataclass(frozen=True)
class Drill:
    """A round of ``figures``, each ``beat_s`` from the last and held for a share of that.

    rests   joints whose mean stays in place in the room; height_m of them where they bear the
            body (hands on a bar), None where its lowest point is on the floor
    """

    figures: tuple[Figure, ...]
    beat_s: float
    hold: float = 0.1
    rests: tuple[str, ...] = ("ankleL", "ankleR")
    height_m: float | None = None

    def posture(self, body: Body, t_s: float) -> Posture:
        figure = self.figure(t_s)
        joints = body.joints(pose(body, figure.posture(np.zeros(3))))
        resting = np.mean([joints[name] for name in self.rests], axis=0)
        z = _SOLE_M - min(float(point[2]) for point in joints.values())
        if self.height_m is not None:
            z = max(z, self.height_m - float(resting[2]))
        return figure.posture(np.array([-resting[0], -resting[1], z + figure.hop_m]))

    def figure(self, t_s: float) -> Figure:
        beat = t_s / self.beat_s
        i, part = int(beat), beat - int(beat)
        moved = ease(max(0.0, part - self.hold) / (1 - self.hold))
        n = len(self.figures)
        return blend(self.figures[i % n], self.figures[(i + 1) % n], moved)


def there_and_back(figure: Figure) -> tuple[Figure, ...]:
    return figure, figure.swapped()
