"""Ways to vote over successive frames: how often right, how late, how restless."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from posecore.crossval import HeldOut, voted_on
from posecore.pipeline import Settings
from posecore.types import NONE
from posecore.vote import Voter

ODDS = (1.0, 1.3, 1.6, 2.0)
CONFIDENCES = (0.15, 0.25, 0.35, 0.45)
WINDOWS_S = (0.5, 1.0, 1.5, 2.0, 3.0)
_N_SWITCHES = 120
_SEEN_ENOUGH = 0.6
"""A clip takes part in switches if this share of its frames is named right without votes."""


class Vote(Protocol):
    def step(self, proba: np.ndarray, t_s: float) -> str: ...


class Counted:
    """Each frame of the window has one vote; ``majority``: more than half of them are needed."""

    def __init__(self, classes: Sequence[str], window_s: float, majority: bool) -> None:
        self._classes, self._window_s, self._majority = classes, window_s, majority
        self._votes: deque[tuple[float, str]] = deque()

    def step(self, proba: np.ndarray, t_s: float) -> str:
        self._votes.append((t_s, self._classes[int(proba.argmax())]))
        while t_s - self._votes[0][0] > self._window_s:
            self._votes.popleft()
        (name, n), *_ = Counter(vote for _, vote in self._votes).most_common(1)
        return name if not self._majority or n > len(self._votes) / 2 else NONE


class Windowed:
    """Mean probability over the window."""

    def __init__(self, classes: Sequence[str], window_s: float) -> None:
        self._classes, self._window_s = classes, window_s
        self._votes: deque[tuple[float, np.ndarray]] = deque()

    def step(self, proba: np.ndarray, t_s: float) -> str:
        self._votes.append((t_s, proba))
        while t_s - self._votes[0][0] > self._window_s:
            self._votes.popleft()
        mean = np.mean([vote for _, vote in self._votes], axis=0)
        return self._classes[int(mean.argmax())]


class Markov:
    """First-order hidden Markov filter: the exercise changes about every ten windows."""

    def __init__(self, classes: Sequence[str], window_s: float) -> None:
        self._classes, self._stay_s, self._window_s = classes, 10 * window_s, window_s
        self._belief = np.full(len(classes), 1 / len(classes))
        self._last_s: float | None = None

    def step(self, proba: np.ndarray, t_s: float) -> str:
        passed = 0.0 if self._last_s is None else t_s - self._last_s
        change = 1 - np.exp(-passed / self._stay_s)
        prior = (1 - change) * self._belief + change / len(self._belief)
        # Frames within a window say nearly the same: together they count as one observation.
        share = min(1.0, max(passed, 0.02) / self._window_s)
        belief = prior * np.maximum(proba, 1e-6) ** share
        self._belief, self._last_s = belief / belief.sum(), t_s
        return self._classes[int(self._belief.argmax())]


Says = Callable[[np.ndarray, np.ndarray], list[str]]
"""The name of each frame, of probabilities (n, n_classes) at (n,) seconds."""

Maker = Callable[[tuple[str, ...], float], Says]

# A vote that fades is as old on average as its fade: half as old as the window it stands for.
METHODS: dict[str, Maker] = {
    "plurality": lambda classes, window_s: _each(Counted(classes, window_s, majority=False)),
    "majority": lambda classes, window_s: _each(Counted(classes, window_s, majority=True)),
    "mean probability": lambda classes, window_s: _each(Windowed(classes, window_s)),
    "exponential": lambda classes, window_s: _each(Voter(classes, window_s / 2, 0.0, 0.0)),
    "exponential, held (ships)": lambda classes, window_s: _each(Voter(classes, window_s / 2)),
    "Markov filter": lambda classes, window_s: _each(Markov(classes, window_s)),
    "in hindsight (films)": lambda classes, window_s: Voter(classes, window_s / 2).in_hindsight,
}


def _each(vote: Vote) -> Says:
    """One frame after another, without those to come."""
    return lambda proba, t_s: [
        vote.step(p, float(t)) for p, t in zip(proba, t_s.tolist(), strict=True)
    ]


@dataclass(frozen=True)
class Voted:
    """right: share of frames, mean over clips; delay_s: median until a switch is named;
    flicker: changes of the name in a minute of one exercise."""

    method: str
    window_s: float
    right: float
    delay_s: float
    flicker: float


def study(clips: Sequence[HeldOut]) -> list[Voted]:
    """Every method over every window, on clips that the model knew nothing of."""
    switches = _switches(clips)
    return [
        _measure(name, make, window_s, clips, switches)
        for name, make in METHODS.items()
        for window_s in WINDOWS_S
    ]


@dataclass(frozen=True)
class Caution:
    """What comes of films that are judged with these odds of NONE and this confidence: clips named
    right, and frames after voting; of all clips, and of those in which no exercise is done."""

    odds: float
    confidence: float
    named: float
    voted: float
    none: float
    exercises: float


def cautions(clips: Sequence[HeldOut]) -> list[Caution]:
    """Every odds with every confidence; ``exercises``: the mean over them of their clips' means."""
    found = []
    for odds in ODDS:
        for confidence in CONFIDENCES:
            settings = replace(
                Settings(), hindsight_none_odds=odds, hindsight_confidence=confidence
            )
            judged = [voted_on(clip, settings=settings) for clip in clips]
            by_truth: dict[str, list[float]] = defaultdict(list)
            for clip in judged:
                by_truth[clip.truth].append(clip.voted)
            none = float(np.mean(by_truth.pop(NONE, [np.nan])))
            found.append(
                Caution(
                    odds,
                    confidence,
                    named=float(np.mean([clip.named == clip.truth for clip in judged])),
                    voted=float(np.mean([clip.voted for clip in judged])),
                    none=none,
                    exercises=float(np.mean([np.mean(each) for each in by_truth.values()])),
                )
            )
    return found


