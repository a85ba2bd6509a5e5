"""How an exercise file is said in words: measures, moments, ranges, and sources with links."""

from __future__ import annotations

import re
from html import escape

from posecore.exercises import Exercise, Target
from posecore.language import Text, _
from posecore.measures import Reading
from posecore.store.words import VIEWS

MEASURES = {
    "elbow": Text("Elbow"),
    "shoulder": Text("Shoulder"),
    "hip": Text("Hip"),
    "knee": Text("Knee"),
    "upper_arm_lean": Text("Upper arm from hanging down"),
    "forearm_lean": Text("Forearm from upright"),
    "body_line": Text("Line from shoulder to ankle"),
    "hip_line": Text("Line from shoulder to knee"),
    "leg_line": Text("Line of the leg"),
    "head_line": Text("Head against the trunk"),
    "hand_width": Text("Distance of the hands"),
    "wrist_height": Text("Height of the hands"),
    "trunk_lean": Text("Trunk from upright"),
    "trunk_tilt": Text("Trunk to the side"),
    "leg_spread": Text("Angle between the legs"),
    "knee_width": Text("Knees against the feet"),
    "stance_width": Text("Feet against the shoulders"),
    "hip_height": Text("Height of the hips"),
    "tempo_out": Text("Time to the turning point"),
    "tempo_back": Text("Time back"),
    "rom": Text("Range of motion"),
    "trunk_swing": Text("Swing of the trunk"),
}
SIDES = {
    "max": Text("the larger side"),
    "min": Text("the lesser side"),
    "difference": Text("left against right"),
    "left": Text("the left side"),
    "right": Text("the right side"),
    "each": Text("each side by itself"),
}
MOMENTS = {
    "start": Text("at the start"),
    "far": Text("at the turning point"),
    "out": Text("on the way out"),
    "back": Text("on the way back"),
    "whole": Text("all the time"),
    "rep": Text("in the whole repetition"),
}
UNITS = {"deg": "°", "ratio": "", "s": " s"}

_LINKS = (
    (re.compile(r"arXiv:? ?(\d{4}\.\d{4,5})"), "https://arxiv.org/abs/{}"),
    (re.compile(r"\b(PMC\d{5,9})\b"), "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    (re.compile(r"\b(10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9])"), "https://doi.org/{}"),
)


def measure_name(reading: Reading) -> str:
    """ "Knee, left against right"; a measure that has no word yet is called as in the file."""
    name = _(MEASURES.get(reading.measure, reading.measure.replace("_", " ").capitalize()))
    side = SIDES.get(reading.sides)
    return f"{name}, {_(side)}" if side else name


def target_name(target: Target) -> str:
    """ "Knee at the turning point"."""
    if target.at == "rep":
        return measure_name(target.reading)
    return f"{measure_name(target.reading)} {_(MOMENTS[target.at])}"


def range_in_words(target: Target) -> str:
    """What is wanted; a side that is no fault is left out: "at least 80°"."""
    unit = UNITS[target.reading.unit]
    low, high = f"{target.low:g}{unit}", f"{target.high:g}{unit}"
    if target.above is None:
        return _("at least {low}", low=low)
    if target.below is None:
        return _("at most {high}", high=high)
    return _("{low} to {high}", low=low, high=high)


def views_in_words(views: tuple[str, ...]) -> str:
    if len(views) == len(VIEWS):
        return _("from all sides")
    words = _(VIEWS[views[0]])
    for view in views[1:]:
        words = _("{one} or {other}", one=words, other=VIEWS[view])
    return words


def best_seen_in_words(exercise: Exercise) -> str:
    """From where most of it can be judged: one place, the same wherever it is said."""
    return _("Best seen {where}.", where=views_in_words(exercise.best_views[:1]))


def counted_in_words(exercise: Exercise) -> str:
    """By what it is counted, as one sentence."""
    signal = exercise.signal
    reading = Reading(signal.measure, signal.sides)
    unit = UNITS[reading.unit]
    name = measure_name(reading)
    if exercise.kind == "hold":
        low, high = sorted((signal.start, signal.far))
        return _(
            "Held while this stays between {low} and {high}: {name}. It counts from {seconds} s "
            "on.",
            low=f"{low:g}{unit}",
            high=f"{high:g}{unit}",
            name=name,
            seconds=f"{signal.min_s:g}",
        )
    sentence = Text(
        "Counted by: {name}. A repetition goes to {far} or less and comes back to {start}."
    )
    if signal.upwards:
        sentence = Text(
            "Counted by: {name}. A repetition goes to {far} or more and comes back to {start}."
        )
    return _(sentence, name=name, far=f"{signal.far:g}{unit}", start=f"{signal.start:g}{unit}")


def source_html(text: str) -> str:
    """A source with what it names as links; they lead outside only when they are followed."""
    shown = escape(text)
    for pattern, address in _LINKS:
        shown = pattern.sub(
            lambda found, address=address: (
                f'<a href="{address.format(found[1])}" target="_blank" '
                f'rel="noopener noreferrer">{found[0]}</a>'
            ),
            shown,
        )
    return shown
