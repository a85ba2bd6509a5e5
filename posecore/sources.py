"""Where training data comes from: one loader a kind, all giving sequences of twelve joints.

What the sources share is twelve image joints in true proportions. Clips that went through the
pipeline's own estimator carry their world landmarks too, from which other camera views are made.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecore.features import JOINTS_12, MIN_VISIBILITY
from posecore.landmarks import Landmark
from posecore.tracks import Track, track_of
from posecore.types import NONE
from posecore.video import VideoError

PENN_CLASSES = {
    "squat": "squat",
    "pushup": "push_up",
    "pullup": "pull_up",
    "situp": "sit_up",
    "jumping_jacks": "jumping_jack",
    "bench_press": NONE,
    "jump_rope": NONE,
    "bowl": NONE,
    "tennis_serve": NONE,
    "tennis_forehand": NONE,
    "baseball_swing": NONE,
    "baseball_pitch": NONE,
    "golf_swing": NONE,
    "strum_guitar": NONE,
}
"""Penn Action's names in ours. clean_and_jerk is left out: it holds a deadlift and a press."""

PENN_FPS = 30.0  # the set gives no times; most of its videos are 30 frames a second


class DataError(ValueError):
    """Training data is missing or not of the expected form; the message says what and where."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """Joints of one clip.

    source  who filmed it; group: footage that must not be split; split: "train" or "val"
    label   an exercise or NONE; variant: a looser form of its exercise
    joints_px (n, 12, 2) true proportions, NaN: not seen; world (n, 12, 3) metres or None
    active  spans in seconds in which the exercise is done; empty: nobody said
    """

    source: str
    group: str
    clip: str
    label: str
    split: str
    variant: bool
    t_s: np.ndarray
    joints_px: np.ndarray
    world: np.ndarray | None
    active: tuple[tuple[float, float], ...] = ()

    @property
    def still(self) -> bool:
        """A single picture: says nothing of movement."""
        return len(self.t_s) == 1


def all_sequences(data: Path, cache: Path | None, rendered: Path | None = None) -> list[Sequence]:
    """Every source below ``data`` (and a folder of further rendered clips), in a fixed order.

    Raises DataError where ``data`` holds none of them.
    """
    found: list[Sequence] = []
    for name in ("clips", "clips_generated", "rendered"):
        labels = data / name / "labels.tsv"
        labels = labels if labels.exists() else data / "labels.tsv"
        if (data / name).is_dir() and labels.exists():
            found += _whole(labels, clip_sequences(data / name, labels, cache, kind=name))
    if rendered is not None:
        labels = rendered / "labels.tsv"
        found += _whole(labels, clip_sequences(rendered, labels, cache, kind="gym"))
    if (data / "penn_action.npz").exists():
        found += _whole(data / "penn_action.npz", penn_sequences(data / "penn_action.npz"))
    for table in ("kaggle_multiclass_kalatz", "mlkit_fitness"):
        path = data / "landmarks" / f"{table}.csv.gz"
        if path.exists():
            found += _whole(path, still_sequences(path))
    if not found:
        raise DataError(
            f"{data}: no training data here. Expected clips/ with labels.tsv, penn_action.npz "
            "or landmarks/ in this folder."
        )
    return found


def _whole(path: Path, sequences: Iterator[Sequence]) -> list[Sequence]:
    """All of a source. Whatever a malformed file raises becomes a DataError that names it."""
    try:
        return list(sequences)
    except DataError:
        raise
    except (OSError, EOFError, KeyError, IndexError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(f"{path.name} is not of the expected form ({reason}).") from error


def known_label(exercise: str) -> str:
    """The class of a label: "other:..." and a rest are NONE."""
    return NONE if exercise.startswith("other") else exercise


def read_labels(path: Path) -> list[dict[str, str]]:
    """Rows of a labels.tsv, each clip once."""
    with path.open(encoding="utf-8") as file:
        reader = csv.DictReader(file, delimiter="\t")
        rows = list(reader)
        columns = set(reader.fieldnames or ())
    if not columns >= {"clip", "exercise"}:
        raise DataError(f"{path.name}: expected the columns clip and exercise, separated by tabs.")
    return list({row["clip"]: row for row in rows}.values())


def clip_sequences(folder: Path, labels: Path, cache: Path | None, kind: str) -> Iterator[Sequence]:
    """Video clips, through the pipeline's own estimator. ``kind`` names sources that have none.

    A rendered clip of which only the truth is there (.npz, no film) gives its true joints.
    """
    for row in read_labels(labels):
        path = folder / row["clip"]
        source = row.get("source") or ("rendered" if kind == "gym" else kind)
        if path.exists():
            try:
                track = track_of(path, cache)
            except VideoError:
                continue
            if track.found.sum() < 3:
                continue
            found = track.found
            times, joints = track.t_s[found], track_joints(track)[found]
            world = track.world[found][:, list(JOINTS_12)]
        elif path.with_suffix(".npz").exists():
            source = "acted"
            times, joints, world = _true_joints(path.with_suffix(".npz"))
        else:
            continue
        yield Sequence(
            source=source,
            group=f"{source}:{row.get('shot_group') or row['clip']}",
            clip=row["clip"],
            label=known_label(row["exercise"]),
            split=row.get("split") or "train",
            variant="variant" in (row.get("note") or ""),
            t_s=times,
            joints_px=joints,
            world=world,
            active=active_spans(row.get("active") or ""),
        )


def active_spans(text: str) -> tuple[tuple[float, float], ...]:
    """Spans of a labels.tsv such as "2.0-14.5,18-22"; an empty text gives none."""
    pairs = (part.split("-") for part in text.split(",") if "-" in part)
    return tuple((float(start), float(end)) for start, end in pairs)


def _true_joints(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (n,), pixels (n, 12, 2) and metres in camera axes (n, 12, 3) of a rendered truth."""
    with np.load(path) as truth:
        names = truth["names"].tolist()
        sides = {"left": "L", "right": "R"}
        columns = []
        for joint in JOINTS_12:
            side, part = joint.name.lower().split("_")
            columns.append(names.index(part + sides[side]))
        points = truth["p3"][:, columns].astype(float)
        pixels = truth["p2"][:, columns].astype(float)
        times = np.arange(len(points)) / float(truth["fps"])
        hips = points[:, 6:8].mean(axis=1, keepdims=True)
        return times, pixels, (points - hips) @ truth["camR"].T


