from __future__ import annotations

import numpy as np
import pytest

from posecore.draw import CUE_GROUND, HINT_GROUND, LIMB, OFF, draw_overlay, off_landmarks
from posecore.exercises import load_exercises
from posecore.landmarks import Landmark
from posecore.lettering import sprite
from posecore.types import ExerciseSet
from tests.bodies import body
from tests.results import exercise_set, fault, frame_result, rep

EXERCISES = load_exercises()
GREY = np.full((480, 640, 3), 120, np.uint8)
STANDING = body(view="side")


def squats(reps: int) -> ExerciseSet:
    return exercise_set([rep()] * reps)


def amount(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - colour).max(axis=2) < 12).sum())


def near(picture: np.ndarray, mark: Landmark, *, mirror: bool = False) -> np.ndarray:
    """The picture around a landmark of STANDING."""
    x, y = np.rint(STANDING.pixels[mark]).astype(int)
    x = 639 - x if mirror else x
    return picture[max(y - 25, 0) : y + 25, max(x - 25, 0) : x + 25]


def test_words_are_drawn_with_the_letters_of_the_readers_language():
    squat, plank = (sprite(word, 40, 400) for word in ("스쿼트", "플랭크"))
    assert squat.shape != plank.shape or (squat != plank).any(), "not boxes for unknown letters"
    assert sprite("스", 40, 400)[..., 1].any()


def test_angles_come_back_as_they_were_made_but_a_long_sets_counts_are_not_all_kept():
    angle, count = sprite("90°", 38, 640), sprite("1", 106, 320)
    for number in range(2, 200):
        sprite(f"{number}", 106, 320)
        sprite(f"{number}°", 38, 640)
    assert sprite("90°", 38, 640) is angle
    assert sprite("1", 106, 320) is not count


def test_picture_that_came_in_stays_as_it_was() -> None:
    before = GREY.copy()
    drawn = draw_overlay(GREY, frame_result(STANDING, cue="Go lower"), EXERCISES, mirror=True)
    assert (before == GREY).all()
    assert drawn.shape == GREY.shape
    assert drawn.dtype == np.uint8


def test_nobody_and_nothing_to_say_leaves_the_picture_alone() -> None:
    assert (draw_overlay(GREY, frame_result(), EXERCISES) == GREY).all()


def test_skeleton_lies_on_the_person() -> None:
    drawn = draw_overlay(GREY, frame_result(STANDING), EXERCISES)
    assert amount(near(drawn, Landmark.RIGHT_KNEE), LIMB) > 50
    assert amount(drawn, OFF) == 0


def test_what_is_off_has_its_own_colour_and_a_ring() -> None:
    result = frame_result(STANDING, faults=(fault("right_knee"),))
    drawn = draw_overlay(GREY, result, EXERCISES)
    around = near(drawn, Landmark.RIGHT_KNEE)
    assert amount(around, OFF) > 200
    # The ring: to the left and right of the joint, where no limb of someone upright is.
    middle = around.shape[0] // 2
    assert amount(around[middle - 3 : middle + 3, :12], OFF) > 3
    assert amount(around[middle - 3 : middle + 3, -12:], OFF) > 3


def test_what_was_read_on_both_sides_is_marked_on_both() -> None:
    both = {Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE}
    assert off_landmarks([fault("left_knee")]) == {Landmark.LEFT_KNEE}
    assert off_landmarks([fault("knee")]) == off_landmarks([fault("knee_difference")]) == both


def test_part_that_is_not_seen_is_not_drawn() -> None:
    hidden = body(view="side", unseen=("left", "right"))
    assert amount(draw_overlay(GREY, frame_result(hidden), EXERCISES), LIMB) == 0


def test_mirror_turns_the_person_but_not_the_words() -> None:
    looking_right = body(view="side", shoulder=90.0)
    result = frame_result(looking_right, voted_exercise="squat", current_set=squats(7))
    plain = draw_overlay(GREY, result, EXERCISES)
    mirrored = draw_overlay(GREY, result, EXERCISES, mirror=True)
    words = np.s_[:100, 400:]  # the count, at the top right in both
    assert (plain[words] == mirrored[words]).all()
    wrist = np.rint(looking_right.pixels[Landmark.RIGHT_WRIST]).astype(int)
    here = np.s_[wrist[1] - 12 : wrist[1] + 12, wrist[0] - 12 : wrist[0] + 12]
    there = np.s_[wrist[1] - 12 : wrist[1] + 12, 639 - wrist[0] - 12 : 639 - wrist[0] + 12]
    assert amount(plain[here], LIMB) > 20
    assert amount(mirrored[here], LIMB) == 0
    assert amount(mirrored[there], LIMB) > 20


