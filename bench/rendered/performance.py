"""A planned clip as a moving body: the bones, the faults and the things held, at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.rendered import things
from bench.rendered.apparatus import BAR_M, CEILING_M
from bench.rendered.bodies import SIDES, Body, Skeleton
from bench.rendered.drills import DRILLS, Drill
from bench.rendered.everyday import KEYED, Keys, Walk, draw_walk, seat, still_at
from bench.rendered.exercises import EXERCISES, draw_motion, vary_motion, with_faults
from bench.rendered.plan import RANDOM_POSES, Plan, lot
from bench.rendered.random_poses import RandomPose, between, draw_sequence, pose_body
from bench.rendered.raster import Mesh
from bench.rendered.rotations import rx, ry, rz
from bench.rendered.skeleton import Posture, pose
from bench.rendered.stance import ease
from bench.rendered.timeline import faults_at, progress_at
from bench.rendered.ways import WAYS

_UNEVEN = 0.38
"""By which share of the way one side lags behind when that is the fault."""


@dataclass(frozen=True, eq=False)
class Performance:
    """``what`` moves: an exercise's motion, keyed postures, a walk, a drill, or random poses."""

    plan: Plan
    body: Body
    what: Any
    sway: np.ndarray

    def skeleton(self, t_s: float) -> Skeleton:
        if isinstance(self.what, list):
            return self._random_pose(t_s)
        return pose(self.body, self._with_sway(self._posture(t_s), t_s))

    def progress(self, t_s: float) -> tuple[float, float]:
        """How far left and right have gone; the side that lags is the asymmetry's."""
        left, right = progress_at(self.plan.reps, t_s)
        lag = self.plan.asymmetry
        lag += math.copysign(_UNEVEN, lag) * self.faults(t_s).get("uneven", 0.0)
        return left * (1 - max(lag, 0.0)), right * (1 + min(lag, 0.0))

    def faults(self, t_s: float) -> dict[str, float]:
        return faults_at(self.plan.reps, t_s)

    def held(self, skeleton: Skeleton, material: int) -> list[Mesh]:
        """Weights, bars and the seat, of one ``material``."""
        exercise = EXERCISES.get(self.plan.subject)
        if self.plan.subject == "sitting_down":
            seat_m, y = seat(self.body)
            return [things.chair(0.0, y, 0.0, material, seat_m)]
        if exercise is None:
            return []
        if exercise.holds == "dumbbells":
            return [things.dumbbell(self.body, skeleton, side, material) for side in SIDES]
        if exercise.holds == "bar":
            return [things.pull_up_bar(BAR_M, CEILING_M, material)]
        if exercise.holds == "barbell":
            return [things.barbell(self.body, skeleton, self._plate_m(), material)]
        return []

    def _plate_m(self) -> float:
        """Radius of the plates: small ones, that hide little of the person, above the floor."""
        lowest = self.what.posture(self.body, 1.0, 1.0)
        return min(0.16, max(0.08, things.grip_height(self.body, pose(self.body, lowest))))

    def _posture(self, t_s: float) -> Posture:
        if isinstance(self.what, Walk | Drill):
            return self.what.posture(self.body, t_s)
        if isinstance(self.what, tuple):
            return still_at(self.what, t_s).posture(self.body)
        exercise = EXERCISES[self.plan.subject]
        motion = with_faults(exercise, self.what, self.faults(t_s))
        return motion.posture(self.body, *self.progress(t_s))

    def _with_sway(self, posture: Posture, t_s: float) -> Posture:
        """Nobody is quite still: head and chest wander by a degree or two."""
        a = [math.sin(2 * math.pi * (f * t_s + p)) for f, p in self.sway]
        planted = posture.plant is not None or posture.arms["L"].wrist is not None
        chest = posture.chest if planted else posture.chest @ rx(0.8 * a[0]) @ ry(0.8 * a[1])
        head = posture.head @ rz(4 * a[2]) @ rx(2 * a[3])
        return replace(posture, chest=chest, head=head)

    def _random_pose(self, t_s: float) -> Skeleton:
        """From one pose to the next, resting a little at each."""
        poses: list[RandomPose] = self.what
        each_s = self.plan.seconds / len(poses)
        i = min(int(t_s / each_s), len(poses) - 1)
        part = ease(((t_s / each_s - i) - 0.35) / 0.65)
        following = poses[min(i + 1, len(poses) - 1)]
        return pose_body(self.body, between(poses[i], following, part))


def perform(plan: Plan, body: Body) -> Performance:
    """The movement of ``plan`` by ``body``."""
    rng = lot(plan.seed, "motion")
    what: Any
    if plan.subject in EXERCISES:
        what = draw_motion(EXERCISES[plan.subject], rng)
        if plan.variant:
            what = vary_motion(EXERCISES[plan.subject], what, lot(plan.seed, "variant"))
    elif plan.subject == RANDOM_POSES:
        what = draw_sequence(body, rng, plan.poses)
    elif plan.subject == "walking":
        what = draw_walk(rng, plan.seconds)
    elif plan.subject in DRILLS:
        what = DRILLS[plan.subject](rng)
    elif plan.subject in WAYS:
        what = WAYS[plan.subject].drill(rng)
    else:
        keys: Keys = KEYED[plan.subject](rng, plan.seconds)
        what = keys
    sway = lot(plan.seed, "sway").uniform([0.12, 0], [0.4, 1], (4, 2))
    return Performance(plan, body, what, sway)
