"""What to work on: the faults of a set, taken together and in order of what matters most.

A trainer says two things after a set, not ten. First comes what was off most often and furthest
beyond its range, both at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from posecore.exercises import Exercise
from posecore.findings import MARGIN
from posecore.types import Fault

MOST = 2
"""Nobody can mind more in the next set."""

FULL = 4.0
"""Beyond so many times the forgiven miss a fault grows no worse: it is as plain as can be, and
one wild reading should not outweigh a fault of every rep."""


class Judged(Protocol):
    """A rep of which is known what was off: one just done, or one that was stored."""

    @property
    def faults(self) -> tuple[Fault, ...]: ...


@dataclass(frozen=True)
class Advice:
    """One kind of fault in one set.

    why       what it leads to, "" where no exercise file tells
    times     (number of the rep in the set, counted from 1 and attempts too; its fault)
    n_reps    reps and attempts in the set
    """

    id: str
    cue: str
    why: str
    times: tuple[tuple[int, Fault], ...]
    n_reps: int

    @property
    def weight(self) -> float:
        """Share of the reps times how far beyond the range they were on the mean."""
        return sum(extent(fault) for _, fault in self.times) / max(self.n_reps, 1)

    @property
    def worst(self) -> tuple[int, Fault]:
        """The plainest example that can be shown."""
        return max(self.times, key=lambda time: (time[1].pose is not None, extent(time[1])))


def extent(fault: Fault) -> float:
    """How far beyond its range, in misses that are forgiven, at most FULL."""
    return min(fault.beyond / MARGIN.get(fault.unit, 1.0), FULL)


def advice_on(reps: Sequence[Judged], exercise: Exercise | None = None) -> tuple[Advice, ...]:
    """Every kind of fault among the reps of one set, what matters most first."""
    times: dict[str, list[tuple[int, Fault]]] = {}
    for number, rep in enumerate(reps, start=1):
        for fault in rep.faults:
            times.setdefault(fault.id, []).append((number, fault))
    return _in_order(times, len(reps), exercise)


def advice_on_hold(faults: Sequence[Fault], exercise: Exercise | None = None) -> tuple[Advice, ...]:
    """The same of a hold: everything that was off while it lasted."""
    times: dict[str, list[tuple[int, Fault]]] = {}
    for fault in faults:
        times.setdefault(fault.id, []).append((1, fault))
    return _in_order(times, len(faults), exercise)


def _in_order(
    times: Mapping[str, list[tuple[int, Fault]]], n_reps: int, exercise: Exercise | None
) -> tuple[Advice, ...]:
    why = reasons(exercise)
    found = [
        Advice(id, faults[0][1].cue, why.get(id, ""), tuple(faults), n_reps)
        for id, faults in times.items()
    ]
    return tuple(sorted(found, key=lambda each: each.weight, reverse=True))


def reasons(exercise: Exercise | None) -> dict[str, str]:
    """Fault -> what it leads to, as the exercise's file says."""
    targets = exercise.targets if exercise is not None else ()
    misses = [miss for target in targets for miss in (target.below, target.above) if miss]
    return {miss.fault: miss.why for miss in misses}
