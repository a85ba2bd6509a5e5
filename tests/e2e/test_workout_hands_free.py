"""Nothing is touched: a raised hand starts and ends the set, a voice counts, all is in view."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cameras import Part, close, dark, show
from conftest import NO_CAMERA, PATIENCE_MS, Watched, choose
from playwright.sync_api import Page, expect

from bench.served import ROOT, App, camera_showing
from posecore.exercises import FOLDER_VARIABLE
from posecore.plan import Step, save_plan
from posecore.speech import CUE_EVERY_S
from tests.e2e.readable import settled

SHIPPED = ROOT / "posecore" / "exercises"

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Opener = Callable[[tuple[str, ...]], Watched]
expect.set_options(timeout=PATIENCE_MS)

SILENT_VOICE = """() => {
    window.said = [];
    let at_s = -1;
    const now_s = () => performance.now() / 1000;
    SpeechSynthesis.prototype.speak = (words) => {
        at_s = now_s();
        window.said.push([at_s, words.text]);
    };
    Object.defineProperty(SpeechSynthesis.prototype, "speaking", { get: () => now_s() - at_s < 1 });
}"""
"""A browser without loudspeakers: what would be said, a second each, is written down."""

WATCH_CHART = """() => {
    window.chart = { swaps: 0, emptied: 0 };
    const host = document.querySelector(".pc-host");
    new MutationObserver(() => {
        window.chart.swaps++;
        if (!host.querySelector(".pc-line[d^='M']")) window.chart.emptied++;
    }).observe(host, { childList: true });
}"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "own"))


def expect_in_view(page: Page, *selectors: str) -> None:
    """All of these wholly inside the window, unscrolled, and nothing wider than its box."""
    page.wait_for_function(
        """selectors => selectors.every(selector => {
            const box = document.querySelector(selector)?.getBoundingClientRect();
            return box && box.width && box.height && box.left >= 0 && box.top >= 0
                && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
        })""",
        arg=list(selectors),
        timeout=20_000,
    )
    assert overflow_px(page) <= 0


def overflow_px(page: Page) -> int:
    """By how much something is wider than the window, or text wider than its own box."""
    return page.evaluate(
        """() => Math.max(
            document.querySelector("[data-testid=stMain]").scrollWidth - innerWidth,
            ...[...document.querySelectorAll(".pc-board, .pc-word, .pc-exercise, .pc-chart")]
                .map(each => each.scrollWidth - each.clientWidth))"""
    )


WHAT_MATTERS = (".st-key-pc_picture", ".pc-board", ".pc-word")


