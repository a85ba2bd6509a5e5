"""Makes models/references.json: how good reps of each exercise move, from clips of good form.

What is kept of a clip is a mean curve of joint angles: nothing of its picture, or of one person.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from posecore.classify import ExerciseClassifier
from posecore.exercises import Exercise, load_exercises
from posecore.path import (
    NO_LIKENESS,
    REFERENCES_PATH,
    curve_of,
    distance,
    key_joints,
    references,
    shape_of,
)
from posecore.pipeline import Pipeline
from posecore.sources import DataError, known_label, read_labels
from posecore.tracks import Track, track_of
from posecore.types import Rep
from posecore.video import VideoError

GOOD_SHARE = 0.8
"""So many of the good reps are full marks. Not all: a clip that is said to be of good form holds
a false start now and then, and a track that slips."""

FEWEST_CLIPS = 3
"""With fewer there is no telling one person's habit from the exercise."""

TAUGHT = ("correct", "")
"""What `form` says of a clip that may teach: good, or (most real ones) nothing. Of the second kind
only reps in which no fault was found are taken."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """The good reps of one clip: source, and their curves as path.curve_of gives them."""

    source: str
    curves: tuple[np.ndarray, ...]


def good_clips(data: Path, drawn: Path | None) -> list[tuple[Path, dict[str, str]]]:
    """Clips to learn from with their rows of labels.tsv: of the training split, good form.

    Raises DataError where there is none.
    """
    found = []
    folders = {"filmed": data / "clips", "rendered": data / "rendered"}
    if drawn is not None:
        folders["rendered gym"] = drawn
    for kind, folder in folders.items():
        labels = folder / "labels.tsv"
        labels = labels if labels.exists() else data / "labels.tsv"
        if not folder.is_dir() or not labels.exists():
            continue
        for row in read_labels(labels):
            path = folder / row["clip"]
            variant = "variant" in (row.get("note") or "")
            wanted = row.get("split", "train") == "train" and not variant
            if wanted and (row.get("form") or "") in TAUGHT and path.exists():
                found.append((path, {"source": kind, **row}))
    if not found:
        raise DataError(f"{data}: no clip of good form here. Expected clips/ or rendered/.")
    return found


def reps_of(track: Track, pipeline: Pipeline) -> list[Rep]:
    """Complete reps of a clip."""
    sets = [pipeline.advance(t_s, pose).set_ended for t_s, pose in track.poses()]
    ended = [each for each in [*sets, pipeline.finish()] if each is not None]
    return [rep for each in ended for rep in each.reps if rep.complete]


def lessons_of(
    clips: Iterable[tuple[Path, Mapping[str, str]]], cache: Path | None
) -> dict[str, list[Lesson]]:
    """Exercise -> what each clip of it teaches."""
    exercises, classifier = load_exercises(), ExerciseClassifier.load()
    lessons: dict[str, list[Lesson]] = {}
    for path, row in clips:
        exercise = exercises.get(known_label(row["exercise"]))
        if exercise is None or exercise.kind != "reps":
            continue
        pipeline = Pipeline(exercises=exercises, classifier=classifier, exercise=exercise.name)
        try:
            reps = reps_of(track_of(path, cache), pipeline)
        except VideoError:
            continue  # a clip that cannot be read teaches nothing
        finally:
            pipeline.close()
        told = row.get("form") == "correct"
        curves = [_curve(exercise, rep) for rep in reps if told or not rep.faults]
        kept = tuple(c for c in curves if c is not None and shape_of(c) is not None)
        if kept:
            lessons.setdefault(exercise.name, []).append(Lesson(row["source"], kept))
    return lessons


def _curve(exercise: Exercise, rep: Rep) -> np.ndarray | None:
    return curve_of(exercise, key_joints(exercise), rep.curve_t_s, rep.curve_deg)


def entry_of(exercise: Exercise, lessons: list[Lesson]) -> dict[str, Any] | None:
    """One exercise's reference as plain values; None from too few clips.

    The median of the clips, each by its mean rep: one long clip teaches no more than a short one.
    """
    if len(lessons) < FEWEST_CLIPS:
        return None
    means = np.array([np.mean(lesson.curves, axis=0) for lesson in lessons])
    away = []
    for i, lesson in enumerate(lessons):
        others = shape_of(np.median(np.delete(means, i, axis=0), axis=0))
        for curve in lesson.curves:
            shape = shape_of(curve)
            if others is not None and shape is not None:
                away.append(distance(shape, others))
    return {
        "joints": list(key_joints(exercise)),
        "good": round(min(float(np.quantile(away, GOOD_SHARE)), NO_LIKENESS / 2), 3),
        "n_reps": sum(len(lesson.curves) for lesson in lessons),
        "sources": dict(sorted(Counter(lesson.source for lesson in lessons).items())),
        "curve_deg": np.median(means, axis=0).round(1).tolist(),
    }


def references_command(
    *, data: Path, cache: Path | None, drawn: Path | None = None, out: Path | None = None
) -> Path:
    """Make the references of all exercises, write them and print what they were made of."""
    lessons = lessons_of(good_clips(data, drawn), cache)
    exercises = load_exercises()
    entries = {name: entry_of(exercises[name], found) for name, found in sorted(lessons.items())}
    made = {name: entry for name, entry in entries.items() if entry is not None}
    path = out or REFERENCES_PATH
    path.write_text(json.dumps({"exercises": made}, separators=(",", ":")) + "\n", "utf-8")
    references.cache_clear()
    for name, entry in made.items():
        clips = ", ".join(f"{n} {source}" for source, n in entry["sources"].items())
        joints = " and ".join(entry["joints"])
        print(f"{name:<15}{joints:<20}full marks up to {entry['good']:.2f}; {clips}")
    for name in sorted(set(exercises) - set(made)):
        if exercises[name].kind == "reps":
            print(f"{name}: too few clips of good form, so its path is not judged.")
    return path
