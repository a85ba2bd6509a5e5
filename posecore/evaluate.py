"""How good it is on labelled clips: recognition, counts, form, printed and as a dict.

Clips are evaluated from cached landmarks, through the same Pipeline.advance as a live person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from posecore.classify import ExerciseClassifier, read_card
from posecore.clip_score import ClipScore, counting, score_clip, summary, verdicts
from posecore.form_check import check_form
from posecore.penn_check import FILE as PENN_FILE
from posecore.penn_check import check_penn
from posecore.pipeline import Pipeline, Settings
from posecore.sources import DataError, known_label, read_labels
from posecore.tracks import track_of
from posecore.types import NONE
from posecore.video import VideoError

Say = Callable[[str], None]


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
    say: Say = print,
    keep: Path | None = None,
) -> dict[str, dict[str, float]]:
    """Print how well the labelled clips of ``data`` are recognised, counted and judged.

    First what nothing was learnt from, then sources left out, as the model's card has them, then
    all clips. ``split``: only the clips of that split. ``keep``: a file for the counts and forms
    of what nothing was learnt from. Raises DataError where there are no clips.
    """
    report: dict[str, dict[str, float]] = {}
    idle: dict[str, list[ClipScore]] = {}
    folder, labels = data / "clips", _labels(data, "clips")
    clips = evaluate_clips(folder, labels, cache, split) if labels else []
    for part in sorted({s.split for s in clips}, reverse=True):  # val, then train
        chosen = [s for s in clips if s.split == part]
        learnt = "held out" if part == "val" else "learnt from"
        report[f"clips ({part})"] = _told(f"clips ({part}: {learnt})", chosen, say)
        idle[f"other movements, {part} ({learnt})"] = [s for s in chosen if s.truth == NONE]
    if split is None and (data / PENN_FILE).exists():
        penn = check_penn(data / PENN_FILE)
        report["penn"] = _told("Penn Action, its -1 half (held out, joints set by hand)", penn, say)
        idle["Penn Action's sports, -1 half (held out)"] = [s for s in penn if s.truth == NONE]
    _tell_idle({name: scores for name, scores in idle.items() if scores}, report, say)
    if split is None:
        for line in unseen_lines(read_card()):
            say(line)
        if len({s.split for s in clips}) > 1:
            report["clips"] = _told("clips (all)", clips, say)
    labels = _labels(data, "rendered")
    drawn = evaluate_clips(data / "rendered", labels, cache) if labels else []
    report["rendered"] = _told("rendered (drawn people)", drawn, say)
    keypoints = data / "landmarks" / "pose_trainer"
    if keypoints.is_dir():
        report["pose_trainer"] = check_form(keypoints, say)
    report = {name: figures for name, figures in report.items() if figures}
    if not report:
        raise DataError(f"{data}: no labelled clips here. Expected clips/ and labels.tsv.")
    if keep is not None:
        _keep({"real": [s for s in clips if s.split == "val"], "drawn": drawn}, keep)
        say(f"\nWrote {keep.name}.")
    return report


def _keep(by_people: Mapping[str, list[ClipScore]], path: Path) -> None:
    """A row for each exercise that real, or drawn, people do; the file appears when it is whole."""
    figures = {
        name: [
            {"people": people, "exercise": exercise, **row}
            for people, scores in by_people.items()
            for exercise, row in found(scores).items()
        ]
        for name, found in (("counting", counting), ("form", verdicts))
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def unseen_lines(card: Mapping[str, Any]) -> list[str]:
    """Leave one source out, as the card has it; a line that says so where it has nothing."""
    found = card.get("leave_one_source_out")
    if not isinstance(found, dict):
        return ["", "leave one source out: not on the model's card; train it anew to have it."]
    lines = ["", "leave one source out (from the model's card: trained anew without each source)"]
    for name, value in card.get("scores", {}).items():
        lines.append(f"  {name:38s} {value:.3f}")
    if isinstance(card.get("grouped"), dict):
        mean, spread = card["grouped"]["mean"], card["grouped"]["spread"]
        lines.append(f"  {'people_left_out_mean_recall':38s} {mean:.3f} ± {spread:.3f}")
    for key in ("by_fold", "by_class"):
        for name, figures in found.get(key, {}).items():
            lines.append(
                f"    {name:26s} clips {figures['clips']:3d}  named {figures['named']:.2f}  "
                f"frame {figures['frames']:.2f}  voted {figures['voted']:.2f}"
            )
    return lines


def _labels(data: Path, name: str) -> Path | None:
    """The labels of a folder of clips; None where either is missing."""
    labels = data / name / "labels.tsv"
    labels = labels if labels.exists() else data / "labels.tsv"
    return labels if (data / name).is_dir() and labels.exists() else None


def _told(title: str, scores: list[ClipScore], say: Say) -> dict[str, float]:
    if not scores:
        return {}
    figures = summary(scores)
    say(f"\n{title}")
    for key, value in figures.items():
        say(f"  {key:24s} {value:.3f}" if isinstance(value, float) else f"  {key:24s} {value}")
    for truth in sorted({s.truth for s in scores}):
        part = summary(s for s in scores if s.truth == truth)
        say(
            f"    {truth:16s} clips {part['clips']:3d}  named {part['clip_accuracy']:.2f}  "
            f"frame {part['frame_accuracy']:.2f}  voted {part['voted_accuracy']:.2f}  "
            f"off by one {part['rep_obo']:.2f}"
        )
    return figures


def _tell_idle(
    idle: Mapping[str, list[ClipScore]], report: dict[str, dict[str, float]], say: Say
) -> None:
    """No exercise is done there: how much was voted to be one, and what was counted."""
    if idle:
        say("\nno exercise: share of frames voted to be one, reps counted")
    for name, scores in idle.items():
        figures = {
            key: summary(scores)[key] for key in ("clips", "none_as_exercise", "phantom_reps")
        }
        report[f"none: {name}"] = figures
        say(
            f"  {name:44s} clips {figures['clips']:3d}  "
            f"frames {figures['none_as_exercise']:.3f}  reps {figures['phantom_reps']}"
        )
