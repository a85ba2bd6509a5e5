"""Every page in English and Korean, light and dark, on a desk and on a phone.

Each is opened by its own address, so that what an address alone asks the server for is seen too.
English at a desk and Korean on a phone are in test_journey.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from bench.served import ALWAYS, App
from posecore.store import Store
from tests.e2e.conftest import NO_CAMERA, PATIENCE_MS, running_app
from tests.e2e.readable import grave, settled, too_wide
from tests.stored import TOO_SHALLOW, rep, squats

PAGES = ("", "video", "history", "exercises", "accuracy", "settings")
DEEPER = ("history?session=1", "exercises?exercise=squat")
WIDTHS = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
READERS = {
    "en": {"locale": "en-GB", "color_scheme": "light"},
    "ko": {"locale": "ko-KR", "color_scheme": "dark"},
}
TITLES = {
    "en": ("Workout", "Video", "History", "Exercises", "Accuracy", "Settings"),
    "ko": ("운동", "영상", "기록", "운동 목록", "정확도", "설정"),
}


def asks_beside_the_page(page: str) -> set[str]:
    """What Streamlit itself asks for when a page is opened by its address, and does not find: it
    tries whether it is served below the page's name, before it looks at the root."""
    return {f"/{page}/_stcore/health", f"/{page}/_stcore/host-config"}


def fill(store: Store) -> None:
    """A few sessions over some weeks, one of them with faults."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    session = store.begin_session(noon - timedelta(days=1), "camera")
    of_squats = store.begin_set(session, "squat", 0.5)
    for number in range(4):
        faults = (TOO_SHALLOW,) if number == 2 else ()
        score = 62.0 if faults else 88.0 + number
        store.add_rep(of_squats, rep(1 + 3 * number, score=score, faults=faults), ())
    store.end_session(session, noon - timedelta(days=1) + timedelta(minutes=2))
    for days in (3, 9, 10, 17, 25):
        squats(store, noon - timedelta(days=days), reps=3 + days % 4)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(tmp_path_factory.mktemp("languages")) as running:
        fill(running.store)
        yield running


@pytest.fixture(scope="module")
def browser(browser_path: str, playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=browser_path, args=[*ALWAYS, *NO_CAMERA])
    yield running
    running.close()


@pytest.mark.parametrize(("language", "width"), [("en", "phone"), ("ko", "desk")])
def test_every_page_reads_well(
    language: str, width: str, served: App, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=WIDTHS[width], **READERS[language])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    said: list[str] = []
    missed: list[str] = []
    expected: set[str] = set()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on(
        "response",
        lambda answer: missed.append(answer.url) if answer.status >= 400 else None,
    )
    problems: list[str] = []
    for place in (*PAGES, *DEEPER):
        page.goto(f"{served.url}/{place}")
        expected |= {served.url + path for path in asks_beside_the_page(place.partition("?")[0])}
        settled(page)
        if not place:  # the names of these come from a script of their own
            for button in (".pc-start button", ".st-key-voice button"):
                page.locator(button).filter(has_text=re.compile(r"\S")).wait_for()
        problems += [f"/{place}: too wide: {each}" for each in too_wide(page)]
        problems += [f"/{place}: {each}" for each in grave(page)]
        name = place.partition("?")[0] or "workout"
        page.screenshot(path=tmp_path / f"{name}{'-one' * ('?' in place)}-{language}-{width}.png")
        for title in TITLES[language] if width == "desk" else ():
            assert page.get_by_role("link").filter(has_text=title).count() >= 1, title
    context.close()
    unknown = [url for url in missed if url not in expected]
    assert unknown == []
    # The browser says each of those once, and without its address.
    ours = [each for each in said if "status of 404" not in each]
    assert ours == []
    assert problems == []
