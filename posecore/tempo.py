"""How long the way out or back of a rep takes, between the frames of a camera."""

from __future__ import annotations

import numpy as np

WAY_OUT, WAY_BACK = (0.1, 0.9), (0.9, 0.4)
"""Shares of the range between which a way is timed, between frames too. The ends are left out: a
start creeps and a turn lingers. A rep is counted before its last four tenths are over."""


def way_s(
    t_s: np.ndarray, signal: np.ndarray, far_s: float, shares: tuple[float, float]
) -> float | None:
    """Seconds that the whole way would take, from the part of it between two shares of the range.

    t_s (n,) seconds; signal (n,) larger towards the far end; shares as WAY_OUT or WAY_BACK
    None where the way is not seen.
    """
    out = shares[0] < shares[1]
    part = t_s <= far_s if out else t_s >= far_s
    if part.sum() < 2:
        return None
    low, high = float(signal.min()), float(signal[part].max())
    share = (signal[part] - low) / max(high - low, 1e-9)
    times = t_s[part]
    if not out:
        share, times = share[::-1], -times[::-1]
    first_s = _crossing(times, share, min(shares), last=True)
    second_s = _crossing(times, share, max(shares), last=False)
    if first_s is None or second_s is None or second_s <= first_s:
        return None
    # What a way that begins and ends gently needs for that part of it.
    angles = np.arccos(1 - 2 * np.array([min(shares), max(shares)])) / np.pi
    return (second_s - first_s) / float(angles[1] - angles[0])


def _crossing(t_s: np.ndarray, share: np.ndarray, level: float, *, last: bool) -> float | None:
    """When ``share`` rises through ``level``, between the frames; the first time or the last."""
    rises = np.flatnonzero((share[:-1] < level) & (share[1:] >= level))
    if len(rises) == 0:
        return None
    i = int(rises[-1 if last else 0])
    part = (level - share[i]) / (share[i + 1] - share[i])
    return float(t_s[i] + part * (t_s[i + 1] - t_s[i]))
