"""The exercises: one TOML file each, read, checked and handed on as plain objects.

docs/EXERCISES.md describes the format. A file that is wrong is refused with its name, the key
and the reason; the others go on working.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from posecore.exercises.names import person_folder
from posecore.measures import REP_MEASURES, SIDED, SIDES, UNSIDED, Reading

SHIPPED = Path(__file__).parent
FOLDER_VARIABLE = "POSECOACH_EXERCISES"
"""Environment variable that names a folder of own exercises, instead of one in the data folder."""

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


def load_exercises(own: Path | None = None) -> dict[str, Exercise]:
    """Shipped exercises by name, those in the folder ``own`` in their place or beside them.

    Raises ExerciseFileError for the first wrong file; ``check_folder`` tells them all.
    """
    exercises: dict[str, Exercise] = {}
    for folder in (SHIPPED, *([own] if own is not None and own.is_dir() else [])):
        good, problems = check_folder(folder)
        if problems:
            raise problems[0]
        exercises |= good
    return exercises


def own_folder() -> Path:
    """Where a person's own exercise files are: POSECOACH_EXERCISES, else in the data folder."""
    given = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(given) if given else Path(platformdirs.user_data_dir("posecoach")) / "exercises"


def own_folders(person: str = "") -> list[Path]:
    """Where own files are looked for, later ones before earlier: everybody's, the person's."""
    shared = own_folder()
    return list(dict.fromkeys([shared, person_folder(shared, person)]))


def usable_exercises(person: str = "") -> tuple[dict[str, Exercise], list[ExerciseFileError]]:
    """Shipped exercises and the person's own, and what is wrong with those that are left out.

    Raises ExerciseFileError where a shipped file is wrong: then the program itself is damaged.
    """
    usable, left_out = load_exercises(), []
    for folder in own_folders(person):
        good, problems = check_folder(folder)
        usable |= good
        left_out += problems
    return usable, left_out


