"""What is known of every frame because it was drawn: joints, angles, reps, faults, camera."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.rendered.camera import Camera
from bench.rendered.exercises import EXERCISES
from bench.rendered.performance import Performance

TRIPLES = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "shoulder": ("elbow", "shoulder", "hip"),
}
"""Joint -> the three joint centres its angle lies between."""
_SIDES = {"L": "left", "R": "right"}

Truth = dict[str, Any]
"""Key -> array. See docs/ACCURACY.md and ``record`` for the keys."""


@dataclass(frozen=True, eq=False)
class _Moment:
    joints: dict[str, np.ndarray]
    progress: float
    faults: dict[str, float]


def included_deg(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    """The angle at ``b`` between ``a`` and ``c``, each (3,): 180 where they are in line."""
    u, v = a - b, c - b
    cosine = float(u @ v) / float(np.linalg.norm(u) * np.linalg.norm(v))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def record(performance: Performance, camera: Camera, times_s: np.ndarray) -> Truth:
    """The truth of the frames at ``times_s`` (n,).

    names (23,), p3 (n, 23, 3) m, p2 (n, 23, 2) px: joint centres, eyes, ears, nose, heels, toes
    angn (8,), ang (n, 8): included angles in degrees, 180 straight (shoulder: 0 hanging)
    joints (8,), flexion_deg (n, 8): flexion as posecore defines it, 0 straight or hanging
    s (n,) progress of the movement; ends (k,) last frame of each counted rep; reps: how many
    rep_start_s, rep_far_s, rep_end_s, rep_depth, rep_side, rep_complete: every rep and attempt
    fault_names (f,), fault_share (n, f): how much of each fault shows in each frame
    fault_rep, fault_id: pairs of a rep's number and what is wrong with it
    ex, exercise: name in the scorer's and in posecore's terms; az: 0 front or rear, 90 side;
    azimuth_deg: as filmed; body, height, fps, seed, camR (3, 3), camC (3,), f, size
    """
    plan = performance.plan
    moments = [_moment(performance, float(t)) for t in times_s]
    names = sorted(moments[0].joints)
    points = np.array([[m.joints[name] for name in names] for m in moments])
    angle_names = [joint + side for joint in TRIPLES for side in _SIDES]
    angles = np.array([[_angle(m.joints, name) for name in angle_names] for m in moments])
    hanging = np.array([name.startswith("shoulder") for name in angle_names])
    flexion = np.where(hanging, angles, 180.0 - angles)
    pixels = camera.project(points.reshape(-1, 3))[0].reshape(*points.shape[:2], 2)
    counted = [rep for rep in plan.reps if rep.complete][: plan.counted_reps]
    azimuth = abs((plan.view.azimuth_deg + 180) % 360 - 180)
    faults = plan.faults
    wrong = [(i, fault) for i, rep in enumerate(plan.reps) for fault in rep.faults]
    exercise = EXERCISES.get(plan.subject)
    last = len(times_s) - 1
    return {
        "names": np.array(names),
        "p3": points.astype(np.float32),
        "p2": pixels.astype(np.float32),
        "angn": np.array(angle_names),
        "ang": angles.astype(np.float32),
        "joints": np.array([f"{_SIDES[name[-1]]}_{name[:-1]}" for name in angle_names]),
        "flexion_deg": flexion.astype(np.float32),
        "s": np.array([m.progress for m in moments], np.float32),
        "ends": np.array([min(last, int(rep.end_s * plan.fps)) for rep in counted], int),
        "reps": np.array(plan.counted_reps),
        "rep_start_s": np.array([rep.start_s for rep in plan.reps]),
        "rep_far_s": np.array([rep.far_s for rep in plan.reps]),
        "rep_end_s": np.array([rep.end_s for rep in plan.reps]),
        "rep_depth": np.array([rep.depth for rep in plan.reps]),
        "rep_side": np.array([rep.sides for rep in plan.reps], "U4"),
        "rep_complete": np.array([rep.complete for rep in plan.reps], bool),
        "fault_names": np.array(faults, "U24"),
        "fault_share": np.array([[m.faults.get(f, 0.0) for f in faults] for m in moments]),
        "fault_rep": np.array([i for i, _ in wrong], int),
        "fault_id": np.array([fault for _, fault in wrong], "U24"),
        "ex": np.array((exercise.short if exercise else None) or plan.subject),
        "exercise": np.array(plan.subject),
        "az": np.array(min(azimuth, 180 - azimuth)),
        "azimuth_deg": np.array(plan.view.azimuth_deg),
        "body": np.array(plan.body),
        "height": np.array(performance.body.height_m),
        "fps": np.array(plan.fps),
        "seed": np.array(plan.seed),
        "camR": camera.axes,
        "camC": camera.centre,
        "f": np.array(camera.focal_px),
        "size": np.array(camera.size),
    }


def save_truth(truth: Truth, path: Path) -> None:
    """Write ``path`` (.npz): the same truth gives the same bytes."""
    np.savez_compressed(path, **truth)


def _moment(performance: Performance, t_s: float) -> _Moment:
    joints = performance.body.joints(performance.skeleton(t_s))
    return _Moment(joints, max(performance.progress(t_s)), performance.faults(t_s))


def _angle(joints: dict[str, np.ndarray], name: str) -> float:
    a, b, c = (joints[point + name[-1]] for point in TRIPLES[name[:-1]])
    return included_deg(a, b, c)
