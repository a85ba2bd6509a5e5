"""What the camera sees before a set, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import body

from posecore.exercises import load_exercises
from posecore.framing import LOOK_S, STEADY_S, Framing, FramingGuide, framing_of, luma_of
from posecore.landmarks import Landmark as L
from posecore.types import Pose

EXERCISES = load_exercises()
LIT = 0.5


def moved(pose: Pose, x: float = 0.0, y: float = 0.0) -> Pose:
    """The same person elsewhere in the picture, by shares of its size."""
    return replace(pose, image=pose.image + np.array([x, y, 0.0]))


def check(framing: Framing, name: str) -> tuple[bool, str]:
    (found,) = (each for each in framing.checks if each.name == name)
    return found.ok, found.sees


def test_somebody_who_is_seen_whole_is_ready():
    framing = framing_of(body(view="diagonal"), LIT)
    assert framing.ready
    assert all(each.ok for each in framing.checks)


def test_an_empty_picture_asks_to_step_in():
    framing = framing_of(None, LIT)
    assert (framing.kind, framing.say) == ("nobody", "I see nobody. Step into the picture.")


def test_a_dark_room_comes_before_all_else():
    assert framing_of(None, 0.05).kind == "dark"
    assert framing_of(body(), 0.05).say == "Too dark. Switch on a light."


def test_lightness_is_the_mean_of_the_picture():
    assert luma_of(np.full((48, 64, 3), 255, np.uint8)) == pytest.approx(1.0)
    assert luma_of(np.zeros((48, 64, 3), np.uint8)) == 0.0


def test_feet_out_of_the_picture_are_named():
    framing = framing_of(moved(body(), y=0.16), LIT)
    assert framing.kind == "cut"
    assert framing.say == "Step back: I miss your feet."
    assert check(framing, "Body") == (False, "feet cut off")


def test_head_out_of_the_picture_is_named():
    assert framing_of(moved(body(), y=-0.36), LIT).say == "Step back: I miss your head."


def test_a_curl_needs_no_feet():
    assert framing_of(moved(body(), y=0.25), LIT, EXERCISES["biceps_curl"]).ready


def test_who_is_so_near_that_hardly_the_trunk_fits_is_too_close():
    framing = framing_of(body(scale=3.5), LIT)
    assert framing.kind == "close"
    assert framing.say.startswith("Too close. Step back")


def test_who_is_small_in_the_picture_is_too_far():
    assert framing_of(body(scale=0.4), LIT).say == "Too far. Come closer."


@pytest.mark.parametrize("posture", [{"knee": 100, "hip": 100}, {"trunk_lean": 88.0}])
def test_who_bends_or_lies_is_as_far_away_as_who_stands(posture):
    assert framing_of(body(**posture), LIT).ready


def test_the_edge_is_named_as_the_mirror_shows_it():
    # The camera's right is the mirror's left.
    right = framing_of(moved(body(view="side"), x=0.33), LIT)
    assert (right.kind, right.say) == ("aside", "Move away from the left edge.")
    left = framing_of(moved(body(view="side"), x=-0.33), LIT)
    assert left.say == "Move away from the right edge."


def test_hands_over_the_edge_are_named():
    overhead = moved(body(shoulder=175, arms="side"), y=-0.25)
    said = framing_of(overhead, LIT, EXERCISES["shoulder_press"]).say
    assert said.startswith("Step back: I miss your") and "hands" in said


def test_one_side_hidden_behind_the_body_is_no_reason_to_move():
    assert framing_of(body(view="side", unseen=["left"]), LIT, EXERCISES["squat"]).ready


def test_a_landmark_on_the_edge_counts_as_about_to_leave():
    pose = body()
    image = pose.image.copy()
    image[[L.LEFT_ANKLE, L.RIGHT_ANKLE], 1] = 0.995
    assert framing_of(replace(pose, image=image), LIT).say == "Step back: I miss your feet."


def test_a_view_that_cannot_be_told_asks_for_no_turn():
    pose = body(view="front", unseen=["left_shoulder", "right_shoulder"])
    assert framing_of(pose, LIT, EXERCISES["push_up"]).kind != "turn"


def test_light_is_not_judged_where_no_picture_is_at_hand():
    framing = framing_of(body(), None)
    assert framing.ready and "Light" not in [each.name for each in framing.checks]


def test_without_an_exercise_a_guide_may_ask_for_the_trunk_alone():
    cut = moved(body(), y=0.16)
    assert not FramingGuide().step(cut, LIT, 0.0).ready
    assert FramingGuide(unchosen=("trunk",)).step(cut, LIT, 0.0).ready


def test_a_turn_is_asked_for_only_once_the_view_has_been_unfit_for_long():
    guide = FramingGuide(EXERCISES["push_up"], turn_s=1.5)
    said = [guide.step(body(view="front"), LIT, i / 10).kind for i in range(18)]
    assert said[:15] == ["ready"] * 15 and said[-1] == "turn"


def test_a_leg_that_a_table_hides_is_said():
    framing = framing_of(body(unseen=["left_ankle", "right_ankle"]), LIT)
    assert framing.say == "Show me your legs: something hides them."


@pytest.mark.parametrize(
    "exercise, view, say",
    [
        ("push_up", "front", "Turn sideways so I can see your elbows."),
        ("jumping_jack", "side", "Face the camera so I can see your arms."),
        ("squat", "front", None),
        (None, "front", None),
    ],
)
def test_the_exercise_says_how_to_turn(exercise, view, say):
    framing = framing_of(body(view=view), LIT, EXERCISES.get(exercise or ""))
    assert framing.ready if say is None else (framing.kind, framing.say) == ("turn", say)


def test_the_guide_does_not_flicker():
    guide = FramingGuide()
    assert guide.step(body(), LIT, 0.0).ready
    assert guide.step(None, LIT, 0.1).ready, "a frame without a pose is no news"
    assert guide.step(body(), LIT, 0.2).ready
    assert guide.step(None, LIT, 0.3).ready
    assert guide.step(None, LIT, 0.31 + STEADY_S).kind == "nobody"


def test_words_follow_at_the_next_look_where_the_finding_is_the_same():
    guide = FramingGuide()
    guide.step(moved(body(), y=0.16), LIT, 0.0)
    now = moved(body(), y=0.16)
    image = now.image.copy()
    image[[L.LEFT_KNEE, L.RIGHT_KNEE], 1] = 1.1
    further = replace(now, image=image)
    before = guide.step(further, LIT, LOOK_S / 2).say
    assert "feet" in before and "knees" not in before
    assert "knees and feet" in guide.step(further, LIT, LOOK_S).say


def test_another_exercise_is_looked_at_at_once():
    guide = FramingGuide(EXERCISES["squat"])
    guide.step(body(view="front"), LIT, 0.0)
    guide.exercise = EXERCISES["push_up"]
    guide.step(body(view="front"), LIT, LOOK_S / 4)
    assert guide.step(body(view="front"), LIT, LOOK_S / 4 + STEADY_S).kind == "turn"


def test_reset_equals_new():
    guide = FramingGuide()
    guide.step(body(), LIT, 0.0)
    guide.reset()
    assert guide.step(None, LIT, 0.1).kind == "nobody"
