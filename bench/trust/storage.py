"""A disk that is full, or may not be written, a locked database, a clock that is set back.

Each time somebody trains on: what is said, whether it goes on, and what is kept when it can be.
Full and read-only disks are made in a mount namespace of their own (Linux), where root's rights
end too; ``python -m bench.trust.storage WHAT DIR`` is what runs in there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.trust.exercising import PICTURE, RepAFrame
from posecore.live import LiveSession
from posecore.store import Store, StoreError
from scripts.postgres import running

_ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
_BUSY_S = 0.5  # as the workout page sets it
_GAP_S = 3.0  # between frames: more than the session leaves a failed store alone
_TIRED = 400  # frames after which the trouble should have come


@dataclass(frozen=True)
class Trouble:
    """``said``: what the page shows meanwhile. ``longest_s``: the longest that a frame took."""

    what: str
    said: str | None
    reps: int
    kept: int
    longest_s: float
    said_at_end: str | None

    @property
    def survived(self) -> bool:
        told = self.said is not None and "Traceback" not in self.said
        return told and self.kept == self.reps and self.said_at_end is None


class _Training:
    def __init__(self, place: Path | str, started_at: datetime = NOON) -> None:
        """``place``: a folder, or the address of a server."""
        url = place if isinstance(place, str) else f"sqlite:///{place / 'sessions.db'}"
        self.store = Store(url, busy_timeout_s=_BUSY_S)
        self.session = LiveSession(
            RepAFrame(), store=self.store, started_at=started_at, source="camera"
        )
        self.reps = 0
        self.longest_s = 0.0

    def go_on(self, reps: int) -> str | None:
        """That many more; the sentence on the page, at once where there is one."""
        for _ in range(reps):
            began = time.monotonic()
            self.session.process(PICTURE, _GAP_S * self.reps)
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            self.reps += 1
            if (said := self.session.snapshot().problem) is not None:
                return said
        return None

    def end(self, what: str, said: str | None) -> Trouble:
        self.session.finish()
        kept = 0
        with suppress(StoreError):
            kept = sum(each.reps for each in self.store.sessions())
        at_end = self.session.snapshot().problem
        return Trouble(what, said, self.reps, kept, round(self.longest_s, 2), at_end)


def full_disk(place: Path) -> Trouble:
    _mount(place, "size=300k")
    training = _Training(place)
    said = training.go_on(_TIRED)
    training.go_on(3)
    _mount(place, "remount,size=50m")
    training.go_on(10)
    return training.end("the disk is full, and has room again", said)


def read_only(place: Path) -> Trouble:
    _mount(place, "size=50m")
    training = _Training(place)
    training.go_on(5)
    training.store.close()
    _mount(place, "remount,ro")
    said = training.go_on(_TIRED)
    training.go_on(3)
    _mount(place, "remount,rw")
    training.go_on(10)
    return training.end("the folder becomes read-only, and writable again", said)


def read_only_from_the_start(place: Path) -> Trouble:
    _mount(place, "size=50m,ro")
    training = _Training(place)
    said = training.go_on(_TIRED)
    _mount(place, "remount,rw")
    training.go_on(10)
    return training.end("the folder is read-only from the start", said)


_LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def locked(place: Path) -> Trouble:
    training = _Training(place)
    training.go_on(5)
    with subprocess.Popen(
        [sys.executable, "-c", _LOCKING, str(place / "sessions.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"locked\n"
        said = training.go_on(_TIRED)
        training.go_on(1)
        assert other.stdin is not None
        other.stdin.close()
        other.wait()
    training.go_on(10)
    return training.end("another program locks the database, and lets go", said)


def full_until_the_end(place: Path) -> Trouble:
    """The trouble is over only after the session: the page asks again."""
    _mount(place, "size=300k")
    training = _Training(place)
    said = training.go_on(_TIRED)
    training.go_on(3)
    training.session.finish()
    _mount(place, "remount,size=50m")
    training.session.write_again()
    return training.end("the disk is full until after the session", said)


TROUBLES: dict[str, Callable[[Path], Trouble]] = {
    each.__name__: each
    for each in (full_disk, full_until_the_end, read_only, read_only_from_the_start, locked)
}


def server_stops(programs: Path) -> Trouble:
    """PostgreSQL is switched off in the middle, and started again."""
    with running(programs) as server:
        training = _Training(server.new_database())
        training.go_on(5)
        server.stop()
        said = training.go_on(_TIRED)
        training.go_on(3)
        server.start()
        training.go_on(20)
        trouble = training.end("the server of the database stops, and is back", said)
        training.store.close()
    return trouble


def clock_set_back(place: Path) -> list[float | None]:
    """Lengths in s of three sessions, the second begun a day before the first by the clock."""
    lengths: list[float | None] = []
    for i, started_at in enumerate((NOON, NOON - timedelta(days=1), NOON + timedelta(hours=1))):
        training = _Training(place, started_at)
        training.go_on(5)
        training.end("", None)
        lengths += [each.duration_s for each in training.store.sessions(limit=100)][i:]
    return lengths


def namespaces_allowed() -> bool:
    if shutil.which("unshare") is None:
        return False
    asked = ["unshare", "-rm", "true"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def meet(name: str, place: Path) -> Trouble:
    """One of TROUBLES, in a process of its own whose disk is its own."""
    command = [sys.executable, "-m", "bench.trust.storage", name, str(place)]
    done = subprocess.run(
        ["unshare", "-rm", *command], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{name} ended by itself:\n{done.stderr}")
    return Trouble(**json.loads(done.stdout))


def _mount(place: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if options.startswith("remount"):
        command = ["mount", "-o", options, str(place)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    print(json.dumps(asdict(TROUBLES[sys.argv[1]](Path(sys.argv[2])))))
