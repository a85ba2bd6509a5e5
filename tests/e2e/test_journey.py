"""One evening with PoseCoach, from the first squat to the accuracy page, as two people live it.

One reads English on a light desktop screen, the other Korean on a dark phone. Buttons are found by
what they are, not by what is written on them.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from bench.served import App, camera_showing
from posecore.exercises import FOLDER_VARIABLE, SHIPPED, read_exercise
from posecore.store import SessionDetail
from tests.e2e.conftest import CLIPS, PATIENCE_MS, Watched
from tests.e2e.readable import grave, settled, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Opener = Callable[..., Watched]

READERS = {
    "en-light-desk": {
        "locale": "en-GB",
        "color_scheme": "light",
        "viewport": {"width": 1280, "height": 800},
    },
    "ko-dark-phone": {
        "locale": "ko-KR",
        "color_scheme": "dark",
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    },
}
NAMES = {"en": "Ana", "ko": "하나"}

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where changed exercises go. Set before the app starts: fixtures are made in this order."""
    folder = tmp_path / "own exercises"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


@pytest.mark.parametrize("reader", READERS)
def test_an_evening_from_the_first_squat_to_the_accuracy_page(
    reader: str, own: Path, app: App, open_page: Opener, squat_camera: Path
) -> None:
    watched = open_page(camera_showing(squat_camera), **READERS[reader])
    evening = Evening(watched, app, own, reader[:2], reader)
    evening.trains_until_the_third_squat()
    evening.reads_the_session_writes_a_note_deletes_it_and_thinks_again()
    evening.sets_a_target_of_their_own_and_goes_back()
    evening.has_a_recorded_video_looked_at()
    evening.tells_their_name_and_takes_everything_along()
    evening.reads_how_accurate_it_is()


