"""Ways to tell exercises apart, each trained on the same rows and asked about the same clips."""

from __future__ import annotations

import warnings
import zlib
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

from posecore.features import FEATURE_NAMES, mirror_features
from posecore.table import Table
from posecore.train import HIDDEN, SEED, blurred, draw_rows

N_ROWS = 12_000
"""Drawn from the table for each model of the comparison; the model that ships gets more."""
N_COMPONENTS = 40
N_GROUP_FOLDS = 3
_N_ASKED = 6_000

_NOW = np.array(
    [not name.startswith(("mean ", "std ", "range ", "window")) for name in FEATURE_NAMES]
)


def _mlp() -> MLPClassifier:
    return MLPClassifier(HIDDEN, alpha=1e-3, batch_size=256, max_iter=25, random_state=SEED)


FAMILIES: Mapping[str, Callable[[], Any]] = {
    "k nearest neighbours": lambda: KNeighborsClassifier(15, weights="distance"),
    "logistic regression": lambda: LogisticRegression(C=0.05, max_iter=150),
    "support vectors (RBF)": lambda: SVC(C=3.0, random_state=SEED),
    "random forest": lambda: RandomForestClassifier(100, min_samples_leaf=3, random_state=SEED),
    "gradient boosting": lambda: HistGradientBoostingClassifier(
        max_iter=50, learning_rate=0.15, max_leaf_nodes=15, random_state=SEED
    ),
    "multi-layer perceptron": _mlp,
}


@dataclass(frozen=True)
class Recipe:
    """One row of the comparison: the estimator, and what its rows go through before."""

    name: str
    make: Callable[[], Any]
    components: bool = False
    blur: bool = False
    one_frame: bool = False


def recipes() -> list[Recipe]:
    plain = [Recipe(name, make) for name, make in FAMILIES.items()]
    reduced = [
        Recipe(f"{name}, {N_COMPONENTS} components", make, True) for name, make in FAMILIES.items()
    ]
    return [
        *plain,
        *reduced,
        Recipe("multi-layer perceptron, one frame", _mlp, one_frame=True),
        Recipe("multi-layer perceptron, rows blurred", _mlp, blur=True),
    ]


class Fitted:
    """Probabilities as the shipped classifier gives them: mean over a body and its mirror image."""

    def __init__(self, recipe: Recipe, table: Table) -> None:
        rng = np.random.default_rng(SEED)
        x, y = draw_rows(table, rng, N_ROWS)
        if recipe.blur:
            x = blurred(x, y, rng)
        self._columns = _NOW if recipe.one_frame else np.ones(len(FEATURE_NAMES), bool)
        self._mean = x.mean(axis=0)
        steps = [StandardScaler(), *([PCA(N_COMPONENTS, random_state=SEED)] * recipe.components)]
        self._model = make_pipeline(*steps, recipe.make())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(x[:, self._columns], y)
        self.classes = tuple(str(c) for c in self._model.classes_)

    def proba_many(self, features: np.ndarray) -> np.ndarray:
        """(n, n_classes) of (n, n_features)."""
        both = np.concatenate([features, mirror_features(features)])
        x = np.where(np.isfinite(both), both, self._mean)[:, self._columns]
        if hasattr(self._model, "predict_proba"):
            proba = self._model.predict_proba(x)
        else:  # votes between pairs of classes, as shares
            votes = np.exp(self._model.decision_function(x))
            proba = votes / votes.sum(axis=1, keepdims=True)
        n = len(features)
        return np.asarray((proba[:n] + proba[n:]) / 2)


def grouped_scores(recipe: Recipe, table: Table) -> list[float]:
    """Mean recall over classes for each fold; a group (person or footage) is in one fold only."""
    fold = np.array([zlib.crc32(group.encode()) % N_GROUP_FOLDS for group in table.group])
    scores = []
    for k in range(N_GROUP_FOLDS):
        model = Fitted(recipe, table.rows(fold != k))
        asked = np.flatnonzero((fold == k) & ~table.made)
        rng = np.random.default_rng([SEED, k])
        asked = rng.choice(asked, min(_N_ASKED, len(asked)), replace=False)
        said = np.array(model.classes)[model.proba_many(table.x[asked]).argmax(axis=1)]
        truth = table.y[asked]
        recalls = [np.mean(said[truth == c] == c) for c in np.unique(truth)]
        scores.append(float(np.mean(recalls)))
    return scores
