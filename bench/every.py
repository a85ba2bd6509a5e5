"""All of speed, one after another: the summary on top of docs/PERFORMANCE.md, and docs/SCALE.md."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.overhead import machine
from bench.page import PERFORMANCE, markers, table, write_section
from bench.results import Figures, kept
from bench.scale import scale_command

ROOT = Path(__file__).resolve().parents[1]

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "overhead": ("--rounds", "1"),
    "offline": ("--rounds", "1"),
    "live": ("--seconds", "15"),
    "history": (),
    "memory": ("--minutes", "6"),
    "start": (),
}
"""Shorter than by themselves where a command can be."""

_COOL_S = 5.0  # what the last one leaves behind is over by then


@dataclass(frozen=True)
class Goal:
    """A figure that ``command`` keeps, and the limit it should not go beyond.

    form  how figure and limit are written, with their unit
    """

    what: str
    command: str
    figure: str
    form: str
    most: float = float("inf")
    least: float = -float("inf")

    @property
    def limit(self) -> str:
        if self.least > -float("inf"):
            return f"at least {self.form.format(self.least)}"
        return f"at most {self.form.format(self.most)}"

    def met(self, value: float) -> bool:
        return self.least <= value <= self.most


GOALS = (
    Goal("whole pipeline over the bare loop, a frame", "overhead", "ratio", "{:.3f}", most=1.05),
    Goal("the same in processor time", "overhead", "cpu_ratio", "{:.3f}", most=1.05),
    Goal("drawing the overlay", "overhead", "overlay_ms", "{:.1f} ms", most=2.0),
    Goal("many clips against the bare loop", "offline", "clips_times", "{:.2f} times", least=1.8),
    Goal("one long film against it", "offline", "film_times", "{:.2f} times", least=1.8),
    Goal("pictures a second, one viewer", "live", "fps_1", "{:.1f}", least=24),
    Goal("delay, 95 of 100 pictures", "live", "delay_p95_ms_1", "{:.0f} ms", most=150),
    Goal("drawings of the chart a second", "live", "chart_hz_1", "{:.1f}", least=4),
    Goal("pictures with the chart over without", "live", "with_chart_1", "{:.2f}", least=0.9),
    Goal("history page at a million reps", "history", "page_ms", "{:.0f} ms", most=200),
    Goal(
        "the same in a browser, ten thousand sessions",
        "history",
        "opened_ms",
        "{:.0f} ms",
        most=1000,
    ),
    Goal(
        "growth of memory over half an hour of two streams",
        "soak",
        "growth_percent",
        "{:+.1f} %",
        most=3.0,
    ),
    Goal("growth of memory over a long film", "memory", "growth_percent", "{:+.1f} %", most=3),
    Goal("from the start to a served page", "start", "served_s", "{:.1f} s", most=4),
    Goal("from Start to the first picture", "start", "picture_s", "{:.1f} s", most=3),
    Goal("from a clone to the first counted rep", "newcomer", "first_rep_s", "{:.0f} s", most=300),
    Goal("to teach an exercise from a video", "newcomer", "taught_s", "{:.0f} s", most=300),
)


def every_command(only_summary: bool, page: Path = PERFORMANCE) -> bool:
    """True where every command went well; what one of them left before is not shown as new."""
    failed = [] if only_summary else [name for name in COMMANDS if not _run(name)]
    text = summary(kept(), failed)
    print(text)
    _on_top(page)
    write_section(page, "all", text)
    if not (only_summary or failed):
        scale_command()
    return not failed


def _run(name: str) -> bool:
    print(f"{datetime.now(UTC):%H:%M:%S} python -m bench {name} ...", flush=True)
    began_s = time.monotonic()
    asked = [sys.executable, "-m", "bench", name, *COMMANDS[name]]
    run = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    took_s = time.monotonic() - began_s
    print(f"{took_s:.0f} s{'' if run.returncode == 0 else ', it failed:'}", flush=True)
    if run.returncode:
        print("\n".join(run.stderr.splitlines()[-5:]), file=sys.stderr)
    time.sleep(_COOL_S)
    return run.returncode == 0


def summary(figures: Mapping[str, Figures], failed: list[str]) -> str:
    rows = []
    for goal in GOALS:
        value = figures.get(goal.command, {}).get(goal.figure)
        if value is None or goal.command in failed:
            rows.append([goal.what, goal.limit, "not measured", ""])
            continue
        met = "yes" if goal.met(value) else "**no**"
        rows.append([goal.what, goal.limit, goal.form.format(value), met])
    return "\n".join(
        [
            "## Summary",
            "",
            "`python -m bench all` runs the commands below one after another; each has its own "
            "section with its spread.",
            "",
            f"{machine()} Load of the machine now: {os.getloadavg()[0]:.1f}.",
            "",
            table(["what", "goal", "measured", "met"], rows),
        ]
    )


def _on_top(page: Path) -> None:
    """The summary is the first section, wherever the others stand."""
    start, end = markers("all")
    old = page.read_text(encoding="utf-8") if page.exists() else "# Performance\n"
    if start not in old:
        title, _, rest = old.partition("\n")
        page.write_text(f"{title}\n\n{start}\n{end}\n{rest}", encoding="utf-8")
