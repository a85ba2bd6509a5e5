"""Faults, score and live coaching on made bodies."""

from __future__ import annotations

import numpy as np
import pytest

from posecore.angles import expected_error_deg, flexion_deg
from posecore.exercises import load_exercises
from posecore.landmarks import Landmark as L
from posecore.measures import COLUMN_INDEX, measure
from posecore.technique import LiveCoach, RepTrace, good, in_position, judge
from posecore.types import Pose
from posecore.view import view_of
from tests.bodies import POSTURES, body, held, movement

EXERCISES = load_exercises()


def trace_of(
    name: str, frames: list[tuple[float, Pose]], *, view: str | None = "seen", side=None
) -> RepTrace:
    """One rep of a made movement: its still frames before and after the rep included."""
    t_s = np.array([t for t, _ in frames])
    rows = np.array([measure(p, flexion_deg(p)) for _, p in frames])
    views = tuple(view_of(p) if view == "seen" else view for _, p in frames)
    signal = np.fmax.reduce([r.of(rows) for r in EXERCISES[name].signal.readings])
    away = np.nan_to_num(np.abs(signal - signal[0]))
    return RepTrace(
        t_s=t_s,
        rows=rows,
        signal=signal,
        error_deg=np.array([expected_error_deg(v) for v in views]),
        views=views,
        far_i=int(np.argmax(away)),
        complete=True,
        begin_i=int(np.argmax(away > 1.0)) if away.max() > 1.0 else 0,
        side=side,
    )


def faults_of(name: str, *, view: str | None = "seen", **changes) -> set[str]:
    judgement = judge(EXERCISES[name], trace_of(name, movement(name, 1, **changes), view=view))
    return {fault.id for fault in judgement.faults}


@pytest.mark.parametrize("name", sorted(set(POSTURES) - {"plank"}))
def test_good_rep_has_no_fault_and_a_full_score(name):
    judgement = judge(EXERCISES[name], trace_of(name, movement(name, 1)))
    assert judgement.faults == ()
    path = judgement.parts.pop("path", 100.0)
    assert path > 70, "a stick figure's joints move in step, a person's not quite"
    assert min(judgement.parts.values()) > 95
    assert judgement.parts["depth"] == 100


def test_shallow_squat_is_called_shallow():
    judgement = judge(EXERCISES["squat"], trace_of("squat", movement("squat", 1, depth=0.5)))
    (fault,) = judgement.faults
    assert fault.id == "shallow"
    assert fault.joint == "knee"  # 55 is neither knee's angle but their mean
    assert fault.measured == pytest.approx(55, abs=5)  # corrected as if it were a person
    assert (fault.low, fault.high, fault.unit) == (80, 140, "deg")
    assert fault.at_s == pytest.approx(0.6 + 1.2, abs=0.1)
    assert judgement.score < 90


def squatting_to(left_deg: float, right_deg: float, *unseen: str) -> list[tuple[float, Pose]]:
    frames = []
    for t_s in np.arange(0, 3, 0.04):
        k = (1 - np.cos(t_s * 2.1)) / 2
        knees = {"left_knee": left_deg * k, "right_knee": right_deg * k}
        frames.append((t_s, body(t_s=t_s, hip=50 * k, unseen=unseen, **knees)))
    return frames


def told_of(name: str, fault: str, trace: RepTrace) -> tuple[str, float]:
    (found,) = (f for f in judge(EXERCISES[name], trace).faults if f.id == fault)
    return found.joint, found.measured


@pytest.mark.parametrize(("unseen", "joint"), [((), "knee"), (("right_knee",), "left_knee")])
def test_joint_that_a_fault_names_is_the_one_that_its_number_was_read_on(unseen, joint):
    trace = trace_of("squat", squatting_to(60.0, 40.0, *unseen), view="side")
    named, measured = told_of("squat", "shallow", trace)
    row = trace.rows[trace.far_i]
    knees = [row[COLUMN_INDEX[f"{side}_knee"]] for side in ("left", "right")]
    assert named == joint
    assert measured == pytest.approx(np.nanmean(knees), abs=1)


