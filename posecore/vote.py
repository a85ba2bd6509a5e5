"""Votes over successive frames: one frame may be wrong, a second of frames seldom is."""

from __future__ import annotations

from collections import deque

import numpy as np

from posecore.types import NONE


class Voter:
    """Mean probability over a window of seconds; the class on top holds until clearly beaten.

    window_s    how far back frames vote
    confidence  a mean probability under which the answer is NONE; the present class may lie
                ``margin`` lower, so that an answer on the edge does not flicker
    margin      how much more than the present class a new one needs: labels do not flicker
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        window_s: float = 1.0,
        confidence: float = 0.35,
        margin: float = 0.1,
    ) -> None:
        self.classes = classes
        self.window_s = window_s
        self.confidence = confidence
        self.margin = margin
        self.reset()

    def reset(self) -> None:
        self._votes: deque[tuple[float, np.ndarray]] = deque()
        self._sum = np.zeros(len(self.classes))
        self.winner = NONE

    def step(self, proba: np.ndarray, t_s: float) -> str:
        """The voted class after the frame at ``t_s``; a ``proba`` with NaN casts no vote."""
        if self._votes and t_s < self._votes[-1][0]:
            self.reset()
        if np.isfinite(proba).all():
            self._votes.append((t_s, proba))
            self._sum = self._sum + proba
        while self._votes and t_s - self._votes[0][0] > self.window_s:
            self._sum = self._sum - self._votes.popleft()[1]
        shares = self.shares
        if not self._votes:
            self.winner = NONE
            return self.winner
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
        return np.maximum(self._sum, 0.0) / max(len(self._votes), 1)
