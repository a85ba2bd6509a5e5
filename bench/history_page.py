"""How long somebody waits for the history page in a browser, however much there is in it."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.served import ALWAYS, served
from bench.viewer import PATIENCE_MS
from posecore.store import URL_VARIABLE
from scripts.prepare import find_browser

OPENED = "**the page in a browser, from the click to its last chart**"
TURNED = "the next twenty sessions in it, from the click"
SESSION = "a session in it, from the click to its chart"
ROUNDS = 5

_OPEN = '[class*="st-key-open_"]'
_OVER_JS = """
() => document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    && !document.querySelector('[data-stale="true"]')
    && [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].every(
        (chart) => chart.querySelector('.main-svg'))
"""


def times_in_browser(url: str) -> dict[str, str]:
    """What is done -> "median (slowest)" in ms, by somebody whose sessions are at ``url``."""
    taken: dict[str, list[float]] = {OPENED: [], TURNED: [], SESSION: []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with served(Path(folder), {URL_VARIABLE: url}) as app:
            browser = playwright.chromium.launch(
                executable_path=str(find_browser()), args=[*ALWAYS]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(app.url)
            page.get_by_role("button", name="Start", exact=True).wait_for()
            for once_before in (True, *ROUNDS * (False,)):
                times = _times(page)
                if not once_before:
                    for what, took_ms in times.items():
                        taken[what].append(took_ms)
            browser.close()
    return {what: _told(each) for what, each in taken.items()}


def _told(taken_ms: list[float]) -> str:
    return f"{statistics.median(taken_ms):.0f} ({max(taken_ms):.0f})" if taken_ms else "–"


def _times(page: Page) -> dict[str, float]:
    """Once through the page, from another and back to it."""
    took = {OPENED: _took_ms(page, lambda: _go_to(page, "history"), _list_is_there)}
    older, newer = (page.get_by_role("button", name=name) for name in ("Older", "Newer"))
    if older.is_visible():
        took[TURNED] = _took_ms(page, older.click, _other_than(_first(page)))
        _took_ms(page, newer.click, _other_than(_first(page)))
    open_one = page.locator(f"{_OPEN} button").first
    took[SESSION] = _took_ms(page, open_one.click, _reps_are_there)
    _go_to(page, "settings")
    page.get_by_role("heading", name="Settings").first.wait_for()
    return took


def _took_ms(page: Page, do: Callable[[], object], is_there: Callable[[Page], None]) -> float:
    began_s = time.perf_counter()
    do()
    is_there(page)
    page.wait_for_function(_OVER_JS)
    return 1000 * (time.perf_counter() - began_s)


def _go_to(page: Page, name: str) -> None:
    page.locator(f'a[href$="/{name}"]').locator("visible=true").first.click()


def _first(page: Page) -> str | None:
    """What tells the first session of the list from others."""
    return page.locator(_OPEN).first.get_attribute("class")


def _other_than(first: str | None) -> Callable[[Page], None]:
    def has_turned(page: Page) -> None:
        page.wait_for_function(
            "([open, first]) => document.querySelector(open)?.className !== first",
            arg=[_OPEN, first],
        )

    return has_turned


def _list_is_there(page: Page) -> None:
    page.locator(".js-plotly-plot .trace").first.wait_for(state="attached")
    page.locator(f"{_OPEN} button").last.wait_for()


def _reps_are_there(page: Page) -> None:
    page.locator("table tbody tr").first.wait_for()
    page.locator(".js-plotly-plot .trace").first.wait_for(state="attached")
