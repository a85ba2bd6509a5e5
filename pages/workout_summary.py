"""What was done, after the stop; and how fast the computer looks at pictures meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from pages.workout_board import clock
from posecore.exercises import Exercise
from posecore.language import _, many
from posecore.live import Snapshot
from posecore.store.words import title_of
from posecore.types import ExerciseSet

SLOW_FPS = 5.0
"""A rep of a second and a half needs about so many to show its way out and back."""

_FRAMES_FOR_PACE = 15  # before that the pace is that of loading


def pace_in_words(shot: Snapshot) -> str:
    """How many pictures are looked at, and what it means where they are too few."""
    words = _("{fps} pictures a second are looked at.", fps=f"{shot.fps:.0f}")
    if shot.frames > _FRAMES_FOR_PACE and shot.fps < SLOW_FPS:
        return _(
            "{fps} pictures a second are looked at. That is too few: quick reps may be missed. "
            "Close other programs.",
            fps=f"{shot.fps:.0f}",
        )
    return words


def summary_html(shot: Snapshot, exercises: Mapping[str, Exercise]) -> str:
    """What was done, after the stop."""
    done = [each for each in shot.ended_sets if each.reps or each.hold_s]
    if not shot.frames:
        lines = [
            _(
                "It ended before the first picture came. Press Start again; if it stays so, close "
                "other programs that use the camera or the processor."
            )
        ]
    elif not done:
        lines = [_("No rep was counted, so nothing was saved.")]
    else:
        lines = [
            f"<b>{escape(title_of(each.exercise, exercises))}</b>: {escape(_done_in(each))}"
            for each in done
        ]
    items = "".join(f'<li data-testid="summary">{line}</li>' for line in lines)
    return (
        f'<section class="pc-board"><p class="pc-exercise">{_("Session over")}</p>'
        f'<ul class="pc-guide">{items}</ul></section>'
    )


def _done_in(each: ExerciseSet) -> str:
    if each.hold_s is not None:
        return _("held {time} in good form", time=clock(each.hold_s))
    count = each.n_complete
    facts = [many("{n} rep", "{n} reps", count)]
    scores = [rep.score for rep in each.reps if rep.complete and rep.score == rep.score]
    if scores:
        mean = f"{sum(scores) / len(scores):.0f}"
        facts.append(_("mean score {score} of 100", score=mean))
    attempts = len(each.reps) - count
    if attempts:
        facts.append(many("{n} not far enough to count", "{n} not far enough to count", attempts))
    return ", ".join(facts)
