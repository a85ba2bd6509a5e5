"""What the camera sees of the person, and what to change so that it sees enough."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np

from posecore.angles import MIN_VISIBILITY
from posecore.exercises import Exercise
from posecore.landmarks import Landmark as L
from posecore.language import Text
from posecore.types import Pose
from posecore.view import PARTS, view_of

DARK_LUMA = 0.1
"""Mean lightness in [0, 1] under which a picture is too dark. Of 460 training clips eight begin
darker, some of them in black; a tenth of them begin below 0.25."""

NEAREST_M, FARTHEST_M = 1.3, 6.2
"""What the picture's longer side spans at the person's distance. What is cut off below the first is
so because the person is too close; above the second a person is under 180 of 640 pixels high."""

STEADY_S = 0.6
"""A finding must last so long before it is said: one that flickers cannot be followed."""

LOOK_S = 0.2
"""How often the guide looks: what has to last ``STEADY_S`` need not be looked at in every frame."""

_EDGE = 0.01  # of the picture; a landmark nearer to the edge is about to leave it
_MIDDLE = (0.22, 0.78)  # share of the width in which the middle of the hips should be
_LUMA_WEIGHTS = (0.299, 0.587, 0.114)  # ITU-R BT.601
_LUMA_STEP = 8  # every so many pixels are enough for a mean

_ENDS: dict[str, tuple[str, tuple[L, ...]]] = {
    "head": ("trunk", (L.NOSE, L.LEFT_EAR, L.RIGHT_EAR)),
    "shoulders": ("trunk", (L.LEFT_SHOULDER, L.RIGHT_SHOULDER)),
    "hands": ("arms", (L.LEFT_WRIST, L.RIGHT_WRIST)),
    "hips": ("trunk", (L.LEFT_HIP, L.RIGHT_HIP)),
    "knees": ("legs", (L.LEFT_KNEE, L.RIGHT_KNEE)),
    "feet": ("legs", (L.LEFT_ANKLE, L.RIGHT_ANKLE)),
}
"""What is said -> the part of an exercise's needs that it belongs to, and its landmarks."""

# Made once: a Text is put together from its words, and a frame asks for a dozen.
_READY = Text("Ready. Begin, or raise one hand.")
_DARK, _ENOUGH, _TOO_DARK = Text("Too dark. Switch on a light."), Text("enough"), Text("too dark")
_NOBODY = Text("I see nobody. Step into the picture.")
_ONE_PERSON, _NO_PERSON = Text("one person"), Text("nobody")
_GOOD, _TOO_CLOSE, _TOO_FAR = Text("good"), Text("too close"), Text("too far away")
_COME_CLOSER = Text("Too far. Come closer.")
_CENTRED, _AT_EDGE = Text("in the middle"), Text("at the edge")
_MOVE = {
    "left": Text("Move away from the left edge."),
    "right": Text("Move away from the right edge."),
}
_ALL = Text("all that is needed")
_LIGHT, _PERSON, _DISTANCE = Text("Light"), Text("Person"), Text("Distance")
_PLACE, _BODY, _VIEW = Text("Middle"), Text("Body"), Text("View")
_WORDS: dict[str, Text] = {
    str(each): each
    for each in (
        Text("head"),
        Text("shoulders"),
        Text("hands"),
        Text("hips"),
        Text("knees"),
        Text("feet"),
        Text("trunk"),
        Text("arms"),
        Text("legs"),
        Text("elbows"),
    )
}
_VIEWS = {
    "front": Text("from the front"),
    "diagonal": Text("from between"),
    "side": Text("from the side"),
}
_NO_VIEW = Text("cannot be told")
_SEEN_BY = {"elbow": "elbows", "shoulder": "arms", "hip": "hips", "knee": "knees"}


@dataclass(frozen=True)
class Check:
    """One thing the camera needs. ``sees``: what is the case, in words."""

    name: str
    ok: bool
    sees: str


@dataclass(frozen=True)
class Framing:
    """What the camera sees.

    kind    "ready", "dark", "nobody", "close", "far", "cut", "aside" or "turn"
    say     what to change, in the imperative
    checks  everything that was looked at, in the order in which it should be put right
    """

    kind: str
    say: str
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        return self.kind == "ready"


