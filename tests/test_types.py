"""What travels from room to room."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from posecore.types import ExerciseSet, Fault, Pose, Rep
from tests.bodies import body


def parts(**changes):
    pose = body()
    names = ("t_s", "image", "world", "visibility", "size_px")
    return {name: getattr(pose, name) for name in names} | changes


def made_rep(complete: bool) -> Rep:
    return Rep("squat", 1.0, 3.5, complete, 100.0, (1.0, 1.5), 80.0)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("image", (33, 2)),  # z is missing
        ("image", (17, 3)),  # another skeleton
        ("world", (32, 3)),
        ("visibility", (33, 1)),
    ],
)
def test_pose_of_another_shape_is_refused_by_name(name, shape):
    with pytest.raises(ValueError, match=rf"expected {name} of shape .* got \({shape[0]}, "):
        Pose(**parts(**{name: np.zeros(shape)}))


@pytest.mark.parametrize("size_px", [(0, 480), (640, -1)])
def test_pose_in_a_picture_without_size_is_refused(size_px):
    with pytest.raises(ValueError, match="picture size above 0"):
        Pose(**parts(size_px=size_px))


def test_pose_cannot_be_changed():
    pose = body()
    with pytest.raises(ValueError, match="read-only"):
        pose.image[0, 0] = 0.5
    with pytest.raises(FrozenInstanceError):
        pose.t_s = 2.0


def test_pose_keeps_its_own_copy_of_what_it_was_made_from():
    world = body().world.copy()
    pose = Pose(**parts(world=world))
    world[:] = 7.0
    assert not (pose.world == 7.0).any()


def test_pixels_are_in_true_proportions():
    pose = Pose(**parts(image=np.full((33, 3), 0.5), size_px=(1280, 720)))
    np.testing.assert_allclose(pose.pixels, np.tile([640.0, 360.0], (33, 1)))


@pytest.mark.parametrize(
    ("measured", "beyond"),
    [(62.0, 18.0), (80.0, 0.0), (100.0, 0.0), (140.0, 0.0), (145.0, 5.0)],
)
def test_fault_tells_how_far_outside_its_range_it_lies(measured, beyond):
    fault = Fault("shallow", 1.0, "left_knee", measured, 80.0, 140.0, "Go lower")
    assert fault.beyond == pytest.approx(beyond)


def test_attempts_are_in_a_set_but_not_in_its_count():
    reps = (made_rep(True), made_rep(False), made_rep(True))
    assert ExerciseSet("squat", 1.0, 9.0, None, reps).n_complete == 2


def test_rep_knows_how_long_it_took():
    assert made_rep(True).duration_s == pytest.approx(2.5)
