"""The same moments described in several ways, for the comparison of what to look at.

``now`` and the windows are the app's own features over other times; ``world`` the same of the
world landmarks, seen from the front and from the side of the body; ``poses`` the last two seconds
as poses in order, which a network can take for a movement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from posecore.crossval import Asked
from posecore.features import FEATURE_NAMES, JOINTS_12, WINDOW_S, mirror_features, window_features
from posecore.landmarks import MIRROR
from posecore.sources import Sequence as Clip
from posecore.table import Table, moments, vary
from posecore.train import SEED, VARIANTS, inputs_hash

ROW_EVERY_S = 1.0
MOST_VARIANTS = 1
N_POSES = 16
_N = len(FEATURE_NAMES)
_SWAP = [JOINTS_12.index(MIRROR[joint]) for joint in JOINTS_12]
_SIGN = mirror_features(np.ones(_N))

BLOCKS: Mapping[str, slice] = {
    "1 s": slice(0, _N),
    "2 s": slice(_N, 2 * _N),
    "4 s": slice(2 * _N, 3 * _N),
    "world": slice(3 * _N, 5 * _N),
    "poses": slice(5 * _N, 5 * _N + N_POSES * len(JOINTS_12) * 2),
}
NOW = np.array(
    [not name.startswith(("mean ", "std ", "range ", "window")) for name in FEATURE_NAMES]
)
"""Columns of a window that are of its last frame alone."""


def describe(
    t_s: np.ndarray, joints_px: np.ndarray, world: np.ndarray | None, i: int
) -> np.ndarray:
    """(n_columns,) of frame ``i`` as BLOCKS says; NaN in "world" where there are none."""

    def since(seconds: float) -> slice:
        return slice(int(np.searchsorted(t_s, t_s[i] - seconds)), i + 1)

    now = since(WINDOW_S)
    parts = [window_features(t_s[since(s)], joints_px[since(s)]) for s in (1.0, WINDOW_S, 4.0)]
    if world is None:
        parts.append(np.full(2 * _N, np.nan))
    else:
        parts += [window_features(t_s[now], seen) for seen in _front_and_side(world[now])]
    parts.append(_poses(t_s[now], joints_px[now]))
    return np.concatenate(parts).astype(np.float32)


def mirror_wide(x: np.ndarray) -> np.ndarray:
    """(..., n_columns) of the same bodies seen in a mirror."""
    flat = [mirror_features(x[..., k * _N : (k + 1) * _N]) for k in range(4)]
    side = mirror_features(x[..., 4 * _N : 5 * _N]) * _SIGN  # left and right change, depth stays
    poses = x[..., BLOCKS["poses"]].reshape(*x.shape[:-1], N_POSES, len(JOINTS_12), 2)
    poses = (poses[..., _SWAP, :] * np.array([-1.0, 1.0])).reshape(*x.shape[:-1], -1)
    return np.concatenate([*flat, side, poses], axis=-1)


def wide_table(clips: Sequence[Clip], cache: Path | None) -> Table:
    """Fewer rows and variants than the model learns from, described in every way; cached."""
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    kept = cache / f"wide-{inputs_hash(clips, SEED)}-{code}.npz" if cache is not None else None
    names = ("x", "y", "source", "group", "clip", "made")
    if kept is not None and kept.exists():
        with np.load(kept) as saved:
            return Table(*(saved[name] for name in names))
    table = _build(clips)
    if kept is not None:
        unfinished = kept.with_suffix(".part.npz")
        np.savez(unfinished, **{name: getattr(table, name) for name in names})
        unfinished.replace(kept)
    return table


def described(clips: Sequence[Asked], every: int) -> list[Asked]:
    """The clips with every so many of their frames, described in every way."""
    asked = []
    for clip in clips:
        s = clip.sequence
        rows = range(0, len(s.t_s), every)
        x = np.array([describe(s.t_s, s.joints_px, s.world, i) for i in rows])
        asked.append(Asked(replace(s, t_s=s.t_s[::every]), x))
    return asked


def _build(clips: Sequence[Clip]) -> Table:
    x, y, made = [], [], []
    origin: list[tuple[str, str, str]] = []
    for number, clip in enumerate(clips):
        most = 0 if len(clip.t_s) == 1 else min(VARIANTS.get(clip.label, 0), MOST_VARIANTS)
        for k in range(most + 1):
            rng = np.random.default_rng([SEED, number, k])
            t_s, joints = (clip.t_s, clip.joints_px) if k == 0 else vary(clip, rng)
            # A variant may begin later; its camera may stand elsewhere, but world stays world.
            world = None if clip.world is None else clip.world[len(clip.t_s) - len(t_s) :]
            for i, label in moments(clip, t_s, joints, rng, ROW_EVERY_S):
                x.append(describe(t_s, joints, world, i))
                y.append(label)
                origin.append((clip.source, clip.group, clip.clip))
                made.append(k > 0)
    source, group, name = (np.array(column) for column in zip(*origin, strict=True))
    return Table(np.array(x), np.array(y), source, group, name, np.array(made))


def _front_and_side(world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 12, 2) each: the body of (n, 12, 3) turned about the vertical to face the camera."""
    across = np.nanmean((world[:, 0] - world[:, 1]) + (world[:, 6] - world[:, 7]), axis=0)
    turn = np.arctan2(across[2], across[0])
    x = np.cos(turn) * world[..., 0] + np.sin(turn) * world[..., 2]
    z = -np.sin(turn) * world[..., 0] + np.cos(turn) * world[..., 2]
    y = world[..., 1] - world[..., 1].max(axis=1, keepdims=True)  # stands on its lowest joint
    return np.stack([x, y], axis=-1), np.stack([z, y], axis=-1)


def _poses(t_s: np.ndarray, joints_px: np.ndarray) -> np.ndarray:
    """(N_POSES * 24,) joints at even times of the last WINDOW_S, in body sizes; NaN before."""
    hips = np.nanmean(joints_px[:, 6:8], axis=(0, 1)) if np.isfinite(joints_px[:, 6:8]).any() else 0
    size = np.nanstd(joints_px - np.nanmean(joints_px, axis=1, keepdims=True))
    at_s = np.linspace(t_s[-1] - WINDOW_S, t_s[-1], N_POSES)
    rows = np.clip(np.searchsorted(t_s, at_s), 0, len(t_s) - 1)
    poses = (joints_px[rows] - hips) / max(float(np.nan_to_num(size)), 1e-6)
    poses[at_s < t_s[0] - WINDOW_S / N_POSES] = np.nan
    return np.clip(poses, -10.0, 10.0).ravel()
