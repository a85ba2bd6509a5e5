"""The Start button: asks the browser for the camera and says in words why there is none."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from posecore.language import _

_KEY, _TAKEN = "start", "start_taken"

_HTML = """
<div class="pc-start"><button type="button"></button><p role="status"></p></div>
"""

_CSS = """
.pc-start button { width: 100%; min-height: 3.2rem; font: inherit; font-size: 1.5rem;
  font-weight: 700; color: #ffffff; background: #0b57d0; border: 2px solid #0b57d0;
  border-radius: 10px;  cursor: pointer; }
.pc-start button:hover { background: #08429e; }
.pc-start button:focus-visible { outline: 4px solid #e69f00; outline-offset: 2px; }
.pc-start button:disabled { background: #39424f; border-color: #39424f; cursor: wait; }
.pc-start p { margin: .3rem 0 0; font-size: 1rem; color: var(--st-text-color); }
.pc-start p:empty { display: none; }
"""

# The camera is opened for a moment and let go: only so does the browser say what is wrong, and
# the video component, which opens it again, never meets a refusal that it can but print.
# The answer is a state and no trigger: of two requests that wait for a busy app Streamlit makes
# one, and forgets the first one's triggers.
_JS = """
export default function ({ data, setStateValue, parentElement }) {
    const button = parentElement.querySelector("button");
    const words = parentElement.querySelector("p");
    button.textContent = data.start;
    button.title = data.hint;
    button.dataset.facing = data.facing ?? "";
    button.onclick = async () => {
        button.disabled = true;
        words.textContent = data.facing ? data.allow : "";
        let answer = "ready";
        if (data.facing && !navigator.mediaDevices?.getUserMedia) {
            answer = "insecure";
        } else if (data.facing) {
            try {
                const video = { facingMode: { ideal: data.facing } };
                const stream = await navigator.mediaDevices.getUserMedia({ video });
                stream.getTracks().forEach((track) => track.stop());
            } catch (error) {
                answer = error.name;
            }
        }
        words.textContent = "";
        button.disabled = false;
        setStateValue("answer", { answer, press: Date.now() });
    };
}
"""


def show_start(facing: str | None, take: Callable[[str], None]) -> None:
    """Start; ``take`` gets "ready" or the name of the browser's refusal, once for each press.

    facing  "user" or "environment": of two cameras the one that is asked for; None: no camera is
    take    called before the page is drawn the next time
    """
    # Not in a shadow of its own: the space bar looks for the button, and finds it.
    component = st.components.v2.component(
        "posecoach_camera_start", html=_HTML, css=_CSS, js=_JS, isolate_styles=False
    )
    words = {
        "start": _("Start"),
        "hint": _("The space bar does the same."),
        "allow": _("Choose Allow where the browser asks for the camera."),
        "facing": facing,
    }

    def taken() -> None:
        given = st.session_state[_KEY]["answer"]
        # A button that comes back still holds what was answered when it went.
        if given is None or given["press"] == st.session_state.get(_TAKEN):
            return
        st.session_state[_TAKEN] = given["press"]
        take(str(given["answer"]))

    component(key=_KEY, data=words, on_answer_change=taken)


def refusal_in_words(answer: str) -> str:
    """What the person can do about it, on the page that has the demo clip too."""
    demo = _("Meanwhile the demo clip works without a camera: choose it as the source.")
    return f"{camera_trouble(answer)} {demo}"


def camera_trouble(answer: str) -> str:
    """What is wrong with the camera, and what to do."""
    if answer in ("NotAllowedError", "SecurityError"):
        words = _(
            "The browser does not allow this page to use the camera. Click the lock or camera "
            "sign beside the page's address, allow the camera, and press Start again. If it is "
            "allowed there, the computer's own privacy settings may forbid it to the browser."
        )
    elif answer in ("NotFoundError", "DevicesNotFoundError", "OverconstrainedError"):
        words = _("No camera was found. Plug one in, or switch it on, and press Start again.")
    elif answer in ("NotReadableError", "AbortError", "TrackStartError"):
        words = _(
            "The camera is there but cannot be opened. Close other programs that use it, such as "
            "a video call, and press Start again."
        )
    elif answer == "insecure":
        words = _(
            "Browsers give the camera only to pages that come by https or from this computer. "
            "Open the page as http://localhost:8501, or let it be served by https."
        )
    else:
        words = _(
            "The camera could not be opened ({answer}). Press Start to try again.", answer=answer
        )
    return words
