"""From where the camera sees made bodies, and what it asks of them."""

from __future__ import annotations

import pytest

from posecore.types import Pose
from posecore.view import turn_deg, view_of
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
