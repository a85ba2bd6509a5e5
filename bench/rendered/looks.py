"""What a body wears and how it is coloured: skin, hair, clothes, drawn by lot for each clip."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.rendered import surfaces
from bench.rendered.bodies import FOLDER, Body
from bench.rendered.scene import Palette
from bench.rendered.shade import N_KINDS

Colour = tuple[float, float, float]

SKINS: tuple[Colour, ...] = (
    (0.88, 0.70, 0.60),
    (0.80, 0.60, 0.49),
    (0.68, 0.48, 0.36),
    (0.52, 0.35, 0.25),
    (0.38, 0.25, 0.18),
)
HAIRS: tuple[Colour, ...] = (
    (0.07, 0.05, 0.04),
    (0.16, 0.10, 0.07),
    (0.30, 0.17, 0.09),
    (0.55, 0.42, 0.24),
    (0.45, 0.44, 0.43),
)
CLOTHES: tuple[Colour, ...] = (
    (0.20, 0.35, 0.62),
    (0.75, 0.25, 0.35),
    (0.75, 0.74, 0.70),
    (0.25, 0.50, 0.42),
    (0.13, 0.13, 0.15),
    (0.25, 0.27, 0.32),
    (0.55, 0.30, 0.55),
    (0.85, 0.55, 0.20),
    (0.35, 0.55, 0.75),
    (0.45, 0.12, 0.14),
    (0.50, 0.52, 0.54),
)
_TROUSERS: tuple[Colour, ...] = (
    (0.10, 0.10, 0.12),
    (0.16, 0.18, 0.24),
    (0.22, 0.23, 0.25),
    (0.14, 0.20, 0.36),
    (0.30, 0.27, 0.23),
    (0.26, 0.14, 0.28),
    (0.45, 0.45, 0.46),
    (0.18, 0.28, 0.26),
)
_SHOES: tuple[Colour, ...] = ((0.55, 0.12, 0.12), (0.80, 0.80, 0.80), (0.12, 0.12, 0.14))
_IRISES: tuple[Colour, ...] = ((0.30, 0.22, 0.14), (0.30, 0.40, 0.50), (0.20, 0.13, 0.08))

USUAL_SKIN = {
    "ada": 3, "ben": 1, "carl": 0, "dora": 2, "emil": 4, "fay": 0, "gus": 2, "hana": 1
}  # fmt: skip
"""Row of SKINS each body has unless the lot says otherwise."""

_GREYING = ("carl", "gus", "hana")


def person_palette(body: Body, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Colours (16, 3) and skin texture (t, t, 3) of one person, by lot."""

    def one_of(choices: tuple[Colour, ...]) -> np.ndarray:
        shift = rng.uniform(0.85, 1.12)
        return np.clip(np.array(choices[rng.integers(len(choices))]) * shift, 0.03, 0.92)

    skin = SKINS[USUAL_SKIN.get(body.name, 1)]
    if rng.random() < 0.3:
        skin = SKINS[rng.integers(len(SKINS))]
    hair = one_of(HAIRS if body.name in _GREYING else HAIRS[:-1])
    colours = np.zeros((N_KINDS, 3))
    colours[surfaces.SHIRT] = one_of(CLOTHES)
    colours[surfaces.LEGS] = one_of(_TROUSERS)
    colours[surfaces.SHOE] = one_of(_SHOES)
    colours[surfaces.HAIR] = hair
    colours[surfaces.EYE] = one_of(_IRISES)
    colours[surfaces.BROW] = hair * 0.8
    return colours, skin_texture(skin)


def make_palette(
    bodies: list[Body], things: list[Colour], rng: np.random.Generator
) -> tuple[Palette, int]:
    """The palette of a scene, and the row of the first of the ``things``."""
    people = [person_palette(body, rng) for body in bodies]
    rows = [colours for colours, _ in people] + [np.array([c]) for c in things]
    kinds = np.concatenate(
        [np.tile(np.arange(N_KINDS), len(bodies)), np.full(len(things), surfaces.MATTE)]
    )
    # Patterns are looked up in the resting body with its soles at 0.
    eyes = np.array([body.head("eye.L") - [0.0, 0.0, body.sole_z] for body in bodies])
    textures = np.stack([texture for _, texture in people])
    palette = Palette(np.concatenate(rows).astype(float), kinds, textures, eyes)
    return palette, N_KINDS * len(bodies)


@lru_cache(maxsize=8)
def skin_texture(base: Colour) -> np.ndarray:
    """(t, t, 3) float32: a skin with its lips, lids, ears, face and nails in their own tones."""
    with np.load(FOLDER / "skin.npz") as masks:
        parts = {name: masks[name].astype(np.float32) / 255 for name in masks.files}
    tone = np.array(base, np.float32)
    texture = np.ones((*parts["face"].shape, 3), np.float32) * tone
    lips = np.array([0.9, 0.45, 0.42], np.float32) * tone.max()
    for name, colour, strength in (
        ("face", tone * np.array([1.02, 0.97, 0.95], np.float32), 0.5),
        ("ears", tone * np.array([1.0, 0.85, 0.82], np.float32), 0.6),
        ("lips", lips, 0.6),
        ("eyelids", tone * np.array([0.8, 0.7, 0.68], np.float32), 0.6),
        ("fingernails", tone * np.array([1.05, 0.95, 0.95], np.float32), 0.6),
    ):
        share = parts[name][..., None] * strength
        texture = texture * (1 - share) + colour * share
    return texture.astype(np.float32)
