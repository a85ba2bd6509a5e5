"""Fit the angles' correction to drawn people: `python -m bench fit-angles`.

They are in random poses, or about their day; never do they exercise. What keeps the network from
learning the bodies and the poses by heart: poses are turned in the picture's plane, inputs are
blurred and dropped. Frames in which the estimator lost the limb on the picture hardly count, for
there is nothing to learn from them but to guess the mean. The loss lets go of what is far off. And
the network has to say where the bones point, not their angles alone.

The slopes are JAX's, which MediaPipe brings along.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.angle_data import DrawnClip, NoClips, read_clips
from posecore.angle_model import (
    N_KINDS,
    N_LIMBS,
    N_OUTPUTS,
    N_PLACES,
    N_READINGS,
    WEIGHTS,
    AngleModel,
    bones_of,
    told,
)
from posecore.angles import JOINT_NAMES, readings_and_inputs

KINDS = tuple(name.split("_", 1)[1] for name in JOINT_NAMES[: len(JOINT_NAMES) // 2])
_BATCH = 512
_BIN_DEG = 15.0
_STRAIGHT_DEG, _ALIKE_DEG = 20.0, 12.0
_FIRST_TRUST = -1.5  # before anything is learnt the other readings are hardly trusted


@dataclass(frozen=True)
class FitSettings:
    """Chosen on bodies kept out of fitting, in random poses and in exercises.

    off_share     how far a landmark may be off on the picture, in trunk lengths, to count fully
    loss_deg      errors beyond this pull less and less
    even_power    0 counts poses as they come, 1 counts every span of flexion alike
    straight      how much more straight joints count then: people have them far more often
    alike         how much more poses count that are alike left and right, for the same reason
    turn_deg      spread of the turns in the picture's plane
    small_change  how dear degrees are that no reading of the joint asks for
    bones         how much it counts where the bones point
    """

    hidden: tuple[int, ...] = (96, 48)
    members: int = 3
    epochs: int = 20
    rate: float = 3e-3
    decay: float = 1e-3
    blur: float = 0.1
    drop: float = 0.15
    turn_deg: float = 30.0
    off_share: float = 0.15
    loss_deg: float = 15.0
    even_power: float = 1.0
    straight: float = 1.0
    alike: float = 2.0
    small_change: float = 0.3
    bones: float = 1.0


@dataclass(frozen=True, eq=False)
class _Sides:
    """A row for each side of each frame.

    seen (n, n_inputs); readings (n, N_READINGS, k), truth (n, k) degrees; bones (n, b, 3); what
    each joint counts, weight (n, k), and each row's bones, bone_weight (n, 1)
    """

    seen: np.ndarray
    readings: np.ndarray
    truth: np.ndarray
    bones: np.ndarray
    weight: np.ndarray
    bone_weight: np.ndarray


def fit_command(folders: Sequence[Path], cache: Path | None, out: Path = WEIGHTS) -> None:
    """Fit to what is no exercise in ``folders``, write model and card. NoClips if there is none."""
    drawn = [clip for folder in folders for clip in read_clips(folder, cache)]
    clips = [clip for clip in drawn if clip.random_poses or clip.everyday]
    if not clips:
        names = ", ".join(str(folder) for folder in folders)
        raise NoClips(f"expected clips of random poses in {names}, found none")
    settings = FitSettings()
    fit(clips, settings).save(out)
    random = sum(clip.random_poses for clip in clips)
    card = {
        "what": "turns limbs, weighs four readings of each joint angle, adds a few degrees",
        "fitted_to": "drawn people: bench/rendered/recipes/angles.toml, everyday.toml",
        "bodies": sorted({clip.body for clip in clips}),
        "movements": sorted({clip.exercise for clip in clips}),
        "clips_of_random_poses": random,
        "clips_of_everyday_movements": len(clips) - random,
        "frames": sum(len(clip.truth_deg) for clip in clips),
        "joints": list(KINDS),
        "settings": asdict(settings),
        "measured": "docs/ACCURACY.md, Joint angles",
    }
    out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(f"{out.name}: fitted to {card['frames']} frames of {len(clips)} clips")


def fit(clips: Sequence[DrawnClip], settings: FitSettings | None = None) -> AngleModel:
    settings = settings or FitSettings()
    sides = _gather(clips, settings)
    mean, spread = sides.seen.mean(axis=0), sides.seen.std(axis=0) + 0.02
    nets = [_train(sides, mean, spread, settings, seed) for seed in range(settings.members)]
    n_layers = len(settings.hidden) + 1
    return AngleModel(
        mean,
        spread,
        tuple(np.stack([net[2 * i] for net in nets]) for i in range(n_layers)),
        tuple(np.stack([net[2 * i + 1][None] for net in nets]) for i in range(n_layers)),
    )


def _gather(clips: Sequence[DrawnClip], settings: FitSettings) -> _Sides:
    seen, readings, off = [], [], []
    for clip in clips:
        read, see = readings_and_inputs(clip.pixels, clip.world, clip.visibility)
        seen.append(see.reshape(2 * len(see), -1))
        readings.append(read.reshape(N_READINGS, -1, N_KINDS).swapaxes(0, 1))
        off.append(clip.off_share.reshape(-1, N_KINDS))
    truth = np.concatenate([clip.truth_deg for clip in clips])
    apart = np.abs(truth[:, :N_KINDS] - truth[:, N_KINDS:]).max(axis=1)
    alike = 1 + settings.alike * np.exp(-np.square(apart / _ALIKE_DEG))
    angles = truth.reshape(-1, N_KINDS)
    lost = np.exp(-np.square(np.concatenate(off) / settings.off_share))
    weight = lost * _weights(angles, settings) * alike.repeat(2)[:, None]
    bones = np.concatenate([clip.bones for clip in clips])
    arrays = (
        np.concatenate(seen),
        np.concatenate(readings),
        angles,
        bones.reshape(len(angles), -1, 3),
        weight / weight.mean(axis=0),
        lost.min(axis=1, keepdims=True),
    )
    return _Sides(*(array.astype(np.float32) for array in arrays))


def _weights(angles: np.ndarray, settings: FitSettings) -> np.ndarray:
    """(n, k) weights, mean 1: rare flexions count nearly as much as common ones."""
    weights = np.empty_like(angles)
    bins = np.minimum((angles / _BIN_DEG).astype(int), int(180 / _BIN_DEG))
    for k in range(angles.shape[1]):
        count = np.bincount(bins[:, k])[bins[:, k]]
        weights[:, k] = np.maximum(count, len(angles) / 60) ** -settings.even_power
    weights *= 1 + settings.straight * np.exp(-np.square(angles / _STRAIGHT_DEG))
    return weights / weights.mean(axis=0)


def _turned(seen: np.ndarray, bones: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and bones of the same poses after a turn (n,) in radians in the picture's plane."""
    turned = seen.copy()
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]

    def rotate(vectors: np.ndarray) -> np.ndarray:
        x, y = vectors[..., 0], vectors[..., 1]
        both = np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)
        return np.concatenate([both, vectors[..., 2:]], axis=-1)

    for part, k in ((slice(0, 3 * N_LIMBS), 3), (slice(3 * N_LIMBS, N_PLACES), 2)):
        limbs = turned[:, part].reshape(len(seen), N_LIMBS, k)
        turned[:, part] = rotate(limbs).reshape(len(seen), -1)
    return turned, rotate(bones)


