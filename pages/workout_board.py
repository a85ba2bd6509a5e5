"""The board of the workout page: the countdown, the framing guide, the rest, or the exercise with
its count. Everything here is made from a Snapshot; nothing knows where the frames come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import ceil

from pages.workout_plan import next_in_words, place_in_words
from pages.workout_reps import strip_html
from pages.workout_word import is_resting, is_waiting
from posecore.exercises import Exercise
from posecore.framing import Framing
from posecore.language import Text, _
from posecore.live import Snapshot
from posecore.plan import Place
from posecore.stage import Stage
from posecore.types import NONE

_PHASES = {
    "start": ("●○○○", Text("Start position")),
    "out": ("●●○○", Text("On the way")),
    "far": ("●●●○", Text("Far end")),
    "back": ("●●●●", Text("Coming back")),
}


def board_html(
    shot: Snapshot | None, exercises: Mapping[str, Exercise], place: Place | None = None
) -> str:
    """The countdown, the framing guide, the rest, or the exercise with its count."""
    if shot is not None and shot.stage is not None and shot.latest is not None:
        if shot.stage.name == "countdown":
            return _countdown_html(shot.stage)
        if place is not None and is_resting(shot, place):
            return _rest_html(place, exercises)
        if is_waiting(shot) and not shot.all_sets:
            return _guide_html(shot.stage.framing)
    return _count_html(shot, exercises, place)


def _countdown_html(stage: Stage) -> str:
    return (
        f'<section class="pc-board" aria-label="{_("Countdown")}">'
        f'<p class="pc-exercise">{_("Begin in")}</p>'
        '<div class="pc-count"><span class="pc-number pc-huge" data-testid="countdown">'
        f'{stage.number}</span><span class="pc-phase"><span class="pc-steps" aria-hidden="true">'
        f"{'●' * stage.number}</span></span></div></section>"
    )


def _guide_html(framing: Framing) -> str:
    """What the camera sees, each with a sign: a tick, or a triangle for what to change."""
    items = "".join(
        f'<li class="pc-{"yes" if check.ok else "no"}"><span class="pc-mark">'
        f"{'✔' if check.ok else '▲'}</span>{escape(_(check.name))}: "
        f'<span class="pc-sees">{escape(_(check.sees))}</span></li>'
        for check in framing.checks
    )
    head = _("I see you") if framing.ready else _("Before you begin")
    return (
        f'<section class="pc-board" aria-label="{_("What the camera sees")}">'
        f'<p class="pc-exercise">{head}</p>'
        f'<ul class="pc-checks" data-testid="framing">{items}</ul></section>'
    )


def _rest_html(place: Place, exercises: Mapping[str, Exercise]) -> str:
    left_s = place.rest_s or 0.0
    over = _("left") if left_s > 0 else _("over")
    shown_s = ceil(left_s) if left_s > 0 else -left_s
    return (
        f'<section class="pc-board" aria-label="{_("Rest")}"><p class="pc-exercise">{_("Rest")}</p>'
        f'<div class="pc-count"><span class="pc-number pc-clock" data-testid="rest">'
        f'{clock(shown_s)}</span><span class="pc-unit">{over}</span></div>'
        f'<p class="pc-plan">{escape(next_in_words(place, exercises))}</p></section>'
    )


def _count_html(
    shot: Snapshot | None, exercises: Mapping[str, Exercise], place: Place | None
) -> str:
    """Exercise with its share of votes, the count or the seconds held, the phase, the reps."""
    latest = shot.latest if shot is not None else None
    voted = latest.voted_exercise if latest is not None else NONE
    last = shot.shown_set if shot is not None else None
    exercise = exercises.get(voted)
    if shot is not None and shot.rest_s and is_waiting(shot):
        exercise = None  # chosen by hand it goes on being named, and yet it is a pause
    name = _(exercise.title) if exercise else (_("Pause") if last else _("No exercise yet"))
    percent = round(100 * latest.votes.get(voted, 0.0)) if latest and exercise else 0
    number, unit = _count_of(shot, exercise)
    steps, phase = _PHASES.get((latest.phase if latest else None) or "", ("○○○○", "–"))
    if exercise is None and last is not None and shot is not None:
        rested = clock(max(0.0, shot.now_s - last.end_s))
        steps, phase = "❚❚", _("Rest {time}", time=rested)
    elif exercise is not None and exercise.kind == "hold":
        steps, phase = "●", _("Hold still")
    # Of the exercise under way; what was done before it stays for a pause.
    current = shot.current_set if shot is not None else None
    done = current if exercise else last
    reps = done.reps if done and exercise in (None, exercises.get(done.exercise)) else ()
    votes = (
        '<div class="pc-votes"><div class="pc-track" aria-hidden="true">'
        f'<div class="pc-fill" style="width:{percent}%"></div></div>'
        f"<span>{_('{percent} % of votes', percent=percent)}</span></div>"
    )
    planned = ""
    if place is not None:
        planned = f'<p class="pc-plan">{escape(place_in_words(place, exercises))}</p>'
    long = " pc-clock" if len(number) > 2 else ""
    return (
        f'<section class="pc-board" aria-label="{_("Count")}">'
        f'<p class="pc-exercise" data-testid="exercise">{escape(name)}</p>'
        f"{votes if exercise else ''}"
        f'<div class="pc-count"><span class="pc-number{long}" data-testid="count">{number}</span>'
        f'<span class="pc-unit">{unit}</span><span class="pc-phase">'
        f'<span class="pc-steps" aria-hidden="true">{steps}</span>{_(phase)}</span></div>'
        f"{planned}{strip_html(reps)}</section>"
    )


def _count_of(shot: Snapshot | None, exercise: Exercise | None) -> tuple[str, str]:
    """Of the exercise under way; in a pause, when people read it, of the set just done."""
    if shot is None:
        return "0", _("reps")
    if exercise is None:
        shown = shot.shown_set
        held = shown is not None and shown.hold_s is not None
    else:
        # Another exercise may have begun whose first rep is still on the way.
        current = shot.current_set
        shown = current if current and current.exercise == exercise.name else None
        held = exercise.kind == "hold"
    if held:
        return clock((shown.hold_s or 0.0) if shown else 0.0), _("held")
    count = shown.n_complete if shown else 0
    return str(count), _("rep") if count == 1 else _("reps")


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
