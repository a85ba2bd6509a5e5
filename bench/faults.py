"""Faults of drawn people: told where they are, and told where they are not.

Every rep of a drawn clip is known, and what is wrong with it. The clip goes through the pipeline
like any film, the exercise told, and what was told in any of its reps is held against that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.angle_data import NoClips, view_from
from bench.page import PAGE, table, write_section
from bench.rendered.exercises import EXERCISES
from bench.rendered.truth_poses import true_poses
from posecore.classify import ExerciseClassifier
from posecore.exercises import VIEWS, Exercise, load_exercises
from posecore.pipeline import Pipeline, Settings
from posecore.tracks import track_of
from posecore.types import Pose

CHOSEN_ON = ("ada", "ben", "carl", "dora", "emil", "fay")
"""Bodies that limits of exercise files may have been chosen on; the others are for the report."""

HELD_S = 0.5
"""A fault of a hold is told if it is shown for so long."""


@dataclass(frozen=True)
class ClipResult:
    """One drawn clip: what is wrong in it and what was told, how many reps and how many counted.

    reps_true is 0 for a hold.
    """

    name: str
    exercise: str
    body: str
    view: str
    wrong: frozenset[str]
    told: frozenset[str]
    reps_true: int
    reps: int


def read_folder(folder: Path, cache: Path | None, truth: bool = False) -> Iterator[ClipResult]:
    """Every drawn clip of an exercise. ``truth``: from the true joints, no film is needed.

    NoClips where there is none.
    """
    paths = [p for p in sorted(folder.glob("*.npz")) if not p.stem.endswith(".part")]
    paths = [p for p in paths if truth or p.with_suffix(".mp4").exists()]
    if not paths:
        raise NoClips(f"expected drawn clips with their truth (.npz) in {folder}, found none")
    exercises, classifier = load_exercises(), ExerciseClassifier.load()
    for path in paths:
        with np.load(path) as saved:
            drawn = {key: saved[key] for key in saved.files}
        exercise = exercises.get(str(drawn["exercise"]))
        if exercise is None:
            continue
        poses = true_poses(drawn) if truth else track_of(path.with_suffix(".mp4"), cache).poses()
        settings = Settings(correct_angles=not truth)
        pipeline = Pipeline(classifier=classifier, settings=settings, exercise=exercise.name)
        yield _read_clip(path.stem, exercise, drawn, poses, pipeline)


def _read_clip(
    name: str,
    exercise: Exercise,
    drawn: dict[str, np.ndarray],
    poses: Iterable[tuple[float, Pose | None]],
    pipeline: Pipeline,
) -> ClipResult:
    counted = 0
    told: set[str] = set()
    shown_s: dict[str, float] = {}
    last_s = 0.0
    for t_s, pose in poses:
        result = pipeline.advance(t_s, pose)
        if result.rep is not None:
            counted += result.rep.complete
            told |= {fault.id for fault in result.rep.faults}
        for fault in result.faults:
            shown_s[fault.id] = shown_s.get(fault.id, 0.0) + t_s - last_s
        last_s = t_s
    if exercise.kind == "hold":
        told = {fault for fault, for_s in shown_s.items() if for_s >= HELD_S}
    return ClipResult(
        name,
        exercise.name,
        str(drawn["body"]),
        view_from(float(drawn["azimuth_deg"])),
        frozenset(str(fault) for fault in drawn["fault_id"]),
        frozenset(told),
        int(drawn["reps"]),
        counted,
    )


def judged_from(exercise: Exercise, fault: str) -> tuple[str, ...]:
    """Views from which one of the exercise's targets tells the fault."""
    views = {
        view
        for target in exercise.targets
        for miss in (target.below, target.above)
        if miss is not None and miss.fault == fault
        for view in target.views
    }
    return tuple(view for view in VIEWS if view in views)


@dataclass(frozen=True)
class Shares:
    """Of faults that their view can judge: told where they are, told where they are not.

    clean: of clips without a fault, those in which none is told; exact: reps counted exactly
    """

    told: tuple[int, int]
    wrongly: tuple[int, int]
    clean: tuple[int, int]
    exact: tuple[int, int]


