"""How long somebody waits: for the page after the program's start, for the picture after Start."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.clock import make_film
from bench.overhead import machine
from bench.page import PERFORMANCE, table, write_section
from bench.results import keep
from bench.served import ROOT, served
from bench.viewer import browsers

IMPORTED = {
    "posecore": "import posecore",
    "posecore.pipeline": "import posecore.pipeline, all that a frame needs but the estimator",
    "pages.workout": "import pages.workout, all that the first page needs",
}
_IMPORT = """
import sys, time
began_s = time.perf_counter()
__import__(sys.argv[1])
print(time.perf_counter() - began_s)
"""


@dataclass(frozen=True)
class Started:
    """Seconds of one start of everything.

    served_s   from the start of the program until it serves a page
    shown_s    until Start can be pressed, in a browser that is there already
    picture_s  from Start to the first picture that came back with the skeleton
    """

    served_s: float
    shown_s: float
    picture_s: float


def measure(film: Path) -> Started:
    with browsers(film, 1) as (viewer,), tempfile.TemporaryDirectory() as folder:
        with served(Path(folder)) as app:
            since_s = time.monotonic()
            viewer.open(app.url)
            viewer.wait_until_ready()
            shown_s = app.ready_s + time.monotonic() - since_s
            picture_s = viewer.start()
            viewer.stop()
    return Started(app.ready_s, shown_s, picture_s)


def import_s(module: str) -> float:
    """Seconds to import ``module`` in a Python of its own."""
    asked = [sys.executable, "-c", _IMPORT, module]
    run = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(run.stdout.split()[-1])


def start_command(rounds: int, out: Path | None) -> None:
    """Measure, print, keep the figures and write the section."""
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "clock.y4m"
        make_film(film)
        started = [measure(film) for _ in range(rounds)]
    imported = {module: [import_s(module) for _ in range(rounds + 1)][1:] for module in IMPORTED}
    text = report(started, imported)
    print(text)
    if out is None:
        keep(
            "start",
            {
                "served_s": median(each.served_s for each in started),
                "shown_s": median(each.shown_s for each in started),
                "picture_s": median(each.picture_s for each in started),
                "import_s": median(imported["posecore"]),
            },
        )
    write_section(out or PERFORMANCE, "start", text)


def report(started: Sequence[Started], imported: dict[str, list[float]]) -> str:
    rows = {
        "the program serves a page": [each.served_s for each in started],
        "Start can be pressed, in a browser that was open": [each.shown_s for each in started],
        "from Start to the first picture with the skeleton": [each.picture_s for each in started],
        **{what: imported[module] for module, what in IMPORTED.items()},
    }
    return "\n".join(
        [
            "## Start",
            "",
            "`python -m bench start`: seconds from the start of the program, with nothing loaded, "
            "in Chromium with a film as its camera on the same machine; and of a Python that "
            "imports.",
            "",
            f"{len(started)} rounds. {machine()}",
            "",
            table(
                ["what", "median, s", "shortest", "longest"],
                [
                    [what, *(f"{each:.2f}" for each in (median(took), min(took), max(took)))]
                    for what, took in rows.items()
                ],
            ),
        ]
    )
