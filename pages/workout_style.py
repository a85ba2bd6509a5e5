"""How the workout page looks: to be read from three metres, by shape as well as by colour.

Sizes follow the window, so that picture, count, what to do and the chart fit it together: a laptop
and a large screen side by side, a phone one below the other. Streamlit wraps every keyed container
in a box of its own; it is that box which is placed.
"""

from __future__ import annotations

import base64
from html import escape

from posecore.language import _

STYLE = """
<style>
.stMainBlockContainer { padding: 3.9rem 1.4rem 1rem; }
/* What is live here runs several times a second: Streamlit's sign of running, which has a Stop of
   its own, would blink. */
[data-testid="stStatusWidget"] { display: none; }
.st-key-keys { display: none; }
.st-key-stop button { min-height: 3rem; border-radius: 10px; }
.st-key-stop button p { font-size: 1.5rem; font-weight: 700; }
.st-key-stop button:focus-visible {
  outline: 4px solid #e69f00; outline-offset: 2px; }

/* The stage: beside the picture the count, below it the chart beside what to do. */
.st-key-pc_stage { --pc-head: 8.9rem; --pc-low: 13rem; --pc-gap: .8rem;
  --pc-frame: 1.5rem;
  --pc-left: min(41vw,
    calc((100vh - var(--pc-head) - var(--pc-low) - var(--pc-gap) - var(--pc-frame)) * 1.3333));
  --pc-high: calc(var(--pc-left) * .75 + var(--pc-frame));
  display: grid; gap: var(--pc-gap); align-items: stretch;
  grid-template-columns: var(--pc-left) minmax(0, 1fr);
  grid-template-areas: "bar bar" "picture board" "voice voice"; }
.st-key-pc_stage:has(.st-key-pc_word) {
  grid-template-areas: "bar voice" "picture board" "chart word" "more more"; }
/* Before the start and after the stop the camera has nothing to show but a black frame. It must
   stay on the page, or it would be another camera; what is to be read has its room meanwhile. */
.st-key-pc_stage:not(:has(.st-key-pc_word)):has(.st-key-pc_picture iframe) {
  grid-template-columns: minmax(0, 1fr); grid-template-areas: "bar" "board" "voice"; }
.st-key-pc_stage:not(:has(.st-key-pc_word)) :has(> .st-key-pc_picture iframe) {
  position: absolute; visibility: hidden; height: 0; overflow: hidden; }
.st-key-pc_stage :has(> .st-key-pc_bar) { grid-area: bar; }
.st-key-pc_stage :has(> .st-key-pc_picture) { grid-area: picture; }
.st-key-pc_stage :has(> .st-key-pc_board) { grid-area: board; }
.st-key-pc_stage :has(> .st-key-pc_voice) { grid-area: voice; align-self: center; }
.st-key-pc_stage :has(> .st-key-pc_chart) { grid-area: chart; }
.st-key-pc_stage :has(> .st-key-pc_word) { grid-area: word; }
.st-key-pc_stage :has(> .st-key-pc_more) { grid-area: more; }
/* What a fragment draws lies in two boxes more; they are no part of the grid. */
.st-key-pc_stage :has(> * > .st-key-pc_word), .st-key-pc_stage :has(> * > * > .st-key-pc_word) {
  display: contents; }
.st-key-pc_stage :has(> [class*="st-key-pc_"]) { width: 100% !important; min-width: 0; }
.st-key-pc_chart { height: max(12rem,
  calc(100vh - var(--pc-head) - var(--pc-high) - var(--pc-gap))); }
.st-key-pc_chart { overflow: auto; }
.st-key-pc_chart :has(.pc-host), .st-key-pc_chart .pc-host { height: 100%; }
.st-key-pc_word .pc-word { min-height: max(12rem,
  calc(100vh - var(--pc-head) - var(--pc-high) - var(--pc-gap))); }
.st-key-pc_stage:has(.st-key-pc_word) .pc-board { min-height: var(--pc-high); }
/* The number takes what the plan's line, the bars and the votes leave of the board. */
.st-key-pc_stage:has(.st-key-pc_word) .pc-count { flex: 1 1 0; min-height: 3.6rem;
  container-type: size; }

.st-key-pc_board [data-testid="stPageLink"] a { padding: .6rem 1rem; border: 2px solid currentColor;
  border-radius: 10px; }
.st-key-pc_board [data-testid="stPageLink"] p { font-size: 1.3rem; font-weight: 600; }

.pc-chosen { font-size: 1.4rem; font-weight: 600; margin: 0; }
.pc-small { font-size: 1.2rem; }
.pc-board { background: #10151d; color: #ffffff; border-radius: 12px; padding: .8rem 1.4rem 1rem;
  font-family: inherit; line-height: 1.1; display: flex; flex-direction: column; }
.pc-exercise { font-size: clamp(2.2rem, 4.2vw, 5rem); font-weight: 700; margin: 0; line-height: 1;
  overflow-wrap: anywhere; }
.pc-votes { display: flex; align-items: center; gap: .8rem; margin: .4rem 0 0; font-size: 1.3rem; }
.pc-track { flex: 1; height: .9rem; border: 2px solid #cdd6e4; border-radius: 8px; }
.pc-fill { height: 100%; background: #56b4e9; border-radius: 5px; }
.pc-count { display: flex; align-items: center; gap: 1rem; margin: .2rem 0 0; flex: 1; }
.pc-number { font-size: min(clamp(6rem, min(15vw, 26vh), 20rem), 105cqh); font-weight: 800;
  line-height: .9; font-variant-numeric: tabular-nums; }
.pc-number.pc-clock { font-size: min(clamp(4.5rem, min(11vw, 22vh), 14rem), 105cqh); }
.pc-number.pc-huge { font-size: min(clamp(9rem, min(24vw, 38vh), 30rem), 105cqh); }
.pc-unit { font-size: clamp(1.6rem, 2.6vw, 3.2rem); font-weight: 600; padding-top: 1.6em; }
.pc-phase { margin-left: auto; font-size: clamp(1.5rem, 2.5vw, 3rem); font-weight: 700;
  text-align: right; max-width: 50%; }
.pc-steps { display: block; letter-spacing: .25rem; margin-bottom: .3rem;
  font-size: clamp(2rem, 3.4vw, 4rem); white-space: nowrap; }
.pc-plan { font-size: clamp(1.3rem, 2vw, 2.4rem); font-weight: 600; margin: .4rem 0 0; }
.pc-word { border-radius: 12px; padding: .6rem 1.4rem; margin: 0; font-weight: 800;
  font-size: clamp(2rem, 5vw, 6.4rem); line-height: 1.05; display: flex; gap: 1.2rem;
  align-items: center; box-sizing: border-box; }
.pc-word.pc-long { font-size: clamp(1.8rem, 3.9vw, 5rem); }
.pc-word .pc-sign { font-size: 1.25em; line-height: 1; }
.pc-good { background: #0b5d3b; color: #ffffff; }
.pc-cue { background: #ffc83d; color: #1a1200; }
.pc-see { background: #0b4fa8; color: #ffffff; }
.pc-wait { background: #39424f; color: #ffffff; }
.pc-intro { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: center; }
.pc-intro img { flex: 1 1 17rem; max-width: 34rem; }
.pc-intro .pc-guide { flex: 3 1 20rem; }
.pc-guide { font-size: clamp(1.4rem, 2.1vw, 2.4rem); line-height: 1.35;
  margin: .8rem 0 0; padding-left: 1.6rem; }
.pc-guide li { margin-bottom: .5rem; font-size: inherit; }
.pc-checks { list-style: none; margin: .5rem 0 0 !important; padding: 0 !important; }
.pc-checks li { display: flex; gap: 1rem; align-items: baseline; margin: 0 !important;
  font-size: clamp(1.5rem, min(2.9vw, 4.4vh), 3.6rem); font-weight: 700; line-height: 1.28; }
.pc-checks .pc-mark { width: 1.2em; text-align: center; }
.pc-checks .pc-yes .pc-mark { color: #5fe0a5; }
.pc-checks .pc-no { color: #ffc83d; }
.pc-checks .pc-sees { font-weight: 500; }
.pc-strip { display: flex; gap: .4rem; align-items: flex-end; list-style: none; height: 6.2rem;
  margin: .4rem 0 0 !important; padding: 0 !important; }
.pc-strip li { flex: 1 1 0; max-width: 3.6rem; height: 100%; display: flex; margin: 0 !important;
  flex-direction: column; justify-content: flex-end; text-align: center; font-size: 1.2rem;
  line-height: 1.1; font-weight: 700; }
.pc-strip li:nth-last-child(n + 13) { display: none; }
.pc-bar { display: block; border-radius: 5px 5px 0 0; border: 3px solid; box-sizing: border-box; }
.pc-depth { font-size: 1.15rem; color: #ffffff; margin-top: .15rem; }
.pc-bar-ok { color: #5fe0a5; } .pc-bar-ok .pc-bar { background: #0f8a58; }
.pc-bar-off { color: #ffc83d; } .pc-bar-off .pc-bar { background: repeating-linear-gradient(
  45deg, #ffc83d 0 5px, #7a5200 5px 10px); }
.pc-bar-half { color: #cdd6e4; } .pc-bar-half .pc-bar { border-style: dashed; }
.pc-reps { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none;
  margin: 0 !important; padding: 0 !important; }
.pc-rep { border: 2px solid #6b7687; border-radius: 10px; padding: .4rem .8rem; font-size: 1.1rem;
  line-height: 1.25; min-width: 7.5rem; margin: 0 !important; }
.pc-rep b { font-size: 1.5rem; }
.pc-rep.pc-ok { border-left: 10px solid #0f8a58; }
.pc-rep.pc-off { border-left: 10px solid #e69f00; }
.pc-rep.pc-half { border-style: dashed; }
@media (prefers-reduced-motion: no-preference) {
  .pc-fill { transition: width .2s linear; }
}
@media (max-width: 760px) {
  .stMainBlockContainer { padding: 3.9rem .6rem 1rem; }
  .st-key-pc_stage, .st-key-pc_stage:has(.st-key-pc_word) { --pc-left: 100%;
    grid-template-columns: minmax(0, 1fr); gap: .5rem; }
  .st-key-pc_stage { grid-template-areas: "bar" "picture" "board" "voice"; }
  .pc-intro img { max-height: 8rem; }
  .st-key-pc_stage:has(.st-key-pc_word) {
    grid-template-columns: 2fr 3fr; grid-template-areas: "bar voice" "picture picture"
    "word word" "board board" "chart chart" "more more"; }
  .st-key-pc_chart { height: 16rem; }
  .st-key-pc_word .pc-word { min-height: 5.6rem; padding: .4rem .8rem; gap: .8rem; }
  .pc-word.pc-long { font-size: 1.6rem; }
  .st-key-pc_stage:has(.st-key-pc_word) .pc-board { min-height: max(15rem,
    calc(100dvh - 75vw - 15.1rem)); }
  .st-key-pc_stage:has(.st-key-pc_word) [data-testid="stColumn"]:has(.pc-chosen) {
    display: none; }
  .pc-board { padding: .6rem .9rem .7rem; }
  .pc-votes { margin: .2rem 0 0; font-size: 1.1rem; }
  .pc-strip { height: 5.6rem; }
  .pc-strip li:nth-last-child(n + 9) { display: none; }
}
</style>
"""