def test_hand_up_three_two_one_counted_aloud_and_hand_up_again_ends_the_set(
    app: App, open_page: Opener, tmp_path: Path
):
    clip = show(
        tmp_path / "hands_free.y4m",
        [
            Part("hand_raise.mp4", times=2, still_s=3.0),
            Part("squat_45_2.mp4", times=2),
            Part("hand_raise.mp4", still_s=0.5),
        ],
    )
    watched = open_page(camera_showing(clip))
    page = watched.page
    expect(page.get_by_text("Ready when you are")).to_be_visible()
    page.evaluate(SILENT_VOICE)
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    settled(page)
    page.keyboard.press("Space")
    expect(page.get_by_test_id("framing")).to_be_visible()
    expect(page.get_by_test_id("word")).to_contain_text("Ready. Begin, or raise one hand.")
    assert page.evaluate("window.said") == [], "nobody has allowed it to speak"
    page.get_by_role("button", name=re.compile("Voice is off")).click()
    expect(page.get_by_role("button", name=re.compile("Voice is on"))).to_be_visible()
    watched.take_picture("workout-guide")

    expect(page.get_by_test_id("countdown")).to_have_text("2")
    watched.take_picture("workout-countdown")
    expect(page.get_by_test_id("exercise")).to_have_text("Squat")
    expect(page.get_by_test_id("count")).to_have_text("2")
    page.evaluate(WATCH_CHART)
    expect(page.get_by_test_id("bar")).to_have_count(2)
    expect(page.get_by_test_id("caption")).to_have_text("“2”")

    for width, height in ((1280, 800), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        expect_in_view(page, *WHAT_MATTERS, ".pc-chart")
    watched.take_picture("workout-large")
    page.set_viewport_size({"width": 390, "height": 844})
    expect_in_view(page, *WHAT_MATTERS)
    watched.take_picture("workout-phone")
    page.set_viewport_size({"width": 1280, "height": 800})

    expect(page.get_by_test_id("count")).to_have_text("3")
    expect(page.get_by_test_id("exercise")).to_have_text("Pause")
    expect(page.get_by_test_id("word")).to_contain_text("Ready. Begin, or raise one hand.")
    chart = page.evaluate("window.chart")
    assert chart["swaps"] > 10 and chart["emptied"] == 0, "it is swapped, never blank"
    page.get_by_role("button", name=re.compile("Voice is on")).click()
    muted_after = len(page.evaluate("window.said"))

    page.keyboard.press("Space")  # the voice's button has the focus and takes it
    expect(page.get_by_role("button", name=re.compile("Voice is on"))).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(page.get_by_text("Session over")).to_be_visible()

    said = page.evaluate("window.said")
    assert said[0][1] == "Voice on"
    words = [text for _, text in said[1:muted_after]]
    spoken = [text for text in words if text.isdigit() or text == "Go"]
    assert spoken[-3:] == ["1", "2", "3"], said
    assert set(spoken[:-3]) <= {"3", "2", "1", "Go"}, said
    cues_s = [at_s for at_s, text in said[1:muted_after] if not text.isdigit() and text != "Go"]
    gaps_s = [later - earlier for earlier, later in zip(cues_s, cues_s[1:])]
    assert all(gap_s > CUE_EVERY_S - 1.5 for gap_s in gaps_s), said
    (summary,) = app.store.sessions()
    sets = app.store.session(summary.id).sets
    assert ("squat", 3) in [(each.exercise, len(each.reps)) for each in sets], "none lost"


def test_the_guide_says_what_is_wrong_and_turns_green(app: App, open_page: Opener, tmp_path: Path):
    still = {"only_s": 0.0, "still_s": 7.0}
    clip = show(
        tmp_path / "framing.y4m",
        [
            Part("hand_raise.mp4", change=dark, **still),
            Part("hand_raise.mp4", change=close, **still),
            Part("hand_raise.mp4", **still),
        ],
    )
    watched = open_page(camera_showing(clip))
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(
        """() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
                   window.asked = [];
                   navigator.mediaDevices.getUserMedia = (what) => {
                       window.asked.push(what.video.facingMode?.ideal); return ask(what); }; }"""
    )
    page.get_by_role("radio", name="Rear").or_(
        page.get_by_role("button", name="Rear")
    ).first.click()
    page.locator("button[data-facing=environment]").click()  # Start, once it knows the choice
    word = page.get_by_test_id("word")
    for sentence, colour in (
        ("Too dark. Switch on a light.", "pc-see"),
        (re.compile(r"Step back"), "pc-see"),
        ("Ready. Begin, or raise one hand.", "pc-good"),
    ):
        expect(word).to_contain_text(sentence)
        expect(word).to_have_class(re.compile(colour))
    assert page.evaluate("window.asked") == ["environment"]
    assert overflow_px(page) <= 0
    watched.take_picture("workout-phone-guide")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Session over")).to_be_visible()
    assert app.store.sessions() == [], "nobody did anything"


# Below the stage on a phone there is room for the chart alone.
SIZES = (
    ((1280, 800), (*WHAT_MATTERS, ".st-key-pc_voice", ".pc-chart")),
    ((390, 844), (*WHAT_MATTERS, ".st-key-pc_bar", ".st-key-pc_voice")),
)


def expect_stage_in_view(watched: Watched, name: str, *also: str) -> None:
    """At both sizes, with what ``also`` stands on the board."""
    for (width, height), selectors in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        expect_in_view(watched.page, *selectors, *also)
        watched.take_picture(f"{name}-{width}")
    watched.page.set_viewport_size({"width": 1280, "height": 800})


def test_with_a_plan_too_all_is_in_view_and_what_a_rep_and_a_set_need_is_said(
    app: App, open_page: Opener, tmp_path: Path, squat_camera: Path
):
    own = tmp_path / "own"
    own.mkdir()
    shipped = (SHIPPED / "squat.toml").read_text("utf-8")
    deep = shipped.replace("low = 80\nhigh = 140", "low = 110\nhigh = 140")
    (own / "squat.toml").write_text(deep, "utf-8")
    save_plan(own, (Step("squat", 2, 3, rest_s=15),))
    watched = open_page(camera_showing(squat_camera))
    page = watched.page
    page.evaluate(SILENT_VOICE)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("count")).to_be_visible()
    voice = page.get_by_role("button", name=re.compile("Voice is off"))
    expect(voice).to_have_count(1)  # the one from before the start is still there for a moment
    voice.click()
    expect(page.get_by_text("Set 1 of 2 · 0 of 3 reps")).to_be_visible()
    expect_stage_in_view(watched, "plan-first")
    expect(page.get_by_text("Set 1 of 2 · 1 of 3 reps")).to_be_visible()
    expect(page.get_by_test_id("word")).to_have_text(re.compile("Go a little deeper"))
    expect_stage_in_view(watched, "plan-rep", ".pc-plan", ".pc-strip", ".pc-depth", ".pc-number")
    ticks = page.evaluate(
        """() => [...document.querySelectorAll(".pc-tick")].map(tick =>
            tick.getBoundingClientRect().left
            - document.querySelector(".pc-plot svg").getBoundingClientRect().right)"""
    )
    assert min(ticks) >= 0, "no curve runs over the scale"
    expect(page.get_by_test_id("word")).to_have_text(re.compile("Set done. Rest."))
    expect_stage_in_view(watched, "plan-rest", ".pc-plan", ".pc-number")
    expect(page.get_by_test_id("word")).to_have_text(re.compile("Set done. Rest."))
    said = [text for _, text in page.evaluate("window.said")]
    assert said.index("Go a little deeper") == said.index("1") + 1, said
    assert said.index("Set done. Rest.") > said.index("3"), said
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Session over")).to_be_visible()


