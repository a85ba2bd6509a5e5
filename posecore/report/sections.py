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
from posecore.measures import SIDED
from posecore.report.charts import Chart, chart_of
from posecore.store.words import measured, range_of, reading_of, rep_labels
from posecore.types import ExerciseSet, Fault, Rep

PARTS = ("depth", "control", "symmetry", "path", "form")
"""Of a rep's score, in the order in which they are told."""

_UNTOLD = {
    "depth": "the far end of the movement was not seen well enough.",
    "control": "the movement was not seen from end to end.",
    "symmetry": "left and right have to be seen at the same time.",
    "path": "there is no reference, or a joint was hidden on the way.",
    "form": "nothing else could be judged from here.",
}


_FILM = {"front": "from the front", "side": "from the side", "diagonal": "diagonally"}


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
    view: str

    @property
    def first(self) -> tuple[Point, ...]:
        return self.advice[:MOST]


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
        points = tuple(_point(a, ["hold"]) for a in advice_on_hold(faults, exercise))
    title = exercise.title if exercise else each.exercise.replace("_", " ").capitalize()
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
        hints=tuple(h for h, n in hints.most_common(2) if h and n >= 0.2 * frames.sum()),
        errors=_errors(exercise, analysis, frames),
        view=_view(analysis, frames),
    )


def _point(advice: Advice, labels: list[str]) -> Point:
    moments = tuple(_moment(fault, labels[number - 1]) for number, fault in advice.times)
    n, of = len(advice.times), advice.n_reps
    if labels == ["hold"]:
        often = "once" if n == 1 else f"{n} times"
    elif of == 1:
        often = "in the only rep"
    elif n == of == 2:
        often = "in both reps"
    else:
        often = f"in all {of} reps" if n == of else f"in {n} of {of} reps"
    worst = next(m for m in moments if m.fault is advice.worst[1])
    return Point(advice, often, worst, moments)


def _moment(fault: Fault, label: str) -> Moment:
    rep = {"attempt": "Attempt", "hold": "Hold"}.get(label, f"Rep {label}")
    joint = fault.joint.replace("_", " ")
    return Moment(fault, rep, f"{fault.at_s:.1f} s", joint, reading_of(fault), range_of(fault))


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
        off="; ".join(dict.fromkeys(fault.cue for fault in rep.faults)),
        chart=chart_of(rep, exercise),
    )


def _view(analysis: Analysis, frames: np.ndarray) -> str:
    seen = Counter(analysis.view[i] for i in np.flatnonzero(frames) if i < len(analysis.view))
    seen.pop(None, None)
    names = {"front": "the front", "side": "the side", "diagonal": "an angle (diagonal)"}
    return names[seen.most_common(1)[0][0] or ""] if seen else ""


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
            if miss.fault.replace("_", " ") not in names:
                names.append(miss.fault.replace("_", " "))
    done = [rep for rep in each.reps if rep.complete]
    for part in PARTS:
        if done and not any(part in rep.score_parts for rep in done):
            reason = _UNTOLD[part]
            if part == "symmetry":
                reason = _why_no_symmetry(exercise, analysis, frames)
            reasons.setdefault(reason, []).append(f"{part} (part of the score)")
    return tuple((", ".join(names), reason) for reason, names in reasons.items())


def _misses(target: Target) -> list[Miss]:
    return [miss for miss in (target.below, target.above) if miss is not None]


def _why_no_symmetry(exercise: Exercise | None, analysis: Analysis, frames: np.ndarray) -> str:
    targets = exercise.targets if exercise else ()
    compared = [target for target in targets if target.reading.sides == "difference"]
    if not compared:
        return "nothing in this exercise's file compares left with right."
    return _reason(compared[0], analysis, frames) or _UNTOLD["symmetry"]


def _reason(target: Target, analysis: Analysis, frames: np.ndarray) -> str | None:
    if target.at == "rep":
        return None
    views = [analysis.view[i] for i in np.flatnonzero(frames) if i < len(analysis.view)]
    if views and np.mean([view in target.views for view in views]) < ENOUGH:
        here = f"the camera saw you from {_view(analysis, frames) or 'where it cannot be told'}"
        return f"{here}. To have it judged, film {' or '.join(_FILM[v] for v in target.views)}."
    joint = target.reading.measure
    if f"left_{joint}" not in JOINT_INDEX or joint not in SIDED:
        return None
    seen = np.isfinite(
        analysis.flexion_deg[frames][:, [JOINT_INDEX[f"{s}_{joint}"] for s in ("left", "right")]]
    )
    both = target.reading.sides == "difference"
    if seen.size and (seen.all(axis=1) if both else seen.any(axis=1)).mean() < ENOUGH:
        return f"{'one' if both else 'the'} {joint} was hidden most of the time."
    return None
