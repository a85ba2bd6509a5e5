"""A dressed body at rest: mesh, skin weights, bones. Read from baked/NAME.npz (see bake.py)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numba
import numpy as np

from bench.rendered.rotations import X, Y, Z, about, between, frame, rz, unit

FOLDER = Path(__file__).parent / "baked"
SIDES = ("L", "R")
SIGN = {"L": 1.0, "R": -1.0}
"""Where a side lies along x."""

JOINT_BONES = {
    "shoulder": "upperarm01",
    "elbow": "lowerarm01",
    "wrist": "wrist",
    "hip": "upperleg01",
    "knee": "lowerleg01",
    "ankle": "foot",
    "index": "finger2-1",
    "eye": "eye",
}
"""Joint centre -> the bone that starts there."""

_ARM_STRAIGHT = np.stack([-X, -Z, -Y], axis=1)
"""Columns: elbow axis, upper arm, and their cross product, of an arm that hangs."""
_LEG_STRAIGHT = np.stack([X, -Z, Y], axis=1)
"""The same of a leg: knee axis, thigh, cross product."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Where every bone is: a point p of the rest mesh on bone i goes to turn[i] @ p + move[i].

    turn (n_bones, 3, 3); move (n_bones, 3) metres.
    """

    turn: np.ndarray
    move: np.ndarray


@dataclass(frozen=True, eq=False)
class Body:
    """One person at rest.

    vertices (n, 3) m; faces (m, 3); uv (m, 3, 2) of each corner; material (m,) see raster;
    trim (n,): a cloth or hair pixel is drawn where it is >= 0, so that hems are smooth curves;
    weights, weight_bones (n, k) skinning; heads (n_bones, 3) m; parents (n_bones,), -1 for none;
    mark_* the same of the points named in mark_names (nose, ears, heels, toes);
    straighten: limb -> rotation that takes it from the resting A-pose to hanging straight;
    length: "upper_arm", "forearm", "thigh", "shank" in m; ankle_m above the sole.
    """

    name: str
    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    material: np.ndarray
    trim: np.ndarray
    weights: np.ndarray
    weight_bones: np.ndarray
    heads: np.ndarray
    parents: np.ndarray
    bone: dict[str, int]
    mark_names: tuple[str, ...]
    mark_vertices: np.ndarray
    mark_weights: np.ndarray
    mark_bones: np.ndarray
    straighten: dict[str, np.ndarray]
    length: dict[str, float]
    sole_z: float
    ankle_m: float
    height_m: float

    def head(self, bone: str) -> np.ndarray:
        """(3,) where ``bone`` starts at rest."""
        return self.heads[self.bone[bone]]

    @property
    def hip_half_m(self) -> float:
        """Half the distance between the hip centres."""
        return float(self.head("upperleg01.L")[0])

    @property
    def shoulder_half_m(self) -> float:
        """Half the distance between the shoulder centres."""
        return float(self.head("upperarm01.L")[0])

    def joint(self, skeleton: Skeleton, bone: str) -> np.ndarray:
        """(3,) where the start of ``bone`` is now."""
        i = self.bone[bone]
        return skeleton.turn[i] @ self.heads[i] + skeleton.move[i]

    def skin(self, skeleton: Skeleton) -> np.ndarray:
        """(n, 3) float32 vertices of the posed mesh."""
        return _skin(self.vertices, self.weights, self.weight_bones, skeleton.turn, skeleton.move)

    def joints(self, skeleton: Skeleton) -> dict[str, np.ndarray]:
        """Joint centres and marks of the face and feet, by names such as "kneeL" and "nose"."""
        points = {
            name + side: self.joint(skeleton, f"{bone}.{side}")
            for name, bone in JOINT_BONES.items()
            for side in SIDES
        }
        marks = _skin(
            self.mark_vertices, self.mark_weights, self.mark_bones, skeleton.turn, skeleton.move
        )
        return points | dict(zip(self.mark_names, marks.astype(float)))


def body_names() -> tuple[str, ...]:
    """The baked bodies, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.npz") if path.stem != "skin"))