def test_a_plan_is_kept_and_its_rest_starts_by_itself(app: App, open_page: Opener):
    watched = open_page(NO_CAMERA)
    page = watched.page
    page.emulate_media(reduced_motion="reduce")
    page.get_by_text("Plan of the day: none").click()
    choose(page, "Next exercise", "Squat")
    page.get_by_label("Reps, or seconds held").fill("2")
    page.get_by_role("button", name="Add to the plan").click()
    planned = page.get_by_text(re.compile(r"Squat: 3 sets of 2 reps, rest 60 s"))
    expect(planned).to_be_visible()
    page.reload()
    expect(planned).to_be_visible()

    page.get_by_role("radio", name="Demo clip").or_(
        page.get_by_role("button", name="Demo clip")
    ).first.click()
    expect(page.get_by_alt_text("The demo clip", exact=False)).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Set 1 of 3 · 1 of 2 reps")).to_be_visible()
    moving = "() => getComputedStyle(document.querySelector('.pc-fill')).transitionDuration"
    assert page.evaluate(moving) == "0s"
    expect(page.get_by_test_id("rest")).to_be_visible()
    expect(page.get_by_text("Next: Squat, set 2 of 3")).to_be_visible()
    watched.take_picture("workout-rest")
    page.get_by_text("Draw the angle curves").click()
    expect(page.get_by_test_id("chart")).to_have_count(0)
    page.get_by_role("button", name="Stop", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Session over")).to_be_visible()


def test_a_page_that_is_the_first_thing_asked_of_the_server_has_its_navigation(
    app: App, browser_path: str, playwright
):
    browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
    page = browser.new_page()
    page.goto(f"{app.url}/history")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Workout$"))).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    browser.close()
