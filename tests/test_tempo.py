"""The length of a way, from few frames."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.tempo import WAY_BACK, WAY_OUT, way_s


def rep(out_s: float, back_s: float, fps: float, shift_s: float = 0.0):
    """Times, signal and far end of a rep that goes and comes gently, with rests around it."""
    t_s = np.arange(0.0, 2.0 + out_s + back_s, 1 / fps) + shift_s
    share = np.interp(t_s, [1.0, 1.0 + out_s, 1.0 + out_s + back_s], [0.0, 1.0, 2.0])
    return t_s, 10 + 80 * (1 - np.cos(np.pi * share)) / 2, 1.0 + out_s


@pytest.mark.parametrize("fps", [12, 30])
@pytest.mark.parametrize("shift_s", [0.0, 0.03, 0.06])
@pytest.mark.parametrize("way", [0.28, 0.5, 1.2])
def test_ways_are_timed_to_less_than_a_frame(fps, shift_s, way):
    t_s, signal, far_s = rep(way, way, fps, shift_s)
    assert way_s(t_s, signal, far_s, WAY_OUT) == pytest.approx(way, abs=0.7 / fps)
    assert way_s(t_s, signal, far_s, WAY_BACK) == pytest.approx(way, abs=0.7 / fps)


def test_a_way_that_is_not_seen_has_no_length():
    t_s, signal, far_s = rep(1.0, 1.0, 30)
    late = t_s > far_s
    assert way_s(t_s[late], signal[late], far_s, WAY_OUT) is None
    assert way_s(t_s, np.full(len(t_s), 5.0), far_s, WAY_BACK) is None
