"""The camera's component, mended: a copy of streamlit-webrtc's page that starts once, and hurries.

The page loads a piece of itself only when the camera is started, and counts as stopped until that
has come: drawn anew meanwhile, it starts a second time, and the answer to the first connection goes
to the second, which never is one. In the copy both steps change places. It also shows a picture as
soon as it is there, where browsers hold some back for an even flow: who trains looks for the answer
to what they just did.
"""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

import streamlit as st
import streamlit.components.v1 as components
from streamlit_webrtc import component

from posecore.passing import PassingFolder

_LOADS_BEFORE_IT_SAYS = re.compile(
    r"(?P<loads>await \w+\(\(\)=>import\(`[^`]+`\),\w+\(\[[\d,]*\]\),import\.meta\.url\)),"
    r"(?P<says>\w+\(\{type:`SIGNALLING_START`\}\))"
)

_SHOW_AT_ONCE = """<script>
const Made = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Made {
    constructor(...given) {
        super(...given);
        this.addEventListener("track", ({ receiver }) => { receiver.jitterBufferTarget = 0; });
    }
};
</script>
"""

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)  # two first visitors at once must not make two
def mend_component() -> PassingFolder | None:
    """The copy, which is served from now on; None where streamlit-webrtc is of another make."""
    folder = PassingFolder()
    copy = Path(folder.name) / "camera"
    shutil.copytree(component.build_dir, copy)
    mended = 0
    for script in copy.glob("assets/*.js"):
        text, times = _LOADS_BEFORE_IT_SAYS.subn(
            r"\g<says>,\g<loads>", script.read_text(encoding="utf-8")
        )
        if times:
            script.write_text(text, encoding="utf-8")
            mended += times
    if mended != 1:
        _log.warning("streamlit-webrtc is another one: look whether it still starts twice.")
        folder.cleanup()
        return None
    page = copy / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("<script", f"{_SHOW_AT_ONCE}<script", 1), encoding="utf-8")
    component._component_func = components.declare_component("posecoach_camera", path=str(copy))
    return folder
