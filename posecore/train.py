"""Training the exercise classifier: from the table of the sources to a fitted model."""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Sequence as Rows
from pathlib import Path

import numpy as np
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline as Steps
from sklearn.preprocessing import StandardScaler

from posecore.classify import ExerciseClassifier
from posecore.features import mirror_features
from posecore.sources import Sequence
from posecore.table import Table, build_table
from posecore.types import NONE

SEED = 0
NETWORKS = 3
"""Their mean is asked (Breiman 1996): what one has learnt by chance the others have not."""
HIDDEN = (128, 64)
EPOCHS = 25
ROWS = 60_000
"""What each network learns from, drawn for it alone."""

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

FEATURE_NOISE = 0.6
"""Of each feature's own spread, added to every row: what a source looks like is blurred more
than what its people do."""

MIX = 0.5
"""Up to this share of a row comes from another row of its class, of another source as like as
not: what lies between two ways of doing an exercise is that exercise too."""


def cached_table(sequences: Rows[Sequence], cache: Path | None, seed: int = SEED) -> Table:
    """The table of these sequences, from the cache where nothing of it has changed."""
    if cache is None:
        return build_table(sequences, VARIANTS, seed)
    kept = cache / f"table-{inputs_hash(sequences, seed)}.npz"
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


def inputs_hash(sequences: Rows[Sequence], seed: int) -> str:
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


def draw_rows(
    table: Table,
    rng: np.random.Generator,
    n: int,
    mirror: Callable[[np.ndarray], np.ndarray] = mirror_features,
) -> tuple[np.ndarray, np.ndarray]:
    """``n`` rows by ``row_weights``, half of them mirrored: x (n, n_features), no NaN, y (n,)."""
    chosen = rng.choice(len(table), n, p=row_weights(table))
    x = table.x[chosen].astype(np.float64)
    flipped = rng.random(len(x)) < 0.5
    x[flipped] = mirror(x[flipped])
    mean = np.nanmean(x, axis=0)
    return np.where(np.isfinite(x), x, np.nan_to_num(mean)), table.y[chosen]


def blurred(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The rows mixed with others of their class (MIX), with noise (FEATURE_NOISE)."""
    x = mixed(x, y, rng)
    return x + rng.normal(size=x.shape) * x.std(axis=0) * FEATURE_NOISE


def fit(table: Table, seed: int, epochs: int = EPOCHS) -> Steps:
    """StandardScaler and NETWORKS times MLPClassifier, trained on blurred rows of the table."""
    rng = np.random.default_rng(seed)
    x, y = draw_rows(table, rng, NETWORKS * min(ROWS, 2 * len(table)))
    x = blurred(x, y, rng).astype(np.float32)
    network = MLPClassifier(HIDDEN, alpha=1e-3, batch_size=256, max_iter=epochs)
    model = Steps(
        [
            ("scale", StandardScaler()),
            (
                "mlp",
                BaggingClassifier(
                    network,
                    n_estimators=NETWORKS,
                    max_samples=1.0 / NETWORKS,
                    bootstrap=False,
                    random_state=seed,
                ),
            ),
        ]
    )
    with warnings.catch_warnings():
        # The number of epochs is chosen on sources held out, not by the training loss.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    for each in model.named_steps["mlp"].estimators_:
        del each._optimizer  # only further training needs it; twice the file
    return model


def mixed(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each row with a share, up to MIX, of another of its class."""
    mixed = x.copy()
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        share = rng.uniform(0.0, MIX, len(rows))[:, None]
        mixed[rows] = (1.0 - share) * x[rows] + share * x[rng.permutation(rows)]
    return mixed


def classifier_of(model: Steps, temperature: float = 1.0) -> ExerciseClassifier:
    """The fitted model as the pipeline uses it."""
    return ExerciseClassifier(model, tuple(str(c) for c in model.classes_), temperature)
