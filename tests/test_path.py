from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from posecore import path
from posecore.angles import JOINT_INDEX, N_JOINTS
from posecore.exercises import load_exercises
from posecore.path import POINTS, curve_of, distance, path_share, references, shape_of
from posecore.pipeline import Pipeline
from tests.bodies import movement
from tests.results import NoClassifier

EXERCISES = load_exercises()
SQUAT = EXERCISES["squat"]


def rep_like(exercise: str, duration_s: float = 2.0, n: int = 50) -> tuple[np.ndarray, np.ndarray]:
    """Times and angles of a rep whose key joints move exactly as the reference does."""
    reference = references()[exercise]
    angles = np.full((n, N_JOINTS), 10.0)
    share = np.linspace(0, 1, n)
    for joint, curve in zip(reference.joints, reference.curve_deg.T, strict=True):
        for side in ("left", "right"):
            column = JOINT_INDEX[f"{side}_{joint}"]
            angles[:, column] = np.interp(share, np.linspace(0, 1, POINTS), curve)
    return share * duration_s, angles


def share(exercise: str, rep: tuple[np.ndarray, np.ndarray]) -> float | None:
    return path_share(EXERCISES[exercise], *rep)


@pytest.mark.parametrize("exercise", [e.name for e in EXERCISES.values() if e.kind == "reps"])
def test_the_reference_itself_is_a_full_mark(exercise: str) -> None:
    assert share(exercise, rep_like(exercise)) == 1.0


def test_slower_and_quicker_reps_of_the_same_path_are_alike() -> None:
    assert share("squat", rep_like("squat", 6.0, 150)) == 1.0
    assert share("squat", rep_like("squat", 0.8, 20)) == 1.0


def test_rest_at_the_far_end_costs_little() -> None:
    t_s, angles = rep_like("squat")
    far = int(np.argmax(angles[:, JOINT_INDEX["left_knee"]]))
    rested = np.concatenate([angles[:far], np.repeat(angles[far : far + 1], 12, 0), angles[far:]])
    assert (share("squat", (np.linspace(0, 2.5, len(rested)), rested)) or 0) > 0.85


def test_depth_and_camera_offset_are_no_part_of_the_path() -> None:
    t_s, angles = rep_like("squat")
    shallow = angles[0] + 0.6 * (angles - angles[0]) + 12.0
    assert share("squat", (t_s, shallow)) == 1.0


def test_another_movement_is_far() -> None:
    for other in ("shoulder_press", "lunge"):
        t_s, angles = rep_like("squat")
        own = references()["squat"]
        stranger = references()[other].curve_deg
        for joint, curve in zip(own.joints, stranger.T, strict=True):
            for side in ("left", "right"):
                angles[:, JOINT_INDEX[f"{side}_{joint}"]] = curve
        alike = share("squat", (t_s, angles))
        assert alike is not None and alike < (0.2 if other == "shoulder_press" else 1.0)


def test_hips_that_rise_before_the_knees_cost_marks() -> None:
    t_s, angles = rep_like("squat")
    for side in ("left", "right"):
        column = angles[:, JOINT_INDEX[f"{side}_hip"]]
        angles[:, JOINT_INDEX[f"{side}_hip"]] = column[0] + 0.25 * (column - column[0])
    assert (share("squat", (t_s, angles)) or 1) < 0.8


def test_short_gaps_are_bridged_and_long_ones_not_guessed() -> None:
    t_s, angles = rep_like("squat")
    angles[10:15] = np.nan
    assert (share("squat", (t_s, angles)) or 0) > 0.95
    angles[10:28] = np.nan
    assert share("squat", (t_s, angles)) is None


def test_one_side_is_enough_where_the_other_is_hidden() -> None:
    t_s, angles = rep_like("squat")
    for joint in ("knee", "hip"):
        angles[:, JOINT_INDEX[f"right_{joint}"]] = np.nan
    assert share("squat", (t_s, angles)) == 1.0
    angles[:, JOINT_INDEX["left_hip"]] = np.nan
    assert share("squat", (t_s, angles)) is None


def test_resting_arm_of_a_curl_does_not_count() -> None:
    t_s, angles = rep_like("biceps_curl")
    for joint in ("elbow", "shoulder"):
        angles[:, JOINT_INDEX[f"left_{joint}"]] = 10.0
    assert share("biceps_curl", (t_s, angles)) == 1.0


def test_body_that_hardly_moves_has_no_path() -> None:
    t_s, angles = rep_like("squat")
    assert share("squat", (t_s, np.full_like(angles, 20.0))) is None
    assert share("squat", (t_s[:1], angles[:1])) is None


def test_shapes_are_at_distance_0_from_themselves_and_1_from_standing_still() -> None:
    shape = shape_of(references()["squat"].curve_deg)
    assert shape is not None
    assert distance(shape, shape) == 0.0
    assert distance(shape, np.zeros_like(shape)) == pytest.approx(1.0)


def test_no_reference_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert references(tmp_path / "none.json") == {}
    monkeypatch.setattr(path, "references", lambda: {})
    assert share("plank", (np.linspace(0, 2, 50), np.full((50, N_JOINTS), 10.0))) is None


def test_references_name_their_sources_and_hold_no_more_than_a_curve() -> None:
    table = json.loads(path.REFERENCES_PATH.read_text("utf-8"))
    for entry in table["exercises"].values():
        assert set(entry) == {"joints", "good", "n_reps", "sources", "curve_deg"}
        assert sum(entry["sources"].values()) >= 3
        assert np.array(entry["curve_deg"]).shape == (POINTS, len(entry["joints"]))


def test_score_of_a_rep_tells_its_path_and_an_attempt_has_none() -> None:
    parts = {}
    for depth in (1.0, 0.42):
        pipeline = Pipeline(exercise="squat", classifier=NoClassifier())  # type: ignore[arg-type]
        for t_s, pose in movement("squat", reps=2, depth=depth):
            pipeline.advance(t_s, pose)
        ended = pipeline.finish()
        for rep in ended.reps if ended else ():
            parts[rep.complete] = rep.score_parts
    assert parts[True]["path"] > 60
    assert "path" not in parts.get(False, {})


def test_curve_is_read_at_even_times() -> None:
    t_s, angles = rep_like("squat")
    uneven = t_s**1.2
    curve = curve_of(SQUAT, ("knee",), uneven, angles)
    assert curve is not None and curve.shape == (POINTS, 1)
