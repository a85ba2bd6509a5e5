"""The training table: features, label, source and group of many moments of every sequence.

Rows come from the clips as they are and from variants of them: another camera view (from the
world landmarks), tempo, joint noise, hidden joints and a body cut by the picture's edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Rows
from dataclasses import dataclass

import numpy as np

from posecore.features import FeatureWindow, middle, spread
from posecore.sources import Sequence
from posecore.types import NONE

ROW_EVERY_S = 0.2  # neighbouring frames say the same
HELD = frozenset({"plank"})
_ACTIVE_S = 1.2  # a frame belongs to its exercise if something moves this near to it
_ACTIVE_RANGE = 0.12  # by this much, in body sizes


@dataclass(frozen=True, eq=False)
class Table:
    """x (n, n_features); y, source, group, clip (n,) text; variant (n,) whether made up."""

    x: np.ndarray
    y: np.ndarray
    source: np.ndarray
    group: np.ndarray
    clip: np.ndarray
    made: np.ndarray

    def __len__(self) -> int:
        return len(self.y)

    def rows(self, chosen: np.ndarray) -> Table:
        """The rows that a (n,) bool or index array chooses."""
        return Table(
            *(getattr(self, k)[chosen] for k in ("x", "y", "source", "group", "clip", "made"))
        )


def build_table(sequences: Rows[Sequence], variants: dict[str, int], seed: int) -> Table:
    """Rows of every sequence and of ``variants[label]`` made-up variants of each."""
    x: list[np.ndarray] = []
    y: list[str] = []
    origin: list[tuple[str, str, str]] = []
    made: list[bool] = []
    for number, sequence in enumerate(sequences):
        n_variants = 0 if sequence.still else variants.get(sequence.label, 0)
        for k in range(n_variants + 1):
            rng = np.random.default_rng([seed, number, k])
            t_s, joints = sequence.t_s, sequence.joints_px
            if k:
                t_s, joints = vary(sequence, rng)
            rows, labels = sequence_rows(sequence, t_s, joints, rng)
            x += rows
            y += labels
            origin += [(sequence.source, sequence.group, sequence.clip)] * len(rows)
            made += [k > 0] * len(rows)
    source, group, clip = (np.array(column) for column in zip(*origin, strict=True))
    return Table(np.array(x, np.float32), np.array(y), source, group, clip, np.array(made))


def sequence_rows(
    sequence: Sequence, t_s: np.ndarray, joints: np.ndarray, rng: np.random.Generator
) -> tuple[list[np.ndarray], list[str]]:
    """Features and labels of the moments of a sequence or its variant.

    Standing still before and after the movement is no exercise. Within it, and where nobody
    said when it is done, standing still says nothing: those moments are left out.
    """
    chosen = dict(moments(sequence, t_s, joints, rng))
    window = FeatureWindow()
    x = []
    for i, at_s in enumerate(t_s):
        window.push(joints[i], float(at_s))
        if i in chosen:
            x.append(window.features())
    return x, list(chosen.values())


def moments(
    sequence: Sequence,
    t_s: np.ndarray,
    joints: np.ndarray,
    rng: np.random.Generator,
    every_s: float = ROW_EVERY_S,
) -> Iterator[tuple[int, str]]:
    """Frames of a sequence or its variant that make rows, about ``every_s`` apart, and labels."""
    rest, unclear = _rest(sequence, t_s, joints)
    next_s = -np.inf
    for i, at_s in enumerate(t_s):
        if at_s < next_s:
            continue
        next_s = at_s + every_s * rng.uniform(0.7, 1.3)
        if not unclear[i]:
            yield i, NONE if rest[i] else sequence.label


def _rest(sequence: Sequence, t_s: np.ndarray, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) bool each: certainly no exercise; perhaps none."""
    never = np.zeros(len(t_s), bool)
    if sequence.label == NONE or sequence.still:
        return never, never
    if sequence.active:
        # A variant may run faster or slower: its spans are those of its own time.
        pace = t_s[-1] / sequence.t_s[-1] if sequence.t_s[-1] > 0 else 1.0
        inside = never.copy()
        for start_s, end_s in sequence.active:
            inside |= (t_s >= start_s * pace) & (t_s <= end_s * pace)
        return ~inside, never
    moving = active(t_s, joints)
    if sequence.label in HELD or not moving.any():
        return never, never
    first, last = t_s[moving][0], t_s[moving][-1]
    outside = (t_s < first - 0.5) | (t_s > last + 0.5)
    return outside & ~moving, ~outside & ~moving