def test_difference_of_two_sides_is_not_told_as_the_angle_of_one():
    trace = trace_of("squat", squatting_to(100.0, 60.0), view="front")
    named, measured = told_of("squat", "uneven", trace)
    left, right = (trace.rows[trace.far_i][COLUMN_INDEX[f"{s}_knee"]] for s in ("left", "right"))
    assert named == "knee_difference"
    assert measured == pytest.approx(left - right, abs=2)


def test_deeper_of_two_shallow_squats_scores_higher():
    scores = [
        judge(EXERCISES["squat"], trace_of("squat", movement("squat", 1, depth=d))).score
        for d in (0.4, 0.55, 1.0)
    ]
    assert scores == sorted(scores)
    assert len(set(scores)) == 3


def test_miss_within_the_expected_error_is_no_fault():
    # 80 is wanted and 4 is what a knee is off by from the side: 77 is not known to be a miss.
    assert faults_of("squat", depth=77 / 110) == set()
    assert faults_of("squat", depth=73 / 110) == {"shallow"}


def test_view_that_cannot_judge_names_nothing():
    leaning = {"trunk_lean": 75.0, "hip": 150.0}
    assert "lean" in faults_of("squat", **leaning)
    assert "lean" not in faults_of("squat", view="front", **leaning)
    assert faults_of("squat", view=None, depth=0.5) == set()


def test_unseen_joints_name_nothing():
    judgement = judge(
        EXERCISES["squat"],
        trace_of("squat", movement("squat", 1, depth=0.5, unseen=["left_knee", "right_knee"])),
    )
    assert judgement.faults == ()
    assert "depth" not in judgement.parts


def test_one_hidden_leg_leaves_the_other_to_judge():
    assert faults_of("squat", depth=0.5, unseen=["left"]) == {"shallow"}


def test_knees_that_fall_in_are_seen_from_the_front():
    squat = [
        (t, body(t_s=t, view="front", knee=k, hip=k, trunk_lean=0.3 * k, knees_in=0.0011 * k))
        for t, k in zip(np.arange(0, 3, 0.04), 50 - 50 * np.cos(np.arange(0, 3, 0.04) * 2.1))
    ]
    assert {f.id for f in judge(EXERCISES["squat"], trace_of("squat", squat)).faults} == {
        "knees_in"
    }


def swaying(to_deg: float) -> list[tuple[float, Pose]]:
    """A curl whose trunk leans and comes back once in its course."""
    t_s = np.arange(0, 3, 0.04)
    share = (1 - np.cos(t_s * 2.1)) / 2
    return [
        (t, body(t_s=t, elbow=6 + 126 * k, shoulder=5 + to_deg * k, trunk_lean=to_deg * k))
        for t, k in zip(t_s, share)
    ]


def test_trunk_that_swings_is_told_from_one_that_stays_or_leans_all_the_time():
    def faults(frames):
        found = judge(EXERCISES["biceps_curl"], trace_of("biceps_curl", frames)).faults
        return {fault.id: fault for fault in found}

    assert "trunk_swing" not in faults(swaying(0.0))
    assert "trunk_swing" not in faults(swaying(4.0))
    swing = faults(swaying(12.0))["trunk_swing"]
    assert swing.measured == pytest.approx(12.0, abs=2.0) and swing.high == 5.0
    assert "trunk_swing" not in faults(movement("biceps_curl", 1, trunk_lean=12.0))


