"""What a report says of one set: figures, advice, charts, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from posecore.advice import MOST, Advice, advice_on, advice_on_hold
from posecore.analyze import Analysis
from posecore.angles import JOINT_INDEX
from posecore.exercises import Exercise, Miss, Target
from posecore.findings import ENOUGH
from posecore.language import Text, _, many
from posecore.measures import SIDED
from posecore.report.charts import Chart, chart_of
from posecore.store.words import VIEWS, measured, place_of, range_of, reading_of, rep_labels
from posecore.types import ExerciseSet, Fault, Rep

PARTS = (Text("depth"), Text("control"), Text("symmetry"), Text("path"), Text("form"))
"""Of a rep's score, in the order in which they are told."""

_HOLD = "hold"

_UNTOLD = {
    "depth": Text("the far end of the movement was not seen well enough."),
    "control": Text("the movement was not seen from end to end."),
    "symmetry": Text("left and right have to be seen at the same time."),
    "path": Text("there is no reference, or a joint was hidden on the way."),
    "form": Text("nothing else could be judged from here."),
}


_SEEN = {
    "front": Text("seen from the front, {start} – {end} s"),
    "side": Text("seen from the side, {start} – {end} s"),
    "diagonal": Text("seen from an angle (diagonal), {start} – {end} s"),
}
_CAMERA_SAW = {
    "front": Text("the camera saw you from the front. To have it judged, film {how}."),
    "side": Text("the camera saw you from the side. To have it judged, film {how}."),
    "diagonal": Text("the camera saw you diagonally. To have it judged, film {how}."),
    None: Text("it cannot be told from where the camera saw you. Film {how} to have it judged."),
}
_HIDDEN = {
    "knee": (Text("the knee was hidden most of the time."),
             Text("one knee was hidden most of the time.")),
    "hip": (Text("the hip was hidden most of the time."),
            Text("one hip was hidden most of the time.")),
    "elbow": (Text("the elbow was hidden most of the time."),
              Text("one elbow was hidden most of the time.")),
    "shoulder": (Text("the shoulder was hidden most of the time."),
                 Text("one shoulder was hidden most of the time.")),
}  # fmt: skip
"""What is said where a joint was not seen: any of it, or both sides at once."""


@dataclass(frozen=True)
class Moment:
    """One fault where it happened, in words."""

    fault: Fault
    rep: str
    at: str
    joint: str
    measured: str
    wanted: str


@dataclass(frozen=True)
class Point:
    """One kind of fault: its advice, and each time that it happened."""

    advice: Advice
    often: str
    worst: Moment
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Row:
    """One rep of the table. parts: those of PARTS, None where it was not judged."""

    label: str
    complete: bool
    span: str
    rom: str
    tempo: str
    score: float | None
    parts: tuple[float | None, ...]
    off: str
    chart: Chart | None


@dataclass(frozen=True)
class Section:
    """One set. ``first`` are the points that matter most, at most two; ``advice`` are all."""

    number: int
    title: str
    start_s: float
    end_s: float
    hold_s: float | None
    n_complete: int
    n_attempts: int
    score: float | None
    joints: tuple[str, ...]
    rows: tuple[Row, ...]
    advice: tuple[Point, ...]
    unjudged: tuple[tuple[str, str], ...]
    hints: tuple[str, ...]
    errors: tuple[tuple[str, float], ...]
    seen: str

    @property
    def first(self) -> tuple[Point, ...]:
        return self.advice[:MOST]


JOINT_WORDS = {
    "knee": Text("knee bend"),
    "hip": Text("hip bend"),
    "elbow": Text("elbow bend"),
    "shoulder": Text("raise of the upper arm"),
}
"""What the line of a joint is, in the key of the charts."""


def target_in_words(point: Point) -> str:
    target = _("Target: {joint} {range}.", joint=point.worst.joint, range=point.worst.wanted)
    return f"{target} {point.often}"


def errors_in_words(section: Section) -> str:
    return _(
        "Expected error of the angles from this view: {errors}. A miss smaller than that is not "
        "called a fault.",
        errors=", ".join(f"{_(joint)} ±{error:.0f}°" for joint, error in section.errors),
    )


def section_of(
    number: int, each: ExerciseSet, analysis: Analysis, exercise: Exercise | None
) -> Section:
    """exercise: None where its file is no longer there."""
    labels = rep_labels(each.reps)
    scores = [rep.score for rep in each.reps if rep.complete and np.isfinite(rep.score)]
    if each.hold_s is None:
        points = tuple(_point(a, labels) for a in advice_on(each.reps, exercise))
    else:
        faults = [f for f in analysis.hold_faults if each.start_s <= f.at_s <= each.end_s]
        points = tuple(_point(a, [_HOLD]) for a in advice_on_hold(faults, exercise))
    title = _(exercise.title) if exercise else each.exercise.replace("_", " ").capitalize()
    frames = (analysis.t_s >= each.start_s) & (analysis.t_s <= each.end_s)
    hints = Counter(analysis.hint[i] for i in np.flatnonzero(frames) if i < len(analysis.hint))
    return Section(
        number=number,
        title=title,
        start_s=each.start_s,
        end_s=each.end_s,
        hold_s=each.hold_s,
        n_complete=each.n_complete,
        n_attempts=len(each.reps) - each.n_complete,
        score=float(np.mean(scores)) if scores else None,
        joints=exercise.chart if exercise else (),
        rows=tuple(_row(rep, label, exercise) for rep, label in zip(each.reps, labels)),
        advice=points,
        unjudged=_unjudged(each, analysis, exercise, frames),
        hints=tuple(_(h) for h, n in hints.most_common(2) if h and n >= 0.2 * frames.sum()),
        errors=_errors(exercise, analysis, frames),
        seen=_seen(analysis, frames, each),
    )


