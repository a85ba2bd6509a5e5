"""What one browser tab has going on before the camera; lives in the session state."""

from __future__ import annotations

from dataclasses import dataclass, field

from pages.workout_camera import refusal_in_words
from pages.workout_demo import ClipPlayer
from pages.workout_loading import seats
from pages.workout_still import Stillness
from pages.workout_voice import to_call
from pages.workout_word import Word
from posecore.language import _, words_of
from posecore.live import LiveSession, Snapshot
from posecore.plan import Place, Plan, place_in
from posecore.seats import NoSeat, Seat
from posecore.speech import Speaker, Utterance

CAMERA, DEMO = "camera", "demo"
FRONT, REAR = "user", "environment"
"""As browsers name a phone's cameras: the one that faces its user, and the other."""


@dataclass
class Desk:
    source: str = CAMERA
    facing: str = FRONT
    exercise: str | None = None  # None: recognise by itself
    curves: bool = True  # the live chart is drawn
    wanted: bool = False  # Start was pressed, Stop was not
    seat: Seat | None = None  # before this computer, while it is wanted
    session: LiveSession | None = None
    player: ClipPlayer | None = None
    refusal: str | None = None
    person: str | None = None  # whose plan is at hand; None: nobody's yet
    plan: Plan = ()  # empty: free training
    plan_problem: str | None = None
    still: Stillness = field(default_factory=Stillness)
    speaker: Speaker = field(default_factory=Speaker)
    said: Utterance | None = None

    @property
    def mirrored(self) -> bool:
        """Who faces the screen expects a mirror; the rear camera shows the world as it is."""
        return self.source == DEMO or self.facing == FRONT

    def answered(self, answer: str) -> None:
        """Start was pressed; ``answer`` as ``show_start`` gives it."""
        if self.wanted:  # twice, because the page was slow
            return
        # The press may be older than the choice of the demo clip, which needs no camera.
        if answer == "ready" or self.source == DEMO:
            self.begin()
        else:
            self.refusal = refusal_in_words(answer)

    def begin(self) -> None:
        """Where there is a seat; else the refusal says what to wait for."""
        self.session, self.refusal = None, None
        self.leave_seat()
        try:
            self.seat = seats().take()
        except NoSeat as full:
            self.refusal = _(words_of(full))
            return
        self.wanted = True
        self.still = Stillness()
        self.speaker.reset()
        self.said = None

    def place(self, shot: Snapshot | None) -> Place | None:
        """Where the plan stands, None without one."""
        if not self.plan or shot is None:
            return None
        return place_in(self.plan, shot.ended_sets, shot.current_set, shot.now_s)

    def speak(self, shot: Snapshot, word: Word) -> None:
        """Notes what is to be said next, if anything."""
        cue = word.text if word.kind in ("cue", "see") or word.aloud else None
        said = self.speaker.step(shot.now_s, to_call(shot), cue)
        self.said = said if said is not None else self.said

    def end(self) -> None:
        """At once, not when the stream has ended: what is shown now is the whole session."""
        self.wanted = False
        if self.player is not None:
            self.player.stop()
            self.player = None
        if self.session is not None:
            self.session.finish()
        self.leave_seat()

    def leave_seat(self) -> None:
        if self.seat is not None:
            self.seat.leave()
            self.seat = None
