"""Nothing leaves: every address that is asked for is this computer's, and no network is needed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bench.trust import sockets
from bench.trust.sockets import Attempt

needs_strace = pytest.mark.skipif(
    not sockets.strace_allowed(), reason="strace is not there, or may not be used"
)
needs_namespaces = pytest.mark.skipif(
    not sockets.namespaces_allowed(), reason="no network namespace may be made here (unshare -rn)"
)

# Connecting a datagram socket sends nothing: the system only notes the address, which is one
# that is kept for documents (RFC 5737).
KNOCKING = """
import socket
for family, host in ((socket.AF_INET, "192.0.2.7"), (socket.AF_INET, "127.0.0.1")):
    with socket.socket(family, socket.SOCK_DGRAM) as knocking:
        try:
            knocking.connect((host, 9))
        except OSError:
            pass  # a computer without network has no way there; it was tried all the same
"""


@needs_strace
def test_an_attempt_would_be_seen() -> None:
    done, attempts = sockets.attempts_of([sys.executable, "-c", KNOCKING], {})
    assert done.returncode == 0
    assert attempts == [Attempt("connect", "192.0.2.7", 9), Attempt("connect", "127.0.0.1", 9)]
    assert [each.stays for each in attempts] == [False, True]


@needs_namespaces
def test_the_namespace_has_no_network() -> None:
    ask = "import socket; socket.create_connection(('192.0.2.7', 80), 2)"
    command = sockets.without_network([sys.executable, "-c", ask])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Network is unreachable" in done.stderr


@needs_strace
def test_the_app_reaches_for_no_address_beyond_this_computer(tmp_path: Path) -> None:
    with sockets.traced_app(tmp_path) as server:
        assert sockets.visit(server.port, sockets.PAGES) == []
        assert sockets.asked_elsewhere(server.port) == []
    assert [each for each in server.attempts if not each.stays] == []


@needs_strace
def test_where_people_log_in_no_page_reaches_for_an_address_either(tmp_path: Path) -> None:
    program = sockets.program_with_login(tmp_path)
    with sockets.traced_app(tmp_path, program=program) as server:
        pages = sockets.PAGES_AFTER_LOGIN
        assert sockets.visit(server.port, pages, logged_in=True) == []
        assert sockets.visit(server.port, ["account"]) == []  # the way to log in, and no more
    assert [each for each in server.attempts if not each.stays] == []


def test_every_page_of_the_app_is_opened() -> None:
    named = re.findall(r'st\.Page\("pages/(\w+)\.py"', (sockets.ROOT / "app.py").read_text("utf-8"))
    assert sorted("" if each == "workout" else each for each in named) == sorted(
        sockets.PAGES_AFTER_LOGIN
    )


@needs_strace
def test_analysing_a_video_reaches_for_no_address(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "posecore", *sockets.COMMANDS["analyze"]]
    done, attempts = sockets.attempts_of(command, database(tmp_path))
    assert done.returncode == 0, done.stderr
    assert [each for each in attempts if not each.stays] == []


@needs_namespaces
def test_the_app_works_without_a_network(tmp_path: Path) -> None:
    done = sockets.visit_without_network(tmp_path)
    assert done.returncode == 0, done.stderr


def test_streamlit_is_told_to_report_nothing_and_to_serve_this_computer_only() -> None:
    settings = tomllib.loads((sockets.ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "localhost"


def test_a_report_loads_nothing_from_elsewhere() -> None:
    page = (sockets.ROOT / "docs" / "report-example.html").read_text("utf-8")
    assert re.findall(r"""(?:src|href|url\()=?["'(]?\s*(?:https?:)?//""", page) == []


def database(folder: Path) -> dict[str, str]:
    return {"POSECOACH_DATABASE_URL": f"sqlite:///{folder / 'sessions.db'}"}
