"""Charts of weeks: what is drawn where nothing was trained, and the names of the months."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from math import nan
from pathlib import Path

import numpy as np
import pytest

import pages.person
from posecore.plots import weeks_figure
from tests.test_language import speaking

WEEKS = [date(2026, 6, 1) + i * timedelta(weeks=1) for i in range(26)]
PAGES = Path(pages.person.__file__).parent


def trend(values: list[float], *, from_zero: bool):  # type: ignore[no-untyped-def]
    figure = weeks_figure(WEEKS, values, "", from_zero=from_zero)
    return next((each for each in figure.data if each.name == "trend"), None)


def test_the_trend_begins_with_the_first_week_trained_and_ends_with_the_last() -> None:
    values = [nan] * 8 + [80.0, 82.0, nan, 84.0, 86.0] + [nan] * 13
    line = trend(values, from_zero=False)
    assert list(line.x) == [WEEKS[8], WEEKS[12]]
    assert line.y[0] < line.y[1]


def test_a_week_that_has_only_begun_does_not_turn_the_trend_of_amounts() -> None:
    values = [nan] * 20 + [30.0] * 5 + [2.0]
    line = trend(values, from_zero=True)
    assert list(line.x) == [WEEKS[20], WEEKS[24]]
    assert np.allclose(line.y, 30.0)


def test_how_well_it_went_counts_in_the_week_that_has_only_begun_too() -> None:
    values = [nan] * 20 + [80.0, 82.0, 84.0, 86.0, 88.0, 90.0]
    assert list(trend(values, from_zero=False).x) == [WEEKS[20], WEEKS[25]]


def test_three_weeks_before_this_one_are_no_trend() -> None:
    assert trend([nan] * 22 + [30.0, 30.0, 30.0, 2.0], from_zero=True) is None


@pytest.mark.parametrize("value", [1.0, 0.98, 84.0, 0.0])
def test_a_figure_that_never_changes_is_drawn_off_the_edges(value: float) -> None:
    figure = weeks_figure(WEEKS, [nan] * 20 + [value] * 6, "", from_zero=False)
    low, high = figure.layout.yaxis.range
    assert low < value < high
    assert (value - low) / (high - low) == pytest.approx(0.5)


def test_months_are_named_as_the_language_writes_them() -> None:
    with speaking("ko"):
        figure = weeks_figure(WEEKS, [1.0] * 26, "", from_zero=True)
    assert figure.layout.xaxis.ticktext == ("6월", "7월", "8월", "9월", "10월", "11월")
    assert len(figure.layout.xaxis.tickvals) == 6


def test_no_names_of_months_lie_over_each_other() -> None:
    weeks = [date(2026, 6, 22) + i * timedelta(weeks=1) for i in range(26)]
    shown = weeks_figure(weeks, [1.0] * 26, "", from_zero=True).layout.xaxis
    assert shown.ticktext[0] == "Jul"
    assert min(np.diff(shown.tickvals)) >= timedelta(weeks=3)


def test_no_chart_has_a_toolbar_over_its_legend() -> None:
    with_one = []
    for file in PAGES.glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("plotly_chart"):
                if "config" not in {each.arg for each in call.keywords}:
                    with_one.append(f"{file.name}:{call.lineno}")
    assert with_one == []