@lru_cache(maxsize=8)
def load_body(name: str) -> Body:
    """Read one baked body. ValueError where there is none of that name."""
    if name not in body_names():
        raise ValueError(f"expected one of the bodies {', '.join(body_names())}, got {name!r}")
    with np.load(FOLDER / f"{name}.npz") as baked:
        data = {key: baked[key] for key in baked.files}
    vertices = data["V"].astype(np.float32)
    bone = {str(label): i for i, label in enumerate(data["lab"])}
    heads = data["h"].astype(float)
    sole_z = float(vertices[:, 2].min())
    straighten, length = _limbs(heads, bone)
    trim = data["trim"] if "trim" in data else np.ones(len(vertices))
    return Body(
        name=name,
        vertices=vertices,
        faces=data["F"].astype(np.int32),
        uv=data["UV"].astype(np.float32),
        material=data["M"].astype(np.int32),
        trim=trim.astype(np.float32),
        weights=data["W"].astype(np.float32),
        weight_bones=data["WI"].astype(np.int32),
        heads=heads,
        parents=data["par"].astype(np.int64),
        bone=bone,
        mark_names=tuple(str(mark) for mark in data["lmN"]),
        mark_vertices=data["lmV"].astype(np.float32),
        mark_weights=data["lmW"].astype(np.float32),
        mark_bones=data["lmWI"].astype(np.int32),
        straighten=straighten,
        length=length,
        sole_z=sole_z,
        ankle_m=float(heads[bone["foot.L"]][2] - sole_z),
        height_m=float(vertices[:, 2].max() - sole_z),
    )


def _limbs(
    heads: np.ndarray, bone: dict[str, int]
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Rotations that straighten each limb, found from the bones: elbows rest at about 43 deg."""
    turns: dict[str, np.ndarray] = {}
    length: dict[str, float] = {}
    for side in SIDES:

        def at(name: str, side: str = side) -> np.ndarray:
            return heads[bone[f"{name}.{side}"]]

        upper, fore = at("lowerarm01") - at("upperarm01"), at("wrist") - at("lowerarm01")
        axis = unit(np.cross(upper, fore))
        bend = np.degrees(np.arccos(np.clip(unit(upper) @ unit(fore), -1, 1)))
        turns["upper_arm" + side] = _ARM_STRAIGHT @ frame(axis, upper).T
        turns["forearm" + side] = turns["upper_arm" + side] @ about(axis, -bend)
        thigh, shank = at("lowerleg01") - at("upperleg01"), at("foot") - at("lowerleg01")
        sideways = X - (X @ unit(thigh)) * unit(thigh)
        turns["thigh" + side] = _LEG_STRAIGHT @ frame(sideways, thigh).T
        turns["shank" + side] = turns["thigh" + side] @ between(shank, thigh)
        foot = at("toe3-1") - at("foot")
        turns["foot" + side] = rz(-np.degrees(np.arctan2(foot[0], -foot[1])))
        length = {
            name: float(np.linalg.norm(vector))
            for name, vector in (
                ("upper_arm", upper),
                ("forearm", fore),
                ("thigh", thigh),
                ("shank", shank),
            )
        }
    return turns, length


@numba.njit(cache=True)
def _skin(vertices, weights, bones, turn, move):  # type: ignore[no-untyped-def]
    """Linear blend skinning; a loop, because most of the weights are 0."""
    out = np.zeros((vertices.shape[0], 3), np.float32)
    for v in range(vertices.shape[0]):
        for k in range(weights.shape[1]):
            w = weights[v, k]
            if w == 0.0:
                continue
            b = bones[v, k]
            for i in range(3):
                out[v, i] += w * (
                    turn[b, i, 0] * vertices[v, 0]
                    + turn[b, i, 1] * vertices[v, 1]
                    + turn[b, i, 2] * vertices[v, 2]
                    + move[b, i]
                )
    return out
