"""Training the exercise classifier: from the sources to the model file and its card."""

from __future__ import annotations

import hashlib
import json
import platform
import warnings
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Sequence as Rows
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline as Steps
from sklearn.preprocessing import StandardScaler

from posecore.classify import MODEL_PATH, ExerciseClassifier
from posecore.estimate import ESTIMATOR
from posecore.features import FEATURE_NAMES, WINDOW_S, mirror_features
from posecore.sources import Sequence, all_sequences
from posecore.table import Table, build_table
from posecore.types import NONE

SEED = 0
HIDDEN = (128, 64)
EPOCHS = 25
ROWS_PER_EPOCH = 60_000

VARIANTS = {
    "lunge": 6,
    "biceps_curl": 6,
    "shoulder_press": 8,
    "lateral_raise": 10,
    "front_raise": 10,
    "plank": 3,
    "deadlift": 3,
    "sit_up": 2,
    "jumping_jack": 2,
    "squat": 1,
    "push_up": 1,
    "pull_up": 1,
    "none": 1,
}
"""Made-up variants of each clip: many where real footage is thin."""

SOURCE_POWER = 0.5
"""Within a class a source weighs as its number of clips to this power: a big one does not drown
the others, a single clip does not outweigh a hundred."""

NONE_WEIGHT = 2.0
"""``none`` is everything else people do: it weighs as much as so many exercises."""

FEATURE_NOISE = 0.3
"""Of each feature's own spread, added to every row: what a source looks like is blurred more
than what its people do."""

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
    table = cached_table([s for s in sequences if s.split != "val"], cache)
    say(f"{len(table)} rows of {len(FEATURE_NAMES)} features. Training ...")
    model = fit(table, SEED)
    path = (out or MODEL_PATH.parent) / MODEL_PATH.name
    save(model, card_of(table, sequences, model), path)
    say(f"Wrote {path.name} and {path.with_suffix('.json').name} to {path.parent}.")
    return path


def cached_table(sequences: Rows[Sequence], cache: Path | None, seed: int = SEED) -> Table:
    """The table of these sequences, from the cache where nothing of it has changed."""
    if cache is None:
        return build_table(sequences, VARIANTS, seed)
    kept = cache / f"table-{_inputs_hash(sequences, seed)}.npz"
    names = ("x", "y", "source", "group", "clip", "made")
    if kept.exists():
        with np.load(kept) as saved:
            return Table(*(saved[name] for name in names))
    table = build_table(sequences, VARIANTS, seed)
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_suffix(".part.npz")
    np.savez(unfinished, **{name: getattr(table, name) for name in names})
    unfinished.replace(kept)
    return table


def _inputs_hash(sequences: Rows[Sequence], seed: int) -> str:
    """Changes with the data, the labels, and the code that makes rows of them."""
    digest = hashlib.sha256(repr((VARIANTS, seed)).encode())
    for module in ("features", "table"):
        digest.update((Path(__file__).parent / f"{module}.py").read_bytes())
    for s in sequences:
        digest.update(f"{s.source} {s.group} {s.clip} {s.label} {s.split}".encode())
        digest.update(s.t_s.tobytes() + s.joints_px.tobytes())
        if s.world is not None:
            digest.update(s.world.tobytes())
    return digest.hexdigest()[:24]


def row_weights(table: Table) -> np.ndarray:
    """(n,) even by class (NONE: NONE_WEIGHT), within it by source (SOURCE_POWER); sum 1."""
    clips = defaultdict(set)
    for label, source, clip in zip(table.y, table.source, table.clip, strict=True):
        clips[label, source].add(clip)
    weight = np.zeros(len(table))
    for label in np.unique(table.y):
        sources = {s: len(c) ** SOURCE_POWER for (y, s), c in clips.items() if y == label}
        total = sum(sources.values())
        for source, share in sources.items():
            rows = (table.y == label) & (table.source == source)
            weight[rows] = share / total / rows.sum()
    weight[table.y == NONE] *= NONE_WEIGHT
    return weight / weight.sum()


def fit(table: Table, seed: int, epochs: int = EPOCHS) -> Steps:
    """StandardScaler and MLPClassifier, trained on rows drawn by ``row_weights``, half mirrored."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(table), min(ROWS_PER_EPOCH, 2 * len(table)), p=row_weights(table))
    x = table.x[chosen].astype(np.float64)
    flipped = rng.random(len(x)) < 0.5
    x[flipped] = mirror_features(x[flipped])
    mean = np.nanmean(x, axis=0)
    x = np.where(np.isfinite(x), x, np.nan_to_num(mean))
    x += rng.normal(size=x.shape) * x.std(axis=0) * FEATURE_NOISE
    model = Steps(
        [
            ("scale", StandardScaler()),
            (
                "mlp",
                MLPClassifier(
                    HIDDEN, alpha=1e-3, batch_size=256, max_iter=epochs, random_state=seed
                ),
            ),
        ]
    )
    with warnings.catch_warnings():
        # The number of epochs is chosen on sources held out, not by the training loss.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, table.y[chosen])
    del model.named_steps["mlp"]._optimizer  # only further training needs it; twice the file
    return model


def classifier_of(model: Steps) -> ExerciseClassifier:
    """The fitted model as the pipeline uses it."""
    return ExerciseClassifier(model, tuple(str(c) for c in model.classes_))


def card_of(table: Table, sequences: Rows[Sequence], model: Steps) -> dict[str, Any]:
    """What the model is, learnt from what, with which versions."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for label in np.unique(table.y):
        for source in np.unique(table.source[table.y == label]):
            rows = (table.y == label) & (table.source == source) & ~table.made
            counts[str(label)][str(source)] = len(np.unique(table.clip[rows]))
    return {
        "name": "exercise_mlp",
        "classes": [str(c) for c in model.classes_],
        "features": list(FEATURE_NAMES),
        "window_s": WINDOW_S,
        "estimator": ESTIMATOR,
        "hidden_units": list(HIDDEN),
        "epochs": EPOCHS,
        "seed": SEED,
        "rows": len(table),
        "table_sha256": hashlib.sha256(table.x.tobytes() + "".join(table.y).encode()).hexdigest(),
        "clips_by_class_and_source": counts,
        "sequences": len(sequences),
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
    skops.io.dump(model, unfinished)
    unfinished.replace(path)
    card_path = path.with_suffix(".json")
    unfinished = card_path.with_suffix(".part")
    unfinished.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(card_path)
