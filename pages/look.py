"""What every page looks like beyond the theme: readable contrast, and tables that fit a phone."""

from __future__ import annotations

import streamlit as st

from posecore.language import language

# Streamlit's own tints leave the chosen button, a metric's change and an uploader's limits short
# of a contrast of 4.5 to 1.
_STYLE = """
[data-testid="stButtonGroup"] button[data-selected="true"] p,
[data-testid="stMetricDelta"] p, [data-testid="stMetricDelta"],
[data-testid="stFileUploaderDropzone"] span { color: light-dark(#14181f, #f2f5fa); }
[data-testid="stButtonGroup"] button[data-selected="true"] p { font-weight: 700; }
@media (max-width: 640px) {
  [data-testid="stMarkdownContainer"] table { table-layout: fixed; width: 100%; }
  [data-testid="stMarkdownContainer"] :is(th, td) { overflow-wrap: anywhere; padding: .3rem;
    font-size: .85rem; }
}
"""
_BY_WORDS = ".stApp :is(p, li, h1, h2, h3, h4, td, th, label) { word-break: keep-all; }"
"""Korean is broken between words, as it is in print, and not between any two syllables."""


def look_after_all() -> None:
    st.html(f"<style>{_STYLE}{_BY_WORDS if language() == 'ko' else ''}</style>")
