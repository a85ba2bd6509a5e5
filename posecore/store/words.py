"""How sessions are told to people, on the history page and by the command line: plain text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo

from posecore.exercises import Exercise
from posecore.language import Text, _, many
from posecore.language import date_in_words as day_in_words
from posecore.measures import SIDED
from posecore.store.records import ExerciseTotals, RepRecord, SessionSummary
from posecore.types import DIFFERENCE, Fault, Rep

SECONDS = " s"
UNITS = {"deg": "°", "s": SECONDS, "m": " m", "ratio": ""}


_COUNTED: Mapping[str, Callable[[int], str]] = {
    "session": lambda n: many("{n} session", "{n} sessions", n),
    "set": lambda n: many("{n} set", "{n} sets", n),
    "rep": lambda n: many("{n} rep", "{n} reps", n),
    "attempt": lambda n: many("{n} attempt", "{n} attempts", n),
    "second": lambda n: many("{n} second", "{n} seconds", n),
}
PLACES = (
    Text("left knee"), Text("right knee"), Text("left hip"), Text("right hip"),
    Text("left elbow"), Text("right elbow"), Text("left shoulder"), Text("right shoulder"),
    Text("knee"), Text("hip"), Text("elbow"), Text("shoulder"),
    Text("upper arm lean"), Text("forearm lean"), Text("body line"), Text("wrist height"),
    Text("hip line"), Text("head line"), Text("trunk lean"), Text("trunk tilt"),
    Text("leg spread"), Text("knee width"), Text("stance width"), Text("hip height"),
    Text("step"), Text("tempo out"), Text("tempo back"), Text("rom"), Text("trunk swing"),
)  # fmt: skip
"""What a fault can be about, for the catalogues."""
VIEWS = {
    "front": Text("from the front"),
    "diagonal": Text("diagonally"),
    "side": Text("from the side"),
}
"""From where the camera sees the person."""
PARTS = (Text("depth"), Text("control"), Text("symmetry"), Text("path"))
"""What a score is made of, for the catalogues."""


def title_of(exercise: str, exercises: Mapping[str, Exercise]) -> str:
    """Its title, or its name made readable where no file of it is left."""
    known = exercises.get(exercise)
    return _(known.title) if known else exercise.replace("_", " ").capitalize()


def place_of(fault: Fault) -> str:
    """What a fault was measured on: "left knee", "mean of left and right knee"."""
    measure = fault.joint.removesuffix(DIFFERENCE)
    words = _(measure.replace("_", " "))
    if measure != fault.joint:
        return _("difference of left and right {joint}", joint=words)
    return _("mean of left and right {joint}", joint=words) if measure in SIDED else words


def source_in_words(source: str) -> str:
    return {"camera": _("Camera"), "demo": _("Demo clip")}.get(source, source)


def counted(number: int, one: str) -> str:
    """ "1 rep", "3 reps": ``one`` is session, set, rep, attempt or second."""
    return _COUNTED[one](number)


def time_in_words(seconds: float) -> str:
    if seconds < 59.5:
        return _("{seconds} s", seconds=f"{seconds:.0f}")
    return _("{minutes} min", minutes=f"{seconds / 60:.0f}")


def date_in_words(time: datetime, zone: tzinfo | None = None) -> str:
    """In ``zone``, by default this computer's."""
    local = time.astimezone(zone)
    return f"{day_in_words(local.date())}, {local:%H:%M}"


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
        parts.append(_("mean score {score} of 100", score=f"{summary.mean_score:.0f}"))
    return " · ".join(parts)


def done_in_words(totals: ExerciseTotals) -> str:
    """ "12 reps", "42 s held", or both, without the exercise's title."""
    done = [counted(totals.reps, "rep")] if totals.reps or not totals.hold_s else []
    if totals.hold_s:
        done.append(_("{seconds} s held", seconds=f"{totals.hold_s:.0f}"))
    return ", ".join(done)


def fault_in_words(fault: Fault) -> str:
    return _(
        "{cue} ({joint} {reading}, wanted {range})",
        cue=_(fault.cue),
        joint=place_of(fault),
        reading=reading_of(fault),
        range=range_of(fault),
    )


def reading_of(fault: Fault) -> str:
    """What was measured, with its unit."""
    unit = UNITS.get(fault.unit, f" {fault.unit}")
    return measured(fault.measured, unit, 0 if fault.unit == "deg" else 1)


def range_of(fault: Fault) -> str:
    """What was wanted: "80° to 140°", "at least 0.4 s"."""
    unit = UNITS.get(fault.unit, f" {fault.unit}")
    digits = 0 if fault.unit == "deg" else 1
    low, high = (measured(value, unit, digits) for value in (fault.low, fault.high))
    if math.isinf(fault.low):
        return _("at most {high}", high=high)
    if math.isinf(fault.high):
        return _("at least {low}", low=low)
    return _("{low} to {high}", low=low, high=high)


def parts_in_words(parts: Mapping[str, float]) -> str:
    """What a score is made of: "depth 100, control 88, path 91"."""
    return ", ".join(f"{_(name)} {value:.0f}" for name, value in parts.items() if value is not None)


def rep_labels(reps: Iterable[Rep]) -> list[str]:
    """ "1", "2", "attempt", "3": complete reps are counted."""
    done, labels = 0, []
    for rep in reps:
        done += rep.complete
        labels.append(str(done) if rep.complete else _("attempt"))
    return labels


def measured(value: float, unit: str, digits: int = 0) -> str:
    if math.isnan(value):
        return _("not seen")
    figure = f"{value:.{digits}f}"
    # Of all units this alone is another word in other languages.
    return _("{seconds} s", seconds=figure) if unit == SECONDS else figure + unit


def rep_in_words(rep: RepRecord) -> dict[str, str]:
    """Column heading -> what stands in it: one row of a table of reps, without the faults."""
    out_s, back_s = rep.tempo_s
    return {
        _("Rep"): str(rep.ordinal),
        _("Result"): _("Complete") if rep.complete else _("Attempt"),
        _("Range"): measured(rep.rom_deg, "°"),
        _("Out, back"): f"{measured(out_s, SECONDS, 1)}, {measured(back_s, SECONDS, 1)}",
        _("Score"): measured(rep.score, ""),
        _("Made of"): parts_in_words(rep.score_parts) or "–",
    }
