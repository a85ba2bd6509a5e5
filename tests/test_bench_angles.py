"""The angle benchmark: on made numbers its arithmetic, on committed clips what it is for."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")

from bench.__main__ import main
from bench.angle_chart import grouped_bars
from bench.angle_data import DrawnClip, Known, NoClips, read_clips, shipped_fit, view_from
from bench.angle_real import filmed, real_section
from bench.angle_report import section
from bench.angles import (
    BODIES,
    BODIES_AND_MOVEMENTS,
    KNOWN,
    MOVEMENTS,
    OTHER_BODIES,
    best_view_errors,
    best_view_mean,
    expected_errors,
    found_share,
    group_of,
    key_joint_errors,
    key_mean,
    measured,
    over_joints_and_views,
)
from bench.fit_angles import FitSettings, fit
from bench.page import markers, write_section
from bench.rendered.drills import DRILLS
from bench.rendered.exercises import EXERCISES
from bench.rendered.plan import RANDOM_POSES
from posecore.angle_model import bones_of
from posecore.angles import (
    JOINT_INDEX,
    N_JOINTS,
    corrected_flexion,
    flexion_of,
    readings_and_inputs,
)
from posecore.landmarks import Landmark
from posecore.tracks import Track
from posecore.types import Pose
from tests.bodies import body

CLIPS = Path(__file__).parent / "clips"
LEFT_ELBOW = JOINT_INDEX["left_elbow"]
LEFT_KNEE, RIGHT_KNEE = JOINT_INDEX["left_knee"], JOINT_INDEX["right_knee"]


def true_bones(pose: Pose) -> np.ndarray:
    """(2, n_bones, 3) directions of a made body's bones."""
    _, seen = readings_and_inputs(pose.pixels[None], pose.world[None], pose.visibility[None])
    bones = bones_of(seen[0])
    return bones / np.linalg.norm(bones, axis=-1, keepdims=True)


def drawn(exercise="squat", view="side", who="gus", n=6, **posture) -> DrawnClip:
    """A clip of one made body that stands still, with what was seen of it as its truth."""
    pose = body(view=view if view != "none" else "side", **(posture or {"knee": 60.0}))
    truth = np.tile(flexion_of(pose.world), (n, 1))
    return DrawnClip(
        name="clip",
        exercise=exercise,
        view=view,
        body=who,
        truth_deg=truth,
        pixels=np.tile(pose.pixels, (n, 1, 1)),
        world=np.tile(pose.world, (n, 1, 1)),
        visibility=np.ones((n, len(Landmark))),
        seen=np.ones((n, N_JOINTS), bool),
        seen_from=np.array([view] * n, "U8"),
        off_share=np.zeros((n, N_JOINTS)),
        bones=np.tile(true_bones(pose), (n, 1, 1, 1)),
        missed=0,
    )


def off_by(clip: DrawnClip, **degrees: float):
    """The clip as an estimator would see it that is off at the joints named."""

    def estimate(c: DrawnClip) -> np.ndarray:
        said = c.truth_deg.copy()
        for joint, error in degrees.items():
            said[:, JOINT_INDEX[joint]] += error
        return said

    names = ("2-D", "world", "2-D with depth", "pipeline")
    return measured(clip, dict.fromkeys(names, estimate))


@pytest.mark.parametrize(
    ("exercise", "who", "group"),
    [
        ("squat", "gus", BODIES_AND_MOVEMENTS),
        ("squat", "ada", MOVEMENTS),
        ("squat", "3", OTHER_BODIES),
        ("random_poses", "gus", BODIES),
        ("random_poses", "ada", KNOWN),
        ("walking", "ada", MOVEMENTS),
        ("walking", "3", OTHER_BODIES),
    ],
)
def test_unseen_bodies_and_unseen_movements_are_kept_apart(exercise, who, group):
    known = Known(frozenset({"ada"}), frozenset({"random_poses"}))
    assert group_of(drawn(exercise, who=who), known) == group


def test_shipped_correction_has_not_seen_the_bodies_it_is_measured_on():
    known = shipped_fit()
    assert known.bodies and not known.bodies & {"gus", "hana"}


def test_shipped_correction_has_not_seen_any_exercise():
    movements = shipped_fit().movements
    assert RANDOM_POSES in movements
    assert not movements & (set(EXERCISES) | set(DRILLS))


