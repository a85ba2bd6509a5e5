"""The Start button: asks the browser for the camera and says in words why there is none."""

from __future__ import annotations

import streamlit as st

_HTML = """
<button type="button">Start</button>
<p role="status"></p>
"""

_CSS = """
button { width: 100%; min-height: 3.2rem; font: inherit; font-size: 1.5rem; font-weight: 700;
  color: #ffffff; background: #0b57d0; border: 2px solid #0b57d0; border-radius: 10px;
  cursor: pointer; }
button:hover { background: #08429e; }
button:focus-visible { outline: 3px solid #ffc83d; outline-offset: 2px; }
button:disabled { background: #39424f; border-color: #39424f; cursor: wait; }
p { margin: .3rem 0 0; font-size: 1rem; color: var(--st-text-color); }
p:empty { display: none; }
"""

# The camera is opened for a moment and let go: only so does the browser say what is wrong, and
# the video component, which opens it again, never meets a refusal that it can but print.
_JS = """
export default function ({ setTriggerValue, parentElement }) {
    const button = parentElement.querySelector("button");
    const words = parentElement.querySelector("p");
    button.onclick = async () => {
        button.disabled = true;
        words.textContent = "Choose Allow where the browser asks for the camera.";
        let answer = "ready";
        if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
            answer = "insecure";
        } else {
            try {
                const stream = await navigator.mediaDevices.getUserMedia({ video: true });
                stream.getTracks().forEach((track) => track.stop());
            } catch (error) {
                answer = error.name;
            }
        }
        words.textContent = "";
        button.disabled = false;
        setTriggerValue("answer", answer);
    };
}
"""

_DEMO = " Meanwhile the demo clip works without a camera: choose it above."


def ask_for_camera() -> str | None:
    """Shows Start; "ready" or the name of the browser's refusal in the run after it was pressed."""
    component = st.components.v2.component("posecoach_camera_start", html=_HTML, css=_CSS, js=_JS)
    return component(key="camera_start", on_answer_change=lambda: None).answer


def refusal_in_words(answer: str) -> str:
    """What the person can do about it."""
    if answer in ("NotAllowedError", "SecurityError"):
        words = (
            "The browser does not allow this page to use the camera. Click the lock or camera "
            "sign beside the page's address, allow the camera, and press Start again. If it is "
            "allowed there, the computer's own privacy settings may forbid it to the browser."
        )
    elif answer in ("NotFoundError", "DevicesNotFoundError", "OverconstrainedError"):
        words = "No camera was found. Plug one in, or switch it on, and press Start again."
    elif answer in ("NotReadableError", "AbortError", "TrackStartError"):
        words = (
            "The camera is there but cannot be opened. Close other programs that use it, such as "
            "a video call, and press Start again."
        )
    elif answer == "insecure":
        words = (
            "Browsers give the camera only to pages that come by https or from this computer. "
            "Open the page as http://localhost:8501, or let it be served by https."
        )
    else:
        words = f"The camera could not be opened ({answer}). Press Start to try again."
    return words + _DEMO
