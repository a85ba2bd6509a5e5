"""The exercise files: the shipped ones, wrong ones, and the made bodies that tests are built on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from posecore.angles import JOINT_INDEX, blended_flexion, flexion_deg
from posecore.exercises import SHIPPED, ExerciseFileError, check_folder, load_exercises
from posecore.exercises.names import LONGEST_NAME
from posecore.measures import COLUMN_INDEX, Reading, measure
from posecore.reps import ExerciseCounter
from posecore.store.tables import WORD_LENGTH
from tests.bodies import POSTURES, SETTING, body, movement

NAMES = {
    "squat",
    "lunge",
    "push_up",
    "sit_up",
    "plank",
    "jumping_jack",
    "biceps_curl",
    "shoulder_press",
    "lateral_raise",
    "front_raise",
    "pull_up",
    "deadlift",
}
GOOD = (SHIPPED / "squat.toml").read_text(encoding="utf-8").replace('"squat"', '"mine"', 1)


def test_every_shipped_file_loads():
    exercises, problems = check_folder(SHIPPED)
    assert problems == []
    assert set(exercises) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_shipped_exercise_has_three_faults_and_none_that_was_refuted(name):
    exercise = load_exercises()[name]
    faults = {m.fault for t in exercise.targets for m in (t.below, t.above) if m is not None}
    assert len(faults) >= 3
    assert not any("toe" in fault for fault in faults)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_band_of_angles_is_narrower_than_a_webcam_can_tell(name):
    for target in load_exercises()[name].targets:
        # A swing is a difference of two readings: what both are off by cancels.
        if target.reading.unit == "deg" and target.reading.measure != "trunk_swing":
            assert target.high - target.low >= 14, target


@pytest.mark.parametrize("name", sorted(NAMES))
def test_thresholds_of_counting_are_looser_than_the_target_depth(name):
    exercise = load_exercises()[name]
    signal = exercise.signal
    depth = [t for t in exercise.targets if t.at == "far" and t.reading.measure == signal.measure]
    for target in depth:
        if target.reading.sides == "difference":
            continue
        assert signal.far < target.low if signal.upwards else signal.far > target.high


@pytest.mark.parametrize("name", sorted(NAMES - {"plank"}))
def test_made_movement_counts_its_reps(name):
    counter = ExerciseCounter(load_exercises()[name].signal)
    spans = [
        span
        for t_s, pose in movement(name, 3)
        if (span := counter.step(measure(pose, flexion_deg(pose)), t_s)) is not None
    ]
    assert [span.complete for span in spans] == [True] * 3


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('measure = "knee"\nstart', 'measure = "neck"\nstart', "signal.measure", "unknown 'neck'"),
        ("start = 24", "start = 37", "signal.far", "two thresholds are the same"),
        ("min_s = 0.5", "min_s = 50", "signal.min_s", "0 < min_s < max_s"),
        ("min_range = 18", "min_range = 0", "signal.min_range", "above 0"),
        ("low = 80\nhigh = 140", "low = 140\nhigh = 80", "targets[0].low", "upside down"),
        ('at = "far"\nlow = 80', 'at = "middle"\nlow = 80', "targets[0].at", "'middle'"),
        ("low = 80", 'low = "deep"', "targets[0].low", "expected a number"),
        ("both = 20", "both = 60", "signal.both", "not beyond far"),
        ("both = 20", 'both = "two"', "signal.both", "expected a number"),
        ("low = 0.38", "low = 0", "low", "above 0"),
        ("low = 0\nhigh = 60", "low = 60\nhigh = 0", "postures[0].low", "upside down"),
        ('at = "whole"', 'at = "rep"', "postures[0].at", "start, far, whole"),
        ("low = 80", "lowest = 80", "targets[0].lowest", "unknown key"),
        ('"Go a little deeper"', '"Go a little bit deeper this time"', "below.cue", "six words"),
        ('views = ["front"]', 'views = ["above"]', "views", "'above'"),
        ('kind = "reps"', 'kind = "dance"', "kind", "'reps' or 'hold'"),
        ('name = "mine"', 'name = "other"', "name", "as the file is called"),
        ("start = 24", "start = 24 24", "cannot be read as TOML", ""),
    ],
)
def test_wrong_file_is_refused_by_name_key_and_reason(tmp_path, old, new, key, reason):
    assert old in GOOD
    (tmp_path / "mine.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    exercises, problems = check_folder(tmp_path)
    assert exercises == {}
    (problem,) = problems
    assert "mine.toml" in str(problem)
    assert key in str(problem)
    assert reason in str(problem)


@pytest.mark.parametrize(
    "number", ["1" + "0" * 400, "0x" + "f" * 20_000, "inf", "-inf", "1e300", "1_000_001"]
)
def test_number_that_no_page_can_draw_is_refused(tmp_path, number):
    (tmp_path / "mine.toml").write_text(
        GOOD.replace("start = 24", f"start = {number}"), encoding="utf-8"
    )
    _, (problem,) = check_folder(tmp_path)
    assert str(problem).startswith("mine.toml: signal.start: expected a number from")
    assert len(str(problem)) < 200


@pytest.mark.parametrize("key", ["start", "sides"])
def test_value_too_long_to_be_told_is_refused_without_it(tmp_path, key):
    text = GOOD.replace("start = 24\n", "")
    text = text.replace("[signal]", f"[signal]\n{key} = [0x{'f' * 20_000}]", 1)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    _, (problem,) = check_folder(tmp_path)
    assert str(problem).startswith(f"mine.toml: signal.{key}: ")
    assert "something far too long" in str(problem)


def test_name_longer_than_the_store_keeps_is_refused(tmp_path):
    assert LONGEST_NAME == WORD_LENGTH
    for name, refused in (("a" * LONGEST_NAME, False), ("a" * (LONGEST_NAME + 1), True)):
        file = tmp_path / f"{name}.toml"
        file.write_text(GOOD.replace('"mine"', f'"{name}"', 1), encoding="utf-8")
        good, problems = check_folder(tmp_path)
        assert bool(problems) == refused and (name in good) != refused
    assert "name: expected at most 100 characters, got 101" in str(problems[0])


def test_missing_source_is_refused(tmp_path):
    lines = [line for line in GOOD.splitlines() if not line.startswith("source = ")]
    (tmp_path / "mine.toml").write_text("\n".join(lines), encoding="utf-8")
    (problem,) = check_folder(tmp_path)[1]
    assert "mine.toml: signal.source" in str(problem)


def test_others_go_on_when_one_file_is_wrong(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    exercises, problems = check_folder(tmp_path)
    assert set(exercises) == {"mine"}
    assert len(problems) == 1


def test_own_file_takes_the_place_of_a_shipped_one(tmp_path):
    text = (SHIPPED / "squat.toml").read_text(encoding="utf-8")
    own = text.replace('title = "Squat"', 'title = "My squat"')
    (tmp_path / "squat.toml").write_text(own, encoding="utf-8")
    exercises = load_exercises(tmp_path)
    assert exercises["squat"].title == "My squat"
    assert set(exercises) == NAMES


def test_wrong_own_file_is_an_error_that_names_it(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("start = 24", ""), encoding="utf-8")
    with pytest.raises(ExerciseFileError, match="mine.toml: signal.start"):
        load_exercises(tmp_path)


def test_hold_needs_no_rep_limits_and_keeps_its_band():
    plank = load_exercises()["plank"]
    assert plank.kind == "hold"
    assert plank.signal.max_s == float("inf")


def test_hold_with_rep_limits_is_refused(tmp_path):
    text = (SHIPPED / "plank.toml").read_text(encoding="utf-8")
    (tmp_path / "plank.toml").write_text(
        text.replace("far = 118", "far = 118\nmax_s = 9"), encoding="utf-8"
    )
    (problem,) = check_folder(tmp_path)[1]
    assert "signal.max_s" in str(problem)


def test_every_table_of_the_document_names_a_shipped_fault():
    text = (Path(__file__).parents[1] / "docs" / "EXERCISES.md").read_text(encoding="utf-8")
    for exercise in load_exercises().values():
        assert f"### {exercise.title}" in text
        for target in exercise.targets:
            for miss in (target.below, target.above):
                assert miss is None or f"`{miss.fault}`" in text, (exercise.name, miss)


# -- the made bodies themselves ------------------------------------------------------------------


def read_deg(pose):
    """Angles before the estimator's errors are corrected: a made body has none."""
    return blended_flexion(pose.pixels, pose.world)


