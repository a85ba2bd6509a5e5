"""The app as `make run` starts it, and a browser whose camera shows a clip."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from bench.served import ALWAYS, ROOT, App, served
from scripts.prepare import BROWSER_VARIABLE, find_browser
from tests.needed import needed

CLIPS = ROOT / "tests" / "clips"
PICTURES = ROOT / "docs" / "images"
SCREENSHOTS_VARIABLE = "POSECOACH_SCREENSHOTS"
"""Set to 1: the screenshots also go to docs/images."""

PATIENCE_MS = 120_000
"""The browser and the app may share two busy cores; a test that waits fails in the end."""

NO_CAMERA = ()
REFUSED = ("--use-fake-device-for-media-stream", "--deny-permission-prompts")


@dataclass
class Watched:
    """A page whose console and requests are read along."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked_outside: list[str] = field(default_factory=list)
    picture_folder: Path = Path()

    def take_picture(self, name: str) -> None:
        folders = [self.picture_folder]
        if os.environ.get(SCREENSHOTS_VARIABLE) == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            folders.append(PICTURES)
        for folder in folders:
            self.page.screenshot(path=folder / f"{name}.png")


@pytest.fixture(scope="session")
def browser_path() -> str:
    return needed(
        find_browser, f"no Chromium found; install one or set {BROWSER_VARIABLE} to its path"
    )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def squat_camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three squats as raw video, which Chromium's fake camera plays in a loop.

    At half their speed, five seconds each: on a busy computer, too, enough frames of each squat
    are looked at.
    """
    path = tmp_path_factory.mktemp("camera") / "squat.y4m"
    with (
        av.open(str(CLIPS / "squat_45_2.mp4")) as clip,
        av.open(str(path), "w", format="yuv4mpegpipe") as raw,
    ):
        source = clip.streams.video[0]
        target = raw.add_stream("wrapped_avframe", rate=source.average_rate / 2)
        target.width, target.height, target.pix_fmt = source.width, source.height, "yuv420p"
        for number, decoded in enumerate(clip.decode(source)):
            frame = decoded.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, 1 / target.average_rate
            raw.mux(target.encode(frame))
        raw.mux(target.encode(None))
    return path


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Streamlit as `make run` calls it, with a data folder of its own."""
    with running_app(tmp_path) as running:
        yield running


@contextmanager
def running_app(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
    port: int | None = None,
) -> Iterator[App]:
    """The app until the block ends; then its log must be free of errors."""
    with served(folder, environment, options, port) as running:
        yield running
    said = running.log.read_text(errors="replace")
    assert "Traceback" not in said and "Error" not in said, said


@pytest.fixture
def open_page(
    app: App, browser_path: str, playwright: Playwright, tmp_path: Path
) -> Iterator[Callable[[tuple[str, ...]], Watched]]:
    """Opens the app in a browser that has the camera that is asked for, and whose reader has the
    language, colours and window that are."""
    browsers: list[Browser] = []
    pages: list[Watched] = []

    def open_with(camera: tuple[str, ...], **reader: Any) -> Watched:
        browser = playwright.chromium.launch(executable_path=browser_path, args=[*ALWAYS, *camera])
        browsers.append(browser)
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}} | reader)
        page.set_default_timeout(PATIENCE_MS)
        watched = Watched(page, picture_folder=tmp_path)
        pages.append(watched)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on(
            "console",
            lambda said: watched.errors.append(said.text) if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((app.url, "data:", "blob:"))
                else watched.asked_outside.append(request.url)
            ),
        )
        page.goto(app.url)
        return watched

    yield open_with
    for number, watched in enumerate(pages):
        watched.page.screenshot(path=tmp_path / f"last-{number}.png")  # to see why a test failed
    for browser in browsers:
        browser.close()
    for watched in pages:
        assert watched.errors == []
        assert watched.asked_outside == [], "what happens at home stays at home"


_TRAINED_JS = """
(reps) => {
    const count = document.querySelector('[data-testid="count"]');
    if (Number(count?.innerText) >= reps) return "counted";
    const ended = document.querySelector(".pc-start button");
    return ended && !ended.disabled ? document.body.innerText : null;
}
"""


def train_until(page: Page, reps: int) -> None:
    """Press Start and wait until so many are counted."""
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".pc-start button").wait_for(state="hidden")
    said = page.wait_for_function(_TRAINED_JS, arg=reps).json_value()
    assert said == "counted", said


_STILL_JS = """
() => new Promise(done => {
    const main = document.querySelector("[data-testid=stMain]");
    const place = () => `${main.scrollTop} ${main.scrollHeight}`;
    let before = place(), frames = 0;
    const look = () => {
        frames = place() === before ? frames + 1 : 0;
        before = place();
        frames < 20 ? requestAnimationFrame(look) : done();
    };
    requestAnimationFrame(look);
})
"""


def choose(page: Page, name: str, option: str) -> None:
    """Pick from the list of that name, once the page stands still: a page that scrolls closes it.

    What opens above or below it takes some frames to unfold, and scrolls the page.
    """
    box = page.get_by_role("combobox", name=name)
    box.scroll_into_view_if_needed()
    page.evaluate(_STILL_JS)
    box.click()
    page.get_by_role("option", name=option).click()
