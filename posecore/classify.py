"""Which exercise a feature vector shows: multi-layer perceptrons, loaded and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from posecore.arrays import ArraysError, ModelError, read_arrays
from posecore.estimate import ESTIMATOR
from posecore.features import FEATURE_NAMES, mirror_features

MODEL_PATH = Path(__file__).resolve().parent.parent / "models" / "exercise_mlp.skops"
TRUSTED_TYPES: list[str] = []
"""A model file may hold nothing beyond what skops trusts by itself."""

READ_WITH = ("scikit-learn", "skops", "numpy")
"""What a model is written and read with: of another release, major or minor, it is not trusted."""

_UNUSABLE = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError)
"""What arithmetic with numbers of any kind and shape raises."""

RETRAIN = "Make it with: python -m posecore train --data DIR"


class Recogniser(Protocol):
    """What a pipeline asks: the shipped classifier, or one with taught exercises beside it."""

    classes: tuple[str, ...]

    def proba(self, features: np.ndarray) -> np.ndarray: ...

    def proba_many(self, features: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Networks:
    """The numbers of a fitted model that are needed to ask it: k networks behind one scaler.

    mean, scale (n_features,); layers: weights (k, n_in, n_out) and biases (k, 1, n_out) of each, in
    single precision: half as much to fetch for every frame, and no probability moves by 1e-5
    """

    classes: list[str]
    mean: np.ndarray
    scale: np.ndarray
    layers: list[tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, model: Any) -> Networks:
        """Those of scikit-learn's pipeline. Raises ModelError where it is another one."""
        try:
            scale, networks = model.named_steps["scale"], model.named_steps["mlp"].estimators_
            layers = [
                (
                    np.stack([each.coefs_[i] for each in networks]).astype(np.float32),
                    np.stack([each.intercepts_[i] for each in networks])[:, None].astype(
                        np.float32
                    ),
                )
                for i in range(len(networks[0].coefs_))
            ]
            return cls([str(c) for c in model.classes_], scale.mean_, scale.scale_, layers)
        except (AttributeError, KeyError, TypeError) as error:
            raise ModelError(f"The model is no scaler with networks. {RETRAIN}") from error


class ExerciseClassifier:
    """Class probabilities of feature vectors, the same for a body and its mirror image.

    The mean of a few networks. Their matrices are taken out of the scikit-learn pipeline once:
    its own predict spends ten times as long on checks as on arithmetic. tests/test_classify.py
    holds both equal.
    """

    def __init__(
        self, model: Networks | Any, classes: tuple[str, ...], temperature: float = 1.0
    ) -> None:
        """``model``: Networks, or the fitted pipeline that they are taken out of.

        ``temperature`` divides the logarithms of the probabilities: above 1 where the networks
        are surer than they are right. It is fitted on footage of sources that they did not learn
        from (Guo et al. 2017).
        """
        networks = model if isinstance(model, Networks) else Networks.of(model)
        if len(networks.mean) != len(FEATURE_NAMES):
            raise ModelError(
                f"The model expects {len(networks.mean)} features, this program makes "
                f"{len(FEATURE_NAMES)}. {RETRAIN}"
            )
        self.classes = classes
        self.temperature = temperature
        self._mean, self._scale = networks.mean, networks.scale
        self._layers = networks.layers

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
        networks = _load_arrays(path)
        if networks is None:
            model = _load_skops(path)
            if list(getattr(model, "classes_", ())) != card["classes"]:
                raise ModelError(f"{path.name} does not have the classes of its card. {RETRAIN}")
            networks = Networks.of(model)
        if networks.classes != card["classes"]:
            raise ModelError(f"{path.name} does not have the classes of its card. {RETRAIN}")
        try:
            made = cls(networks, tuple(card["classes"]), _temperature(card))
            whole = np.isfinite(made.proba(np.zeros(len(FEATURE_NAMES)))).sum()
        except ModelError:
            raise
        except _UNUSABLE as error:
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
        both = self.standardised(np.concatenate([features, mirror_features(features)]))
        x = both.astype(np.float32)[None]
        for weights, bias in self._layers[:-1]:
            x = np.maximum(x @ weights + bias, 0.0)
        weights, bias = self._layers[-1]
        logits = (x @ weights + bias).astype(float)
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        proba = (odds / odds.sum(axis=-1, keepdims=True)).mean(axis=0)
        n = len(features)
        return cooled((proba[:n] + proba[n:]) / 2, self.temperature)

    def standardised(self, features: np.ndarray) -> np.ndarray:
        """(n, n_features) about their mean in training, in units of their spread there; NaN: 0."""
        x = (features - self._mean) / self._scale
        return np.where(np.isfinite(x), x, 0.0)


def cooled(proba: np.ndarray, temperature: float) -> np.ndarray:
    """(n, c) probabilities made less sure: as if the logits were divided by ``temperature``."""
    if temperature == 1.0:
        return proba
    odds = np.maximum(proba, 1e-9) ** (1.0 / temperature)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


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
    networks = Networks.of(model)
    arrays = {
        "mean": networks.mean,
        "scale": networks.scale,
        "classes": np.array(networks.classes, str),
    }
    for i, (weights, bias) in enumerate(networks.layers):
        arrays |= {f"weights_{i}": weights, f"bias_{i}": bias}
    kept = path.with_suffix(".npz")
    unfinished = kept.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, of=np.array(_digest(path)), **arrays)
    unfinished.replace(kept)


def _load_arrays(path: Path) -> Networks | None:
    """The same as the model at ``path`` for whoever asks it; None where they are of another one."""
    try:
        saved = read_arrays(path.with_suffix(".npz"))
        if str(saved["of"]) != _digest(path):
            return None
        n = sum(name.startswith("weights_") for name in saved)
        layers = [(saved[f"weights_{i}"], saved[f"bias_{i}"]) for i in range(n)]
        return Networks(saved["classes"].tolist(), saved["mean"], saved["scale"], layers)
    except (OSError, KeyError, ArraysError):
        return None  # the model itself is there


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