LEGS = {"left_knee": 60.0, "right_knee": 95.0, "left_hip": 30.0, "right_hip": 80.0}


@pytest.mark.parametrize("view", ["side", -90.0])
def test_side_view_reads_the_asked_angles(view):
    asked = {**LEGS, "left_elbow": 100.0, "right_elbow": 20.0, "left_shoulder": 70.0}
    angles = read_deg(body(view=view, trunk_lean=25.0, **asked))
    for name, value in {**asked, "right_shoulder": 0.0}.items():
        assert angles[JOINT_INDEX[name]] == pytest.approx(value, abs=1.0), name


def test_front_view_reads_arms_raised_sideways():
    asked = {"left_shoulder": 90.0, "right_shoulder": 150.0, "left_elbow": 80.0}
    angles = read_deg(body(view="front", arms="side", **asked))
    for name, value in asked.items():
        assert angles[JOINT_INDEX[name]] == pytest.approx(value, abs=1.0), name


def test_front_view_reads_depth_from_the_world():
    angles = read_deg(body(view="front", knee=100.0, hip=80.0))
    assert angles[JOINT_INDEX["left_knee"]] == pytest.approx(100.0, abs=1.0)


@pytest.mark.parametrize("lean", [-88.0, 0.0, 40.0, 85.0])
def test_trunk_lean_reads_as_asked_from_the_side(lean):
    pose = body(trunk_lean=lean, hip=20.0)
    row = measure(pose, flexion_deg(pose))
    assert row[COLUMN_INDEX["trunk_lean"]] == pytest.approx(abs(lean), abs=1.0)


