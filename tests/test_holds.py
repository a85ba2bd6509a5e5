"""Timing a plank."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.angles import expected_error_deg, flexion_deg
from posecore.exercises import load_exercises
from posecore.holds import LOST_S, HoldSpan, HoldTimer
from posecore.measures import COLUMNS, measure
from posecore.types import Pose
from posecore.view import view_of
from tests.bodies import POSTURES, body

PLANK = load_exercises()["plank"]
GOOD = POSTURES["plank"][0]
FPS = 20.0
SAGGING = {**GOOD, "hip": -45.0}
STANDING: dict[str, float] = {}


def hold(
    script: list[tuple[dict[str, float] | None, float]],
    *,
    fps: float = FPS,
    recognised: bool = True,
    timer: HoldTimer | None = None,
) -> list[tuple[float, HoldSpan | None]]:
    """What is held at each frame of (posture or None for nobody, seconds) after one another."""
    timer = timer or HoldTimer(PLANK)
    found, i = [], 0
    for posture, seconds in script:
        pose: Pose | None = None if posture is None else body(**posture)
        row, view = np.full(len(COLUMNS), np.nan), None
        if pose is not None:
            row, view = measure(pose, flexion_deg(pose)), view_of(pose)
        for _ in range(round(seconds * fps)):
            span = timer.step(row, expected_error_deg(view), view, i / fps, recognised)
            found.append((i / fps, span))
            i += 1
    return found


def held_in(found: list[tuple[float, HoldSpan | None]]) -> list[HoldSpan]:
    """The last span of each hold, in order."""
    last = {span.start_s: span for _, span in found if span is not None}
    return list(last.values())


@pytest.mark.parametrize("fps", [8, 25, 60])
def test_seconds_in_good_form_are_timed_whatever_the_frame_rate(fps):
    (span,) = held_in(hold([(GOOD, 10.0)], fps=fps))
    assert span.good_s == pytest.approx(10.0, abs=2 / fps)
    assert span.end_s - span.start_s == pytest.approx(10.0, abs=2 / fps)


def test_hold_begins_with_the_position_and_shows_once_it_is_long_enough():
    found = hold([(STANDING, 2.0), (GOOD, 5.0)])
    first_s, span = next((t_s, span) for t_s, span in found if span is not None)
    assert span.start_s == pytest.approx(2.0)
    assert first_s == pytest.approx(2.0 + PLANK.signal.min_s, abs=0.1)


def test_position_kept_for_less_than_the_file_asks_is_no_hold():
    short_s = PLANK.signal.min_s * 0.8
    assert held_in(hold([(STANDING, 2.0), (GOOD, short_s), (STANDING, 3.0)])) == []


def test_standing_is_no_plank():
    assert held_in(hold([(STANDING, 5.0)])) == []


def test_seconds_in_bad_form_do_not_count_but_the_hold_goes_on():
    (span,) = held_in(hold([(GOOD, 4.0), (SAGGING, 3.0), (GOOD, 4.0)]))
    assert span.end_s - span.start_s == pytest.approx(11.0, abs=0.1)
    assert span.good_s == pytest.approx(8.0, abs=0.2)


def test_hold_is_broken_when_the_position_is_lost():
    first, second = held_in(hold([(GOOD, 4.0), (STANDING, LOST_S + 0.5), (GOOD, 3.0)]))
    assert first.end_s == pytest.approx(4.0, abs=0.1)
    assert second.start_s == pytest.approx(5.5, abs=0.1)
    assert second.good_s == pytest.approx(3.0, abs=0.1)


def test_moment_in_which_nobody_is_seen_breaks_nothing():
    (span,) = held_in(hold([(GOOD, 4.0), (None, LOST_S * 0.6), (GOOD, 4.0)]))
    assert span.end_s - span.start_s == pytest.approx(8.6, abs=0.1)
    assert span.good_s <= 8.2  # what was not seen was not held


def test_person_who_leaves_breaks_the_hold():
    assert len(held_in(hold([(GOOD, 4.0), (None, 5.0), (GOOD, 4.0)]))) == 2


def test_hold_that_the_votes_do_not_name_does_not_count():
    assert held_in(hold([(GOOD, 5.0)], recognised=False)) == []


def test_reset_equals_new():
    used = HoldTimer(PLANK)
    hold([(GOOD, 5.0)], timer=used)
    used.reset()
    script = [(STANDING, 1.0), (GOOD, 3.0)]
    assert hold(script, timer=used) == hold(script)
