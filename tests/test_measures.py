"""How segments stand to each other, measured on made bodies."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.angles import JOINT_NAMES, flexion_deg
from posecore.landmarks import MIRROR, mirrored
from posecore.measures import COLUMN_INDEX, COLUMNS, SIDED, SIDES, UNSIDED, Reading, measure
from posecore.types import Pose
from tests.bodies import POSTURES, SETTING, body


def row_of(pose: Pose) -> np.ndarray:
    return measure(pose, flexion_deg(pose))


def value(column: str, **asked: object) -> float:
    return float(row_of(body(**asked))[COLUMN_INDEX[column]])  # type: ignore[arg-type]


def test_row_begins_with_the_joints_and_has_every_column_once():
    assert COLUMNS[: len(JOINT_NAMES)] == JOINT_NAMES
    assert len(set(COLUMNS)) == len(COLUMNS)
    pose = body(knee=40, hip=50)
    np.testing.assert_array_equal(row_of(pose)[: len(JOINT_NAMES)], flexion_deg(pose))


@pytest.mark.parametrize(
    ("view", "lean", "within"),
    [
        ("side", 0.0, 0.1),
        ("side", 30.0, 0.1),
        ("side", 88.0, 0.1),
        ("diagonal", 0.0, 0.1),
        ("diagonal", 30.0, 9.0),  # read partly from the picture, partly from the world
        ("diagonal", 60.0, 9.0),
        ("front", 60.0, 0.5),  # towards the camera: read from the world alone
    ],
)
def test_trunk_lean_is_measured_from_upright(view, lean, within):
    found = value("trunk_lean", trunk_lean=lean, hip=lean, view=view)
    assert found == pytest.approx(lean, abs=within)


def test_lying_on_the_back_and_on_the_belly_lean_alike():
    assert value("trunk_lean", trunk_lean=88.0) == pytest.approx(88, abs=0.5)
    assert value("trunk_lean", trunk_lean=-88.0) == pytest.approx(88, abs=0.5)


@pytest.mark.parametrize("raised", [0.0, 45.0, 90.0])
def test_upper_arm_lean_is_from_hanging_down(raised):
    assert value("left_upper_arm_lean", shoulder=raised) == pytest.approx(raised, abs=0.1)
    assert value("right_upper_arm_lean", shoulder=raised, view="front") == pytest.approx(
        raised, abs=0.1
    )


def test_forearm_that_points_up_leans_by_nothing():
    assert value("left_forearm_lean", shoulder=90, elbow=90) == pytest.approx(0, abs=0.1)
    assert value("left_forearm_lean") == pytest.approx(180, abs=0.1)


@pytest.mark.parametrize("hip", [-20.0, 0.0, 20.0])
def test_body_line_is_above_0_with_high_hips_and_below_with_sagging_ones(hip):
    found = value("left_body_line", trunk_lean=84.0, shoulder=84.0, hip=hip)
    assert found == pytest.approx(hip, abs=0.5)


def test_hip_line_is_signed_like_the_body_line():
    lying = {"trunk_lean": 84.0, "shoulder": 84.0}
    assert value("left_hip_line", hip=-20.0, **lying) == pytest.approx(-20, abs=1)
    assert value("left_hip_line", hip=20.0, **lying) == pytest.approx(20, abs=1)


@pytest.mark.parametrize("lean", [0.0, 10.0, 25.0])
def test_trunk_tilt_has_the_sign_of_the_side_it_leans_to(lean):
    tilt = value("trunk_tilt", trunk_lean=lean)
    assert abs(tilt) == pytest.approx(lean, abs=0.5)
    assert value("trunk_tilt", trunk_lean=-lean) == pytest.approx(-tilt, abs=0.5)


@pytest.mark.parametrize("apart", [0.0, 12.0, 25.0])
def test_leg_spread_is_the_angle_between_the_legs(apart):
    assert value("leg_spread", legs_apart=apart, view="front") == pytest.approx(2 * apart, abs=0.5)


def test_knees_that_fall_in_make_their_width_small():
    straight = value("knee_width", view="front", legs_apart=8.0)
    fallen = value("knee_width", view="front", legs_apart=8.0, knees_in=0.1)
    assert straight == pytest.approx(0.9, abs=0.12)
    assert fallen < straight - 0.3


def test_stance_is_measured_in_widths_of_the_shoulders():
    assert value("stance_width", view="front") == pytest.approx(1.0, abs=0.01)
    assert value("stance_width", view="front", legs_apart=20.0) > 2


def test_hips_sink_from_one_leg_length_towards_the_ground():
    standing, squatting = value("hip_height"), value("hip_height", **POSTURES["squat"][1])
    assert standing == pytest.approx(1.0, abs=0.01)
    assert 0.3 < squatting < 0.75
    assert abs(value("hip_height", trunk_lean=88.0)) < 0.15


def test_wrist_height_is_in_trunk_lengths_above_the_shoulder():
    arm = (0.30 + 0.27) / 0.52
    assert value("left_wrist_height", shoulder=180, view="front") == pytest.approx(arm, abs=0.01)
    assert value("left_wrist_height", view="front") == pytest.approx(-arm, abs=0.01)


@pytest.mark.parametrize(
    "size_px", [(1280, 720), (720, 1280), (320, 240)], ids=lambda s: f"{s[0]}x{s[1]}"
)
@pytest.mark.parametrize("name", ["squat", "push_up", "lateral_raise"])
def test_measures_do_not_depend_on_the_pictures_format_or_on_distance(name, size_px):
    asked = {**SETTING.get(name, {}), **POSTURES[name][1]}
    first = row_of(body(**asked))
    np.testing.assert_allclose(row_of(body(size_px=size_px, **asked)), first, atol=1e-6)
    np.testing.assert_allclose(row_of(body(scale=0.5, **asked)), first, atol=1e-6)


def test_mirrored_body_swaps_the_columns_of_left_and_right():
    pose = body(view="front", left_knee=60, left_hip=60, right_elbow=70, legs_apart=5)
    swapped = Pose(
        0.0,
        mirrored(pose.image),
        mirrored(pose.world, width=0),
        pose.visibility[MIRROR],
        (640, 480),
    )
    other = [
        name.replace("left_", "x_").replace("right_", "left_").replace("x_", "right_")
        for name in COLUMNS
    ]
    expected = row_of(pose)[[COLUMN_INDEX[name] for name in other]]
    np.testing.assert_allclose(row_of(swapped), expected, atol=1e-6)


def test_what_is_not_seen_is_nan_and_measured_from_the_other_side_where_it_can():
    row = row_of(body(unseen=["left_knee", "left_wrist"]))
    missing = {name for name in COLUMNS if np.isnan(row[COLUMN_INDEX[name]])}
    assert {"left_knee", "left_elbow", "left_wrist_height", "left_forearm_lean"} <= missing
    assert missing.isdisjoint({"right_knee", "trunk_lean", "hip_height", "left_upper_arm_lean"})


def test_nothing_seen_is_all_nan():
    nothing = row_of(body(unseen=["left", "right", "nose"]))
    assert np.isnan(nothing).all()


# --- readings ---------------------------------------------------------------------------------


def knees(left: float, right: float) -> np.ndarray:
    row = np.zeros(len(COLUMNS))
    row[[COLUMN_INDEX["left_knee"], COLUMN_INDEX["right_knee"]]] = left, right
    return row


NAN = float("nan")


@pytest.mark.parametrize(
    ("sides", "both", "one"),
    [  # of a left knee of 80 and a right one of 100; of the left one alone
        ("mean", 90, 80),
        ("max", 100, 80),
        ("min", 80, 80),
        ("difference", 20, NAN),
        ("left", 80, 80),
        ("right", 100, NAN),
    ],
)
def test_two_sides_become_one_number(sides, both, one):
    reading = Reading("knee", sides)
    assert reading.of(knees(80, 100)) == pytest.approx(both)
    assert reading.of(knees(80, NAN)) == pytest.approx(one, nan_ok=True)


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("measured", ["knee", "trunk_lean", "body_line"])
def test_one_row_reads_as_in_a_table(measured, sides):
    random = np.random.default_rng(2)
    table = random.normal(50, 30, (40, len(COLUMNS)))
    table[random.random(table.shape) < 0.3] = np.nan
    reading = Reading(measured, sides)
    np.testing.assert_allclose(
        reading.of(table), [reading.of_row(row) for row in table], equal_nan=True
    )


@pytest.mark.parametrize("name", [*SIDED, *UNSIDED])
def test_every_measure_has_a_unit(name):
    assert Reading(name).unit in ("deg", "ratio")
