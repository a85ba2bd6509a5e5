"""How the history page says dates, figures and faults."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from posecore.exercises import Exercise
from posecore.store import ExerciseTotals, RepRecord, SessionSummary
from posecore.types import Fault

UNITS = {"deg": "°", "s": " s", "m": " m", "ratio": ""}


def plain(text: str) -> str:
    """``text`` so that Markdown shows it as it is: file names and cues are not markup."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def title_of(exercise: str, exercises: Mapping[str, Exercise]) -> str:
    known = exercises.get(exercise)
    return known.title if known else exercise.replace("_", " ").capitalize()


def source_in_words(source: str) -> str:
    return {"camera": "Camera", "demo": "Demo clip"}.get(source, source)


def counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def time_in_words(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def local_zone() -> tzinfo | None:
    """The browser's zone; None, which is the server's, where the browser does not say."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def date_in_words(time: datetime) -> str:
    local = time.astimezone(local_zone())
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def figures_in_words(summary: SessionSummary) -> str:
    parts = [
        source_in_words(summary.source),
        counted(summary.sets, "set"),
        counted(summary.reps, "rep"),
        time_in_words(summary.duration_s),
    ]
    if summary.attempts:
        parts.insert(3, counted(summary.attempts, "attempt"))
    if summary.mean_score is not None:
        parts.append(f"mean score {summary.mean_score:.0f} of 100")
    if summary.person:
        parts.insert(0, summary.person)
    return plain(" · ".join(parts))


def totals_in_words(totals: ExerciseTotals, exercises: Mapping[str, Exercise]) -> str:
    done = [counted(totals.reps, "rep")] if totals.reps or not totals.hold_s else []
    if totals.hold_s:
        done.append(f"{totals.hold_s:.0f} s held")
    return f"**{plain(title_of(totals.exercise, exercises))}** {' and '.join(done)}"


def fault_in_words(fault: Fault) -> str:
    unit = UNITS.get(fault.unit, f" {fault.unit}")
    digits = 0 if fault.unit == "deg" else 1

    def number(value: float) -> str:
        return f"{value:.{digits}f}{unit}"

    if math.isinf(fault.low):
        wanted = f"at most {number(fault.high)}"
    elif math.isinf(fault.high):
        wanted = f"at least {number(fault.low)}"
    else:
        wanted = f"{number(fault.low)} to {number(fault.high)}"
    where = fault.joint.replace("_", " ")
    return f"{fault.cue} ({where} {number(fault.measured)}, wanted {wanted})"


def measured(value: float, unit: str, digits: int = 0) -> str:
    return "not seen" if math.isnan(value) else f"{value:.{digits}f}{unit}"


def rep_row(rep: RepRecord) -> dict[str, str]:
    out_s, back_s = rep.tempo_s
    faults = "; ".join(fault_in_words(fault) for fault in rep.faults)
    row = {
        "Rep": str(rep.ordinal),
        "Result": "Complete" if rep.complete else "Attempt",
        "Range of motion": measured(rep.rom_deg, "°"),
        "Tempo out, back": f"{measured(out_s, ' s', 1)}, {measured(back_s, ' s', 1)}",
        "Score": measured(rep.score, ""),
        "What was off": faults or "Nothing",
    }
    return {name: plain(words) for name, words in row.items()}
