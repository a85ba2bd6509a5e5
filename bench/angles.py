"""How wrong the angles are on rendered people, whose angles are known: `python -m bench angles`.

Unseen bodies and unseen movements are kept apart, and so are people that another program drew: no
angle was learnt from any exercise, nor from the bodies of the first two groups.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.angle_data import DrawnClip, Known, read_clips
from bench.rendered.bodies import body_names
from posecore.angles import (
    JOINT_NAMES,
    blended_flexion,
    corrected_flexion,
    flexion_of,
)

KINDS = tuple(name.split("_", 1)[1] for name in JOINT_NAMES[: len(JOINT_NAMES) // 2])
VIEWS = ("front", "diagonal", "side")
KEY_JOINT = {
    "squat": "knee",
    "lunge": "knee",
    "push_up": "elbow",
    "pull_up": "elbow",
    "biceps_curl": "elbow",
    "shoulder_press": "elbow",
    "jumping_jack": "shoulder",
    "lateral_raise": "shoulder",
    "front_raise": "shoulder",
    "sit_up": "hip",
    "deadlift": "hip",
    "plank": "hip",
}
"""The joint whose angle is an exercise's range of motion."""

BODIES_AND_MOVEMENTS = "unseen bodies, unseen movements"
OTHER_BODIES = "bodies of another program, unseen movements"
MOVEMENTS = "known bodies, unseen movements"
BODIES = "unseen bodies, known movements"
KNOWN = "known bodies, known movements"
GROUPS = (BODIES_AND_MOVEMENTS, OTHER_BODIES, MOVEMENTS, BODIES, KNOWN)

Estimator = Callable[[DrawnClip], np.ndarray]
ESTIMATORS: Mapping[str, Estimator] = {
    "2-D": lambda clip: flexion_of(clip.pixels),
    "world": lambda clip: flexion_of(clip.world),
    "2-D with depth": lambda clip: blended_flexion(clip.pixels, clip.world),
    "pipeline": lambda clip: corrected_flexion(clip.pixels, clip.world, clip.visibility),
}
"""Name -> (n, n_joints) degrees. The first two are raw; the last is what posecore gives."""
ORACLE = "oracle"
"""Which of the two raw readings is nearer to the truth, frame by frame: nobody can know."""
NAMES = (*ESTIMATORS, ORACLE)


@dataclass(frozen=True, eq=False)
class Measured:
    """One clip's errors: (n, n_joints) degrees by estimator, NaN where the joint is not seen."""

    clip: DrawnClip
    error_deg: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Figure:
    """Mean absolute error and bias in degrees over ``frames`` readings."""

    mae_deg: float
    bias_deg: float
    frames: int


def group_of(clip: DrawnClip, known: Known) -> str:
    """Which of GROUPS a clip belongs to, by what angles were learnt from."""
    if clip.body not in body_names():
        return OTHER_BODIES
    if clip.exercise in known.movements:
        return KNOWN if clip.body in known.bodies else BODIES
    return MOVEMENTS if clip.body in known.bodies else BODIES_AND_MOVEMENTS


def measure_clips(
    folders: Sequence[Path], cache: Path | None, known: Known
) -> dict[str, list[Measured]]:
    """Group -> its clips. NoClips where a folder holds none."""
    groups: dict[str, list[Measured]] = {name: [] for name in GROUPS}
    for folder in folders:
        for clip in read_clips(folder, cache):
            groups[group_of(clip, known)].append(measured(clip))
    return {name: clips for name, clips in groups.items() if clips}


def measured(clip: DrawnClip, estimators: Mapping[str, Estimator] = ESTIMATORS) -> Measured:
    errors = {
        name: np.where(clip.seen, estimate(clip) - clip.truth_deg, np.nan)
        for name, estimate in estimators.items()
    }
    flat, deep = errors["2-D"], errors["world"]
    errors[ORACLE] = np.where(np.abs(flat) < np.abs(deep), flat, deep)
    return Measured(clip, errors)


def figure(errors: Iterable[np.ndarray]) -> Figure:
    """Of all finite values; NaN where there is none."""
    together = np.concatenate([np.ravel(e) for e in errors] or [np.empty(0)])
    finite = together[np.isfinite(together)]
    if not len(finite):
        return Figure(float("nan"), float("nan"), 0)
    return Figure(float(np.abs(finite).mean()), float(finite.mean()), len(finite))


def of_joint(errors: np.ndarray, kind: str) -> np.ndarray:
    """(n, 2) left and right, of (n, n_joints)."""
    k = KINDS.index(kind)
    return errors[:, [k, k + len(KINDS)]]


def by_joint_and_view(clips: Sequence[Measured], name: str) -> dict[tuple[str, str], Figure]:
    """(joint, view) -> figure, the view as it is known to be."""
    return {
        (kind, view): figure(
            of_joint(m.error_deg[name], kind) for m in clips if m.clip.view == view
        )
        for kind in KINDS
        for view in VIEWS
    }


def over_joints_and_views(clips: Sequence[Measured], name: str) -> float:
    """Mean absolute error, every joint and view counted alike."""
    return _mean(f.mae_deg for f in by_joint_and_view(clips, name).values())


def key_joint_errors(clips: Sequence[Measured], name: str) -> dict[tuple[str, str], float]:
    """(exercise, view) -> mean absolute error of the key joint on the better side."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for m in clips:
        if m.clip.exercise in KEY_JOINT:
            error = np.abs(of_joint(m.error_deg[name], KEY_JOINT[m.clip.exercise]))
            found.setdefault((m.clip.exercise, m.clip.view), []).append(error)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a side that is never seen is NaN
        sides = {key: np.nanmean(np.concatenate(e), axis=0) for key, e in found.items()}
    return {key: float(np.nanmin(s)) for key, s in sides.items() if np.isfinite(s).any()}


def best_view_errors(by_view: Mapping[tuple[str, str], float]) -> dict[str, tuple[str, float]]:
    """Exercise -> (its best view, error there)."""
    best: dict[str, tuple[str, float]] = {}
    for (exercise, view), error in sorted(by_view.items()):
        if exercise not in best or error < best[exercise][1]:
            best[exercise] = (view, error)
    return best


def found_share(clips: Sequence[Measured]) -> float:
    """Share of the frames in which somebody was found."""
    missed = sum(m.clip.missed for m in clips)
    found = sum(len(m.clip.truth_deg) for m in clips)
    return found / max(1, found + missed)


def expected_errors(clips: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """View -> joint -> mean absolute error of the pipeline's angle.

    The view is what the pipeline takes it to be, for that is what it will go by.
    """
    table: dict[str, dict[str, float]] = {}
    for view in VIEWS:
        rows = [(m, m.clip.seen_from == view) for m in clips]
        table[view] = {
            kind: round(
                figure(of_joint(m.error_deg["pipeline"], kind)[i] for m, i in rows).mae_deg, 1
            )
            for kind in KINDS
        }
    return table


def _mean(values: Iterable[float]) -> float:
    known = [v for v in values if v == v]
    return sum(known) / len(known) if known else float("nan")


def key_mean(clips: Sequence[Measured], name: str) -> float:
    """The key joint's error, mean over exercises and views: the scorer's measure."""
    return _mean(key_joint_errors(clips, name).values())


def best_view_mean(clips: Sequence[Measured], name: str) -> float:
    """The key joint's error from each exercise's best view, mean over exercises."""
    best = best_view_errors(key_joint_errors(clips, name))
    return _mean(error for _, error in best.values())
