"""Taught exercises are recognised beside the shipped ones, which stay as they were."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from posecore.classify import ExerciseClassifier
from posecore.exercises import FOLDER_VARIABLE, load_exercises
from posecore.exercises.names import ExerciseNameError
from posecore.exercises.write import TAUGHT_SUFFIX, remove_exercise
from posecore.features import FEATURE_NAMES, mirror_features
from posecore.pipeline import Pipeline
from posecore.taught import (
    Examples,
    TaughtClassifier,
    TaughtFileError,
    background,
    knowledge,
    read_examples,
    recogniser,
    stamp,
    write_examples,
)
from posecore.teach import adjusted, propose
from posecore.teach_recogniser import demand_free_name, examples_of, keep
from posecore.teach_shown import TeachError, measured
from posecore.types import NONE, ExerciseSet
from tests.bodies import Movement, body, movement

BASE = ExerciseClassifier.load()


def tucks(
    reps: int = 5, *, rep_s: float = 1.6, start_s: float = 0.0, deep: float = 1.0
) -> Movement:
    """Seated, knees pulled to the chest and out again: none of the shipped exercises."""
    frames = []
    for t_s in np.arange(0.0, reps * rep_s + 0.6, 0.04):
        share = deep * (1 - np.cos(2 * np.pi * max(t_s - 0.3, 0) / rep_s)) / 2
        share = share if 0.3 <= t_s <= reps * rep_s + 0.3 else 0.0
        pose = body(
            view="side",
            trunk_lean=-35.0,
            hip=60.0 + 75.0 * share,
            knee=15.0 + 105.0 * share,
            shoulder=50.0,
            elbow=30.0,
            t_s=float(start_s + t_s),
        )
        frames.append((pose.t_s, pose))
    return frames


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "own"
    monkeypatch.setenv(FOLDER_VARIABLE, str(own))
    return own


def teach(frames: Movement, title: str, person: str = "") -> Path:
    return keep(propose(measured(frames), title), frames, person)


def counted(frames: Movement, person: str = "") -> dict[str, int]:
    """Complete reps by exercise, recognised by itself."""
    exercises, classifier = knowledge(person)
    pipeline = Pipeline(exercises=exercises, classifier=classifier)
    ended: list[ExerciseSet | None] = [
        pipeline.advance(t_s, pose).set_ended for t_s, pose in frames
    ]
    ended.append(pipeline.finish())
    reps: dict[str, int] = {}
    for each in ended:
        if each is not None:
            reps[each.exercise] = reps.get(each.exercise, 0) + each.n_complete
    return reps


def test_what_was_taught_is_recognised_and_counted(folder: Path) -> None:
    assert counted(tucks()).get("seated_tucks") is None
    teach(tucks(), "Seated tucks")
    assert counted(tucks(4, rep_s=2.0)) == {"seated_tucks": 4}


def test_nothing_else_is_forgotten(folder: Path) -> None:
    before = {name: counted(movement(name, 4)) for name in ("squat", "push_up", "jumping_jack")}
    teach(tucks(), "Seated tucks")
    assert {name: counted(movement(name, 4)) for name in before} == before
    assert all(reps.get(name) for name, reps in before.items())


def test_two_taught_exercises_are_told_apart(folder: Path) -> None:
    teach(tucks(), "Seated tucks")
    side = movement("squat", 5, view="front", shoulder=165.0, rep_s=1.2)
    teach(side, "Overhead squat")
    assert counted(tucks(4)) == {"seated_tucks": 4}
    assert set(recogniser(load_exercises(folder)).classes) == {
        *BASE.classes,
        "seated_tucks",
        "overhead_squat",
    }


def test_a_person_keeps_what_was_taught_to_oneself(folder: Path) -> None:
    teach(tucks(), "Seated tucks", "Ann")
    assert counted(tucks(4), "Ann") == {"seated_tucks": 4}
    assert "seated_tucks" not in counted(tucks(4), "Ben")
    assert "seated_tucks" not in counted(tucks(4))


def test_what_everybody_was_taught_goes_for_each(folder: Path) -> None:
    teach(tucks(), "Seated tucks")
    assert counted(tucks(4), "Ann") == {"seated_tucks": 4}


def test_taken_away_it_is_not_recognised_any_more(folder: Path) -> None:
    teach(tucks(), "Seated tucks")
    gone = remove_exercise("seated_tucks", folder)
    assert set(gone) == {"seated_tucks.toml", f"seated_tucks{TAUGHT_SUFFIX}"}
    assert recogniser(load_exercises(folder)).classes == BASE.classes


def test_the_cache_key_changes_with_the_files(folder: Path) -> None:
    before = stamp()
    teach(tucks(), "Seated tucks")
    assert stamp() != before
    after = stamp("Ann")
    teach(tucks(), "Tucks of Ann", "Ann")
    assert stamp("Ann") != after


def test_probabilities_stay_probabilities_and_mirrored_ones_the_same() -> None:
    rng = np.random.default_rng(0)
    x = background()[rng.choice(len(background()), 200)]
    taught = TaughtClassifier(BASE, [Examples("own", x[:40])], background())
    proba = taught.proba_many(x)
    assert proba.shape == (200, len(BASE.classes) + 1)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert (proba >= 0).all()
    np.testing.assert_allclose(taught.proba_many(mirror_features(x)), proba, atol=1e-6)
    np.testing.assert_allclose(taught.proba(x[3]), proba[3], atol=1e-6)
    assert np.isnan(taught.proba(np.full(len(FEATURE_NAMES), np.nan))).all()


def test_what_the_classifier_is_sure_of_stays() -> None:
    x, frames = background(), tucks()
    known = BASE.proba_many(x)
    columns = [i for i, name in enumerate(BASE.classes) if name != NONE]
    sure = known[:, columns].max(axis=1) > 0.9
    assert sure.sum() > 50
    taught = TaughtClassifier(BASE, [examples_of(propose(measured(frames), "T"), frames)], x)
    lost = taught.proba_many(x[sure]).argmax(axis=1) == len(BASE.classes)
    assert not lost.any()


def test_the_background_is_of_every_class_and_small() -> None:
    said = BASE.proba_many(background()).argmax(axis=1)
    assert len(np.unique(said)) == len(BASE.classes)
    assert (Path(__file__).parents[1] / "models" / "background.npz").stat().st_size < 600_000


# --- files ----------------------------------------------------------------------------------------


def test_examples_that_are_written_read_the_same(tmp_path: Path) -> None:
    frames = tucks()
    examples = examples_of(propose(measured(frames), "Seated tucks"), frames)
    again = read_examples(write_examples(examples, tmp_path))
    np.testing.assert_allclose(again.x, examples.x, atol=6e-4)
    assert again.name == "seated_tucks"
    assert len(again.figure) == 16
    assert (tmp_path / f"seated_tucks{TAUGHT_SUFFIX}").stat().st_size < 400_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"estimator": "x", "features": 1, "windows": [[1]]}',
        json.dumps({"estimator": "mediapipe", "features": 163, "windows": "x" * 20}),
        "[" * 100_000,
        '{"windows": [[1e400]]}',
        '{"windows": [[1' + "0" * 400 + "]]}",
    ],
)
def test_a_broken_file_costs_only_its_own_recognition(
    folder: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    teach(tucks(), "Seated tucks")
    path = folder / f"seated_tucks{TAUGHT_SUFFIX}"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TaughtFileError, match=path.name):
        read_examples(path)
    with caplog.at_level(logging.WARNING):
        assert recogniser(load_exercises(folder)).classes == BASE.classes
    assert "not recognised" in caplog.text
    assert "seated" not in caplog.text


def test_examples_without_an_exercise_file_are_left_alone(folder: Path) -> None:
    teach(tucks(), "Seated tucks")
    (folder / "seated_tucks.toml").unlink()
    assert recogniser(load_exercises(folder)).classes == BASE.classes


def test_neither_file_is_left_where_one_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("posecore.teach_recogniser.write_examples", full)
    with pytest.raises(OSError, match="No space"):
        teach(tucks(), "Seated tucks")
    assert [path.name for path in folder.iterdir()] == []


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Squat", "SQUAT", " push up ", "None"])
def test_a_name_that_is_taken_is_a_sentence(folder: Path, title: str) -> None:
    if title == "None":
        assert teach(tucks(), title).stem != "none"
        return
    with pytest.raises(ExerciseNameError, match="already an exercise"):
        teach(tucks(), title)


def test_a_taught_name_is_taken_for_the_next(folder: Path) -> None:
    path = teach(tucks(), "Seated tucks")
    before = path.read_bytes()
    with pytest.raises(ExerciseNameError, match="Choose another name"):
        teach(tucks(), "seated TUCKS", "Ann")
    assert path.read_bytes() == before
    assert demand_free_name(" Other  tucks ") == "Other tucks"


@pytest.mark.parametrize("title", ["../../../tucks", "C:\\tucks\\..\\x", "~/tucks", "a/b\\c: d?*"])
def test_a_name_with_odd_characters_stays_in_the_folder(folder: Path, title: str) -> None:
    path = teach(tucks(), title)
    assert path.parent == folder
    assert sorted(p.parent for p in folder.rglob("*")) == [folder, folder]


def test_thresholds_that_count_too_few_are_not_kept(folder: Path) -> None:
    frames = tucks()
    proposal = propose(measured(frames), "Seated tucks")
    signal = proposal.exercise.signal
    with pytest.raises(TeachError, match="fewer than three"):
        keep(
            adjusted(proposal, signal.start, signal.start + 20 * (signal.far - signal.start)),
            frames,
        )
    assert not folder.exists() or list(folder.iterdir()) == []
