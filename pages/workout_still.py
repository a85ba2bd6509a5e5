"""A camera that gives no more pictures: pulled out, taken by another program, or a network that is
gone. The connection may well stand, and the last picture with it, for as long as one cares to wait.
"""

from __future__ import annotations

from dataclasses import dataclass

from pages.workout_word import Word
from posecore.language import _

SAY_AFTER_S = 3.0
"""A busy computer may take a second for a picture; more than that is worth a word."""

END_AFTER_S = 30.0
"""Time to plug it in again, or to come back from a call."""

_GLANCE_S = 1.0


@dataclass
class Stillness:
    """For how long no new picture has come, while the page looked on."""

    seconds: float = 0.0
    _frames: int = -1
    _looked_s: float = 0.0

    def step(self, frames: int, now_s: float) -> None:
        """frames: that have been looked at since the start; now_s: seconds of any steady clock."""
        # A computer that slept did not look on, and its camera may well be there again.
        since_s = min(_GLANCE_S, now_s - self._looked_s)
        self.seconds = self.seconds + since_s if frames == self._frames else 0.0
        self._frames, self._looked_s = frames, now_s

    @property
    def over(self) -> bool:
        return self.seconds > END_AFTER_S

    def word(self) -> Word | None:
        """What to say first of all, None while pictures come."""
        if self.seconds <= SAY_AFTER_S:
            return None
        return Word("see", _("No picture comes. Look at the camera."), aloud=True)


def end_in_words() -> str:
    return _(
        "The camera gave no picture for half a minute, so the session was ended. What was done is "
        "kept. Plug the camera in, or close what else uses it, and press Start again."
    )
