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
)
from posecore.plots.pieces import ink_on
from tests.results import rep

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
    figure = one_rep()
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
