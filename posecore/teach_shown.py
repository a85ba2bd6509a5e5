"""What was shown of a new exercise: clips of somebody who does it, measured frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from posecore.angles import JOINT_NAMES, expected_error_deg, flexion_deg
from posecore.findings import MARGIN
from posecore.language import Text
from posecore.measures import COLUMNS, SIDED, UNSIDED, measure
from posecore.types import Pose
from posecore.view import view_of

FEWEST_REPS = 3
"""With fewer there is no telling the exercise from a chance."""

SHORTEST_S, LONGEST_S = 0.4, 12.0
"""How long a taught rep may take: quicker is jitter, slower than the pipeline remembers."""

CUT_S = 5.0
"""Between frames that are further apart than this another clip begins; nothing spans the two."""

Frames = Sequence[tuple[float, Pose | None]]
"""Times and poses, as Track.poses gives them; None: nobody is seen."""


class TeachError(ValueError):
    """Nothing can be learnt from this; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What every frame measures.

    t_s (n,) seconds; rows (n, n_columns) as measures.measure gives them, NaN: not seen
    error (n, n_columns) expected error of each, in its unit; views: n camera views
    """

    t_s: np.ndarray
    rows: np.ndarray
    error: np.ndarray
    views: tuple[str | None, ...]

    @property
    def clips(self) -> list[Measured]:
        """Each clip by itself, in the times of the whole."""
        cuts = [0, *(np.flatnonzero(np.diff(self.t_s) > CUT_S) + 1).tolist(), len(self.t_s)]
        return [
            Measured(self.t_s[a:b], self.rows[a:b], self.error[a:b], self.views[a:b])
            for a, b in zip(cuts, cuts[1:])
        ]

    def between(self, start_s: float, end_s: float) -> Measured:
        inside = (self.t_s >= start_s) & (self.t_s <= end_s)
        views = tuple(v for v, kept in zip(self.views, inside, strict=True) if kept)
        return Measured(self.t_s[inside], self.rows[inside], self.error[inside], views)


def one_after_another(clips: Sequence[Frames]) -> list[tuple[float, Pose | None]]:
    """Several clips as one, with so much time between them that they can be told apart."""
    joined: list[tuple[float, Pose | None]] = []
    for clip in clips:
        begin_s = joined[-1][0] + 2 * CUT_S if joined else clip[0][0] if clip else 0.0
        joined += [(begin_s + t_s - clip[0][0], pose) for t_s, pose in clip]
    return joined


def parted(frames: Frames) -> list[list[tuple[float, Pose | None]]]:
    """The clips again, in the times of the whole."""
    clips: list[list[tuple[float, Pose | None]]] = []
    for frame in frames:
        if not clips or frame[0] - clips[-1][-1][0] > CUT_S:
            clips.append([])
        clips[-1].append(frame)
    return clips


def together(parts: Sequence[Measured]) -> Measured:
    """Parts of one whole, in their order."""
    return Measured(
        np.concatenate([part.t_s for part in parts]),
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.error for part in parts]),
        tuple(view for part in parts for view in part.views),
    )


def measured(frames: Iterable[tuple[float, Pose | None]]) -> Measured:
    """Of times and poses: of one clip, or of several one after another.

    Raises TeachError where nobody is in the picture long enough to do three reps.
    """
    t_s, rows, error, views = [], [], [], []
    for at_s, pose in frames:
        view = view_of(pose) if pose is not None else None
        row, off = np.full(len(COLUMNS), np.nan), _OTHER_ERROR.copy()
        if pose is not None:
            row = measure(pose, flexion_deg(pose))
            off[: len(JOINT_NAMES)] = expected_error_deg(view)
        t_s.append(at_s)
        rows.append(row)
        error.append(off)
        views.append(view)
    found = np.array([np.isfinite(row).any() for row in rows], bool)
    if not found.any():
        raise TeachError(
            Text("Nobody was seen. The whole body has to be in the picture, in good light.")
        )
    times = np.array(t_s)
    if found.sum() < FEWEST_REPS or np.ptp(times[found]) < FEWEST_REPS * SHORTEST_S:
        raise TeachError(
            Text(
                "Somebody was seen only for a moment. Show at least three repetitions, better five."
            )
        )
    return Measured(times, np.array(rows), np.array(error), tuple(views))


UNITS = {**SIDED, **UNSIDED}
_OTHER_ERROR = np.array(
    [MARGIN[UNITS[name if name in UNSIDED else name.split("_", 1)[1]]] for name in COLUMNS]
)
"""What an estimate of each column may be off by where nothing better was measured."""
