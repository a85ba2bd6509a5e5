"""A browser of its own before the app, with a film as its camera; what it shows is read off it.

In the page itself the camera is opened a second time. At the moment a picture with the skeleton is
shown, the number on it and the number that the camera shows are read: their difference is how long
a person waits for what the app has to say.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Error, Frame, Page, Playwright, sync_playwright

from bench.clock import FPS, READ_JS
from bench.served import ALWAYS, App, NotServed, camera_showing
from scripts.prepare import find_browser

PATIENCE_MS = 120_000
_WATCH_JS = """
async () => {
    const read = READ;
    const camera = document.createElement("video");
    camera.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    camera.muted = true;
    await camera.play();
    const shown = document.querySelector("video");
    window.seen = [];
    const look = () => {
        window.seen.push([performance.now(), read(shown), read(camera)]);
        shown.requestVideoFrameCallback(look);
    };
    shown.requestVideoFrameCallback(look);
}
""".replace("READ", READ_JS)
_CHART_JS = """
() => {
    window.drawn = [];
    const chart = document.querySelector(".pc-plot")?.closest(".pc-host");
    if (!chart) return false;
    const note = () => window.drawn.push(performance.now());
    new MutationObserver(note).observe(
        chart, { subtree: true, childList: true, attributes: true, characterData: true });
    return true;
}
"""
_TAKE_JS = "name => { const all = window[name]; window[name] = []; return all; }"
_AHEAD = 0.1
"""Of the pictures, how many may seem to come before the camera's, being read between the two."""
_SAME_DRAWING_MS = 50.0
"""Changes of a chart that follow one another closer than this are one drawing."""


@dataclass(frozen=True, eq=False)
class Watched:
    """One viewer over a while.

    shown_ms, number, camera   (n,) when a picture was shown, the frame it was of, and the frame
                               that the camera showed then; NaN where a number could not be read
    drawn_ms                   when the chart changed; seconds: how long it was watched
    """

    shown_ms: np.ndarray
    number: np.ndarray
    camera: np.ndarray
    drawn_ms: np.ndarray
    seconds: float

    @property
    def fps(self) -> float:
        """Different pictures a second."""
        known = self.number[np.isfinite(self.number)]
        return float((np.diff(known) != 0).sum() / self.seconds) if len(known) > 1 else 0.0

    def delay_ms(self, n_frames: int) -> np.ndarray:
        """From the camera to the picture with the skeleton, of every picture that was shown.

        None at all where the browser is so busy that it shows its own camera later than those.
        """
        behind = (self.camera - self.number) % n_frames
        behind = behind[np.isfinite(behind)]
        ahead = behind > n_frames / 2
        if len(ahead) and ahead.mean() > _AHEAD:
            return np.empty(0)
        return np.asarray(np.where(ahead, 0, behind) * 1000 / FPS, float)

    @property
    def chart_hz(self) -> float:
        if not len(self.drawn_ms):
            return 0.0
        drawings = 1 + int((np.diff(self.drawn_ms) > _SAME_DRAWING_MS).sum())
        return drawings / self.seconds


class Viewer:
    """A browser of its own, with the film as its camera."""

    def __init__(
        self, playwright: Playwright, browser_path: str, app: App | None, film: Path
    ) -> None:
        """``app`` None: it is opened later."""
        flags = [*ALWAYS, *camera_showing(film)]
        self._browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        self.page: Page = self._browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(PATIENCE_MS)
        if app is not None:
            self.open(app.url)

    def open(self, url: str) -> None:
        self.page.goto(url)

    def wait_until_ready(self) -> None:
        """Until Start can be pressed."""
        self.page.get_by_role("button", name="Start", exact=True).wait_for()

    def start(self) -> float:
        """Press Start; seconds until the first picture has come back from the app."""
        self.wait_until_ready()
        began_s = time.monotonic()
        self.page.get_by_role("button", name="Start", exact=True).click()
        self._frame = self._with_video()
        self._frame.wait_for_function(
            f"() => {{ const v = document.querySelector('video'); return v && ({READ_JS})(v); }}",
            polling=50,
        )
        return time.monotonic() - began_s

    def _with_video(self) -> Frame:
        until_s = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < until_s:
            for frame in self.page.frames:
                if frame.query_selector("video") is not None:
                    return frame
            self.page.wait_for_timeout(20)
        raise NotServed("no picture came back from the app")

    def watch(self) -> None:
        """Raises NotServed where there is no picture any more."""
        try:
            self._frame.evaluate(_WATCH_JS)
        except Error as error:
            said = " ".join(self.page.inner_text("body").split())
            raise NotServed(f"the picture is gone; the page says: {said}") from error
        self.page.evaluate(_CHART_JS)
        self._since_s = time.monotonic()

    def take(self) -> Watched:
        """What was seen since the last time."""
        seen = np.array(self._frame.evaluate(_TAKE_JS, "seen"), dtype=float).reshape(-1, 3)
        drawn = np.array(self.page.evaluate(_TAKE_JS, "drawn") or [], dtype=float)
        now_s = time.monotonic()
        seconds, self._since_s = now_s - self._since_s, now_s
        return Watched(seen[:, 0], seen[:, 1], seen[:, 2], drawn, seconds)

    def turn_curves(self) -> None:
        """Switch the live chart off, or on again."""
        self.page.get_by_text("Draw the angle curves").click()
        self.page.wait_for_timeout(1500)

    def stop(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Stop")).first.click()
        self.page.get_by_text("Session over").wait_for()

    def close(self) -> None:
        self._browser.close()


@contextmanager
def viewers(app: App, film: Path, n: int) -> Iterator[list[Viewer]]:
    """``n`` browsers on the page; not yet started."""
    with browsers(film, n) as each:
        for viewer in each:
            viewer.open(app.url)
        yield each


@contextmanager
def browsers(film: Path, n: int) -> Iterator[list[Viewer]]:
    """``n`` browsers that show nothing yet."""
    path = find_browser()
    if path is None:
        raise NotServed("no Chromium found; install one")
    with sync_playwright() as playwright, ExitStack() as stack:
        each = []
        for _ in range(n):
            viewer = Viewer(playwright, path, None, film)
            stack.callback(viewer.close)
            each.append(viewer)
        yield each
