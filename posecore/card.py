"""The trained model with its card: what it learnt from, and how well it does on what it did not."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Sequence as Rows
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
from sklearn.pipeline import Pipeline as Steps

from posecore.classify import MODEL_PATH, ExerciseClassifier, cooled, save_arrays
from posecore.crossval import Answer, HeldOut, grouped_scores, held_out, voted_on
from posecore.estimate import ESTIMATOR
from posecore.features import FEATURE_NAMES, WINDOW_S
from posecore.sources import Sequence, all_sequences
from posecore.table import Table
from posecore.taught import BACKGROUND_PATH
from posecore.teach_recogniser import write_background
from posecore.train import (
    EPOCHS,
    FEATURE_NOISE,
    HIDDEN,
    MIX,
    NETWORKS,
    SEED,
    cached_table,
    classifier_of,
    fit,
)

CALIBRATION_BINS = 10
_TEMPERATURES = np.geomspace(0.5, 5.0, 47)

LICENCES = {
    "acted": "CC0, drawn by bench/rendered",
    "rendered": "CC0, drawn by bench/rendered",
    "clips_generated": "MIT (37 clips), none stated (8)",
    "penn_action": "Apache-2.0 mirror; Zhang, Zhu, Derpanis 2013",
    "kaggle_multiclass_kalatz": "MIT",
    "mlkit_fitness": "Apache-2.0",
}
"""Of the sources that state one; of the rest only what was measured on them is kept."""
_NO_LICENCE = "none stated: measured and learnt from, not redistributed"

Say = Callable[[str], None]


def train_command(
    data: Path,
    cache: Path | None = None,
    out: Path | None = None,
    rendered: Path | None = None,
    say: Say = print,
) -> Path:
    """Train on every source in ``data`` and write the model and its card into ``out``.

    cache     folder of landmarks already estimated (made when missing); None: nothing is kept
    rendered  a folder of further rendered clips with labels.tsv
    Returns the model's path. Raises DataError where there is nothing to train on.
    """
    say("Reading the sources (the first time, every clip passes the estimator) ...")
    sequences = all_sequences(data, cache, rendered)
    say(f"{len(sequences)} sequences. Making the table ...")
    known = [s for s in sequences if s.split != "val"]
    table = cached_table(known, cache)
    say(f"{len(table)} rows of {len(FEATURE_NAMES)} features. Training ...")
    model = fit(table, SEED)
    say("Training again without each source, to see how well it does on others ...")
    unseen = held_out(known, table, _fitter)
    grouped = grouped_scores(table, _fitter)
    path = (out or MODEL_PATH.parent) / MODEL_PATH.name
    save(model, card_of(table, sequences, model, unseen, grouped), path)
    # Taught exercises are told from the same windows that the classifier has learnt from.
    write_background(table, path.with_name(BACKGROUND_PATH.name))
    say(f"Wrote {path.name} and {path.with_suffix('.json').name} to {path.parent}.")
    return path


def _fitter(rows: Table) -> ExerciseClassifier:
    return classifier_of(fit(rows, SEED))


def card_of(
    table: Table,
    sequences: Rows[Sequence],
    model: Steps,
    unseen: Rows[Answer] = (),
    grouped: Rows[float] = (),
) -> dict[str, Any]:
    """What the model is, learnt from what, with which versions; what it does on unseen sources."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for label in np.unique(table.y):
        for source in np.unique(table.source[table.y == label]):
            rows = (table.y == label) & (table.source == source) & ~table.made
            counts[str(label)][str(source)] = len(np.unique(table.clip[rows]))
    sources = sorted({source for by_source in counts.values() for source in by_source})
    return {
        "name": "exercise_mlp",
        "classes": [str(c) for c in model.classes_],
        "features": list(FEATURE_NAMES),
        "window_s": WINDOW_S,
        "estimator": ESTIMATOR,
        "networks": NETWORKS,
        "hidden_units": list(HIDDEN),
        "epochs": EPOCHS,
        "feature_noise": FEATURE_NOISE,
        "mix": MIX,
        "seed": SEED,
        "rows": len(table),
        "table_sha256": hashlib.sha256(table.x.tobytes() + "".join(table.y).encode()).hexdigest(),
        "clips_by_class_and_source": counts,
        "licences": {s: LICENCES.get(s.split(":")[0], _NO_LICENCE) for s in sources},
        "sequences": len(sequences),
        **_on_unseen(unseen),
        **_on_other_people(grouped),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scikit-learn", "skops", "mediapipe")},
        },
    }


def save(model: Steps, card: dict[str, Any], path: Path) -> None:
    """Model and card, each appearing only when it is whole."""
    import skops.io

    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(_always_the_same(skops.io.dumps(model)))
    unfinished.replace(path)
    save_arrays(model, path)
    card_path = path.with_suffix(".json")
    unfinished = card_path.with_suffix(".part")
    unfinished.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(card_path)


