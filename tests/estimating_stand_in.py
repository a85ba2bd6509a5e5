"""posecore.estimating with another estimator, quick and known: a squat a second and a half long.

It remembers, as a tracking one does: where it began shows in its first poses and fades. A file
whose name says so crashes it or hangs it.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Any

import numpy as np

import posecore.estimating
from posecore.types import Pose
from tests.bodies import movement

FILM_S, FPS = 44.0, 30.0
SEEN = movement("squat", reps=18, rep_s=2.0, rest_s=0.4, fps=FPS)
_OFF = 0.1  # of the picture: how far the first pose lies from where it should


class Remembering:
    def __init__(self) -> None:
        self._times_s = np.array([t_s for t_s, _ in SEEN])
        self.reset()

    def reset(self) -> None:
        self._off = _OFF

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        pose = SEEN[int(np.argmin(np.abs(self._times_s - t_s)))][1]
        self._off /= 2
        image = (pose.image + self._off).astype(np.float32).astype(float)
        world = pose.world.astype(np.float32).astype(float)
        visibility = pose.visibility.astype(np.float32).astype(float)
        return replace(
            pose,
            t_s=t_s,
            image=image,
            world=world,
            visibility=visibility,
            size_px=(rgb.shape[1], rgb.shape[0]),
        )

    def close(self) -> None:
        pass


class _Delicate(posecore.estimating._Estimating):
    def answer(self, request: dict[str, Any]) -> None:
        if "crash" in request["path"]:
            os._exit(139)
        if "hang" in request["path"]:
            time.sleep(600)
        super().answer(request)


if __name__ == "__main__":
    posecore.estimating.PoseEstimator = Remembering  # type: ignore[misc, assignment]
    posecore.estimating._Estimating = _Delicate  # type: ignore[misc]
    posecore.estimating._serve()