def test_knees_in_narrows_the_knees_but_not_the_ankles():
    straight, inwards = (
        measure(p, flexion_deg(p)) for p in (body(view="front"), body(view="front", knees_in=0.1))
    )
    width = COLUMN_INDEX["knee_width"]
    assert straight[width] == pytest.approx(1.0, abs=0.02)
    assert inwards[width] == pytest.approx(0.41, abs=0.02)


def test_unseen_landmark_makes_its_joints_unseen():
    angles = flexion_deg(body(unseen=["left_knee"]))
    assert np.isnan(angles[JOINT_INDEX["left_knee"]])
    assert np.isfinite(angles[JOINT_INDEX["right_knee"]])
    assert np.isnan(flexion_deg(body(unseen=["left"]))[:4]).all()


@pytest.mark.parametrize("name", sorted(POSTURES))
def test_made_body_stays_in_the_picture(name):
    for posture in POSTURES[name]:
        pose = body(**{**posture, **SETTING.get(name, {})})
        assert pose.image[:, :2].min() >= 0
        assert pose.image[:, :2].max() <= 1


def test_alternating_movement_moves_one_side_at_a_time():
    elbows = [
        [Reading("elbow", side).of(measure(p, flexion_deg(p))) for side in ("left", "right")]
        for _, p in movement("biceps_curl", 2, alternate=True)
    ]
    both = np.array(elbows)
    assert (both.max(axis=0) > 120).all()
    assert both.min(axis=1).max() < 20
