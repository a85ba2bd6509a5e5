"""Where a session stands in the plan of the day."""

from __future__ import annotations

import sys

import pytest

from posecore.plan import Place, PlanError, PlanFileError, Step, load_plan, place_in, save_plan
from posecore.types import ExerciseSet, Rep

PLAN = (Step("squat", 2, 3, rest_s=60), Step("plank", 1, 20, rest_s=30))


def reps_set(exercise: str, reps: int, end_s: float) -> ExerciseSet:
    done = tuple(
        Rep(exercise, end_s - 2 * i - 2, end_s - 2 * i, True, 90.0, (1.0, 1.0), 90.0)
        for i in reversed(range(reps))
    )
    return ExerciseSet(exercise, done[0].start_s, end_s, None, done)


def test_before_the_first_rep_the_first_set_is_waited_for_without_a_rest():
    assert place_in(PLAN, (), None, 5.0) == Place(PLAN[0], 1, 0, None)


def test_reps_of_the_set_that_goes_on_are_counted():
    place = place_in(PLAN, (), reps_set("squat", 2, 10.0), 10.0)
    assert place == Place(PLAN[0], 1, 2, None)
    assert place.left == 1


def test_the_rest_begins_by_itself_with_the_last_rep_of_the_set():
    place = place_in(PLAN, (), reps_set("squat", 3, 10.0), 14.0)
    assert (place.set_no, place.rest_s) == (2, pytest.approx(56.0))
    assert place.ending, "until it has ended, more reps would still be its own"
    ended = place_in(PLAN, (reps_set("squat", 3, 10.0),), reps_set("lunge", 1, 13.0), 14.0)
    assert ended.rest_s == place.rest_s and not ended.ending


def test_a_set_that_was_ended_early_is_done():
    place = place_in(PLAN, (reps_set("squat", 1, 10.0),), None, 30.0)
    assert (place.set_no, place.rest_s) == (2, pytest.approx(40.0))


def test_a_rest_that_is_over_says_by_how_much():
    assert place_in(PLAN, (reps_set("squat", 3, 10.0),), None, 80.0).rest_s == pytest.approx(-10.0)


def test_the_next_rep_ends_the_rest():
    ended = (reps_set("squat", 3, 10.0),)
    assert place_in(PLAN, ended, reps_set("squat", 1, 70.0), 71.0) == Place(PLAN[0], 2, 1, None)


def test_the_next_exercise_follows_and_a_hold_counts_its_seconds():
    ended = (reps_set("squat", 3, 10.0), reps_set("squat", 3, 80.0))
    assert place_in(PLAN, ended, None, 90.0).step == PLAN[1]
    holding = ExerciseSet("plank", 140.0, 155.0, 12.7, ())
    assert place_in(PLAN, ended, holding, 155.0) == Place(PLAN[1], 1, 12, None)
    held = ExerciseSet("plank", 140.0, 165.0, 21.0, ())
    assert place_in(PLAN, (*ended, held), None, 170.0) == Place(None, 1, 0, None)


def test_another_exercise_and_attempts_are_not_of_the_plan():
    attempt = Rep("squat", 20.0, 22.0, False, 40.0, (1.0, 1.0), 0.0)
    none = ExerciseSet("squat", 20.0, 22.0, None, (attempt,))
    ended = (reps_set("lunge", 5, 10.0), none)
    assert place_in(PLAN, ended, None, 40.0) == Place(PLAN[0], 1, 0, None)


@pytest.mark.parametrize("wrong", [{"sets": 0}, {"reps": 0}, {"rest_s": 5}])
def test_a_step_that_cannot_be_done_is_refused_with_what_is_expected(wrong):
    with pytest.raises(PlanError, match="expected .* to .*, got"):
        Step(**{"exercise": "squat", "sets": 3, "reps": 10, "rest_s": 60, **wrong})


# Kept between visits.


def test_a_plan_is_there_again_at_the_next_visit_and_everybody_has_their_own(tmp_path):
    plan = (Step("squat", 3, 10, 90), Step("plank", 2, 40))
    assert load_plan(tmp_path / "ada") == ()
    save_plan(tmp_path / "ada", plan)
    save_plan(tmp_path / "bea", plan[:1])
    assert load_plan(tmp_path / "ada") == plan
    assert load_plan(tmp_path / "bea") == plan[:1]
    save_plan(tmp_path / "ada", ())
    assert load_plan(tmp_path / "ada") == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "3", "[3]", '["squat"]', "[{}]", '{"exercise": "squat"}', "[" * 9999,
        '[{"exercise": "squat", "sets": 3, "reps": 10, "rest_s": 1}]',
        '[{"exercise": "squat", "sets": true, "reps": 10}]',
        '[{"exercise": ["squat"], "sets": 3, "reps": 10}]',
        '[{"exercise": "squat", "sets": 3, "reps": 10, "more": 1}]',
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_understood_is_named_and_no_traceback(tmp_path, text):
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(PlanFileError, match=r"plan\.json cannot be understood"):
        load_plan(tmp_path)


def test_a_plan_that_cannot_be_kept_leaves_the_one_before(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("in the way")
    with pytest.raises(PlanFileError, match="not kept"):
        save_plan(folder, PLAN)
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
def test_a_plan_is_for_its_owner_alone(tmp_path):
    save_plan(tmp_path / "posecoach" / "exercises", PLAN)
    kept = tmp_path / "posecoach" / "exercises" / "plan.json"
    places = [kept.parent.parent, kept.parent, kept]
    assert [each.stat().st_mode & 0o777 for each in places] == [0o700, 0o700, 0o600]