def _measure(
    name: str,
    make: Maker,
    window_s: float,
    clips: Sequence[HeldOut],
    switches: Sequence[tuple[HeldOut, HeldOut]],
) -> Voted:
    right, changes, minutes = [], 0, 0.0
    for clip in clips:
        said = make(clip.classes, window_s)(clip.proba, clip.t_s)
        right.append(said.count(clip.truth) / len(said))
        changes += sum(a != b for a, b in zip(said, said[1:], strict=False))
        minutes += float(clip.t_s[-1] - clip.t_s[0]) / 60
    delays = [_delay_s(make, window_s, first, second) for first, second in switches]
    return Voted(name, window_s, float(np.mean(right)), float(np.median(delays)), changes / minutes)


def _delay_s(make: Maker, window_s: float, first: HeldOut, second: HeldOut) -> float:
    """From the second clip's first frame until it is named right; infinite where it never is."""
    begin_s = float(first.t_s[-1]) + 1 / 30
    t_s = np.concatenate([first.t_s, begin_s + second.t_s - second.t_s[0]])
    said = make(first.classes, window_s)(np.concatenate([first.proba, second.proba]), t_s)
    n = len(first.t_s)
    late_s = [t for t, name in zip(t_s[n:], said[n:], strict=True) if name == second.truth]
    return float(late_s[0] - begin_s) if late_s else float("inf")


def _switches(clips: Sequence[HeldOut]) -> list[tuple[HeldOut, HeldOut]]:
    """Pairs of different exercises, each seen well frame by frame and for over two seconds."""
    good = [
        c
        for c in clips
        if c.truth != NONE and c.frame >= _SEEN_ENOUGH and c.t_s[-1] - c.t_s[0] > 2.0
    ]
    rng = np.random.default_rng(0)
    pairs: list[tuple[HeldOut, HeldOut]] = []
    for _ in range(20 * _N_SWITCHES):
        if len(pairs) == _N_SWITCHES or len(good) < 2:
            break
        first, second = (good[int(i)] for i in rng.choice(len(good), 2, replace=False))
        if first.truth != second.truth and first.classes == second.classes:
            pairs.append((first, second))
    return pairs
