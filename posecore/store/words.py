"""How sessions are told to people, on the history page and by the command line: plain text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from posecore.exercises import Exercise
from posecore.store.records import ExerciseTotals, RepRecord, SessionSummary
from posecore.types import Fault, Rep

UNITS = {"deg": "°", "s": " s", "m": " m", "ratio": ""}


def title_of(exercise: str, exercises: Mapping[str, Exercise]) -> str:
    """Its title, or its name made readable where no file of it is left."""
    known = exercises.get(exercise)
    return known.title if known else exercise.replace("_", " ").capitalize()


def source_in_words(source: str) -> str:
    return {"camera": "Camera", "demo": "Demo clip"}.get(source, source)


def counted(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def time_in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 59.5 else f"{seconds / 60:.0f} min"


def date_in_words(time: datetime, zone: tzinfo | None = None) -> str:
    """In ``zone``, by default this computer's."""
    local = time.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def figures_in_words(summary: SessionSummary) -> str:
    parts = [summary.person] if summary.person else []
    parts += [
        source_in_words(summary.source),
        counted(summary.sets, "set"),
        counted(summary.reps, "rep"),
    ]
    if summary.attempts:
        parts.append(counted(summary.attempts, "attempt"))
    parts.append(time_in_words(summary.duration_s))
    if summary.mean_score is not None:
        parts.append(f"mean score {summary.mean_score:.0f} of 100")
    return " · ".join(parts)


def done_in_words(totals: ExerciseTotals) -> str:
    """ "12 reps", "42 s held" or both, without the exercise's title."""
    done = [counted(totals.reps, "rep")] if totals.reps or not totals.hold_s else []
    if totals.hold_s:
        done.append(f"{totals.hold_s:.0f} s held")
    return " and ".join(done)


def fault_in_words(fault: Fault) -> str:
    where = fault.joint.replace("_", " ")
    return f"{fault.cue} ({where} {reading_of(fault)}, wanted {range_of(fault)})"


def reading_of(fault: Fault) -> str:
    """What was measured, with its unit."""
    unit = UNITS.get(fault.unit, f" {fault.unit}")
    return measured(fault.measured, unit, 0 if fault.unit == "deg" else 1)


def range_of(fault: Fault) -> str:
    """What was wanted: "80° to 140°", "at least 0.4 s"."""
    unit = UNITS.get(fault.unit, f" {fault.unit}")
    digits = 0 if fault.unit == "deg" else 1
    low, high = (f"{value:.{digits}f}{unit}" for value in (fault.low, fault.high))
    if math.isinf(fault.low):
        return f"at most {high}"
    if math.isinf(fault.high):
        return f"at least {low}"
    return f"{low} to {high}"


def parts_in_words(parts: Mapping[str, float]) -> str:
    """What a score is made of: "depth 100, control 88, path 91"."""
    return ", ".join(f"{name} {value:.0f}" for name, value in parts.items() if value is not None)


def rep_labels(reps: Iterable[Rep]) -> list[str]:
    """ "1", "2", "attempt", "3": complete reps are counted."""
    done, labels = 0, []
    for rep in reps:
        done += rep.complete
        labels.append(str(done) if rep.complete else "attempt")
    return labels


def measured(value: float, unit: str, digits: int = 0) -> str:
    return "not seen" if math.isnan(value) else f"{value:.{digits}f}{unit}"


def rep_in_words(rep: RepRecord) -> dict[str, str]:
    """Column heading -> what stands in it: one row of a table of reps, without the faults."""
    out_s, back_s = rep.tempo_s
    return {
        "Rep": str(rep.ordinal),
        "Result": "Complete" if rep.complete else "Attempt",
        "Range": measured(rep.rom_deg, "°"),
        "Out, back": f"{measured(out_s, ' s', 1)}, {measured(back_s, ' s', 1)}",
        "Score": measured(rep.score, ""),
        "Made of": parts_in_words(rep.score_parts) or "–",
    }