def luma_of(rgb: np.ndarray) -> float:
    """Mean lightness in [0, 1] of a (height, width, 3) uint8 picture."""
    few = rgb[::_LUMA_STEP, ::_LUMA_STEP]
    # A colour by itself: numpy adds up a plain row of numbers a dozen times faster than triples.
    total = sum(w * int(few[:, :, c].sum()) for c, w in enumerate(_LUMA_WEIGHTS))
    return total / (255.0 * few.shape[0] * few.shape[1])


def framing_of(
    pose: Pose | None,
    luma: float | None,
    exercise: Exercise | None = None,
    unchosen: tuple[str, ...] = ("trunk", "legs"),
) -> Framing:
    """What one picture shows.

    pose      None: nobody was found
    luma      mean lightness in [0, 1]; None: not looked at
    exercise  None where none is chosen or recognised: then ``unchosen``, from any side
    """
    findings = [_light(luma)] if luma is not None else []
    findings.append(_somebody(pose))
    if pose is not None:
        needs = exercise.needs if exercise is not None else unchosen
        findings += [*_place(pose, needs), _direction(pose, exercise)]
    checks = tuple(check for _, _, check in findings)
    for kind, say, check in findings:
        if not check.ok:
            return Framing(kind, say, checks)
    return Framing("ready", _READY, checks)


_Finding = tuple[str, str, Check]


def _light(luma: float) -> _Finding:
    ok = luma >= DARK_LUMA
    return "dark", _DARK, Check(_LIGHT, ok, _ENOUGH if ok else _TOO_DARK)


def _somebody(pose: Pose | None) -> _Finding:
    sees = _ONE_PERSON if pose is not None else _NO_PERSON
    return "nobody", _NOBODY, Check(_PERSON, pose is not None, sees)


def picture_span_m(pose: Pose) -> float:
    """Metres that the picture's longer side spans at the person's distance; NaN: not to be told.

    From the spread of the landmarks in the picture against their spread in metres, so that
    somebody who kneels or lies is as far away as somebody who stands.
    """
    seen = (pose.visibility >= MIN_VISIBILITY) & np.isfinite(pose.image[:, :2]).all(axis=1)
    n = int(seen.sum())
    if n < 4:
        return float("nan")
    points = np.concatenate([pose.pixels[seen], pose.world[seen, :2]], axis=1)
    off = points - points.sum(axis=0) / n
    x_px, y_px, x_m, y_m = np.sqrt((off * off).sum(axis=0) / n).tolist()
    scale = hypot(x_px, y_px) / max(hypot(x_m, y_m), 1e-6)
    return max(pose.size_px) / scale if scale > 0 else float("nan")


def lost_parts(pose: Pose, needs: tuple[str, ...]) -> list[str]:
    """What of the needed parts is outside the picture on both sides, from the head down.

    One side is enough: the other is often hidden behind the body without harm.
    """
    places = pose.image[:, :2]
    inside = ((places > _EDGE) & (places < 1 - _EDGE)).all(axis=1).tolist()
    return [
        name
        for name, (part, marks) in _ENDS.items()
        if part in needs and not any(inside[mark] for mark in marks)
    ]


