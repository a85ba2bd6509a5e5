"""The form rules on OpenPose's keypoints, made here from bodies whose form is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from posecore.angles import JOINT_INDEX, flexion_deg
from posecore.exercises import load_exercises
from posecore.form_check import (
    FPS,
    KEYPOINTS,
    balanced,
    check_clip,
    check_folder,
    check_form,
    pose_of,
)
from posecore.landmarks import Landmark
from posecore.types import Pose
from posecore.view import view_of
from tests.bodies import body

EXERCISES = load_exercises()


def keypoints(pose: Pose, hidden: str = "") -> np.ndarray:
    """(18, 3) of a pose; points of the ``hidden`` side are zeros, as OpenPose writes them."""
    points = np.zeros((18, 3))
    points[1] = (*pose.pixels[[11, 12]].mean(axis=0), 0.9)
    for mark, k in KEYPOINTS.items():
        if not (hidden and mark.name.startswith(hidden)):
            points[k] = (*pose.pixels[mark], 0.9)
    return points


def clip(folder: Path, name: str, *, top: float = 132.0, sway: float = 0.0) -> Path:
    """One curl from the side, the trunk leaning by ``sway`` on the way."""
    frames = []
    for t in np.arange(0, 4, 1 / FPS):
        share = (1 - np.cos(np.clip(t - 0.5, 0, 3) * 2 * np.pi / 3)) / 2
        pose = body(
            t_s=t, elbow=6 + (top - 6) * share, shoulder=5 + sway * share, trunk_lean=sway * share
        )
        frames.append(keypoints(pose, hidden="LEFT"))
    path = folder / f"{name}.npy"
    np.save(path, np.array(frames))
    return path


@pytest.mark.parametrize("hidden", ["", "LEFT"])
def test_angles_in_the_pictures_plane_are_those_of_the_keypoints(hidden):
    pose = pose_of(keypoints(body(elbow=60, shoulder=40, trunk_lean=10), hidden), 0.0)
    assert pose is not None
    flexion = flexion_deg(pose, corrected=False)
    assert flexion[JOINT_INDEX["right_elbow"]] == pytest.approx(60, abs=2)
    assert np.isnan(flexion[JOINT_INDEX["left_elbow"]]) == (hidden == "LEFT")
    assert np.isfinite(pose.image).all() and np.isfinite(pose.world).all()


@pytest.mark.parametrize("view", ["front", "side"])
def test_view_is_told_by_how_broad_the_shoulders_look(view):
    pose = pose_of(keypoints(body(view=view)), 0.0)
    assert pose is not None
    assert view_of(pose) == view


def test_one_shoulder_alone_is_seen_from_the_side():
    pose = pose_of(keypoints(body(view="side"), hidden="LEFT"), 0.0)
    assert pose is not None
    assert view_of(pose) == "side"
    assert pose.visibility[Landmark.LEFT_SHOULDER] == 0


def test_frame_without_a_trunk_is_nobody():
    assert pose_of(np.zeros((18, 3)), 0.0) is None
    points = keypoints(body())
    points[[8, 11]] = 0.0
    assert pose_of(points, 0.0) is None


def test_good_and_bad_curls_are_told_apart(tmp_path):
    good = check_clip(clip(tmp_path, "bicep_good_1"), EXERCISES)
    half = check_clip(clip(tmp_path, "bicep_bad_1", top=80.0), EXERCISES)
    sways = check_clip(clip(tmp_path, "bicep_bad_2", sway=20.0), EXERCISES)
    assert good is not None and half is not None and sways is not None
    assert (good.form, good.said, good.reps, good.faults) == ("correct", "correct", 1, ())
    assert half.said == "incorrect" and "shallow" in half.faults
    assert sways.said == "incorrect" and "trunk_swing" in sways.faults


def test_only_attempts_are_incorrect_and_nothing_says_nothing(tmp_path):
    attempt = check_clip(clip(tmp_path, "bicep_bad_1", top=62.0), EXERCISES)
    still = check_clip(clip(tmp_path, "bicep_bad_2", top=6.0), EXERCISES)
    assert attempt is not None and still is not None
    assert (attempt.said, attempt.reps, attempt.attempts) == ("incorrect", 0, 1)
    assert (still.said, still.reps, still.attempts) == (None, 0, 0)


def test_exercise_that_is_not_here_is_left_out(tmp_path):
    clip(tmp_path, "shouldershrug_good_1")
    clip(tmp_path, "bicep_good_1")
    assert [verdict.clip for verdict in check_folder(tmp_path)] == ["bicep_good_1"]


def test_report_prints_the_balanced_accuracy(tmp_path):
    clip(tmp_path, "bicep_good_1")
    clip(tmp_path, "bicep_bad_1", top=80.0)
    clip(tmp_path, "bicep_bad_2")
    said: list[str] = []
    total = check_form(tmp_path, say=said.append)
    assert total["correct"] == 1.0 and total["incorrect"] == 0.5
    assert total["form_balanced"] == 0.75 and total["form_clips"] == 3
    assert any("form_balanced" in line and "0.750" in line for line in said)


def test_recall_of_what_is_not_there_is_nan():
    assert np.isnan(balanced([])["form_balanced"])
