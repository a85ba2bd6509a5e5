"""Reps become sets."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.sets import SetBuilder, in_hindsight
from posecore.types import NONE, ExerciseSet, Rep

PAUSE_S = 12.0


def rep(start_s: float, exercise: str = "squat", complete: bool = True) -> Rep:
    return Rep(exercise, start_s, start_s + 2.0, complete, 100.0, (1.0, 1.0), 90.0)


@pytest.fixture
def builder() -> SetBuilder:
    return SetBuilder(PAUSE_S)


def test_no_rep_no_set(builder):
    assert builder.step(100.0) is None
    assert builder.current is None
    assert builder.finish() is None


def test_set_begins_where_its_first_rep_began_not_where_it_was_counted(builder):
    builder.add_rep(rep(5.0))
    assert (builder.current.start_s, builder.current.end_s) == (5.0, 7.0)


def test_reps_without_a_long_pause_are_one_set(builder):
    for start_s in (5.0, 8.0, 18.0):
        assert builder.add_rep(rep(start_s)) is None
        assert builder.step(start_s + 2.0) is None
    assert builder.current.n_complete == 3
    assert builder.current.end_s == 20.0


def test_pause_ends_the_set_where_its_last_rep_ended(builder):
    builder.add_rep(rep(5.0))
    assert builder.step(7.0 + PAUSE_S) is None
    ended = builder.step(7.0 + PAUSE_S + 0.1)
    assert (ended.start_s, ended.end_s, ended.n_complete) == (5.0, 7.0, 1)
    assert builder.current is None
    assert builder.step(60.0) is None  # and ends only once


def test_reps_after_a_pause_are_a_new_set(builder):
    builder.add_rep(rep(5.0))
    builder.step(40.0)
    builder.add_rep(rep(40.0))
    assert builder.current.start_s == 40.0
    assert builder.current.n_complete == 1


def test_rep_of_another_exercise_ends_the_set(builder):
    builder.add_rep(rep(5.0))
    ended = builder.add_rep(rep(8.0, "lunge"))
    assert (ended.exercise, ended.n_complete) == ("squat", 1)
    assert (builder.current.exercise, builder.current.start_s) == ("lunge", 8.0)


def test_attempts_are_kept_and_not_counted(builder):
    builder.add_rep(rep(5.0))
    builder.add_rep(rep(8.0, complete=False))
    assert len(builder.current.reps) == 2
    assert builder.current.n_complete == 1


def test_hold_grows_and_is_ended_by_a_rep(builder):
    assert builder.hold("plank", 1.0, 5.0, 3.5) is None
    assert builder.hold("plank", 1.0, 9.0, 7.5) is None
    assert (builder.current.start_s, builder.current.end_s) == (1.0, 9.0)
    assert builder.current.hold_s == 7.5
    ended = builder.add_rep(rep(12.0))
    assert (ended.exercise, ended.hold_s, ended.reps) == ("plank", 7.5, ())
    assert builder.current.hold_s is None


def test_rep_is_ended_by_a_hold(builder):
    builder.add_rep(rep(5.0))
    assert builder.hold("plank", 8.0, 9.0, 1.0).exercise == "squat"


def test_finish_ends_the_current_set_once_and_all_ended_sets_are_kept(builder):
    builder.add_rep(rep(5.0))
    builder.add_rep(rep(8.0, "lunge"))
    assert builder.finish().exercise == "lunge"
    assert builder.finish() is None
    assert [each.exercise for each in builder.ended] == ["squat", "lunge"]


def test_set_that_was_handed_out_does_not_grow(builder):
    builder.add_rep(rep(5.0))
    before = builder.current
    builder.add_rep(rep(8.0))
    assert before.n_complete == 1


def test_reset_equals_new(builder):
    builder.add_rep(rep(5.0))
    builder.add_rep(rep(8.0, "lunge"))
    builder.reset()
    assert (builder.current, builder.ended) == (None, [])
    assert builder.add_rep(rep(1.0)) is None


def test_rest_is_timed_from_the_last_rep_and_over_with_the_next_one(builder):
    assert builder.rest_s(3.0) == 0.0
    builder.add_rep(rep(5.0))
    assert builder.rest_s(10.0) == 0.0
    builder.step(7.0 + PAUSE_S + 1)
    assert builder.rest_s(37.0) == 30.0
    builder.add_rep(rep(40.0))
    assert builder.rest_s(42.0) == 0.0


def named(script: list[tuple[str, float]]) -> tuple[np.ndarray, list[str]]:
    """Ten frames a second of (name, seconds) one after another."""
    names = [name for name, seconds in script for _ in range(round(10 * seconds))]
    return np.arange(len(names)) / 10, names


def test_in_hindsight_a_rep_stays_if_its_exercise_is_named_at_any_moment_of_it(builder):
    for start_s in (0.0, 2.0, 4.0):
        builder.add_rep(rep(start_s))
    found = in_hindsight([builder.finish()], *named([(NONE, 3.9), ("squat", 2.1)]))
    assert [(each.start_s, each.end_s) for each in found] == [(2.0, 6.0)]
    assert [each.start_s for each in found[0].reps] == [2.0, 4.0]


def test_in_hindsight_a_set_that_is_named_nowhere_is_gone_and_so_is_a_hold(builder):
    builder.add_rep(rep(0.0))
    hold = ExerciseSet("plank", 3.0, 9.0, 6.0, ())
    sets = [builder.finish(), hold]
    assert in_hindsight(sets, *named([("lunge", 3.0), (NONE, 3.0), ("plank", 3.0)])) == [hold]
    assert in_hindsight(sets, *named([("lunge", 3.0), (NONE, 6.0)])) == []
    assert in_hindsight([], *named([])) == []
