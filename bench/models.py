"""Ways to tell exercises apart, each trained on the same rows and asked about the same clips."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from bench.wide import BLOCKS, N_POSES, NOW, mirror_wide
from posecore.table import Table
from posecore.train import HIDDEN, SEED, blurred, draw_rows

N_ROWS = 4_000
"""Drawn from the table for each model of the comparison; the model that ships gets more."""
N_COMPONENTS = 40


def _mlp() -> MLPClassifier:
    return MLPClassifier(HIDDEN, alpha=1e-3, batch_size=256, max_iter=20, random_state=SEED)


FAMILIES: Mapping[str, Callable[[], Any]] = {
    "k nearest neighbours": lambda: KNeighborsClassifier(15, weights="distance"),
    "logistic regression": lambda: LogisticRegression(C=0.05, max_iter=150),
    "support vectors (RBF)": lambda: SVC(C=3.0, random_state=SEED),
    "random forest": lambda: RandomForestClassifier(60, min_samples_leaf=3, random_state=SEED),
    "gradient boosting": lambda: HistGradientBoostingClassifier(
        max_iter=30, learning_rate=0.2, max_leaf_nodes=15, random_state=SEED
    ),
    "multi-layer perceptron": _mlp,
}


@dataclass(frozen=True)
class Recipe:
    """One row of the comparison: the estimator, what it is shown, and what rows go through.

    looks_at  blocks of bench.wide; one_frame: of them, the columns of the last frame alone
    """

    name: str
    make: Callable[[], Any] = _mlp
    components: bool = False
    blur: bool = False
    looks_at: tuple[str, ...] = ("2 s",)
    one_frame: bool = False

    @property
    def columns(self) -> np.ndarray:
        """Of a wide row, those that it looks at."""
        every = np.arange(BLOCKS["poses"].stop)
        if self.one_frame:
            return every[BLOCKS[self.looks_at[0]]][NOW]
        return np.concatenate([every[BLOCKS[name]] for name in self.looks_at])


def recipes() -> dict[str, list[Recipe]]:
    """The comparison's parts: kinds of model, and what one kind is shown."""
    plain = [Recipe(name, make) for name, make in FAMILIES.items()]
    reduced = [
        Recipe(f"{name}, {N_COMPONENTS} components", make, True) for name, make in FAMILIES.items()
    ]
    return {
        "looks": [
            Recipe("one frame, then votes (the paper's method)", one_frame=True),
            Recipe("window of 1 s", looks_at=("1 s",)),
            Recipe("window of 2 s (as it ships)"),
            Recipe("window of 4 s", looks_at=("4 s",)),
            Recipe("windows of 1, 2 and 4 s together", looks_at=("1 s", "2 s", "4 s")),
            Recipe(f"{N_POSES} poses of 2 s in order (temporal network)", looks_at=("poses",)),
            Recipe("window of 2 s and the poses in order", looks_at=("2 s", "poses")),
            Recipe("world landmarks, 2 s", looks_at=("world",)),
            Recipe("picture and world landmarks, 2 s", looks_at=("2 s", "world")),
        ],
        "models": [*plain, *reduced, Recipe("multi-layer perceptron, rows blurred", blur=True)],
    }


class Fitted:
    """Probabilities as the shipped classifier gives them: mean over a body and its mirror image."""

    def __init__(self, recipe: Recipe, table: Table) -> None:
        rng = np.random.default_rng(SEED)
        self._columns = recipe.columns
        x, y = draw_rows(table, rng, N_ROWS, mirror_wide)
        x = x[:, self._columns]
        if recipe.blur:
            x = blurred(x, y, rng)
        self._mean = x.mean(axis=0)
        steps = [StandardScaler(), *([PCA(N_COMPONENTS, random_state=SEED)] * recipe.components)]
        self._model = make_pipeline(*steps, recipe.make())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(x, y)
        self.classes = tuple(str(c) for c in self._model.classes_)

    def proba_many(self, features: np.ndarray) -> np.ndarray:
        """(n, n_classes) of (n, n_columns) wide rows."""
        both = np.concatenate([features, mirror_wide(features)])[:, self._columns]
        x = np.where(np.isfinite(both), both, self._mean)
        if hasattr(self._model, "predict_proba"):
            proba = self._model.predict_proba(x)
        else:  # votes between pairs of classes, as shares
            votes = np.exp(self._model.decision_function(x))
            proba = votes / votes.sum(axis=1, keepdims=True)
        n = len(features)
        return np.asarray((proba[:n] + proba[n:]) / 2)
