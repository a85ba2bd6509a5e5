"""Fit the angles' correction to random poses of drawn people: `python -m bench fit-angles`.

Three things keep it from learning the bodies and the poses by heart. Poses are turned in the
picture's plane, inputs are blurred and dropped. Frames in which the estimator lost the limb on
the picture hardly count, for there is nothing to learn from them but to guess the mean. And the
loss lets go of what is far off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.angle_data import DrawnClip, NoClips, read_clips
from posecore.angle_model import DEGREES_PER_UNIT, MODELS, N_PLACES, WEIGHTS, AngleModel
from posecore.angles import JOINT_NAMES, readings_and_inputs

KINDS = tuple(name.split("_", 1)[1] for name in JOINT_NAMES[: len(JOINT_NAMES) // 2])
_BATCH = 256
_BIN_DEG = 15.0
_STRAIGHT_DEG = 20.0


@dataclass(frozen=True)
class FitSettings:
    """Chosen on known bodies in exercises and on bodies kept out of fitting.

    off_share     how far a landmark may be off on the picture, in trunk lengths, to count fully
    loss_deg      errors beyond this pull less and less
    even_power    0 counts poses as they come, 1 counts every span of flexion alike
    straight      how much more straight joints count then: people have them far more often
    turn_deg      spread of the turns in the picture's plane
    small_change  how dear degrees are that no reading of the joint asks for
    """

    hidden: tuple[int, ...] = (48, 32)
    members: int = 3
    epochs: int = 30
    rate: float = 2e-3
    decay: float = 1e-3
    blur: float = 0.1
    drop: float = 0.2
    turn_deg: float = 60.0
    off_share: float = 0.15
    loss_deg: float = 25.0
    even_power: float = 1.0
    straight: float = 1.0
    small_change: float = 0.3


@dataclass(frozen=True, eq=False)
class _Poses:
    """One row a side of a frame: inputs (n, i), readings (3, n, 4), truth (n, 4), weight (n, 4)."""

    seen: np.ndarray
    readings: np.ndarray
    truth: np.ndarray
    weight: np.ndarray


def fit_command(folder: Path, cache: Path | None, out: Path = WEIGHTS) -> None:
    """Fit to the random poses in ``folder``, write the model and its card. NoClips if none."""
    clips = [clip for clip in read_clips(folder, cache) if clip.random_poses]
    if not clips:
        raise NoClips(f"expected clips of random poses in {folder}, found none")
    settings = FitSettings()
    model = fit(clips, settings)
    model.save(out)
    card = {
        "what": "weighs three readings of each joint angle and adds a few degrees",
        "fitted_to": "random poses of drawn people, bench/rendered/recipes/angles.toml",
        "bodies": sorted({clip.body for clip in clips}),
        "clips": len(clips),
        "frames": sum(len(clip.truth_deg) for clip in clips),
        "joints": list(KINDS),
        "settings": asdict(settings),
        "measured": "docs/ACCURACY.md, Joint angles",
    }
    out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(f"{out.name}: fitted to {card['frames']} frames of {len(clips)} clips")


def bodies_fitted_to() -> set[str]:
    """Names of the bodies that the shipped model was fitted to."""
    card = json.loads((MODELS / "angle_correction.json").read_text("utf-8"))
    return set(card["bodies"])


def fit(clips: Sequence[DrawnClip], settings: FitSettings | None = None) -> AngleModel:
    settings = settings or FitSettings()
    poses = _gather(clips, settings)
    mean = poses.seen.mean(axis=0)
    spread = poses.seen.std(axis=0) + 0.02
    nets = [
        [_train(poses, kind, mean, spread, settings, seed) for kind in range(len(KINDS))]
        for seed in range(settings.members)
    ]
    layers = range(len(settings.hidden) + 1)
    return AngleModel(
        mean,
        spread,
        tuple(np.array([[net[0][i] for net in row] for row in nets]) for i in layers),
        tuple(np.array([[net[1][i][None] for net in row] for row in nets]) for i in layers),
    )


def _gather(clips: Sequence[DrawnClip], settings: FitSettings) -> _Poses:
    seen, readings, truth, off = [], [], [], []
    for clip in clips:
        read, see = readings_and_inputs(clip.pixels, clip.world, clip.visibility)
        n = len(see)
        seen.append(see.reshape(2 * n, -1))
        readings.append(read.reshape(len(read), 2 * n, -1))
        truth.append(clip.truth_deg.reshape(2 * n, -1))
        off.append(clip.off_share.reshape(2 * n, -1))
    angles = np.concatenate(truth)
    lost = np.exp(-np.square(np.concatenate(off) / settings.off_share))
    return _Poses(
        np.concatenate(seen),
        np.concatenate(readings, axis=1),
        angles,
        lost * _weights(angles, settings),
    )


def _weights(angles: np.ndarray, settings: FitSettings) -> np.ndarray:
    """(n, k) weights, mean 1: rare flexions count nearly as much as common ones."""
    weights = np.empty_like(angles)
    bins = np.minimum((angles / _BIN_DEG).astype(int), int(180 / _BIN_DEG))
    for k in range(angles.shape[1]):
        count = np.bincount(bins[:, k])[bins[:, k]]
        weights[:, k] = np.maximum(count, len(angles) / 60) ** -settings.even_power
    weights *= 1 + settings.straight * np.exp(-np.square(angles / _STRAIGHT_DEG))
    return weights / weights.mean(axis=0)


def _turned(seen: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Inputs of the same poses after a turn (n,) in radians in the picture's plane."""
    turned = seen.copy()
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    n_limbs = N_PLACES // 5
    for part, k in ((slice(0, 3 * n_limbs), 3), (slice(3 * n_limbs, N_PLACES), 2)):
        limbs = turned[:, part].reshape(len(seen), n_limbs, k)
        x, y = limbs[..., 0].copy(), limbs[..., 1].copy()
        limbs[..., 0], limbs[..., 1] = cos * x - sin * y, sin * x + cos * y
        turned[:, part] = limbs.reshape(len(seen), -1)
    return turned


