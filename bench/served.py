"""The app on a port of its own, and browsers whose camera shows a film: to measure and to test."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from posecore.monitor import HERE, PORT_VARIABLE
from posecore.store import URL_VARIABLE, Store

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
    """A running app.

    monitor  address of its counters; ready_s: from the start of its process until it served a page
    """

    url: str
    log: Path
    database_url: str
    process: subprocess.Popen[bytes]
    monitor: str
    ready_s: float

    @property
    def store(self) -> Store:
        return Store(self.database_url)

    def counted(self, name: str) -> float:
        """What the app's monitor says of it, all labels together."""
        with urllib.request.urlopen(f"{self.monitor}/metrics", timeout=10) as answer:
            said = answer.read().decode()
        return sum(float(n) for n in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", said, re.M))


def camera_showing(film: Path) -> tuple[str, ...]:
    """What Chromium is told so that its camera plays a .y4m film round and round."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def served(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
    port: int | None = None,
) -> Iterator[App]:
    """Streamlit with its sessions and its log in ``folder``, until the block ends.

    environment, options  beside what it is always given; port: a free one where None
    Raises NotServed where it does not answer, TimeoutExpired where it does not end.
    """
    port, monitor_port = port or free_port(), free_port()
    url, log = f"http://localhost:{port}", folder / "app.log"
    database_url = f"sqlite:///{folder / 'sessions.db'}"
    watch = ("--server.fileWatcherType", "none")  # as on a server: what is measured does not change
    options = ("--server.port", str(port), "--server.headless", "true", *watch, *options)
    settings = {URL_VARIABLE: database_url, PORT_VARIABLE: str(monitor_port)}
    began_s = time.monotonic()
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "serve.py", *options],
            cwd=ROOT,
            env=os.environ | settings | dict(environment or {}),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(url, process, log)
        monitor = f"http://{HERE}:{monitor_port}"
        yield App(url, log, database_url, process, monitor, time.monotonic() - began_s)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def wait_until_it_answers(
    url: str, process: subprocess.Popen[bytes], log: Path, patience_s: float = PATIENCE_S
) -> None:
    """Raises NotServed with what it wrote to ``log`` where it does not, or ends."""
    until_s = time.monotonic() + patience_s
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
