"""Training from made movements to a saved model, and the table that is kept."""

from __future__ import annotations

import json

import numpy as np
import pytest

from posecore import card, train
from posecore.card import card_of, save, train_command
from posecore.classify import MODEL_PATH, ExerciseClassifier, read_card
from posecore.estimate import ESTIMATOR
from posecore.features import FEATURE_NAMES, FeatureWindow, joints_of
from posecore.sources import DataError, Sequence
from posecore.table import Table
from posecore.train import (
    NONE_WEIGHT,
    SEED,
    cached_table,
    classifier_of,
    fit,
    row_weights,
)
from posecore.types import NONE
from tests.bodies import Movement, body, movement


def standing(seconds: float, view: str) -> Movement:
    return [(i / 12, body(t_s=i / 12, view=view, shoulder=15.0)) for i in range(int(seconds * 12))]


def sequence(label: str, frames: Movement, clip: str, split: str = "train") -> Sequence:
    return Sequence(
        source=f"made in {split}",
        group=clip,
        clip=clip,
        label=label,
        split=split,
        variant=False,
        t_s=np.array([t_s for t_s, _ in frames]),
        joints_px=np.array([joints_of(pose) for _, pose in frames]),
        world=None,
    )


def few(labels: tuple[str, ...] = ("squat", "biceps_curl")) -> list[Sequence]:
    found = [
        sequence(label, movement(label, 2, fps=12, view=view, rest_s=0.2), f"{label} {view}")
        for label in labels
        for view in ("side", "diagonal")
    ]
    return found + [
        sequence(NONE, standing(5.0, view), f"none {view}") for view in ("side", "diagonal")
    ]


@pytest.fixture(scope="module")
def table() -> Table:
    return cached_table(few(), None)


@pytest.fixture(scope="module")
def model(table):
    return fit(table, SEED)


def named(classifier: ExerciseClassifier, frames: Movement) -> list[str]:
    """What each frame after the first second is called."""
    window = FeatureWindow()
    proba = [classifier.proba(window.step(joints_of(pose), t_s)) for t_s, pose in frames]
    return [classifier.classes[int(np.argmax(p))] for p in proba[12:]]


# --- fit, save, load --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["squat", "biceps_curl"])
def test_trained_model_names_movements_it_has_not_seen(model, name):
    unseen = movement(name, 2, fps=12, view=70.0, depth=0.85, rep_s=2.0, rest_s=0.2, noise_m=0.005)
    said = named(classifier_of(model), unseen)
    assert said.count(name) > 0.8 * len(said)


def test_trained_model_calls_standing_none(model):
    assert set(named(classifier_of(model), standing(4.0, "side"))) == {NONE}


def test_training_twice_gives_the_same_probabilities(table, model):
    again = classifier_of(fit(table, SEED)).proba_many(np.nan_to_num(table.x))
    np.testing.assert_array_equal(again, classifier_of(model).proba_many(np.nan_to_num(table.x)))


def test_saved_model_is_loaded_as_it_was(tmp_path, table, model):
    path = tmp_path / "new folder" / "model.skops"
    save(model, card_of(table, few(), model), path)
    loaded = ExerciseClassifier.load(path)
    assert loaded.classes == ("biceps_curl", NONE, "squat")
    x = np.nan_to_num(table.x)
    np.testing.assert_array_equal(loaded.proba_many(x), classifier_of(model).proba_many(x))
    kept = sorted(p.name for p in path.parent.iterdir())
    assert kept == ["model.json", "model.npz", "model.skops"]


def test_training_twice_gives_the_same_file(tmp_path, table):
    files = []
    for name in ("first", "second"):
        model = fit(table, SEED, epochs=2)
        save(model, card_of(table, few(), model), tmp_path / name / "model.skops")
        files.append([p.read_bytes() for p in sorted((tmp_path / name).iterdir())])
        held = [model, np.zeros(len(files) * 7)]  # the next model lies elsewhere in memory
    assert held and files[0] == files[1]


