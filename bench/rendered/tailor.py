"""Dresses a bare body: clothes, shoes and hair as shells around it. Only bake.py needs this.

A shell is larger than the garment. Its hem is where ``trim``, the distance in m inside the hem,
falls below 0; the drawing cuts there, so that necklines and hairlines are smooth on coarse meshes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from bench.rendered.surfaces import EYE, HAIR, LEGS, SHIRT, SHOE, SKIN

N_SKIN = 13380
"""Vertices of the skin come first; the tights that clothes are made from follow."""
_FAR = 9.0
"""A trim well inside every hem."""


@dataclass(frozen=True)
class Outfit:
    """shirt: tee, tank or long; legs: shorts, short_shorts, leggings or pants;
    hair: short, buzz, bun, ponytail or bald."""

    shirt: str = "tee"
    legs: str = "shorts"
    hair: str = "short"


@dataclass(frozen=True, eq=False)
class Bare:
    """The resting body: vertices (n, 3); weights and bones (n, k); the bones' heads by name;
    main (n,) name of each vertex's strongest bone; faces and uv by group; ears (n,) in [0, 1]."""

    vertices: np.ndarray
    weights: np.ndarray
    bones: np.ndarray
    heads: dict[str, np.ndarray]
    bone: dict[str, int]
    main: np.ndarray
    faces: dict[str, np.ndarray]
    uv: dict[str, np.ndarray]
    ears: np.ndarray


@dataclass(frozen=True, eq=False)
class Part:
    """A shell: vertices (n, 3) and trim (n,) of all vertices, faces and uv of its own."""

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    material: int
    trim: np.ndarray
    weights: np.ndarray
    bones: np.ndarray


def normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(n, 3) unit normals; 0 where a vertex has no face."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    of_face = np.cross(b - a, c - a)
    out = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(out, faces[:, k], of_face)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


def dress(bare: Bare, outfit: Outfit) -> list[Part]:
    """Skin that shows, eyes, clothes, shoes and hair, in that order of drawing no matter."""
    clothes = [_shirt(bare, outfit.shirt), _legs(bare, outfit.legs), _shoes(bare)]
    parts = [_skin(bare, clothes), _shell(bare, bare.vertices, "eyes", EYE, None), *clothes]
    if outfit.hair != "bald":
        parts += _hair(bare, outfit.hair)
    return parts


def _shell(
    bare: Bare, vertices: np.ndarray, group: str, material: int, trim: np.ndarray | None
) -> Part:
    """All faces of ``group`` that are not wholly outside the hem by more than 6 cm."""
    trim = np.full(len(vertices), _FAR) if trim is None else trim
    faces, uv = bare.faces[group], bare.uv[group]
    kept = (trim[faces] > -0.06).all(axis=1) & (trim[faces] > 0).any(axis=1)
    return Part(vertices, faces[kept], uv[kept], material, trim, bare.weights, bare.bones)


def _along(bare: Bare, start: str, end: str) -> tuple[np.ndarray, np.ndarray]:
    """Along each side's own bone: (n,) share of the way from start to end, (n,) m off its line."""
    left = bare.vertices[:, 0] > 0
    share, off = np.empty(len(left)), np.empty(len(left))
    for side, chosen in (("L", left), ("R", ~left)):
        a, b = bare.heads[f"{start}.{side}"], bare.heads[f"{end}.{side}"]
        line, p = b - a, bare.vertices[chosen] - a
        part = p @ line / (line @ line)
        share[chosen] = part
        nearest = np.clip(part, 0, 1)[:, None] * line
        off[chosen] = np.linalg.norm(p - nearest, axis=1)
    return share, off


