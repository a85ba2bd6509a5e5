"""What is read off a page and a process over time, and when it cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from bench.soak import Load, Sample, Soak, report
from bench.viewer import Watched

LOOP = 300


def watched(number: list[float], camera: list[float]) -> Watched:
    shown_ms = np.arange(len(number)) * 33.0
    return Watched(shown_ms, np.array(number), np.array(camera), np.empty(0), 1.0)


def test_the_delay_is_what_the_camera_is_ahead_also_where_the_film_begins_anew():
    seen = watched([10, 11, 298, np.nan], [13, 14, 1, 5])
    assert seen.delay_ms(LOOP) == pytest.approx([100, 100, 100])


def test_a_picture_read_just_before_the_cameras_is_no_delay_at_all():
    numbers = list(range(20))
    cameras = [n + 2.0 for n in numbers[:-1]] + [numbers[-1] - 1.0]
    assert watched(numbers, cameras).delay_ms(LOOP).min() == 0


def test_a_browser_that_shows_its_own_camera_late_tells_no_delay():
    numbers = list(range(20))
    assert len(watched(numbers, [n - 5.0 for n in numbers]).delay_ms(LOOP)) == 0


def soak(minutes: int, mb_a_minute: float) -> Soak:
    samples = [
        Sample(Load(15.0 * i, 500 + mb_a_minute * i / 4, 38, 26), 4.0, 200.0)
        for i in range(1, 4 * minutes + 1)
    ]
    return Soak(tuple(samples), Load(60.0 * minutes + 10, 400, 12, 22), ())


def test_growth_is_told_of_half_an_hour_after_the_first_minutes():
    long = soak(120, 1.0)
    assert long.growth == pytest.approx(30 / 505, abs=1e-3)
    assert "grew by **+5.9%**" in report(long, 2, light=True)
    assert "5: 505, 30: 530, 45: 545" in report(long, 2, light=True)


def test_a_short_soak_tells_no_growth():
    short = soak(10, 1.0)
    assert short.growth is None
    assert "grew" not in report(short, 2, light=True)
