"""What is said aloud and when: counts at once, otherwise one thing at a time and not too often."""

from __future__ import annotations

from dataclasses import dataclass

CUE_EVERY_S = 4.0
"""Nobody who moves can heed more: a cue, whichever, comes no sooner after the last."""

AGAIN_S = 12.0
"""The same words again only after so long."""


@dataclass(frozen=True)
class Utterance:
    """``number`` grows with each; ``urgent``: it takes the place of what is being said."""

    number: int
    text: str
    urgent: bool


class Speaker:
    """One session's voice. ``step`` as often as one likes; ``reset`` equals new."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._number = 0
        self._count: str | None = None
        self._cue: str | None = None
        self._cue_s = float("-inf")

    def step(self, now_s: float, count: str | None, cue: str | None) -> Utterance | None:
        """What to say now, or None.

        count  the number to be called: said when it changes, except to None
        cue    the words on the page, or None where they need not be said
        """
        changed, self._count = count != self._count, count
        if changed and count is not None:
            return self._say(count, urgent=True)
        wait_s = AGAIN_S if cue == self._cue else CUE_EVERY_S
        if cue is None or now_s - self._cue_s < wait_s:
            return None
        self._cue, self._cue_s = cue, now_s
        return self._say(cue, urgent=False)

    def _say(self, text: str, *, urgent: bool) -> Utterance:
        self._number += 1
        return Utterance(self._number, text, urgent)
