"""Votes over successive frames."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.types import NONE
from posecore.vote import Voter

CLASSES = ("none", "squat", "lunge")


def says(name: str, sure: float = 0.9) -> np.ndarray:
    proba = np.full(len(CLASSES), (1 - sure) / (len(CLASSES) - 1))
    proba[CLASSES.index(name)] = sure
    return proba


def votes(script: list[tuple[str | None, float]], fps: float = 25.0, **settings) -> list[str]:
    """What is voted at each frame of (class or None, seconds) one after another."""
    voter, found, i = Voter(CLASSES, **settings), [], 0
    for name, seconds in script:
        for _ in range(round(seconds * fps)):
            proba = np.full(len(CLASSES), np.nan) if name is None else says(name)
            found.append(voter.step(proba, i / fps))
            i += 1
    return found


def test_before_the_first_frame_it_is_none():
    assert Voter(CLASSES).winner == NONE
    assert (Voter(CLASSES).shares == 0).all()


def test_label_that_flips_for_a_moment_does_not_show():
    found = votes([("squat", 2), ("lunge", 0.2), ("squat", 1), ("none", 0.3), ("squat", 1)])
    assert set(found[5:]) == {"squat"}


def test_label_that_flips_every_frame_settles_on_one():
    voter, found = Voter(CLASSES), []
    for i in range(100):
        found.append(voter.step(says("squat" if i % 2 else "lunge", 0.8), i / 25))
    assert len(set(found[10:])) == 1


@pytest.mark.parametrize("fps", [8, 25, 60])
@pytest.mark.parametrize("new", ["lunge", "none"])
def test_another_exercise_is_named_within_a_second_and_a_half(new, fps):
    found = votes([("squat", 3), (new, 2)], fps)
    took_s = found[round(3 * fps) :].index(new) / fps
    assert 0.2 < took_s <= 1.5
    assert set(found[round(4.5 * fps) :]) == {new}


@pytest.mark.parametrize("fps", [8, 15, 30, 60])
def test_votes_fade_in_seconds_whatever_the_frame_rate(fps):
    found = votes([("squat", 2), ("lunge", 2)], fps, fade_s=0.75)
    took_s = found[2 * fps :].index("lunge") / fps
    assert took_s == pytest.approx(0.55, abs=0.15)


def test_nobody_in_the_picture_casts_no_vote():
    found = votes([("squat", 2), (None, 0.5), ("squat", 1)])
    assert set(found[5:]) == {"squat"}


def test_nobody_for_long_is_none():
    found = votes([("squat", 2), (None, 2)])
    assert found[-1] == NONE
    voter = Voter(CLASSES)
    voter.step(says("squat"), 0.0)
    voter.step(np.full(3, np.nan), 5.0)
    assert (voter.shares == 0).all()


def test_unsure_frames_name_nothing():
    voter = Voter(CLASSES, confidence=0.5)
    found = {voter.step(says("squat", 0.45), i / 25) for i in range(50)}
    assert found == {NONE}


def test_slightly_likelier_class_does_not_take_over():
    voter = Voter(CLASSES, margin=0.1)
    for i in range(50):
        voter.step(np.array([0.0, 0.52, 0.48]), i / 25)
    for i in range(50, 150):
        winner = voter.step(np.array([0.0, 0.48, 0.52]), i / 25)
    assert winner == "squat"


def test_shares_are_the_mean_in_which_old_votes_weigh_less():
    voter = Voter(CLASSES, fade_s=1.0)
    voter.step(says("squat", 1.0), 0.0)
    voter.step(says("lunge", 1.0), np.log(3))
    np.testing.assert_allclose(voter.shares, [0.0, 0.25, 0.75])


def test_time_running_backwards_begins_anew():
    voter = Voter(CLASSES)
    for i in range(50):
        voter.step(says("squat"), i / 25)
    assert voter.step(says("lunge"), 0.5) == "lunge"
    np.testing.assert_allclose(voter.shares, says("lunge"))


def test_reset_equals_new():
    used = Voter(CLASSES)
    for i in range(30):
        used.step(says("squat"), i / 25)
    used.reset()
    fresh = Voter(CLASSES)
    for i in range(10):
        assert used.step(says("lunge", 0.5), i / 25) == fresh.step(says("lunge", 0.5), i / 25)
        np.testing.assert_array_equal(used.shares, fresh.shares)


def in_hindsight(
    script: list[tuple[str | None, float]], fps: float = 25.0, **settings
) -> list[str]:
    """As ``votes``, once all frames are known."""
    proba = [
        np.full(len(CLASSES), np.nan) if name is None else says(name)
        for name, seconds in script
        for _ in range(round(seconds * fps))
    ]
    t_s = np.arange(len(proba)) / fps
    return Voter(CLASSES, **settings).in_hindsight(np.array(proba), t_s)


@pytest.mark.parametrize("fps", [8, 25, 60])
def test_in_hindsight_a_new_exercise_is_named_from_where_it_begins(fps):
    found = in_hindsight([("squat", 3), ("lunge", 3)], fps)
    begins_s = found.index("lunge") / fps
    assert begins_s == pytest.approx(3.0, abs=0.25)
    assert set(found[: found.index("lunge")]) == {"squat"}
    assert set(found[found.index("lunge") :]) == {"lunge"}


def test_in_hindsight_the_first_unsure_frames_bear_the_name_of_what_follows():
    script = [("none", 0.3), ("squat", 2)]
    assert votes(script)[0] == NONE
    assert set(in_hindsight(script)) == {"squat"}


def test_in_hindsight_frames_weigh_less_the_further_off_they_are_before_and_after():
    proba = np.array([says("lunge", 1.0), says("none", 1.0), says("squat", 1.0)])
    t_s = np.array([0.0, np.log(2), np.log(2) + np.log(4)])
    voter = Voter(CLASSES, fade_s=1.0, confidence=0.0, margin=0.0)
    # In the middle: 1 of none, 1/2 of lunge, 1/4 of squat. At the end: 1 of squat, 1/4, 1/8.
    assert voter.in_hindsight(proba, t_s) == ["lunge", "none", "squat"]
    unsure = Voter(CLASSES, fade_s=1.0, confidence=1 / 1.75 + 0.01, margin=0.0)
    assert unsure.in_hindsight(proba, t_s) == ["lunge", NONE, "squat"]


def test_in_hindsight_nobody_for_long_is_none_and_no_film_is_no_answer():
    found = in_hindsight([("squat", 2), (None, 5), ("lunge", 2)], fade_s=0.75)
    assert found[round(4.5 * 25)] == NONE
    assert set(found[:50]) == {"squat"} and set(found[-50:]) == {"lunge"}
    assert in_hindsight([]) == []


def test_none_can_be_given_better_odds():
    proba = np.array([0.4, 0.5, 0.1])  # none, squat, lunge
    assert Voter(CLASSES).step(proba, 0.0) == "squat"
    wary = Voter(CLASSES, none_odds=2.0)
    assert wary.step(proba, 0.0) == NONE
    np.testing.assert_allclose(wary.shares, [0.8 / 1.4, 0.5 / 1.4, 0.1 / 1.4])
