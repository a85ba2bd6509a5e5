"""What is written about a run: events with figures, no secrets, nobody's name."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.quiet import pass_over_closed_tabs
from posecore import logs

ROOT = Path(__file__).parents[1]
SECRETS = {
    "POSECOACH_TURN_SECRET": 'turn "secret"',
    "POSECOACH_TURN_PASSWORD": "turn-password",
    "POSECOACH_DATABASE_URL": "postgresql+psycopg://coach:data%20base@db/posecoach",
    "POSECOACH_ICE_SERVERS": '[{"urls": ["turn:x"], "credential": "ice-credential"}]',
    "STREAMLIT_SERVER_COOKIE_SECRET": "cookie-secret",
}
HIDDEN = ['turn "secret"', "turn-password", "data%20base", "data base", "ice-credential"]
HIDDEN += ["cookie-secret", 'turn \\"secret']


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    root, own = logging.getLogger(), [logging.getLogger(name) for name in ("posecore", "pages")]
    before = root.handlers[:], root.level, [each.level for each in own]
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    for logger, level in zip(own, before[2]):
        logger.setLevel(level)


def written(environment: dict[str, str]) -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(environment, stream)
    return stream


def test_an_event_is_one_line_of_json_with_its_figures():
    stream = written({"POSECOACH_LOG": "json"})
    logs.note(logging.getLogger("pages.workout"), "session ended", frames=900, dropped=3)
    entry = json.loads(stream.getvalue())
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "info",
        "logger": "pages.workout",
        "event": "session ended",
        "frames": 900,
        "dropped": 3,
    }


def test_the_same_event_as_text():
    stream = written({})
    logs.note(logging.getLogger("pages.workout"), "session ended", frames=900, dropped=3)
    line = stream.getvalue()
    assert line.endswith("INFO pages.workout: session ended (frames=900, dropped=3)\n")


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_of_the_environment_are_never_written(form: str):
    stream = written(SECRETS | {"POSECOACH_LOG": form})
    log = logging.getLogger("posecore.store")
    for name, value in SECRETS.items():
        log.warning("%s is %s", name, value)
    log.warning("password %s, credential %s", "data base", "ice-credential")
    try:
        raise RuntimeError(f"could not connect as {SECRETS['POSECOACH_TURN_SECRET']}")
    except RuntimeError:
        log.exception("it failed")
    logs.note(log, "tried", address=SECRETS["POSECOACH_DATABASE_URL"])
    said = stream.getvalue()
    assert "it failed" in said and "RuntimeError" in said and "***" in said
    assert [secret for secret in HIDDEN if secret in said] == []


def test_a_password_within_any_address_is_struck_out():
    stream = written({})
    logging.getLogger("sqlalchemy").error("no route to postgresql://me:hunter2@db/x, https://a/b")
    assert "hunter2" not in stream.getvalue()
    assert "postgresql://me:***@db/x, https://a/b" in stream.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://jane:hunt/er2@db/x",
        "postgresql://db/x?user=jane&password=hunt%2Fer2",
        "postgresql://db/x?sslpassword=hunt/er2&connect_timeout=3",
    ],
)
def test_a_password_anywhere_in_the_databases_address_is_struck_out(address: str):
    for environment, said in (({}, address), ({"POSECOACH_DATABASE_URL": address}, "hunt/er2")):
        stream = written(environment)
        logging.getLogger("posecore").warning("tried %s", said)
        assert "***" in stream.getvalue()
        assert "er2" not in stream.getvalue()


def test_secrets_of_logging_in_are_struck_out(tmp_path: Path, monkeypatch):
    file = tmp_path / ".streamlit" / "secrets.toml"
    file.parent.mkdir()
    file.write_text(
        '[auth]\ncookie_secret = "salty"\nredirect_uri = "https://x/y"\n'
        '[auth.google]\nclient_secret = "peppery"\n'
    )
    monkeypatch.chdir(tmp_path)
    stream = written({})
    logging.getLogger("posecore").warning("salty and peppery at https://x/y")
    assert stream.getvalue().endswith("*** and *** at https://x/y\n")


def test_the_home_folder_has_a_persons_name_and_is_written_as_a_tilde():
    stream = written({"POSECOACH_LOG": "json"})
    logging.getLogger("posecore").warning("%s/videos/me.mp4 is gone", Path.home())
    assert json.loads(stream.getvalue())["event"] == "~/videos/me.mp4 is gone"


def test_a_form_that_is_none_is_named():
    with pytest.raises(logs.SettingError, match="expected text or json, got 'xml'"):
        logs.set_up({"POSECOACH_LOG": "xml"})


def test_a_server_logs_json_before_its_first_visitor_and_lets_monitors_in(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'sessions.db'}"
    settings = {"POSECOACH_LOG": "json", "POSECOACH_MONITOR_PORT": "0"}
    server = subprocess.Popen(
        [sys.executable, "serve.py", "--server.port", "0", "--server.headless", "true"],
        cwd=ROOT,
        env=os.environ | SECRETS | settings | {"POSECOACH_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        entry = json.loads(server.stderr.readline())
        assert entry["event"] == "monitor listens"
        with urllib.request.urlopen(f"{entry['url']}/metrics", timeout=20) as answer:
            assert b"posecoach_frames_total 0.0" in answer.read()
        with urllib.request.urlopen(f"{entry['url']}/healthz", timeout=60) as answer:
            assert answer.status == 200
        time.sleep(0.2)
    finally:
        server.terminate()
        rest = server.communicate(timeout=30)[1]
    for line in rest.splitlines():
        assert json.loads(line)["level"] != "error", line
    assert [secret for secret in HIDDEN if secret in rest] == []


def test_a_server_with_a_wrong_setting_says_so_and_does_not_start():
    done = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=ROOT,
        env=os.environ | {"POSECOACH_LOG": "xml"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == "PoseCoach: POSECOACH_LOG: expected text or json, got 'xml'."


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError('WebSocket is not connected. Need to call "accept" first.'), False),
        (RuntimeError('Cannot call "send" once a close message has been sent.'), False),
        (RuntimeError("something else"), True),
        (ValueError("WebSocket is not connected."), True),
    ],
)
def test_a_tab_that_is_closed_is_no_error_and_all_else_is(error, told, caplog):
    pass_over_closed_tabs()
    logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=error)
    assert bool(caplog.records) is told