def _off_line(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(n,) distance in m of ``points`` (n, 3) from the line between ``start`` and ``end``."""
    line = end - start
    part = np.clip((points - start) @ line / (line @ line), 0, 1)[:, None]
    return np.linalg.norm(points - start - part * line, axis=1)


def _length(bare: Bare, start: str, end: str) -> float:
    return float(np.linalg.norm(bare.heads[f"{end}.L"] - bare.heads[f"{start}.L"]))


def _is(bare: Bare, *prefixes: str) -> np.ndarray:
    return np.char.startswith(bare.main, prefixes[0]) | (
        _is(bare, *prefixes[1:]) if len(prefixes) > 1 else False
    )


def _shirt(bare: Bare, kind: str) -> Part:
    p, heads = bare.vertices, bare.heads
    arm = _is(bare, "upperarm", "lowerarm", "wrist", "finger", "metacarpal")
    upper, off = _along(bare, "upperarm01", "lowerarm01")
    fore, _ = _along(bare, "lowerarm01", "wrist")
    hip_z, neck = heads["upperleg01.L"][2], heads["neck01"]
    hem = p[:, 2] - (hip_z - 0.015)
    # The neckline is where the cloth leaves a rod around the neck, that stands lower in front.
    lower = np.array([0.0, -0.01, -0.05]) if kind == "tank" else np.array([0.0, -0.012, -0.012])
    around = _off_line(p, neck + lower, bare.heads["head"])
    throat = _is(bare, "neck02", "neck03") & (np.arange(len(p)) < N_SKIN)
    wide = {"tee": 1.42, "long": 1.30, "tank": 1.85}[kind]
    ring = around - wide * float(np.median(around[throat]))
    trim = np.minimum(hem, ring)
    if kind == "tank":
        ring_mask = (arm | _is(bare, "shoulder01", "clavicle")) & (np.abs(upper - 0.2) < 0.1)
        radius = 1.4 * float(np.median(off[ring_mask])) if ring_mask.any() else 0.085
        trim = np.minimum(trim, np.where(arm & (upper > 0.45), -_FAR, off - radius))
    elif kind == "tee":
        sleeve = (0.60 - upper) * _length(bare, "upperarm01", "lowerarm01")
        trim = np.minimum(trim, np.where(arm & (upper > 0.1), sleeve, _FAR))
    else:
        cuff = (0.93 - fore) * _length(bare, "lowerarm01", "wrist")
        trim = np.minimum(trim, np.where(arm & (fore > 0.1), cuff, _FAR))
    spine, belly = heads["spine03"][2], np.zeros(len(p))
    belly = np.clip((spine - p[:, 2]) / (spine - hip_z), 0, 1)
    loose = np.where(arm, 0.008 + 0.010 * np.clip(upper, 0, 1), 0.009 + 0.012 * belly)
    # Close to the skin at the neck, so that the ring does not stand off.
    loose = np.where(np.abs(ring) < 0.05, 0.004 + 0.1 * np.abs(ring), loose)
    out = p + normals(p, bare.faces["tights"]) * loose[:, None]
    return _shell(bare, out, "tights", SHIRT, trim)


def _legs(bare: Bare, kind: str) -> Part:
    p, heads = bare.vertices, bare.heads
    thigh, _ = _along(bare, "upperleg01", "lowerleg01")
    shank, _ = _along(bare, "lowerleg01", "foot")
    hem = {"shorts": 0.74, "short_shorts": 0.42}.get(kind)
    if hem is None:
        cuff = {"leggings": 0.90, "pants": 0.97}[kind]
        below = (cuff - shank) * _length(bare, "lowerleg01", "foot")
        trim = np.where(thigh > 0.5, below, _FAR)
    else:
        below = (hem - thigh) * _length(bare, "upperleg01", "lowerleg01")
        trim = np.where(thigh > 0.0, below, _FAR)
    waist = heads["upperleg01.L"][2] + 0.10 - p[:, 2]
    trim = np.minimum(trim, waist)
    arm = _is(bare, "upperarm", "lowerarm", "wrist", "finger", "metacarpal")
    trim = np.where(arm | _is(bare, "toe"), -_FAR, trim)
    most = {"shorts": 0.020, "short_shorts": 0.010, "leggings": 0.002, "pants": 0.015}[kind]
    loose = 0.004 + most * np.clip(thigh, 0, 1)
    out = p + normals(p, bare.faces["tights"]) * loose[:, None]
    return _shell(bare, out, "tights", LEGS, trim)


def _shoes(bare: Bare) -> Part:
    p = bare.vertices
    foot = _is(bare, "foot", "toe")
    shank, _ = _along(bare, "lowerleg01", "foot")
    trim = bare.heads["foot.L"][2] + 0.022 - p[:, 2]
    trim = np.where(foot | (shank > 0.75), trim, -_FAR)
    floor = p[:N_SKIN, 2].min()
    out = p + normals(p, bare.faces["tights"]) * 0.008
    sole = foot & (out[:, 2] < floor + 0.02)
    flat = floor - 0.012 + np.clip((out[:, 2] - floor) * 0.3, -0.004, 0.006)
    out[:, 2] = np.where(sole, flat, out[:, 2])
    return _shell(bare, out, "tights", SHOE, trim)


def _skin(bare: Bare, clothes: list[Part]) -> Part:
    """The skin less what lies well inside a garment, which would only shine through."""
    covered = np.zeros(len(bare.vertices), bool)
    for part in clothes:
        used = np.unique(part.faces)
        distance, nearest = cKDTree(bare.vertices[used]).query(bare.vertices[:N_SKIN])
        inside = part.trim[used][nearest] > 0.025
        covered[:N_SKIN] |= inside & (distance < 0.045)
    faces, uv = bare.faces["body"], bare.uv["body"]
    shown = ~covered[faces].all(axis=1)
    trim = np.full(len(bare.vertices), _FAR)
    return Part(bare.vertices, faces[shown], uv[shown], SKIN, trim, bare.weights, bare.bones)


def _hair(bare: Bare, kind: str) -> list[Part]:
    p, heads = bare.vertices, bare.heads
    skin = p[:N_SKIN]
    eye = (heads["eye.L"] + heads["eye.R"]) / 2
    top = skin[:, 2].max()
    back = skin[skin[:, 2] > eye[2]][:, 1].max() - eye[1]
    high, behind = top - eye[2], np.clip((p[:, 1] - eye[1]) / back, -0.3, 1.0)
    # Height of the hairline by how far back: forehead, temple, in front of the ear, nape.
    line = eye[2] + high * np.interp(
        behind,
        [-0.3, 0.05, 0.16, 0.28, 0.40, 0.48, 0.56, 0.64, 1.0],
        [0.64, 0.58, 0.36, 0.16, 0.02, -0.06, -0.30, -0.58, -0.74],
    )
    ragged = 0.0015 * np.sin(p[:, 0] * 210 + p[:, 2] * 90) * np.sin(p[:, 0] * 77 + 2)
    trim = np.minimum(p[:, 2] - line + ragged, (0.3 - bare.ears) * 0.05)
    trim = np.where(p[:, 2] > heads["neck02"][2] - 0.02, trim, -_FAR)
    trim[N_SKIN:] = -_FAR
    thick = {"short": 0.016, "buzz": 0.005, "bun": 0.011, "ponytail": 0.011}[kind]
    inside = np.clip(trim / 0.045, 0, 1)
    lump = np.sin(p[:, 0] * 160) * np.sin(p[:, 1] * 140 + 1) * np.sin(p[:, 2] * 150)
    lift = 0.0015 + thick * inside * (1 + 0.2 * lump)
    out = p + normals(p, bare.faces["body"]) * lift[:, None]
    parts = [_shell(bare, out, "body", HAIR, trim)]
    rear = skin[:, 1][skin[:, 2] > eye[2]].max()
    if kind == "bun":
        parts.append(_ball(bare, np.array([0, rear + 0.015, top - 0.05]), 0.046))
    if kind == "ponytail":
        for i in range(9):
            # Hangs from the back of the head in an arc, thinner towards its end.
            at = np.array([0, rear + 0.012 + 0.02 * np.sin(i * 0.5), top - 0.07 - 0.024 * i])
            parts.append(_ball(bare, at, 0.034 - 0.0022 * i))
    return parts


def _ball(bare: Bare, centre: np.ndarray, radius: float, n: int = 9) -> Part:
    """A ball of hair that moves with the head."""
    down, round_ = np.meshgrid(np.pi * np.arange(n + 1) / n, np.pi * np.arange(2 * n) / n)
    unit = np.stack(
        [np.sin(down) * np.cos(round_), np.sin(down) * np.sin(round_), np.cos(down)], axis=-1
    ).reshape(-1, 3)
    faces = []
    for i in range(2 * n):
        for j in range(n):
            a, b = i * (n + 1) + j, (i + 1) % (2 * n) * (n + 1) + j
            faces += [(a, a + 1, b), (b, a + 1, b + 1)]
    weights = np.zeros((len(unit), bare.weights.shape[1]))
    weights[:, 0] = 1
    bones = np.full(weights.shape, bare.bone["head"])
    uv = np.zeros((len(faces), 3, 2))
    trim = np.full(len(unit), _FAR)
    return Part(centre + radius * unit, np.array(faces), uv, HAIR, trim, weights, bones)
