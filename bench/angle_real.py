"""What the correction does on filmed people, whose true angles nobody knows: it must not hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.angles import KEY_JOINT
from bench.page import table
from posecore.angles import JOINT_INDEX, blended_flexion, corrected_flexion, joint_seen
from posecore.sources import read_labels
from posecore.tracks import Track, track_of

READINGS = ("2-D with depth", "pipeline")
_ONE_SIDED = {"lunge", "biceps_curl"}  # left and right need not be alike in these
_FAR_PERCENTILE = 95.0
_FEWEST_FRAMES = 30


@dataclass(frozen=True)
class Filmed:
    """One reading of one clip, in degrees.

    jitter      mean change of an angle's change from frame to frame, over all joints
    apart       median difference of left and right at the key joint; NaN if one-sided
    far         the key joint at the far end of the reps, both sides' mean
    """

    exercise: str
    jitter: float
    apart: float
    far: float


def filmed(track: Track, exercise: str) -> dict[str, Filmed]:
    """Reading -> what it is like. Of frames in which somebody was found."""
    pixels = track.image[track.found][..., :2] * np.array(track.size_px, float)
    world, visibility = track.world[track.found], track.visibility[track.found]
    seen = joint_seen(visibility)
    angles = (blended_flexion(pixels, world), corrected_flexion(pixels, world, visibility))
    return {
        name: _filmed(np.where(seen, read, np.nan), exercise)
        for name, read in zip(READINGS, angles, strict=True)
    }


def _filmed(angles: np.ndarray, exercise: str) -> Filmed:
    kind = KEY_JOINT[exercise]
    sides = angles[:, [JOINT_INDEX[f"left_{kind}"], JOINT_INDEX[f"right_{kind}"]]]
    both = sides[np.isfinite(sides).all(axis=1)]
    if not len(both):
        return Filmed(exercise, _mean(np.abs(np.diff(angles, 2, axis=0))), np.nan, np.nan)
    apart = float(np.median(np.abs(both[:, 0] - both[:, 1])))
    return Filmed(
        exercise,
        jitter=_mean(np.abs(np.diff(angles, 2, axis=0))),
        apart=np.nan if exercise in _ONE_SIDED else apart,
        far=float(np.percentile(both.mean(axis=1), _FAR_PERCENTILE)),
    )


def read_filmed(data: Path, cache: Path | None) -> list[dict[str, Filmed]]:
    """Every clip of ``data`` whose reps were counted by people."""
    found = []
    for row in read_labels(data / "labels.tsv"):
        path = data / "clips" / row["clip"]
        counted = row.get("reps", "").isdigit() and int(row["reps"]) > 0
        if row["exercise"] in KEY_JOINT and counted and path.exists():
            track = track_of(path, cache)
            if track.found.sum() >= _FEWEST_FRAMES:
                found.append(filmed(track, row["exercise"]))
    return found


def real_section(clips: Sequence[Mapping[str, Filmed]]) -> str:
    exercises = sorted({clip[READINGS[0]].exercise for clip in clips})
    rows = []
    for name in READINGS:
        of = [clip[name] for clip in clips]
        far = [[c.far for c in of if c.exercise == exercise] for exercise in exercises]
        rows.append(
            [name, f"{_mean([c.jitter for c in of]):.2f}", f"{_mean([c.apart for c in of]):.1f}"]
            + [f"{_mean(values):.0f}" for values in far]
        )
    heads = [f"{e.replace('_', ' ')}, {KEY_JOINT[e]}" for e in exercises]
    return "\n\n".join(
        [
            "### On filmed people",
            "Nobody knows their angles, but the correction must not make them worse. Of "
            f"{len(clips)} clips with counted reps, in degrees: jitter, the mean change of an "
            "angle's change from frame to frame; how far left and right are apart at the key joint "
            "(median, where an exercise moves both alike); and the key joint at the far end of the "
            "reps (95th percentile of both sides' mean), exercise by exercise.",
            table(["reading", "jitter", "left and right apart", *heads], rows),
        ]
    )


def _mean(values: Sequence[float] | np.ndarray) -> float:
    known = np.ravel(values)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")
