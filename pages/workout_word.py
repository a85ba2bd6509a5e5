"""The one thing that the workout page says now, very large: what matters most comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from posecore.language import _
from posecore.live import Snapshot
from posecore.plan import Place
from posecore.types import NONE, Rep

NOBODY_AFTER_S = 1.5
"""The estimator loses a person for some frames now and then: not at once a reason to speak."""

STAYS_S = 3.0
"""What the last rep is told stays so long when nothing goes on; during a set it does anyway."""

_SHORT = 22  # letters that fit into the largest size


@dataclass(frozen=True)
class Word:
    """The one thing to say now.

    kind   good, cue, see (about the picture) or wait
    aloud  said by the voice although nothing is wrong: that one may begin, or has done it all
    """

    kind: str
    text: str
    aloud: bool = False

    @property
    def sign(self) -> str:
        return {"good": "✔", "cue": "▲", "see": "◉", "wait": "…"}[self.kind]


def word_of(shot: Snapshot | None, place: Place | None = None) -> Word:
    """What matters most comes first: a fault cannot be judged of somebody who is not seen.

    shot   None while the camera is being connected
    place  where the plan stands, None without one
    """
    if shot is None:
        return Word("wait", _("Getting ready."))
    latest = shot.latest
    if latest is None:
        return Word("wait", _("Waiting for the first picture."))
    stage = shot.stage
    if stage is not None and stage.name == "countdown":
        return Word("wait", _("Get into position."))
    resting = _rest_word(shot, place)
    if resting is not None:
        return resting
    if stage is not None and stage.name != "set" and stage.framing.kind == "dark":
        return Word("see", _(stage.framing.say))
    if shot.unseen_s > NOBODY_AFTER_S:
        return Word("see", _("I see nobody. Step into the picture."))
    if stage is not None and stage.name == "go":
        return Word("good", _("Go!"))
    if is_waiting(shot) and stage is not None:
        ready = stage.framing.ready
        return Word("good" if ready else "see", _(stage.framing.say), aloud=ready)
    if latest.hint is not None:
        return Word("see", _(latest.hint))
    if latest.cue is not None:
        return Word("cue", _(latest.cue))
    if (cue := _cue_of_reps(shot)) is not None:
        return Word("cue", _(cue))
    if stage is not None and latest.voted_exercise == NONE:
        return Word("wait", _("Go on, or raise one hand to end."))
    if latest.voted_exercise == NONE:
        return Word("wait", _("Ready. Begin an exercise."))
    return Word("good", _("Looks good. Go on."))


def _rest_word(shot: Snapshot, place: Place | None) -> Word | None:
    if place is not None and place.step is None:
        return Word("good", _("Plan done. Well done!"), aloud=True)
    if place is not None and is_resting(shot, place):
        left_s = place.rest_s or 0.0
        if place.ending and left_s > 0:
            return Word("good", _("Set done. Rest."), aloud=True)
        if left_s > 0:
            return Word("wait", _("Rest."))
        return Word("good", _("Rest is over. Begin."), aloud=True)
    # Who rests may walk away; there is no need to call them back.
    if place is None and shot.rest_s and shot.unseen_s > NOBODY_AFTER_S:
        return Word("wait", _("Rest. Come back when you like."))
    return None


def _cue_of_reps(shot: Snapshot) -> str | None:
    """What the reps of the set that goes on are told: depth and tempo are known at a rep's end."""
    current = shot.current_set
    if current is None or shot.latest is None:
        return None
    goes_on = shot.latest.voted_exercise == current.exercise
    return cue_after(current.reps) if goes_on or shot.now_s - current.end_s <= STAYS_S else None


def cue_after(reps: Sequence[Rep]) -> str | None:
    """One cue until it is heeded: only then what else is off, and nothing after a good rep."""
    told = None
    for rep in reps:
        cues = [fault.cue for fault in rep.faults]
        if told not in cues and (cues or rep.complete):
            told = cues[0] if cues else None
    return told


def is_moving(shot: Snapshot) -> bool:
    return shot.latest is not None and shot.latest.phase in ("out", "far", "back")


def is_resting(shot: Snapshot, place: Place) -> bool:
    """In a rest of the plan, or its end: who moves on in a set that is done begins none yet."""
    return place.rest_s is not None and (place.ending or not is_moving(shot))


def is_waiting(shot: Snapshot) -> bool:
    """Before a set: the camera looks on and nobody has begun."""
    return shot.stage is not None and shot.stage.name == "look" and not is_moving(shot)


def word_html(word: Word) -> str:
    long = " pc-long" if len(word.text) > _SHORT else ""
    return (
        f'<div class="pc-word pc-{word.kind}{long}" role="status" data-testid="word">'
        f'<span class="pc-sign" aria-hidden="true">{word.sign}</span>'
        f"<span>{escape(word.text)}</span></div>"
    )