_STAND_BACK = """
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 170" fill="none" stroke-linecap="round"
  font-family="sans-serif">
  <path d="M52 92 L272 12 M52 92 L272 150" stroke="#56b4e9" stroke-width="2"
    stroke-dasharray="3 7"/>
  <path d="M8 112 H74 M18 112 V150 M64 112 V150" stroke="#cdd6e4" stroke-width="4"/>
  <path d="M24 106 H60 L52 78 H32 Z" fill="#56b4e9" stroke="#ffffff" stroke-width="3"/>
  <circle cx="42" cy="85" r="3" fill="#10151d"/>
  <g stroke="#5fe0a5" stroke-width="7"><circle cx="262" cy="38" r="11"/>
  <path d="M262 50 V98 M262 60 L244 84 M262 60 L280 84 M262 98 L252 146 M262 98 L272 146"/></g>
  <path d="M84 158 H232 M84 158 l9 -5 M84 158 l9 5 M232 158 l-9 -5 M232 158 l-9 5"
    stroke="#ffffff" stroke-width="3"/>
  <text x="158" y="148" fill="#ffffff" font-size="22" font-weight="700"
    text-anchor="middle">2–3 m</text>
</svg>
"""


def guide_html() -> str:
    """What happens after Start, for whoever reads before."""
    steps = (
        _(
            "Press Start, then step back two to three metres. The page says in large letters what "
            "the camera misses, and turns green."
        ),
        _("Begin, or raise one hand for a second and wait for 3, 2, 1."),
        _("In a pause, one raised hand ends the set. Nothing need be touched."),
    )
    items = "".join(f"<li>{escape(step)}</li>" for step in steps)
    told = escape(_("Somebody two to three metres from the computer"), quote=True)
    picture = base64.b64encode(_STAND_BACK.encode()).decode("ascii")
    drawn = f'<img alt="{told}" src="data:image/svg+xml;base64,{picture}">'
    return (
        f'<section class="pc-board"><p class="pc-exercise">{escape(_("Ready when you are"))}</p>'
        f'<div class="pc-intro">{drawn}<ol class="pc-guide">{items}</ol></div></section>'
    )
