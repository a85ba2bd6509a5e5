"""What happens to somebody who trains: a camera is pulled out, a tab closed, a laptop put to sleep.

Each is done to a real browser in the middle of a set, and says how the page took it. What is left
of it then is looked at by ``bench.trust.streaming``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.trust.link import CLEAR, CUT
from bench.trust.streaming import Attempt, Ending, Place, begin, wait_until
from bench.viewer import Viewer

_PATIENCE_S = 60.0
_OVER = "Session over"
NO_PICTURE = "No picture comes"


@dataclass(frozen=True)
class Happened:
    """What became of somebody's training: ``says`` in words, and what is kept of it."""

    says: str
    sessions: int
    reps: int
    ending: Ending


def happen(there: Place, event: Callable[[Place, Viewer], str]) -> Happened:
    """Somebody trains until there is a rep, then it happens, and at last the browser is closed."""
    attempt = Attempt(there)
    with there.viewer() as viewer:
        begin(viewer)
        wait_for_reps(viewer)
        attempt.look()
        says = event(there, viewer)
        ending = attempt.end()
    kept = attempt.kept()
    return Happened(says, len(kept), sum(each.reps for each in kept), ending)


def wait_for_reps(viewer: Viewer, least: int = 1) -> None:
    viewer.page.wait_for_function(
        """least => Number(document.querySelector('[data-testid="count"]')?.innerText) >= least""",
        arg=least,
        timeout=_PATIENCE_S * 1000,
    )


def pull_camera_out() -> None:
    """Chromium's process that holds the camera is killed: its track ends as a real one does."""
    (process,) = (p for p in _browser() if any("video_capture" in word for word in p.cmdline()))
    process.kill()


def camera_pulled_out(there: Place, viewer: Viewer) -> str:
    pull_camera_out()
    said_s = seconds_until(viewer, NO_PICTURE)
    over_s = said_s + seconds_until(viewer, _OVER)
    return f"said after {said_s:.0f} s, over after {over_s:.0f} s"


def tab_closed(there: Place, viewer: Viewer) -> str:
    viewer.page.close()
    return f"over after {seconds_until_over(there):.0f} s"


def page_left(there: Place, viewer: Viewer) -> str:
    """To another page and back, and again before the camera."""
    viewer.page.get_by_role("link", name="History").last.click()
    viewer.page.get_by_role("heading", name="History").wait_for()
    over_s = seconds_until_over(there)
    viewer.page.get_by_role("link", name="Workout").first.click()
    begin(viewer)
    wait_for_reps(viewer)
    viewer.stop()
    return f"over after {over_s:.0f} s, begun anew"


def page_loaded_anew(there: Place, viewer: Viewer) -> str:
    viewer.page.reload()
    begin(viewer)
    wait_for_reps(viewer)
    viewer.stop()
    return "begun anew"


def network_gone(there: Place, viewer: Viewer) -> str:
    there.link.weather = CUT
    return f"over after {seconds_until(viewer, _OVER):.0f} s"


def network_gone_for_a_moment(there: Place, viewer: Viewer) -> str:
    there.link.weather = CUT
    viewer.page.wait_for_timeout(3000)
    there.link.weather = CLEAR
    return _goes_on(there, viewer)


def laptop_asleep(there: Place, viewer: Viewer) -> str:
    """App and browser on it: neither runs for a while, and the clocks have gone on."""
    _sleep([*_browser(), there.process], 8.0)
    return _goes_on(there, viewer)


def laptop_asleep_the_app_elsewhere(there: Place, viewer: Viewer) -> str:
    """Long enough for the server to give it up."""
    _sleep(_browser(), 45.0)
    return _goes_on(there, viewer)


def two_tabs(there: Place, viewer: Viewer) -> str:
    """Both train, and each is its own session."""
    with there.viewer() as other:
        begin(other)
        wait_for_reps(other)
        running = int(there.app.counted("posecoach_sessions_running"))
        other.stop()
    more = 1 + int(viewer.page.get_by_test_id("count").inner_text())
    wait_for_reps(viewer, more)
    viewer.stop()
    return f"{running} went on at once, one goes on after the other"


