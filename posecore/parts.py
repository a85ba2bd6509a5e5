"""Where a long film is cut, so that several processes can estimate its poses at once.

An estimator follows a person from frame to frame, so each part begins a little before its first
frame, and what was found there is thrown away. The cuts depend on the film alone: however many
processes share it, and be it one, the poses are the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from posecore.estimate import PoseEstimator
from posecore.types import Pose
from posecore.video import VideoReader

PART_FRAMES = 600
"""Of the shortest part, 20 s of most films. One of less than two is not cut: processes take longer
to begin than they would save."""

LONG_PART_FRAMES = 2400
"""Of the shortest part of a film with more than ``_TOGETHER``: each beginning costs as much as 30
frames, and the poses of parts that wait for their turn 1 KB a frame."""

WARM_UP_FRAMES = 20
"""Before a part. Two estimators of which one began later find a landmark 0.27 % of the picture
apart at first, 0.09 % after so many frames, and never less than 0.05 % (median of 24 clips)."""

_TOGETHER = 8  # long films have a multiple of so many parts, that as many processors end together

_SEEKABLE = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
"""Formats with an index, in which a place is found exactly."""

_STEP_S = (0.001, 600.0)
"""From frame to frame; where a file says another, its times are mended in order (video.py)."""

_NEAR = 0.25  # of a part's length: so far a cut moves to where decoding can begin


@dataclass(frozen=True)
class Part:
    """Frames with from_s <= t_s < until_s; the estimator begins with the one at warm_s."""

    warm_s: float
    from_s: float
    until_s: float


WHOLE = Part(0.0, 0.0, float("inf"))


def parts_of(video: VideoReader) -> tuple[Part, ...]:
    """The parts in order; a single one where a film is short or its times are not in order."""
    declared = video.info.n_frames
    if declared is None or declared < 2 * PART_FRAMES or video.format_name not in _SEEKABLE:
        return (WHOLE,)
    stored = list(video.packets())
    told = [t_s for t_s, _ in stored if t_s is not None]
    if len(told) < len(stored):
        return (WHOLE,)
    times_s = np.sort(np.array(told, float))
    times_s = times_s[times_s >= 0.0]  # what lies before the first picture is not shown
    steps_s = np.diff(times_s)
    if not len(steps_s) or steps_s.min() < _STEP_S[0] or steps_s.max() > _STEP_S[1]:
        return (WHOLE,)
    keys_s = np.sort([t_s for t_s, key in stored if key and t_s is not None])
    return _cut(times_s, keys_s)


def _cut(times_s: np.ndarray, keys_s: np.ndarray) -> tuple[Part, ...]:
    n = number_of_parts(len(times_s))
    begins = [(0.0, 0.0)]
    for i in range(1, n):
        warm_s = float(times_s[i * len(times_s) // n])
        near_s = keys_s[np.abs(keys_s - warm_s) <= _NEAR * times_s[-1] / n]
        if len(near_s):  # nothing need be decoded only to come there
            warm_s = float(near_s[np.argmin(np.abs(near_s - warm_s))])
        first = int(np.searchsorted(times_s, warm_s))
        joined = min(first + WARM_UP_FRAMES, len(times_s) - 1)
        begins.append((float(times_s[first]), float(times_s[joined])))
    ends = [from_s for _, from_s in begins[1:]] + [float("inf")]
    return tuple(Part(*begin, until_s) for begin, until_s in zip(begins, ends, strict=True))


def number_of_parts(n_frames: int) -> int:
    """1, 2, 4, or a multiple of 8; none shorter than PART_FRAMES, of many than LONG_PART_FRAMES."""
    if n_frames >= 2 * _TOGETHER * LONG_PART_FRAMES:
        return n_frames // LONG_PART_FRAMES // _TOGETHER * _TOGETHER
    most = max(n_frames // PART_FRAMES, 1)
    return max(n for n in (1, 2, 4, _TOGETHER) if n <= most)


class Restarted(Protocol):
    """An estimator that can be as new."""

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None: ...

    def reset(self) -> None: ...

    def close(self) -> None: ...


class PartedEstimator:
    """What the processes find, each in its parts, found by one, in order.

    Two estimators take turns: the next part's warms up beside the present one's.
    """

    def __init__(self, parts: Sequence[Part], make: type[Restarted] | None = None) -> None:
        self._make = make or PoseEstimator
        self._coming = list(parts[1:])
        self._present: Restarted = self._make()
        self._next: Restarted | None = None
        self._next_began = False

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        """The frame's pose; frames in order, from the film's first."""
        part = self._coming[0] if self._coming else None
        if part is None or t_s < part.warm_s:
            return self._present.estimate(rgb, t_s)
        if not self._next_began:
            if self._next is None:
                self._next = self._make()
            else:
                self._next.reset()
            self._next_began = True
        assert self._next is not None
        pose = self._next.estimate(rgb, t_s)
        if t_s < part.from_s:
            return self._present.estimate(rgb, t_s)
        self._present, self._next = self._next, self._present
        self._next_began = False
        self._coming.pop(0)
        return pose

    def close(self) -> None:
        """Free both. Safe to call twice."""
        for each in (self._present, self._next):
            if each is not None:
                each.close()