def active(t_s: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(n,) bool: some joint moves against the body, or the hips move, around that moment."""
    if len(t_s) < 2:
        return np.ones(len(t_s), bool)
    hips = middle(joints[:, 6:8])
    centred = joints - hips[:, None]
    sizes = spread(centred)
    if not np.isfinite(sizes).any():
        return np.zeros(len(t_s), bool)  # without hips there is nothing to measure against
    size = np.nanmedian(sizes)
    paths = np.concatenate([centred.reshape(len(t_s), -1), hips], axis=1) / max(size, 1e-6)
    # Every tenth of a second is close enough, and a jump of one landmark is no movement.
    step = max(1, int(0.1 / max(np.median(np.diff(t_s)), 1e-3)))
    moving = np.zeros(len(t_s), bool)
    for i in range(0, len(t_s), step):
        a, b = np.searchsorted(t_s, [t_s[i] - _ACTIVE_S / 2, t_s[i] + _ACTIVE_S / 2])
        part = np.sort(paths[a:b:2], axis=0)  # NaN last
        n = np.isfinite(part).sum(axis=0)
        columns = np.flatnonzero(n > 2)
        low = part[(n * 0.1).astype(int)[columns], columns]
        high = part[(n * 0.9).astype(int)[columns], columns]
        moves = len(columns) >= 3 and np.sort(high - low)[-3] > _ACTIVE_RANGE
        moving[i : i + step] = moves
    return moving


def vary(sequence: Sequence, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A made-up variant of a sequence: times (n,) and joints (n, 12, 2)."""
    joints = sequence.joints_px
    if sequence.world is not None and rng.random() < 0.6:
        joints = turned(sequence.world, rng)
    joints = joints.copy()
    size = np.nanstd(joints - np.nanmean(joints, axis=1, keepdims=True))
    t_s = sequence.t_s * rng.uniform(0.7, 1.4)
    joints *= np.array([rng.uniform(0.92, 1.08), 1.0])  # what a lens and a slanted camera do
    joints = joints @ _turn_2d(rng.normal(0.0, 4.0)).T
    joints += _wobble(t_s, joints.shape, rng) * size * rng.uniform(0.0, 0.06)
    if rng.random() < 0.25:
        joints = _hide(joints, rng)
    if len(t_s) > 10 and rng.random() < 0.5:
        start = int(rng.integers(0, len(t_s) // 2))
        t_s, joints = t_s[start:], joints[start:]
    return t_s, joints


def turned(world: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n, 12, 2) of (n, 12, 3) world landmarks seen from another side, height and distance."""
    yaw, pitch = np.radians(rng.uniform(-60, 60)), np.radians(rng.uniform(-12, 20))
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    seen = world @ about_y.T @ about_x.T
    # World landmarks hang at the hips: put the feet back on the ground so that hips move.
    seen = seen - seen[:, :, 1].max(axis=1)[:, None, None] * np.array([0.0, 1.0, 0.0])
    distance = rng.uniform(2.0, 5.0)
    return seen[..., :2] / (1.0 + seen[..., 2:] / distance)


def _turn_2d(degrees: float) -> np.ndarray:
    a = np.radians(degrees)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


def _wobble(t_s: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Slow noise of unit size: a landmark that is off stays off for a while."""
    knots = np.arange(t_s[0], t_s[-1] + 0.5, 0.25)
    values = rng.normal(size=(len(knots), shape[1] * shape[2]))
    smooth = np.stack([np.interp(t_s, knots, values[:, k]) for k in range(values.shape[1])], 1)
    return smooth.reshape(shape)


def _hide(joints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cut by the picture's lower edge, or some joints hidden."""
    joints = joints.copy()
    kind = rng.random()
    if kind < 0.4:
        joints[:, 10:] = np.nan  # the feet
    elif kind < 0.6:
        joints[:, 8:] = np.nan  # and the knees
    else:
        joints[:, rng.random(12) < 0.2] = np.nan
    return joints
