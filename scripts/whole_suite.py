"""The whole suite, as `make test` runs it without ARGS; with `soak`, ten minutes before the app.

Tests without a browser run on all processors; those with one run alone, because a person's patience
is measured there. `beside` soaks while the tests without a browser run: they step back for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

BROWSER, SOAK = "tests/e2e", "tests/trust/test_trust_soak.py"
SOAK_MINUTES = 10
SOAK_VARIABLE = "POSECOACH_SOAK"
"""Environment variable: the file that a soak's figures are in, its log beside it."""


SOAK_ALONE, SOAK_BESIDE = "soak", "beside"


def main(asked: list[str]) -> int:
    if asked == [SOAK_ALONE]:
        with _soaking() as figures:
            return int(_judged(figures))
    if asked != [SOAK_BESIDE]:
        return int(_browser_too(_aside()))
    with _soaking() as figures:
        failed = _aside(step_back=True)
        failed = _judged(figures) or failed
    return int(_browser_too(failed))


def _aside(step_back: bool = False) -> bool:
    chosen = ("tests", f"--ignore={BROWSER}", f"--ignore={SOAK}")
    return _tests(*chosen, "--numprocesses=auto", "--dist=loadfile", step_back=step_back)


def _browser_too(failed: bool) -> bool:
    return _tests(BROWSER, "-m", "not long") or failed


@dataclass(frozen=True)
class _Figures:
    """Of a soak that goes on; ``path`` is there once it is over."""

    path: Path
    soak: subprocess.Popen[bytes]


@contextmanager
def _soaking() -> Iterator[_Figures]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "soak.json"
        asked = ["soak", "--light", "--minutes", str(SOAK_MINUTES), "--figures", str(path)]
        command = [sys.executable, "-m", "bench", *asked]
        with path.with_suffix(".log").open("wb") as log:
            soak = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            try:
                yield _Figures(path, soak)
            finally:
                soak.terminate()
                soak.wait()


def _judged(figures: _Figures) -> bool:
    """Whether the soak failed; waits until it is over."""
    figures.soak.wait()
    return _tests(SOAK, environment={SOAK_VARIABLE: str(figures.path)})


def _tests(
    *arguments: str, environment: dict[str, str] | None = None, step_back: bool = False
) -> bool:
    """Whether any failed. ``step_back``: whatever else wants a processor gets it first."""
    command = [sys.executable, "-m", "pytest", *arguments]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | (environment or {}))
    if step_back and hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, running.pid, 19)
    return running.wait() != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
