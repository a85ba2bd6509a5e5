from __future__ import annotations

import io
import os
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from posecore.analyze import Analysis, analyze_video
from posecore.angles import N_JOINTS
from posecore.draw import PLAIN_GROUND, draw_moment, jpeg
from posecore.exercises import load_exercises
from posecore.language import speaking
from posecore.report import MOST_PICTURES, pictures_for, render_pdf, render_report, write_report
from posecore.types import Fault
from posecore.video import VideoInfo
from tests.bodies import body, held, movement
from tests.recordings import record
from tests.results import analysis, exercise_set, fault, pipeline_seeing, rep

EXERCISES = load_exercises()
SHALLOW = movement("squat", reps=2, rep_s=1.5, rest_s=0.4, fps=12.0, depth=0.55)


def page(made: Analysis, video: Path | None = None) -> str:
    return render_report(made, EXERCISES, pictures_for(made, video))


def text_of(html: str) -> str:
    """What a reader sees, with single spaces."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", bare)


def seen_fault(**changes: object) -> Fault:
    return replace(fault(**changes), pose=body(knee=60))  # type: ignore[arg-type]


@pytest.fixture
def shallow(tmp_path: Path) -> tuple[Analysis, Path]:
    clip = record(tmp_path / "squats.mp4", [t_s for t_s, _ in SHALLOW], size=(320, 240))
    return analyze_video(clip, pipeline=pipeline_seeing(SHALLOW)), clip


@pytest.mark.parametrize(
    ("joint", "words"),
    [
        ("left_knee", "Left knee 62°"),
        ("knee", "Mean of left and right knee 62°"),
        ("knee_difference", "Difference of left and right knee 62°"),
        ("trunk_lean", "Trunk lean 62°"),
    ],
)
def test_report_says_what_the_number_was_read_on(joint: str, words: str, tmp_path: Path) -> None:
    clip = record(tmp_path / "squats.mp4", [0.0, 0.1], size=(320, 240))
    made = analysis([exercise_set([rep(faults=(fault(joint),))])])
    assert words in text_of(page(made, clip))


def test_report_tells_count_score_faults_and_what_to_do(shallow: tuple[Analysis, Path]) -> None:
    made, clip = shallow
    told = text_of(page(made, clip))
    off = made.sets[0].reps[0].faults[0]
    for words in (
        "Squat: 2 reps",
        "squats.mp4",
        off.cue,
        f"{off.measured:.0f}°",
        f"{off.low:.0f}° to {off.high:.0f}°",
        "Rep 1",
        "Rep 2",
        "in both reps",
    ):
        assert words in told
    assert "What to work on" in told


def test_each_fault_has_a_picture_of_its_moment(shallow: tuple[Analysis, Path]) -> None:
    made, clip = shallow
    faults = [f for each in made.sets for r in each.reps for f in r.faults]
    pictures = pictures_for(made, clip)
    assert set(pictures) == set(faults)
    assert all(data.startswith(b"\xff\xd8") for data in pictures.values())
    assert page(made, clip).count("data:image/jpeg;base64,") > len(faults)


def test_without_the_video_skeletons_are_drawn_on_a_plain_ground() -> None:
    off = seen_fault()
    figure = draw_moment(None, off)
    assert tuple(figure[2, 2]) == PLAIN_GROUND
    assert not (figure == PLAIN_GROUND).all()
    room = np.zeros((240, 320, 3), np.uint8)
    assert tuple(draw_moment(room, off)[2, 2]) == (0, 0, 0)


def test_what_was_off_is_marked() -> None:
    marked = draw_moment(None, seen_fault())
    other = draw_moment(None, replace(seen_fault(), joint="left_elbow"))
    assert (marked != other).any()


def test_fault_without_a_pose_has_no_picture_but_is_told() -> None:
    made = analysis([exercise_set([rep(faults=(fault(),))])])
    assert pictures_for(made, None) == {}
    html = page(made)
    assert "Go lower" in html and "data:image" not in html
    with pytest.raises(ValueError, match="pose"):
        draw_moment(None, fault())


def test_two_things_are_said_first_though_there_are_more() -> None:
    faults = tuple(
        seen_fault(id=f"f{i}", cue=f"Cue number {i}", measured=80 - 5 * i) for i in range(1, 5)
    )
    html = page(analysis([exercise_set([rep(faults=faults)])]))
    assert html.count('class="cue"') == 2
    first = re.findall(r'class="cue">([^<]+)<', html)
    assert set(first) <= {"Cue number 4", "Cue number 3", "Cue number 2"}
    assert all(f"Cue number {i}" in html for i in range(1, 5)), "all of them further down"


def test_names_are_no_markup() -> None:
    nasty = '<script>alert("x")</script>&.mp4'
    made = analysis(
        [exercise_set([rep(faults=(seen_fault(cue="<b>Go</b> lower"),))])],
        info=VideoInfo(nasty, 640, 480, 25.0, 10.0, 250),
        warnings=("<img src=x onerror=alert(1)>",),
    )
    html = page(made)
    assert "<script" not in html and "<img src=x" not in html and "<b>Go</b>" not in html
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&amp;.mp4" in html


def test_set_without_faults_is_praised() -> None:
    told = text_of(page(analysis([exercise_set([rep(), rep(2, 4)])])))
    assert "Nothing was off" in told
    assert "What to work on" not in told


def test_video_without_reps_says_so() -> None:
    told = text_of(page(analysis([])))
    assert "No repetition of a known exercise" in told


def test_video_of_nobody_says_what_to_do_instead_of_what_was_done() -> None:
    made = analysis([], person=np.zeros(250, bool), warnings=("Nobody was seen in this video.",))
    told = text_of(page(made))
    assert "Nobody was seen" in told
    assert "if you know what is done" not in told


def test_hold_tells_seconds_and_what_broke_it(tmp_path: Path) -> None:
    seen = held("plank", 4.0, fps=12.0) + [
        (t_s + 4.1, replace(pose, t_s=t_s + 4.1))
        for t_s, pose in held("plank", 3.0, fps=12.0, knee=60.0)
    ]
    clip = record(tmp_path / "plank.mp4", [t_s for t_s, _ in seen])
    made = analyze_video(clip, pipeline=pipeline_seeing(seen, "plank"))
    told = text_of(page(made, clip))
    assert re.search(r"Plank: \d+ s held", told)
    assert made.hold_faults and made.hold_faults[0].cue in told
    assert len(made.hold_faults) < 4, "a stretch is one fault, not one a frame"


def test_view_that_cannot_judge_is_named_with_the_reason() -> None:
    made = analysis([exercise_set([rep()])], view=("front",) * 250, hint=(None,) * 250)
    told = text_of(page(made))
    assert re.search(r"Not judged: [^–]*chest up[^–]*– the camera saw you from the front", told)
    assert "film diagonally or from the side" in told
    assert "±7°" in told


def test_hint_that_lasted_is_told() -> None:
    hint = "Step back: your feet are out of the picture."
    made = analysis([exercise_set([rep()])], view=("side",) * 250, hint=(hint,) * 250)
    assert hint in text_of(page(made))
    rare = analysis([exercise_set([rep()])], view=("side",) * 250, hint=(hint,) * 2 + (None,) * 248)
    assert hint not in text_of(page(rare))


def test_parts_that_were_not_judged_are_dashes_not_numbers() -> None:
    parts = {"depth": 90.0, "control": 80.0}
    html = page(analysis([exercise_set([rep(score_parts=parts)])]))
    row = html.split("<tbody>")[1].split("</tbody>")[0]
    assert row.count("<td>–</td>") == 3
    assert "symmetry (part of the score)" in html


def test_rep_without_angles_has_no_chart() -> None:
    blind = rep(curve_deg=np.full((20, N_JOINTS), np.nan), rom_deg=float("nan"))
    html = page(analysis([exercise_set([blind])]))
    assert "<svg" not in html
    assert "not seen" in html


def test_long_set_stays_small_and_says_what_is_left_out() -> None:
    reps = [rep(2 * i, 2 * i + 2, faults=(seen_fault(at_s=2 * i + 1.0),)) for i in range(60)]
    html = page(analysis([exercise_set(reps)], n=3000))
    assert len(html) < 1_500_000
    assert html.count('class="small"') == MOST_PICTURES
    assert f"{60 - MOST_PICTURES} further moments" in html


def test_nothing_on_the_page_comes_from_elsewhere_and_every_tag_is_closed() -> None:
    html = page(analysis([exercise_set([rep(faults=(seen_fault(),))])]))
    assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import|https?://", html)

    class Tags(HTMLParser):
        open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "img", "br", "line", "rect", "polyline"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("line", "rect", "polyline"):
                assert self.open.pop() == tag

    tags = Tags()
    tags.feed(html)
    assert tags.open == []


def test_report_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_report(analysis([]), path, exercises=EXERCISES)
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are of characters there")
def test_video_whose_name_is_no_characters_has_its_page_and_paper(
    shallow: tuple[Analysis, Path], tmp_path: Path
) -> None:
    clip = shallow[1].rename(tmp_path / os.fsdecode(b"\xff.mp4"))
    made = analyze_video(clip, pipeline=pipeline_seeing(SHALLOW))
    write_report(made, tmp_path / "report.html", exercises=EXERCISES, video=clip)
    assert "\\udcff.mp4" in (tmp_path / "report.html").read_text("utf-8")
    assert "udcff.mp4" in printed(made)


def test_picture_is_a_jpeg() -> None:
    assert jpeg(np.zeros((8, 8, 3), np.uint8))[:3] == b"\xff\xd8\xff"


def paper(made: Analysis, video: Path | None = None) -> PdfReader:
    return PdfReader(io.BytesIO(render_pdf(made, EXERCISES, pictures_for(made, video))))


def printed(made: Analysis) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in paper(made).pages))


def test_pdf_tells_the_same_as_the_page(shallow: tuple[Analysis, Path]) -> None:
    made, clip = shallow
    told = printed(made)
    off = made.sets[0].reps[0].faults[0]
    for words in (
        "Squat: 2 reps",
        "squats.mp4",
        off.cue,
        f"{off.measured:.0f}°",
        f"{off.low:.0f}° to {off.high:.0f}°",
        "Rep 2",
        "in both reps",
        "What to work on",
        "How sure this is",
        "Not judged:",
    ):
        assert words in told
    reader = paper(made, clip)
    assert sum(len(page.images) for page in reader.pages) > len(made.sets[0].reps)
    assert reader.metadata is not None and reader.metadata.title is not None
    assert "Squat: 2 reps" in reader.metadata.title


def test_pdf_writes_korean_and_what_looks_like_markup_as_it_is() -> None:
    name = "스쿼트 <b>영상</b> & co.mp4"
    made = analysis([], info=VideoInfo(name, 640, 480, 25.0, 10.0, 250))
    assert name in printed(made)


def test_pdf_of_a_long_set_goes_on_over_pages() -> None:
    reps = [rep(2 * i, 2 * i + 2, faults=(seen_fault(at_s=2 * i + 1.0),)) for i in range(60)]
    made = analysis([exercise_set(reps)], n=3000)
    pages = paper(made).pages
    told = " ".join(each.extract_text() for each in pages)
    assert len(pages) > 5
    assert f"{60 - MOST_PICTURES} further moments" in told
    assert all(f"Rep {number}," in told for number in range(1, 61))


def test_pdf_of_a_hold_and_of_nothing_at_all() -> None:
    hold = exercise_set(exercise="plank", hold_s=7.5)
    assert "held in good form" in printed(analysis([hold]))
    assert "No repetition of a known exercise" in printed(analysis([]))


def test_report_is_in_the_language_that_is_spoken_when_it_is_made() -> None:
    made = analysis([exercise_set([rep(faults=(seen_fault(cue="Go a little deeper"),))])])
    with speaking("ko"):
        told = text_of(page(made))
        paper = render_pdf(made, EXERCISES, {})
    printed = " ".join(each.extract_text() for each in PdfReader(io.BytesIO(paper)).pages)
    for words in (told, printed):
        assert "스쿼트" in words and "조금 더 깊이 앉으세요" in words
        english = {word for word in re.findall(r"[A-Za-z]{3,}", words)}
        assert english <= {"PoseCoach", "made"}, "the name of the file is made.mp4"
