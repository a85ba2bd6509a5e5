"""What a person does with recorded videos, in a real browser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import av
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CLIPS, NO_CAMERA, PATIENCE_MS, Watched, choose
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from bench.served import App
from posecore.video import frames

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Opener = Callable[[tuple[str, ...]], Watched]

SQUATS, OTHER_SQUATS, PUSH_UPS = "squat_45_2.mp4", "gym_squat_712.mp4", "pushup_90_1.mp4"
FRAME_S = 1 / 15  # of all of them

STREAMLITS_OWN = ("stFileUploaderDropzo", 'data-testid="stSidebar"')
"""The uploader's hidden input has no name; nobody gets there, the button before it opens it. The
sidebar, which is the navigation on a phone, says that it is shut in a way that it may not."""

expect.set_options(timeout=PATIENCE_MS)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()  # an icon's name may stand before it


def moment_s(page: Page) -> float:
    return float(page.locator("[data-now]").get_attribute("data-now") or "nan")


def wait_for_picture(page: Page, within_s: float = FRAME_S / 2) -> None:
    """Until the video shows the moment that the chart marks."""
    page.wait_for_function(
        """([video, chart, within]) => !video.seeking
            && Math.abs(video.currentTime - Number(chart.dataset.now)) <= within""",
        arg=[
            picture(page).element_handle(),
            page.locator("[data-now]").element_handle(),
            within_s,
        ],
    )


def picture(page: Page) -> Locator:
    return page.locator(".st-key-video_picture video")


def taken_along(page: Page, label: str) -> tuple[str, bytes]:
    """The file's name and content."""
    with page.expect_download() as waiting:
        press(page, label)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def told_too_wide(page: Page) -> list[str]:
    """What reaches past the window without a scroll bar of its own, which one would not find."""
    return page.evaluate("""() => [...document.querySelectorAll('.stMain *')].filter((each) => {
        const box = each.getBoundingClientRect();
        if (!box.width || box.right <= innerWidth + 1) return false;
        for (let up = each.parentElement; up && !up.matches('.stMain'); up = up.parentElement)
            if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX))
                return false;
        return true;
    }).map((each) => each.outerHTML.slice(0, 120))""")


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
        if not any(own in node["html"] for own in STREAMLITS_OWN)
    ]


