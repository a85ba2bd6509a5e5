"""The camera's component, mended: streamlit-webrtc's page says that it starts before it loads.

The page loads a piece of itself only when the camera is started, and counts as stopped until that
has come: drawn anew meanwhile, it starts a second time, and the answer to the first connection goes
to the second, which never is one. In a copy of it both steps change places.
"""

from __future__ import annotations

import logging
import re
import shutil
from functools import cache
from pathlib import Path

import streamlit.components.v1 as components
from streamlit_webrtc import component

from posecore.passing import PassingFolder

_LOADS_BEFORE_IT_SAYS = re.compile(
    r"(?P<loads>await \w+\(\(\)=>import\(`[^`]+`\),\w+\(\[[\d,]*\]\),import\.meta\.url\)),"
    r"(?P<says>\w+\(\{type:`SIGNALLING_START`\}\))"
)

_log = logging.getLogger(__name__)


@cache
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
    component._component_func = components.declare_component("posecoach_camera", path=str(copy))
    return folder