@pytest.mark.parametrize(
    ("azimuth", "view"),
    [(0, "front"), (180, "front"), (-45, "diagonal"), (90, "side"), (-100, "side"), (200, "front")],
)
def test_view_is_told_as_the_scorer_tells_it(azimuth, view):
    assert view_from(azimuth) == view


def test_key_joint_is_judged_on_its_better_side():
    clips = [off_by(drawn(), left_knee=10.0, right_knee=-4.0, left_elbow=50.0)]
    assert key_joint_errors(clips, "pipeline") == {("squat", "side"): pytest.approx(4.0)}


def test_key_joint_of_a_side_that_is_never_seen_is_left_out():
    clip = drawn()
    clip.seen[:, RIGHT_KNEE] = False
    clips = [off_by(clip, left_knee=10.0, right_knee=-4.0)]
    assert key_joint_errors(clips, "pipeline") == {("squat", "side"): pytest.approx(10.0)}


def test_best_view_is_the_one_with_the_least_error():
    clips = [
        off_by(drawn(view="front"), left_knee=9.0, right_knee=9.0),
        off_by(drawn(view="side"), left_knee=3.0, right_knee=3.0),
    ]
    assert best_view_errors(key_joint_errors(clips, "pipeline")) == {
        "squat": ("side", pytest.approx(3.0))
    }
    assert best_view_mean(clips, "pipeline") == pytest.approx(3.0)
    assert key_mean(clips, "pipeline") == pytest.approx(6.0)


def test_every_joint_and_view_counts_alike_however_long_the_clip():
    clips = [
        off_by(drawn(view="front", n=2), left_knee=8.0, right_knee=8.0),
        off_by(drawn(view="side", n=20)),
    ]
    assert over_joints_and_views(clips, "world") == pytest.approx(8.0 / 8)


def test_oracle_takes_the_nearer_of_the_raw_readings():
    clip = drawn()
    flat = {"2-D": lambda c: c.truth_deg + 5, "world": lambda c: c.truth_deg - 3}
    assert np.allclose(measured(clip, flat).error_deg["oracle"], -3)


def test_expected_error_goes_by_the_view_that_the_pipeline_sees():
    clip = replace(drawn(n=4), seen_from=np.array(["side", "side", "front", ""], "U8"))
    m = off_by(clip, left_knee=6.0, right_knee=6.0)
    table = expected_errors([m])
    assert table["side"]["knee"] == table["front"]["knee"] == pytest.approx(6.0)
    assert np.isnan(table["diagonal"]["knee"])


def test_frames_with_nobody_count_as_missed():
    assert found_share([off_by(replace(drawn(n=9), missed=1))]) == pytest.approx(0.9)


def test_section_is_replaced_and_the_rest_of_the_page_stays(tmp_path):
    page = tmp_path / "ACCURACY.md"
    write_section(page, "angles", "first")
    page.write_text(page.read_text() + "\n## Recognition\n\nKept.\n")
    write_section(page, "angles", "second")
    text = page.read_text()
    assert "first" not in text and "second" in text and text.rstrip().endswith("Kept.")
    assert all(text.count(mark) == 1 for mark in markers("angles"))


def test_section_is_added_to_a_page_that_has_none(tmp_path):
    page = tmp_path / "ACCURACY.md"
    page.write_text("# Accuracy\n\nOf recognition.\n")
    write_section(page, "angles", "angles")
    assert page.read_text().startswith("# Accuracy\n\nOf recognition.") and "angles" in (
        page.read_text()
    )


def test_section_says_that_people_are_rendered_and_shows_every_view():
    text = section({BODIES_AND_MOVEMENTS: [off_by(drawn()), off_by(drawn(view="front"))]})
    assert "rendered people" in text
    assert "| knee | front |" in text and "| knee | side |" in text and "nan" not in text


def test_chart_leaves_out_what_was_not_measured():
    svg = grouped_bars("A <title>", ["one", "two"], {"knee": [10.0, float("nan")]})
    assert svg.startswith("<svg") and "A &lt;title&gt;" in svg and "nan" not in svg
    assert svg.count("<rect") == 1 + 2 + 1  # ground, legend, the one bar


