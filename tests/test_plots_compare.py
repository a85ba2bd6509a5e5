from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from posecore.angles import JOINT_INDEX, N_JOINTS
from posecore.exercises import load_exercises
from posecore.plots.compare import PERCENT, TURN, aligned, compare_figure, mean_of
from posecore.plots.scrub import MOST_FRAMES, scrub_data
from posecore.types import Rep
from tests.results import analysis, exercise_set, fault, rep

EXERCISES = load_exercises()
KNEE = JOINT_INDEX["left_knee"]


def paced(out_s: float, back_s: float, start_s: float = 3.0) -> Rep:
    """A rep whose joints go from 10 degrees to 100 and back at an even speed each way."""
    t_s = np.arange(0.0, out_s + back_s + 1e-9, 0.04)
    deg = np.interp(t_s, [0, out_s, out_s + back_s], [10.0, 100.0, 10.0])
    return rep(
        start_s,
        start_s + out_s + back_s,
        tempo_s=(out_s, back_s),
        curve_t_s=start_s + t_s,
        curve_deg=np.repeat(deg[:, None], N_JOINTS, axis=1),
    )


def test_slow_down_quick_up_lies_on_quick_down_slow_up() -> None:
    slow, quick = aligned(paced(2.4, 0.8)), aligned(paced(0.6, 2.0))
    np.testing.assert_allclose(slow, quick, atol=4.0)
    assert PERCENT[np.argmax(slow[:, KNEE])] == pytest.approx(TURN, abs=1.0)
    assert PERCENT[np.argmax(quick[:, KNEE])] == pytest.approx(TURN, abs=1.0)


def test_what_was_not_seen_is_not_made_up() -> None:
    made = paced(1.0, 1.0)
    hidden = made.curve_deg.copy()
    hidden[15:45, KNEE] = np.nan
    way = aligned(replace(made, curve_deg=hidden))
    assert np.isnan(way[45:70, KNEE]).all()
    assert np.isfinite(way[[0, 20, 95], KNEE]).all()
    assert np.isfinite(way[:, JOINT_INDEX["right_knee"]]).all()
    hidden[:, KNEE] = np.nan
    assert np.isnan(aligned(replace(made, curve_deg=hidden))[:, KNEE]).all()


def test_rep_without_a_curve_is_nothing_seen() -> None:
    assert np.isnan(aligned(rep(curve_t_s=np.empty(0), curve_deg=np.empty((0, N_JOINTS)))))[0].all()


def test_mean_leaves_out_the_rep_that_was_not_seen() -> None:
    one, other = paced(1.0, 1.0), paced(1.5, 1.0)
    hidden = np.full_like(other.curve_deg, np.nan)
    np.testing.assert_allclose(
        mean_of([one, replace(other, curve_deg=hidden)]), aligned(one), equal_nan=True
    )
    deeper = replace(one, curve_deg=one.curve_deg + 20)
    np.testing.assert_allclose(mean_of([one, deeper]), aligned(one) + 10)
    assert np.isnan(mean_of([])).all()


def test_each_joint_has_a_panel_with_its_target_at_the_turning_point() -> None:
    squat = EXERCISES["squat"]
    figure = compare_figure(aligned(paced(1, 1)), aligned(paced(2, 1)), squat)
    assert {line.yaxis for line in figure.data} == {"y", "y2"}
    assert [line.name for line in figure.data if line.showlegend] == [
        "A, left",
        "A, right",
        "B, left",
        "B, right",
    ]
    boxes = [s for s in figure.layout.shapes if s.type == "rect" and s.yref == "y"]
    assert [(b.y0, b.y1, (b.x0 + b.x1) / 2) for b in boxes] == [(80, 140, TURN)]


def test_two_reps_are_told_apart_without_colours() -> None:
    figure = compare_figure(aligned(paced(1, 1)), aligned(paced(2, 1)), EXERCISES["squat"])
    looks = {(line.mode, line.line.dash) for line in figure.data}
    assert len(looks) == 4


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_every_exercise_can_be_compared(name: str) -> None:
    compare_figure(aligned(paced(1, 1)), aligned(paced(2, 1)), EXERCISES[name])


def test_scrubbing_knows_every_rep_with_its_turning_point_and_faults() -> None:
    off = (fault(at_s=5.5), fault(at_s=5.1, cue="Keep your chest up"))
    reps = [rep(2, 4, tempo_s=(1.2, 0.8)), rep(4.5, 6.5, complete=False, faults=off)]
    hold = exercise_set(exercise="plank", start_s=7.0, end_s=9.0, hold_s=1.5)
    held_off = fault(at_s=8.0, cue="Lift your hips")
    data = scrub_data(analysis([exercise_set(reps), hold], hold_faults=(held_off,)), EXERCISES)
    assert [each["label"] for each in data["reps"]] == ["1", "attempt", "held 2 s"]
    assert data["reps"][0]["far_s"] == pytest.approx(3.2)
    assert [each["cue"] for each in data["faults"]] == [
        "Keep your chest up",
        "Go lower",
        "Lift your hips",
    ]
    assert data["bands"][0]["low"] == 80
    assert [each["title"] for each in data["spans"]] == ["Squat"]


def test_scrub_data_is_plain_json_without_nan() -> None:
    made = analysis([exercise_set([rep(score=float("nan"))])])
    angles = made.flexion_deg.copy()
    angles[7] = np.nan
    data = scrub_data(replace(made, flexion_deg=angles), EXERCISES)
    json.dumps(data, allow_nan=False)
    assert {joint["deg"][7] for joint in data["joints"]} == {None}
    assert data["reps"][0]["score"] is None


def test_a_long_video_hands_over_no_more_than_the_browser_can_draw() -> None:
    data = scrub_data(analysis(n=3 * MOST_FRAMES), EXERCISES)
    assert len(data["t_s"]) == MOST_FRAMES
    assert {len(joint["deg"]) for joint in data["joints"]} == {MOST_FRAMES}
