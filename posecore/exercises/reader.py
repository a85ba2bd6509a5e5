"""Reads one exercise file and refuses what is wrong, with file, key and reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from posecore.exercises.model import (
    MOMENTS,
    VIEWS,
    Exercise,
    ExerciseFileError,
    Miss,
    Posture,
    Signal,
    Target,
)
from posecore.exercises.names import LONGEST_NAME
from posecore.measures import REP_MEASURES, SIDED, SIDES, UNSIDED, Reading

LARGEST = 1e6
"""No angle, ratio or time is anywhere near; far beyond, neither pages nor browsers can count."""


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
            raise self.fail(where + key, f"expected a number, got {_told(value)}")
        if not -LARGEST <= value <= LARGEST:
            raise self.fail(
                where + key,
                f"expected a number from {-LARGEST:g} to {LARGEST:g}, got {_told(value)}",
            )
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
                raise self.fail(where + key, f"{_told(value)} is none of {', '.join(allowed)}")
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
            raise self.fail(f"{where}sides", f"{_told(sides)} is none of {', '.join(SIDES)}")
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
        if len(name) > LONGEST_NAME:
            raise self.fail(
                "name",
                f"expected at most {LONGEST_NAME} characters, got {len(name)}; rename the file",
            )
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
        known = {"measure", "sides", "source", "start", "far", "min_s"}
        # A hold is a band and how long it counts from; there is no rep to limit.
        self.known(
            table, known if kind == "hold" else {*known, "min_range", "max_s", "both"}, where
        )
        reading = self.reading(table, where, extra=("each",))
        if reading.measure in REP_MEASURES:
            raise self.fail("signal.measure", f"{reading.measure!r} is only known after a rep")
        start, far, min_s = (self.number(table, k, where) for k in ("start", "far", "min_s"))
        min_range, max_s = abs(far - start), inf
        if kind != "hold":
            min_range, max_s = (self.number(table, k, where) for k in ("min_range", "max_s"))
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


def _told(value: object) -> str:
    """As it stands in the file, cut short."""
    try:
        return f"{value!r:.60}"
    except (ValueError, RecursionError):  # thousands of digits, or of tables within each other
        return "something far too long"
