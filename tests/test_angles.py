"""Joint angles of made bodies, whose angles are known.

A made body has none of the estimator's errors, so what is read before they are corrected is exact,
and the correction may move it a little.
"""

from __future__ import annotations

import numpy as np
import pytest

from posecore.angle_model import (
    MOST_CHANGE_DEG,
    N_KINDS,
    N_OUTPUTS,
    N_READINGS,
    AngleModelError,
    bones_of,
    read_model,
    shipped_errors,
    shipped_model,
    told,
)
from posecore.angles import (
    JOINT_INDEX,
    JOINT_NAMES,
    N_JOINTS,
    blended_flexion,
    corrected_flexion,
    expected_error_deg,
    flexion_deg,
    flexion_of,
    picture_with_depth,
    readings_and_inputs,
)
from posecore.landmarks import MIRROR, mirrored
from posecore.landmarks import Landmark as L
from posecore.types import Pose
from tests.bodies import body

SIZES = [(1280, 720), (640, 480), (720, 1280)]
BENT = {"knee": 90.0, "hip": 100.0, "elbow": 60.0, "shoulder": 75.0, "trunk_lean": 25.0}


def angle(pose: Pose, joint: str) -> float:
    """As read, before what was learnt about the estimator."""
    return float(blended_flexion(pose.pixels, pose.world)[JOINT_INDEX[joint]])


def mirror_of(pose: Pose) -> Pose:
    return Pose(
        pose.t_s,
        mirrored(pose.image),
        mirrored(pose.world, width=0),
        pose.visibility[MIRROR],
        pose.size_px,
    )


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize("joint", ["knee", "hip", "elbow", "shoulder"])
@pytest.mark.parametrize("deg", [0.0, 35.0, 90.0, 140.0])
def test_joint_bent_in_the_pictures_plane_reads_as_bent(joint, deg, size_px):
    pose = body(view="side", size_px=size_px, **{joint: deg})
    assert angle(pose, f"left_{joint}") == pytest.approx(deg, abs=0.1)
    assert angle(pose, f"right_{joint}") == pytest.approx(deg, abs=0.1)


@pytest.mark.parametrize("deg", [10.0, 60.0, 90.0, 150.0])
def test_arm_raised_sideways_reads_as_raised_from_the_front(deg):
    assert angle(body(view="front", shoulder=deg, arms="side"), "left_shoulder") == pytest.approx(
        deg, abs=0.1
    )


@pytest.mark.parametrize("view", ["front", "diagonal", "side", 20.0, 70.0])
def test_knee_of_a_squat_reads_within_a_few_degrees_from_every_side(view):
    pose = body(view=view, knee=100, hip=110, trunk_lean=30)
    assert angle(pose, "left_knee") == pytest.approx(100, abs=12)


def test_one_side_alone_is_bent_on_that_side_alone():
    pose = body(left_knee=80, left_hip=80)
    assert angle(pose, "left_knee") == pytest.approx(80, abs=0.1)
    assert angle(pose, "right_knee") == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("size_px", "off"), [((1280, 720), True), ((480, 480), False)])
def test_coordinates_over_width_and_height_would_give_wrong_angles(size_px, off):
    pose = body(size_px=size_px, **BENT)
    stretched = flexion_of(pose.image[:, :2])
    wrong = np.abs(stretched - flexion_deg(pose))
    assert (wrong.max() > 10) == off


def test_the_same_body_reads_the_same_in_every_format_and_size():
    first = flexion_deg(body(size_px=SIZES[0], **BENT))
    for size_px in SIZES[1:]:
        np.testing.assert_allclose(flexion_deg(body(size_px=size_px, **BENT)), first, atol=1e-6)
    np.testing.assert_allclose(flexion_deg(body(scale=0.4, **BENT)), first, atol=1e-6)


@pytest.mark.parametrize(
    ("unseen", "blind"),
    [
        ("left_knee", {"left_knee", "left_hip"}),  # the hip's angle needs the knee
        ("right_wrist", {"right_elbow"}),
        ("left_hip", {"left_hip", "left_knee", "left_shoulder"}),
    ],
)
def test_joint_that_is_not_seen_is_nan_and_the_others_are_not(unseen, blind):
    found = flexion_deg(body(unseen=[unseen]))
    assert {JOINT_NAMES[i] for i in np.flatnonzero(np.isnan(found))} == blind


