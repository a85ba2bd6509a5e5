"""The demo: a clip that comes with PoseCoach goes the way of the camera's frames.

It needs no camera, no permission and no connection beyond the page's own.
"""

from __future__ import annotations

import base64
import io
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread

import numpy as np
import streamlit as st
from PIL import Image

import posecore
from posecore.draw import draw_overlay
from posecore.exercises import Exercise
from posecore.language import Text, _, language, speaking
from posecore.live import LiveSession
from posecore.video import VideoReader

DEMO_CLIP = Path(posecore.__file__).parent / "demo" / "squat.mp4"

ABANDONED_S = 15.0
"""The page asks for the picture several times a second, once a second where the browser shows
another tab: after so long without a word it has been closed."""

_HTML = '<img alt="">'

_CSS = """
img { display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: contain;
  border-radius: 8px; background: #10151d; }
"""

_JS = """
export default function ({ data, parentElement }) {
    const picture = parentElement.querySelector("img");
    picture.src = data.address;
    picture.alt = data.told;
}
"""

_log = logging.getLogger(__name__)


class ClipPlayer:
    """Plays a clip in a loop, at its own pace, through a session, until it is stopped.

    No frame is passed over: on a slow computer the clip goes slower and the count is the same.
    """

    def __init__(self, clip: Path, session: LiveSession, exercises: Mapping[str, Exercise]) -> None:
        self.session = session
        self._clip, self._exercises = clip, exercises
        self._spoken = language()
        self._stopped = Event()
        self._asked_at_s = time.monotonic()
        self._picture: np.ndarray | None = None
        self._thread = Thread(target=self._play, name="clip_player", daemon=True)
        self._thread.start()

    def picture(self) -> np.ndarray | None:
        """The page's: the newest picture, None before the first. Says that somebody looks on."""
        self._asked_at_s = time.monotonic()
        return self._picture

    def stop(self) -> None:
        """The page's: end the session; returns when it has ended."""
        self._stopped.set()
        self._thread.join()

    def _play(self) -> None:
        try:
            began_s, offset_s = time.monotonic(), 0.0
            with speaking(self._spoken):
                while not self._over():
                    offset_s = self._round(began_s, offset_s)
        except Exception:
            # Nobody waits for this thread: without a word here the page would just stand still.
            _log.exception("The demo clip stopped.")
            self.session.fail(Text("The demo clip could not be played to its end. Press Stop."))
        finally:
            self.session.finish()

    def _round(self, began_s: float, offset_s: float) -> float:
        """Plays the clip once; returns the time at which the next round begins."""
        with VideoReader(self._clip) as reader:
            frame_s = 1.0 / (reader.info.fps or 30.0)
            end_s = offset_s
            for rgb, t_s in reader.frames():
                wait_s = began_s + offset_s + t_s - time.monotonic()
                if (wait_s > 0 and self._stopped.wait(wait_s)) or self._over():
                    break
                result = self.session.process(rgb, offset_s + t_s)
                if result is not None:
                    self._picture = draw_overlay(rgb, result, self._exercises, mirror=True)
                end_s = offset_s + t_s + frame_s
        return end_s

    def _over(self) -> bool:
        return self._stopped.is_set() or time.monotonic() - self._asked_at_s > ABANDONED_S


@st.cache_data(show_spinner=False)
def poster() -> np.ndarray:
    """The clip's first picture, to be seen before the start."""
    with VideoReader(DEMO_CLIP) as reader:
        rgb = next(reader.frames())[0]
    return rgb[:, ::-1]


def show_picture(rgb: np.ndarray) -> None:
    """The picture, replaced in place. An st.image would leave a file behind for each frame."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, format="JPEG", quality=80)
    address = "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
    told = _("The demo clip with the skeleton drawn over it")
    component = st.components.v2.component("posecoach_picture", html=_HTML, css=_CSS, js=_JS)
    component(key="demo_picture", data={"address": address, "told": told})