def _train(
    sides: _Sides, mean: np.ndarray, spread: np.ndarray, s: FitSettings, seed: int
) -> list[np.ndarray]:
    """Weights and biases of one network, layer by layer, by Adam."""
    rng = np.random.default_rng(seed)
    n, n_in = sides.seen.shape
    n_batches = max(1, n // _BATCH)
    layers = _first_layers(rng, (n_in, *s.hidden, N_OUTPUTS))
    state = (layers, [jnp.zeros_like(p) for p in layers], [jnp.zeros_like(p) for p in layers])
    for epoch in range(s.epochs):
        turn = rng.standard_normal(n, np.float32) * np.float32(np.radians(s.turn_deg))
        seen, bones = _turned(sides.seen, sides.bones, turn)
        blur = np.float32(s.blur) * rng.standard_normal(seen.shape, np.float32)
        kept = [rng.random((n, size), np.float32) >= s.drop for size in s.hidden]
        rows = {
            "x": (seen - mean) / spread + blur,
            "start": bones_of(seen),
            "bones": bones,
            "readings": sides.readings,
            "truth": sides.truth,
            "weight": sides.weight,
            "bone_weight": sides.bone_weight,
            "kept": [mask / np.float32(1 - s.drop) for mask in kept],
        }
        order = rng.permutation(n)[: n_batches * _BATCH].reshape(n_batches, -1)
        batches = jax.tree.map(partial(_batches, order=order), rows)
        done = jnp.arange(epoch * n_batches, (epoch + 1) * n_batches) + 1
        state = _epoch(state, batches, done, s, s.epochs * n_batches)
    return [np.asarray(p) for p in state[0]]


def _batches(values: np.ndarray, order: np.ndarray) -> Any:
    return jnp.asarray(values[order], jnp.float32)


def _first_layers(rng: np.random.Generator, sizes: Sequence[int]) -> list[Any]:
    layers: list[Any] = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False)):
        last = i == len(sizes) - 2
        weight = rng.normal(0, (0.1 if last else 1.0) * np.sqrt(2 / a), (a, b))
        bias = np.zeros(b)
        if last:
            trusts = bias[: N_KINDS * (N_READINGS + 1)].reshape(N_KINDS, -1)
            trusts[:, :-1] = _FIRST_TRUST
        layers += [jnp.asarray(weight, jnp.float32), jnp.asarray(bias, jnp.float32)]
    return layers