def test_landmark_that_is_nan_gives_nan_and_no_warning():
    points = body().world.copy()
    points[L.LEFT_ANKLE] = np.nan
    found = flexion_of(points)
    assert np.isnan(found[JOINT_INDEX["left_knee"]])
    assert np.isfinite(found[JOINT_INDEX["right_knee"]])


def test_limb_without_length_has_no_angle():
    points = body().world.copy()
    points[L.LEFT_ANKLE] = points[L.LEFT_KNEE]
    assert np.isnan(flexion_of(points)[JOINT_INDEX["left_knee"]])


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_mirrored_body_swaps_left_and_right(view):
    pose = body(view=view, left_knee=80, left_hip=85, right_elbow=70, left_shoulder=30)
    swapped = [JOINT_INDEX[n.replace("left", "x").replace("right", "left").replace("x", "right")]
               for n in JOINT_NAMES]  # fmt: skip
    np.testing.assert_allclose(flexion_deg(mirror_of(pose)), flexion_deg(pose)[swapped], atol=1e-4)


def test_limb_that_points_at_the_camera_is_read_from_the_world():
    pose = body(view="front", shoulder=90, elbow=50)
    upper_arm = pose.world[L.LEFT_ELBOW] - pose.world[L.LEFT_SHOULDER]
    assert abs(upper_arm[2]) / np.linalg.norm(upper_arm) > 0.9
    assert angle(pose, "left_elbow") == pytest.approx(50, abs=0.1)


def test_depth_comes_from_the_world_and_the_rest_from_the_picture():
    pose = body(view="diagonal", **BENT)
    points = picture_with_depth(pose.pixels, pose.world)
    np.testing.assert_array_equal(points[:, 2], pose.world[:, 2])
    shift, twice = np.array([30.0, -10.0]), 2 * pose.pixels
    np.testing.assert_allclose(
        blended_flexion(twice + shift, pose.world), blended_flexion(pose.pixels, pose.world)
    )


def test_limb_in_the_pictures_plane_is_read_from_the_picture():
    pose = body(view="side", knee=90)
    flattened = pose.world * (1.0, 0.8, 1.0)  # world landmarks compress; the picture does not
    found = blended_flexion(pose.pixels, flattened)
    assert found[JOINT_INDEX["left_knee"]] == pytest.approx(90, abs=0.1)


def test_many_frames_at_once_read_as_each_by_itself():
    poses = [body(view="diagonal", knee=k, elbow=k / 2) for k in (0.0, 40.0, 110.0)]
    together = blended_flexion(
        np.array([p.pixels for p in poses]), np.array([p.world for p in poses])
    )
    each = [blended_flexion(p.pixels, p.world) for p in poses]
    np.testing.assert_allclose(together, each)
    corrected = corrected_flexion(
        np.array([p.pixels for p in poses]),
        np.array([p.world for p in poses]),
        np.array([p.visibility for p in poses]),
    )
    np.testing.assert_allclose(corrected, [flexion_deg(p) for p in poses], atol=1e-3)


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
@pytest.mark.parametrize("deg", [0.0, 60.0, 120.0])
def test_correction_moves_no_angle_far(view, deg):
    pose = body(view=view, knee=deg, elbow=deg, hip=deg / 2, shoulder=deg / 2)
    moved = np.abs(flexion_deg(pose) - blended_flexion(pose.pixels, pose.world))
    assert moved.max() < MOST_CHANGE_DEG
    assert moved.max() > 0.01


def outputs(n: int, trust: float) -> np.ndarray:
    """(n, 2, N_OUTPUTS) of a network that adds nothing and trusts the other readings so much."""
    out = np.zeros((n, 2, N_OUTPUTS))
    by_kind = out[..., : N_KINDS * (N_READINGS + 1)].reshape(n, 2, N_KINDS, N_READINGS + 1)
    by_kind[..., :-1] = trust
    out[..., : N_KINDS * (N_READINGS + 1)] = by_kind.reshape(n, 2, -1)
    return out


