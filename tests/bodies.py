"""Made bodies: a stick figure with the joint angles a test asks for, and movements made of it.

The figure is drawn without perspective, hips as wide as the shoulders, so that an angle in the
picture's plane reads exactly as asked: legs, trunk and arms raised forwards in the side view, arms
raised sideways and legs apart in the front view. Other combinations are for behaviour, not for
exact angles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from posecore.landmarks import N_LANDMARKS
from posecore.landmarks import Landmark as L
from posecore.types import Pose

YAW_DEG = {"front": 0.0, "diagonal": 45.0, "side": 90.0}
"""How far the person has turned; in "side" they face the picture's right, right side near."""

_HALF_WIDTH_M, _TRUNK_M = 0.17, 0.52
_UPPER_ARM_M, _FOREARM_M, _HAND_M = 0.30, 0.27, 0.09
_THIGH_M, _SHANK_M = 0.44, 0.42

Posture = dict[str, float]
Movement = list[tuple[float, Pose]]

POSTURES: dict[str, tuple[Posture, Posture]] = {
    "squat": (
        {"shoulder": 20.0},
        {"knee": 110.0, "hip": 115.0, "trunk_lean": 32.0, "shoulder": 100.0},
    ),
    "lunge": (
        {},
        {"left_knee": 92.0, "left_hip": 92.0, "right_knee": 92.0, "right_hip": 8.0},
    ),
    "push_up": (
        {"trunk_lean": 72.0, "shoulder": 72.0, "elbow": 6.0},
        {"trunk_lean": 88.0, "shoulder": 8.0, "elbow": 98.0},
    ),
    "sit_up": (
        {"trunk_lean": -88.0, "hip": 47.0, "knee": 90.0, "shoulder": 60.0, "elbow": 100.0},
        {"trunk_lean": -18.0, "hip": 117.0, "knee": 90.0, "shoulder": 60.0, "elbow": 100.0},
    ),
    "plank": (
        {"trunk_lean": 84.0, "shoulder": 84.0, "elbow": 88.0},
        {"trunk_lean": 84.0, "shoulder": 84.0, "elbow": 88.0},
    ),
    "jumping_jack": (
        {"shoulder": 8.0, "legs_apart": 3.0, "elbow": 8.0},
        {"shoulder": 165.0, "legs_apart": 20.0, "elbow": 8.0},
    ),
    "biceps_curl": ({"shoulder": 4.0, "elbow": 6.0}, {"shoulder": 6.0, "elbow": 132.0}),
    "shoulder_press": ({"shoulder": 60.0, "elbow": 112.0}, {"shoulder": 172.0, "elbow": 6.0}),
    "lateral_raise": ({"shoulder": 8.0, "elbow": 8.0}, {"shoulder": 88.0, "elbow": 8.0}),
    "front_raise": ({"shoulder": 8.0, "elbow": 8.0}, {"shoulder": 88.0, "elbow": 8.0}),
    "pull_up": ({"shoulder": 168.0, "elbow": 8.0}, {"shoulder": 50.0, "elbow": 118.0}),
    "deadlift": (
        {"shoulder": 4.0},
        {"knee": 55.0, "hip": 105.0, "trunk_lean": 62.0, "shoulder": 62.0},
    ),
}
"""Start and far end of a good rep of each exercise, as arguments of ``body``."""

SETTING: dict[str, dict[str, str]] = {
    "jumping_jack": {"arms": "side", "view": "front"},
    "shoulder_press": {"arms": "side", "view": "front"},
    "lateral_raise": {"arms": "side", "view": "front"},
    "pull_up": {"arms": "side", "view": "front", "hold": "hands"},
}
"""Arms, best view and what stays in place, where it is not (forward, side, feet)."""


