"""The live chart of the workout page: the joints' angles against their target bands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

import streamlit as st

from posecore.exercises import Exercise
from posecore.language import _
from posecore.live import Snapshot
from posecore.plots.live import WINDOW_S, LiveChart, LiveLine, live_chart
from posecore.plots.pieces import TOP_DEG
from posecore.types import NONE

_TICKS_DEG = (45, 90, 135)

# Streamlit's own st.html drops drawings. Swapped in one go, between two pictures of the screen:
# nothing flickers.
_JS = """
export default function ({ data, parentElement }) {
    const host = parentElement.querySelector(".pc-host");
    if (host.last === data.html) return;
    host.last = data.html;
    host.innerHTML = data.html;
}
"""

STYLE = """
<style>
.pc-chart { margin: 0; display: flex; flex-direction: column; height: 100%; min-height: 0; }
.pc-legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0 1.2rem; font-size: 1.25rem;
  line-height: 1.35; margin: 0 !important; padding: 0 !important; font-weight: 600; }
.pc-legend li { display: flex; align-items: center; gap: .5rem; margin: 0 !important;
  font-size: inherit; white-space: nowrap; }
.pc-legend svg { width: 2.6rem; height: .8rem; }
.pc-legend b { min-width: 3.2em; font-variant-numeric: tabular-nums; }
.pc-plot { position: relative; flex: 1 1 auto; min-height: 6rem; border-radius: 8px;
  border: 2px solid #8793a6; overflow: hidden; }
/* The scale has a margin of its own beside the newest angles, and the targets' names a ground. */
.pc-plot { --pc-scale: 3.2rem; }
.pc-plot svg { position: absolute; inset: 0; width: calc(100% - var(--pc-scale)); height: 100%; }
.pc-plot path, .pc-plot rect { vector-effect: non-scaling-stroke; }
.pc-line { stroke-width: 4; stroke-linejoin: round; }
.pc-target { stroke-width: 2; stroke-dasharray: 3 4; }
.pc-grid { stroke: #8793a6; stroke-width: 1; opacity: .45; fill: none; }
.pc-mark-rep { stroke: #8793a6; stroke-width: 2; stroke-dasharray: 2 6; fill: none; }
.pc-tick, .pc-band { position: absolute; line-height: 1; font-size: 1.1rem; }
.pc-tick { right: .4rem; transform: translateY(-50%); opacity: .8; }
.pc-band { left: .3rem; font-weight: 600; margin-top: .2rem; padding: .05rem .25rem;
  border-radius: 4px; background: color-mix(in srgb, var(--st-background-color) 85%, transparent); }
@media (max-width: 640px) { .pc-legend { font-size: 1.1rem; } .pc-band { font-size: 1rem; } }
</style>
"""


def show_chart(shot: Snapshot, exercises: Mapping[str, Exercise]) -> None:
    component = st.components.v2.component(
        "posecoach_chart", html='<div class="pc-host"></div>', js=_JS, isolate_styles=False
    )
    component(key="chart", data={"html": chart_html(shot, exercises)})


def chart_html(shot: Snapshot, exercises: Mapping[str, Exercise]) -> str:
    """The last seconds of the exercise that is under way, or was last."""
    latest = shot.latest
    shown = latest.voted_exercise if latest is not None else NONE
    if shown not in exercises and shot.shown_set is not None:
        shown = shot.shown_set.exercise
    chart = live_chart(
        shot.t_s,
        shot.flexion_deg,
        exercise=exercises.get(shown),
        error_deg=shot.error_deg,
        rep_marks_s=[rep.end_s for each in shot.all_sets for rep in each.reps if rep.complete],
        now_s=shot.now_s,
    )
    label = _(
        "Joint angles of the last {seconds} seconds against their targets", seconds=int(WINDOW_S)
    )
    return (
        f'<figure class="pc-chart" data-testid="chart" role="img" aria-label="{escape(label)}">'
        f'<ul class="pc-legend">{"".join(map(_legend_html, chart.lines))}</ul>'
        f'<div class="pc-plot">{chart.svg}{_labels_html(chart)}</div></figure>'
    )


def _legend_html(line: LiveLine) -> str:
    angle = "–" if math.isnan(line.now_deg) else f"{line.now_deg:.0f}°"
    dash = ' stroke-dasharray="9 7"' if line.dashed else ""
    return (
        '<li><svg viewBox="0 0 44 12" aria-hidden="true"><path d="M0 6H44" stroke-width="5" '
        f'stroke="{line.colour}"{dash}/></svg>{escape(_(line.joint.replace("_", " ")))} '
        f"<b>{angle}</b></li>"
    )


def _labels_html(chart: LiveChart) -> str:
    ticks = [
        f'<span class="pc-tick" style="top:{_top(deg):.1f}%">{deg}°</span>' for deg in _TICKS_DEG
    ]
    bands = [
        f'<span class="pc-band" style="top:{_top(high):.1f}%">{escape(_(label))}</span>'
        for label, (_low, high) in chart.bands.items()
    ]
    return "".join(ticks + bands)


def _top(deg: float) -> float:
    return 100 * (1 - deg / TOP_DEG)