def told_of(pose: Pose, out: np.ndarray) -> np.ndarray:
    """(8,) by how many degrees the angles of one pose are moved."""
    readings, seen = readings_and_inputs(pose.pixels[None], pose.world[None], pose.visibility[None])
    return told(out, bones_of(seen), readings)[0].reshape(-1)


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_network_that_turns_no_bone_and_trusts_no_other_reading_moves_nothing(view):
    pose = body(view=view, **BENT)
    np.testing.assert_allclose(told_of(pose, outputs(1, trust=-30.0)), 0.0, atol=1e-6)
    # A made body reads the same on the picture's place as on its bones.
    only_bones = outputs(1, trust=-30.0)
    only_bones[..., N_READINGS - 1 : N_KINDS * (N_READINGS + 1) : N_READINGS + 1] = 30.0
    np.testing.assert_allclose(told_of(pose, only_bones), 0.0, atol=0.3)


def test_bone_that_is_turned_moves_the_joints_at_its_ends_and_no_other():
    pose = body(view="side", **BENT)
    out = outputs(1, trust=-30.0)
    out[..., N_READINGS - 1 : N_KINDS * (N_READINGS + 1) : N_READINGS + 1] = 30.0
    out[:, 0, N_KINDS * (N_READINGS + 1) + 3 * 3 :][:, :3] = (0.3, 0.0, 0.0)  # the left thigh
    moved = np.abs(told_of(pose, out)) > 1.0
    assert {JOINT_NAMES[i] for i in np.flatnonzero(moved)} == {"left_hip", "left_knee"}


def test_hidden_side_is_read_with_the_other_in_mind():
    bent, straight = body(view="side", elbow=80), body(view="side", left_elbow=0, right_elbow=80)
    inputs = [
        readings_and_inputs(p.pixels[None], p.world[None], p.visibility[None])[1][0, 1]
        for p in (bent, straight)
    ]
    assert np.abs(inputs[0] - inputs[1]).max() > 0.5


def test_side_that_is_out_of_the_picture_leaves_the_other_alone():
    pose = body(view="side", left_elbow=100, right_elbow=20, unseen=["left"])
    assert flexion_deg(pose)[JOINT_INDEX["right_elbow"]] == pytest.approx(20, abs=5)


def test_another_estimators_pose_is_read_without_the_correction():
    pose = body(view="side", unseen=["left_knee"], **BENT)
    found = flexion_deg(pose, corrected=False)
    seen = np.isfinite(found)
    np.testing.assert_array_equal(found[seen], blended_flexion(pose.pixels, pose.world)[seen])
    assert not seen[JOINT_INDEX["left_knee"]] and seen[JOINT_INDEX["right_knee"]]


def test_corrected_angles_stay_angles():
    for deg in (0.0, 175.0):
        found = flexion_deg(body(view="front", shoulder=deg, elbow=0.0, arms="side"))
        assert (found >= 0).all() and (found <= 180).all()


def test_model_comes_back_from_its_file_as_it_was(tmp_path):
    path = tmp_path / "model.npz"
    shipped_model().save(path)
    pose = body(view="diagonal", **BENT)
    arrays = pose.pixels[None], pose.world[None], pose.visibility[None]
    found = corrected_flexion(*arrays, read_model(path))
    np.testing.assert_array_equal(found, corrected_flexion(*arrays))


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_missing_or_damaged_model_is_named(tmp_path, content):
    path = tmp_path / "model.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AngleModelError, match="model.npz"):
        read_model(path)


def test_archive_without_a_model_is_refused(tmp_path):
    np.savez(tmp_path / "model.npz", other=np.zeros(3))
    with pytest.raises(AngleModelError, match="model.npz"):
        read_model(tmp_path / "model.npz")


def test_expected_error_follows_the_view_and_is_nan_without_one():
    side = expected_error_deg("side")
    assert side.shape == (N_JOINTS,)
    assert side[JOINT_INDEX["right_knee"]] == shipped_errors()["side"]["knee"]
    assert (expected_error_deg("front") >= side)[JOINT_INDEX["left_knee"]]
    assert set(shipped_errors()) == {"front", "diagonal", "side"}
    assert np.isnan(expected_error_deg(None)).all()