def test_two_videos_are_analysed_moved_through_compared_and_taken_along(
    app: App, open_page: Opener, tmp_path: Path
):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes((CLIPS / SQUATS).read_bytes()[:3000])
    watched = open_page(NO_CAMERA)
    page = watched.page
    page.get_by_role("link", name=re.compile("Video$")).click()
    expect(page.get_by_role("heading", name="Video")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [CLIPS / SQUATS, CLIPS / OTHER_SQUATS, broken, CLIPS / PUSH_UPS]
    )
    expect(page.get_by_text(PUSH_UPS)).to_be_visible()
    press(page, "Analyse")

    # How far it is; one is cancelled, one cannot be read, the others go on.
    expect(page.get_by_text(re.compile(rf"{PUSH_UPS}: waiting"))).to_be_visible()
    page.locator(".st-key-video_cancel_pushup_90_1-mp4 button").click()
    expect(page.get_by_text(f"{PUSH_UPS} was cancelled.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"of 8 s analysed")).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d of 3 videos done, about .* left"))).to_be_visible()
    watched.take_picture("video-progress")
    expect(page.get_by_text("broken.mp4: this is not a video that can be read")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel all")).to_have_count(0)
    expect(page.get_by_text("Compare two reps or two videos")).to_be_visible()
    assert {each.source for each in app.store.sessions()} == {SQUATS, OTHER_SQUATS}

    choose(page, "Analysed video", OTHER_SQUATS)

    # The moment, from the keyboard, from the chart and from the picture.
    expect(page.get_by_text("Squat: 3 reps. Work on first: Stand up fully")).to_be_visible()
    # The other video has no fault: from now on it is this one that is moved through.
    expect(page.get_by_role("button", name="To the next fault")).to_be_enabled()
    slider = page.get_by_label("Moment of the video")
    slider.focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert moment_s(page) == pytest.approx(9 * FRAME_S, abs=0.005)
    wait_for_picture(page)
    press(page, "To the next fault")
    moment = page.get_by_test_id("moment")
    expect(moment).to_contain_text("Stand up fully")
    wait_for_picture(page)
    before_s = moment_s(page)
    press(page, "To the next rep")
    assert moment_s(page) > before_s
    page.locator(".chart").evaluate("chart => chart.scrollIntoView({ block: 'center' })")
    box = page.locator(".chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=8)
    page.mouse.up()
    expect(moment).to_contain_text("rep 2, way")
    assert 3.4 < moment_s(page) < 3.8, "the middle of the chart is that of the video"
    wait_for_picture(page)
    picture(page).evaluate("video => video.scrollIntoView({ block: 'center' })")
    watched.take_picture("video")
    picture(page).evaluate("video => { video.currentTime = 2; video.playbackRate = 0.25 }")
    expect(moment).to_contain_text("2.00 s")
    expect(moment).to_contain_text("rep 1")
    press(page, "▶ Play")
    expect(page.get_by_role("button", name="❚❚ Pause")).to_be_visible()
    expect(moment).not_to_contain_text("2.00 s")
    press(page, "❚❚ Pause")
    wait_for_picture(page)

    # Two videos on one chart.
    compared = page.locator(".stPlotlyChart").last
    compared.scroll_into_view_if_needed()
    expect(compared.locator(".trace").first).to_be_visible()
    expect(compared).to_contain_text("turning point")
    expect(page.get_by_text("gym_squat_712.mp4: mean of 3 reps").first).to_be_visible()
    watched.take_picture("video-compare")

    assert serious(page) == []
    _take_everything_along(page)

    # The same on a phone, in the dark.
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    picture(page).scroll_into_view_if_needed()
    press(page, "To the next fault")
    expect(moment).to_contain_text("Stand up fully")
    page.wait_for_timeout(500)  # the charts are drawn again for the new width
    assert told_too_wide(page) == []
    assert serious(page) == []
    page.locator(".chart").evaluate("chart => chart.scrollIntoView({ block: 'center' })")
    watched.take_picture("video-phone")


def _take_everything_along(page: Page) -> None:
    page.get_by_text("Take it along").click()
    name, pdf = taken_along(page, "Report (PDF)")
    assert name == "gym_squat_712.report.pdf"
    paper = PdfReader(io.BytesIO(pdf))
    told = " ".join(each.extract_text() for each in paper.pages)
    assert "Squat: 3 reps" in told and "Stand up fully" in told
    assert sum(len(each.images) for each in paper.pages) >= 2
    name, html = taken_along(page, "Report (HTML)")
    assert name == "gym_squat_712.report.html" and b"Squat: 3 reps" in html
    name, video = taken_along(page, "Annotated video (MP4)")
    assert name == "gym_squat_712.annotated.mp4"
    _, document = taken_along(page, "Analysis (JSON)")
    frames_of = json.loads(document)["frames"]
    n_frames = len(frames_of["t_s"])
    assert n_frames == sum(1 for _ in frames(CLIPS / OTHER_SQUATS)) == _n_frames(video)
    for kind, read in (("CSV", pd.read_csv), ("Parquet", pd.read_parquet)):
        name, reps = taken_along(page, f"Reps ({kind})")
        assert name == f"gym_squat_712.reps.{kind.lower()}"
        assert list(read(io.BytesIO(reps))["exercise"]) == ["squat"] * 3
        _, rows = taken_along(page, f"Frames ({kind})")
        table = read(io.BytesIO(rows))
        assert len(table) == n_frames
        assert table["left_knee_deg"].max() == pytest.approx(
            max(filter(None, frames_of["flexion_deg"]["left_knee"])), abs=0.01
        )


def _n_frames(video: bytes) -> int:
    with av.open(io.BytesIO(video)) as container:
        return sum(1 for _ in container.decode(video=0))
