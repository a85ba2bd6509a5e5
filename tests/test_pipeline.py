"""The whole way of a frame after estimation, on made bodies and one rendered person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from posecore.angles import N_JOINTS, flexion_deg
from posecore.classify import ExerciseClassifier, ModelError
from posecore.exercises import load_exercises
from posecore.landmarks import Landmark as L
from posecore.pipeline import Pipeline, Settings, UnknownExercise
from posecore.tracks import track_of
from posecore.types import NONE, ExerciseSet, FrameResult, Pose
from tests.bodies import Movement, body, held, movement
from tests.recordings import CLIPS

EXERCISES = load_exercises()
CLASSES = (*sorted(EXERCISES), NONE)

Script = Callable[[float], str]


class Scripted:
    """Stands in for the model: says at each time what the script says, nearly sure."""

    classes = CLASSES

    def __init__(self, script: Script, sure: float = 0.9) -> None:
        self.script, self.sure, self.now_s = script, sure, 0.0

    def proba(self, features: np.ndarray) -> np.ndarray:
        proba = np.full(len(CLASSES), (1 - self.sure) / (len(CLASSES) - 1))
        proba[CLASSES.index(self.script(self.now_s))] = self.sure
        return proba


def always(name: str) -> Script:
    return lambda t_s: name


def scripted(script: Script, **settings: object) -> Pipeline:
    return Pipeline(
        exercises=EXERCISES,
        classifier=Scripted(script),  # type: ignore[arg-type]
        **settings,  # type: ignore[arg-type]
    )


def run(pipeline: Pipeline, frames: list[tuple[float, Pose | None]]) -> list[FrameResult]:
    results = []
    for t_s, pose in frames:
        if isinstance(pipeline.classifier, Scripted):
            pipeline.classifier.now_s = t_s
        results.append(pipeline.advance(t_s, pose))
    return results


def sets_of(pipeline: Pipeline) -> list[tuple[str, int]]:
    """Exercise and complete reps of every set, the last one ended."""
    pipeline.finish()
    return [(each.exercise, each.n_complete) for each in pipeline.sets]


def after(*movements: Movement, wait_s: float = 0.05) -> list[tuple[float, Pose | None]]:
    joined: list[tuple[float, Pose | None]] = []
    for frames in movements:
        shift_s = joined[-1][0] + wait_s - frames[0][0] if joined else 0.0
        joined += [(t_s + shift_s, pose) for t_s, pose in frames]
    return joined


def nobody(seconds: float, fps: float = 20.0) -> list[tuple[float, None]]:
    return [(i / fps, None) for i in range(round(seconds * fps))]


def squats(reps: int = 3, **changes: object) -> Movement:
    return movement("squat", reps, **{"fps": 20, **changes})  # type: ignore[arg-type]


# --- a movement that only looks like a rep to one joint --------------------------------------


def test_arms_that_bend_on_somebody_who_stands_are_no_push_ups():
    curls = movement("biceps_curl", 3, fps=20)
    assert sets_of_run("push_up", curls) == []
    assert sets_of_run("biceps_curl", curls) == [("biceps_curl", 3)]


def test_posture_that_is_not_seen_speaks_against_no_rep():
    ups = movement("push_up", 3, fps=20)
    hips = [L.LEFT_HIP, L.RIGHT_HIP]
    hidden = [(t, replace(p, visibility=without(p.visibility, hips))) for t, p in ups]
    assert sets_of_run("push_up", hidden) == [("push_up", 3)]


def without(visibility: np.ndarray, marks: list[L]) -> np.ndarray:
    changed = visibility.copy()
    changed[marks] = 0.0
    return changed


def sets_of_run(name: str, frames: Movement) -> list[tuple[str, int]]:
    pipeline = scripted(always(name))
    run(pipeline, list(frames))
    return sets_of(pipeline)


# --- one frame --------------------------------------------------------------------------------


def test_nobody_in_the_picture_is_nothing_known_and_a_hint():
    (result,) = run(scripted(always("squat")), [(0.0, None)])
    assert result.pose is None
    assert result.flexion_deg.shape == result.error_deg.shape == (N_JOINTS,)
    assert np.isnan(result.flexion_deg).all() and np.isnan(result.error_deg).all()
    assert np.isnan(result.proba).all()
    assert (result.frame_exercise, result.voted_exercise) == (NONE, NONE)
    assert (result.view, result.phase, result.rep, result.current_set) == (None,) * 4
    assert (result.votes, result.faults, result.cue) == ({}, (), None)
    assert result.hint == "I see nobody. Step into the picture."


def test_frame_tells_what_is_seen_and_what_it_is_worth():
    results = run(scripted(always("squat")), squats(1))
    deepest = max(results, key=lambda r: r.flexion_deg[3])
    assert deepest.view == "side"
    assert deepest.flexion_deg[3] == pytest.approx(110, abs=5)  # corrected as if a person
    assert (deepest.error_deg > 0).all()
    assert (deepest.frame_exercise, deepest.voted_exercise) == ("squat", "squat")
    assert deepest.votes["squat"] == pytest.approx(0.9)
    assert next(iter(deepest.votes)) == "squat"
    assert deepest.phase == "far"
    assert deepest.hint is None


def test_feet_out_of_the_picture_ask_to_step_back_in_a_squat_but_not_in_a_curl():
    near = body(view="front")
    image = near.image + (0.0, 0.3, 0.0)
    frames = [
        (i / 20, Pose(i / 20, image, near.world, near.visibility, (640, 480))) for i in (0, 1)
    ]
    assert (
        run(scripted(always("squat")), frames)[-1].hint == "Step back: I miss your knees and feet."
    )
    assert run(scripted(always("biceps_curl")), frames)[-1].hint is None


def test_view_that_cannot_judge_asks_to_turn_once_it_has_lasted():
    results = run(scripted(always("push_up")), movement("push_up", 1, fps=20, view="front"))
    hints = [result.hint for result in results]
    assert hints[0] is None
    assert hints[-1] == "Turn sideways so I can see your elbows."
    results = run(scripted(always("push_up")), movement("push_up", 1, fps=20, view="side"))
    assert results[-1].hint is None


def test_rest_is_timed_after_a_set():
    results = run(scripted(always("squat")), after(squats(2), nobody(20)))
    assert results[len(squats(2)) - 1].rest_s == 0.0
    assert 12.0 < results[-1].rest_s < 22.0


def test_step_asks_the_estimator_and_closes_it_once():
    class Estimator:
        def __init__(self) -> None:
            self.asked: list[float] = []
            self.closed = 0

        def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
            self.asked.append(t_s)
            return body(t_s=t_s)

        def close(self) -> None:
            self.closed += 1

    estimator = Estimator()
    pipeline = scripted(always(NONE), estimator=estimator)
    results = [pipeline.step(np.zeros((48, 64, 3), np.uint8), t_s) for t_s in (0.0, 0.1)]
    assert [r.t_s for r in results] == estimator.asked == [0.0, 0.1]
    assert results[0].pose is not None
    pipeline.close()
    pipeline.close()
    assert estimator.closed == 1


def test_correction_of_the_angles_can_be_left_out():
    pose = body(view="side", knee=90.0)
    plain = scripted(always("squat"), settings=Settings(correct_angles=False))
    (read,), (corrected,) = (run(p, [(0.0, pose)]) for p in (plain, scripted(always("squat"))))
    np.testing.assert_array_equal(read.flexion_deg, flexion_deg(pose, corrected=False))
    np.testing.assert_array_equal(corrected.flexion_deg, flexion_deg(pose))
    assert (read.flexion_deg != corrected.flexion_deg).any()


# --- counting ---------------------------------------------------------------------------------


def test_reps_come_one_by_one_and_the_set_grows_with_them():
    pipeline = scripted(always("squat"))
    results = run(pipeline, squats(3))
    counted = [r for r in results if r.rep is not None]
    assert [r.rep_count for r in counted] == [1, 2, 3]
    assert [len(r.current_set.reps) for r in counted] == [1, 2, 3]
    assert results[-1].current_set.start_s == counted[0].rep.start_s < counted[0].t_s - 1.0
    rep = counted[1].rep
    assert (rep.exercise, rep.complete) == ("squat", True)
    assert rep.end_s == counted[1].t_s
    assert rep.rom_deg == pytest.approx(110, abs=6)
    assert sum(rep.tempo_s) == pytest.approx(rep.duration_s)
    assert rep.curve_deg.shape == (len(rep.curve_t_s), N_JOINTS)
    assert rep.curve_t_s[0] == pytest.approx(rep.start_s, abs=0.06)
    assert rep.curve_t_s[-1] == rep.end_s
    assert rep.curve_deg.max() == pytest.approx(115, abs=8)  # the hips
    assert 90 < rep.score <= 100 and rep.faults == ()


def test_same_frames_give_the_same_results():
    frames = after(squats(2, noise_m=0.01), movement("biceps_curl", 2, fps=20, noise_m=0.01))
    first, second = (run(scripted(lambda t: "squat" if t < 6 else "biceps_curl"), frames)
                     for _ in range(2))  # fmt: skip
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.proba, b.proba)
        np.testing.assert_array_equal(a.flexion_deg, b.flexion_deg)
        assert (a.voted_exercise, a.phase, a.rep_count, a.faults, a.cue, a.hint) == (
            b.voted_exercise,
            b.phase,
            b.rep_count,
            b.faults,
            b.cue,
            b.hint,
        )
        assert (a.rep is None) == (b.rep is None)
        assert a.rep is None or (a.rep.start_s, a.rep.score) == (b.rep.start_s, b.rep.score)


@pytest.mark.parametrize("wrong", ["lunge", NONE])
def test_label_that_flips_for_a_moment_loses_no_rep(wrong):
    pipeline = scripted(lambda t_s: wrong if t_s % 1.5 > 1.2 else "squat")
    results = run(pipeline, squats(5))
    assert any(r.frame_exercise == wrong for r in results)
    assert sets_of(pipeline) == [("squat", 5)]


def test_label_that_is_lost_for_a_whole_second_loses_no_rep():
    pipeline = scripted(lambda t_s: NONE if 4.0 < t_s < 5.0 else "squat")
    run(pipeline, squats(4))
    assert sets_of(pipeline) == [("squat", 4)]


def test_label_that_comes_late_still_counts_the_rep_it_names():
    pipeline = scripted(lambda t_s: "squat" if t_s > 1.4 else NONE)
    results = run(pipeline, squats(2))
    assert sets_of(pipeline) == [("squat", 2)]
    first = next(r.rep for r in results if r.rep is not None)
    assert first.start_s < 1.0  # dated back to before it was named


def test_first_rep_that_ends_before_the_votes_name_it_is_counted_a_moment_later():
    frames = squats(3)
    alone = run(scripted(always("squat")), frames)
    first = next(r.rep for r in alone if r.rep is not None)
    named_s = first.end_s + 0.1 - 1.0  # a second of votes, named just after the first rep
    results = run(scripted(lambda t_s: "squat" if t_s > named_s + 0.6 else NONE), frames)
    reps = [r.rep for r in results if r.rep is not None]
    assert len(reps) == 3
    assert reps[0].start_s == first.start_s and reps[0].end_s == first.end_s


def test_movement_that_stays_in_doubt_is_no_rep():
    frames = squats(1)
    end_s = frames[-1][0]
    frames = after(frames, nobody(4.0))
    pipeline = scripted(lambda t_s: "squat" if end_s - 0.35 < t_s < end_s - 0.1 else NONE)
    run(pipeline, frames)
    assert sets_of(pipeline) == []


@pytest.mark.parametrize("name", ["squat", "jumping_jack", "biceps_curl"])
def test_what_the_votes_call_nothing_gives_no_rep(name):
    pipeline = scripted(always(NONE))
    results = run(pipeline, movement(name, 2, fps=15))
    assert all(r.rep is None and r.voted_exercise == NONE and r.phase is None for r in results)
    assert sets_of(pipeline) == []


def walking(seconds: float, fps: float = 20.0) -> Movement:
    frames = []
    for i in range(round(seconds * fps)):
        swing = np.sin(2 * np.pi * i / fps / 1.1)
        legs = {
            "left_hip": 28 * swing,
            "right_hip": -28 * swing,
            "left_knee": 20 + 45 * max(0.0, swing),
            "right_knee": 20 + 45 * max(0.0, -swing),
        }
        pose = body(t_s=i / fps, left_shoulder=max(0, -30 * swing), elbow=25.0, **legs)
        frames.append((pose.t_s, pose))
    return frames


def test_walking_between_two_sets_is_no_rep():
    first = squats(2)
    walk_s = first[-1][0]
    frames = after(first, walking(5.0), squats(2))
    pipeline = scripted(lambda t_s: NONE if walk_s < t_s < walk_s + 5 else "squat")
    run(pipeline, frames)
    assert sum(n for _, n in sets_of(pipeline)) == 4


def test_rep_goes_to_the_exercise_that_its_own_time_was_named():
    # A deadlift bends the knees enough for a squat's counter, and the other way round.
    frames = after(movement("deadlift", 2, fps=20), squats(2))
    change_s = 6.6
    pipeline = scripted(lambda t_s: "deadlift" if t_s < change_s else "squat")
    results = run(pipeline, frames)
    assert sets_of(pipeline) == [("deadlift", 2), ("squat", 2)]
    assert [r.rep.exercise for r in results if r.rep] == ["deadlift"] * 2 + ["squat"] * 2


def test_rep_of_which_the_votes_are_unsure_is_not_counted():
    pipeline = Pipeline(
        exercises=EXERCISES,
        classifier=Scripted(always("squat"), sure=0.25),  # type: ignore[arg-type]
    )
    run(pipeline, squats(2))
    assert sets_of(pipeline) == []


def test_half_squat_is_an_attempt_shown_but_not_counted():
    pipeline = scripted(always("squat"))
    results = run(pipeline, squats(3, depth=(1.0, 0.28, 1.0)))
    assert [r.rep.complete for r in results if r.rep] == [True, False, True]
    assert results[-1].rep_count == 2
    assert len(results[-1].current_set.reps) == 3


def test_shallow_squat_counts_and_is_told_what_to_do():
    results = run(scripted(always("squat")), squats(1, depth=0.55))
    (rep,) = (r.rep for r in results if r.rep)
    assert rep.complete
    assert [fault.id for fault in rep.faults] == ["shallow"]
    assert rep.score < 90


def test_leaning_far_forward_is_said_while_it_happens_and_not_before():
    results = run(scripted(always("squat")), squats(1, trunk_lean=70.0, hip=140.0))
    said = [r for r in results if r.cue == "Keep your chest up"]
    assert said and said[0].phase == "far"
    assert said[0].faults[0].id == "lean"
    assert said[0].faults[0].measured == pytest.approx(70, abs=2)


# --- sets and holds ---------------------------------------------------------------------------


def ended(results: list[FrameResult]) -> list[ExerciseSet]:
    return [r.set_ended for r in results if r.set_ended is not None]


def test_pause_ends_the_set_and_the_count_begins_again():
    settings = Settings(set_pause_s=3.0)
    frames = after(squats(2), [(t, body()) for t in np.arange(0, 5, 0.05)], squats(1))
    pipeline = scripted(always("squat"), settings=settings)
    results = run(pipeline, frames)
    (first,) = ended(results)
    assert first.n_complete == 2
    assert [r.rep_count for r in results if r.rep] == [1, 2, 1]
    assert sets_of(pipeline) == [("squat", 2), ("squat", 1)]


def test_quarter_of_a_minute_of_idling_loses_nothing_that_was_counted():
    idle = [(t, body()) for t in np.arange(0, 16, 0.05)]
    pipeline = scripted(always("squat"))
    run(pipeline, after(squats(2), idle, squats(1)))
    assert sets_of(pipeline) == [("squat", 2), ("squat", 1)]


def test_person_who_leaves_ends_the_set_though_nobody_is_seen():
    pipeline = scripted(always("squat"), settings=Settings(set_pause_s=3.0))
    results = run(pipeline, after(squats(2), nobody(5.0)))
    assert [each.n_complete for each in ended(results)] == [2]


def test_person_who_leaves_for_a_moment_goes_on_with_the_set():
    pipeline = scripted(always("squat"))
    run(pipeline, after(squats(2), nobody(4.0), squats(2)))
    assert sets_of(pipeline) == [("squat", 4)]


def test_another_exercise_ends_the_set():
    frames = after(squats(2), movement("biceps_curl", 2, fps=20))
    pipeline = scripted(lambda t_s: "squat" if t_s < 6.5 else "biceps_curl")
    results = run(pipeline, frames)
    (first,) = ended(results)
    assert (first.exercise, first.n_complete) == ("squat", 2)
    assert results[-1].current_set.exercise == "biceps_curl"


def test_finish_hands_over_the_set_that_goes_on_and_then_nothing():
    pipeline = scripted(always("squat"))
    run(pipeline, squats(2))
    assert pipeline.finish().n_complete == 2
    assert pipeline.finish() is None


def test_plank_is_timed_while_the_votes_name_it():
    pipeline = scripted(lambda t_s: "plank" if t_s < 8 else NONE)
    results = run(pipeline, after(held("plank", 8.0, fps=20), [(t, body()) for t in (0.0, 1.0)]))
    plank = pipeline.finish()
    assert (plank.exercise, plank.reps) == ("plank", ())
    assert plank.hold_s == pytest.approx(8.0, abs=0.3)
    shown = [r.hold_s for r in results]
    assert shown[100] == pytest.approx(5.0, abs=0.3)
    assert results[100].phase is None and results[100].rep_count == 0


# --- exercise fixed by hand -------------------------------------------------------------------


def test_fixed_exercise_is_counted_whatever_the_model_would_say():
    pipeline = scripted(always(NONE), exercise="squat")
    results = run(pipeline, squats(3))
    assert {r.voted_exercise for r in results} == {"squat"}
    assert results[0].votes == {"squat": 1.0}
    assert sets_of(pipeline) == [("squat", 3)]


def test_fixed_exercise_counts_no_other():
    pipeline = scripted(always("biceps_curl"), exercise="squat")
    run(pipeline, movement("biceps_curl", 3, fps=20))
    assert sets_of(pipeline) == []


def test_exercise_that_is_unknown_is_refused_with_the_names_that_are_known():
    with pytest.raises(UnknownExercise) as refused:
        scripted(always(NONE), exercise="sqat")
    assert "'sqat'" in str(refused.value)
    assert all(name in str(refused.value) for name in EXERCISES)


def test_missing_model_is_a_model_error(monkeypatch, tmp_path):
    monkeypatch.setattr("posecore.classify.MODEL_PATH", tmp_path / "none.skops")
    with pytest.raises(ModelError, match="missing"):
        Pipeline()


# --- times that go wrong ----------------------------------------------------------------------


def test_repeated_and_late_frames_count_nothing_twice():
    frames = squats(3)
    mixed = [frame for i in range(len(frames)) for frame in (frames[i], frames[i - i % 10])]
    pipeline = scripted(always("squat"))
    run(pipeline, mixed)
    assert sets_of(pipeline) == [("squat", 3)]


def test_gap_in_the_middle_of_a_rep_makes_no_rep():
    frames = squats(1)
    bent, later = frames[:36], [(t + 60, pose) for t, pose in squats(1)]
    pipeline = scripted(always("squat"))
    run(pipeline, [*bent, *later])
    assert sum(n for _, n in sets_of(pipeline)) == 1


# --- a rendered person, the shipped model -----------------------------------------------------


def test_rendered_person_is_recognised_and_counted(tmp_path):
    pipeline = Pipeline(classifier=ExerciseClassifier.load())
    results = run(pipeline, list(track_of(CLIPS / "squat_45_2.mp4", tmp_path).poses()))
    assert sets_of(pipeline) == [("squat", 3)]
    # Before anything has moved, a stance may be taken for another's.
    voted = [r.voted_exercise for r in results if r.t_s > 1.0]
    assert max(set(voted), key=voted.count) == "squat"
    assert set(voted) <= {"squat", NONE}


@pytest.mark.parametrize("clip", ["gym_walking_713.mp4", "gym_sitting_down_714.mp4"])
def test_rendered_person_who_walks_or_sits_down_does_no_rep(clip, tmp_path):
    pipeline = Pipeline(classifier=ExerciseClassifier.load())
    run(pipeline, list(track_of(CLIPS / clip, tmp_path).poses()))
    assert sum(n for _, n in sets_of(pipeline)) == 0
