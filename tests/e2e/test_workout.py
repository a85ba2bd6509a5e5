"""What a person does before the camera, in a real browser with a clip as its camera."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from conftest import NO_CAMERA, PATIENCE_MS, REFUSED, Watched
from playwright.sync_api import Page, expect

from bench.served import App

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Opener = Callable[[tuple[str, ...]], Watched]

expect.set_options(timeout=PATIENCE_MS)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose_demo(page: Page) -> None:
    page.get_by_role("radio", name="Demo clip").or_(
        page.get_by_role("button", name="Demo clip")
    ).first.click()


def wait_for_count(page: Page, at_least: int) -> None:
    page.wait_for_function(
        """least => Number(document.querySelector('[data-testid="count"]')?.innerText) >= least""",
        arg=at_least,
    )


def only_session(app: App):
    (summary,) = app.store.sessions()
    return app.store.session(summary.id)


def assert_no_rep_lost_or_made_up(ends_s: list[float]) -> None:
    """The clip's squats follow one another evenly, but for a rest where it begins again (1.4
    times the gap): a rep that is lost leaves twice the gap, one that is made up comes too early.
    However fast or slow the computer plays it, this holds."""
    gaps_s = np.diff(ends_s)
    middle_s = float(np.median(gaps_s))
    assert (gaps_s > 0.6 * middle_s).all() and (gaps_s < 1.75 * middle_s).all(), gaps_s


def test_the_demo_clip_needs_no_camera(app: App, open_page: Opener):
    watched = open_page(NO_CAMERA)
    page = watched.page
    choose_demo(page)
    picture = page.get_by_alt_text("The demo clip with the skeleton drawn over it")
    expect(picture).to_be_visible()
    poster = picture.get_attribute("src")
    press(page, "Start")
    expect(page.get_by_test_id("exercise")).to_have_text("Squat")
    wait_for_count(page, 4)
    assert picture.get_attribute("src") != poster
    watched.take_picture("workout-demo")
    press(page, "Stop")
    expect(page.get_by_text("Session over")).to_be_visible()
    detail = only_session(app)
    assert detail.summary.source == "demo"
    assert detail.summary.exercises == ("squat",)
    ends_s = [rep.end_s for rep in detail.sets[0].reps]
    # The clip plays from its beginning and no frame is left out: three squats in each round.
    assert sum(end_s < 8.4 for end_s in ends_s) == 3
    assert_no_rep_lost_or_made_up(ends_s)
    page.get_by_role("link", name=re.compile("See this session")).click()
    expect(page.get_by_text("Demo clip", exact=False).first).to_be_visible()


def test_a_camera_that_is_refused_gets_a_sentence_that_says_how_to_allow_it(
    app: App, open_page: Opener
):
    watched = open_page(REFUSED)
    page = watched.page
    press(page, "Start")
    expect(page.get_by_text("allow the camera, and press Start again")).to_be_visible()
    watched.take_picture("workout-refused")
    choose_demo(page)
    press(page, "Start")
    wait_for_count(page, 1)
    press(page, "Stop")
    expect(page.get_by_text("Session over")).to_be_visible()


def test_no_camera_at_all_gets_a_sentence_too(app: App, open_page: Opener):
    page = open_page(NO_CAMERA).page
    press(page, "Start")
    expect(page.get_by_text("No camera was found.")).to_be_visible()
    assert app.store.sessions() == []


def test_start_is_not_lost_among_other_presses(app: App, open_page: Opener):
    """A page that is slow, and a person who presses this and that."""
    page = open_page(NO_CAMERA).page
    expect(page.get_by_role("radio", name="Front").first).to_be_visible()
    page.evaluate(
        """async () => {
            const choices = document.querySelectorAll(".st-key-workout_facing button");
            for (let press = 0; press < 12; press++) {
                choices[press % 2].click();
                if (press === 1) document.querySelector(".pc-start button").click();
                await new Promise(done => setTimeout(done, 10));
            }
        }"""
    )
    expect(page.get_by_text("No camera was found.")).to_be_visible()
