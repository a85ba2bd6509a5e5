"""A camera that gives no more pictures: the page says so, and does not wait for ever."""

from __future__ import annotations

from test_workout_page import (  # noqa: F401 (the fixture is used by its name)
    camera_frame,
    connection,
    html_of,
    page,
    run,
)

from pages.workout_still import END_AFTER_S, SAY_AFTER_S, Stillness
from posecore.store import Store


def look(still: Stillness, begin_s: float, seconds: float, frames: int) -> float:
    """The page looks four times a second and sees the same number of pictures."""
    for i in range(round(4 * seconds) + 1):
        still.step(frames, begin_s + i / 4)
    return begin_s + seconds


def test_a_moment_without_a_picture_is_not_spoken_of():
    still = Stillness()
    look(still, 100.0, SAY_AFTER_S, frames=7)
    assert still.word() is None and not still.over


def test_a_picture_that_does_not_come_is_spoken_of_until_it_comes():
    still = Stillness()
    now_s = look(still, 100.0, SAY_AFTER_S + 1, frames=7)
    word = still.word()
    assert word is not None and "camera" in word.text and word.aloud
    still.step(8, now_s + 0.25)
    assert still.word() is None


def test_after_a_while_it_is_over():
    still = Stillness()
    look(still, 100.0, END_AFTER_S + 1, frames=7)
    assert still.over


def test_the_time_that_a_computer_slept_does_not_count():
    still = Stillness()
    now_s = look(still, 100.0, 1.0, frames=7)
    still.step(7, now_s + 3600)
    assert still.word() is None and not still.over


def test_a_camera_without_pictures_ends_the_session_and_keeps_what_was_done(connection):  # noqa: F811
    app = page()
    desk = app.session_state["workout_desk"]
    desk.begin()
    run(app)
    processor = connection.asked["video_processor_factory"]()
    for i in range(31):
        processor.recv(camera_frame(3000 * i))
    run(app)
    desk.still.seconds = END_AFTER_S
    run(app)
    assert not desk.wanted
    assert "Session over" in html_of(app)
    assert "Plug the camera in" in app.error[0].value
    (kept,) = Store().sessions()
    assert kept.reps == 2 and kept.ended_at is not None
