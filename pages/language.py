"""Which language this visitor reads: chosen here, else the browser's own."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from posecore import language
from posecore.language import LANGUAGES, _, nearest

COOKIE = "posecoach_language"
_KEY = "language"
_JS = """
export default function ({ data }) {
    document.cookie = `${data.name}=${data.value}; path=/; max-age=31536000; SameSite=Strict`;
}
"""


def spoken_here() -> str | None:
    """The code; None outside of a page, as in the threads that look at the camera's frames."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    if _KEY not in st.session_state:
        kept = st.context.cookies.get(COOKIE)
        st.session_state[_KEY] = kept if kept in LANGUAGES else nearest(st.context.locale)
    return str(st.session_state[_KEY])


def choose_language() -> None:
    """A box with the languages, each by its own name. The browser remembers the choice."""
    before = spoken_here()
    codes = list(LANGUAGES)
    chosen = st.segmented_control(
        _("Language"),
        codes,
        format_func=LANGUAGES.__getitem__,
        default=before,
        required=True,
        key="language_box",
    )
    if chosen in LANGUAGES and chosen != before:
        st.session_state[_KEY] = chosen
        st.session_state["language_changed"] = True
        st.rerun()
    if st.session_state.get("language_changed"):
        keep = st.components.v2.component("posecoach_cookie", html="", js=_JS)
        keep(data={"name": COOKIE, "value": before}, key="language_cookie")


language.ask(spoken_here)
