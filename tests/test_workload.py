from __future__ import annotations

import gc
import threading
from collections.abc import Callable

import pytest

from posecore.workload import Progress, Standing, State, Workload, left_s

PATIENCE_S = 20.0


class Gate:
    """Work that tells its progress until it is let through."""

    def __init__(self, answer: str = "done") -> None:
        self.answer = answer
        self.begun, self.open, self.ended = (threading.Event() for _ in range(3))

    def __call__(self, tell: Progress) -> str:
        try:
            tell(1.0, 4.0)
            self.begun.set()
            while not self.open.wait(0.005):
                tell(2.0, 4.0)
            return self.answer
        finally:
            self.ended.set()


def workload(
    works: dict[str, Callable[[Progress], str]], *, workers: int = 1, size: float = 1.0
) -> Workload[str]:
    return Workload(
        {name: (size, work) for name, work in works.items()},
        workers=workers,
        expected=(ValueError,),
        broken="this broke down.",
    )


def finished(load: Workload[str]) -> dict[str, Standing]:
    deadline = threading.Event()
    for _ in range(int(PATIENCE_S / 0.005)):
        if not load.running:
            return {each.name: each for each in load.standings()}
        deadline.wait(0.005)
    pytest.fail("the work does not end")


def test_as_many_are_worked_on_at_once_as_there_are_workers() -> None:
    gates = {name: Gate(name) for name in "abc"}
    load = workload(dict(gates), workers=2)
    assert gates["a"].begun.wait(PATIENCE_S) and gates["b"].begun.wait(PATIENCE_S)
    assert {each.name: each.state for each in load.standings()} == {
        "a": State.RUNNING,
        "b": State.RUNNING,
        "c": State.WAITING,
    }
    for gate in gates.values():
        gate.open.set()
    assert {each.state for each in finished(load).values()} == {State.DONE}
    assert load.take_results() == ["a", "b", "c"]
    assert load.take_results() == [], "each is handed over once"


def test_what_goes_wrong_costs_only_itself() -> None:
    def unreadable(tell: Progress) -> str:
        raise ValueError("b: this file is empty.")

    load = workload({"a": lambda tell: "a", "b": unreadable, "c": lambda tell: "c"})
    ended = finished(load)
    assert ended["b"].state == State.FAILED
    assert ended["b"].problem == "b: this file is empty."
    assert load.take_results() == ["a", "c"]


def test_a_bug_is_logged_without_names_and_gets_a_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = "Jane Doe knee.mp4"

    def wrong(tell: Progress) -> str:
        raise ZeroDivisionError(name)

    ended = finished(workload({name: wrong}))
    assert ended[name].problem == f"{name}: this broke down."
    assert "ZeroDivisionError" in caplog.text and "in wrong" in caplog.text
    assert "Doe" not in caplog.text


def test_one_is_cancelled_and_the_others_go_on() -> None:
    gates = {name: Gate(name) for name in "abc"}
    load = workload(dict(gates))
    assert gates["a"].begun.wait(PATIENCE_S)
    load.cancel("a")
    load.cancel("b")  # before it is begun
    gates["c"].open.set()
    ended = finished(load)
    assert [ended[name].state for name in "abc"] == [State.CANCELLED, State.CANCELLED, State.DONE]
    assert not gates["b"].begun.is_set()
    assert load.take_results() == ["c"]


def test_all_are_cancelled() -> None:
    gates = {name: Gate() for name in "ab"}
    load = workload(dict(gates))
    assert gates["a"].begun.wait(PATIENCE_S)
    load.cancel()
    assert {each.state for each in finished(load).values()} == {State.CANCELLED}
    assert load.take_results() == []


def test_work_that_nobody_waits_for_stops() -> None:
    gate = Gate()
    load = workload({"a": gate})
    assert gate.begun.wait(PATIENCE_S)
    del load
    gc.collect()
    assert gate.ended.wait(PATIENCE_S)


def test_time_left_goes_by_size_and_leaves_out_what_is_cancelled() -> None:
    standings = [
        Standing("a", 100.0, State.DONE, 8.0, 8.0, None),
        Standing("b", 300.0, State.RUNNING, 2.0, 4.0, None),
        Standing("c", 50.0, State.WAITING, 0.0, None, None),
        Standing("d", 900.0, State.CANCELLED, 0.0, None, None),
    ]
    assert left_s(standings, 25.0) == pytest.approx(20.0)
    assert left_s(standings[2:], 25.0) is None
