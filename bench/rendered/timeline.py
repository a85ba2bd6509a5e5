"""When each rep happens and how far it goes, and from that the progress of every frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HALF = 0.55
"""A rep that goes less than this share of the way is an attempt, not a rep."""

_FADE_S = 0.4
DROP_S = 0.28
"""How long a weight takes that is dropped instead of lowered."""


@dataclass(frozen=True)
class PlannedRep:
    """One rep: leaves the start at start_s, is at the far end until far_s + pause, ends at end_s.

    depth  share of the full movement; sides "both", "L" or "R"; faults what is wrong with it
    """

    start_s: float
    far_s: float
    leave_s: float
    end_s: float
    depth: float = 1.0
    sides: str = "both"
    faults: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return self.depth >= HALF

    def progress(self, t_s: float) -> float:
        """0 at the start, ``depth`` at the far end."""
        if t_s <= self.start_s or t_s >= self.end_s:
            return 0.0
        if t_s < self.far_s:
            part = (t_s - self.start_s) / (self.far_s - self.start_s)
        elif t_s <= self.leave_s:
            return self.depth
        else:
            part = (self.end_s - t_s) / (self.end_s - self.leave_s)
        return self.depth * (1 - math.cos(math.pi * part)) / 2

    def fault_share(self, t_s: float) -> float:
        """How much the faults show: in full during the rep, fading in and out around it.

        Some faults are seen where a rep starts (an arm that is not straight), so they have to
        be there already when it does.
        """
        outside_s = max(self.start_s - t_s, t_s - self.end_s, 0.0)
        return max(0.0, 1.0 - outside_s / _FADE_S)


@dataclass(frozen=True)
class Tempo:
    """Lengths in s: of a rep, of pauses at both ends, of standing still before and after.

    away_share of a rep goes by before the far end; jitter is the spread of lengths and depths.
    """

    rep_s: float = 2.4
    away_share: float = 0.5
    far_pause_s: float = 0.0
    start_pause_s: float = 0.0
    lead_s: float = 0.5
    jitter: float = 0.08


def plan_reps(
    n: int,
    tempo: Tempo,
    rng: np.random.Generator,
    *,
    alternating: bool = False,
    half: tuple[int, ...] = (),
    faults: dict[int, tuple[str, ...]] | None = None,
    lowers: str = "back",
) -> tuple[PlannedRep, ...]:
    """``n`` reps one after another; ``half`` names the indices of abandoned ones.

    lowers  on which way a dropped weight falls: see Exercise
    """
    reps, at_s = [], tempo.lead_s
    first = int(rng.integers(2))
    for i in range(n):
        length = tempo.rep_s * rng.uniform(1 - tempo.jitter, 1 + tempo.jitter)
        depth = rng.uniform(1 - tempo.jitter * 0.7, 1.0)
        if i in half:
            depth, length = rng.uniform(0.3, 0.42), length * 0.7
        far_s = at_s + length * tempo.away_share
        wrong = (faults or {}).get(i, ())
        if "drops" in wrong and lowers == "away":
            far_s = at_s + DROP_S
        leave_s = far_s + tempo.far_pause_s * rng.uniform(0.7, 1.3)
        end_s = leave_s + length * (1 - tempo.away_share)
        if "drops" in wrong and lowers == "back":
            end_s = leave_s + DROP_S
        sides = "LR"[(first + i) % 2] if alternating else "both"
        reps.append(PlannedRep(at_s, far_s, leave_s, end_s, depth, sides, wrong))
        at_s = end_s + tempo.start_pause_s * rng.uniform(0.5, 1.5)
    return tuple(reps)


def progress_at(reps: tuple[PlannedRep, ...], t_s: float) -> tuple[float, float]:
    """How far left and right have gone at ``t_s``."""
    left = max((r.progress(t_s) for r in reps if r.sides != "R"), default=0.0)
    right = max((r.progress(t_s) for r in reps if r.sides != "L"), default=0.0)
    return left, right


def faults_at(reps: tuple[PlannedRep, ...], t_s: float) -> dict[str, float]:
    """Share of each fault that shows at ``t_s``; faults that do not show are left out."""
    shares: dict[str, float] = {}
    for rep in reps:
        share = rep.fault_share(t_s)
        if share > 0:
            for fault in rep.faults:
                shares[fault] = max(share, shares.get(fault, 0.0))
    return shares
