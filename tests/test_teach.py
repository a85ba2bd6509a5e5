"""What is proposed from good reps that a made body shows: signal, thresholds, targets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from posecore.exercises import check_folder
from posecore.exercises.names import ExerciseNameError
from posecore.exercises.write import save_exercise
from posecore.pipeline import Pipeline
from posecore.teach import Proposal, adjusted, in_words, propose
from posecore.teach_shown import TeachError, measured, one_after_another, parted
from posecore.teach_signal import candidates, regularity
from tests.bodies import Movement, held, movement
from tests.results import NoClassifier

SIGNALS = {
    "squat": {"knee", "hip"},
    "biceps_curl": {"elbow"},
    "lateral_raise": {"shoulder", "upper_arm_lean"},
    "shoulder_press": {"shoulder", "elbow", "upper_arm_lean"},
    "push_up": {"elbow", "shoulder", "upper_arm_lean"},
}


def taught(frames: Movement, title: str = "A new one") -> Proposal:
    return propose(measured(frames), title)


def counted(proposal: Proposal, frames: Movement) -> int:
    """Complete reps that the pipeline counts with the taught exercise chosen by hand."""
    exercise = proposal.exercise
    pipeline = Pipeline(
        exercises={exercise.name: exercise}, classifier=NoClassifier(), exercise=exercise.name
    )
    for t_s, pose in frames:
        pipeline.advance(t_s, pose)
    ended = pipeline.finish()
    return ended.n_complete if ended is not None else 0


@pytest.mark.parametrize("exercise", sorted(SIGNALS))
def test_the_moving_joint_is_found_and_every_rep(exercise: str) -> None:
    frames = movement(exercise, 5, noise_m=0.01)
    proposal = taught(frames)
    assert proposal.chosen.measure in SIGNALS[exercise]
    assert len(proposal.complete) == 5
    assert counted(proposal, frames) == 5


def test_alternating_arms_count_each() -> None:
    proposal = taught(movement("biceps_curl", 6, alternate=True, noise_m=0.005))
    assert proposal.exercise.signal.sides == "each"
    assert len(proposal.complete) == 6


def test_a_signal_that_runs_downwards_starts_where_the_person_began() -> None:
    signal = taught(movement("pull_up", 5)).exercise.signal
    assert not signal.upwards or signal.measure == "elbow"


def test_standing_about_before_and_after_changes_nothing() -> None:
    reps = movement("squat", 5, start_s=8.0)
    frames = [*movement("squat", 0, rest_s=8.0), *reps]
    frames += movement("squat", 0, rest_s=6.0, start_s=reps[-1][0] + 0.04)
    assert len(taught(frames).complete) == 5


def test_others_are_counted_with_it_and_half_reps_are_too_short() -> None:
    proposal = taught(movement("squat", 5))
    assert counted(proposal, movement("squat", 4, rep_s=3.2, depth=0.9, noise_m=0.01)) == 4
    assert counted(proposal, movement("squat", 4, depth=0.25)) == 0


def test_a_shallower_rep_than_shown_is_a_fault_and_a_good_one_none() -> None:
    proposal = taught(movement("biceps_curl", 5))
    exercise = proposal.exercise
    pipeline = Pipeline(
        exercises={exercise.name: exercise}, classifier=NoClassifier(), exercise=exercise.name
    )
    for t_s, pose in movement("biceps_curl", 4, depth=[1.0, 1.0, 0.62, 1.0]):
        pipeline.advance(t_s, pose)
    ended = pipeline.finish()
    assert ended is not None
    faults = [[fault.id for fault in rep.faults] for rep in ended.reps]
    assert faults == [[], [], ["shallow"], []]


def test_what_is_proposed_passes_the_check_of_exercise_files(tmp_path: Path) -> None:
    for name in SIGNALS:
        save_exercise(taught(movement(name, 5), f"My {name}").exercise, tmp_path, new=True)
    good, problems = check_folder(tmp_path)
    assert (len(good), problems) == (len(SIGNALS), [])


def test_posture_is_what_hardly_moved() -> None:
    targets = taught(movement("lateral_raise", 5)).exercise.targets
    trunk = [t for t in targets if t.reading.measure == "trunk_lean"]
    assert len(trunk) == 1 and trunk[0].at == "whole"
    assert trunk[0].low <= 0 <= trunk[0].high


def test_only_the_view_that_was_shown_is_judged() -> None:
    exercise = taught(movement("squat", 5, view="side")).exercise
    assert exercise.best_views == ("side",)
    depth = next(t for t in exercise.targets if t.at == "far")
    assert depth.views == ("side",)


def test_moved_thresholds_are_counted_anew() -> None:
    proposal = taught(movement("squat", 5, depth=[1.0, 1.0, 1.0, 0.6, 0.6]))
    signal = proposal.exercise.signal
    way = signal.far - signal.start
    stricter = adjusted(proposal, signal.start, signal.start + 1.9 * way)
    assert len(stricter.complete) == 3
    assert len(stricter.spans) == 5, "the two shallow ones are attempts"
    depth = [next(t for t in p.exercise.targets if t.at == "far").low for p in (proposal, stricter)]
    assert depth[1] > depth[0]


def test_another_measure_may_be_counted() -> None:
    seen = measured(movement("squat", 5))
    names = [c.measure for c in candidates(seen)]
    assert {"knee", "hip"} <= set(names)
    assert propose(seen, "Mine", measure="knee").exercise.signal.measure == "knee"


def test_the_other_end_may_be_the_start() -> None:
    seen = measured(movement("squat", 5))
    usual, turned = propose(seen, "Mine"), propose(seen, "Mine", turned=True)
    assert usual.exercise.signal.upwards != turned.exercise.signal.upwards


# --- several clips --------------------------------------------------------------------------------


def test_reps_of_several_clips_are_counted_together_and_none_between_them() -> None:
    clips = [movement("squat", 2, view=view, noise_m=0.01) for view in ("side", "front", "side")]
    proposal = taught(one_after_another(clips))
    assert len(proposal.complete) == 6
    assert proposal.exercise.best_views == ("side", "front")
    assert [len(clip.t_s) for clip in proposal.seen.clips] == [len(clip) for clip in clips]
    for clip in clips:
        assert counted(proposal, clip) == 2


def test_a_second_clip_widens_what_is_good() -> None:
    deep, shallow = movement("squat", 3), movement("squat", 3, depth=0.8)
    lows = []
    for clips in ([deep], [deep, shallow]):
        exercise = taught(one_after_another(clips)).exercise
        lows.append(next(t for t in exercise.targets if t.at == "far").low)
    assert lows[1] < lows[0]


def test_clips_are_parted_as_they_were_joined() -> None:
    clips = [movement("squat", 1), held("plank", 2.0)]
    parts = parted(one_after_another(clips))
    assert [[pose for _, pose in part] for part in parts] == [
        [pose for _, pose in clip] for clip in clips
    ]


# --- positions that are held ----------------------------------------------------------------------


def hold(frames: Movement, **choices: str) -> Proposal:
    return propose(measured(frames), "My hold", hold=True, **choices)


def seconds_held(proposal: Proposal, frames: Movement) -> float:
    """In good form, with the exercise chosen by hand."""
    exercise = proposal.exercise
    pipeline = Pipeline(
        exercises={exercise.name: exercise}, classifier=NoClassifier(), exercise=exercise.name
    )
    for t_s, pose in frames:
        pipeline.advance(t_s, pose)
    ended = pipeline.finish()
    return (ended.hold_s or 0.0) if ended is not None else 0.0


@pytest.mark.parametrize(
    ("position", "told_by"),
    [
        ("plank", {"trunk_lean"}),
        ("squat", {"knee", "hip"}),
        ("shoulder_press", {"shoulder", "upper_arm_lean"}),
    ],
)
def test_a_position_is_told_from_standing_and_timed(position: str, told_by: set[str]) -> None:
    shown = held(position, 12.0)
    proposal = hold(shown)
    assert proposal.chosen.measure in told_by
    assert proposal.exercise.kind == "hold"
    assert seconds_held(proposal, shown) == pytest.approx(12.0, abs=1.5)
    assert seconds_held(proposal, movement("squat", 0, rest_s=10.0)) == 0.0


def test_standing_about_before_a_hold_is_no_part_of_it() -> None:
    standing = movement("squat", 0, rest_s=20.0)
    after = [(standing[-1][0] + 0.04 + t_s, pose) for t_s, pose in held("squat", 9.0)]
    proposal = hold([*standing, *after])
    ((start_s, end_s),) = proposal.stretches
    assert start_s == pytest.approx(after[0][0], abs=0.5)
    assert end_s == pytest.approx(after[-1][0], abs=0.5)


def test_a_hold_that_is_left_a_little_is_a_fault_and_no_longer_good() -> None:
    proposal = hold(held("squat", 10.0))
    straighter = held("squat", 10.0, trunk_lean=75)
    assert seconds_held(proposal, straighter) < 3.0


def test_what_is_proposed_for_a_hold_passes_the_check_of_exercise_files(tmp_path: Path) -> None:
    save_exercise(hold(held("plank", 9.0)).exercise, tmp_path, new=True)
    (good,), problems = check_folder(tmp_path)
    assert problems == []
    assert 4 < len(in_words(hold(held("plank", 9.0)))[0])


def test_limits_of_a_hold_may_be_moved() -> None:
    proposal = hold(held("plank", 9.0))
    signal = proposal.exercise.signal
    narrow = adjusted(proposal, signal.far - 1, signal.far)
    assert narrow.stretches == []
    with pytest.raises(TeachError, match="less than five seconds"):
        narrow.demand_enough()


@pytest.mark.parametrize(
    "frames", [movement("squat", 0, rest_s=20.0), held("plank", 3.0), movement("squat", 6)]
)
def test_no_position_is_a_sentence(frames: Movement) -> None:
    with pytest.raises(TeachError, match="No position that is held was found"):
        hold(frames)


# --- what cannot be learnt from -------------------------------------------------------------------


def test_nobody_in_the_video_is_a_sentence() -> None:
    with pytest.raises(TeachError, match="Nobody was seen"):
        measured([(k / 25, None) for k in range(100)])
    with pytest.raises(TeachError, match="Nobody was seen"):
        measured([])


def test_a_moment_of_somebody_is_a_sentence() -> None:
    with pytest.raises(TeachError, match="only for a moment"):
        measured(movement("squat", 1)[:6])


@pytest.mark.parametrize("reps", [0, 1, 2])
def test_fewer_than_three_reps_are_a_sentence(reps: int) -> None:
    with pytest.raises(TeachError, match="at least three"):
        taught(movement("squat", reps, rest_s=2.0, noise_m=0.003))


def test_a_held_position_is_no_movement() -> None:
    with pytest.raises(TeachError, match="Is it a position that is held"):
        taught(held("plank", 8.0))


def test_a_name_that_cannot_be_is_a_sentence() -> None:
    with pytest.raises(ExerciseNameError, match="needs a name"):
        taught(movement("squat", 5), "  ")


def test_a_wave_comes_back_after_its_period_and_noise_never() -> None:
    t_s = np.arange(0, 20, 0.04)
    period_s, regular = regularity(t_s, 50 * np.sin(2 * np.pi * t_s / 2.5))
    assert period_s == pytest.approx(2.5, abs=0.1)
    assert regular > 0.95
    noise = np.random.default_rng(0).normal(size=len(t_s))
    assert regularity(t_s, noise)[1] < 0.4
    assert regularity(t_s, np.full(len(t_s), np.nan)) == (0.0, 0.0)
