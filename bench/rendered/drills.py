"""Movements that are none of the twelve exercises, however alike: gym drills, dance, crawling.

A drill is told as a round of figures, each a few angles; where the body is in the room follows
from what rests on the floor. They teach a classifier what is not an exercise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from bench.rendered.bodies import SIGN, Body
from bench.rendered.rotations import rx, ry, rz
from bench.rendered.skeleton import Arm, Leg, Posture, pose
from bench.rendered.stance import ease, mix, shoulder

ArmAngles = tuple[float, float, float, float]
"""Flexion, outward, turned in, elbow; degrees."""
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
_HIPS_REST = ("hipL", "hipR")
_HANDS = ("wristL", "wristR")


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
        held = {
            side: Arm(shoulder(side, *angles[:3]), angles[3])
            for side, angles in (("L", self.left), ("R", self.right))
        }
        legs = {
            side: Leg(hip=rx(-flex) @ ry(-SIGN[side] * out), knee_deg=knee)
            for side, (flex, out, knee) in (("L", self.left_leg), ("R", self.right_leg))
        }
        return Posture(pelvis, chest, chest @ rx(self.nod), legs, held, hips=hips)


def between(a: Figure, b: Figure, part: float) -> Figure:
    values: dict[str, Any] = {}
    for name in (f.name for f in fields(a)):
        start, end = getattr(a, name), getattr(b, name)
        if isinstance(start, tuple):
            values[name] = tuple(mix(x, y, part) for x, y in zip(start, end))
        else:
            values[name] = mix(start, end, part)
    return Figure(**values)


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
        return between(self.figures[i % n], self.figures[(i + 1) % n], moved)


Lot = np.random.Generator


def _there_and_back(figure: Figure) -> tuple[Figure, ...]:
    return figure, figure.swapped()


def _pick(rng: Lot, *choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def _high_knees(rng: Lot) -> Drill:
    flex, knee = rng.uniform(45, 105), rng.uniform(70, 115)
    arms = _pick(rng, ((48, 6, 0, 92), (-32, 8, 0, 88)), (HIPS, HIPS), (AHEAD, AHEAD), (HEAD, HEAD))
    up = Figure(lean=rng.uniform(-4, 8), left_leg=(flex, 4, knee), left=arms[1], right=arms[0])
    return Drill(_there_and_back(up), rng.uniform(0.25, 0.6), 0.0)


def _butt_kicks(rng: Lot) -> Drill:
    up = Figure(lean=rng.uniform(0, 10), left_leg=(rng.uniform(-8, 20), 4, rng.uniform(80, 130)))
    arms = _pick(rng, HANG, HIPS, GUARD)
    return Drill(_there_and_back(replace(up, left=arms, right=arms)), rng.uniform(0.25, 0.5), 0.0)


def _jumping_rope(rng: Lot) -> Drill:
    arm = (rng.uniform(-10, 12), rng.uniform(15, 35), -20, rng.uniform(50, 90))
    low = Figure(left=arm, right=arm, left_leg=(14, 3, 26), right_leg=(14, 3, 26))
    high = replace(low, hop_m=rng.uniform(0.03, 0.12), left_leg=STAND, right_leg=STAND)
    return Drill((low, high), rng.uniform(0.16, 0.3), 0.0)


def _boxing(rng: Lot) -> Drill:
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


def _arm_circles(rng: Lot) -> Drill:
    wide, lift = rng.uniform(8, 45), rng.uniform(70, 100)
    elbow = rng.uniform(2, 25)
    arms = [
        (wide * np.sin(a), lift + wide * np.cos(a), 0.0, elbow)
        for a in np.linspace(0, 2 * np.pi, 6, endpoint=False)
    ]
    return Drill(tuple(Figure(left=a, right=a) for a in arms), rng.uniform(0.12, 0.35), 0.0)


def _fly(rng: Lot) -> Drill:
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
        return Drill(_there_and_back(shut), rng.uniform(0.2, 0.6), 0.0)
    return Drill((wide, shut), rng.uniform(0.4, 1.2))


def _twists(rng: Lot) -> Drill:
    arms = _pick(rng, OUT, CHEST, AHEAD, HEAD, HIPS)
    turned = Figure(turn=rng.uniform(25, 70), left=arms, right=arms, lean=rng.uniform(0, 10))
    if rng.random() < 0.4:
        legs = (74, rng.uniform(6, 18), rng.uniform(4, 30))
        touch = replace(turned, lean=70, left=(90, 0, 0, 5), right=(-60, 30, 0, 5))
        touch = replace(touch, left_leg=legs, right_leg=legs)
        return Drill((Figure(left=OUT, right=OUT), touch), rng.uniform(0.5, 1.0))
    return Drill(_there_and_back(turned), rng.uniform(0.4, 1.1))


def _side_bends(rng: Lot) -> Drill:
    over = Figure(side=rng.uniform(14, 38), left=_pick(rng, HANG, HIPS), right=_pick(rng, UP, HANG))
    return Drill(_there_and_back(over), rng.uniform(0.6, 1.4))


def _kicks(rng: Lot) -> Drill:
    kick = _pick(
        rng,
        (rng.uniform(50, 95), 4, rng.uniform(5, 30)),
        (0, rng.uniform(25, 65), 6),
        (-rng.uniform(20, 40), 4, rng.uniform(5, 40)),
        (rng.uniform(70, 110), 20, 110),
    )
    arms = _pick(rng, HIPS, HANG, GUARD, AHEAD, OUT)
    up = Figure(lean=rng.uniform(-8, 14), left=arms, right=arms, left_leg=kick)
    down = Figure(left=arms, right=arms)
    figures = (down, up) if rng.random() < 0.5 else (down, up, down, up.swapped())
    return Drill(figures, rng.uniform(0.35, 0.9), 0.0)


def _row(rng: Lot) -> Drill:
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


def _triceps(rng: Lot) -> Drill:
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


def _upright_row(rng: Lot) -> Drill:
    high = (rng.uniform(5, 30), rng.uniform(60, 90), 60, rng.uniform(90, 125))
    hang = (8, 6, 20, 10)
    seated = SEATED if rng.random() < 0.2 else STAND
    low = Figure(left=hang, right=hang, left_leg=seated, right_leg=seated)
    return Drill((low, replace(low, left=high, right=high)), rng.uniform(0.5, 1.2))


def _swing(rng: Lot) -> Drill:
    """A kettlebell between the legs and up."""
    low = Figure(lean=rng.uniform(50, 80), left=(30, 0, 0, 5), right=(30, 0, 0, 5))
    low = replace(low, left_leg=(80, 14, 34), right_leg=(80, 14, 34))
    arm = (rng.uniform(70, 160), 0, 0, 8)
    return Drill((low, Figure(lean=-4, left=arm, right=arm)), rng.uniform(0.45, 0.85), 0.0)


def _calf_raise(rng: Lot) -> Drill:
    arms = _pick(rng, HANG, HIPS, AHEAD, CHEST)
    low = Figure(left=arms, right=arms)
    return Drill((low, replace(low, hop_m=rng.uniform(0.04, 0.1))), rng.uniform(0.4, 1.0))


def _side_steps(rng: Lot) -> Drill:
    arms = _pick(rng, HIPS, GUARD, HANG, OUT)
    knee = rng.uniform(10, 55)
    step = Figure(
        lean=rng.uniform(2, 30),
        left=arms,
        right=arms,
        left_leg=(knee * 0.6, 20, knee),
        right_leg=(-10, rng.uniform(10, 30), rng.uniform(20, 70)),
    )
    return Drill(_there_and_back(step), rng.uniform(0.35, 0.8), 0.0)


def _dance(rng: Lot) -> Drill:
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


def _busy_seated(rng: Lot) -> Drill:
    """On a chair: typing, drinking, talking with the hands, reaching for something."""

    def arm() -> ArmAngles:
        return _pick(
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


def _pull_down(rng: Lot) -> Drill:
    """Seated, a bar pulled from overhead to the chest."""
    high = (rng.uniform(140, 165), rng.uniform(15, 40), 0, rng.uniform(5, 20))
    low = (rng.uniform(10, 40), rng.uniform(40, 60), -60, rng.uniform(100, 135))
    up = Figure(lean=rng.uniform(-25, 2), left=high, right=high, left_leg=SEATED, right_leg=SEATED)
    return Drill((up, replace(up, left=low, right=low)), rng.uniform(0.7, 1.4))


def _dips(rng: Lot) -> Drill:
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


def _bench_press(rng: Lot) -> Drill:
    legs = (rng.uniform(10, 50), 14, rng.uniform(60, 100))
    low: ArmAngles = (10, rng.uniform(45, 80), 0, rng.uniform(80, 110))
    high: ArmAngles = (88, 8, 0, 8)
    down = Figure(lean=-90, left=low, right=low, left_leg=legs, right_leg=legs)
    up = replace(down, left=high, right=high)
    return Drill((up, down), rng.uniform(0.6, 1.3), 0.1, ("shoulderL", "shoulderR"), 0.45)


def _supine(rng: Lot, **more: Any) -> Figure:
    arms = _pick(rng, HEAD, HEAD, (10, 10, 0, 8), (60, 8, 0, 20), CHEST, UP)
    return Figure(lean=-90, left=arms, right=arms, **more)


def _crunch(rng: Lot) -> Drill:
    bent = (rng.uniform(40, 95), 6, rng.uniform(60, 120))
    low = _supine(rng, left_leg=bent, right_leg=bent, bend=0.0)
    high = replace(low, bend=rng.uniform(18, 42), nod=rng.uniform(0, 20))
    if rng.random() < 0.3:
        reach = rng.uniform(10, 25)
        return Drill(
            _there_and_back(replace(high, side=reach)),
            rng.uniform(0.4, 0.8),
            0.0,
            _HIPS_REST,
            0.1,
        )
    return Drill((low, high), rng.uniform(0.4, 1.0), 0.1, _HIPS_REST, 0.1)


def _leg_raise(rng: Lot) -> Drill:
    knee = rng.uniform(3, 25)
    low = _supine(rng, left_leg=(rng.uniform(0, 15), 4, knee), right_leg=(5, 4, knee))
    high = replace(low, left_leg=(rng.uniform(60, 95), 4, knee), right_leg=(80, 4, knee))
    if rng.random() < 0.3:  # one leg after the other, as on a bicycle
        pedal = replace(low, left_leg=(95, 4, 100), right_leg=(15, 4, 8), bend=rng.uniform(0, 30))
        return Drill(_there_and_back(pedal), rng.uniform(0.35, 0.9), 0.0, _HIPS_REST, 0.1)
    if rng.random() < 0.3:  # trunk and legs fold together
        high = replace(high, bend=55, lean=-70, left=AHEAD, right=AHEAD)
    return Drill((low, high), rng.uniform(0.6, 1.3), 0.1, _HIPS_REST, 0.1)


def _bridge(rng: Lot) -> Drill:
    low = _supine(rng, left_leg=(42, 8, 95), right_leg=(42, 8, 95))
    high = replace(low, lean=-rng.uniform(112, 125), bend=22, left_leg=(-2, 8, 82))
    high = replace(high, right_leg=high.left_leg)
    feet = ("ankleL", "ankleR")
    return Drill((low, high), rng.uniform(0.6, 1.4), 0.15, feet, None)


def _russian_twist(rng: Lot) -> Drill:
    legs = (rng.uniform(70, 100), 4, rng.uniform(40, 90))
    turned = Figure(
        lean=-rng.uniform(25, 55),
        turn=rng.uniform(25, 60),
        left=(50, 0, 20, 50),
        right=(50, 0, 20, 50),
        left_leg=legs,
        right_leg=legs,
    )
    return Drill(_there_and_back(turned), rng.uniform(0.4, 0.9), 0.0, _HIPS_REST, 0.12)


def _mountain_climber(rng: Lot) -> Drill:
    arms: ArmAngles = (rng.uniform(75, 95), 6, 0, 6)
    knee = Figure(
        lean=rng.uniform(68, 84),
        left=arms,
        right=arms,
        left_leg=(rng.uniform(70, 110), 6, rng.uniform(80, 115)),
        right_leg=(4, 4, 6),
    )
    return Drill(_there_and_back(knee), rng.uniform(0.25, 0.8), 0.0, _HANDS, 0.05)


def _on_all_fours(rng: Lot) -> Drill:
    """On hands and knees: bird dog, donkey kick, cat and cow, crawling."""
    arms: ArmAngles = (88, 6, 0, 6)
    base = Figure(
        lean=rng.uniform(80, 92), left=arms, right=arms, left_leg=KNEELING, right_leg=KNEELING
    )
    moved = _pick(
        rng,
        replace(base, left=(165, 6, 0, 8), right_leg=(5, 4, 6)),
        replace(base, left_leg=(rng.uniform(-5, 20), 6, rng.uniform(60, 95))),
        replace(base, left_leg=(85, rng.uniform(35, 65), 92)),
        replace(base, bend=-22, nod=-20),
        replace(base, left=(120, 6, 0, 10), right=(60, 6, 0, 20), left_leg=(110, 6, 100)),
    )
    figures = (base, moved) if rng.random() < 0.4 else (base, moved, base, moved.swapped())
    return Drill(figures, rng.uniform(0.5, 1.5), 0.15, ("kneeL", "kneeR"), 0.06)


def _superman(rng: Lot) -> Drill:
    arms = _pick(rng, UP, (150, 40, 0, 20), (10, 10, 0, 8), (100, 60, 60, 120))
    low = Figure(lean=90, left=arms, right=arms)
    up = (rng.uniform(-20, -8), 6, 5)
    high = replace(low, bend=-rng.uniform(12, 30), left_leg=up, right_leg=up)
    return Drill((low, high), rng.uniform(0.6, 1.6), 0.2, _HIPS_REST, 0.1)


def _yoga(rng: Lot) -> Drill:
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


def _burpee(rng: Lot) -> Drill:
    arms: ArmAngles = (85, 6, 0, 6)
    squat = Figure(
        lean=62, left=arms, right=arms, left_leg=(125, 12, 120), right_leg=(125, 12, 120)
    )
    plank = Figure(lean=78, left=arms, right=arms, left_leg=(2, 5, 4), right_leg=(2, 5, 4))
    jump = Figure(lean=-2, left=UP, right=UP, hop_m=rng.uniform(0.0, 0.2))
    return Drill((Figure(), squat, plank, squat, jump), rng.uniform(0.35, 0.7), 0.0)


DRILLS: dict[str, Callable[[Lot], Drill]] = {
    "high_knees": _high_knees,
    "butt_kicks": _butt_kicks,
    "jumping_rope": _jumping_rope,
    "boxing": _boxing,
    "arm_circles": _arm_circles,
    "fly": _fly,
    "twists": _twists,
    "side_bends": _side_bends,
    "kicks": _kicks,
    "row": _row,
    "triceps_extension": _triceps,
    "upright_row": _upright_row,
    "kettlebell_swing": _swing,
    "calf_raise": _calf_raise,
    "side_steps": _side_steps,
    "dance": _dance,
    "seated": _busy_seated,
    "pull_down": _pull_down,
    "dips": _dips,
    "bench_press": _bench_press,
    "crunch": _crunch,
    "leg_raise": _leg_raise,
    "bridge": _bridge,
    "russian_twist": _russian_twist,
    "mountain_climber": _mountain_climber,
    "on_all_fours": _on_all_fours,
    "superman": _superman,
    "yoga": _yoga,
    "burpee": _burpee,
}
"""Name -> how one person does it, by lot."""

LYING = frozenset(
    {
        "bench_press",
        "crunch",
        "leg_raise",
        "bridge",
        "russian_twist",
        "mountain_climber",
        "on_all_fours",
        "superman",
    }
)
