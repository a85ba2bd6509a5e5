"""The whole suite, as `make test` runs it without ARGS: all that can go on side by side does.

Two browsers train before the app for ten minutes, with a small part of the processor time, while
tests without a browser run on all processors; then comes a look at what the training left behind;
tests with a browser run last and alone, because a person's patience is measured there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

BROWSER, SOAK = "tests/e2e", "tests/trust/test_trust_soak.py"
SOAK_MINUTES = 10
SOAK_VARIABLE = "POSECOACH_SOAK"
"""Environment variable: the file that a soak's figures are in, its log beside it."""

_BEGIN_S, _END_S = 180.0, 300.0
_NICENESS = 5  # a third of what a test gets, so that pictures come


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "soak.json"
        with _training(figures) as training:
            aside = ("--numprocesses=auto", "--dist=loadfile")
            failed = _tests("tests", f"--ignore={BROWSER}", f"--ignore={SOAK}", *aside)
            try:
                training.wait(SOAK_MINUTES * 60 + _END_S)
            except subprocess.TimeoutExpired:
                print("The soak does not end.", file=sys.stderr)
        failed |= _tests(SOAK, environment={SOAK_VARIABLE: str(figures)})
    failed |= _tests(BROWSER, "-m", "not long")
    return int(failed)


def _tests(*arguments: str, environment: dict[str, str] | None = None) -> bool:
    """Whether any failed."""
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | (environment or {}), check=False)
    return done.returncode != 0


@contextmanager
def _training(figures: Path) -> Iterator[subprocess.Popen[bytes]]:
    from bench.soak import ALL_TRAIN  # when the packages are there

    asked = ["soak", "--light", str(figures), "--viewers", "2", "--minutes", str(SOAK_MINUTES)]
    written = figures.with_suffix(".log")
    with written.open("wb") as log:
        training = subprocess.Popen(
            [sys.executable, "-m", "bench", *asked],
            cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        # A connection has to be made within seconds, so the tests wait for that.
        until_s = time.monotonic() + _BEGIN_S
        while training.poll() is None and time.monotonic() < until_s:
            if ALL_TRAIN in written.read_text(errors="replace"):
                _let_go_first(training.pid, _NICENESS)
                break
            time.sleep(0.5)
        yield training
    finally:
        if training.poll() is None:
            training.send_signal(signal.SIGINT)  # so that it closes its browsers and the app
        try:
            training.wait(60)
        except subprocess.TimeoutExpired:
            training.kill()


def _let_go_first(pid: int, niceness: int) -> None:
    """Linux gives each thread a priority of its own; elsewhere it stays as it is."""
    if sys.platform != "linux":
        return
    import psutil

    try:
        soak = psutil.Process(pid)
        processes = [soak, *soak.children(recursive=True)]
        threads = [thread.id for process in processes for thread in process.threads()]
    except psutil.Error:  # it has ended
        return
    for thread in threads:
        try:
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
        except ProcessLookupError:
            continue  # this one has


if __name__ == "__main__":
    sys.exit(main())
