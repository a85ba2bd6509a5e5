"""The classifier: the same numbers as scikit-learn's, and models that do not fit are refused."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline as Steps
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from posecore.classify import (
    MODEL_PATH,
    ExerciseClassifier,
    ModelError,
    read_card,
    save_arrays,
)
from posecore.estimate import ESTIMATOR
from posecore.features import FEATURE_NAMES, mirror_features

CLASSES = ("lunge", "none", "squat")
N = len(FEATURE_NAMES)


def trained(n_features: int = N, classes: tuple[str, ...] = CLASSES) -> Steps:
    random = np.random.default_rng(0)
    y = random.choice(classes, 200)
    x = random.normal(size=(200, n_features)) * 2 + np.array(
        [list(classes).index(label) for label in y]
    ).reshape(-1, 1)
    mlp = MLPClassifier((12, 6), max_iter=8)
    networks = BaggingClassifier(mlp, n_estimators=2, max_samples=0.7, random_state=0)
    steps = Steps([("scale", StandardScaler()), ("mlp", networks)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        steps.fit(x.astype(np.float32), y)
    for network in networks.estimators_:
        del network._optimizer
    return steps


@pytest.fixture(scope="module")
def model() -> Steps:
    return trained()


@pytest.fixture(scope="module")
def some_features() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(30, N))


@pytest.fixture
def saved(tmp_path: Path, model: Steps) -> Path:
    return written(tmp_path, model)


def written(folder: Path, model: object, **changes: object) -> Path:
    path = folder / "model.skops"
    skops.io.dump(model, path)
    card = {"classes": list(CLASSES), "features": list(FEATURE_NAMES), "estimator": ESTIMATOR}
    path.with_suffix(".json").write_text(json.dumps(card | changes), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as refused:
        ExerciseClassifier.load(path)
    said = str(refused.value)
    assert said.endswith("Make it with: python -m posecore train --data DIR")
    return said


# --- probabilities ----------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [CLASSES, ("none", "squat", "lunge", "plank", "push_up")])
def test_probabilities_are_scikit_learns_over_a_body_and_its_mirror_image(classes, some_features):
    steps = trained(classes=classes)
    here = ExerciseClassifier(steps, tuple(steps.classes_)).proba_many(some_features)
    theirs = steps.predict_proba(some_features) + steps.predict_proba(
        mirror_features(some_features)
    )
    np.testing.assert_allclose(here, theirs / 2, atol=1e-6)  # asked in single precision


def test_probabilities_of_one_body_are_those_of_its_row(model, some_features):
    classifier = ExerciseClassifier(model, CLASSES)
    np.testing.assert_allclose(
        [classifier.proba(row) for row in some_features],
        classifier.proba_many(some_features),
        atol=1e-6,
    )


def test_mirrored_body_gets_the_same_probabilities(model, some_features):
    classifier = ExerciseClassifier(model, CLASSES)
    np.testing.assert_allclose(
        classifier.proba_many(mirror_features(some_features)),
        classifier.proba_many(some_features),
        atol=1e-6,
    )


def test_probabilities_add_up_to_1(model, some_features):
    proba = ExerciseClassifier(model, CLASSES).proba_many(some_features * 50)
    assert np.isfinite(proba).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)


def test_temperature_makes_it_less_sure_and_leaves_the_order(model, some_features):
    plain = ExerciseClassifier(model, CLASSES).proba_many(some_features)
    cool = ExerciseClassifier(model, CLASSES, temperature=3.0).proba_many(some_features)
    assert (cool.max(axis=1) < plain.max(axis=1)).all()
    np.testing.assert_array_equal(cool.argsort(axis=1), plain.argsort(axis=1))
    np.testing.assert_allclose(cool.sum(axis=1), 1.0)


def test_feature_that_is_not_seen_counts_as_average(model, some_features):
    classifier = ExerciseClassifier(model, CLASSES)
    # The middle of a feature and that of its mirror image, where left and right are one.
    blind, average = some_features[0].copy(), some_features[0].copy()
    at = FEATURE_NAMES.index("window_fill")
    blind[at], average[at] = np.nan, model.named_steps["scale"].mean_[at]
    np.testing.assert_allclose(classifier.proba(blind), classifier.proba(average), atol=1e-6)


def test_nothing_seen_gives_no_probabilities(model):
    proba = ExerciseClassifier(model, CLASSES).proba(np.full(N, np.nan))
    assert proba.shape == (3,) and np.isnan(proba).all()


# --- files ------------------------------------------------------------------------------------


def test_saved_model_gives_the_same_probabilities(saved, model, some_features):
    loaded = ExerciseClassifier.load(saved)
    assert loaded.classes == CLASSES
    np.testing.assert_array_equal(
        loaded.proba_many(some_features),
        ExerciseClassifier(model, CLASSES).proba_many(some_features),
    )


def test_missing_model_says_how_to_make_it(tmp_path):
    assert refusal(tmp_path / "model.skops").startswith("The model file model.skops is missing.")


def test_model_without_its_card_is_refused(saved):
    saved.with_suffix(".json").unlink()
    assert "model.json is missing" in refusal(saved)


@pytest.mark.parametrize(
    ("features", "why"),
    [
        (list(FEATURE_NAMES[:-1]), "one fewer"),
        ([*FEATURE_NAMES[1:], FEATURE_NAMES[0]], "another order"),
        (None, "none named"),
    ],
)
def test_model_of_other_features_is_refused(tmp_path, model, features, why):
    assert "other features" in refusal(written(tmp_path, model, features=features)), why


def test_model_whose_card_claims_our_features_but_has_others_is_refused(tmp_path):
    said = refusal(written(tmp_path, trained(n_features=7)))
    assert f"expects 7 features, this program makes {N}" in said


def test_model_of_another_estimators_landmarks_is_refused(tmp_path, model):
    said = refusal(written(tmp_path, model, estimator="openpose"))
    assert "'openpose'" in said and ESTIMATOR in said


@pytest.mark.parametrize("package", ["scikit-learn", "skops", "numpy"])
def test_model_of_another_release_of_what_reads_it_is_refused(tmp_path, model, package):
    said = refusal(written(tmp_path, model, versions={package: "0.1.2"}))
    assert f"made with {package} 0.1.2" in said
    here = version(package)
    same = ".".join([*here.split(".")[:2], "99"])  # of the same release, another repair
    assert ExerciseClassifier.load(written(tmp_path, model, versions={package: same}))


def test_what_was_taken_out_of_a_model_answers_as_the_model_does(saved, model, some_features):
    whole = ExerciseClassifier.load(saved).proba_many(some_features)
    save_arrays(model, saved)
    np.testing.assert_array_equal(ExerciseClassifier.load(saved).proba_many(some_features), whole)


def test_what_was_taken_out_of_another_model_or_is_damaged_is_passed_over(
    saved, model, some_features
):
    whole = ExerciseClassifier.load(saved).proba_many(some_features)
    save_arrays(model, saved)
    arrays = saved.with_suffix(".npz")
    with np.load(arrays) as good:
        other = {name: good[name] * 2 if name == "mean" else good[name] for name in good.files}
    np.savez(arrays, **other | {"of": np.array("0" * 64)})
    foreign = arrays.read_bytes()
    for content in (foreign, foreign[:500], b""):
        arrays.write_bytes(content)
        np.testing.assert_array_equal(
            ExerciseClassifier.load(saved).proba_many(some_features), whole
        )


def test_the_shipped_model_starts_without_scikit_learn():
    asked = "import sys; from posecore.classify import ExerciseClassifier as C; C.load(); "
    run = subprocess.run(
        [sys.executable, "-c", asked + "print('sklearn' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=MODEL_PATH.parents[1],
    )
    assert run.stdout.strip() == "False", (
        "models/exercise_mlp.npz is of another model: train writes both"
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"garbage " * 500])
def test_garbage_is_refused(saved, content):
    saved.write_bytes(content)
    assert "model.skops cannot be read" in refusal(saved)


def test_half_a_model_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:2000])
    assert "model.skops cannot be read" in refusal(saved)


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"classes": "squat"}'])
def test_card_that_is_none_is_refused(saved, content):
    saved.with_suffix(".json").write_text(content, encoding="utf-8")
    assert "model.json" in refusal(saved)


def test_model_that_could_run_code_is_refused_before_it_does(tmp_path):
    calls_a_function = Steps([("scale", FunctionTransformer(Counter)), ("mlp", StandardScaler())])
    assert "holds types it should not" in refusal(written(tmp_path, calls_a_function))


@pytest.mark.parametrize("classes", [["squat", "none", "lunge"], ["squat"]])
def test_card_whose_classes_are_not_the_models_is_refused(tmp_path, model, classes):
    assert "classes of its card" in refusal(written(tmp_path, model, classes=classes))


def test_file_that_holds_something_else_than_a_classifier_is_refused(tmp_path):
    other = StandardScaler().fit(np.zeros((3, N)))
    assert "classes of its card" in refusal(written(tmp_path, other))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_single_network_is_refused(tmp_path):
    x = np.zeros((6, N)) + np.arange(6)[:, None]
    mlp = MLPClassifier((4,), max_iter=200, random_state=0)
    alone = Steps([("scale", StandardScaler()), ("mlp", mlp)]).fit(x, [*CLASSES] * 2)
    del mlp._optimizer
    assert "no scaler with networks" in refusal(written(tmp_path, alone))


def test_card_is_read_without_the_model_being_loaded(saved):
    saved.write_bytes(b"not read")
    assert read_card(saved)["classes"] == list(CLASSES)


# --- the shipped model ------------------------------------------------------------------------


def test_shipped_model_loads_and_knows_every_exercise_and_none():
    from posecore.exercises import load_exercises

    assert set(ExerciseClassifier.load().classes) == {*load_exercises(), "none"}


def test_shipped_model_is_small_enough_to_live_in_the_repository():
    assert MODEL_PATH.stat().st_size < 2_000_000