def camera_switched(there: Place, viewer: Viewer) -> str:
    viewer.stop()
    viewer.page.get_by_role("radio", name="Rear").click()
    begin(viewer)
    wait_for_reps(viewer)
    viewer.stop()
    return "begun anew with the other"


TURN_JS = """
() => {
    const given = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (asked) => {
        const camera = document.createElement("video");
        camera.srcObject = await given(asked);
        camera.muted = true;
        await camera.play();
        const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
        setInterval(() => {
            const [w, h] = [camera.videoWidth, camera.videoHeight];
            const wide = window.turned ? h * h / w : w;
            if (canvas.width !== Math.round(wide)) [canvas.width, canvas.height] = [wide, h];
            pen.drawImage(camera, (wide - w) / 2, 0);
        }, 1000 / 15);
        return canvas.captureStream(15);
    };
}
"""
"""The camera's picture by way of a canvas, which is a phone held upright once ``turned`` is set."""


def camera_turned(there: Place, viewer: Viewer) -> str:
    """A phone that is turned sends pictures of another shape in the same stream."""
    viewer.stop()
    viewer.page.add_init_script(f"({TURN_JS})()")
    viewer.page.reload()
    begin(viewer)
    wait_for_reps(viewer)
    for frame in viewer.page.frames:
        frame.evaluate("() => { window.turned = true; }")
    more = 2 + int(viewer.page.get_by_test_id("count").inner_text())
    wait_for_reps(viewer, more)
    width, height = _shape(viewer)
    viewer.stop()
    return f"goes on, {width} x {height}"


EVENTS = {
    "the camera is pulled out": camera_pulled_out,
    "the tab is closed": tab_closed,
    "another page and back": page_left,
    "the page is loaded anew": page_loaded_anew,
    "the network is gone": network_gone,
    "the network is gone for 3 s": network_gone_for_a_moment,
    "the laptop sleeps for 8 s, the app on it": laptop_asleep,
    "the laptop sleeps for 45 s, the app elsewhere": laptop_asleep_the_app_elsewhere,
    "two tabs": two_tabs,
    "the other camera is chosen": camera_switched,
    "a phone is turned": camera_turned,
}


def _browser() -> list[psutil.Process]:
    """Chromium's processes, the children of whoever runs this."""
    return [p for p in psutil.Process().children(recursive=True) if "chrom" in p.name()]


def _sleep(processes: list[psutil.Process], seconds: float) -> None:
    for each in processes:
        each.suspend()
    time.sleep(seconds)
    for each in processes:
        each.resume()


def seconds_until(viewer: Viewer, words: str) -> float:
    began_s = time.monotonic()
    viewer.page.get_by_text(words).first.wait_for(timeout=_PATIENCE_S * 1000)
    return time.monotonic() - began_s


def seconds_until_over(there: Place) -> float:
    return wait_until(lambda: there.app.counted("posecoach_sessions_running") == 0)


def _goes_on(there: Place, viewer: Viewer) -> str:
    """Either further reps are counted, or the page says that it is over and Start begins anew."""
    more = 2 + int(viewer.page.get_by_test_id("count").inner_text())
    try:
        viewer.page.wait_for_function(
            """([least, over]) => document.body.innerText.includes(over)
                || Number(document.querySelector('[data-testid="count"]')?.innerText) >= least""",
            arg=[more, _OVER],
            timeout=_PATIENCE_S * 1000,
        )
    except PlaywrightTimeout:
        return "NOTHING MORE HAPPENED"
    if viewer.page.get_by_text(_OVER).count() == 0:
        viewer.stop()
        return "goes on"
    begin(viewer)
    wait_for_reps(viewer)
    viewer.stop()
    return "over, begun anew"


def _shape(viewer: Viewer) -> tuple[int, int]:
    """Of the picture that came back."""
    for frame in viewer.page.frames:
        if frame.query_selector("video") is not None:
            shape = "v => [v.videoWidth, v.videoHeight]"
            width, height = frame.eval_on_selector("video", shape)
            return width, height
    return 0, 0