class Evening:
    def __init__(self, watched: Watched, app: App, own: Path, language: str, reader: str) -> None:
        self.watched, self.page, self.app, self.own = watched, watched.page, app, own
        self.language, self.reader = language, reader

    # What hands and eyes do everywhere.

    def go_to(self, name: str) -> None:
        """By the names of the pages, which a phone keeps behind a button."""
        behind = self.page.get_by_test_id("stExpandSidebarButton")
        if behind.is_visible():
            behind.click()
        self.page.locator(f'a[href$="/{name}"]').locator("visible=true").first.click()
        self.page.wait_for_url(re.compile(rf"/{name}(\?.*)?$"))  # who trains may stand behind it
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        settled(self.page)

    def press(self, key: str) -> None:
        self.page.locator(f".st-key-{key} button").locator("visible=true").first.click()

    def submit(self) -> None:
        self.page.get_by_test_id("stFormSubmitButton").locator("button").first.click()

    def said(self) -> Locator:
        return self.page.get_by_test_id("stAlert")

    def look(self, name: str) -> None:
        """A picture; and that all can be read, nothing sticks out, and the language is said."""
        self.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        assert self.page.evaluate("document.documentElement.lang") == self.language
        assert too_wide(self.page) == [], name
        assert grave(self.page) == [], name
        self.watched.take_picture(name if self.language == "en" else f"{name}-{self.reader}")

    def only_session(self) -> SessionDetail:
        (summary,) = self.app.store.sessions()
        return self.app.store.session(summary.id)

    # The evening.

    def trains_until_the_third_squat(self) -> None:
        page = self.page
        expect(page.locator(".pc-intro img")).to_be_visible()
        settled(page)
        self.look("workout-start")
        page.locator(".pc-start button").click()
        expect(page.get_by_test_id("bar")).to_have_count(3)
        expect(page.get_by_test_id("count")).to_have_text(re.compile("^[3-9]$"))
        expect(page.locator(".pc-chart .pc-line").first).to_be_attached()
        counted = int(page.get_by_test_id("count").inner_text())
        self.look("workout-live")
        assert self.only_session().summary.reps >= counted, "kept although it goes on"

        self.press("stop")
        expect(page.get_by_test_id("summary").first).to_be_visible()
        expect(page.locator(".st-key-pc_picture iframe")).to_be_hidden()
        session = self.only_session()
        assert session.summary.ended_at is not None
        assert session.summary.exercises == ("squat",)
        assert session.summary.reps >= counted
        for number, one in enumerate(session.sets):
            expect(page.get_by_test_id("summary").nth(number)).to_contain_text(str(len(one.reps)))
        self.look("workout-summary")

    def reads_the_session_writes_a_note_deletes_it_and_thinks_again(self) -> None:
        page, session = self.page, self.only_session()
        page.get_by_test_id("stPageLink").locator("a").click()
        expect(page.locator("table tbody tr")).to_have_count(session.summary.reps)
        expect(page.locator(".js-plotly-plot .trace").first).to_be_visible()
        page.locator("textarea").fill("12 kg. 무릎 괜찮음")
        page.locator("textarea").blur()
        expect(page.get_by_test_id("stToast")).to_be_visible()
        assert self.only_session().summary.notes == "12 kg. 무릎 괜찮음"
        expect(page.get_by_test_id("stToast")).to_have_count(0)
        self.look("history-session")

        self.press("history_delete")
        self.press("history_delete_yes")
        self.press("history_undo_button")
        expect(page.locator(f".st-key-open_{session.summary.id}")).to_be_visible()
        assert self.only_session().summary.notes == "12 kg. 무릎 괜찮음"
        expect(page.locator(".js-plotly-plot .trace").first).to_be_visible()
        self.look("history")

    def sets_a_target_of_their_own_and_goes_back(self) -> None:
        page, shipped = self.page, read_exercise(SHIPPED / "squat.toml").targets[0].low
        self.go_to("exercises")
        expect(page.locator(".st-key-card_squat img")).to_be_visible()
        self.look("exercises")
        self.press("open_squat")
        expect(page.locator(".js-plotly-plot .trace").first).to_be_visible()
        self.look("exercises-squat")
        page.locator(f".st-key-squat_0_a_{shipped:g} input").fill("95")
        self.submit()
        expect(page.locator(".st-key-squat_0_a_95")).to_be_visible()
        expect(self.said()).to_be_visible()
        assert read_exercise(self.own / "squat.toml").targets[0].low == 95
        assert read_exercise(SHIPPED / "squat.toml").targets[0].low == shipped
        self.press("exercises_reset")
        expect(page.locator(".st-key-undo")).to_be_visible()
        assert not (self.own / "squat.toml").exists()

    def has_a_recorded_video_looked_at(self) -> None:
        page = self.page
        self.go_to("video")
        page.locator("input[type=file]").set_input_files(CLIPS / "squat_45_2.mp4")
        self.press("video_analyse")
        page.locator("[data-does=rep-on]").click()
        expect(page.get_by_test_id("moment")).to_contain_text(re.compile(r"\d"))
        settled(page)
        assert len(self.app.store.sessions()) == 2
        self.look("video-result")

    def tells_their_name_and_takes_everything_along(self) -> None:
        page, name = self.page, NAMES[self.language]
        self.go_to("settings")
        self.press("people_adding")
        page.get_by_test_id("stForm").locator("input").fill(name)
        self.submit()
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
        assert [each.name for each in self.app.store.people.all()] == [name]
        settled(page)  # what is offered to download is made anew with the page
        with page.expect_download() as waiting:
            self.press("settings_export")
        lines = gzip.decompress(Path(waiting.value.path()).read_bytes()).decode().splitlines()
        assert any("무릎" in str(json.loads(line)) for line in lines), "the note is in it"
        # The test's own folder has no place in a picture.
        page.locator("code").first.evaluate("code => { code.textContent = 'sessions.db'; }")
        self.look("settings")

    def reads_how_accurate_it_is(self) -> None:
        self.go_to("accuracy")
        expect(self.page.locator(".js-plotly-plot .trace").first).to_be_visible()
        self.look("accuracy")
