"""The whole suite, as `make test` runs it without ARGS; with `soak`, ten minutes before the app.

Tests without a browser run on all processors; those with one run alone, because a person's patience
is measured there. So is the soak run alone: beside the tests its streams get too few pictures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

BROWSER, SOAK = "tests/e2e", "tests/trust/test_trust_soak.py"
SOAK_MINUTES = 10
SOAK_VARIABLE = "POSECOACH_SOAK"
"""Environment variable: the file that a soak's figures are in, its log beside it."""


def main(asked: list[str]) -> int:
    return int(_soak() if asked == ["soak"] else _suite())


def _suite() -> bool:
    aside = ("--numprocesses=auto", "--dist=loadfile")
    failed = _tests("tests", f"--ignore={BROWSER}", f"--ignore={SOAK}", *aside)
    return _tests(BROWSER, "-m", "not long") or failed


def _soak() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "soak.json"
        asked = ["soak", "--light", "--minutes", str(SOAK_MINUTES), "--figures", str(figures)]
        with figures.with_suffix(".log").open("wb") as log:
            command = [sys.executable, "-m", "bench", *asked]
            subprocess.run(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=False)
        return _tests(SOAK, environment={SOAK_VARIABLE: str(figures)})


def _tests(*arguments: str, environment: dict[str, str] | None = None) -> bool:
    """Whether any failed."""
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | (environment or {}), check=False)
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
