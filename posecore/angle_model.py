"""What was learnt about the estimator's errors: which reading of a joint to trust, and how much.

A joint can be read from the picture, from the world landmarks, or from both together. A small
network, the same for left and right, turns the limbs to where they are likelier to point, reads
the joints from them once more, weighs these four readings and adds a few degrees. It was fitted to
rendered people in random poses and about their day (`python -m bench fit-angles`), never to
exercises, so that it knows the estimator and not the movement. Its card is
models/angle_correction.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from posecore.arrays import ModelError, read_arrays
from posecore.landmarks import MIRROR
from posecore.landmarks import Landmark as L

MODELS = Path(__file__).resolve().parents[1] / "models"
WEIGHTS, ERRORS = MODELS / "angle_correction.npz", MODELS / "angle_error.json"

DEGREES_PER_UNIT = 30.0
"""What an output of 1 adds to an angle."""
MOST_CHANGE_DEG = 25.0
"""No angle is moved further, for what asks for more is a pose the networks do not know."""
FURTHEST = 3.0
"""Spreads from the mean to which inputs are held: beyond them the network has seen next to nothing,
as when a whole side is out of the picture."""
N_READINGS = 3
N_KINDS = 4  # elbow, shoulder, hip, knee: the joints of one side, in posecore.angles' order
_PER_KIND = N_READINGS + 1  # how far each reading but the first is trusted, and degrees to add

_LIMBS = (  # each from its end nearer the trunk: a left side, across the body, the other side
    (L.LEFT_SHOULDER, L.LEFT_ELBOW),
    (L.LEFT_ELBOW, L.LEFT_WRIST),
    (L.LEFT_WRIST, L.LEFT_INDEX),
    (L.LEFT_SHOULDER, L.LEFT_HIP),
    (L.LEFT_HIP, L.LEFT_KNEE),
    (L.LEFT_KNEE, L.LEFT_ANKLE),
    (L.LEFT_ANKLE, L.LEFT_FOOT_INDEX),
    (L.RIGHT_SHOULDER, L.LEFT_SHOULDER),
    (L.RIGHT_HIP, L.LEFT_HIP),
    (L.RIGHT_SHOULDER, L.RIGHT_ELBOW),
    (L.RIGHT_ELBOW, L.RIGHT_WRIST),
    (L.RIGHT_HIP, L.RIGHT_KNEE),
    (L.RIGHT_KNEE, L.RIGHT_ANKLE),
)
_BONES = np.array([0, 1, 3, 4, 5])  # of _LIMBS; their lengths together measure a body's size
_MEETING = np.array([[0, 2, 2, 3], [1, 0, 3, 4]])  # of _BONES: between these two is each joint
_MARKS = (
    L.LEFT_SHOULDER,
    L.LEFT_ELBOW,
    L.LEFT_WRIST,
    L.LEFT_INDEX,
    L.LEFT_HIP,
    L.LEFT_KNEE,
    L.LEFT_ANKLE,
    L.LEFT_FOOT_INDEX,
)
_FROM = np.array([[a for a, _ in _LIMBS], [MIRROR[a] for a, _ in _LIMBS]])
_TO = np.array([[b for _, b in _LIMBS], [MIRROR[b] for _, b in _LIMBS]])
_SEEN = np.array([_MARKS, [MIRROR[m] for m in _MARKS]])
_MIRROR_X = np.array([1.0, -1.0])[:, None]  # the right side is read as a left one in a mirror
N_LIMBS, N_BONES = len(_LIMBS), len(_BONES)
N_PLACES = N_LIMBS * 5
"""The first inputs: limbs in the world (x, y, z), then on the picture (x, y); then lengths."""
_BONE_PLACES = np.array(
    [[3 * N_LIMBS + 2 * limb, 3 * N_LIMBS + 2 * limb + 1, 3 * limb + 2] for limb in _BONES]
)
N_OUTPUTS = N_KINDS * _PER_KIND + N_BONES * 3


class AngleModelError(ModelError):
    """A file that the angles need is missing or damaged; the message names it."""


def inputs(
    across: np.ndarray, world: np.ndarray, visibility: np.ndarray, readings: np.ndarray
) -> np.ndarray:
    """What the networks see, the right side mirrored into a left one.

    across      (n, 33, 2) metres on the picture; world (n, 33, 3) metres; visibility (n, 33)
    readings    (N_READINGS, n, 2, n_kinds) degrees: of both sides' joints
    Returns     (n, 2, n_inputs): left, right
    """
    limbs = world.take(_TO, axis=1) - world.take(_FROM, axis=1)
    flat = across.take(_TO, axis=1) - across.take(_FROM, axis=1)
    limbs[..., 0] *= _MIRROR_X
    flat[..., 0] *= _MIRROR_X
    bones, flat_bones = limbs.take(_BONES, axis=2), flat.take(_BONES, axis=2)
    long = np.sqrt((bones * bones).sum(axis=-1))
    n = len(world)
    lengths = np.concatenate(
        [
            limbs.reshape(n, 2, -1),
            flat.reshape(n, 2, -1),
            long,
            np.sqrt((flat_bones * flat_bones).sum(axis=-1)),
        ],
        axis=-1,
    )
    lengths /= (long.sum(axis=(1, 2)) / 3)[:, None, None]
    own = np.concatenate(
        [
            lengths,
            readings.transpose(1, 2, 0, 3).reshape(n, 2, -1) / 90.0,
            visibility.take(_SEEN, axis=1),
        ],
        axis=-1,
    )
    # Of the other side its angles and what is seen of it: people move both sides alike more often
    # than not, and one of them is often hidden.
    return np.concatenate([own, own[:, ::-1, N_PLACES + 2 * N_BONES :]], axis=-1)


def bones_of(seen: np.ndarray) -> np.ndarray:
    """(..., N_BONES, 3) of one side, in shares of the body, from ``inputs``: the place across from
    the picture, the depth from the world landmarks. Upper arm, forearm, trunk, thigh, shank."""
    return seen.take(_BONE_PLACES, axis=-1)


def told(out: Any, bones: Any, readings: Any, xp: Any = np) -> tuple[Any, Any, Any]:
    """What a network's ``out`` (..., N_OUTPUTS) makes of a side.

    bones (..., N_BONES, 3); readings (N_READINGS, ..., N_KINDS) degrees; ``xp``: numpy, or the
    library that the network is fitted with
    Returns changes of the first reading (..., N_KINDS) in degrees, of these what no reading asks
    for, in units; directions (..., N_BONES, 3) of the bones after they were turned
    """
    by_kind = out[..., : N_KINDS * _PER_KIND].reshape(*out.shape[:-1], N_KINDS, _PER_KIND)
    turned = bones + out[..., N_KINDS * _PER_KIND :].reshape(*out.shape[:-1], N_BONES, 3)
    turned = turned / xp.sqrt((turned * turned).sum(-1, keepdims=True) + 1e-6)
    one, other = (xp.take(turned, ends, axis=-2) for ends in _MEETING)
    cosine = (one * other).sum(-1)
    # With the arc tangent, for the arc cosine has no slope where a joint is straight.
    sine = xp.sqrt(xp.maximum(1.0 - cosine * cosine, 0.0) + 1e-5)
    again = xp.degrees(xp.arctan2(sine, cosine))
    trust = 1.0 / (1.0 + xp.exp(-xp.minimum(xp.maximum(by_kind[..., :-1], -30.0), 30.0)))
    added = by_kind[..., -1]
    change = DEGREES_PER_UNIT * added
    for i, reading in enumerate((*readings[1:], again)):
        change = change + trust[..., i] * (reading - readings[0])
    return change, added, turned


@dataclass(frozen=True, eq=False)
class AngleModel:
    """One network of ``members`` runs; what they say is averaged.

    mean, spread  (n_inputs,) of the inputs
    weights       layers, each (members, n_in, n_out); biases (members, 1, n_out)
    """

    mean: np.ndarray
    spread: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def flexion(self, seen: np.ndarray, readings: np.ndarray) -> np.ndarray:
        """(n, 2, N_KINDS) degrees in [0, 180] from ``inputs`` and the readings they came from.

        readings  the first is the one that the others are weighed against
        """
        n, sides, _ = seen.shape
        far = (seen - self.mean) / self.spread
        held = np.minimum(np.maximum(far, -FURTHEST), FURTHEST)
        hidden = held.astype(np.float32).reshape(1, n * sides, -1)
        last = len(self.weights) - 1
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = hidden @ weight + bias
            if i < last:
                hidden = np.maximum(hidden, 0.0)
        change, _, _ = told(hidden.reshape(-1, n, sides, N_OUTPUTS), bones_of(seen), readings)
        moved = MOST_CHANGE_DEG * np.tanh(change.sum(axis=0) / len(change) / MOST_CHANGE_DEG)
        return np.asarray(np.minimum(np.maximum(readings[0] + moved, 0.0), 180.0), float)

    def save(self, path: Path = WEIGHTS) -> None:
        layers = {f"weight_{i}": w.astype(np.float32) for i, w in enumerate(self.weights)}
        layers |= {f"bias_{i}": b.astype(np.float32) for i, b in enumerate(self.biases)}
        np.savez_compressed(path, mean=self.mean, spread=self.spread, **layers)


def read_model(path: Path) -> AngleModel:
    """AngleModelError where the file is missing or not such a model."""
    try:
        saved = read_arrays(path)
        n = sum(name.startswith("weight_") for name in saved)
        if not n:
            raise ValueError("no layers in it")
        return AngleModel(
            mean=saved["mean"],
            spread=saved["spread"],
            weights=tuple(saved[f"weight_{i}"] for i in range(n)),
            biases=tuple(saved[f"bias_{i}"] for i in range(n)),
        )
    except (KeyError, ValueError) as error:
        raise AngleModelError(f"expected the angles' model in {path.name}: {error}") from error


def need_shipped() -> None:
    """Before the first frame: AngleModelError where what angles need is missing or damaged."""
    shipped_model()
    shipped_errors()


@cache
def shipped_model() -> AngleModel:
    """The model in models/, read when it is first needed."""
    return read_model(WEIGHTS)


@cache
def shipped_errors() -> Mapping[str, Mapping[str, float]]:
    """View -> kind of joint -> mean absolute error in degrees, measured on rendered people."""
    table: Mapping[str, Mapping[str, float]] = read_errors()["mae_deg"]
    return table


def read_errors(path: Path = ERRORS) -> Mapping[str, Any]:
    """What `python -m bench angles` found. AngleModelError where it is missing or damaged."""
    try:
        card: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        if not isinstance(card["mae_deg"], dict):
            raise ValueError("mae_deg is no table")
        return card
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AngleModelError(f"expected the angles' errors in {path.name}: {error}") from error
