"""How the workout page says what a session knows: large, in words and shapes, not by colour alone.

Everything here is made from a Snapshot; nothing knows where the frames come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import ceil

import streamlit as st

from pages.workout_plan import next_in_words, place_in_words
from posecore.exercises import Exercise
from posecore.framing import Framing
from posecore.live import Snapshot
from posecore.plan import Place
from posecore.plots import live_figure
from posecore.stage import Stage
from posecore.store.words import counted, parts_in_words, title_of
from posecore.types import NONE, ExerciseSet, Rep

CHART_WINDOW_S = 15.0
NOBODY_AFTER_S = 1.5
"""The estimator loses a person for some frames now and then: not at once a reason to speak."""

SLOW_FPS = 5.0
"""A rep of a second and a half needs about so many to show its way out and back."""

_SHORT = 26  # letters that fit into one line of the largest size
_FRAMES_FOR_PACE = 15  # before that the pace is that of loading
_STRIP = 12  # reps that the strip shows; the whole set is in the table of the history page

_PHASES = {
    "start": ("●○○○", "Start position"),
    "out": ("●●○○", "On the way"),
    "far": ("●●●○", "Far end"),
    "back": ("●●●●", "Coming back"),
}


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
        return Word("wait", "Getting ready.")
    latest = shot.latest
    if latest is None:
        return Word("wait", "Waiting for the first picture.")
    stage = shot.stage
    if stage is not None and stage.name == "countdown":
        return Word("wait", "Get into position.")
    resting = _rest_word(shot, place)
    if resting is not None:
        return resting
    if stage is not None and stage.name != "set" and stage.framing.kind == "dark":
        return Word("see", stage.framing.say)
    if shot.unseen_s > NOBODY_AFTER_S:
        return Word("see", "I see nobody. Step into the picture.")
    if stage is not None and stage.name == "go":
        return Word("good", "Go!")
    if is_waiting(shot) and stage is not None:
        ready = stage.framing.ready
        return Word("good" if ready else "see", stage.framing.say, aloud=ready)
    if latest.hint is not None:
        return Word("see", latest.hint)
    if latest.cue is not None:
        return Word("cue", latest.cue)
    if stage is not None and latest.voted_exercise == NONE:
        return Word("wait", "Go on, or raise one hand to end.")
    if latest.voted_exercise == NONE:
        return Word("wait", "Ready. Begin an exercise.")
    return Word("good", "Looks good. Go on.")


def _rest_word(shot: Snapshot, place: Place | None) -> Word | None:
    if place is not None and place.step is None:
        return Word("good", "Plan done. Well done!", aloud=True)
    if place is not None and place.rest_s is not None and not _moving(shot):
        if place.rest_s > 0:
            return Word("wait", "Rest.")
        return Word("good", "Rest is over. Begin.", aloud=True)
    # Who rests may walk away; there is no need to call them back.
    if place is None and shot.rest_s and shot.unseen_s > NOBODY_AFTER_S:
        return Word("wait", "Rest. Come back when you like.")
    return None


def _moving(shot: Snapshot) -> bool:
    return shot.latest is not None and shot.latest.phase in ("out", "far", "back")


def is_waiting(shot: Snapshot) -> bool:
    """Before a set: the camera looks on and nobody has begun."""
    return shot.stage is not None and shot.stage.name == "look" and not _moving(shot)


def board_html(
    shot: Snapshot | None, exercises: Mapping[str, Exercise], place: Place | None = None
) -> str:
    """The countdown, the framing guide, the rest, or the exercise with its count."""
    if shot is not None and shot.stage is not None and shot.latest is not None:
        if shot.stage.name == "countdown":
            return _countdown_html(shot.stage)
        if place is not None and place.rest_s is not None and not _moving(shot):
            return _rest_html(place, exercises)
        if is_waiting(shot) and not shot.all_sets:
            return _guide_html(shot.stage.framing)
    return _count_html(shot, exercises, place)


def _countdown_html(stage: Stage) -> str:
    return (
        '<section class="pc-board" aria-label="Countdown"><p class="pc-exercise">Begin in</p>'
        f'<div class="pc-count"><span class="pc-number" data-testid="countdown">{stage.number}'
        f'</span><span class="pc-phase"><span class="pc-steps" aria-hidden="true">'
        f"{'●' * stage.number}</span></span></div></section>"
    )


def _guide_html(framing: Framing) -> str:
    """What the camera sees, each with a sign: a tick, or a triangle for what to change."""
    items = "".join(
        f'<li class="pc-{"yes" if check.ok else "no"}"><span class="pc-mark">'
        f"{'✔' if check.ok else '▲'}</span>{check.name}: "
        f'<span class="pc-sees">{escape(check.sees)}</span></li>'
        for check in framing.checks
    )
    head = "I see you" if framing.ready else "Before you begin"
    return (
        '<section class="pc-board" aria-label="What the camera sees">'
        f'<p class="pc-exercise">{head}</p>'
        f'<ul class="pc-checks" data-testid="framing">{items}</ul></section>'
    )


def _rest_html(place: Place, exercises: Mapping[str, Exercise]) -> str:
    left_s = place.rest_s or 0.0
    over = "left" if left_s > 0 else "over"
    shown_s = ceil(left_s) if left_s > 0 else -left_s
    return (
        '<section class="pc-board" aria-label="Rest"><p class="pc-exercise">Rest</p>'
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
    name = exercise.title if exercise else ("Pause" if last else "No exercise yet")
    percent = round(100 * latest.votes.get(voted, 0.0)) if latest and exercise else 0
    number, unit = _count_of(shot, exercise)
    steps, phase = _PHASES.get((latest.phase if latest else None) or "", ("○○○○", "–"))
    if exercise is None and last is not None and shot is not None:
        steps, phase = "❚❚", f"Rest {clock(max(0.0, shot.now_s - last.end_s))}"
    elif exercise is not None and exercise.kind == "hold":
        steps, phase = "●", "Hold still"
    # Of the exercise under way; what was done before it stays for a pause.
    current = shot.current_set if shot is not None else None
    done = current if exercise else last
    reps = done.reps if done and exercise in (None, exercises.get(done.exercise)) else ()
    votes = (
        '<div class="pc-votes"><div class="pc-track" aria-hidden="true">'
        f'<div class="pc-fill" style="width:{percent}%"></div></div>'
        f"<span>{percent} % of votes</span></div>"
    )
    planned = ""
    if place is not None:
        planned = f'<p class="pc-plan">{escape(place_in_words(place, exercises))}</p>'
    long = " pc-clock" if len(number) > 2 else ""
    return (
        '<section class="pc-board" aria-label="Count">'
        f'<p class="pc-exercise" data-testid="exercise">{escape(name)}</p>'
        f"{votes if exercise else ''}"
        f'<div class="pc-count"><span class="pc-number{long}" data-testid="count">{number}</span>'
        f'<span class="pc-unit">{unit}</span><span class="pc-phase">'
        f'<span class="pc-steps" aria-hidden="true">{steps}</span>{phase}</span></div>'
        f"{planned}{strip_html(reps)}</section>"
    )


def _count_of(shot: Snapshot | None, exercise: Exercise | None) -> tuple[str, str]:
    """Of the exercise under way; in a pause, when people read it, of the set just done."""
    if shot is None:
        return "0", "reps"
    if exercise is None:
        shown = shot.shown_set
        held = shown is not None and shown.hold_s is not None
    else:
        # Another exercise may have begun whose first rep is still on the way.
        current = shot.current_set
        shown = current if current and current.exercise == exercise.name else None
        held = exercise.kind == "hold"
    if held:
        return clock((shown.hold_s or 0.0) if shown else 0.0), "held"
    count = shown.n_complete if shown else 0
    return str(count), "rep" if count == 1 else "reps"


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def word_html(word: Word) -> str:
    long = " pc-long" if len(word.text) > _SHORT else ""
    return (
        f'<div class="pc-word pc-{word.kind}{long}" role="status" data-testid="word">'
        f'<span class="pc-sign" aria-hidden="true">{word.sign}</span>'
        f"<span>{escape(word.text)}</span></div>"
    )


def strip_html(reps: tuple[Rep, ...]) -> str:
    """The last reps of a set as bars that grow in number: as high as the rep was deep."""
    if not reps:
        return ""
    deepest = max(rep.rom_deg for rep in reps)
    bars = [
        f'<li class="pc-bar-{kind}" data-testid="bar">{mark}<span class="pc-bar" '
        f'style="height:{_bar_rem(rep.rom_deg / deepest if deepest > 0 else 0.0):.2f}rem"></span>'
        "</li>"
        for rep in reps
        for kind, mark in [_kind_of(rep)]
    ]
    label = "Depth of the reps of this set"
    return f'<ol class="pc-strip" aria-label="{label}">{"".join(bars[-_STRIP:])}</ol>'


def _bar_rem(share: float) -> float:
    """Height of a bar: what is nearly nothing is still to be seen."""
    return 0.5 + 3.2 * share


def _kind_of(rep: Rep) -> tuple[str, str]:
    """Class and sign of a rep."""
    if not rep.complete:
        return "half", "◌"
    return ("off", "▲") if rep.faults else ("ok", "✔")


def reps_html(reps: tuple[Rep, ...]) -> str:
    """The last reps of a set: range, score (pointed at, what it is made of) and what was off."""
    if not reps:
        return '<p style="font-size:1.2rem">The reps of this set appear here.</p>'
    first = max(0, len(reps) - _STRIP)
    numbers = _numbers(reps)
    cards = [_rep_html(rep, number) for rep, number in zip(reps, numbers, strict=True)]
    return f'<ol class="pc-reps" aria-label="Reps of this set">{"".join(cards[first:])}</ol>'


def _numbers(reps: tuple[Rep, ...]) -> list[int | None]:
    """The count after each complete rep, None for an attempt."""
    numbers: list[int | None] = []
    count = 0
    for rep in reps:
        count += rep.complete
        numbers.append(count if rep.complete else None)
    return numbers


def _rep_html(rep: Rep, number: int | None) -> str:
    cues = list(dict.fromkeys(fault.cue for fault in rep.faults))
    if number is None:
        kind, head, cues = "half", "◌ not counted", cues or ["Not far enough"]
    elif cues:
        kind, head = "off", f"▲ <b>{number}</b>"
    else:
        kind, head, cues = "ok", f"✔ <b>{number}</b>", ["Good form"]
    words = "<br>".join(escape(cue) for cue in cues[:2])
    score, told = "", ""
    if rep.score == rep.score:
        score = f" · {rep.score:.0f} of 100"
        if rep.score_parts:
            told = f' title="Score: {escape(parts_in_words(rep.score_parts))}"'
    return (
        f'<li class="pc-rep pc-{kind}" data-testid="rep"{told}>'
        f"{head} · {rep.rom_deg:.0f}°{score}<br>{words}</li>"
    )


def pace_in_words(shot: Snapshot) -> str:
    """How many pictures are looked at, and what it means where they are too few."""
    words = f"{shot.fps:.0f} pictures a second are looked at."
    if shot.frames > _FRAMES_FOR_PACE and shot.fps < SLOW_FPS:
        words += " That is too few: quick reps may be missed. Close other programs."
    return words


def show_chart(shot: Snapshot, exercises: Mapping[str, Exercise]) -> None:
    latest = shot.latest
    shown = latest.voted_exercise if latest is not None else NONE
    if shown not in exercises and shot.shown_set is not None:
        shown = shot.shown_set.exercise
    ends_s = [rep.end_s for each in shot.all_sets for rep in each.reps if rep.complete]
    figure = live_figure(
        shot.t_s,
        shot.flexion_deg,
        exercise=exercises.get(shown),
        error_deg=shot.error_deg,
        rep_marks_s=[end_s for end_s in ends_s if end_s >= shot.now_s - CHART_WINDOW_S],
        now_s=shot.now_s,
        window_s=CHART_WINDOW_S,
    )
    st.plotly_chart(figure, key="live_chart", height=300, config={"displayModeBar": False})


def summary_html(shot: Snapshot, exercises: Mapping[str, Exercise]) -> str:
    """What was done, after the stop."""
    done = [each for each in shot.ended_sets if each.reps or each.hold_s]
    if not shot.frames:
        lines = ["It ended before the first picture came."]
    elif not done:
        lines = ["No rep was counted, so nothing was saved."]
    else:
        lines = [
            f"<b>{escape(title_of(each.exercise, exercises))}</b>: {_done_in(each)}"
            for each in done
        ]
    items = "".join(f'<li data-testid="summary">{line}</li>' for line in lines)
    return (
        '<section class="pc-board"><p class="pc-exercise">Session over</p>'
        f'<ul class="pc-guide">{items}</ul></section>'
    )


def _done_in(each: ExerciseSet) -> str:
    if each.hold_s is not None:
        return f"held {clock(each.hold_s)} in good form"
    count = each.n_complete
    words = counted(count, "rep")
    scores = [rep.score for rep in each.reps if rep.complete and rep.score == rep.score]
    if scores:
        words += f", mean score {sum(scores) / len(scores):.0f} of 100"
    attempts = len(each.reps) - count
    if attempts:
        words += f", {attempts} not far enough to count"
    return words