def body(
    *,
    t_s: float = 0.0,
    view: str | float = "side",
    knee: float = 0.0,
    hip: float = 0.0,
    elbow: float = 0.0,
    shoulder: float = 0.0,
    left_knee: float | None = None,
    right_knee: float | None = None,
    left_hip: float | None = None,
    right_hip: float | None = None,
    left_elbow: float | None = None,
    right_elbow: float | None = None,
    left_shoulder: float | None = None,
    right_shoulder: float | None = None,
    trunk_lean: float = 0.0,
    legs_apart: float = 0.0,
    knees_in: float = 0.0,
    arms: str = "forward",
    hold: str = "feet",
    unseen: Iterable[str] = (),
    scale: float = 1.0,
    size_px: tuple[int, int] = (640, 480),
) -> Pose:
    """A person with the asked angles, degrees of flexion as in posecore.angles.

    knee, hip, elbow, shoulder   both sides; left_... and right_... override one of them
    trunk_lean  from upright, forwards; 90 lies face down, -90 on the back
    legs_apart  each leg sideways, degrees; knees_in: metres each knee is moved to the middle
    arms        plane in which the upper arm is raised: "forward" or "side"
    hold        what stays in place in the picture: "feet" or "hands"
    unseen      landmarks with visibility 0: "left_knee", or "left" / "right" for a whole side
    scale       1: the person standing takes about 0.7 of the height of a 640 x 480 picture
    """
    both = {"knee": knee, "hip": hip, "elbow": elbow, "shoulder": shoulder}
    one = {
        "left": {
            "knee": left_knee,
            "hip": left_hip,
            "elbow": left_elbow,
            "shoulder": left_shoulder,
        },
        "right": {
            "knee": right_knee,
            "hip": right_hip,
            "elbow": right_elbow,
            "shoulder": right_shoulder,
        },
    }
    points = np.zeros((N_LANDMARKS, 3))  # forward, to the person's left, up; metres from mid-hip
    trunk = _pitched(180.0 - trunk_lean)
    for side, outwards in (("left", 1.0), ("right", -1.0)):
        angle = {k: both[k] if v is None else v for k, v in one[side].items()}
        out = np.array([0.0, outwards, 0.0])
        _place_leg(points, side.upper(), out, angle, trunk_lean, legs_apart, knees_in)
        _place_arm(points, side.upper(), out, angle, trunk, trunk_lean, arms)
    _place_head(points, trunk)
    return _seen(points, t_s, view, hold, unseen, scale, size_px)


def movement(
    exercise: str,
    reps: int = 3,
    *,
    rep_s: float = 2.4,
    rest_s: float = 0.6,
    fps: float = 25.0,
    depth: float | Sequence[float] = 1.0,
    alternate: bool = False,
    noise_m: float = 0.0,
    seed: int = 0,
    start_s: float = 0.0,
    **changes: object,
) -> Movement:
    """``reps`` reps one after another, at the start position ``rest_s`` before and after each.

    depth      share of the way to the far end, for all reps or one for each
    alternate  the second rep is the first one's mirror image, and so on (lunges, curls)
    noise_m    standard deviation of every landmark in the world; the picture shakes alike
    changes    arguments of ``body`` that replace the exercise's own throughout
    """
    start, far = POSTURES[exercise]
    setting: dict[str, object] = {**SETTING.get(exercise, {}), **changes}
    depths = [depth] * reps if isinstance(depth, int | float) else list(depth)
    random = np.random.default_rng(seed)
    total_s = reps * (rep_s + rest_s) + rest_s
    frames: Movement = []
    for t_s in np.arange(0.0, total_s, 1.0 / fps):
        nth, in_rep_s = divmod(t_s - rest_s, rep_s + rest_s)
        share = 0.0
        if 0 <= nth < reps and in_rep_s < rep_s:
            share = depths[int(nth)] * (1 - np.cos(2 * np.pi * in_rep_s / rep_s)) / 2
        posture = _between(start, far, share)
        if alternate:
            posture = _one_sided(start, posture, left=int(max(nth, 0)) % 2 == 0)
        pose = body(t_s=float(start_s + t_s), **{**posture, **setting})  # type: ignore[arg-type]
        frames.append((pose.t_s, shaken(pose, noise_m, random) if noise_m else pose))
    return frames


def held(exercise: str, seconds: float, *, fps: float = 25.0, **changes: object) -> Movement:
    """The far position of an exercise, still, for ``seconds``."""
    posture = {**POSTURES[exercise][1], **SETTING.get(exercise, {}), **changes}
    times = np.arange(0.0, seconds, 1.0 / fps)
    return [(float(t), body(t_s=float(t), **posture)) for t in times]  # type: ignore[arg-type]


def shaken(pose: Pose, noise_m: float, random: np.random.Generator) -> Pose:
    """The same pose with every landmark moved a little, in the world and in the picture."""
    moved = random.normal(0.0, noise_m, (N_LANDMARKS, 3))
    px_per_m = 0.37 * pose.size_px[1]
    image = pose.image.copy()
    image[:, :2] += moved[:, :2] * px_per_m / np.array(pose.size_px)
    return Pose(pose.t_s, image, pose.world + moved, pose.visibility, pose.size_px)


def _pitched(from_down_deg: float) -> np.ndarray:
    """Unit vector turned forwards from straight down; 180 is up."""
    angle = np.radians(from_down_deg)
    return np.array([np.sin(angle), 0.0, -np.cos(angle)])


def _place_leg(
    points: np.ndarray,
    side: str,
    out: np.ndarray,
    angle: Posture,
    trunk_lean: float,
    legs_apart: float,
    knees_in: float,
) -> None:
    thigh_deg = angle["hip"] - trunk_lean
    shank_deg = thigh_deg - angle["knee"]
    apart = np.radians(legs_apart)
    aside = out * np.sin(apart)
    hip = out * _HALF_WIDTH_M
    knee = hip + _THIGH_M * (_pitched(thigh_deg) * np.cos(apart) + aside)
    ankle = knee + _SHANK_M * (_pitched(shank_deg) * np.cos(apart) + aside)
    toes = _pitched(shank_deg + 90.0)
    points[L[f"{side}_HIP"]] = hip
    points[L[f"{side}_KNEE"]] = knee - out * knees_in
    points[L[f"{side}_ANKLE"]] = ankle
    points[L[f"{side}_HEEL"]] = ankle - 0.04 * toes + 0.05 * _pitched(shank_deg)
    points[L[f"{side}_FOOT_INDEX"]] = ankle + 0.15 * toes + 0.06 * _pitched(shank_deg)