@partial(jax.jit, static_argnames=("s", "steps"))
def _epoch(state: Any, batches: Any, done: Any, s: FitSettings, steps: int) -> Any:
    def step(state: Any, now: Any) -> tuple[Any, None]:
        (layers, slow, square), (batch, t) = state, now
        slopes = jax.grad(_loss)(layers, batch, s)
        rate = s.rate * 0.5 * (1 + jnp.cos(jnp.pi * t / steps))
        slow = [0.9 * m + 0.1 * g for m, g in zip(slow, slopes, strict=True)]
        square = [0.999 * v + 0.001 * g * g for v, g in zip(square, slopes, strict=True)]
        moved = []
        for p, m, v in zip(layers, slow, square, strict=True):
            p = p - rate * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
            moved.append(p * (1 - rate * s.decay) if p.ndim == 2 else p)
        return (moved, slow, square), None

    return jax.lax.scan(step, state, (batches, done))[0]


def _loss(layers: list[Any], batch: Any, s: FitSettings) -> Any:
    hidden = batch["x"]
    for i, kept in enumerate(batch["kept"]):
        hidden = jnp.maximum(hidden @ layers[2 * i] + layers[2 * i + 1], 0) * kept
    readings = batch["readings"].swapaxes(0, 1)
    change, added, turned = told(hidden @ layers[-2] + layers[-1], batch["start"], readings, jnp)
    error = (readings[0] + change - batch["truth"]) / s.loss_deg
    far = s.loss_deg**2 / 360 * batch["weight"] * (1 - jnp.exp(-0.5 * error * error))
    astray = batch["bone_weight"] * jnp.square(turned - batch["bones"]).sum(-1)
    parts = far + s.small_change * added * added
    return parts.sum(1).mean() + s.bones * astray.sum(1).mean()
