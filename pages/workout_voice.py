"""The voice of the workout page: the browser speaks what stands on the page, once it is allowed to.

Off until its button is pressed: browsers let a page speak only after a click, and so do people. The
words are made in posecore.speech; nothing leaves the browser but what its own voice needs.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from posecore.language import _, language
from posecore.live import Snapshot
from posecore.speech import Utterance

HOLD_CALL_S = 10
"""Seconds of a hold are called out so often."""

_VOICES = {"en": "en-US", "ko": "ko-KR"}
"""Language -> the voice that the browser is asked for."""

_HTML = """
<button type="button" aria-pressed="false"></button>
<p data-testid="caption"></p>
"""

_CSS = """
:host, div { display: flex; }
p { font-size: 1.3rem; margin: 0 0 0 1rem; align-self: center; color: var(--st-text-color); }
button { white-space: nowrap; min-height: 2.8rem; padding: 0 1.2rem; font: inherit;
  font-size: 1.3rem; font-weight: 700; border: 2px solid var(--st-text-color);
  border-radius: 10px; cursor: pointer;  color: var(--st-text-color); background: transparent; }
button[aria-pressed="true"] { background: #0b5d3b; border-color: #0b5d3b; color: #ffffff; }
button:focus-visible { outline: 4px solid #e69f00; outline-offset: 2px; }
button:disabled { cursor: not-allowed; opacity: .7; }
/* On a phone it stands beside Stop, and what is said stands large below. */
@media (max-width: 760px) { p { display: none; }
  button { flex: 1; white-space: normal; font-size: 1.05rem; line-height: 1.15;
    padding: 0 .5rem; } }
"""

# Kept at the window, because the component is made anew when a session starts: what was allowed
# stays allowed, and nothing is said twice.
_JS = """
export default function ({ data, parentElement }) {
    const voice = (window.posecoachVoice ??= { on: false, last: "", said: "" });
    const button = parentElement.querySelector("button");
    const caption = parentElement.querySelector("p");
    const synth = window.speechSynthesis;
    const show = () => {
        button.setAttribute("aria-pressed", String(voice.on));
        button.textContent = !synth ? data.none : voice.on ? `♪ ${data.on}` : `♪ ${data.off}`;
        button.disabled = !synth;
        caption.textContent = voice.on && voice.said ? `“${voice.said}”` : "";
    };
    const say = (text) => {
        const utterance = new SpeechSynthesisUtterance(text);
        utterance.lang = data.language;
        voice.said = text;
        show();
        synth.speak(utterance);
    };
    button.onclick = () => {
        voice.on = !voice.on;
        synth.cancel();
        if (voice.on) say(data.hello);
        show();
    };
    show();
    if (!data.key || data.key === voice.last) return;
    voice.last = data.key;
    if (!voice.on || !synth) return;
    // What a rep is told follows its number, which is still being said.
    if (data.urgent) synth.cancel();
    else if (synth.pending) return;
    say(data.text);
}
"""


def to_call(shot: Snapshot | None) -> str | None:
    """The number to be called out now: of the countdown, the reps, or of a hold's seconds."""
    if shot is None or shot.finished:
        return None
    if shot.stage is not None and shot.stage.name == "countdown":
        return str(shot.stage.number)
    if shot.stage is not None and shot.stage.name == "go":
        return _("Go")
    current = shot.current_set
    if current is None:
        return None
    if current.hold_s is not None:
        called_s = int(current.hold_s) // HOLD_CALL_S * HOLD_CALL_S
        return _("{seconds} seconds", seconds=called_s) if called_s else None
    return str(current.n_complete) if current.n_complete else None


def show_voice(session_key: str, said: Utterance | None) -> None:
    """The button, and what is to be said; the browser says it once."""
    component = st.components.v2.component("posecoach_voice", html=_HTML, css=_CSS, js=_JS)
    data: dict[str, Any] = {
        "key": "",
        "language": _VOICES[language()],
        "hello": _("Voice on"),
        "on": _("Voice is on: mute"),
        "off": _("Voice is off: switch on"),
        "none": _("This browser has no voice"),
    }
    if said is not None:
        data |= {"key": f"{session_key} {said.number}", "text": said.text, "urgent": said.urgent}
    component(key="voice", data=data)
