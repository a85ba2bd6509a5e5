"""Drawn clips with what the estimator saw in them and what is true, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.rendered.everyday import NEGATIVES
from bench.rendered.plan import RANDOM_POSES
from posecore.angle_model import MODELS
from posecore.angles import JOINT_INDEX, JOINTS, N_JOINTS, joint_seen
from posecore.landmarks import N_LANDMARKS, Landmark
from posecore.tracks import track_of
from posecore.types import Pose
from posecore.view import view_of

_SIDES = {"L": "left", "R": "right"}
_FULL_NAMES = {
    "pushup": "push_up",
    "jack": "jumping_jack",
    "curl": "biceps_curl",
    "press": "shoulder_press",
    "situp": "sit_up",
}
"""Short names in the scorer's terms -> posecore's."""

_BONE_ENDS = (
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("shoulder", "hip"),
    ("hip", "knee"),
    ("knee", "ankle"),
)

FRONT_BELOW_DEG, SIDE_ABOVE_DEG = 25.0, 65.0
"""Azimuth of the camera that parts the views of a clip, as the scorer parts them."""


class NoClips(ValueError):
    """A folder holds no drawn clip with its truth; the message names it."""


@dataclass(frozen=True)
class Known:
    """Names of bodies and movements that were learnt from."""

    bodies: frozenset[str]
    movements: frozenset[str]


def shipped_fit() -> Known:
    """The bodies and the movements that the shipped model was fitted to."""
    card = json.loads((MODELS / "angle_correction.json").read_text("utf-8"))
    return Known(frozenset(card["bodies"]), frozenset(card["movements"]))


@dataclass(frozen=True, eq=False)
class DrawnClip:
    """The frames of one clip in which somebody was found.

    truth_deg (n, n_joints) flexion; pixels (n, 33, 2), world (n, 33, 3), visibility (n, 33);
    seen (n, n_joints) whether the pipeline would give an angle; seen_from (n,) what the pipeline
    takes the view to be ("" where it cannot tell); view: what it is; missed: frames with nobody
    off_share (n, n_joints) how far the worst of a joint's landmarks is off on the picture, in
    lengths of the trunk; bones (n, 2, N_BONES, 3) where the bones of the left side and of the
    mirrored right one point, along the ray to the body, see posecore.angle_model
    """

    name: str
    exercise: str
    view: str
    body: str
    truth_deg: np.ndarray
    pixels: np.ndarray
    world: np.ndarray
    visibility: np.ndarray
    seen: np.ndarray
    seen_from: np.ndarray
    off_share: np.ndarray
    bones: np.ndarray
    missed: int

    @property
    def random_poses(self) -> bool:
        return self.exercise == RANDOM_POSES

    @property
    def everyday(self) -> bool:
        """Neither an exercise nor anything drawn by lot: people stand, walk, sit down."""
        return self.exercise in NEGATIVES


def read_clips(folder: Path, cache: Path | None) -> Iterator[DrawnClip]:
    """Every clip of ``folder`` that has its truth beside it. NoClips where there is none."""
    truths = [p for p in sorted(folder.glob("*.npz")) if p.with_suffix(".mp4").exists()]
    if not truths:
        raise NoClips(f"expected clips (.mp4) with their truth (.npz) in {folder}, found none")
    for path in truths:
        yield _read(path, cache)


def _read(path: Path, cache: Path | None) -> DrawnClip:
    track = track_of(path.with_suffix(".mp4"), cache)
    with np.load(path) as saved:
        included = saved["ang"].astype(float)
        truth = np.full((len(included), N_JOINTS), np.nan)
        for k, name in enumerate(saved["angn"]):
            joint = f"{_SIDES[str(name)[-1]]}_{str(name)[:-1]}"
            hanging = joint.endswith("shoulder")
            truth[:, JOINT_INDEX[joint]] = included[:, k] if hanging else 180 - included[:, k]
        exercise, azimuth = str(saved["ex"]), float(saved["az"])
        body = str(saved["body"])
        true_px, trunk_px = _true_pixels(saved)
        bones = _true_bones(saved)
    n = min(len(track), len(truth))
    found = track.found[:n] & np.isfinite(truth[:n]).all(axis=1)
    poses = [pose for _, pose in track.poses()][:n]
    views = [view_of(pose) or "" for pose in poses if isinstance(pose, Pose)]
    visibility = track.visibility[:n][found]
    pixels = track.image[:n][found][..., :2] * np.array(track.size_px, float)
    off = np.linalg.norm(pixels - true_px[:n][found], axis=-1) / trunk_px[:n][found, None]
    return DrawnClip(
        name=path.stem,
        exercise=_FULL_NAMES.get(exercise, exercise),
        view=view_from(azimuth),
        body=body,
        truth_deg=truth[:n][found],
        pixels=pixels,
        world=track.world[:n][found],
        visibility=visibility,
        seen=joint_seen(visibility),
        seen_from=np.array(views, "U8")[found[track.found[:n]]],
        off_share=np.stack([off[:, list(joint.points)].max(axis=1) for joint in JOINTS], axis=1),
        bones=bones[:n][found],
        missed=int((~track.found[:n]).sum()),
    )


def _true_pixels(saved: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks that joints are measured by, (n, 33, 2), the others NaN; the trunk's length (n,).

    The length is what the trunk would have across the camera, so that leaning does not shorten it.
    """
    names = saved["names"].tolist()
    at = {name: saved["p2"][:, i].astype(float) for i, name in enumerate(names)}
    true_px = np.full((len(saved["p2"]), N_LANDMARKS, 2), np.nan)
    for mark in {mark for joint in JOINTS for mark in joint.points}:
        side, part = Landmark(mark).name.lower().split("_")
        true_px[:, mark] = at[part + side[0].upper()]
    points = saved["p3"].astype(float)
    trunk = points[:, names.index("shoulderL")] - points[:, names.index("hipL")]
    away = np.linalg.norm(points - saved["camC"], axis=-1).mean(axis=1)
    return true_px, np.linalg.norm(trunk, axis=-1) * float(saved["f"]) / away


def _true_bones(saved: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n, 2, N_BONES, 3) directions in a frame that looks along the ray to the body's middle.

    Across as on the picture, for that is how a landmark's place is read: right, down, away.
    """
    names = saved["names"].tolist()
    seen = (saved["p3"].astype(float) - saved["camC"]) @ saved["camR"].T
    at = {name: seen[:, i] for i, name in enumerate(names)}
    trunk = [at[part + side] for part in ("hip", "shoulder") for side in "LR"]
    ahead = _unit(np.mean(trunk, axis=0))
    right = _unit(np.cross([0.0, 1.0, 0.0], ahead))
    frame = np.stack([right, np.cross(ahead, right), ahead], axis=1)
    ends = np.array([[at[b + s] - at[a + s] for a, b in _BONE_ENDS] for s in "LR"])
    bones = _unit(np.einsum("nij,sbnj->nsbi", frame, ends))
    bones[:, 1, :, 0] *= -1
    return bones


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def view_from(azimuth_deg: float) -> str:
    """ "front" (or from behind), "diagonal" or "side"."""
    turn = abs((azimuth_deg + 180) % 360 - 180)
    turn = min(turn, 180 - turn)
    if turn < FRONT_BELOW_DEG:
        return "front"
    return "side" if turn > SIDE_ABOVE_DEG else "diagonal"