def test_card_says_what_the_model_was_learnt_from(table, model):
    card = card_of(table, few(), model)
    assert card["classes"] == ["biceps_curl", NONE, "squat"]
    assert card["features"] == list(FEATURE_NAMES)
    assert card["estimator"] == ESTIMATOR
    assert card["clips_by_class_and_source"]["squat"] == {"made in train": 2}
    assert {"python", "numpy", "scikit-learn", "skops", "mediapipe"} <= set(card["versions"])
    assert json.loads(json.dumps(card)) == card


def test_card_changes_with_the_data(table, model):
    other = Table(table.x + 1, table.y, table.source, table.group, table.clip, table.made)
    first, second = (card_of(t, few(), model)["table_sha256"] for t in (table, other))
    assert first != second


# --- weights ----------------------------------------------------------------------------------


def test_every_class_weighs_the_same_and_a_big_source_does_not_drown_a_small_one():
    y = np.array(["squat"] * 90 + [NONE] * 10)
    source = np.array(["big"] * 80 + ["small"] * 10 + ["big"] * 10)
    clip = np.array([f"clip {i // 2}" for i in range(100)])
    made = np.zeros(100, bool)
    weight = row_weights(Table(np.zeros((100, 2)), y, source, clip, clip, made))
    assert weight.sum() == pytest.approx(1.0)
    # "none" stands for all else that people do: it weighs as two exercises.
    assert weight[y == "squat"].sum() == pytest.approx(1 / (1 + NONE_WEIGHT))
    small, big = weight[80:90].sum(), weight[:80].sum()
    assert 1 / 8 < small / big < 1  # it has an eighth of the rows


# --- the kept table ---------------------------------------------------------------------------


@pytest.fixture
def builds(monkeypatch) -> list[int]:
    """Grows by one whenever a table is really made."""
    made: list[int] = []
    build = train.build_table

    def counted(sequences, *rest):
        made.append(len(sequences))
        return build(sequences, *rest)

    monkeypatch.setattr(train, "build_table", counted)
    return made


def one(label: str = "squat") -> list[Sequence]:
    return [sequence(label, movement("squat", 1, fps=10), "a")]


def test_table_of_the_same_sequences_is_made_once(tmp_path, builds):
    first = cached_table(one(), tmp_path / "cache")
    again = cached_table(one(), tmp_path / "cache")
    assert builds == [1]
    np.testing.assert_array_equal(again.x, first.x)
    assert again.y.tolist() == first.y.tolist()
    assert again.clip.tolist() == first.clip.tolist()


def test_table_is_made_anew_when_a_label_a_joint_or_the_recipe_changes(
    tmp_path, builds, monkeypatch
):
    cached_table(one(), tmp_path)
    assert "squat" not in cached_table(one("deadlift"), tmp_path).y
    assert len(builds) == 2
    moved = one()[0]
    moved.joints_px[3, 2] += 1.0
    cached_table([moved], tmp_path)
    assert len(builds) == 3
    monkeypatch.setattr(train, "VARIANTS", {"squat": 2})
    cached_table(one(), tmp_path)
    assert len(builds) == 4


def test_without_a_cache_the_table_is_made_each_time(builds):
    cached_table(one(), None)
    cached_table(one(), None)
    assert builds == [1, 1]


# --- the command ------------------------------------------------------------------------------


def test_command_trains_on_what_is_not_held_out_and_writes_model_and_card(tmp_path, monkeypatch):
    held_out = sequence("lunge", movement("lunge", 1, fps=12), "lunge side", split="val")
    monkeypatch.setattr(card, "all_sequences", lambda *given: [*few(), held_out])
    said: list[str] = []
    path = train_command(tmp_path, out=tmp_path / "out", say=said.append)
    assert path == tmp_path / "out" / MODEL_PATH.name
    assert read_card(path)["classes"] == ["biceps_curl", NONE, "squat"]
    assert ExerciseClassifier.load(path).classes == ("biceps_curl", NONE, "squat")
    assert said[1].startswith("7 sequences")
    assert path.name in said[-1]


def test_command_without_data_says_so_and_writes_nothing(tmp_path):
    with pytest.raises(DataError, match="no training data here"):
        train_command(tmp_path, out=tmp_path / "out", say=lambda text: None)
    assert not (tmp_path / "out").exists()
