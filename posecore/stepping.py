"""The ways in which the frames of a film come to a pipeline: pictures, or poses found by others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import numpy as np

from posecore.crew import Crew, Film
from posecore.decoder import GuardedReader
from posecore.parts import PartedEstimator
from posecore.types import ExerciseSet, FrameResult, Pose


class Stepper(Protocol):
    """What is needed of a pipeline; one that has seen no frame yet."""

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult: ...

    def advance(self, t_s: float, pose: Pose | None) -> FrameResult: ...

    def finish(self) -> ExerciseSet | None: ...

    def in_hindsight(self, proba: np.ndarray, t_s: np.ndarray) -> tuple[str, ...]: ...


Step = tuple[np.ndarray | None, FrameResult, float]
"""A picture where there is one, what was found, and how much of the film is done, in seconds."""


def opened(
    stack: ExitStack,
    path: str | Path,
    pipeline: Stepper,
    wants_pictures: bool,
    workers: int,
    crew: Crew | None,
) -> tuple[GuardedReader | Film, Iterator[Step]]:
    """The film, and its steps in order; what must be closed is closed by ``stack``.

    workers, crew  as for analyze_video
    Raises VideoError where the file cannot be read.
    """
    takes_poses = bool(getattr(pipeline, "takes_poses", False))
    if crew is not None and takes_poses:
        film = Film(crew, path)
        pictures = stack.enter_context(GuardedReader(path)) if wants_pictures else None
        return film, _steps_of_film(film, pipeline, pictures)
    video = stack.enter_context(GuardedReader(path, parts=takes_poses))
    if len(video.parts) == 1:
        return video, _steps(video, pipeline)
    if workers < 2:
        return video, _steps_in_parts(video, pipeline, stack)
    if not wants_pictures:
        video.close()
    helpers = stack.enter_context(Crew(min(workers, len(video.parts))))
    film = Film(helpers, path, video.info, video.parts)
    return film, _steps_of_film(film, pipeline, video if wants_pictures else None)


def _steps(video: GuardedReader, pipeline: Stepper) -> Iterator[Step]:
    for rgb, t_s in video.frames():
        yield rgb, pipeline.step(rgb, t_s), t_s


def _steps_in_parts(video: GuardedReader, pipeline: Stepper, stack: ExitStack) -> Iterator[Step]:
    """One process for a long film: it estimates as several do, each in its parts."""
    estimator = PartedEstimator(video.parts)
    stack.callback(estimator.close)
    for rgb, t_s in video.frames():
        yield rgb, pipeline.advance(t_s, estimator.estimate(rgb, t_s)), t_s


def _steps_of_film(film: Film, pipeline: Stepper, pictures: GuardedReader | None) -> Iterator[Step]:
    """Poses that a crew finds. Pictures, where they are wanted, are decoded once more: only here
    are they needed in order."""
    coming = pictures.frames() if pictures is not None else iter(())
    shown: tuple[np.ndarray, float] | None = None
    for t_s, pose in film.poses():
        result = pipeline.advance(t_s, pose)
        while pictures is not None and (shown is None or shown[1] < t_s):
            shown = next(coming, None)
            if shown is None:
                pictures = None
        same = shown is not None and shown[1] == t_s
        rgb = shown[0] if shown is not None and same else None
        yield rgb, result, film.done_s
