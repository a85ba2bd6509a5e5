"""What the workout page says at the end of a set: the two things to work on, each with a figure.

The figure is drawn from the landmarks of that moment: no frame of the camera is kept for it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from posecore.advice import MOST, Advice, advice_on
from posecore.draw import draw_moment, jpeg
from posecore.exercises import Exercise
from posecore.language import _
from posecore.live import Snapshot
from posecore.store.words import place_of, range_of, reading_of, title_of
from posecore.types import ExerciseSet, Fault

STYLE = """
<style>
.pc-advice { display: flex; flex-wrap: wrap; gap: .8rem; margin: .8rem 0 0; }
.pc-advice h3 { flex: 1 1 100%; font-size: 1.4rem; margin: 0; padding: 0; }
.pc-point { flex: 1 1 15rem; display: flex; gap: .9rem; border: 2px solid #6b7687;
  border-left: 10px solid #e69f00; border-radius: 10px; padding: .7rem; font-size: 1.1rem;
  line-height: 1.3; }
.pc-point img { width: 40%; max-height: 11rem; object-fit: contain; align-self: flex-start;
  border-radius: 6px; background: #eef1f5; }
.st-key-pc_chart .pc-advice { margin: 0; gap: .5rem; }
.st-key-pc_chart .pc-point { flex-basis: 12rem; padding: .4rem; gap: .6rem; font-size: 1rem; }
.st-key-pc_chart .pc-point img { width: 32%; max-height: 8rem; }
.pc-point b { display: block; font-size: 1.45rem; line-height: 1.15; margin-bottom: .3rem; }
</style>
"""


def resting_set(shot: Snapshot | None) -> ExerciseSet | None:
    """The set that has just ended, while no other goes on; None where there is nothing to say."""
    if shot is None or shot.current_set is not None or not shot.ended_sets:
        return None
    return shot.ended_sets[-1]


def advice_html(each: ExerciseSet | None, exercises: Mapping[str, Exercise]) -> str:
    """At most two things to work on in the next set, "" where nothing was off."""
    if each is None:
        return ""
    exercise = exercises.get(each.exercise)
    points = [_point_html(advice) for advice in advice_on(each.reps, exercise)[:MOST]]
    if not points:
        return ""
    title = title_of(each.exercise, exercises)
    heading = _("{exercise}: what to work on in the next set", exercise=title)
    heading = f"<h3>{escape(heading)}</h3>"
    return f'<section class="pc-advice" data-testid="advice">{heading}{"".join(points)}</section>'


def _point_html(advice: Advice) -> str:
    _number, fault = advice.worst
    figure = ""
    if fault.pose is not None:
        alt = escape(_("Your skeleton at that moment"))
        figure = f'<img alt="{alt}" src="{_figure_uri(fault)}">'
    said = _(
        "In {times} of {reps} reps. At worst: {joint} {measured}, target {range}.",
        times=len(advice.times),
        reps=advice.n_reps,
        joint=place_of(fault),
        measured=reading_of(fault),
        range=range_of(fault),
    )
    return (
        f'<div class="pc-point">{figure}<div><b>{escape(_(advice.cue))}</b>'
        f"{escape(said)}<br>{escape(_(advice.why))}</div></div>"
    )


@lru_cache(maxsize=8)
def _figure_uri(fault: Fault) -> str:
    """Kept: the page asks again several times a second, and a figure takes some milliseconds."""
    picture = jpeg(draw_moment(None, fault))
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode('ascii')}"
