"""How long it takes somebody new, with only the README: to the first counted rep, and to teach."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench.clock import make_film
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from bench.served import ALWAYS, ROOT, camera_showing, free_port, wait_until_it_answers
from bench.viewer import PATIENCE_MS
from scripts.prepare import find_browser

LESSON = ROOT / "tests" / "clips" / "lesson_leg_raise.mp4"
"""Five leg raises, which are none of the shipped exercises: python -m bench.rendered clip OUT.mp4
--exercise leg_raise --seed 801 --body hana --azimuth 75 --seconds 10 --size 480x360"""
_INSTALL_S = 1200.0
_KEPT = ("HOME", "PATH", "LANG")  # of the environment: a new terminal has no more


def newcomer_command(out: Path | None) -> None:
    """Clone, start and use it; print, keep the figures and write the section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = folder / "film.y4m"
        make_film(film)
        began_s = time.monotonic()
        steps: dict[str, float] = {}

        def done(step: str) -> None:
            steps[step] = time.monotonic() - began_s - sum(steps.values())

        subprocess.run(["git", "clone", "--quiet", str(ROOT), "posecoach"], cwd=folder, check=True)
        done("`git clone`, here from this computer")
        with _running(folder / "posecoach", folder) as url, sync_playwright() as playwright:
            done("`make run` until the page is served, every package installed")
            browser = playwright.chromium.launch(
                executable_path=str(find_browser()), args=[*ALWAYS, *camera_showing(film)]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(url)
            page.get_by_role("button", name="Start", exact=True).click()
            expect(page.get_by_test_id("count")).not_to_have_text("0", timeout=PATIENCE_MS)
            done("the page, Start, and the first squat is counted")
            page.get_by_role("button", name="Stop").first.click()
            page.get_by_text("Session over").wait_for()
            done("Stop, and what was done is shown")
            first_s = sum(list(steps.values())[:3])
            _teach(page)
            done("an exercise is taught from a video, and saved")
            browser.close()
    text = report(steps)
    print(text)
    if out is None:
        keep("newcomer", {"first_rep_s": first_s, "taught_s": list(steps.values())[-1]})
    write_section(out or PERFORMANCE, "newcomer", text)


def _teach(page: Page) -> None:
    page.get_by_role("link", name="Exercises").click()
    look_at_the_lesson(page)
    page.get_by_role("button", name="Save the exercise").click()
    page.get_by_text("Leg raise is saved").wait_for()


def look_at_the_lesson(page: Page) -> None:
    """On the page Exercises: until the video's repetitions are found."""
    page.get_by_text("Teach a new one").click()
    page.get_by_label("Name of the exercise").fill("Leg raise")
    page.get_by_label("Name of the exercise").press("Enter")
    page.locator("input[type=file]").set_input_files(LESSON)
    page.get_by_role("button", name="Look at the video").click()
    page.get_by_text("repetitions are counted with these limits").wait_for()


@contextmanager
def _running(clone: Path, folder: Path) -> Iterator[str]:
    """The app as `make run` starts it, with a home of its own for what it keeps."""
    port = free_port()
    url = f"http://localhost:{port}"
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    command = ["make", "run", f"ARGS=--server.port {port} --server.headless true"]
    log = folder / "run.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=clone, env=kept | own, stdout=written, stderr=subprocess.STDOUT
        )
        try:
            wait_until_it_answers(url, process, log, _INSTALL_S)
            yield url
        finally:
            process.terminate()
            process.wait()


def report(steps: dict[str, float]) -> str:
    passed_s, rows = 0.0, []
    for step, took_s in steps.items():
        passed_s += took_s
        rows.append([step, f"{took_s:.0f}", f"{passed_s:.0f}"])
    return "\n".join(
        [
            "## Somebody new",
            "",
            "`python -m bench newcomer`: what the README says, done by a program in a folder of "
            "its own with an empty environment: Chromium with a film of squats as its camera. The "
            "installation is the longest and asks for nothing; how long depends on the line and on "
            "what pip has kept of earlier ones.",
            "",
            f"{machine()} Load of the machine after: {os.getloadavg()[0]:.1f}.",
            "",
            table(["step", "seconds", "since the beginning"], rows),
        ]
    )
