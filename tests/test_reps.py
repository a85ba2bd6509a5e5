"""Counting, on the movements that other counters get wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from posecore.angles import flexion_deg
from posecore.exercises import Signal, load_exercises
from posecore.landmarks import MIRROR
from posecore.measures import COLUMNS, measure
from posecore.reps import MAX_GAP_S, ExerciseCounter, Phase, RepCounter, RepSpan
from posecore.types import Pose
from tests.bodies import POSTURES, SETTING, Movement, body, held, movement, shaken

EXERCISES = load_exercises()
COUNTED = sorted(set(POSTURES) - {"plank"})
NOTHING = np.full(len(COLUMNS), np.nan)

Rows = list[tuple[float, np.ndarray]]


def rows(frames: Movement) -> Rows:
    return [(t_s, measure(pose, flexion_deg(pose))) for t_s, pose in frames]


@cache
def squats(reps: int = 3, **changes: float) -> Rows:
    return rows(movement("squat", reps, **changes))


def spans(name: str, seen: Rows) -> list[RepSpan]:
    counter = ExerciseCounter(EXERCISES[name].signal)
    return [span for t_s, row in seen if (span := counter.step(row, t_s)) is not None]


def count(name: str, seen: Rows) -> tuple[int, int]:
    """Complete reps and attempts."""
    found = spans(name, seen)
    complete = sum(span.complete for span in found)
    return complete, len(found) - complete


def after(first: Movement, *others: Movement, wait_s: float = 0.04) -> Movement:
    """Movements one after the other."""
    joined = list(first)
    for frames in others:
        shift_s = joined[-1][0] + wait_s - frames[0][0]
        joined += [(t_s + shift_s, pose) for t_s, pose in frames]
    return joined


def still(seconds: float, fps: float = 25.0, **posture: object) -> Movement:
    return [(i / fps, body(**posture)) for i in range(round(seconds * fps))]  # type: ignore[arg-type]


def changed(frames: Movement, at: Callable[[int], bool], change: Callable[[Pose], Pose]) -> Rows:
    return rows([(t, change(p) if at(i) else p) for i, (t, p) in enumerate(frames)])


# --- reps that are reps -----------------------------------------------------------------------


@pytest.mark.parametrize("view", ["front", "diagonal", "side"])
def test_ten_noisy_squats_are_ten(view):
    assert count("squat", squats(10, noise_m=0.025, view=view, rest_s=0.3, rep_s=2)) == (10, 0)


@pytest.mark.parametrize("name", COUNTED)
def test_noisy_reps_of_every_exercise_are_counted(name):
    assert count(name, rows(movement(name, 4, noise_m=0.012, seed=3, fps=15))) == (4, 0)


@pytest.mark.parametrize("name", COUNTED)
def test_reps_without_a_rest_between_them_are_counted(name):
    assert count(name, rows(movement(name, 4, rest_s=0.0, fps=12))) == (4, 0)


@pytest.mark.parametrize("fps", [8, 12, 24, 60])
@pytest.mark.parametrize("name", ["squat", "biceps_curl", "shoulder_press", "jumping_jack"])
def test_frame_rate_does_not_change_the_count(name, fps):
    assert count(name, rows(movement(name, 4, fps=fps, noise_m=0.01, rep_s=2))) == (4, 0)


def test_frames_that_come_irregularly_do_not_change_the_count():
    random = np.random.default_rng(1)
    kept = [frame for frame in squats(6, fps=60) if random.random() < 0.25]
    assert count("squat", kept) == (6, 0)


@pytest.mark.parametrize(("rep_s", "reps"), [(0.8, 5), (6.0, 3), (9.0, 2)])
def test_quick_and_slow_reps_are_counted(rep_s, reps):
    assert count("squat", squats(reps, rep_s=rep_s)) == (reps, 0)


def test_movement_too_quick_for_a_body_is_no_rep():
    assert count("squat", squats(5, rep_s=0.4, fps=60)) == (0, 0)


def test_movement_slower_than_the_file_allows_is_no_rep():
    slow = movement("squat", 1, rep_s=EXERCISES["squat"].signal.max_s * 2.5, fps=10)
    assert count("squat", rows(slow)) == (0, 0)


def test_reps_after_a_movement_that_was_too_slow_are_counted():
    sat_down = held("squat", EXERCISES["squat"].signal.max_s + 3, fps=10)
    assert count("squat", rows(after(movement("squat", 2), sat_down, movement("squat", 3)))) == (
        5,
        0,
    )


def test_person_with_a_small_range_is_counted_from_their_own_range():
    assert count("squat", squats(5, depth=0.55)) == (5, 0)


def test_rep_tells_when_it_began_turned_and_ended():
    (span,) = spans("squat", squats(1, rep_s=2.4, rest_s=1.0))
    assert span.start_s == pytest.approx(1.0, abs=0.35)
    assert span.far_s == pytest.approx(2.2, abs=0.15)
    assert span.end_s == pytest.approx(3.4, abs=0.6)
    assert span.rom == pytest.approx(110, abs=6)


def test_reps_do_not_overlap():
    found = spans("squat", squats(5, rest_s=0.0))
    assert all(a.end_s <= b.start_s for a, b in zip(found, found[1:]))


# --- pauses -----------------------------------------------------------------------------------


def trembling(frames: Movement, noise_m: float = 0.02) -> Movement:
    random = np.random.default_rng(5)
    return [(t_s, shaken(pose, noise_m, random)) for t_s, pose in frames]


def halves(name: str) -> tuple[Movement, Movement]:
    """The way out and the way back of one rep that takes 2.4 seconds."""
    frames = movement(name, 1, rest_s=0.0)
    return frames[:30], frames[30:]


@pytest.mark.parametrize("name", ["squat", "biceps_curl", "push_up", "shoulder_press"])
def test_pause_at_the_far_end_adds_nothing(name):
    out, back = halves(name)
    paused = after(movement(name, 2), out, trembling(held(name, 3.0)), back, movement(name, 2))
    assert count(name, rows(paused)) == (5, 0)


@pytest.mark.parametrize("name", ["squat", "biceps_curl", "push_up", "shoulder_press"])
def test_pause_at_the_start_adds_nothing(name):
    paused = movement(name, 3, rest_s=4.0, noise_m=0.02)
    assert count(name, rows(paused)) == (3, 0)


def test_pause_on_the_way_adds_nothing():
    out, back = halves("squat")
    half_way = 15  # frames
    waiting = trembling([(i / 25, out[half_way][1]) for i in range(50)], 0.01)
    frames = after(movement("squat", 1), out[:half_way], waiting, out[half_way:], back)
    assert count("squat", rows(frames)) == (2, 0)


def test_bobbing_at_the_far_end_is_one_rep():
    out, back = halves("squat")
    deep, less = POSTURES["squat"][1], {**POSTURES["squat"][1], "knee": 95.0}
    bob = [(i / 25, body(**(deep if i // 8 % 2 else less))) for i in range(80)]
    assert count("squat", rows(after(out, bob, back))) == (1, 0)


@pytest.mark.parametrize("name", COUNTED)
def test_standing_still_and_trembling_is_nothing(name):
    start = POSTURES[name][0]
    frames = [(i / 25, body(**{**SETTING.get(name, {}), **start})) for i in range(150)]
    assert count(name, rows(trembling(frames))) == (0, 0)


# --- half reps --------------------------------------------------------------------------------


def test_squat_short_of_the_far_threshold_is_an_attempt():
    far = EXERCISES["squat"].signal.far
    assert count("squat", squats(4, depth=(far - 6) / 110)) == (0, 4)


def test_movement_smaller_than_the_smallest_range_is_nothing():
    small = EXERCISES["squat"].signal.min_range
    assert count("squat", squats(4, depth=(small - 5) / 110)) == (0, 0)


def test_half_reps_between_whole_ones_are_told_apart():
    depths = (1.0, 0.27, 1.0, 0.27, 1.0)
    found = spans("squat", rows(movement("squat", 5, depth=depths)))
    assert [span.complete for span in found] == [True, False, True, False, True]


@pytest.mark.parametrize("name", COUNTED)
def test_half_rep_is_never_complete(name):
    signal = EXERCISES[name].signal
    table = np.array([row for _, row in rows(movement(name, 1, fps=12))])
    values = ExerciseCounter(signal).value(table)
    begin, end = values[0], values.max() if signal.upwards else values.min()
    short_of_far = (signal.far - begin) / (end - begin) * 0.85
    complete, _ = count(name, rows(movement(name, 3, depth=short_of_far, fps=12)))
    assert complete == 0


def test_turning_back_and_going_on_does_not_count_twice():
    out, back = halves("squat")
    dip = [(i / 25, p) for i, (_, p) in enumerate(reversed(out[18:]))]
    frames = after(out, dip, out[18:], back)
    complete, attempts = count("squat", rows(frames))
    assert complete == 1
    assert attempts == 0


# --- where it begins, and what is not seen ----------------------------------------------------


@pytest.mark.parametrize("from_frame", [28, 34, 45])
def test_start_at_the_far_end_or_on_the_way_back_adds_no_rep(from_frame):
    frames = movement("squat", 4, rest_s=0.0, rep_s=2.4)[from_frame:]
    assert count("squat", rows(frames)) == (3, 0)


def test_start_on_the_way_out_counts_the_rep_that_is_seen_to_turn():
    frames = movement("squat", 4, rest_s=0.0, rep_s=2.4)[14:]
    assert count("squat", rows(frames)) == (4, 0)


def test_sitting_down_at_the_end_is_no_rep():
    out, _ = halves("squat")
    frames = after(movement("squat", 3), out, held("squat", 5.0))
    assert count("squat", rows(frames)) == (3, 0)


def test_standing_up_first_is_no_rep():
    _, back = halves("squat")
    frames = after(held("squat", 5.0), back, movement("squat", 3))
    assert count("squat", rows(frames)) == (3, 0)


def unseen(seconds: float, since_s: float) -> Rows:
    return [(since_s + i / 25, NOTHING) for i in range(1, round(seconds * 25))]


def shifted(seen: Rows, by_s: float) -> Rows:
    return [(t_s + by_s, row) for t_s, row in seen]


@pytest.mark.parametrize("away_s", [0.4, 3.0, 20.0])
def test_person_who_leaves_between_reps_and_comes_back_goes_on(away_s):
    first = squats(3)
    left_s = first[-1][0]
    seen = [*first, *unseen(away_s, left_s), *shifted(squats(3), left_s + away_s)]
    assert count("squat", seen) == (6, 0)


def test_person_who_leaves_at_the_far_end_has_not_finished():
    first = squats(2)
    out, _ = halves("squat")
    bend = shifted(rows(out), first[-1][0] + 0.04)
    left_s = bend[-1][0]
    seen = [*first, *bend, *unseen(4.0, left_s), *shifted(squats(2), left_s + 4.0)]
    assert count("squat", seen) == (4, 0)


def test_moment_without_a_pose_within_a_rep_loses_nothing():
    seen = [(t, NOTHING if 1.4 < t % 3.0 < 1.8 else row) for t, row in squats(5)]
    assert count("squat", seen) == (5, 0)


@pytest.mark.parametrize("gap_s", [0.5, 2.0, 600.0])
def test_gap_without_frames_makes_no_rep(gap_s):
    first = squats(3)
    later = shifted(squats(3), first[-1][0] + gap_s)
    assert count("squat", [*first, *later]) == (6, 0)


def test_gap_from_the_far_end_to_standing_makes_no_rep():
    out, _ = halves("squat")
    standing = shifted(rows(still(3.0)), out[-1][0] + MAX_GAP_S + 0.5)
    assert count("squat", [*rows(out), *standing]) == (0, 0)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", ["squat", "push_up", "biceps_curl", "lateral_raise", "deadlift"])
def test_one_side_hidden_changes_nothing(name, side):
    assert count(name, rows(movement(name, 3, unseen=[side], fps=12))) == (3, 0)


def test_side_that_comes_and_goes_changes_nothing():
    both, one = movement("squat", 5), movement("squat", 5, unseen=["right"])
    mixed = [one[i] if i // 7 % 2 else both[i] for i in range(len(both))]
    assert count("squat", rows(mixed)) == (5, 0)


# --- left and right ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["biceps_curl", "front_raise"])
@pytest.mark.parametrize("view", ["front", "diagonal"])
def test_alternating_arms_count_each(name, view):
    seen = rows(movement(name, 6, alternate=True, view=view, noise_m=0.008, fps=15))
    assert count(name, seen) == (6, 0)


def test_alternating_lunges_count_each():
    assert count("lunge", rows(movement("lunge", 6, alternate=True))) == (6, 0)


@pytest.mark.parametrize("late_s", [0.0, 0.2, 0.5])
def test_both_arms_together_count_once_though_one_is_late(late_s):
    late = round(late_s * 25)
    elbow = [6.0 + 126.0 * (1 - np.cos(2 * np.pi * s)) / 2 for s in np.linspace(0, 1, 60)]
    path = [6.0] * 20 + (elbow + [6.0] * 15) * 4 + [6.0] * 20
    frames = [
        (i / 25, body(left_elbow=path[i], right_elbow=path[max(0, i - late)], shoulder=5.0))
        for i in range(len(path))
    ]
    assert count("biceps_curl", rows(frames)) == (4, 0)


def test_one_arm_that_starts_before_the_other_is_back_counts_too():
    elbow = [6.0 + 126.0 * (1 - np.cos(2 * np.pi * s)) / 2 for s in np.linspace(0, 1, 50)]
    left, right = [6.0] * 300, [6.0] * 300
    for begin in (20, 100, 180):  # the right arm starts when three quarters of the left are done
        left[begin : begin + 50] = elbow
        right[begin + 38 : begin + 88] = elbow
    frames = [
        (i / 25, body(left_elbow=left[i], right_elbow=right[i], shoulder=5.0, view="front"))
        for i in range(300)
    ]
    assert count("biceps_curl", rows(frames)) == (6, 0)


def elbows(left: list[float], right: list[float]) -> Rows:
    return rows(
        [
            (i / 25, body(left_elbow=a, right_elbow=b, shoulder=5.0, view="front"))
            for i, (a, b) in enumerate(zip(left, right, strict=True))
        ]
    )


def bend(low: float, high: float, frames: int = 60) -> list[float]:
    """There and back."""
    return [low + (high - low) * (1 - np.cos(2 * np.pi * s)) / 2 for s in np.linspace(0, 1, frames)]


def test_arm_that_waits_half_bent_for_its_turn_counts_when_it_moves():
    up = [6.0 + 2.0 * i for i in range(19)]
    left = [*up, *bend(44, 130), *[44.0] * 60, *up[::-1]]
    right = [*up, *[44.0] * 60, *bend(44, 130), *up[::-1]]
    assert count("biceps_curl", elbows(left, right)) == (2, 0)


def test_one_arm_that_does_not_get_there_is_no_attempt_beside_the_one_that_does():
    left = [*[6.0] * 20, *bend(6, 132), *[6.0] * 20]
    right = [*[6.0] * 20, *bend(6, 62), *[6.0] * 20]
    assert count("biceps_curl", elbows(left, right)) == (1, 0)


def test_presses_of_one_arm_after_the_other_count_each():
    frames = []
    for i in range(480):
        left, right = (share if (i // 60) % 2 == side else 0.0 for side in (0, 1)
                       for share in [(1 - np.cos(2 * np.pi * i / 60)) / 2])  # fmt: skip
        frames.append((i / 25, body(
            view="front", arms="side", left_shoulder=60 + 110 * left,
            right_shoulder=60 + 110 * right, left_elbow=115 - 100 * left,
            right_elbow=115 - 100 * right,
        )))  # fmt: skip
    assert count("shoulder_press", rows([*frames, (19.2, frames[0][1])])) == (8, 0)


# --- reps that do not come all the way back ---------------------------------------------------


def test_reps_that_come_back_half_the_way_are_counted_as_they_turn():
    way = [*[6.0] * 20, *bend(6, 130)[:30], *(bend(64, 130)[30:] + bend(64, 130)[:30]) * 3]
    way += [*bend(6, 130)[30:], *[6.0] * 20]
    found = spans("biceps_curl", elbows(way, way))
    assert [span.complete for span in found] == [True] * 4
    assert all(a.end_s <= b.start_s for a, b in zip(found, found[1:]))


def test_shake_at_the_far_end_however_wide_ends_no_rep():
    shake = [130.0, 50.0, 130.0, 130.0, 52.0, 50.0, 130.0]
    way = [*[6.0] * 20, *bend(6, 130)[:30], *shake, *bend(6, 130)[30:], *[6.0] * 20]
    assert count("biceps_curl", elbows(way, way)) == (1, 0)


# --- landmarks that go wrong ------------------------------------------------------------------


def elsewhere(pose: Pose) -> Pose:
    """All landmarks where no body has them."""
    random = np.random.default_rng(7)
    world = random.normal(0, 0.5, pose.world.shape)
    return Pose(pose.t_s, random.random(pose.image.shape), world, pose.visibility, pose.size_px)


def sides_swapped(pose: Pose) -> Pose:
    return Pose(
        pose.t_s, pose.image[MIRROR], pose.world[MIRROR], pose.visibility[MIRROR], pose.size_px
    )


@pytest.mark.parametrize("fps", [15, 30])
def test_landmarks_that_jump_for_a_frame_make_no_rep(fps):
    seen = changed(still(12.0, fps), lambda i: i % 20 == 10, elsewhere)
    assert count("squat", seen) == (0, 0)
    seen = changed(movement("squat", 4, fps=fps), lambda i: i % 20 == 10, elsewhere)
    assert count("squat", seen) == (4, 0)


def test_landmarks_that_jump_for_two_frames_make_no_rep():
    seen = changed(movement("squat", 4, fps=30), lambda i: i % 25 in (10, 11), elsewhere)
    assert count("squat", seen) == (4, 0)


@pytest.mark.parametrize("name", ["squat", "biceps_curl", "lunge"])
def test_left_and_right_that_swap_for_a_moment_make_no_rep(name):
    seen = changed(movement(name, 4, noise_m=0.005), lambda i: i % 13 < 2, sides_swapped)
    assert count(name, seen) == (4, 0)


def test_landmarks_that_freeze_at_the_far_end_make_no_rep_by_themselves():
    out, back = halves("squat")
    frozen = [(i / 25, out[-1][1]) for i in range(100)]
    assert count("squat", rows(after(out, frozen))) == (0, 0)
    assert count("squat", rows(after(out, frozen, back))) == (1, 0)


# --- times that go wrong ----------------------------------------------------------------------


def test_repeated_frames_change_nothing():
    seen = [frame for frame in squats(4) for _ in range(3)]
    assert count("squat", seen) == (4, 0)


def test_same_time_with_other_landmarks_is_passed_over():
    deep = measure(body(**POSTURES["squat"][1]), np.full(8, 110.0))
    seen = [frame for t, row in rows(still(6.0)) for frame in ((t, row), (t, deep))]
    assert count("squat", seen) == (0, 0)


def test_times_that_run_backwards_make_no_rep_and_lose_none():
    seen = list(squats(4))
    mixed = []
    for i, frame in enumerate(seen):
        mixed.append(frame)
        if i % 30 == 20:
            mixed += seen[i - 10 : i]  # a late packet of frames
    assert count("squat", mixed) == (4, 0)


# --- the press --------------------------------------------------------------------------------


def presses(lock_out_deg: float, bottom_deg: float = 110.0) -> Rows:
    """Ten presses whose elbows end at an included angle of ``lock_out_deg``."""
    end = 180.0 - lock_out_deg
    frames = []
    for i in range(600):
        share = (1 - np.cos(2 * np.pi * i / 60)) / 2
        elbow = bottom_deg + share * (end - bottom_deg)
        frames.append(
            (i / 25, body(view="front", arms="side", shoulder=60 + 110 * share, elbow=elbow))
        )
    return rows([*frames, (24.0, frames[0][1])])


def test_lock_out_short_of_straight_counts():
    assert count("shoulder_press", presses(142.0)) == (10, 0)


def test_press_whose_arms_never_bend_far_counts():
    # Hands lowered to the ears only: the included angle of the elbow never comes below 85.
    assert count("shoulder_press", presses(170.0, bottom_deg=95.0)) == (10, 0)


# --- the counter itself -----------------------------------------------------------------------

SIGNAL = Signal("knee", "mean", 24, 37, 18, 0.5, 10, "this test")


def test_phases_follow_one_another():
    counter = ExerciseCounter(EXERCISES["squat"].signal)
    phases = [counter.phase]
    for t_s, row in squats(2):
        counter.step(row, t_s)
        if counter.phase is not phases[-1]:
            phases.append(counter.phase)
    once = [Phase.OUT, Phase.FAR, Phase.BACK, Phase.START]
    assert phases == [Phase.START, *once, *once]


def test_reset_equals_new():
    used, seen = ExerciseCounter(EXERCISES["biceps_curl"].signal), rows(movement("biceps_curl", 3))
    for t_s, row in seen[: len(seen) * 2 // 3]:
        used.step(row, t_s + 100)
    used.reset()
    fresh = ExerciseCounter(EXERCISES["biceps_curl"].signal)
    assert [used.step(row, t) for t, row in seen] == [fresh.step(row, t) for t, row in seen]
    assert used.phase is fresh.phase


def test_counter_that_sees_nothing_stays_at_the_start():
    counter = RepCounter(SIGNAL)
    assert all(counter.step(float("nan"), i / 25) is None for i in range(100))
    assert counter.phase is Phase.START


def test_signal_that_runs_downwards_counts_alike():
    down = RepCounter(Signal("knee", "mean", -24, -37, 18, 0.5, 10, "this test"))
    up = RepCounter(SIGNAL)
    values = [(t, float(np.nanmean(row[[3, 7]]))) for t, row in squats(4)]
    assert [up.step(v, t) for t, v in values] == [down.step(-v, t) for t, v in values]


def test_value_of_sides_that_count_alone_is_the_further_one():
    counter = ExerciseCounter(EXERCISES["biceps_curl"].signal)
    ((_, row),) = rows([(0.0, body(left_elbow=100, right_elbow=20))])
    assert counter.value(row) == pytest.approx(100, abs=5.0)
    ((_, row),) = rows([(0.0, body(left_elbow=100, right_elbow=20, unseen=["left"]))])
    assert counter.value(row) == pytest.approx(20, abs=5.0)


# One leg is not both


@pytest.mark.parametrize("view", ["front", "side"])
def test_lifted_knee_is_no_squat_but_a_squat_is(view):
    bend = 50 - 50 * np.cos(np.arange(0, 9, 0.04) * 2.1)
    for knees, reps in ((("left",), 0), (("right",), 0), (("left", "right"), 3)):
        counter = ExerciseCounter(EXERCISES["squat"].signal)
        spans = []
        for i, angle in enumerate(bend):
            flexed = {f"{side}_{joint}": angle for side in knees for joint in ("knee", "hip")}
            pose = body(t_s=i * 0.04, view=view, **flexed)
            spans.append(counter.step(measure(pose, flexion_deg(pose)), i * 0.04))
        assert sum(span is not None and span.complete for span in spans) == reps


def test_signal_that_jumps_to_the_far_end_and_creeps_back_is_no_rep():
    counter = RepCounter(EXERCISES["biceps_curl"].signal)
    creep = [*np.full(20, 10.0), *np.linspace(120, 10, 40)]
    assert [counter.step(v, i * 0.033) for i, v in enumerate(creep)] == [None] * 60
