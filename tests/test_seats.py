"""Whether there is room for one more, on computers of made-up speed."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from posecore.live import LiveSession
from posecore.seats import ENOUGH_FPS, FULL, SILENT_S, NoSeat, Seat, Seats
from tests.bodies import body


class Computer:
    """Its time goes by in ``watch``; a frame takes ``frame_s`` of a processor."""

    def __init__(self, cores: int, frame_s: float, most: int | None = None) -> None:
        self.now_s, self.used_s, self.frame_s = 0.0, 0.0, frame_s
        self.seats = Seats(most, cores=cores, clock=lambda: self.now_s, cpu_s=lambda: self.used_s)

    def watch(
        self, people: list[Seat], seconds: float = 10.0, fps: float = 30.0, dropped: int = 0
    ) -> None:
        for _ in range(int(seconds * fps)):
            for seat in people:
                self.used_s += self.frame_s
                seat.looked(dropped)
            self.now_s += 1 / fps

    def fill(self) -> list[Seat]:
        """People come one after another until one is sent away."""
        people: list[Seat] = []
        while len(people) < 100:
            try:
                people.append(self.seats.take())
            except NoSeat:
                return people
            self.watch(people)
        return people


@pytest.mark.parametrize(
    "cores, frame_s, room",
    [
        (2, 0.028, 5),
        (2, 0.060, 2),
        (16, 0.028, 42),
        (1, 0.200, 1),  # too slow for anybody, and still no reason to send the only person away
    ],
)
def test_a_faster_computer_has_more_seats(cores, frame_s, room):
    assert room == max(1, int(FULL * cores / (frame_s * ENOUGH_FPS)))
    assert len(Computer(cores, frame_s).fill()) == room


def test_who_is_sent_away_is_told_why_and_what_to_do():
    computer = Computer(2, 0.028)
    computer.fill()
    with pytest.raises(NoSeat) as refused:
        computer.seats.take()
    assert str(refused.value) == (
        "This computer is already watching 5 people, and one more would slow them down. "
        "Try again when one of them stops."
    )


def test_a_seat_that_was_left_is_free():
    computer = Computer(2, 0.060)
    one, other = computer.fill()
    one.leave()
    one.leave()
    assert computer.seats.taken == 1
    computer.seats.take()
    with pytest.raises(NoSeat):
        computer.seats.take()


def test_a_browser_that_is_gone_keeps_no_seat():
    computer = Computer(2, 0.060)
    one, _gone = computer.fill()
    computer.watch([one], seconds=SILENT_S + 1)
    assert computer.seats.taken == 1
    computer.seats.take()


def test_a_stream_that_comes_back_has_its_seat_again():
    computer = Computer(2, 0.060)
    one, other = computer.fill()
    computer.watch([one], seconds=SILENT_S + 1)
    computer.watch([one, other], seconds=1)
    with pytest.raises(NoSeat):
        computer.seats.take()


def test_before_anything_is_measured_there_is_a_seat_for_each_processor():
    seats = Seats(cores=3)
    for _ in range(3):
        seats.take()
    with pytest.raises(NoSeat):
        seats.take()


def test_what_was_said_by_hand_goes_before_what_is_measured():
    assert len(Computer(2, 0.060, most=4).fill()) == 4
    assert len(Computer(16, 0.010, most=1).fill()) == 1


def test_what_the_program_does_while_nobody_trains_costs_no_seat():
    computer = Computer(2, 0.028)
    people = computer.fill()
    for seat in people:
        seat.leave()
    computer.used_s += 1000  # a film is analysed
    assert len(computer.fill()) == len(people)


def test_where_somebody_already_has_too_few_frames_nobody_is_let_in():
    computer = Computer(16, 0.010)
    people = [computer.seats.take() for _ in range(3)]
    computer.watch(people, fps=ENOUGH_FPS - 2, dropped=1)  # something else keeps it busy
    with pytest.raises(NoSeat):
        computer.seats.take()
    computer.watch(people)
    computer.seats.take()


def test_a_camera_that_gives_few_frames_sends_nobody_away():
    computer = Computer(16, 0.010)
    people = [computer.seats.take()]
    computer.watch(people, fps=ENOUGH_FPS - 2, dropped=0)
    computer.seats.take()


def test_who_would_share_a_processor_needs_more_than_enough():
    computer = Computer(2, 0.010)
    people = [computer.seats.take(), computer.seats.take()]
    computer.watch(people, fps=1.4 * ENOUGH_FPS, dropped=1)
    with pytest.raises(NoSeat):
        computer.seats.take()
    computer.watch(people, fps=1.6 * ENOUGH_FPS, dropped=1)
    computer.seats.take()


def test_a_session_keeps_its_seat_while_it_goes_on_and_leaves_it_at_its_end():
    computer = Computer(1, 0.060)
    seat = computer.seats.take()
    result = SimpleNamespace(
        t_s=0.0, pose=body(), set_ended=None, current_set=None, rep=None, flexion_deg=np.zeros(8)
    )
    pipeline = SimpleNamespace(
        step=lambda rgb, t_s: SimpleNamespace(**{**vars(result), "t_s": t_s}),
        finish=lambda: None,
        close=lambda: None,
    )
    session = LiveSession(
        pipeline,  # type: ignore[arg-type]
        store=None,
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        source="camera",
        seat=seat,
    )
    for i in range(4):
        computer.now_s += SILENT_S * 0.9
        session.process(np.zeros((48, 64, 3), np.uint8), float(i))
        assert computer.seats.taken == 1
    session.finish()
    assert computer.seats.taken == 0
