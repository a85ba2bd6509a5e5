"""From where the camera sees made bodies, and what it asks of them."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.landmarks import Landmark as L
from posecore.types import Pose
from posecore.view import framing_hint, turn_deg, view_hint, view_of
from tests.bodies import POSTURES, SETTING, body


def moved(pose: Pose, dx: float = 0.0, dy: float = 0.0, zoom: float = 1.0) -> Pose:
    """The same body elsewhere in the picture; what leaves it keeps MediaPipe's guess."""
    image = pose.image.copy()
    image[:, :2] = 0.5 + (image[:, :2] - 0.5) * zoom + (dx, dy)
    return Pose(pose.t_s, image, pose.world, pose.visibility, pose.size_px)


@pytest.mark.parametrize("deg", [0, 20, 45, 70, 90])
def test_turn_is_measured_on_the_trunk(deg):
    assert turn_deg(body(view=float(deg))) == pytest.approx(deg, abs=0.1)


@pytest.mark.parametrize(
    ("turned", "view"),
    [
        (0, "front"),
        (15, "front"),
        (-15, "front"),
        (180, "front"),  # the back is as flat as the chest
        (45, "diagonal"),
        (-45, "diagonal"),
        (135, "diagonal"),
        (75, "side"),
        (90, "side"),
        (-90, "side"),
    ],
)
def test_view_of_a_person_who_turns(turned, view):
    assert view_of(body(view=float(turned))) == view


@pytest.mark.parametrize("name", sorted(set(POSTURES)))
@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_view_does_not_depend_on_what_the_person_does(name, view):
    for posture in POSTURES[name]:
        assert view_of(body(**{**SETTING.get(name, {}), **posture, "view": view})) == view


def test_view_needs_one_shoulder_and_one_hip():
    assert view_of(body(unseen=["left"])) == "side"
    assert view_of(body(unseen=["left_shoulder", "right_shoulder"])) is None
    assert view_of(body(unseen=["left_hip", "right_hip"])) is None


def test_nobody_is_asked_to_step_into_the_picture():
    assert framing_hint(None) == "I cannot see you. Step into the picture."


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_whole_person_in_the_picture_needs_no_hint(view):
    assert framing_hint(body(view=view), ("arms", "trunk", "legs")) is None


def test_feet_out_of_the_picture():
    near = moved(body(view="front"), dy=0.3)
    assert framing_hint(near) == "Step back: your feet are out of the picture."
    assert framing_hint(near, ("arms", "trunk")) is None  # a curl needs no feet


def test_hands_out_of_the_picture():
    overhead = moved(body(view="front", shoulder=175, arms="side"), dy=-0.25)
    said = framing_hint(overhead, ("arms", "trunk"))
    assert said == "Step back: your hands are out of the picture."


def test_person_at_the_edge_is_asked_to_the_middle():
    assert framing_hint(moved(body(), dx=0.5)) == "Move to the middle of the picture."


def test_knees_that_are_hidden_ask_for_the_whole_person():
    hidden = body(unseen=["left_knee", "right_knee"])
    assert framing_hint(hidden) == "Step back so that I can see all of you."


def test_one_side_hidden_behind_the_body_is_no_reason_to_move():
    assert framing_hint(body(unseen=["left"]), ("arms", "trunk", "legs")) is None


def test_hint_counts_the_edge_itself_as_about_to_leave():
    image = body(view="front").image.copy()
    image[[L.LEFT_ANKLE, L.RIGHT_ANKLE], 1] = 0.995
    pose = body(view="front")
    at_edge = Pose(0.0, image, pose.world, np.ones(33), pose.size_px)
    assert framing_hint(at_edge) == "Step back: your feet are out of the picture."


def test_view_that_cannot_judge_says_how_to_turn():
    hint = view_hint(["front", None, "front"], ["side", "diagonal"], ["knee", "hip"])
    assert hint == "Turn sideways so that I can see your knees."
    hint = view_hint(["side"], ["front", "diagonal"], ["shoulder"])
    assert hint == "Face the camera so that I can see your arms."


@pytest.mark.parametrize("views", [["front", "side"], ["diagonal"], [None], []])
def test_view_that_can_judge_or_is_not_known_says_nothing(views):
    assert view_hint(views, ["side", "diagonal"], ["knee"]) is None