def test_background_is_mirrored_too() -> None:
    half = GREY.copy()
    half[:, :320] = 0
    mirrored = draw_overlay(half, frame_result(), EXERCISES, mirror=True)
    assert mirrored[:, 400:].max() == 0
    assert mirrored[:, :300].min() == 120


def test_count_is_large() -> None:
    result = frame_result(None, voted_exercise="squat", current_set=squats(8))
    rows, _ = np.nonzero((draw_overlay(GREY, result, EXERCISES)[:, 400:] == 255).all(axis=2))
    assert rows.max() - rows.min() > 0.13 * GREY.shape[0]


def test_hold_shows_seconds_not_reps() -> None:
    plain, held, other = (
        draw_overlay(GREY, frame_result(None, voted_exercise="plank", current_set=each), EXERCISES)
        for each in (None, *(exercise_set(exercise="plank", hold_s=s) for s in (12.3, 45.3)))
    )
    assert (plain == GREY).all()
    assert (held != plain).any() and (held != other).any()


def test_nothing_is_named_or_counted_while_no_set_of_it_goes_on() -> None:
    for voted, current in (("squat", None), ("jumping_jack", None), ("jumping_jack", squats(3))):
        result = frame_result(None, voted_exercise=voted, current_set=current)
        assert (draw_overlay(GREY, result, EXERCISES) == GREY).all(), (voted, current)


def test_cue_goes_before_the_hint() -> None:
    both = draw_overlay(GREY, frame_result(cue="Go lower", hint="Step back."), EXERCISES)
    assert amount(both, CUE_GROUND) > 5000
    assert amount(both, HINT_GROUND) < 500  # what the edges of the letters mix to
    hint = draw_overlay(GREY, frame_result(hint="Step back."), EXERCISES)
    assert amount(hint, HINT_GROUND) > 5000


def test_angles_are_written_at_the_joints_of_the_exercise() -> None:
    squatting = body(view="side", knee=90.0, hip=90.0)
    named = draw_overlay(GREY, frame_result(squatting, voted_exercise="squat"), EXERCISES)
    other = draw_overlay(GREY, frame_result(squatting, voted_exercise="biceps_curl"), EXERCISES)
    x, y = np.rint(squatting.pixels[Landmark.RIGHT_KNEE]).astype(int)
    beside = np.s_[y - 30 : y + 30, x - 120 : x + 120]
    white = [int((p[beside] == 255).all(axis=2).sum()) for p in (named, other)]
    assert white[0] > white[1] + 100


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((360, 640), "Step back: your feet are out of the picture."),  # upright phone
        ((640, 360), "Push your knees out"),
        ((48, 36), "Step back so that I can see all of you."),
    ],
)
def test_long_sentence_fits_any_picture(size: tuple[int, int], sentence: str) -> None:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    pose = body(view="front", size_px=size)
    result = frame_result(pose, voted_exercise="squat", current_set=squats(123), cue=sentence)
    drawn = draw_overlay(picture, result, EXERCISES)
    assert drawn.shape == picture.shape
    ground = np.nonzero((drawn == CUE_GROUND).all(axis=2).any(axis=0))[0]
    assert ground.size
    if size[0] > 100:  # letters keep a margin to both ends of their ground
        rows = np.nonzero((drawn == CUE_GROUND).all(axis=2).any(axis=1))[0]
        letters = np.nonzero((drawn[rows.min() :] == 255).all(axis=2).any(axis=0))[0]
        assert ground.min() < letters.min()
        assert letters.max() < ground.max()


@pytest.mark.parametrize(
    ("joint", "marks"),
    [
        ("left_knee", {"LEFT_KNEE"}),
        ("knee_width", {"LEFT_KNEE", "RIGHT_KNEE"}),
        ("right_upper_arm_lean", {"RIGHT_SHOULDER", "RIGHT_ELBOW"}),
        ("trunk_lean", {"LEFT_SHOULDER", "RIGHT_SHOULDER", "LEFT_HIP", "RIGHT_HIP"}),
        ("tempo_out", set()),  # a speed is at no place of the body
    ],
)
def test_fault_names_the_landmarks_it_is_about(joint: str, marks: set[str]) -> None:
    assert off_landmarks([fault(joint)]) == {Landmark[m] for m in marks}


def test_every_measure_of_an_exercise_file_has_a_place_or_is_a_tempo() -> None:
    for exercise in EXERCISES.values():
        for target in exercise.targets:
            measure = target.reading.measure
            assert bool(off_landmarks([fault(measure)])) == (target.at != "rep"), measure
