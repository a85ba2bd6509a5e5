"""The card's figures on unseen sources, from made answers whose figures are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posecore import crossval
from posecore.card import calibration, fitted_temperature
from posecore.crossval import Answer, held_out, report, voted_on
from posecore.sources import Sequence
from posecore.train import SEED, cached_table, classifier_of, fit
from posecore.types import NONE
from tests.test_train import few

CLASSES = (NONE, "squat")


def answer(truth: str, sure: float, right: bool, n: int = 10) -> Answer:
    """A clip whose every frame is named with probability ``sure``, rightly or not."""
    k = CLASSES.index(truth) if right else 1 - CLASSES.index(truth)
    proba = np.full((n, 2), 1 - sure)
    proba[:, k] = sure
    return Answer("a", "clip", truth, CLASSES, np.arange(n) / 10, proba)


def filmed(sequence: Sequence, source: str) -> Sequence:
    flat = np.nan_to_num(sequence.joints_px) / 100
    return replace(sequence, source=source, world=np.pad(flat, ((0, 0), (0, 0), (0, 1))))


def test_answers_surer_than_right_are_cooled():
    clips = [answer(t, 0.95, right=i < 7) for t in CLASSES for i in range(10)]
    temperature = fitted_temperature(clips)
    assert temperature > 2
    (told,) = calibration(clips, temperature)
    assert told["right"] == pytest.approx(0.7)
    assert told["said"] == pytest.approx(0.7, abs=0.02)


def test_answers_as_sure_as_right_are_left_alone():
    clips = [answer(t, 0.8, right=i < 8) for t in CLASSES for i in range(10)]
    assert fitted_temperature(clips) == pytest.approx(1.0, abs=0.06)


def test_calibration_counts_every_frame_once():
    clips = [answer("squat", 0.95, True, 7), answer(NONE, 0.65, False, 5)]
    bins = calibration(clips, 1.0)
    assert [b["frames"] for b in bins] == [5, 7]
    assert [b["right"] for b in bins] == [0.0, 1.0]


def test_a_source_is_asked_of_a_model_that_never_saw_it(monkeypatch):
    clips = [filmed(s, f"maker {k}") for s in few() for k in range(2)]
    seen: list[set[str]] = []

    def fitter(rows):
        seen.append(set(rows.source))
        return classifier_of(fit(rows, SEED, epochs=2))

    monkeypatch.setattr(crossval, "SMALL", 1)
    scores = [voted_on(a) for a in held_out(clips, cached_table(clips, None), fitter)]
    assert seen == [{"maker 1"}, {"maker 0"}]
    assert {s.clip for s in scores} == {c.clip for c in clips}
    assert any(line.startswith("by fold") for line in report(scores))


def test_an_answer_that_is_cooled_too_much_names_nothing():
    sure = answer("squat", 0.9, right=True)
    assert (voted_on(sure).named, voted_on(sure).voted) == ("squat", 1.0)
    three = replace(sure, classes=(*CLASSES, "lunge"), proba=np.tile([0.05, 0.9, 0.05], (10, 1)))
    unsure = voted_on(three, temperature=200.0)
    assert unsure.named == NONE and unsure.frame == 1.0


def test_command_prints_makers_left_out_by_fold_and_by_class(monkeypatch, tmp_path):
    clips = [filmed(s, f"maker {k}") for s in few() for k in range(2)]
    monkeypatch.setattr(crossval, "SMALL", 1)
    monkeypatch.setattr(crossval, "all_sequences", lambda *given: clips)
    monkeypatch.setattr(crossval, "fit", lambda rows, seed: fit(rows, seed, epochs=2))
    said: list[str] = []
    scores = crossval.crossval_command(tmp_path, say=said.append)
    assert len(scores) == len(clips)
    assert {"by fold", "by class"} <= set(said) and any("maker 0" in line for line in said)