def check_folder(folder: Path) -> tuple[dict[str, Exercise], list[ExerciseFileError]]:
    """The good exercises of a folder by name, and what is wrong with the others."""
    good: dict[str, Exercise] = {}
    problems: list[ExerciseFileError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            exercise = read_exercise(path)
        except ExerciseFileError as problem:
            problems.append(problem)
        else:
            good[exercise.name] = exercise
    return good, problems


def read_exercise(path: Path) -> Exercise:
    """One exercise file. Raises ExerciseFileError with file, key and reason."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # too long a number, brackets too deep
        raise ExerciseFileError(f"{path.name}: cannot be read as TOML ({error}).") from error
    return _Reader(path.name).exercise(table, stem=path.stem)


class _Reader:
    """Checks as it reads, so that every complaint knows its key."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, key: str, reason: str) -> ExerciseFileError:
        return ExerciseFileError(f"{self.file}: {key}: {reason}.")

    def text(self, table: Mapping[str, Any], key: str, where: str = "") -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(where + key, "expected a text that is not empty")
        return value.strip()

    def number(
        self,
        table: Mapping[str, Any],
        key: str,
        where: str,
        default: float | None = None,
    ) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise self.fail(where + key, f"expected a number, got {value!r}")
        return float(value)

    def choices(
        self,
        table: Mapping[str, Any],
        key: str,
        allowed: tuple[str, ...],
        where: str = "",
    ) -> tuple[str, ...]:
        values = table.get(key, list(allowed))
        if not isinstance(values, list) or not values:
            raise self.fail(where + key, "expected a list that is not empty")
        for value in values:
            if value not in allowed:
                raise self.fail(where + key, f"{value!r} is none of {', '.join(allowed)}")
        return tuple(values)

    def known(self, table: Mapping[str, Any], allowed: set[str], where: str = "") -> None:
        for key in table:
            if key not in allowed:
                raise self.fail(where + key, f"unknown key; expected {', '.join(sorted(allowed))}")

    def reading(self, table: Mapping[str, Any], where: str, extra: tuple[str, ...] = ()) -> Reading:
        measure = self.text(table, "measure", where)
        if measure not in SIDED and measure not in UNSIDED and measure not in REP_MEASURES:
            names = ", ".join([*SIDED, *UNSIDED, *REP_MEASURES])
            raise self.fail(f"{where}measure", f"unknown {measure!r}; expected one of {names}")
        sides = table.get("sides", "mean")
        if sides not in (*SIDES, *extra):
            raise self.fail(f"{where}sides", f"{sides!r} is none of {', '.join(SIDES)}")
        return Reading(measure, sides)

    def exercise(self, table: Mapping[str, Any], stem: str) -> Exercise:
        self.known(
            table,
            {
                "name",
                "title",
                "kind",
                "about",
                "chart",
                "best_views",
                "needs",
                "signal",
                "targets",
                "postures",
            },
        )
        name = self.text(table, "name")
        if name != stem:
            raise self.fail("name", f"expected {stem!r} as the file is called, got {name!r}")
        kind = self.text(table, "kind")
        if kind not in ("reps", "hold"):
            raise self.fail("kind", f"expected 'reps' or 'hold', got {kind!r}")
        joints = tuple(k for k in SIDED if k in ("elbow", "shoulder", "hip", "knee"))
        parts = ("arms", "trunk", "legs")
        if not isinstance(table.get("signal"), dict):
            raise self.fail("signal", "this table is missing")
        targets = table.get("targets", [])
        if not isinstance(targets, list) or not targets:
            raise self.fail("targets", "expected at least one [[targets]] table")
        return Exercise(
            name=name,
            title=self.text(table, "title"),
            kind=kind,
            about=self.text(table, "about"),
            chart=self.choices(table, "chart", joints),
            best_views=self.choices(table, "best_views", VIEWS),
            needs=self.choices(table, "needs", parts),
            signal=self.signal(table["signal"], kind),
            targets=tuple(self.target(t, f"targets[{i}].") for i, t in enumerate(targets)),
            postures=self.postures(table, kind),
        )

    def signal(self, table: Mapping[str, Any], kind: str) -> Signal:
        where = "signal."
        numbers = ("start", "far", "min_range", "min_s", "max_s")
        if kind == "hold":  # a band and how long it counts from; there is no rep to limit
            self.known(table, {"measure", "sides", "source", "start", "far", "min_s"}, where)
            band = abs(self.number(table, "far", where) - self.number(table, "start", where))
            table = {**table, "min_range": band, "max_s": float("inf")}
        self.known(table, {"measure", "sides", "source", "both", *numbers}, where)
        reading = self.reading(table, where, extra=("each",))
        if reading.measure in REP_MEASURES:
            raise self.fail("signal.measure", f"{reading.measure!r} is only known after a rep")
        start, far, min_range, min_s, max_s = (self.number(table, k, where) for k in numbers)
        if start == far:
            raise self.fail("signal.far", "the two thresholds are the same")
        if not 0 < min_range <= abs(far - start) * 2:
            raise self.fail("signal.min_range", "expected above 0, at most twice far minus start")
        if not 0 < min_s < max_s:
            raise self.fail("signal.min_s", "expected 0 < min_s < max_s")
        both = self.number(table, "both", where) if "both" in table else float("nan")
        if "both" in table and (reading.sides == "each" or reading.measure not in SIDED):
            raise self.fail("signal.both", "goes with a measure of two sides that count together")
        if both == both and not min(start, far) - abs(far - start) <= both <= max(start, far):
            raise self.fail("signal.both", "expected near start, and not beyond far")
        return Signal(
            reading.measure,
            reading.sides,
            start,
            far,
            min_range,
            min_s,
            max_s,
            self.text(table, "source", where),
            both,
        )

    def postures(self, table: Mapping[str, Any], kind: str) -> tuple[Posture, ...]:
        tables = table.get("postures", [])
        if not isinstance(tables, list) or (tables and kind == "hold"):
            raise self.fail("postures", "expected [[postures]] tables, of an exercise with reps")
        return tuple(self.posture(t, f"postures[{i}].") for i, t in enumerate(tables))

    def posture(self, table: Mapping[str, Any], where: str) -> Posture:
        if not isinstance(table, dict):
            raise self.fail(where.rstrip("."), "expected a table")
        self.known(table, {"measure", "sides", "at", "low", "high", "views", "source"}, where)
        reading = self.reading(table, where)
        if reading.measure in REP_MEASURES:
            raise self.fail(f"{where}measure", f"{reading.measure!r} is only known after a rep")
        (at,) = self.choices({"at": [table.get("at")]}, "at", ("start", "far", "whole"), where)
        low, high = self.number(table, "low", where), self.number(table, "high", where)
        self.upright(low, high, where)
        views = self.choices(table, "views", VIEWS, where)
        return Posture(reading, at, low, high, views, self.text(table, "source", where))

    def upright(self, low: float, high: float, where: str) -> None:
        if low >= high:
            raise self.fail(
                f"{where}low", f"the range is upside down: {low:g} is not below {high:g}"
            )

    def target(self, table: Mapping[str, Any], where: str) -> Target:
        if not isinstance(table, dict):
            raise self.fail(where.rstrip("."), "expected a table")
        self.known(
            table,
            {
                "measure",
                "sides",
                "at",
                "low",
                "high",
                "min_s",
                "views",
                "below",
                "above",
                "source",
            },
            where,
        )
        reading = self.reading(table, where)
        (at,) = self.choices({"at": [table.get("at")]}, "at", MOMENTS, where)
        if (at == "rep") != (reading.measure in REP_MEASURES):
            raise self.fail(f"{where}at", f"'rep' goes with {', '.join(REP_MEASURES)} only")
        low, high = self.number(table, "low", where), self.number(table, "high", where)
        if at == "rep" and low <= 0:
            raise self.fail(f"{where}low", "expected above 0 for what is measured of a whole rep")
        self.upright(low, high, where)
        below = self.miss(table.get("below"), f"{where}below.")
        above = self.miss(table.get("above"), f"{where}above.")
        if below is None and above is None:
            raise self.fail(where.rstrip("."), "expected 'below' or 'above': what is missing it?")
        return Target(
            reading,
            at,
            low,
            high,
            self.number(table, "min_s", where, default=0.0),
            self.choices(table, "views", VIEWS, where),
            below,
            above,
            self.text(table, "source", where),
        )

    def miss(self, table: Any, where: str) -> Miss | None:
        if table is None:
            return None
        if not isinstance(table, dict):
            raise self.fail(where.rstrip("."), "expected a table")
        self.known(table, {"fault", "cue", "why"}, where)
        cue = self.text(table, "cue", where)
        if len(cue.split()) > 6:
            raise self.fail(f"{where}cue", f"expected at most six words, got {cue!r}")
        return Miss(self.text(table, "fault", where), cue, self.text(table, "why", where))