def _place_arm(
    points: np.ndarray,
    side: str,
    out: np.ndarray,
    angle: Posture,
    trunk: np.ndarray,
    trunk_lean: float,
    arms: str,
) -> None:
    def raised(elevation_deg: float) -> np.ndarray:
        if arms == "forward":
            return _pitched(elevation_deg - trunk_lean)
        turn = np.radians(elevation_deg)
        return -trunk * np.cos(turn) + out * np.sin(turn)

    shoulder = _TRUNK_M * trunk + out * _HALF_WIDTH_M
    elbow = shoulder + _UPPER_ARM_M * raised(angle["shoulder"])
    forearm = raised(angle["shoulder"] + angle["elbow"])
    wrist = elbow + _FOREARM_M * forearm
    points[L[f"{side}_SHOULDER"]] = shoulder
    points[L[f"{side}_ELBOW"]] = elbow
    points[L[f"{side}_WRIST"]] = wrist
    for finger, share in (("PINKY", 0.9), ("INDEX", 1.0), ("THUMB", 0.6)):
        points[L[f"{side}_{finger}"]] = wrist + share * _HAND_M * forearm


def _place_head(points: np.ndarray, trunk: np.ndarray) -> None:
    ahead = np.array([trunk[2], 0.0, -trunk[0]])
    centre = (_TRUNK_M + 0.20) * trunk
    points[L.NOSE] = centre + 0.10 * ahead
    for side, out in (("LEFT", 1.0), ("RIGHT", -1.0)):
        aside = np.array([0.0, out, 0.0])
        for name, apart in (("EYE_INNER", 0.015), ("EYE", 0.03), ("EYE_OUTER", 0.045)):
            points[L[f"{side}_{name}"]] = centre + 0.08 * ahead + 0.03 * trunk + apart * aside
        points[L[f"{side}_EAR"]] = centre + 0.07 * aside
        points[L[f"MOUTH_{side}"]] = centre + 0.08 * ahead - 0.04 * trunk + 0.02 * aside


def _seen(
    points: np.ndarray,
    t_s: float,
    view: str | float,
    hold: str,
    unseen: Iterable[str],
    scale: float,
    size_px: tuple[int, int],
) -> Pose:
    """What the camera sees of a body given as forward, left, up."""
    yaw = np.radians(YAW_DEG[view] if isinstance(view, str) else view)
    forward, left, up = points.T
    world = np.stack(
        [
            forward * np.sin(yaw) + left * np.cos(yaw),
            -up,
            -forward * np.cos(yaw) + left * np.sin(yaw),
        ],
        axis=1,
    )
    width, height = size_px
    px_per_m = 0.37 * height * scale
    pixels = world[:, :2] * px_per_m
    if hold == "hands":
        corner = np.array([pixels[[L.LEFT_WRIST, L.RIGHT_WRIST], 0].mean(), pixels[:, 1].min()])
        pixels = pixels - corner + (0.5 * width, 0.08 * height)
    else:
        middle = pixels[[L.LEFT_SHOULDER, L.RIGHT_SHOULDER, L.LEFT_ANKLE, L.RIGHT_ANKLE], 0].mean()
        pixels = pixels - (middle, pixels[:, 1].max()) + (0.5 * width, 0.94 * height)
    image = np.column_stack([pixels / size_px, world[:, 2] * px_per_m / width])
    visibility = np.ones(N_LANDMARKS)
    for name in unseen:
        for mark in L:
            if name.upper() in (mark.name, mark.name.split("_")[0], mark.name.split("_")[-1]):
                visibility[mark] = 0.0
    return Pose(t_s, image, world, visibility, size_px)


def _between(start: Posture, far: Posture, share: float) -> Posture:
    return {
        key: start.get(key, 0.0) + share * (far.get(key, 0.0) - start.get(key, 0.0))
        for key in {**start, **far}
    }


_SIDED = ("knee", "hip", "elbow", "shoulder")


def _one_sided(start: Posture, posture: Posture, *, left: bool) -> Posture:
    """One side moves and the other rests; a posture with sides of its own is mirrored."""
    if any(key.startswith(("left_", "right_")) for key in posture):
        swap = {"left": "right", "right": "left"}
        if left:
            return posture
        return {
            f"{swap[k.split('_')[0]]}_{k.split('_')[1]}" if k.split("_")[0] in swap else k: v
            for k, v in posture.items()
        }
    resting = "right" if left else "left"
    return posture | {f"{resting}_{key}": start[key] for key in _SIDED if key in start}
