"""Which exercise a feature vector shows: a multi-layer perceptron, loaded and checked."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np

from posecore.estimate import ESTIMATOR
from posecore.features import FEATURE_NAMES, mirror_features

MODEL_PATH = Path(__file__).resolve().parent.parent / "models" / "exercise_mlp.skops"
TRUSTED_TYPES: list[str] = []
"""A model file may hold nothing beyond what skops trusts by itself."""

READ_WITH = ("scikit-learn", "skops", "numpy")
"""What a model is written and read with: of another release, major or minor, it is not trusted."""

RETRAIN = "Make it with: python -m posecore train --data DIR"


class ModelError(ValueError):
    """The model is missing or does not fit this program; the message says how to make it."""


class Recogniser(Protocol):
    """What a pipeline asks: the shipped classifier, or one with taught exercises beside it."""

    classes: tuple[str, ...]

    def proba(self, features: np.ndarray) -> np.ndarray: ...

    def proba_many(self, features: np.ndarray) -> np.ndarray: ...


class ExerciseClassifier:
    """Class probabilities of feature vectors, the same for a body and its mirror image.

    The network's matrices are taken out of the scikit-learn pipeline once: its own predict
    spends ten times as long on checks as on arithmetic. tests/test_classify.py holds both equal.
    """

    def __init__(self, model: Any, classes: tuple[str, ...], temperature: float = 1.0) -> None:
        """``temperature`` divides the logits: above 1 where the network is surer than it is right.

        It is fitted on footage of sources that the network did not learn from (Guo et al. 2017).
        """
        try:
            scale, mlp = model.named_steps["scale"], model.named_steps["mlp"]
        except (AttributeError, KeyError, TypeError) as error:
            raise ModelError(f"The model is no scaler with a network. {RETRAIN}") from error
        if scale.n_features_in_ != len(FEATURE_NAMES):
            raise ModelError(
                f"The model expects {scale.n_features_in_} features, this program makes "
                f"{len(FEATURE_NAMES)}. {RETRAIN}"
            )
        self.classes = classes
        self.temperature = temperature
        self._mean = np.asarray(scale.mean_)
        self._scale = np.asarray(scale.scale_)
        self._layers = [
            (np.asarray(w, np.float64), np.asarray(b, np.float64))
            for w, b in zip(mlp.coefs_, mlp.intercepts_, strict=True)
        ]

    @classmethod
    def load(cls, path: Path | None = None) -> ExerciseClassifier:
        """The model file and the card beside it. Raises ModelError where they do not fit."""
        path = path or MODEL_PATH
        card = read_card(path)
        if card.get("features") != list(FEATURE_NAMES):
            raise ModelError(f"{path.name} was trained on other features. {RETRAIN}")
        if card.get("estimator") != ESTIMATOR:
            raise ModelError(
                f"{path.name} was trained on landmarks of {card.get('estimator')!r}, this "
                f"program uses {ESTIMATOR!r}. {RETRAIN}"
            )
        _demand_versions(path, card)
        model = _load_arrays(path) or _load_skops(path)
        if list(getattr(model, "classes_", ())) != card["classes"]:
            raise ModelError(f"{path.name} does not have the classes of its card. {RETRAIN}")
        try:
            made = cls(model, tuple(card["classes"]), _temperature(card))
            whole = np.isfinite(made.proba(np.zeros(len(FEATURE_NAMES)))).sum()
        except ModelError:
            raise
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise ModelError(f"{path.name} cannot be used ({error}). {RETRAIN}") from error
        if whole != len(made.classes):
            raise ModelError(f"{path.name} gives no probability for some classes. {RETRAIN}")
        return made

    def proba(self, features: np.ndarray) -> np.ndarray:
        """(n_classes,) of (n_features,); a NaN feature counts as average. All NaN where all are."""
        if not np.isfinite(features).any():
            return np.full(len(self.classes), np.nan)
        return self.proba_many(features[None])[0]

    def proba_many(self, features: np.ndarray) -> np.ndarray:
        """(n, n_classes) of (n, n_features), mean over each body and its mirror image."""
        x = self.standardised(np.concatenate([features, mirror_features(features)]))
        for weights, bias in self._layers[:-1]:
            x = np.maximum(x @ weights + bias, 0.0)
        weights, bias = self._layers[-1]
        logits = (x @ weights + bias) / self.temperature
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        proba = odds / odds.sum(axis=1, keepdims=True)
        n = len(features)
        return (proba[:n] + proba[n:]) / 2

    def standardised(self, features: np.ndarray) -> np.ndarray:
        """(n, n_features) about their mean in training, in units of their spread there; NaN: 0."""
        x = (features - self._mean) / self._scale
        return np.where(np.isfinite(x), x, 0.0)


def read_card(path: Path | None = None) -> dict[str, Any]:
    """The card beside the model file. Raises ModelError where either cannot be read."""
    path = path or MODEL_PATH
    card_path = path.with_suffix(".json")
    for needed in (path, card_path):
        if not needed.exists():
            raise ModelError(f"The model file {needed.name} is missing. {RETRAIN}")
    try:
        card = json.loads(card_path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{card_path.name} cannot be read ({error}). {RETRAIN}") from error
    classes = card.get("classes") if isinstance(card, dict) else None
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise ModelError(f"The model's card {card_path.name} names no classes. {RETRAIN}")
    return card


def _demand_versions(path: Path, card: dict[str, Any]) -> None:
    """Raises ModelError where the model was written by another release of what reads it."""
    versions = card.get("versions")
    if not isinstance(versions, dict):
        return
    for name in READ_WITH:
        made, here = str(versions.get(name, "")), version(name)
        if made and made.split(".")[:2] != here.split(".")[:2]:
            raise ModelError(
                f"{path.name} was made with {name} {made}, this program has {here}. {RETRAIN}"
            )


def _temperature(card: dict[str, Any]) -> float:
    value = card.get("temperature", 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < np.inf:
        raise ValueError(f"expected a temperature above 0 on its card, got {value!r}")
    return float(value)


def save_arrays(model: Any, path: Path) -> None:
    """What of the model at ``path`` is needed to ask it, beside it.

    Reading the model itself takes scikit-learn, whose import is two seconds of every start.
    """
    scale, mlp = model.named_steps["scale"], model.named_steps["mlp"]
    arrays = {"mean": scale.mean_, "scale": scale.scale_, "classes": np.array(model.classes_, str)}
    for kind, layers in (("weights", mlp.coefs_), ("bias", mlp.intercepts_)):
        arrays |= {f"{kind}_{i}": layer for i, layer in enumerate(layers)}
    kept = path.with_suffix(".npz")
    unfinished = kept.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, of=np.array(_digest(path)), **arrays)
    unfinished.replace(kept)


def _load_arrays(path: Path) -> Any:
    """The same as the model at ``path`` for whoever asks it; None where they are of another one."""
    kept = path.with_suffix(".npz")
    try:
        with np.load(kept, allow_pickle=False) as saved:
            if str(saved["of"]) != _digest(path):
                return None
            n = sum(name.startswith("weights_") for name in saved.files)
            weights, biases = (
                [saved[f"{kind}_{i}"] for i in range(n)] for kind in ("weights", "bias")
            )
            mean = saved["mean"]
            scale = SimpleNamespace(mean_=mean, scale_=saved["scale"], n_features_in_=len(mean))
            mlp = SimpleNamespace(coefs_=weights, intercepts_=biases)
            classes = saved["classes"].tolist()
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None  # the model itself is there
    return SimpleNamespace(named_steps={"scale": scale, "mlp": mlp}, classes_=classes)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _load_skops(path: Path) -> Any:
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return skops.io.load(path, trusted=TRUSTED_TYPES)
    except UntrustedTypesFoundException as error:
        raise ModelError(f"{path.name} holds types it should not: refused. {RETRAIN}") from error
    except Exception as error:  # skops raises what zip, json and scikit-learn raise
        raise ModelError(f"{path.name} cannot be read ({error}). {RETRAIN}") from error