def _point(advice: Advice, labels: list[str]) -> Point:
    moments = tuple(_moment(fault, labels[number - 1]) for number, fault in advice.times)
    n, of = len(advice.times), advice.n_reps
    if labels == [_HOLD]:
        often = many("It was off once.", "It was off {n} times.", n)
    elif of == 1:
        often = _("It was off in the only rep.")
    elif n == of == 2:
        often = _("It was off in both reps.")
    elif n == of:
        often = _("It was off in all {n} reps.", n=of)
    else:
        often = _("It was off in {n} of {reps} reps.", n=n, reps=of)
    worst = next(m for m in moments if m.fault is advice.worst[1])
    return Point(advice, often, worst, moments)


def _moment(fault: Fault, label: str) -> Moment:
    if label == _HOLD:
        rep = _("Hold")
    else:
        rep = _("Rep {n}", n=label) if label.isdecimal() else _("Attempt")
    at = f"{fault.at_s:.1f} s"
    return Moment(fault, rep, at, place_of(fault), reading_of(fault), range_of(fault))


def _row(rep: Rep, label: str, exercise: Exercise | None) -> Row:
    out_s, back_s = rep.tempo_s
    return Row(
        label=label,
        complete=rep.complete,
        span=f"{rep.start_s:.1f} – {rep.end_s:.1f} s",
        rom=measured(rep.rom_deg, "°"),
        tempo=f"{measured(out_s, '', 1)} / {measured(back_s, ' s', 1)}",
        score=float(rep.score) if np.isfinite(rep.score) else None,
        parts=tuple(rep.score_parts.get(part) for part in PARTS),
        off="; ".join(dict.fromkeys(_(fault.cue) for fault in rep.faults)),
        chart=chart_of(rep, exercise),
    )


def _view(analysis: Analysis, frames: np.ndarray) -> str | None:
    seen = Counter(analysis.view[i] for i in np.flatnonzero(frames) if i < len(analysis.view))
    seen.pop(None, None)
    return seen.most_common(1)[0][0] if seen else None


def _seen(analysis: Analysis, frames: np.ndarray, each: ExerciseSet) -> str:
    view = _view(analysis, frames)
    template = _SEEN[view] if view else "{start} – {end} s"
    return _(template, start=f"{each.start_s:.1f}", end=f"{each.end_s:.1f}")


def _errors(
    exercise: Exercise | None, analysis: Analysis, frames: np.ndarray
) -> tuple[tuple[str, float], ...]:
    """Expected error of each charted joint's angle here, degrees."""
    errors = []
    for joint in exercise.chart if exercise else ():
        columns = [JOINT_INDEX[f"{side}_{joint}"] for side in ("left", "right")]
        values = analysis.error_deg[frames][:, columns]
        if np.isfinite(values).any():
            errors.append((joint, float(np.nanmedian(values))))
    return tuple(errors)


def _unjudged(
    each: ExerciseSet, analysis: Analysis, exercise: Exercise | None, frames: np.ndarray
) -> tuple[tuple[str, str], ...]:
    """(what was not judged, why), by reason."""
    targets = exercise.targets if exercise else ()
    why = [(target, _reason(target, analysis, frames)) for target in targets]
    # Two targets may tell the same fault, each from where it can: one of them is enough.
    told = {miss.fault for target, reason in why if not reason for miss in _misses(target)}
    told |= {fault.id for rep in each.reps for fault in rep.faults}
    reasons: dict[str, list[str]] = {}
    for target, reason in why:
        for miss in _misses(target) if reason else ():
            names = reasons.setdefault(reason or "", []) if miss.fault not in told else []
            if f"“{_(miss.cue)}”" not in names:
                names.append(f"“{_(miss.cue)}”")
    done = [rep for rep in each.reps if rep.complete]
    for part in PARTS:
        if done and not any(part in rep.score_parts for rep in done):
            reason = _UNTOLD[part]
            if part == "symmetry":
                reason = _why_no_symmetry(exercise, analysis, frames)
            reasons.setdefault(reason, []).append(_("{part} (part of the score)", part=part))
    return tuple((", ".join(names), _(reason)) for reason, names in reasons.items())


def _misses(target: Target) -> list[Miss]:
    return [miss for miss in (target.below, target.above) if miss is not None]


def _why_no_symmetry(exercise: Exercise | None, analysis: Analysis, frames: np.ndarray) -> str:
    targets = exercise.targets if exercise else ()
    compared = [target for target in targets if target.reading.sides == "difference"]
    if not compared:
        return Text("nothing in this exercise's file compares left with right.")
    return _reason(compared[0], analysis, frames) or _UNTOLD["symmetry"]


def _reason(target: Target, analysis: Analysis, frames: np.ndarray) -> str | None:
    if target.at == "rep":
        return None
    views = [analysis.view[i] for i in np.flatnonzero(frames) if i < len(analysis.view)]
    if views and np.mean([view in target.views for view in views]) < ENOUGH:
        how = _(VIEWS[target.views[0]])
        for view in target.views[1:]:
            how = _("{one} or {other}", one=how, other=VIEWS[view])
        return _(_CAMERA_SAW[_view(analysis, frames)], how=how)
    joint = target.reading.measure
    if f"left_{joint}" not in JOINT_INDEX or joint not in SIDED:
        return None
    seen = np.isfinite(
        analysis.flexion_deg[frames][:, [JOINT_INDEX[f"{s}_{joint}"] for s in ("left", "right")]]
    )
    both = target.reading.sides == "difference"
    if seen.size and (seen.all(axis=1) if both else seen.any(axis=1)).mean() < ENOUGH:
        return _HIDDEN[joint][both]
    return None
