"""The app as `make run` starts it, and browsers whose camera shows a film: for measurements."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from posecore.store import URL_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 120.0

ALWAYS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Otherwise local addresses are hidden behind names that need a name service to resolve.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


class NotServed(Exception):
    """The app or the browser did not start; the message says why."""


@dataclass(frozen=True)
class App:
    """A running app. ``ready_s``: from the start of its process until it served a page."""

    url: str
    log: Path
    database_url: str
    process: subprocess.Popen[bytes]
    ready_s: float


def camera_showing(film: Path) -> tuple[str, ...]:
    """What Chromium is told so that its camera plays a .y4m film round and round."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


@contextmanager
def served(folder: Path) -> Iterator[App]:
    """Streamlit on a free port of this computer, its sessions and its log in ``folder``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url, log = f"http://localhost:{port}", folder / "app.log"
    database_url = f"sqlite:///{folder / 'sessions.db'}"
    options = ["--server.port", str(port), "--server.headless", "true"]
    began_s = time.monotonic()
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=ROOT,
            env=os.environ | {URL_VARIABLE: database_url},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_answers(url, process, log)
        yield App(url, log, database_url, process, time.monotonic() - began_s)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until_s:
        try:
            # The page itself and not only the sign of life: that is what a person waits for.
            for path in ("/_stcore/health", "/"):
                with urllib.request.urlopen(url + path, timeout=5):
                    pass
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise NotServed(f"the app does not answer:\n{log.read_text(errors='replace')}")