def shares(clips: Sequence[ClipResult], exercises: dict[str, Exercise]) -> Shares:
    told: list[bool] = []
    wrongly: list[bool] = []
    for clip in clips:
        for fault in EXERCISES[clip.exercise].faults:
            if clip.view in judged_from(exercises[clip.exercise], fault):
                (told if fault in clip.wrong else wrongly).append(fault in clip.told)
    return Shares(
        told=(sum(told), len(told)),
        wrongly=(sum(wrongly), len(wrongly)),
        clean=_of(not clip.told for clip in clips if not clip.wrong),
        exact=_of(clip.reps == clip.reps_true for clip in clips if clip.reps_true),
    )


def _of(values: Iterable[bool]) -> tuple[int, int]:
    kept = list(values)
    return sum(kept), len(kept)


def fault_table(clips: Sequence[ClipResult], exercises: dict[str, Exercise]) -> str:
    """Told of the clips that have it, by view; told of those that have it not, over all views."""
    rows = []
    for name, exercise in exercises.items():
        own = [clip for clip in clips if clip.exercise == name]
        for fault in sorted(EXERCISES[name].faults):
            views = judged_from(exercise, fault)
            has = [clip for clip in own if fault in clip.wrong]
            clear = [clip for clip in own if fault not in clip.wrong and clip.view in views]
            cells = [
                _cell(fault in c.told for c in has if c.view == view) if view in views else "–"
                for view in VIEWS
            ]
            rows.append([name, fault, *cells, _cell(fault in clip.told for clip in clear)])
    return table(("exercise", "fault", *VIEWS, "where it is not"), rows)


def _cell(values: Iterable[bool]) -> str:
    told, n = _of(values)
    return f"{told} of {n}" if n else ""


def report(clips: Sequence[ClipResult]) -> str:
    exercises = load_exercises()
    groups = {
        "bodies that limits were chosen on": [c for c in clips if c.body in CHOSEN_ON],
        "bodies that nothing was chosen on": [c for c in clips if c.body not in CHOSEN_ON],
    }
    rows = []
    for title, own in groups.items():
        for view in (*VIEWS, "all"):
            found = shares([clip for clip in own if view in (clip.view, "all")], exercises)
            parts = (found.told, found.wrongly, found.clean, found.exact)
            rows.append([title, view, *(f"{a} of {n}" if n else "" for a, n in parts)])
    text = [_HEAD, table(("clips", "view", "told", "wrongly", "clean", "exact"), rows)]
    for title, own in groups.items():
        if own:
            text.append(f"\n### {title.capitalize()}\n\n{_FAULTS}\n")
            text.append(fault_table(own, exercises))
    return "\n".join(text)


_HEAD = """## Faults of drawn people

Clips of every fault that the gym can draw and of good form, from three sides, through the whole
pipeline, the exercise told. *Told*: of the clips with a fault that a target judges from their
view, those in which it is told. *Wrongly*: of the faults that a clip has not and its view can
judge, those told all the same. *Clean*: of the clips without a fault, those in which none is told.
*Exact*: clips whose reps are counted exactly.
"""

_FAULTS = """Clips in which it is told, of those that have it; – where no target judges it from
there; last, told in clips that have it not. An empty cell: no clip was drawn."""

_MADE = """

Made with `python -m bench faults FAULTS UNSEEN --cache CACHE`, where the folders hold the clips of
`bench/rendered/recipes/faults.toml` and `faults_unseen.toml`; one that is half drawn will do.
With `--truth` the rules read the true joints, which shows what they would tell if nothing erred.
"""


def faults_command(
    folders: Sequence[Path],
    cache: Path | None,
    truth: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Print the section, and write it to docs/ACCURACY.md unless it is made from true joints."""
    text = report([clip for folder in folders for clip in read_folder(folder, cache, truth)])
    say(text)
    if not truth:
        write_section(PAGE, "faults", text + _MADE)
