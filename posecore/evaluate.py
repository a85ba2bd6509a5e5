"""How good it is on labelled clips: recognition, counts, form, printed and as a dict.

The definitions are those of the analysis document's scorer: a clip counts once, however long.
Clips are evaluated from cached landmarks, through the same Pipeline.advance as a live person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecore.classify import ExerciseClassifier
from posecore.form_check import check_form
from posecore.pipeline import Pipeline, Settings
from posecore.sources import DataError, known_label, read_labels
from posecore.tracks import Track, track_of
from posecore.types import NONE, ExerciseSet
from posecore.video import VideoError

MIN_ACTIVE_SHARE = 0.2
"""A clip is named after an exercise if this share of its frames is voted to be one."""


@dataclass(frozen=True, eq=False)
class ClipScore:
    """What was found in one labelled clip."""

    clip: str
    source: str
    split: str
    truth: str
    named: str
    frame: float
    voted: float
    reps_true: int | None
    reps: int
    reps_of_others: int
    form: str | None
    form_said: str | None


def score_clip(row: Mapping[str, str], track: Track, pipeline: Pipeline) -> ClipScore:
    """One clip through a fresh ``pipeline``."""
    truth = known_label(row["exercise"])
    own: list[str] = []
    voted: list[str] = []
    sets: list[ExerciseSet] = []
    for t_s, pose in track.poses():
        result = pipeline.advance(t_s, pose)
        if result.set_ended is not None:
            sets.append(result.set_ended)
        if pose is not None:
            own.append(result.frame_exercise)
            voted.append(result.voted_exercise)
    last = pipeline.finish()
    sets += [last] if last is not None else []
    reps: Counter[str] = Counter()
    bad = good = 0
    for each in sets:
        for rep in each.reps:
            if rep.complete:
                reps[each.exercise] += 1
                bad, good = bad + bool(rep.faults), good + (not rep.faults)
    counted = row.get("reps") or ""
    total = sum(reps.values())
    return ClipScore(
        clip=row["clip"],
        source=row.get("source", ""),
        split=row.get("split", ""),
        truth=truth,
        named=clip_name(voted),
        frame=_share(own, truth),
        voted=_share(voted, truth),
        reps_true=int(counted) if counted.isdigit() else None,
        reps=total if truth == NONE else reps[truth],
        reps_of_others=total - reps[truth],
        form=row.get("form") or None,
        form_said="incorrect" if bad >= good and bad else "correct" if good else None,
    )


def summary(scores: Iterable[ClipScore]) -> dict[str, float]:
    """Means over clips; NaN where no clip says."""
    scores = list(scores)
    by_truth = defaultdict(list)
    for score in scores:
        by_truth[score.truth].append(score.voted)
    counted = [s for s in scores if s.reps_true and s.truth != NONE]
    nothing = [s for s in scores if s.truth == NONE]
    form = [s for s in scores if s.form and s.truth != NONE]
    recalls = [
        _mean([s.form_said == said for s in form if s.form == said])
        for said in ("correct", "incorrect")
    ]
    return {
        "clips": len(scores),
        "clip_accuracy": _mean([s.named == s.truth for s in scores]),
        "frame_accuracy": _mean([s.frame for s in scores]),
        "voted_accuracy": _mean([s.voted for s in scores]),
        "macro_recall": _mean([_mean(v) for v in by_truth.values()]),
        "rep_clips": len(counted),
        "rep_obo": _mean([abs(s.reps - (s.reps_true or 0)) <= 1 for s in counted]),
        "rep_exact": _mean([s.reps == s.reps_true for s in counted]),
        "rep_mae": _mean([abs(s.reps - s.reps_true) / s.reps_true for s in counted if s.reps_true]),
        "reps_of_other_exercises": sum(s.reps_of_others for s in scores if s.truth != NONE),
        "none_clips": len(nothing),
        "phantom_reps": sum(s.reps for s in nothing),
        "form_clips": len(form),
        "form_balanced": _mean(recalls),
    }


def evaluate_clips(
    folder: Path,
    labels: Path,
    cache: Path | None,
    split: str | None = None,
    classifier: ExerciseClassifier | None = None,
    settings: Settings | None = None,
    told: bool = False,
) -> list[ClipScore]:
    """Every clip of a labels.tsv that is there. ``told``: the exercise is given, not recognised."""
    classifier = classifier or ExerciseClassifier.load()
    scores = []
    for row in read_labels(labels):
        path = folder / row["clip"]
        if (split and row.get("split") != split) or not path.exists():
            continue
        try:
            track = track_of(path, cache)
        except VideoError:
            continue
        truth = known_label(row["exercise"])
        fixed = truth if told and truth != NONE else None
        pipeline = Pipeline(classifier=classifier, settings=settings, exercise=fixed)
        scores.append(score_clip(row, track, pipeline))
    return scores


def evaluate_command(
    data: Path,
    cache: Path | None = None,
    split: str | None = None,
    say: Callable[[str], None] = print,
) -> dict[str, dict[str, float]]:
    """Print how well the labelled clips of ``data`` are recognised, counted and judged.

    Raises DataError where there are none.
    """
    report: dict[str, dict[str, float]] = {}
    for name in ("clips", "rendered"):
        labels = data / name / "labels.tsv"
        labels = labels if labels.exists() else data / "labels.tsv"
        if not (data / name).is_dir() or not labels.exists():
            continue
        chosen = split if name == "clips" else None
        scores = evaluate_clips(data / name, labels, cache, chosen)
        if not scores:
            continue
        title = f"{name} ({chosen})" if chosen else name
        report[title] = summary(scores)
        say(f"\n{title}")
        for key, value in report[title].items():
            say(f"  {key:24s} {value:.3f}" if isinstance(value, float) else f"  {key:24s} {value}")
        for truth in sorted({s.truth for s in scores}):
            part = summary(s for s in scores if s.truth == truth)
            say(
                f"    {truth:16s} clips {part['clips']:3d}  named {part['clip_accuracy']:.2f}  "
                f"frame {part['frame_accuracy']:.2f}  voted {part['voted_accuracy']:.2f}  "
                f"off by one {part['rep_obo']:.2f}"
            )
    keypoints = data / "landmarks" / "pose_trainer"
    if keypoints.is_dir():
        report["pose_trainer"] = check_form(keypoints, say)
    if not report:
        raise DataError(f"{data}: no labelled clips here. Expected clips/ and labels.tsv.")
    return report


def clip_name(voted: list[str]) -> str:
    """What a clip is named after: its most voted exercise, if it is voted often enough."""
    active = Counter(v for v in voted if v != NONE)
    if not active or sum(active.values()) < MIN_ACTIVE_SHARE * len(voted):
        return NONE
    return active.most_common(1)[0][0]


def _share(said: list[str], truth: str) -> float:
    return said.count(truth) / len(said) if said else float("nan")


def _mean(values: Iterable[float]) -> float:
    kept = [float(v) for v in values if v == v]
    return float(np.mean(kept)) if kept else float("nan")