@pytest.mark.parametrize(
    ("name", "changes", "fault"),
    [
        ("squat", {"trunk_lean": 60.0}, "lean"),
        ("push_up", {"depth": 0.45}, "shallow"),
        ("push_up", {"knee": 60.0}, "knees_bent"),
        ("push_up", {"hip": -25.0}, "sag"),
        ("push_up", {"hip": 40.0}, "pike"),
        ("sit_up", {"depth": 0.6}, "shallow"),
        ("sit_up", {"knee": 10.0}, "legs_straight"),
        ("biceps_curl", {"depth": 0.6}, "shallow"),
        ("biceps_curl", {"shoulder": 55.0}, "swing"),
        ("biceps_curl", {"trunk_lean": 30.0, "shoulder": 30.0}, "trunk_swing"),
        ("shoulder_press", {"trunk_lean": 0.0, "depth": 0.5}, "no_lockout"),
        ("lateral_raise", {"depth": 0.6}, "shallow"),
        ("lateral_raise", {"depth": 1.45}, "too_high"),
        ("lateral_raise", {"elbow": 80.0}, "elbows_bent"),
        ("front_raise", {"depth": 1.6}, "too_high"),
        ("pull_up", {"depth": 0.5}, "shallow"),
        ("deadlift", {"trunk_lean": 100.0}, "chest_low"),
        ("deadlift", {"knee": 140.0}, "squatting"),
        ("jumping_jack", {"depth": 0.7}, "arms_low"),
        ("jumping_jack", {"legs_apart": 2.0}, "feet_narrow"),
        ("lunge", {"trunk_lean": 45.0}, "lean"),
        ("squat", {"rep_s": 0.5}, "drops"),
    ],
)
def test_fault_is_named(name, changes, fault):
    assert fault in faults_of(name, **changes)


def test_sagging_and_piking_hips_are_told_apart():
    sagging = [(t, _bent_at_the_hip(p, -0.09)) for t, p in movement("push_up", 1)]
    piking = [(t, _bent_at_the_hip(p, 0.20)) for t, p in movement("push_up", 1)]
    for frames, wanted in ((sagging, "sag"), (piking, "pike")):
        faults = judge(EXERCISES["push_up"], trace_of("push_up", frames)).faults
        assert wanted in {f.id for f in faults}


def _bent_at_the_hip(pose: Pose, up_m: float) -> Pose:
    """Hips moved up (or down) in picture and world."""
    hips = [L.LEFT_HIP, L.RIGHT_HIP]
    image, world = pose.image.copy(), pose.world.copy()
    image[hips, 1] -= 0.37 * up_m
    world[hips, 1] -= up_m
    return Pose(pose.t_s, image, world, pose.visibility, pose.size_px)


def test_only_the_moving_arm_of_an_alternating_curl_is_judged():
    frames = movement("biceps_curl", 1, alternate=True)
    assert judge(EXERCISES["biceps_curl"], trace_of("biceps_curl", frames)).faults == ()
    named = judge(EXERCISES["biceps_curl"], trace_of("biceps_curl", frames, side="right"))
    assert "shallow" in {f.id for f in named.faults}


def test_short_jerk_of_the_trunk_is_no_swing():
    frames = movement("biceps_curl", 1, trunk_lean=0.0)
    jerked = [
        (t, body(t_s=t, trunk_lean=40.0, elbow=100.0) if 1.5 < t < 1.62 else p) for t, p in frames
    ]
    assert "trunk_swing" not in {
        f.id for f in judge(EXERCISES["biceps_curl"], trace_of("biceps_curl", jerked)).faults
    }


def test_start_that_was_not_seen_is_not_judged():
    frames = movement("deadlift", 1)
    whole = trace_of("deadlift", frames)
    cut = [(t, p) for t, p in frames if t >= 1.4]  # begins bent over the bar
    assert "no_lockout" not in {f.id for f in judge(EXERCISES["deadlift"], whole).faults}
    trace = trace_of("deadlift", cut)
    begun = RepTrace(
        trace.t_s, trace.rows, trace.signal, trace.error_deg, trace.views, trace.far_i, True
    )
    assert "no_lockout" not in {f.id for f in judge(EXERCISES["deadlift"], begun).faults}


