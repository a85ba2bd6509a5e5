"""What was found in one labelled clip, and means over many: recognition, counts, form.

The definitions are those of the analysis document's scorer: a clip counts once, however long.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from posecore.pipeline import Pipeline
from posecore.sets import in_hindsight
from posecore.sources import active_spans, known_label
from posecore.types import NONE, Pose

MIN_ACTIVE_SHARE = 0.2
"""A clip is named after an exercise if this share of its frames is voted to be one."""


@dataclass(frozen=True, eq=False)
class ClipScore:
    """What was found in one labelled clip.

    frame, voted  shares of the frames with a person, within the active spans where there are any
    as_exercise   share of them voted to be some exercise; rest_none: of those outside, to be none
    """

    clip: str
    source: str
    split: str
    truth: str
    named: str
    frame: float
    voted: float
    reps_true: int | None
    reps: int
    reps_of_others: int
    form: str | None
    form_said: str | None
    as_exercise: float = float("nan")
    rest_none: float = float("nan")


class Poses(Protocol):
    """A clip: a Track, or joints that somebody else found."""

    def poses(self) -> Iterable[tuple[float, Pose | None]]: ...


def score_clip(row: Mapping[str, str], clip: Poses, pipeline: Pipeline) -> ClipScore:
    """One clip through a fresh ``pipeline``."""
    truth = known_label(row["exercise"])
    spans = active_spans(row.get("active") or "")
    rest: list[str] = []
    own: list[str] = []
    voted: list[str] = []
    results = [pipeline.advance(t_s, pose) for t_s, pose in clip.poses()]
    sets = [result.set_ended for result in results if result.set_ended is not None]
    last = pipeline.finish()
    sets += [last] if last is not None else []
    t_s = np.array([result.t_s for result in results])
    found = pipeline.in_hindsight(np.array([result.proba for result in results]), t_s)
    for result, name in zip(results, found, strict=True):
        if result.pose is None:
            continue
        if spans and not any(start_s <= result.t_s <= end_s for start_s, end_s in spans):
            rest.append(name)
            continue
        own.append(result.frame_exercise)
        voted.append(name)
    reps: Counter[str] = Counter()
    bad = good = 0
    for each in in_hindsight(sets, t_s, found):
        for rep in each.reps:
            if rep.complete:
                reps[each.exercise] += 1
                bad, good = bad + bool(rep.faults), good + (not rep.faults)
    counted = row.get("reps") or ""
    total = sum(reps.values())
    return ClipScore(
        clip=row["clip"],
        source=row.get("source", ""),
        split=row.get("split", ""),
        truth=truth,
        named=clip_name(voted),
        frame=_share(own, truth),
        voted=_share(voted, truth),
        reps_true=int(counted) if counted.isdigit() else None,
        reps=total if truth == NONE else reps[truth],
        reps_of_others=total - reps[truth],
        form=row.get("form") or None,
        form_said="incorrect" if bad >= good and bad else "correct" if good else None,
        as_exercise=1.0 - _share(voted, NONE),
        rest_none=_share(rest, NONE),
    )


def summary(scores: Iterable[ClipScore]) -> dict[str, float]:
    """Means over clips; NaN where no clip says."""
    scores = list(scores)
    by_truth = defaultdict(list)
    for score in scores:
        by_truth[score.truth].append(score.voted)
    counted = [s for s in scores if s.reps_true and s.truth != NONE]
    nothing = [s for s in scores if s.truth == NONE]
    form = [s for s in scores if s.form and s.truth != NONE]
    recalls = [
        _mean([s.form_said == said for s in form if s.form == said])
        for said in ("correct", "incorrect")
    ]
    return {
        "clips": len(scores),
        "clip_accuracy": _mean([s.named == s.truth for s in scores]),
        "frame_accuracy": _mean([s.frame for s in scores]),
        "voted_accuracy": _mean([s.voted for s in scores]),
        "rest_none": _mean([s.rest_none for s in scores]),
        "macro_recall": _mean([_mean(v) for v in by_truth.values()]),
        "rep_clips": len(counted),
        "rep_obo": _mean([abs(s.reps - (s.reps_true or 0)) <= 1 for s in counted]),
        "rep_exact": _mean([s.reps == s.reps_true for s in counted]),
        "rep_mae": _mean([abs(s.reps - s.reps_true) / s.reps_true for s in counted if s.reps_true]),
        "reps_of_other_exercises": sum(s.reps_of_others for s in scores if s.truth != NONE),
        "none_clips": len(nothing),
        "none_as_exercise": _mean([s.as_exercise for s in nothing]),
        "phantom_reps": sum(s.reps for s in nothing),
        "form_clips": len(form),
        "form_balanced": _mean(recalls),
    }


def counting(scores: Iterable[ClipScore]) -> dict[str, dict[str, int]]:
    """Exercise -> clips with a label of their reps, counted exactly, and off by one at most."""
    rows: dict[str, dict[str, int]] = {}
    for score in scores:
        if score.reps_true and score.truth != NONE:
            row = rows.setdefault(score.truth, {"clips": 0, "exact": 0, "near": 0})
            row["clips"] += 1
            row["exact"] += score.reps == score.reps_true
            row["near"] += abs(score.reps - score.reps_true) <= 1
    return dict(sorted(rows.items()))


_SAID = ("", "_right", "_unjudged")


def verdicts(scores: Iterable[ClipScore]) -> dict[str, dict[str, int]]:
    """Exercise -> clips of good and of bad form; of either those that were said to be it, and those
    of which nothing was said."""
    rows: dict[str, dict[str, int]] = {}
    for score in scores:
        if score.form and score.truth != NONE:
            row = rows.setdefault(
                score.truth, {f"{form}{said}": 0 for form in ("good", "bad") for said in _SAID}
            )
            form = "good" if score.form == "correct" else "bad"
            row[form] += 1
            row[f"{form}_right"] += score.form_said == score.form
            row[f"{form}_unjudged"] += score.form_said is None
    return dict(sorted(rows.items()))


def clip_name(voted: list[str]) -> str:
    """What a clip is named after: its most voted exercise, if it is voted often enough."""
    active = Counter(v for v in voted if v != NONE)
    if not active or sum(active.values()) < MIN_ACTIVE_SHARE * len(voted):
        return NONE
    return active.most_common(1)[0][0]


def _share(said: list[str], truth: str) -> float:
    return said.count(truth) / len(said) if said else float("nan")


def _mean(values: Iterable[float]) -> float:
    kept = [float(v) for v in values if v == v]
    return float(np.mean(kept)) if kept else float("nan")
