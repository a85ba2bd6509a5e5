"""What the classifier sees of made bodies."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from posecore.features import (
    FEATURE_NAMES,
    JOINTS_12,
    MIN_VISIBILITY,
    WINDOW_S,
    FeatureWindow,
    joints_of,
    mirror_features,
    window_features,
)
from posecore.landmarks import MIRROR, mirrored
from posecore.landmarks import Landmark as L
from posecore.types import Pose
from tests.bodies import Movement, body, movement


def joints(frames: Movement) -> tuple[np.ndarray, np.ndarray]:
    return np.array([t for t, _ in frames]), np.array([joints_of(p) for _, p in frames])


def features(frames: Movement, window_s: float = WINDOW_S) -> np.ndarray:
    """After the last frame."""
    window = FeatureWindow(window_s)
    return [window.step(joints_of(pose), t_s) for t_s, pose in frames][-1]


def squat(**changes: object) -> Movement:
    return movement("squat", 1, fps=15, **changes)[:28]  # type: ignore[arg-type]


def mirror_of(pose: Pose) -> Pose:
    return Pose(
        pose.t_s,
        mirrored(pose.image),
        mirrored(pose.world, width=0),
        pose.visibility[MIRROR],
        pose.size_px,
    )


def test_every_feature_has_its_own_name():
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    assert features(squat()).shape == (len(FEATURE_NAMES),)


def test_whole_body_in_movement_gives_numbers_only():
    assert np.isfinite(features(squat())).all()


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_size_and_place_in_the_picture_do_not_matter(view):
    t_s, near = joints(squat(view=view))
    far_away = near * 0.3 + (400.0, -120.0)
    np.testing.assert_allclose(
        window_features(t_s, far_away), window_features(t_s, near), atol=1e-9
    )


@pytest.mark.parametrize("size_px", [(1280, 720), (720, 1280)])
def test_format_of_the_picture_does_not_matter(size_px):
    np.testing.assert_allclose(features(squat(size_px=size_px)), features(squat()), atol=1e-9)


def test_when_it_was_filmed_does_not_matter():
    np.testing.assert_allclose(features(squat(start_s=500.0)), features(squat()), atol=1e-9)


def test_gravity_matters():
    t_s, upright = joints(squat())
    lying = upright[..., ::-1]
    assert np.abs(window_features(t_s, lying) - window_features(t_s, upright)).max() > 0.5


def test_movement_matters():
    still = [(i / 15, body(**{"knee": 50.0, "hip": 50.0})) for i in range(28)]
    spread = [i for i, name in enumerate(FEATURE_NAMES) if name.startswith("std ")]
    assert np.abs(features(still)[spread]).max() == pytest.approx(0, abs=1e-9)
    assert np.abs(features(squat())[spread]).max() > 0.1


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_mirror_features_are_those_of_the_mirrored_body(view):
    frames = movement("lunge", 1, fps=15, view=view, left_elbow=40.0)[:28]
    reflected = [(t_s, mirror_of(pose)) for t_s, pose in frames]
    np.testing.assert_allclose(mirror_features(features(frames)), features(reflected), atol=1e-9)


def test_mirroring_features_twice_gives_them_back():
    once = features(movement("lunge", 1, fps=15)[:28])
    np.testing.assert_allclose(mirror_features(mirror_features(once)), once)
    table = np.stack([once, once * 0.5])
    np.testing.assert_allclose(mirror_features(table)[1], mirror_features(table[1]))


def test_step_by_step_is_the_same_as_the_whole_window():
    frames = movement("squat", 2, fps=15)
    window = FeatureWindow()
    t_s, points = joints(frames)
    for i, (at_s, pose) in enumerate(frames):
        stepped = window.step(joints_of(pose), at_s)
        inside = (t_s <= at_s) & (at_s - t_s <= WINDOW_S)
        if i % 7 == 0:
            np.testing.assert_allclose(
                stepped, window_features(t_s[inside], points[inside]), equal_nan=True
            )


def test_first_frame_already_has_features():
    found = features(squat()[:1])
    assert np.isfinite(found).all()
    assert found[FEATURE_NAMES.index("window_fill")] == 0.0


def test_joint_that_is_not_seen_is_nan_in_what_it_touches_and_nowhere_else():
    found = features(squat(unseen=["left_ankle"]))
    blind = {name for name, v in zip(FEATURE_NAMES, found) if np.isnan(v)}
    assert {"left_ankle_x", "left_knee_angle", "left_shank_dx", "std left_ankle_y"} <= blind
    assert all("ankle" in name or "knee_angle" in name or "shank" in name for name in blind)


def test_joint_that_is_hidden_for_a_moment_keeps_its_mean():
    frames = squat()
    hidden = body(t_s=frames[10][0], unseen=["left_ankle"])
    found = features([*frames[:10], (frames[10][0], hidden), *frames[11:]])
    assert np.isfinite(found).all()


def test_nobody_seen_is_all_nan_but_the_window_and_warns_of_nothing():
    window = FeatureWindow()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for i in range(10):
            found = window.step(np.full((12, 2), np.nan), i / 15)
    assert np.isnan(np.delete(found, FEATURE_NAMES.index("window_fill"))).all()


def test_features_stay_within_bounds_when_a_landmark_jumps():
    t_s, points = joints(squat())
    points[-1, 4] = (1e6, -1e6)
    assert np.nanmax(np.abs(window_features(t_s, points))) <= 10


def test_hidden_landmark_of_which_the_estimator_is_a_little_sure_is_used():
    visibility = np.ones(33)
    visibility[L.LEFT_KNEE], visibility[L.RIGHT_KNEE] = MIN_VISIBILITY, MIN_VISIBILITY / 2
    pose = body()
    points = joints_of(Pose(0.0, pose.image, pose.world, visibility, pose.size_px))
    assert np.isfinite(points[JOINTS_12.index(L.LEFT_KNEE)]).all()
    assert np.isnan(points[JOINTS_12.index(L.RIGHT_KNEE)]).all()


@pytest.mark.parametrize("jump_s", [-5.0, -0.01, 0.0, WINDOW_S + 1.0])
def test_time_that_runs_backwards_or_a_long_gap_starts_anew(jump_s):
    window = FeatureWindow()
    frames = squat()
    for t_s, pose in frames:
        window.step(joints_of(pose), t_s)
    pose = body(knee=30)
    found = window.step(joints_of(pose), frames[-1][0] + jump_s)
    np.testing.assert_array_equal(found, FeatureWindow().step(joints_of(pose), 0.0))


def test_reset_equals_new():
    used = FeatureWindow()
    for t_s, pose in squat():
        used.step(joints_of(pose), t_s)
    used.reset()
    fresh = FeatureWindow()
    for t_s, pose in movement("lunge", 1, fps=15)[:10]:
        np.testing.assert_array_equal(
            used.step(joints_of(pose), t_s), fresh.step(joints_of(pose), t_s)
        )
