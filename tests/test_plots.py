from __future__ import annotations

import numpy as np
import pytest

from posecore.angles import JOINT_NAMES, N_JOINTS
from posecore.exercises import load_exercises
from posecore.plots import (
    COLOURS,
    EXERCISE_COLOURS,
    TEXT,
    rep_figure,
    target_bands,
    timeline_figure,
)
from posecore.plots.pieces import ink_on
from tests.results import analysis, exercise_set, fault, rep

EXERCISES = load_exercises()
SQUAT = EXERCISES["squat"]
T_S = np.arange(0, 30, 0.04)
ANGLES = np.tile(np.linspace(0, 120, len(T_S))[:, None], N_JOINTS)


def one_rep():  # type: ignore[no-untyped-def]
    one = rep(10.0, 12.0)
    return rep_figure(one.curve_t_s, one.curve_deg, JOINT_NAMES, ["left_knee"])


def lines(figure) -> dict:  # type: ignore[no-untyped-def,type-arg]
    return {t.name: t for t in figure.data if t.type == "scatter" and t.name}


def contrast(colour: str, ground: str) -> float:
    """WCAG 2.1 contrast ratio."""

    def light(code: str) -> float:
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    a, b = sorted((light(colour), light(ground)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("name", EXERCISES)
def test_bands_are_ranges_of_charted_angles(name: str) -> None:
    for label, (low, high) in target_bands(EXERCISES[name]).items():
        assert label.split()[0] in EXERCISES[name].chart
        assert 0 <= low < high <= 180


def test_difference_of_two_sides_is_no_band() -> None:
    differences = [t for t in SQUAT.targets if t.reading.sides == "difference"]
    assert differences, "the squat has a target on the difference of its sides"
    charted = [t for t in SQUAT.targets if t.reading.measure in SQUAT.chart and t.at != "rep"]
    assert len(target_bands(SQUAT)) == len(charted) - len(differences)


@pytest.mark.parametrize("ground", ["#ffffff", "#000000"])  # the app's light and dark pages
def test_colours_show_on_light_and_on_dark(ground: str) -> None:
    for joint, colour in COLOURS.items():
        assert contrast(colour, ground) >= 3.0, joint
    assert contrast(TEXT, ground) >= 4.5


@pytest.mark.parametrize("colour", EXERCISE_COLOURS)
def test_name_on_a_bar_can_be_read(colour: str) -> None:
    ink = ink_on(colour)
    assert contrast(colour, ink) >= 4.5


def test_background_is_clear() -> None:
    for figure in (timeline_figure(analysis()), one_rep()):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"


def test_rep_chart_starts_at_zero_and_shows_what_was_asked() -> None:
    one = rep(10.0, 12.0)
    figure = rep_figure(
        one.curve_t_s, one.curve_deg, JOINT_NAMES, ["left_knee", "gone"], target_bands(SQUAT)
    )
    assert list(lines(figure)) == ["left knee"]
    assert lines(figure)["left knee"].x[[0, -1]] == pytest.approx([0.0, 2.0])
    assert len(figure.layout.shapes) == len(target_bands(SQUAT))


def test_rep_chart_of_a_rep_without_a_curve_is_empty() -> None:
    figure = rep_figure(np.empty(0), np.empty((0, N_JOINTS)), JOINT_NAMES, ["left_knee"])
    assert len(lines(figure)["left knee"].x) == 0


def test_timeline_shows_votes_reps_attempts_and_faults() -> None:
    reps = [
        rep(1.0, 3.0),
        rep(3.0, 5.0, complete=False, faults=(fault(at_s=4.0),)),
        rep(5.0, 7.0),
    ]
    figure = timeline_figure(analysis([exercise_set(reps)]), EXERCISES)
    bars = [(t.y[0], t.text[0], t.marker.pattern.shape) for t in figure.data if t.type == "bar"]
    assert bars == [
        ("exercise", SQUAT.title, None),
        ("reps", "1", ""),
        ("reps", "attempt", "/"),
        ("reps", "2", ""),
    ]
    crosses = [t for t in figure.data if t.type == "scatter" and t.mode == "markers"]
    assert [(tuple(t.x), tuple(t.text)) for t in crosses] == [((4.0,), ("Go lower",))]


def test_targets_lie_behind_the_sets_they_belong_to() -> None:
    figure = timeline_figure(analysis([exercise_set([rep(2.0, 6.0)])]), EXERCISES)
    assert {(s.x0, s.x1) for s in figure.layout.shapes} == {(2.0, 6.0)}


def test_hold_says_how_long() -> None:
    held = exercise_set(exercise="plank", hold_s=8.2, start_s=1.0, end_s=9.5)
    figure = timeline_figure(analysis([held]), EXERCISES)
    assert "held 8 s" in [t.text[0] for t in figure.data if t.type == "bar"]


def test_timeline_of_a_video_without_sets_shows_all_joints() -> None:
    assert len(lines(timeline_figure(analysis(), EXERCISES))) == N_JOINTS


def test_timeline_of_a_long_video_has_a_bounded_number_of_points() -> None:
    figure = timeline_figure(analysis(n=20_000), EXERCISES)
    knee = lines(figure)["left knee"]
    assert 1000 < len(knee.x) <= 3000
    assert knee.x[-1] == pytest.approx(800.0, abs=1.0)


def test_joint_colour_is_the_same_in_every_chart() -> None:
    rep_knee = lines(one_rep())["left knee"].line.color
    timeline = timeline_figure(analysis([exercise_set([rep()])]), EXERCISES)
    assert lines(timeline)["left knee"].line.color == rep_knee
