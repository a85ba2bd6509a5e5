"""Voting and the comparison of models, on answers whose right outcome is known."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import bench.compare
import bench.recognition
from bench.compare import compare, row_of
from bench.models import FAMILIES, Fitted, Recipe, recipes
from bench.recognition import figures, recognition_command
from bench.voting import METHODS, Voted, cautions, study
from bench.voting_chart import curves
from bench.wide import BLOCKS, describe, described, mirror_wide, wide_table
from pages.accuracy_unseen import read_figures
from posecore import crossval
from posecore.crossval import Asked, HeldOut, sequence_features
from posecore.features import JOINTS_12
from posecore.landmarks import MIRROR
from posecore.table import Table
from posecore.train import fit
from tests.test_card import filmed
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


def test_better_odds_for_none_name_more_of_what_is_no_exercise():
    unsure = clip("none")
    unsure.proba[:] = [0.46, 0.36, 0.18]  # curl, none, squat
    found = {(c.odds, c.confidence): c for c in cautions([unsure, clip("squat")])}
    assert found[1.0, 0.35].none == 0.0 and found[1.6, 0.35].none == 1.0
    assert found[1.0, 0.35].named == 0.5 and found[1.6, 0.35].named == 1.0
    assert {c.exercises for c in found.values()} == {1.0}


def test_chart_has_a_curve_for_each_method(clean):
    assert curves("title", clean).count("<polyline") == len(METHODS)


@pytest.fixture(scope="module")
def wide() -> Table:
    return wide_table(few(), None)


@pytest.mark.parametrize("family", ["k nearest neighbours", "support vectors (RBF)"])
def test_every_model_answers_alike_for_a_body_and_its_mirror_image(family, wide, monkeypatch):
    monkeypatch.setattr("bench.models.N_ROWS", 150)
    model = Fitted(Recipe(family, FAMILIES[family], components=True), wide)
    x = np.nan_to_num(wide.x[:20]).astype(float)
    proba = model.proba_many(x)
    np.testing.assert_allclose(proba, model.proba_many(mirror_wide(x)), atol=1e-6)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)


def test_the_window_of_two_seconds_is_what_the_app_looks_at():
    clip = few()[0]
    own = sequence_features(clip)
    for i in (5, len(clip.t_s) - 1):
        wide = describe(clip.t_s, clip.joints_px, clip.world, i)
        np.testing.assert_allclose(wide[BLOCKS["2 s"]], own[i], rtol=1e-5, atol=1e-5)


def test_mirroring_a_description_describes_the_mirrored_body():
    clip, rng = few()[0], np.random.default_rng(0)
    world = rng.normal(size=(len(clip.t_s), 12, 3))
    other = [JOINTS_12.index(MIRROR[joint]) for joint in JOINTS_12]
    i = len(clip.t_s) - 1
    here = describe(clip.t_s, clip.joints_px, world, i)
    there = describe(clip.t_s, clip.joints_px[:, other] * [-1, 1], world[:, other] * [-1, 1, 1], i)
    np.testing.assert_allclose(mirror_wide(here), there, atol=1e-4)


def test_world_landmarks_say_the_same_wherever_the_camera_stands():
    clip, rng = few()[0], np.random.default_rng(0)
    world = np.cumsum(rng.normal(size=(len(clip.t_s), 12, 3)), axis=0) / 20
    c, s = np.cos(0.7), np.sin(0.7)
    turned = world @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T
    i = len(clip.t_s) - 1
    seen = [describe(clip.t_s, clip.joints_px, w, i)[BLOCKS["world"]] for w in (world, turned)]
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-4)


def test_a_comparison_is_measured_once(wide, tmp_path, monkeypatch):
    monkeypatch.setattr("bench.models.N_ROWS", 150)
    recipe = recipes()["looks"][0]
    clips = [replace(s, world=np.zeros((len(s.t_s), 12, 3))) for s in few()]
    asked = {"a": described([Asked(s, np.zeros(0)) for s in clips], 6)}
    rows = replace(wide, source=np.array(["someone"] * len(wide)))
    first = compare(recipe, rows, asked, tmp_path)
    assert first.grouped > 0.4 and first.voted > 0.4
    monkeypatch.setattr(bench.compare, "ask_all", None)
    assert compare(recipe, rows, asked, tmp_path) == first


def test_figures_that_were_not_measured_are_null():
    row = row_of("ships", [clip("squat")])
    made = figures({"models": [row]}, [Voted("plurality", 1.0, 0.9, float("inf"), 0.0)])
    assert made["models"][0]["grouped"] is None and made["models"][0]["voted"] == 1.0
    assert made["voting"][0]["delay_s"] is None


def test_command_writes_section_picture_and_figures(tmp_path, monkeypatch):
    clips = [filmed(s, f"maker {k}") for s in few() for k in range(2)]
    monkeypatch.setattr(crossval, "SMALL", 1)
    monkeypatch.setattr("bench.models.N_ROWS", 150)
    monkeypatch.setattr(bench.recognition, "all_sequences", lambda *given: clips)
    few_recipes = {part: each[:1] for part, each in recipes().items()}
    monkeypatch.setattr(bench.recognition, "recipes", lambda: few_recipes)
    monkeypatch.setattr(bench.recognition, "fit", partial(fit, epochs=2))
    for name, file in (("PAGE", "page.md"), ("PICTURE", "votes.svg"), ("FIGURES", "found.json")):
        monkeypatch.setattr(bench.recognition, name, tmp_path / file)
    recognition_command(tmp_path, tmp_path, None, say=lambda text: None)
    page = (tmp_path / "page.md").read_text("utf-8")
    assert "one frame, then votes" in page and "the model that ships" in page
    assert (tmp_path / "votes.svg").read_text("utf-8").startswith("<svg")
    shown = read_figures(tmp_path / "found.json")
    assert set(shown) == {"looks", "models", "voting"}
    assert [row["name"] for row in shown["looks"]][-1] == "the model that ships"