def _train(
    poses: _Poses, kind: int, mean: np.ndarray, spread: np.ndarray, s: FitSettings, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Layers of one network for one kind of joint, by Adam."""
    rng = np.random.default_rng([seed, kind])
    n, n_in = poses.seen.shape
    sizes = [n_in, *s.hidden, len(poses.readings)]
    weights = [
        rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32)
        for a, b in zip(sizes, sizes[1:], strict=False)
    ]
    weights[-1] *= 0.1
    biases = [np.zeros(b, np.float32) for b in sizes[1:]]
    biases[-1][:-1] = -1.5  # at first the other readings are hardly trusted
    parameters = [*weights, *biases]
    slow = [np.zeros_like(p) for p in parameters]
    square = [np.zeros_like(p) for p in parameters]
    steps = s.epochs * (n // _BATCH)
    first, others = poses.readings[0, :, kind], poses.readings[1:, :, kind].T
    away = others - first[:, None]
    t = 0
    for _ in range(s.epochs):
        turned = _turned(poses.seen, rng.normal(0, np.radians(s.turn_deg), n))
        seen = ((turned - mean) / spread).astype(np.float32)
        order = rng.permutation(n)
        for i in range(n // _BATCH):
            rows = order[i * _BATCH : (i + 1) * _BATCH]
            blurred = seen[rows] + s.blur * rng.standard_normal((_BATCH, n_in), np.float32)
            layers = _forward(weights, biases, blurred, s.drop, rng)
            out = layers[-1]
            trust = 1 / (1 + np.exp(-out[:, :-1]))
            told = first[rows] + (trust * away[rows]).sum(axis=1) + DEGREES_PER_UNIT * out[:, -1]
            error = told - poses.truth[rows, kind]
            pull = error * np.exp(-0.5 * np.square(error / s.loss_deg)) / 12
            pull *= poses.weight[rows, kind] / _BATCH
            by_trust = pull[:, None] * away[rows] * trust * (1 - trust) / DEGREES_PER_UNIT
            by_change = pull + 2 * s.small_change * out[:, -1] / _BATCH
            slope = np.column_stack([by_trust, by_change]).astype(np.float32)
            slopes = _backward(weights, layers, slope, s.drop)
            t += 1
            rate = s.rate * 0.5 * (1 + np.cos(np.pi * t / steps))
            for p, g, m, v in zip(parameters, slopes, slow, square, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p -= rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
                if p.ndim == 2:
                    p -= rate * s.decay * p
    return weights, biases


def _forward(
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    x: np.ndarray,
    drop: float,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    layers = [x]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        hidden = np.maximum(layers[-1] @ weight + bias, 0)
        layers.append(hidden * (rng.random(hidden.shape, np.float32) > drop) / (1 - drop))
    return [*layers, layers[-1] @ weights[-1] + biases[-1]]


def _backward(
    weights: list[np.ndarray], layers: list[np.ndarray], slope: np.ndarray, drop: float
) -> list[np.ndarray]:
    by_weight, by_bias = [], []
    for i in range(len(weights) - 1, -1, -1):
        by_weight.append(layers[i].T @ slope)
        by_bias.append(slope.sum(axis=0))
        if i:
            slope = (slope @ weights[i].T) * (layers[i] > 0) / (1 - drop)
    return [*by_weight[::-1], *by_bias[::-1]]
