"""What every page looks like beyond the theme: readable contrast, and tables that fit a phone.

Also which language it is in, for screen readers and for browsers that offer to translate.
"""

from __future__ import annotations

import streamlit as st

from posecore.language import ENGLISH, _, language

# Streamlit's own tints leave the chosen button, a metric's change, a message and an uploader's
# limits short of a contrast of 4.5 to 1.
NO_TOOLBAR = {"displayModeBar": False}
"""Of a Plotly chart: its toolbar would lie over the legend, on a touch screen for good."""

_STYLE = """
.stMainBlockContainer { padding: 4.6rem clamp(.8rem, 5vw, 5rem) 3rem; }
.stMainBlockContainer h1 { padding-top: 0; }
:is(.st-key-said_language, .st-key-said_address) { display: none; }
[data-testid="stButtonGroup"] button[data-selected="true"] p,
[data-testid="stMetricDelta"] p, [data-testid="stMetricDelta"],
[data-testid="stAlert"] [data-testid="stMarkdownContainer"],
[data-testid="stAlert"] [data-testid="stMarkdownContainer"] p,
[data-testid="stFileUploaderDropzone"] span { color: light-dark(#14181f, #f2f5fa); }
[data-testid="stButtonGroup"] button[data-selected="true"] p { font-weight: 700; }
@media (max-width: 640px) {
  [data-testid="stMarkdownContainer"] table { display: block; max-width: 100%; overflow-x: auto; }
  [data-testid="stMarkdownContainer"] :is(th, td) { overflow-wrap: break-word; word-break: normal;
    padding: .3rem .25rem; font-size: .85rem; }
  [data-testid="stHorizontalBlock"]:has(> div [data-testid="stMetric"]) { flex-wrap: nowrap;
    gap: .4rem; }
  [data-testid="stHorizontalBlock"]:has(> div [data-testid="stMetric"]) > div { min-width: 0; }
  [data-testid="stMetric"] > div { padding: .5rem .6rem; }
  [data-testid="stMetric"] * { white-space: normal !important; flex-wrap: wrap; }
}
"""
_BY_WORDS = ".stApp :is(p, li, h1, h2, h3, h4, td, th, label, .pc-word) { word-break: keep-all; }"
"""Korean is broken between words, as it is in print, and not between any two syllables."""

_UPLOADER = """
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span {{ display: none; }}
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"]::after {{
  content: "{button}"; }}
[data-testid="stFileUploaderDropzoneInstructions"]::after {{ content: "{limit}"; }}
"""
"""Streamlit says these in English alone, and takes no other words for them."""

_SAY_LANGUAGE = """
export default function ({ data }) { document.documentElement.lang = data.language; }
"""

_TO_TOP = """
export default function ({ parentElement }) {
    const main = parentElement.closest('[data-testid="stMain"]') || document.scrollingElement;
    main.scrollTo(0, 0);
}
"""


def begin_at_the_top() -> None:
    """Streamlit stays where the page was scrolled to; what is new on it is seen from above."""
    number = st.session_state["times_at_the_top"] = st.session_state.get("times_at_the_top", 0) + 1
    script = st.components.v2.component(
        "posecoach_to_top", html="<span></span>", js=_TO_TOP, isolate_styles=False
    )
    script(key=f"to_top_{number}")  # another key is another component, which scrolls once more


def look_after_all() -> None:
    say = st.components.v2.component("posecoach_language", html="<span></span>", js=_SAY_LANGUAGE)
    say(data={"language": language()}, key="said_language")
    style = _STYLE
    if language() == "ko":
        style += _BY_WORDS
    if language() != ENGLISH:
        limit_gb = st.get_option("server.maxUploadSize") / 1024
        limit = _("Up to {size} GB a file", size=f"{limit_gb:.1g}")
        style += _UPLOADER.format(button=_("Upload"), limit=limit)
    st.html(f"<style>{style}</style>")
