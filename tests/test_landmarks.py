"""The landmarks, their mirror image, and the package's public names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import posecore
from posecore.landmarks import EDGES, MIRROR, N_LANDMARKS, Landmark, mirrored
from tests.bodies import body

ROOT = Path(__file__).resolve().parents[1]


def test_there_are_33_landmarks_numbered_from_0():
    assert [int(mark) for mark in Landmark] == list(range(33))
    assert N_LANDMARKS == 33


@pytest.mark.parametrize(
    ("name", "row"),  # the numbers MediaPipe gives them
    [("NOSE", 0), ("LEFT_SHOULDER", 11), ("RIGHT_WRIST", 16), ("LEFT_HIP", 23), ("RIGHT_KNEE", 26)],
)
def test_rows_are_those_of_mediapipe(name, row):
    assert Landmark[name] == row


def test_every_landmark_but_the_nose_has_another_as_its_counterpart():
    assert (MIRROR[MIRROR] == np.arange(N_LANDMARKS)).all()
    assert [mark.name for mark in Landmark if MIRROR[mark] == mark] == ["NOSE"]
    assert MIRROR[Landmark.MOUTH_LEFT] == Landmark.MOUTH_RIGHT
    assert MIRROR[Landmark.LEFT_EYE_OUTER] == Landmark.RIGHT_EYE_OUTER


def test_the_skeleton_is_the_same_on_both_sides():
    lines = {frozenset(edge) for edge in EDGES}
    assert len(lines) == len(EDGES)
    assert {frozenset(int(MIRROR[mark]) for mark in edge) for edge in EDGES} == lines


def test_mirrored_body_raises_the_other_arm():
    image = mirrored(body(view="front", left_shoulder=90, arms="side").image)
    shoulder, wrist = image[Landmark.RIGHT_SHOULDER], image[Landmark.RIGHT_WRIST]
    assert wrist[1] == pytest.approx(shoulder[1], abs=0.01)
    assert (
        wrist[0] < shoulder[0]
    )  # a person facing the camera has their right at the picture's left


def test_mirroring_twice_gives_the_same_body_back():
    pose = body(view="diagonal", knee=70, left_elbow=50)
    np.testing.assert_allclose(mirrored(mirrored(pose.image)), pose.image)
    np.testing.assert_allclose(mirrored(mirrored(pose.world, width=0), width=0), pose.world)


def test_mirroring_keeps_what_is_not_seen_and_leaves_its_argument_alone():
    points = body().image.copy()
    points[Landmark.LEFT_KNEE] = np.nan
    before = points.copy()
    assert np.isnan(mirrored(points)[Landmark.RIGHT_KNEE]).all()
    np.testing.assert_array_equal(points, before)


# --- the package ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", posecore.__all__)
def test_every_public_name_is_there(name):
    assert getattr(posecore, name) is not None
    assert name in dir(posecore)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Trainer'"):
        _ = posecore.Trainer


def test_importing_the_package_imports_nothing_heavy():
    heavy = ["mediapipe", "sklearn", "skops", "cv2", "av", "sqlalchemy", "plotly", "streamlit"]
    code = f"import sys, posecore; print([m for m in {heavy} if m in sys.modules])"
    asked = [sys.executable, "-c", code]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