def _place(pose: Pose, needs: tuple[str, ...]) -> list[_Finding]:
    """Distance, what is cut off, and whether the person stands in the middle."""
    span_m = picture_span_m(pose)
    lost = lost_parts(pose, needs)
    unseen = [part for part in needs if _hidden(pose, part)]
    hips_x = float(pose.image[[L.LEFT_HIP, L.RIGHT_HIP], 0].mean())
    aside = not _MIDDLE[0] <= hips_x <= _MIDDLE[1]
    place = _named(lost)
    distance: _Finding = ("far", "", Check(_DISTANCE, True, _GOOD))
    # Who lies across the picture may fill it and be seen whole.
    if span_m < NEAREST_M and lost:
        say: str = Text("Too close. Step back: I miss your {parts}.", parts=place)
        distance = ("close", say, Check(_DISTANCE, False, _TOO_CLOSE))
    elif span_m > FARTHEST_M:
        distance = ("far", _COME_CLOSER, Check(_DISTANCE, False, _TOO_FAR))
    # In the mirror that the page shows, what the camera has on its right is on the left.
    move = _MOVE["left" if hips_x > 0.5 else "right"]
    beside: _Finding = ("aside", move, Check(_PLACE, not aside, _AT_EDGE if aside else _CENTRED))
    whole: _Finding = ("cut", "", Check(_BODY, True, _ALL))
    if lost:
        say = Text("Step back: I miss your {parts}.", parts=place)
        whole = ("cut", say, Check(_BODY, False, Text("{parts} cut off", parts=place)))
    elif unseen:
        hidden = _named(unseen)
        say = Text("Show me your {parts}: something hides them.", parts=hidden)
        whole = ("cut", say, Check(_BODY, False, Text("{parts} hidden", parts=hidden)))
    # Who stands at the edge loses an arm there: a step aside helps, a step back does not.
    return [distance, *([beside, whole] if aside else [whole, beside])]


def _hidden(pose: Pose, part: str) -> bool:
    """Both sides' landmarks of the part are in the picture and not seen."""
    seen = pose.visibility[list(PARTS[part])].reshape(-1, 2) >= MIN_VISIBILITY / 3
    return bool((~seen).all(axis=1).any())


def _named(words: list[str]) -> tuple[Text, ...]:
    return tuple(_WORDS[word] for word in words)


def _direction(pose: Pose, exercise: Exercise | None) -> _Finding:
    view = view_of(pose)
    sees = _VIEWS.get(view or "", _NO_VIEW)
    if exercise is None or view is None or view in exercise.best_views:
        return "turn", "", Check(_VIEW, True, sees)
    parts = _named([_SEEN_BY[exercise.chart[0]]])
    return "turn", _turn(exercise.best_views[0], parts), Check(_VIEW, False, sees)


def _turn(view: str, parts: tuple[Text, ...]) -> Text:
    if view == "front":
        return Text("Face the camera so I can see your {parts}.", parts=parts)
    if view == "side":
        return Text("Turn sideways so I can see your {parts}.", parts=parts)
    return Text("Turn halfway so I can see your {parts}.", parts=parts)


class FramingGuide:
    """The framing, steady: what is shown changes when another finding has lasted ``STEADY_S``.

    The constructor stores, ``step`` each frame; ``reset`` equals new. ``exercise`` may be changed
    between frames.

    unchosen  see framing_of
    turn_s    how long a view must have been unfit before it is said, and it is not said at once
    """

    def __init__(
        self,
        exercise: Exercise | None = None,
        unchosen: tuple[str, ...] = ("trunk", "legs"),
        turn_s: float = 0.0,
    ) -> None:
        self.exercise = exercise
        self._unchosen = unchosen
        self._turn_s = turn_s
        self.reset()

    def reset(self) -> None:
        self._shown: Framing | None = None
        self._looked_at: tuple[bool, Exercise | None] | None = None
        self._looked_s = 0.0
        self._next_kind: str | None = None
        self._since_s = 0.0

    def step(self, pose: Pose | None, luma: float | None, t_s: float) -> Framing:
        looking_at = pose is not None, self.exercise
        same = self._looked_at is not None and looking_at == self._looked_at
        if self._shown is not None and same and 0 <= t_s - self._looked_s < LOOK_S:
            return self._shown
        self._looked_at, self._looked_s = looking_at, t_s
        now = framing_of(pose, luma, self.exercise, self._unchosen)
        if self._shown is None and now.kind == "turn" and self._turn_s:
            self._shown = Framing("ready", _READY, now.checks)
        if self._shown is None or now.kind == self._shown.kind:
            self._shown, self._next_kind = now, None
        elif now.kind != self._next_kind:
            self._next_kind, self._since_s = now.kind, t_s
        elif t_s - self._since_s >= max(STEADY_S, self._turn_s if now.kind == "turn" else 0.0):
            self._shown, self._next_kind = now, None
        return self._shown
