"""Votes over successive frames: one frame may be wrong, a second of frames seldom is."""

from __future__ import annotations

import math

import numpy as np

from posecore.types import NONE


class Voter:
    """Mean probability, old frames fading; the class on top holds until clearly beaten.

    Fading beats a window of the same delay: it lets go of the old exercise sooner and still
    remembers some of it (docs/ACCURACY.md, Voting).

    fade_s      time in which a vote's weight falls to 1/e; nobody seen for twice as long: NONE
    confidence  a mean probability under which the answer is NONE; the present class may lie
                ``margin`` lower, so that an answer on the edge does not flicker
    margin      how much more than the present class a new one needs: labels do not flicker
    none_odds   how many times its own odds NONE has: above 1 for a judge who is slow to name
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        fade_s: float = 0.75,
        confidence: float = 0.35,
        margin: float = 0.06,
        none_odds: float = 1.0,
    ) -> None:
        self.classes = classes
        self.fade_s = fade_s
        self.confidence = confidence
        self.margin = margin
        self.winner = NONE
        self.none_odds = none_odds
        self._votes = _Votes(len(classes), fade_s)

    def reset(self) -> None:
        self._votes.forget()
        self.winner = NONE

    def step(self, proba: np.ndarray, t_s: float) -> str:
        """The voted class after the frame at ``t_s``; a ``proba`` with NaN casts no vote."""
        if self._votes.last_s is not None and t_s < self._votes.last_s:
            self.reset()
        self._votes.cast(self._weighed(proba), t_s)
        return self._decide(self.shares, self._votes.weight)

    def in_hindsight(self, proba: np.ndarray, t_s: np.ndarray) -> list[str]:
        """The voted class of every frame, (n, n_classes) at (n,) s: later frames vote as well.

        A frame's weight fades with its distance in time, before and after. What was voted before
        is forgotten.
        """
        proba = np.asarray(proba, float).reshape(len(t_s), len(self.classes))  # also of no frame
        proba = self._weighed(proba)
        self.reset()
        before_sum, before = self._all_sums(proba, t_s)
        after_sum, after = self._all_sums(proba[::-1], -t_s[::-1])
        own = np.isfinite(proba).all(axis=1)  # cast in both directions
        sums = before_sum + after_sum[::-1] - np.where(own[:, None], proba, 0.0)
        weights = before + after[::-1] - own
        shares = sums / np.maximum(weights, 1.0)[:, None]
        return [self._decide(*each) for each in zip(shares, weights, strict=True)]

    @property
    def shares(self) -> np.ndarray:
        """(n_classes,) share of the votes of each class; all 0 without votes."""
        return self._votes.sum / max(self._votes.weight, 1.0)

    def _weighed(self, proba: np.ndarray) -> np.ndarray:
        if self.none_odds == 1.0:  # as while somebody trains, many times a second
            return proba
        weighed = proba * np.where(np.array(self.classes) == NONE, self.none_odds, 1.0)
        return np.asarray(weighed / weighed.sum(axis=-1, keepdims=True))

    def _decide(self, shares: np.ndarray, weight: float) -> str:
        if not weight:
            self.winner = NONE
            return self.winner
        best = int(np.argmax(shares))
        present = shares[self.classes.index(self.winner)] if self.winner in self.classes else 0.0
        if shares[best] >= max(self.confidence, present + self.margin):
            self.winner = self.classes[best]
        elif present < self.confidence - self.margin:
            self.winner = NONE
        return self.winner

    def _all_sums(self, proba: np.ndarray, t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, n_classes) sums and (n,) weights of the votes after each frame."""
        votes, sums, weights = _Votes(len(self.classes), self.fade_s), [], []
        for row, at_s in zip(proba, t_s.tolist(), strict=True):
            votes.cast(row, at_s)
            sums.append(votes.sum)
            weights.append(votes.weight)
        return np.array(sums).reshape(proba.shape), np.array(weights)


class _Votes:
    """The sum of all votes, each fading with its age, and of their weights."""

    def __init__(self, n_classes: int, fade_s: float) -> None:
        self._n_classes, self._fade_s = n_classes, fade_s
        self.forget()

    def forget(self) -> None:
        self.sum = np.zeros(self._n_classes)
        self.weight = 0.0
        self.last_s: float | None = None

    def cast(self, proba: np.ndarray, t_s: float) -> None:
        """Time that runs back begins anew; who is not seen for twice ``fade_s`` is forgotten."""
        if self.last_s is not None and t_s < self.last_s:
            self.forget()
        if np.isfinite(proba).all():
            keep = 1.0 if self.last_s is None else math.exp((self.last_s - t_s) / self._fade_s)
            self.sum = keep * self.sum + proba
            self.weight = keep * self.weight + 1.0
            self.last_s = t_s
        elif self.last_s is not None and t_s - self.last_s > 2 * self._fade_s:
            self.forget()
