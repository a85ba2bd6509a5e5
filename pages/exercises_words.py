"""How an exercise file is said in words: measures, moments, ranges, and sources with links."""

from __future__ import annotations

import re
from html import escape

from posecore.exercises import Exercise, Target
from posecore.measures import Reading

MEASURES = {
    "elbow": "Elbow",
    "shoulder": "Shoulder",
    "hip": "Hip",
    "knee": "Knee",
    "upper_arm_lean": "Upper arm from hanging down",
    "forearm_lean": "Forearm from upright",
    "body_line": "Line from shoulder to ankle",
    "hip_line": "Line from shoulder to knee",
    "leg_line": "Line of the leg",
    "head_line": "Head against the trunk",
    "hand_width": "Distance of the hands",
    "wrist_height": "Height of the hands",
    "trunk_lean": "Trunk from upright",
    "trunk_tilt": "Trunk to the side",
    "leg_spread": "Angle between the legs",
    "knee_width": "Knees against the feet",
    "stance_width": "Feet against the shoulders",
    "hip_height": "Height of the hips",
    "tempo_out": "Time to the turning point",
    "tempo_back": "Time back",
    "rom": "Range of motion",
    "trunk_swing": "Swing of the trunk",
}
SIDES = {
    "max": "the larger side",
    "min": "the lesser side",
    "difference": "left against right",
    "left": "left",
    "right": "right",
    "each": "each side by itself",
}
MOMENTS = {
    "start": "at the start",
    "far": "at the turning point",
    "out": "on the way out",
    "back": "on the way back",
    "whole": "all the time",
    "rep": "in the whole repetition",
}
VIEWS = {"front": "the front", "diagonal": "half way round", "side": "the side"}
UNITS = {"deg": "°", "ratio": "", "s": " s"}

_LINKS = (
    (re.compile(r"arXiv:? ?(\d{4}\.\d{4,5})"), "https://arxiv.org/abs/{}"),
    (re.compile(r"\b(PMC\d{5,9})\b"), "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    (re.compile(r"\b(10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9])"), "https://doi.org/{}"),
)


def measure_name(reading: Reading) -> str:
    """ "Knee, left against right"; a measure that has no word yet is called as in the file."""
    name = MEASURES.get(reading.measure, reading.measure.replace("_", " ").capitalize())
    side = SIDES.get(reading.sides)
    return f"{name}, {side}" if side else name


def target_name(target: Target) -> str:
    """ "Knee at the turning point"."""
    if target.at == "rep":
        return measure_name(target.reading)
    return f"{measure_name(target.reading)} {MOMENTS[target.at]}"


def range_in_words(target: Target) -> str:
    """What is wanted; a side that is no fault is left out: "at least 80°"."""
    unit = UNITS[target.reading.unit]
    low, high = f"{target.low:g}{unit}", f"{target.high:g}{unit}"
    if target.above is None:
        return f"at least {low}"
    return f"at most {high}" if target.below is None else f"{low} to {high}"


def views_in_words(views: tuple[str, ...]) -> str:
    if len(views) == len(VIEWS):
        return "from all sides"
    return "from " + " or ".join(VIEWS[view] for view in views)


def counted_in_words(exercise: Exercise) -> str:
    """By what it is counted, as one sentence."""
    signal = exercise.signal
    reading = Reading(signal.measure, signal.sides)
    unit = UNITS[reading.unit]
    name = measure_name(reading)
    if exercise.kind == "hold":
        low, high = sorted((signal.start, signal.far))
        return (
            f"Held while this stays between {low:g}{unit} and {high:g}{unit}: {name}. "
            f"It counts from {signal.min_s:g} s on."
        )
    beyond = "more" if signal.upwards else "less"
    return (
        f"Counted by: {name}. A repetition goes to {signal.far:g}{unit} or {beyond} and comes "
        f"back to {signal.start:g}{unit}."
    )


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