def test_unsteady_rep_loses_control():
    steady = movement("squat", 1, rep_s=4.0)
    start, far = POSTURES["squat"]
    shares = [0, 0.4, 0.1, 0.6, 0.2, 0.8, 0.5, 1.0, 0.6, 0.9, 0.3, 0.5, 0.0]
    times = np.arange(0, 4.0, 0.04)
    wavering = [
        (
            float(t),
            body(
                t_s=float(t),
                **{
                    k: float(np.interp(t, np.linspace(0, 4, 13), shares)) * far[k]
                    for k in ("knee", "hip", "trunk_lean")
                },
            ),
        )
        for t in times
    ]
    control = [
        judge(EXERCISES["squat"], trace_of("squat", frames)).parts["control"]
        for frames in (steady, wavering)
    ]
    assert control[0] > 95
    assert control[1] < 60


def test_trace_of_other_lengths_is_refused():
    trace = trace_of("squat", movement("squat", 1))
    with pytest.raises(ValueError, match="far_i"):
        RepTrace(trace.t_s, trace.rows, trace.signal, trace.error_deg, trace.views, 999, True)
    with pytest.raises(ValueError, match="expected rows"):
        RepTrace(trace.t_s, trace.rows[:-1], trace.signal, trace.error_deg, trace.views, 5, True)


# -- live ----------------------------------------------------------------------------------------


def coached(name: str, frames, phase, coach: LiveCoach | None = None):
    coach = coach or LiveCoach(EXERCISES[name])
    shown = []
    for t_s, pose in frames:
        view = view_of(pose)
        row = measure(pose, flexion_deg(pose))
        shown.append(coach.step(row, expected_error_deg(view), phase, view, t_s))
    return shown


def test_live_fault_comes_after_it_lasted_and_stays_to_be_read():
    bad = held("push_up", 1.0, knee=70.0)
    shown = coached("push_up", bad, "out")
    assert shown[0] == ()
    assert shown[-1][0].id == "knees_bent"
    coach = LiveCoach(EXERCISES["push_up"])
    coached("push_up", bad, "out", coach)
    after = [(t + 1.0, p) for t, p in held("push_up", 3.0)]
    later = coached("push_up", after, "out", coach)
    assert later[5][0].id == "knees_bent"
    assert later[-1] == ()


def test_single_jump_of_a_landmark_shows_nothing():
    frames = held("push_up", 1.0)
    frames[10] = (frames[10][0], held("push_up", 0.1, knee=90.0)[0][1])
    assert all(faults == () for faults in coached("push_up", frames, "out"))


def test_depth_is_never_called_before_the_rep_is_over():
    shallow = [(t, p) for t, p in movement("squat", 1, depth=0.5)]
    assert all(
        "shallow" not in {f.id for f in faults} for faults in coached("squat", shallow, "far")
    )


def test_far_end_is_judged_live_once_the_rep_is_there():
    shown = coached("squat", held("squat", 1.0, trunk_lean=70.0), "far")
    assert "lean" in {f.id for f in shown[-1]}
    assert all(f == () for f in coached("squat", held("squat", 1.0, trunk_lean=70.0), "start"))


def test_reset_equals_new():
    coach = LiveCoach(EXERCISES["push_up"])
    coached("push_up", held("push_up", 1.0, knee=70.0), "out", coach)
    coach.reset()
    assert coached("push_up", held("push_up", 0.1, knee=70.0), "out", coach)[0] == ()


# -- holds ---------------------------------------------------------------------------------------


def hold_of(pose: Pose, view: str | None = "side"):
    row = measure(pose, flexion_deg(pose))
    plank = EXERCISES["plank"]
    return in_position(plank, row), good(plank, row, expected_error_deg(view), view)


def test_plank_is_good_bad_or_lost():
    straight = held("plank", 0.1)[0][1]
    assert hold_of(straight) == (True, True)
    assert hold_of(_bent_at_the_hip(straight, -0.15)) == (True, False)
    assert hold_of(body()) == (False, False)


def test_plank_that_is_not_seen_is_neither():
    assert hold_of(held("plank", 0.1, unseen=["left", "right"])[0][1]) == (None, None)


def test_plank_from_a_view_that_cannot_judge_is_not_broken():
    sagging = _bent_at_the_hip(held("plank", 0.1)[0][1], -0.15)
    assert hold_of(sagging, view="front") == (True, True)
