"""What an exercise file says, as plain objects."""

from __future__ import annotations

from dataclasses import dataclass

from posecore.measures import Reading

VIEWS = ("front", "diagonal", "side")
MOMENTS = ("start", "far", "out", "back", "whole", "rep")
"""When a target holds: at the start position, at the far end, on the way out or back,
throughout, or for the rep as a whole (tempo, range of motion)."""


class ExerciseFileError(ValueError):
    """An exercise file is wrong; the message names file, key and reason."""


@dataclass(frozen=True)
class Signal:
    """What is counted: a measure that goes from the start threshold to the far one and back.

    The signal runs upwards where ``far`` is above ``start``, downwards otherwise.
    sides      as in Reading, or "each": each side counts by itself (alternating arms)
    start      at or nearer than this the person is back; far: beyond this the rep counts
    both       what the lesser of two sides must reach too, or it is another movement (a lifted
               knee is no squat); NaN where one side is enough
    min_range  smallest range of motion of a rep or an attempt, in the measure's unit
    min_s, max_s  shortest and longest rep
    A hold is kept while its signal lies between ``start`` and ``far``, and counts from min_s on.
    """

    measure: str
    sides: str
    start: float
    far: float
    min_range: float
    min_s: float
    max_s: float
    source: str
    both: float = float("nan")

    @property
    def upwards(self) -> bool:
        return self.far > self.start

    @property
    def readings(self) -> tuple[Reading, ...]:
        if self.sides == "each":
            return (Reading(self.measure, "left"), Reading(self.measure, "right"))
        return (Reading(self.measure, self.sides),)


@dataclass(frozen=True)
class Miss:
    """What lies on one side of a target: the fault's id, what to say, and why it matters."""

    fault: str
    cue: str
    why: str


@dataclass(frozen=True)
class Target:
    """A range that a reading should keep at a moment of the rep.

    min_s   how long it must be missed to be a fault; views: from where it can be judged
    below, above  what it means to miss it; None where that side is no fault
    """

    reading: Reading
    at: str
    low: float
    high: float
    min_s: float
    views: tuple[str, ...]
    below: Miss | None
    above: Miss | None
    source: str


@dataclass(frozen=True)
class Posture:
    """What must be the case in a rep, or it is another movement: a push-up is done lying.

    The median of the reading ``at`` the "start", "far" end or in the "whole" rep lies between low
    and high. Limits are far beyond any form of the exercise, good or bad.
    """

    reading: Reading
    at: str
    low: float
    high: float
    views: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Exercise:
    """One exercise. ``kind`` is "reps" or "hold"; a hold has targets "whole" and no reps.

    chart  base names of the joints whose curves the live chart shows
    best_views  from where most of it can be judged, best first
    """

    name: str
    title: str
    kind: str
    about: str
    chart: tuple[str, ...]
    best_views: tuple[str, ...]
    needs: tuple[str, ...]
    signal: Signal
    targets: tuple[Target, ...]
    postures: tuple[Posture, ...] = ()
