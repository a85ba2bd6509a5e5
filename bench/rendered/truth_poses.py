"""A drawn clip as poses without an estimator's error: the true joints as landmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from posecore.landmarks import N_LANDMARKS, Landmark
from posecore.types import Pose

_SIDES = {"left": "L", "right": "R"}
_ALSO = {"heel": "heel", "foot_index": "toe", "index": "index", "ear": "ear", "eye": "eye"}


def true_poses(truth: Mapping[str, np.ndarray]) -> Iterator[tuple[float, Pose]]:
    """Time and pose of each frame of a truth (see truth.record); unknown landmarks are unseen."""
    names = truth["names"].tolist()
    size = tuple(int(v) for v in truth["size"])
    columns = {mark: names.index(name) for mark in Landmark if (name := _name(mark)) in names}
    marks, at = list(columns), list(columns.values())
    n = len(truth["p2"])
    image = np.full((n, N_LANDMARKS, 3), np.nan)
    image[:, marks, :2] = truth["p2"][:, at] / np.array(size, float)
    image[:, marks, 2] = 0.0
    points = truth["p3"].astype(float)
    hips = points[:, [names.index("hipL"), names.index("hipR")]].mean(axis=1, keepdims=True)
    world = np.full((n, N_LANDMARKS, 3), np.nan)
    world[:, marks] = ((points - hips) @ truth["camR"].T)[:, at]
    seen = np.zeros((n, N_LANDMARKS))
    seen[:, marks] = 1.0
    for i in range(n):
        t_s = i / float(truth["fps"])
        yield t_s, Pose(t_s, image[i], world[i], seen[i], (size[0], size[1]))


def _name(mark: Landmark) -> str:
    side, _, part = mark.name.lower().partition("_")
    return _ALSO.get(part, part) + _SIDES[side] if side in _SIDES else side