def track_joints(track: Track) -> np.ndarray:
    """(n, 12, 2) pixels of a track, as features.joints_of gives them for one pose."""
    marks = list(JOINTS_12)
    joints = track.image[:, marks, :2] * np.array(track.size_px, float)
    joints[track.visibility[:, marks] < MIN_VISIBILITY] = np.nan
    return joints


def penn_sequences(path: Path) -> Iterator[Sequence]:
    """Penn Action's human-made joints (Zhang, Zhu, Derpanis 2013): 13 joints, pixels."""
    with np.load(path) as saved:
        data = {key: saved[key] for key in saved.files}
    names = [name.lower() for name in data["joints"].tolist()]
    columns = [names.index(joint.name.lower()) for joint in JOINTS_12]
    starts = np.concatenate([[0], np.cumsum(data["n_frames"])])
    points = np.stack([data["x_px"], data["y_px"]], axis=-1)[:, columns].astype(float)
    points[~data["visible"][:, columns]] = np.nan
    for i, action in enumerate(data["action"].tolist()):
        label = PENN_CLASSES.get(action)
        if label is None:
            continue
        joints = points[starts[i] : starts[i + 1]]
        seen = np.isfinite(joints[..., 0]).sum(axis=1) >= 5
        if seen.sum() < 5:
            continue
        yield Sequence(
            source=f"penn_action:{action}" if label == NONE else "penn_action",
            group=f"penn:{data['video_id'][i]}",
            clip=f"penn/{action}/{data['video_id'][i]}",
            label=label,
            split="train" if data["train"][i] == 1 else "val",
            variant=False,
            t_s=np.flatnonzero(seen) / PENN_FPS,
            joints_px=joints[seen],
            world=None,
        )


_STILL_CLASSES = {
    "squats": "squat",
    "pushups": "push_up",
    "pullups": "pull_up",
    "situp": "sit_up",
    "jumping_jacks": "jumping_jack",
}


def still_sequences(path: Path) -> Iterator[Sequence]:
    """Landmark tables of stills: id, class and 33 landmarks x y z, with or without a header."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if rows[0][0] == "pose_id":
        rows = rows[1:]
    source = path.name.removesuffix(".csv.gz")
    for row in rows:
        label = _STILL_CLASSES.get(row[1].rsplit("_", 1)[0])
        if label is None:
            raise DataError(f"{path.name}: unknown class {row[1]!r}.")
        points = np.array(row[2:], float).reshape(len(Landmark), 3)
        yield Sequence(
            source=source,
            group=f"{source}:{row[0]}",
            clip=f"{source}/{row[0]}",
            label=label,
            split="train",
            variant=False,
            t_s=np.zeros(1),
            joints_px=points[None, list(JOINTS_12), :2],
            world=None,
        )
