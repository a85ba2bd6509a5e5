"""How the workout page says what a session knows: large, in words and shapes, not by colour alone.

Everything here is made from a Snapshot; nothing knows where the frames come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import streamlit as st

from posecore.exercises import Exercise
from posecore.live import Snapshot
from posecore.plots import live_figure
from posecore.store.words import counted, parts_in_words, title_of
from posecore.types import NONE, ExerciseSet, Rep

CHART_WINDOW_S = 15.0
NOBODY_AFTER_S = 1.5
"""The estimator loses a person for some frames now and then: not at once a reason to speak."""

SLOW_FPS = 5.0
"""A rep of a second and a half needs about so many to show its way out and back."""

_FRAMES_FOR_PACE = 15  # before that the pace is that of loading
_STRIP = 12  # reps that the strip shows; the whole set is in the table of the history page

STYLE = """
<style>
.stMainBlockContainer { padding: 4.2rem 1.6rem 2rem; }
/* What is live here runs several times a second: Streamlit's sign of running, which has a Stop of
   its own, would blink. */
[data-testid="stStatusWidget"] { display: none; }
.st-key-start button, .st-key-stop button { min-height: 3.2rem; border-radius: 10px; }
.st-key-start button p, .st-key-stop button p { font-size: 1.5rem; font-weight: 700; }
.pc-board { background: #10151d; color: #ffffff; border-radius: 12px; padding: 1rem 1.4rem 1.2rem;
  font-family: inherit; line-height: 1.1; }
.pc-exercise { font-size: 3rem; font-weight: 700; margin: 0; overflow-wrap: anywhere; }
.pc-votes { display: flex; align-items: center; gap: .8rem; margin: .5rem 0 0; font-size: 1.15rem; }
.pc-track { flex: 1; height: .9rem; border: 2px solid #cdd6e4; border-radius: 8px; }
.pc-fill { height: 100%; background: #56b4e9; border-radius: 5px; }
.pc-count { display: flex; align-items: baseline; gap: 1rem; margin: .4rem 0 0; }
.pc-number { font-size: 10.5rem; font-weight: 800; line-height: .95;
  font-variant-numeric: tabular-nums; }
.pc-unit { font-size: 2.4rem; font-weight: 600; }
.pc-phase { margin-left: auto; font-size: 1.7rem; font-weight: 600; text-align: right; }
.pc-steps { display: block; letter-spacing: .25rem; margin-bottom: .3rem; }
.pc-word { border-radius: 12px; padding: .9rem 1.2rem; margin: 0; font-size: 2.3rem;
  font-weight: 700; line-height: 1.15; display: flex; gap: 1rem; align-items: center;
  min-height: 6.6rem; }
.pc-word .pc-sign { font-size: 3rem; }
.pc-good { background: #0b5d3b; color: #ffffff; }
.pc-cue { background: #ffc83d; color: #1a1200; }
.pc-see { background: #0b4fa8; color: #ffffff; }
.pc-wait { background: #39424f; color: #ffffff; }
.pc-guide { font-size: 1.5rem; line-height: 1.35; margin: .8rem 0 0; padding-left: 1.6rem; }
.pc-guide li { margin-bottom: .6rem; }
.pc-reps { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none;
  margin: 0 !important; padding: 0 !important; }
.pc-rep { border: 2px solid #6b7687; border-radius: 10px; padding: .4rem .8rem; font-size: 1.1rem;
  line-height: 1.25; min-width: 7.5rem; margin: 0 !important; }
.pc-rep b { font-size: 1.5rem; }
.pc-rep.pc-ok { border-left: 10px solid #0f8a58; }
.pc-rep.pc-off { border-left: 10px solid #e69f00; }
.pc-rep.pc-half { border-style: dashed; }
</style>
"""

GUIDE = """
<section class="pc-board">
  <p class="pc-exercise">Ready when you are</p>
  <ol class="pc-guide">
    <li>Stand two to three metres from the camera, so that it sees you from head to feet.</li>
    <li>Turn a little to the side: bends show best from there.</li>
    <li>Press <b>Start</b> and begin. The exercise is recognised and counted.</li>
  </ol>
</section>
"""

_PHASES = {
    "start": ("●○○○", "Start position"),
    "out": ("●●○○", "On the way"),
    "far": ("●●●○", "Far end"),
    "back": ("●●●●", "Coming back"),
}


@dataclass(frozen=True)
class Word:
    """The one thing to say now. ``kind``: good, cue, see (about the picture) or wait."""

    kind: str
    text: str

    @property
    def sign(self) -> str:
        return {"good": "✔", "cue": "▲", "see": "◉", "wait": "…"}[self.kind]


def word_of(shot: Snapshot | None) -> Word:
    """What matters most comes first: a fault cannot be judged of somebody who is not seen.

    shot  None while the camera is being connected
    """
    if shot is None:
        return Word("wait", "Getting ready.")
    latest = shot.latest
    if latest is None:
        return Word("wait", "Waiting for the first picture.")
    if shot.unseen_s > NOBODY_AFTER_S:
        return Word("see", "I see nobody. Step into the picture.")
    if latest.hint is not None:
        return Word("see", latest.hint)
    if latest.cue is not None:
        return Word("cue", latest.cue)
    if latest.voted_exercise == NONE:
        return Word("wait", "Ready. Begin an exercise.")
    return Word("good", "Looks good. Go on.")


def board_html(shot: Snapshot | None, exercises: Mapping[str, Exercise]) -> str:
    """Exercise with its share of votes, the count or the seconds held, the phase."""
    latest = shot.latest if shot is not None else None
    voted = latest.voted_exercise if latest is not None else NONE
    last = shot.shown_set if shot is not None else None
    exercise = exercises.get(voted)
    name = exercise.title if exercise else ("Pause" if last else "No exercise yet")
    percent = round(100 * latest.votes.get(voted, 0.0)) if latest and exercise else 0
    number, unit = _count_of(shot, exercise)
    steps, phase = _PHASES.get((latest.phase if latest else None) or "", ("○○○○", "–"))
    if exercise is not None and exercise.kind == "hold":
        steps, phase = "●", "Hold still"
    return (
        '<section class="pc-board" aria-label="Count">'
        f'<p class="pc-exercise" data-testid="exercise">{escape(name)}</p>'
        '<div class="pc-votes"><div class="pc-track" aria-hidden="true">'
        f'<div class="pc-fill" style="width:{percent}%"></div></div>'
        f"<span>{percent} % of votes</span></div>"
        f'<div class="pc-count"><span class="pc-number" data-testid="count">{number}</span>'
        f'<span class="pc-unit">{unit}</span><span class="pc-phase">'
        f'<span class="pc-steps" aria-hidden="true">{steps}</span>{phase}</span></div></section>'
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
    return (
        f'<div class="pc-word pc-{word.kind}" role="status" data-testid="word">'
        f'<span class="pc-sign" aria-hidden="true">{word.sign}</span>'
        f"<span>{escape(word.text)}</span></div>"
    )


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
