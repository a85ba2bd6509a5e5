"""Voting and the comparison of models, on answers whose right outcome is known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.models import FAMILIES, Fitted, Recipe
from bench.voting import METHODS, Voted, study
from bench.voting_chart import curves
from posecore.crossval import HeldOut
from posecore.train import cached_table
from tests.test_train import few

CLASSES = ("biceps_curl", "none", "squat")


def clip(truth: str, seconds: float = 6.0, wrong_every: int = 0) -> HeldOut:
    """15 frames a second named right with 0.8, but for every ``wrong_every``th."""
    n = int(seconds * 15)
    proba = np.full((n, 3), 0.1)
    proba[:, CLASSES.index(truth)] = 0.8
    if wrong_every:
        proba[::wrong_every] = [0.1, 0.8, 0.1]
    right = 1.0 - (1 / wrong_every if wrong_every else 0.0)
    return HeldOut("a", truth, truth, CLASSES, np.arange(n) / 15, proba, truth, right, right)


@pytest.fixture(scope="module")
def clean() -> list[Voted]:
    return study([clip("squat"), clip("biceps_curl")])


def test_a_wrong_frame_in_five_is_outvoted():
    votes = study([clip("squat", wrong_every=5), clip("biceps_curl", wrong_every=5)])
    right = {v.method: v.right for v in votes if v.window_s == 1.0}
    assert set(right) == set(METHODS) and min(right.values()) > 0.9


def test_longer_windows_name_a_switch_later(clean):
    for method in ("plurality", "mean probability", "exponential, held (ships)"):
        delays = [v.delay_s for v in clean if v.method == method]
        assert delays == sorted(delays) and delays[0] < delays[-1] < 3.0


def test_the_vote_that_ships_switches_within_a_second_and_a_half(clean):
    (ships,) = (v for v in clean if "ships" in v.method and v.window_s == 1.5)
    assert ships.delay_s < 1.5 and ships.flicker == pytest.approx(0.0, abs=11)


def test_chart_has_a_curve_for_each_method(clean):
    assert curves("title", clean).count("<polyline") == len(METHODS)


@pytest.mark.parametrize("family", ["k nearest neighbours", "support vectors (RBF)"])
def test_every_model_answers_alike_for_a_body_and_its_mirror_image(family, monkeypatch):
    from posecore.features import mirror_features

    monkeypatch.setattr("bench.models.N_ROWS", 150)
    table = cached_table(few(), None)
    model = Fitted(Recipe(family, FAMILIES[family], components=True), table)
    x = np.nan_to_num(table.x[:20]).astype(float)
    proba = model.proba_many(x)
    np.testing.assert_allclose(proba, model.proba_many(mirror_features(x)), atol=1e-6)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
