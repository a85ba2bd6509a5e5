"""The live chart: what its lines, bands and marks show, and that nothing on it trembles."""

from __future__ import annotations

import re

import numpy as np
import pytest

from posecore.angles import JOINT_INDEX, N_JOINTS
from posecore.exercises import load_exercises
from posecore.plots.angles import target_bands
from posecore.plots.live import LiveChart, live_chart

SQUAT = load_exercises()["squat"]
T_S = np.arange(0, 30, 0.04)
ANGLES = np.tile(np.linspace(0, 120, len(T_S))[:, None], N_JOINTS)


def live(angles: np.ndarray = ANGLES, **changes: object) -> LiveChart:
    values = {
        "exercise": SQUAT,
        "error_deg": np.full_like(angles, 7.0),
        "rep_marks_s": (),
        "now_s": 29.96,
    }
    return live_chart(T_S, angles, **(values | changes))  # type: ignore[arg-type]


def points_of(chart: LiveChart, joint: str) -> list[tuple[float, float]]:
    """(seconds, degrees) of a joint's line."""
    (path,) = re.findall(rf'data-joint="{joint}"[^>]* d="([^"]*)"', chart.svg)
    return [(float(x) / 20, 180 - float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def test_both_sides_of_the_exercises_joints_are_shown_apart_by_dashes():
    lines = {line.joint: line for line in live().lines}
    assert set(lines) == {"left_knee", "right_knee", "left_hip", "right_hip"}
    assert not lines["left_knee"].dashed and lines["right_knee"].dashed
    assert lines["left_knee"].colour == lines["right_knee"].colour != lines["left_hip"].colour
    assert live().svg.count("stroke-dasharray") == 2


def test_without_an_exercise_elbows_and_knees_are_shown():
    joints = {line.joint for line in live(exercise=None).lines}
    assert joints == {"left_elbow", "right_elbow", "left_knee", "right_knee"}
    assert live(exercise=None).bands == {}


def test_the_line_is_the_angle_of_the_last_seconds():
    points = points_of(live(), "left_knee")
    assert points[0][0] == pytest.approx(14.96, abs=0.11)
    assert points[-1][0] == pytest.approx(29.96, abs=0.03)
    for t_s, angle_deg in points:
        assert angle_deg == pytest.approx(t_s * 4, abs=0.8)
    assert live().lines[0].now_deg == pytest.approx(120.0)


def test_a_point_keeps_its_place_from_one_drawing_to_the_next():
    late = live(now_s=20.2)
    shown = T_S <= 20.0
    early = live_chart(
        T_S[shown], ANGLES[shown], exercise=SQUAT, error_deg=ANGLES[shown] * 0 + 7,
        rep_marks_s=(), now_s=20.0,
    )  # fmt: skip
    before, after = set(points_of(early, "left_knee")[3:-1]), set(points_of(late, "left_knee"))
    assert len(before) > 100
    assert before <= after, "none of them has moved"


def test_a_second_has_ten_points_however_fast_the_camera():
    assert len(points_of(live(), "left_knee")) == pytest.approx(150, abs=2)


def test_the_line_breaks_where_the_joint_was_not_seen():
    gap = ANGLES.copy()
    gap[600:620] = np.nan
    (path,) = re.findall(r'data-joint="left_knee"[^>]* d="([^"]*)"', live(gap).svg)
    assert path.count("M") == 2
    outlines = re.findall(r'class="pc-error" d="([^"]*)"', live(gap).svg)
    assert [each.count("Z") for each in outlines] == [2] * 4, "closed on both sides of the gap"


def test_the_expected_error_lies_around_the_line():
    (first, *_) = re.findall(r'class="pc-error" d="([^"]*)"', live().svg)
    angles_deg = [180 - float(y) for _, y in re.findall(r"([-\d.]+) ([-\d.]+)", first)]
    assert max(angles_deg) == pytest.approx(127.0, abs=1)
    assert min(angles_deg) == pytest.approx(14.96 * 4 - 7.0, abs=1)


def test_an_error_beyond_what_an_angle_can_be_stays_in_the_picture():
    wild = live(error_deg=np.full_like(ANGLES, 500.0)).svg
    ys = [float(y) for _, y in re.findall(r"([-\d.]+) ([-\d.]+)[LZ\"]", wild)]
    assert min(ys) >= 0 and max(ys) <= 180


def test_targets_are_bands_with_their_range():
    chart = live()
    assert chart.bands == target_bands(SQUAT)
    assert any(label.startswith("knee") for label in chart.bands)
    rects = re.findall(r'<rect class="pc-target"[^>]*y="(\d+)"[^>]*height="(\d+)"', chart.svg)
    assert {(180 - int(y) - int(h), 180 - int(y)) for y, h in rects} == {
        (round(low), round(high)) for low, high in chart.bands.values()
    }


def test_only_reps_of_the_window_are_marked():
    chart = live(rep_marks_s=(2.0, 20.0, 25.0))
    marks = re.findall(r'pc-mark-rep" d="M([\d.]+) ', chart.svg)
    assert [float(x) / 20 for x in marks] == [20.0, 25.0]


def test_before_the_first_frame_it_is_empty_but_whole():
    nothing = np.empty((0, N_JOINTS))
    chart = live_chart(
        np.empty(0), nothing, exercise=SQUAT, error_deg=nothing, rep_marks_s=(), now_s=0.0
    )
    assert chart.bands and len(chart.lines) == 4
    assert np.isnan(chart.lines[0].now_deg)


def test_a_joint_that_is_not_seen_now_has_no_figure():
    hidden = ANGLES.copy()
    hidden[-3:, JOINT_INDEX["left_knee"]] = np.nan
    knees = {line.joint: line.now_deg for line in live(hidden).lines}
    assert np.isnan(knees["left_knee"]) and not np.isnan(knees["right_knee"])
