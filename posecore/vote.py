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
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        fade_s: float = 0.75,
        confidence: float = 0.35,
        margin: float = 0.06,
    ) -> None:
        self.classes = classes
        self.fade_s = fade_s
        self.confidence = confidence
        self.margin = margin
        self.winner = NONE
        self._sum = np.zeros(len(classes))
        self._weight = 0.0
        self._last_s: float | None = None

    def reset(self) -> None:
        self._forget()
        self.winner = NONE

    def step(self, proba: np.ndarray, t_s: float) -> str:
        """The voted class after the frame at ``t_s``; a ``proba`` with NaN casts no vote."""
        if self._last_s is not None and t_s < self._last_s:
            self.reset()
        if np.isfinite(proba).all():
            keep = 1.0 if self._last_s is None else math.exp((self._last_s - t_s) / self.fade_s)
            self._sum = keep * self._sum + proba
            self._weight = keep * self._weight + 1.0
            self._last_s = t_s
        elif self._last_s is not None and t_s - self._last_s > 2 * self.fade_s:
            self._forget()
        if not self._weight:
            self.winner = NONE
            return self.winner
        shares = self.shares
        best = int(np.argmax(shares))
        present = shares[self.classes.index(self.winner)] if self.winner in self.classes else 0.0
        if shares[best] >= max(self.confidence, present + self.margin):
            self.winner = self.classes[best]
        elif present < self.confidence - self.margin:
            self.winner = NONE
        return self.winner

    @property
    def shares(self) -> np.ndarray:
        """(n_classes,) share of the votes of each class; all 0 without votes."""
        return self._sum / max(self._weight, 1.0)

    def _forget(self) -> None:
        self._sum = np.zeros(len(self.classes))
        self._weight = 0.0
        self._last_s = None
