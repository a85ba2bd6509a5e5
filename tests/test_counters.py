"""What a monitor can read of a server, and that it tells nothing of anybody."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from posecore import counters, monitor
from posecore.logs import SettingError
from posecore.store import URL_VARIABLE

ANY_PORT = {"POSECOACH_MONITOR_PORT": "0"}


@pytest.fixture
def served() -> Iterator[monitor.Monitor]:
    running = monitor.serve(ANY_PORT)
    assert running is not None
    yield running
    running.close()


def read(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figures(served: monitor.Monitor) -> dict[str, float]:
    status, text = read(f"{served.url}/metrics")
    assert status == 200
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_threads_of_streams_are_told_from_all_others(served):
    over = threading.Event()
    threads = [
        threading.Thread(target=over.wait, name=name)
        for name in ("camera_worker_3", "video-decoder", "AnyIO worker thread")
    ]
    for each in threads:
        each.start()
    assert figures(served)["posecoach_stream_threads"] == 2
    over.set()
    for each in threads:
        each.join()
    assert figures(served)["posecoach_stream_threads"] == 0


def test_frames_drops_delay_errors_and_sessions_are_counted(served):
    before = figures(served)
    running = counters.Running("camera")
    for dropped in (0, 2):
        with counters.frame(dropped):
            pass
    counters.error("store")
    during = figures(served)
    running.end()
    running.end()
    after = figures(served)

    def grown(name: str) -> float:
        return during[name] - before[name]

    assert grown("posecoach_frames_total") == 2
    assert grown("posecoach_frames_dropped_total") == 2
    assert grown("posecoach_frame_seconds_count") == 2
    assert 0 < grown("posecoach_frame_seconds_sum") < 1
    assert grown("posecoach_errors_total[store]") == 1
    assert grown("posecoach_sessions_total[camera]") == 1
    assert grown("posecoach_sessions_running") == 1
    assert after["posecoach_sessions_running"] == before["posecoach_sessions_running"]


def test_a_frame_that_fails_is_a_frame_all_the_same(served):
    before = figures(served)
    with pytest.raises(ZeroDivisionError), counters.frame():
        _ = 1 / 0
    after = figures(served)
    for name in ("posecoach_frames_total", "posecoach_errors_total[frame]"):
        assert after[name] == before[name] + 1


def test_a_file_s_name_is_no_label(served):
    counters.Running("me on the beach.mp4").end()
    assert figures(served)["posecoach_sessions_total[video]"] >= 1
    assert "beach" not in read(f"{served.url}/metrics")[1]


def test_all_well_is_said_with_200(served, monkeypatch, tmp_path: Path):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'sessions.db'}")
    status, text = read(f"{served.url}/healthz")
    parts = {"database": "ok", "exercises": "ok", "model": "ok"}
    assert (status, json.loads(text)) == (200, {"status": "ok", **parts})


def test_a_database_that_cannot_be_used_is_503_and_its_place_is_not_told(
    served, monkeypatch, tmp_path: Path
):
    place = tmp_path / "of-somebody.db"
    place.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{place}")
    status, text = read(f"{served.url}/healthz")
    assert status == 503
    assert json.loads(text)["status"] == "failing"
    assert json.loads(text)["database"] == "NotADatabase"
    assert "of-somebody" not in text


def test_what_nobody_expected_fails_its_own_part_only(monkeypatch, tmp_path: Path):
    def unforeseen() -> None:
        raise OverflowError

    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'sessions.db'}")
    monkeypatch.setattr(monitor, "_exercises", unforeseen)
    assert monitor.health() == {"database": "ok", "exercises": "OverflowError", "model": "ok"}


def test_nothing_else_is_there(served):
    assert read(f"{served.url}/")[0] == 404
    assert read(f"{served.url}/metrics/../app.py")[0] == 404


def test_it_is_off_by_default_and_listens_to_this_computer_only(served):
    assert monitor.serve({}) is None
    assert served.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("port", ["x", "-1", "99999", "٣"])
def test_a_port_that_is_none_is_named(port: str):
    with pytest.raises(SettingError, match="expected a port from 0 to 65535"):
        monitor.serve({"POSECOACH_MONITOR_PORT": port})


def test_a_port_that_is_taken_gets_a_sentence(served):
    taken = served.url.rsplit(":", 1)[1]
    with pytest.raises(SettingError, match="cannot listen at 127.0.0.1, port"):
        monitor.serve({"POSECOACH_MONITOR_PORT": taken})