def _on_other_people(grouped: Rows[float]) -> dict[str, Any]:
    """Mean recall over classes for each fold of people; {} where it was not measured."""
    if not grouped:
        return {}
    folds = [round(float(score), 3) for score in grouped]
    return {
        "grouped": {"mean": _mean(folds), "spread": round(float(np.std(folds)), 3), "folds": folds}
    }


def _always_the_same(archive: bytes) -> bytes:
    """The skops archive without what changes from run to run: the time, and names after where
    objects happened to lie in memory. The same model gives the same bytes."""
    numbers: dict[str, str] = {}

    def renamed(part: Any, key: str = "") -> Any:
        if isinstance(part, dict):
            return {k: renamed(value, k) for k, value in part.items()}
        if isinstance(part, list):
            return [renamed(value) for value in part]
        if key not in ("__id__", "file") or part is None:
            return part
        stem, dot, ending = str(part).partition(".")
        stem = numbers.setdefault(stem, str(len(numbers) + 1))
        return int(stem) if key == "__id__" else stem + dot + ending

    made = BytesIO()
    with ZipFile(BytesIO(archive)) as old, ZipFile(made, "w") as new:
        schema = renamed(json.loads(old.read("schema.json")))
        files = {renamed(name, "file"): name for name in old.namelist() if name != "schema.json"}
        for name in sorted(files):
            new.writestr(ZipInfo(name), old.read(files[name]))
        new.writestr(ZipInfo("schema.json"), json.dumps(schema, indent=2))
    return made.getvalue()


def _on_unseen(answers: Rows[Answer]) -> dict[str, Any]:
    """Temperature, scores, confusion and calibration, leaving one source out; {} without clips."""
    if not answers:
        return {}
    temperature = fitted_temperature(answers)
    bins = calibration(answers, temperature)
    unseen = [voted_on(answer, temperature) for answer in answers]
    classes = unseen[0].classes
    confusion = {truth: dict.fromkeys(classes, 0) for truth in classes}
    by_class: dict[str, list[HeldOut]] = defaultdict(list)
    by_fold: dict[str, list[HeldOut]] = defaultdict(list)
    for clip in unseen:
        confusion[clip.truth][clip.named] += 1
        by_class[clip.truth].append(clip)
        by_fold[clip.fold].append(clip)
    return {
        "temperature": round(temperature, 3),
        "scores": {
            "clips_of_unseen_sources_named_right": _mean([c.named == c.truth for c in unseen]),
            "frames_of_unseen_sources_named_right": _mean([c.frame for c in unseen]),
            "frames_after_voting": _mean([c.voted for c in unseen]),
            "mean_over_classes_after_voting": _mean(
                [_mean([c.voted for c in clips]) for clips in by_class.values()]
            ),
        },
        "leave_one_source_out": {
            "by_fold": {fold: _scores(clips) for fold, clips in sorted(by_fold.items())},
            "by_class": {name: _scores(clips) for name, clips in sorted(by_class.items())},
            "confusion": confusion,
        },
        "calibration": bins,
        "calibration_gap": round(calibration_gap(bins), 3),
    }


def fitted_temperature(unseen: Rows[Answer]) -> float:
    """What the logits are divided by, so that answers are right as often as they say.

    The least gap between said and right over the bins of ``calibration``, on unseen sources.
    Likelihood asks for more: it is ruled by the few clips that are wrong from end to end.
    """
    return float(min(_TEMPERATURES, key=lambda t: calibration_gap(calibration(unseen, float(t)))))


def calibration_gap(bins: Rows[dict[str, float]]) -> float:
    """Expected calibration error: mean distance of said from right over all frames."""
    frames = sum(b["frames"] for b in bins)
    return sum(b["frames"] * abs(b["said"] - b["right"]) for b in bins) / frames


def calibration(unseen: Rows[Answer], temperature: float) -> list[dict[str, float]]:
    """Frames by how sure the answer was: their number, mean probability and share right."""
    sure, right = [], []
    for clip in unseen:
        proba = cooled(clip.proba, temperature)
        sure.append(proba.max(axis=1))
        right.append(proba.argmax(axis=1) == clip.classes.index(clip.truth))
    p, hit = np.concatenate(sure), np.concatenate(right)
    bins = np.minimum((p * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return [
        {
            "frames": int((bins == k).sum()),
            "said": round(float(p[bins == k].mean()), 3),
            "right": round(float(hit[bins == k].mean()), 3),
        }
        for k in range(CALIBRATION_BINS)
        if (bins == k).any()
    ]


def _scores(clips: Rows[HeldOut]) -> dict[str, float]:
    return {
        "clips": len(clips),
        "named": _mean([c.named == c.truth for c in clips]),
        "frames": _mean([c.frame for c in clips]),
        "voted": _mean([c.voted for c in clips]),
    }


def _mean(values: Rows[float]) -> float:
    return round(float(np.mean(values)), 3)
