"""Leave one source out: how well footage is recognised whose maker took no part in training.

Clips of one maker share people, rooms, cameras and ways of moving, so a split by clip flatters.
Here a model is trained for each group of sources, on everything but them, and asked about them.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Rows
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from posecore.classify import cooled, read_card
from posecore.clip_score import clip_name
from posecore.features import FeatureWindow
from posecore.pipeline import Settings
from posecore.sources import Sequence, all_sequences
from posecore.table import Table
from posecore.train import SEED, cached_table, classifier_of, fit
from posecore.types import NONE

SMALL = 12
"""Sources with fewer clips share folds, so that a fold says something."""

GROUP_FOLDS = 3
_GROUPED_ROWS = 6_000

MADE_UP = ("acted", "rendered", "clips_generated")
"""Never asked about: nobody real is in them."""


class Answerer(Protocol):
    """What is asked: the shipped classifier, or another in its place."""

    classes: tuple[str, ...]

    def proba_many(self, features: np.ndarray) -> np.ndarray: ...


Fitter = Callable[[Table], Answerer]


@dataclass(frozen=True, eq=False)
class Asked:
    """A clip and its features (n, n_features)."""

    sequence: Sequence
    features: np.ndarray


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model that knows nothing of a clip's source says of it.

    classes (c,); proba (n, c) of its frames at t_s (n,)
    """

    fold: str
    clip: str
    truth: str
    classes: tuple[str, ...]
    t_s: np.ndarray
    proba: np.ndarray


@dataclass(frozen=True, eq=False)
class HeldOut(Answer):
    """An answer and what votes make of it; frame and voted: shares of frames named right."""

    named: str
    frame: float
    voted: float


def folds(sequences: Rows[Sequence]) -> dict[str, tuple[str, ...]]:
    """Fold -> its sources; only video clips are asked about."""
    clips = Counter(s.source for s in sequences if s.world is not None)
    big = {s: (s,) for s, n in sorted(clips.items()) if n >= SMALL and s not in MADE_UP}
    small = [s for s, n in sorted(clips.items()) if n < SMALL and s not in MADE_UP]
    shared = {f"small {k + 1}": tuple(small[k::2]) for k in range(2) if small[k::2]}
    return big | shared


def held_out(sequences: Rows[Sequence], table: Table, fitter: Fitter) -> list[Answer]:
    """Every real clip, each asked of the model trained without its fold's sources."""
    return ask_all(features_by_fold(sequences), table, fitter)


def features_by_fold(sequences: Rows[Sequence]) -> dict[str, list[Asked]]:
    """Fold -> its clips with their features: the same for every model that is asked."""
    asked: dict[str, list[Asked]] = {}
    for fold, sources in folds(sequences).items():
        asked[fold] = [
            Asked(s, sequence_features(s))
            for s in sequences
            if s.source in sources and s.world is not None
        ]
    return asked


def ask_all(asked: Mapping[str, Rows[Asked]], table: Table, fitter: Fitter) -> list[Answer]:
    """Each fold's clips, asked of a model of the rows of all other sources.

    A fold is left out where a class is shown by its sources only: it cannot be told without them.
    """
    answers = []
    for fold, clips in asked.items():
        sources = {clip.sequence.source for clip in clips}
        rest = table.rows(~np.isin(table.source, list(sources)))
        if len(np.unique(rest.y)) < len(np.unique(table.y)):
            continue
        model = fitter(rest)
        for clip in clips:
            s, proba = clip.sequence, model.proba_many(clip.features)
            answers.append(Answer(fold, s.clip, s.label, model.classes, s.t_s, proba))
    return answers


def grouped_scores(table: Table, fitter: Fitter) -> list[float]:
    """Mean recall over classes for each fold; a group (person or footage) is in one fold only."""
    fold = np.array([zlib.crc32(group.encode()) % GROUP_FOLDS for group in table.group])
    scores = []
    for k in range(GROUP_FOLDS):
        model = fitter(table.rows(fold != k))
        asked = np.flatnonzero((fold == k) & ~table.made)
        rng = np.random.default_rng([SEED, k])
        asked = rng.choice(asked, min(_GROUPED_ROWS, len(asked)), replace=False)
        said = np.array(model.classes)[model.proba_many(table.x[asked]).argmax(axis=1)]
        truth = table.y[asked]
        recalls = [np.mean(said[truth == c] == c) for c in np.unique(truth)]
        scores.append(float(np.mean(recalls)))
    return scores


def crossval_command(
    data: Path,
    cache: Path | None = None,
    rendered: Path | None = None,
    say: Callable[[str], None] = print,
) -> list[HeldOut]:
    """Print how well footage of unseen makers is recognised. Raises DataError without data."""
    sequences = all_sequences(data, cache, rendered)
    table = cached_table(sequences, cache)
    temperature = float(read_card().get("temperature", 1.0))
    answers = held_out(sequences, table, lambda rows: classifier_of(fit(rows, SEED)))
    scores = [voted_on(answer, temperature) for answer in answers]
    say("\nleave one source out")
    for line in report(scores):
        say(line)
    return scores


def sequence_features(sequence: Sequence) -> np.ndarray:
    """(n, n_features) of the frames of a clip."""
    window = FeatureWindow()
    return np.array(
        [window.step(j, float(t)) for t, j in zip(sequence.t_s, sequence.joints_px, strict=True)]
    )


def voted_on(answer: Answer, temperature: float = 1.0, settings: Settings | None = None) -> HeldOut:
    """The answer cooled by ``temperature``, and its frames voted on as those of any film are."""
    s, classes = settings or Settings(), answer.classes
    proba = cooled(answer.proba, temperature)
    own = [classes[i] for i in proba.argmax(axis=1)]
    voted = s.hindsight_voter(classes).in_hindsight(proba, answer.t_s)
    return HeldOut(
        fold=answer.fold,
        clip=answer.clip,
        truth=answer.truth,
        classes=classes,
        t_s=answer.t_s,
        proba=proba,
        named=clip_name(voted),
        frame=own.count(answer.truth) / len(own),
        voted=voted.count(answer.truth) / len(voted),
    )


def report(scores: Rows[HeldOut]) -> list[str]:
    """Lines of text: by fold, by class, and over all."""
    lines = []
    for title, key in (("fold", lambda s: s.fold), ("class", lambda s: s.truth)):
        groups = defaultdict(list)
        for score in scores:
            groups[key(score)].append(score)
        lines.append(f"by {title}")
        lines += [f"  {name:26s} {_figures(group)}" for name, group in sorted(groups.items())]
    by_class = defaultdict(list)
    for score in scores:
        by_class[score.truth].append(score)
    macro = np.mean([np.mean([s.voted for s in group]) for group in by_class.values()])
    lines.append(f"all                          {_figures(scores)}  macro recall {macro:.3f}")
    wrong = Counter(
        (s.truth, s.named) for s in scores if s.named != s.truth and s.truth != NONE
    ).most_common(8)
    if wrong:
        lines.append("taken for: " + ", ".join(f"{a} for {b} {n}" for (a, b), n in wrong))
    return lines


def _figures(scores: Rows[HeldOut]) -> str:
    named = np.mean([s.named == s.truth for s in scores])
    frame, voted = np.mean([s.frame for s in scores]), np.mean([s.voted for s in scores])
    return f"clips {len(scores):3d}  named {named:.3f}  frame {frame:.3f}  voted {voted:.3f}"