def test_folder_without_clips_is_named(tmp_path, capsys):
    with pytest.raises(NoClips, match=tmp_path.name):
        list(read_clips(tmp_path, None))
    assert main(["angles", str(tmp_path)]) == 2
    assert tmp_path.name in capsys.readouterr().err


def test_fit_learns_a_bias_of_the_estimator():
    # An estimator that reads every knee 12 degrees too deep, on poses of all depths.
    clips = []
    for i, deg in enumerate(np.linspace(10, 120, 40)):
        clip = drawn("random_poses", who="ada", n=16, knee=float(deg), hip=float(deg) / 2)
        truth = clip.truth_deg.copy()
        truth[:, [LEFT_KNEE, RIGHT_KNEE]] -= 12.0
        clips.append(replace(clip, name=str(i), truth_deg=np.clip(truth, 0, None)))
    settings = FitSettings(members=1, epochs=100, hidden=(16, 8), drop=0.0, turn_deg=5.0)
    model = fit(clips, settings)
    new = drawn(n=1, knee=77.0, hip=38.0)
    said = corrected_flexion(new.pixels, new.world, new.visibility, model)[0, LEFT_KNEE]
    assert said == pytest.approx(65.0, abs=4.0)


def standing_track(n: int = 40, **posture: float) -> Track:
    pose = body(view="side", **posture)
    return Track(
        t_s=np.arange(n) / 30,
        found=np.ones(n, bool),
        image=np.tile(pose.image, (n, 1, 1)),
        world=np.tile(pose.world, (n, 1, 1)),
        visibility=np.ones((n, len(Landmark))),
        size_px=pose.size_px,
    )


def test_filmed_clip_is_told_by_its_jitter_its_sides_and_its_far_end():
    plain = filmed(standing_track(left_knee=90.0, right_knee=80.0), "squat")["2-D with depth"]
    assert plain.jitter == pytest.approx(0.0, abs=1e-6)
    assert plain.apart == pytest.approx(10.0, abs=0.2)
    assert plain.far == pytest.approx(85.0, abs=0.2)
    assert np.isnan(filmed(standing_track(knee=90.0), "lunge")["pipeline"].apart)


def test_filmed_people_are_a_table_with_a_column_for_each_exercise():
    clips = [filmed(standing_track(knee=90.0), "squat"), filmed(standing_track(), "push_up")]
    text = real_section(clips)
    assert "Of 2 clips" in text and "| push up, elbow | squat, knee |" in text


@pytest.mark.slow
def test_correction_brings_the_angles_of_the_committed_clips_nearer_to_the_truth(tmp_path, capsys):
    folder, out, cache = tmp_path / "clips", tmp_path / "out", tmp_path / "cache"
    folder.mkdir()
    for name in ("gym_shoulder_press_708", "gym_biceps_curl_711"):
        for kind in ("mp4", "npz"):
            shutil.copy(CLIPS / f"{name}.{kind}", folder)
    assert main(["angles", str(folder), "--out", str(out), "--cache", str(cache)]) == 0
    clips = [measured(clip) for clip in read_clips(folder, cache)]
    before, after = (over_joints_and_views(clips, e) for e in ("2-D with depth", "pipeline"))
    assert after < before
    for m in clips:  # true bones meet at the true angles: upper arm and forearm, thigh and shank
        for (a, b), joint in (((0, 1), LEFT_ELBOW), ((3, 4), LEFT_KNEE)):
            cosine = (m.clip.bones[:, 0, a] * m.clip.bones[:, 0, b]).sum(axis=-1)
            between = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
            np.testing.assert_allclose(between, m.clip.truth_deg[:, joint], atol=0.3)
    assert min(found_share([clip]) for clip in clips) > 0.95
    printed, page = capsys.readouterr().out, (out / "ACCURACY.md").read_text()
    assert "| biceps curl, elbow |" in page and "| biceps curl, elbow |" in printed
    assert (out / "angles.svg").read_text().startswith("<svg")
    card = json.loads((out / "angle_error.json").read_text())
    assert card["measured_on"] == [BODIES_AND_MOVEMENTS]  # hana's curl; fay is known
    assert card["clips"] == 1 and card["frames"] == len(clips[0].clip.truth_deg)
