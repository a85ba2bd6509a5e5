"""The workout page around a set: framing guide, countdown, rest, plan and voice."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from bodies import body
from test_stage import raised_hand
from test_workout_page import (  # noqa: F401 (the fixture is used by its name)
    LEAN,
    CountingPipeline,
    connection,
    frame,
    html_of,
    page,
    press,
    rep,
    run,
    session,
    shot,
    squats,
)

from pages.workout_board import board_html
from pages.workout_desk import Desk
from pages.workout_plan import next_in_words, only_exercise, place_in_words, step_in_words
from pages.workout_reps import strip_html
from pages.workout_voice import to_call
from pages.workout_word import word_html, word_of
from posecore.exercises import load_exercises
from posecore.framing import framing_of
from posecore.live import LiveSession, Snapshot
from posecore.plan import Place, Step, place_in
from posecore.speech import AGAIN_S
from posecore.stage import Stage
from posecore.types import NONE, ExerciseSet

EXERCISES = load_exercises()
READY = framing_of(body(view="front"), 0.5)
DARK = framing_of(None, 0.02)
FAR = framing_of(body(scale=0.3), 0.5)
SQUATS = (Step("squat", 2, 3, rest_s=60),)


def waiting(framing=READY, **changes: object) -> Snapshot:
    idle = frame(voted_exercise=NONE, votes={}, phase=None)
    return shot(idle, stage=Stage("look", framing), **changes)


# Before the set.


def test_the_guide_turns_green_when_the_camera_sees_enough():
    word = word_of(waiting())
    assert (word.kind, word.text) == ("good", "Ready. Begin, or raise one hand.")
    html = board_html(waiting(), EXERCISES)
    assert "I see you" in html
    assert "▲" not in html and html.count("✔") == len(READY.checks)


def test_the_guide_says_what_to_change_and_marks_it_by_shape():
    word = word_of(waiting(FAR))
    assert (word.kind, word.text) == ("see", "Too far. Come closer.")
    html = board_html(waiting(FAR), EXERCISES)
    assert "Before you begin" in html
    assert html.count("▲") == 1
    assert re.search(r"▲</span>Distance: <span[^>]*>too far away<", html)


def test_a_dark_room_is_blamed_and_not_the_person():
    assert word_of(waiting(DARK, last_seen_s=None)).text == "Too dark. Switch on a light."


def test_who_begins_sees_the_count_and_not_the_guide():
    begun = shot(frame(phase="out"), stage=Stage("look", READY))
    assert 'data-testid="count">0<' in board_html(begun, EXERCISES)
    assert word_of(begun).text == "Looks good. Go on."


@pytest.mark.parametrize("left_s, number", [(2.9, 3), (2.0, 2), (0.1, 1)])
def test_the_countdown_fills_the_board(left_s, number):
    counting = shot(frame(), stage=Stage("countdown", READY, left_s))
    html = board_html(counting, EXERCISES)
    assert f'data-testid="countdown">{number}<' in html
    assert html.count("●") == number
    assert word_of(counting).text == "Get into position."


def test_after_the_countdown_it_says_go():
    assert word_of(shot(frame(), stage=Stage("go", READY))).text == "Go!"


# Reps and rest.


def test_the_strip_grows_with_each_rep_and_tells_them_apart_by_shape():
    assert strip_html(()) == ""
    html = strip_html((rep(), rep(LEAN), rep(complete=False)))
    assert html.count('data-testid="bar"') == 3
    assert re.findall(r'class="pc-bar-(\w+)" data-testid="bar">(.)<', html) == [
        ("ok", "✔"), ("off", "▲"), ("half", "◌"),
    ]  # fmt: skip


def test_before_the_first_rep_of_a_new_set_the_strip_is_empty():
    going = shot(frame(), ended_sets=(squats(rep(), rep()),), stage=Stage("go", READY))
    assert 'data-testid="bar"' not in board_html(going, EXERCISES)
    resting = waiting(ended_sets=(squats(rep(), rep()),))
    assert board_html(resting, EXERCISES).count('data-testid="bar"') == 2


def test_a_bar_is_as_high_as_the_rep_was_deep():
    html = strip_html((rep(), replace(rep(), rom_deg=48.2)))
    deep, shallow = (float(rem) for rem in re.findall(r"height:([\d.]+)rem", html))
    assert deep > 1.5 * shallow > 0


def test_a_rest_without_a_plan_counts_up_beside_the_last_count():
    resting = replace(waiting(), ended_sets=(squats(rep(), rep()),))
    resting = replace(resting, t_s=resting.t_s + 34.0)
    html = board_html(resting, EXERCISES)
    assert ">Pause<" in html and 'data-testid="count">2<' in html
    assert "Rest 0:35" in html


def test_a_pause_within_a_set_tells_how_to_end_it():
    idle = frame(voted_exercise=NONE, votes={}, phase=None)
    shown = shot(idle, current_set=squats(rep()), stage=Stage("set", READY))
    assert word_of(shown).text == "Go on, or raise one hand to end."
    assert "Rest 0:01" in board_html(shown, EXERCISES)


def test_who_rests_is_not_called_back():
    away = replace(waiting(ended_sets=(squats(rep()),)), last_seen_s=1.0)
    assert word_of(away).kind == "wait"


def test_a_long_sentence_is_set_smaller_so_that_it_fits():
    assert "pc-long" in word_html(word_of(shot(frame(hint="Step back: I miss your knees."))))
    assert "pc-long" not in word_html(word_of(shot(frame(cue="Keep your chest up"))))


# The plan.


def planned(shown: Snapshot) -> Place:
    return place_in(SQUATS, shown.ended_sets, shown.current_set, shown.now_s)


def test_the_plan_stands_under_the_count():
    shown = shot(frame(), current_set=squats(rep(), rep()), stage=Stage("set", READY))
    assert "Set 1 of 2 · 2 of 3 reps" in board_html(shown, EXERCISES, planned(shown))


def test_the_rest_of_the_plan_starts_by_itself_with_the_last_rep_and_counts_down():
    done = squats(rep(), rep(), rep())  # ended at 9 s; it is 10 s now
    shown = shot(frame(phase="start"), current_set=done, stage=Stage("set", READY))
    html = board_html(shown, EXERCISES, planned(shown))
    assert 'data-testid="rest">0:59<' in html
    assert "Next: Squat, set 2 of 2" in html


@pytest.mark.parametrize("phase", ["start", "out", "far"])
def test_the_end_of_a_planned_set_is_said_aloud_and_stays_whoever_moves_on(phase):
    done = squats(rep(), rep(), rep(LEAN), rep())
    shown = shot(frame(phase=phase), current_set=done, stage=Stage("set", READY))
    word = word_of(shown, planned(shown))
    assert (word.kind, word.text, word.aloud) == ("good", "Set done. Rest.", True)
    html = board_html(shown, EXERCISES, planned(shown))
    assert "Next: Squat, set 2 of 2" in html
    assert "0 of 3 reps" not in html, "nothing of the next set is under way"


def test_a_set_that_begins_with_an_attempt_is_not_said_to_be_done():
    ended = (squats(rep(), rep(), rep()),)
    begun = squats(rep(complete=False, end_s=9.5))
    shown = shot(frame(), ended_sets=ended, current_set=begun, stage=Stage("set", READY))
    assert word_of(shown, planned(shown)).text == "Looks good. Go on."
    assert "Set 2 of 2 · 0 of 3 reps" in board_html(shown, EXERCISES, planned(shown))


def test_a_rest_goes_on_quietly_once_the_set_has_ended():
    shown = waiting(ended_sets=(squats(rep(), rep(), rep()),))
    word = word_of(shown, planned(shown))
    assert (word.kind, word.text, word.aloud) == ("wait", "Rest.", False)


def test_the_end_of_a_rest_is_said_aloud():
    done = squats(rep(), rep(), rep())
    shown = replace(waiting(ended_sets=(done,)), t_s=waiting().t_s + 60.0)
    word = word_of(shown, planned(shown))
    assert (word.text, word.aloud) == ("Rest is over. Begin.", True)


def test_the_next_rep_brings_the_count_back():
    done = squats(rep(), rep(), rep())
    shown = shot(frame(phase="out"), ended_sets=(done,), stage=Stage("look", READY))
    assert 'data-testid="count"' in board_html(shown, EXERCISES, planned(shown))


def test_a_plan_that_is_done_says_so():
    done = (squats(rep(), rep(), rep()),) * 2
    shown = waiting(ended_sets=done)
    assert word_of(shown, planned(shown)).text == "Plan done. Well done!"
    assert place_in_words(planned(shown), EXERCISES) == "Plan done"
    assert next_in_words(planned(shown), EXERCISES) == "Plan done"


def test_steps_of_a_plan_are_said_in_words():
    assert step_in_words(SQUATS[0], EXERCISES) == "Squat: 2 sets of 3 reps, rest 60 s"
    plank = Step("plank", 1, 40)
    assert step_in_words(plank, EXERCISES) == "Plank: 1 set of 40 s, rest 60 s"
    assert only_exercise(SQUATS) == "squat"
    assert only_exercise((*SQUATS, plank)) is None
    assert only_exercise(()) is None


# The voice.


def test_counts_countdown_and_seconds_of_a_hold_are_called_out():
    assert to_call(None) is None
    assert to_call(waiting()) is None
    assert to_call(shot(frame(), stage=Stage("countdown", READY, 2.4))) == "3"
    assert to_call(shot(frame(), stage=Stage("go", READY))) == "Go"
    assert to_call(shot(frame(), current_set=squats(rep(complete=False)))) is None
    assert to_call(shot(frame(), current_set=squats(rep(), rep()))) == "2"
    held = ExerciseSet("plank", 0.0, 25.0, 24.2, ())
    assert to_call(shot(frame(), current_set=held)) == "20 seconds"


# The whole page.


def test_a_plan_is_made_on_the_page_and_followed(connection):  # noqa: F811
    app = page()
    app.selectbox[1].select("squat")
    app.number_input[0].set_value(2)
    app.number_input[1].set_value(1)
    press(app, "Add to the plan")
    desk = app.session_state["workout_desk"]
    assert desk.plan == (Step("squat", 2, 1, 60),)
    said = [each.value.replace("\\", "") for each in app.markdown]
    assert any("Squat: 2 sets of 1 rep," in words for words in said)
    desk.begin()
    run(app)
    processor = connection.asked["video_processor_factory"]()
    assert processor.session._pipeline.settings["exercise"] == "squat", "nothing to recognise"
    frames(processor.session, 16)
    desk.session = processor.session
    run(app)
    assert "Next: Squat, set 2 of 2<" in html_of(app)
    press(app, "Stop")
    press(app, "Remove")
    assert app.session_state["workout_desk"].plan == ()


def frames(running: LiveSession, n: int) -> None:
    for i in range(n):
        running.process(np.full((48, 64, 3), 128, np.uint8), i / 30)


def test_the_page_speaks_each_count_once(connection):  # noqa: F811
    app = page()
    desk = app.session_state["workout_desk"]
    desk.begin()
    run(app)
    assert desk.said is None
    processor = connection.asked["video_processor_factory"]()
    frames(processor.session, 16)
    run(app)
    assert (desk.said.text, desk.said.urgent) == ("1", True)
    before = desk.said
    run(app)
    assert desk.said is before or not desk.said.urgent
    press(app, "Stop")


def test_what_a_faulty_rep_is_told_is_said_right_after_its_number():
    desk = Desk()
    said = []
    for i in range(100):  # 20 s, a shallow rep every four
        done = tuple(rep(LEAN, end_s=4.0 * n) for n in range(1, i // 20 + 1))
        current = ExerciseSet("squat", 1.0, done[-1].end_s, None, done) if done else None
        shown = shot(frame(t_s=i / 5), current_set=current)
        before = desk.said
        desk.speak(shown, word_of(shown))
        if desk.said is not before:
            said.append((i / 5, desk.said.text))
    assert said[:3] == [(4.0, "1"), (4.2, LEAN.cue), (8.0, "2")]
    cues_s = [at_s for at_s, text in said if text == LEAN.cue]
    assert len(cues_s) == 2 and cues_s[1] - cues_s[0] >= AGAIN_S


def test_in_the_dark_the_page_asks_for_light(connection):  # noqa: F811
    app = page()
    app.session_state["workout_desk"].begin()
    run(app)
    processor = connection.asked["video_processor_factory"]()
    for i in range(3):
        processor.session.process(np.zeros((48, 64, 3), np.uint8), i / 30)
    run(app)
    assert "Too dark. Switch on a light." in html_of(app)
    press(app, "Stop")


def test_light_is_measured_and_a_raised_hand_reaches_the_snapshot():
    class Looking(CountingPipeline):
        pose = None

        def step(self, rgb, t_s):
            return replace(frame(t_s, voted_exercise=NONE, phase=None), pose=self.pose)

    pipeline = Looking()
    running = session(pipeline)
    seen = []
    for t_s, pose in raised_hand():
        pipeline.pose = pose
        running.process(np.full((48, 64, 3), 128, np.uint8), t_s)
        seen.append(running.snapshot().stage.name)
    assert list(dict.fromkeys(seen)) == ["look", "countdown"]


def test_the_plan_is_there_again_in_another_tab(connection):  # noqa: F811
    app = page()
    press(app, "Add to the plan")
    (step,) = app.session_state["workout_desk"].plan
    assert page().session_state["workout_desk"].plan == (step,)
    other = page()
    press(app, "Remove")
    assert run(other).session_state["workout_desk"].plan == ()


def test_in_a_pause_what_to_work_on_takes_the_place_of_the_curves(connection):  # noqa: F811
    app = page()
    desk = app.session_state["workout_desk"]
    desk.begin()
    run(app)
    processor = connection.asked["video_processor_factory"]()
    processor.session._ended.append(squats(rep(LEAN)))
    frames(processor.session, 2)
    run(app)
    assert 'data-testid="advice"' in html_of(app)
    assert "Squat: what to work on in the next set" in html_of(app)
    press(app, "Stop")
