"""docs/SCALE.md: what a thousand people at once and a million hours of video need.

Arithmetic alone: every measured figure is one that another command kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from bench.page import SCALE, table, write_section
from bench.results import Figures, kept
from posecore.seats import FULL

STREAMS, HOURS = 1_000, 1_000_000

FPS = 24
"""Pictures a second that a person gets: the goal of `bench live`."""

CORES, MEMORY_GB, NETWORK_MBIT_S = 16, 64, 1_000
"""A server as it is commonly let. Assumed, not measured."""

VIDEO_FPS, VIDEO_MBIT_S = 30, 4
"""Of recorded video: what phones make. Assumed."""

REPS_A_MINUTE = 20
"""Of somebody who trains without a pause. Assumed."""

LANDMARK_BYTES = 33 * 7 * 4
"""Of one pose: x, y, z in the picture, x, y, z in metres and visibility, as 4-byte numbers."""

INPUTS = {
    ("live", "frame_cpu_ms_2"): "processor time of the app for one picture, two people, ms",
    ("live", "mbit_s_1"): "of one person on the wire, both ways together, Mbit/s",
    ("live", "memory_mb_1"): "memory of the app with one person, MB",
    ("live", "memory_mb_2"): "memory of the app with two, MB",
    ("overhead", "after_ms"): "of one picture, all that follows the pose, ms",
    ("overhead", "pipeline_ms"): "of one picture, the whole pipeline, ms",
    ("offline", "frame_cpu_ms"): "processor time for one picture of a recorded film, ms",
    ("history", "rep_write_ms"): "keeping one rep, the slower of both databases, ms",
    ("history", "rep_bytes"): "one rep with its curve in the database, bytes",
}


class NotMeasured(Exception):
    """Figures are missing; the message names the commands that make them."""


@dataclass(frozen=True)
class Line:
    """One step: what, how it is reckoned, what comes out."""

    what: str
    how: str
    result: str


def scale_command() -> None:
    """Print the arithmetic and write it. Raises NotMeasured."""
    text = report(kept())
    print(text)
    write_section(SCALE, "scale", text)


def report(figures: Mapping[str, Figures]) -> str:
    missing = sorted({c for c, name in INPUTS if name not in figures.get(c, {})})
    if missing:
        asked = ", ".join(f"python -m bench {command}" for command in missing)
        raise NotMeasured(f"expected the figures of other commands first: {asked}")
    value = {(c, name): figures[c][name] for c, name in INPUTS}
    measured = [[what, f"`{c}`", f"{value[c, n]:.4g}"] for (c, n), what in INPUTS.items()]
    return "\n".join(
        [
            "### Measured",
            "",
            table(["what", "python -m bench", "figure"], measured),
            "",
            "### A thousand people at once",
            "",
            _steps(streams(value)),
            "",
            "### A million hours of video",
            "",
            _steps(hours(value)),
        ]
    )


Values = Mapping[tuple[str, str], float]


def streams(value: Values) -> list[Line]:
    frame_ms, mbit_s = value["live", "frame_cpu_ms_2"], value["live", "mbit_s_1"]
    own_mb = value["live", "memory_mb_2"] - value["live", "memory_mb_1"]
    after_ms = value["overhead", "after_ms"]
    write_ms = value["history", "rep_write_ms"]
    of_cores = FPS * frame_ms / 1000
    by_cores = int(FULL * CORES / of_cores)
    by_network, by_memory = int(NETWORK_MBIT_S / mbit_s), int(MEMORY_GB * 1000 / max(own_mb, 1))
    servers = ceil(STREAMS / by_cores)
    writes = STREAMS * REPS_A_MINUTE / 60
    poses_mbit_s = 8e-6 * LANDMARK_BYTES * FPS
    return [
        Line("cores of one person", f"{FPS}/s x {frame_ms:.1f} ms", f"{of_cores:.2f}"),
        Line(
            f"people on a server of {CORES} cores, used to {FULL:.0%}",
            f"{FULL} x {CORES} / {of_cores:.2f}",
            f"**{by_cores}**",
        ),
        Line(
            "people on its network of 1 Gbit/s",
            f"{NETWORK_MBIT_S} / {mbit_s:.2f} Mbit/s",
            f"{by_network}",
        ),
        Line(
            f"people in its memory of {MEMORY_GB} GB",
            f"{MEMORY_GB * 1000} / {own_mb:.0f} MB",
            f"{by_memory}",
        ),
        Line("servers", f"{STREAMS} / {by_cores}", f"**{servers}**"),
        Line("cores", f"{STREAMS} x {of_cores:.2f}", f"{STREAMS * of_cores:.0f}"),
        Line(
            "wire of all, and through a relay twice that",
            f"{STREAMS} x {mbit_s:.2f} Mbit/s",
            f"{STREAMS * mbit_s / 1000:.1f} Gbit/s",
        ),
        Line("reps to keep", f"{STREAMS} x {REPS_A_MINUTE} / 60 s", f"{writes:.0f} a second"),
        Line(
            "time of one connection to the database for them",
            f"{writes:.0f}/s x {write_ms:.1f} ms",
            f"{writes * write_ms / 1000:.2f} s each second",
        ),
        Line(
            "with estimation in the browser: wire",
            f"{STREAMS} x {LANDMARK_BYTES} bytes x 8 x {FPS}/s",
            f"{STREAMS * poses_mbit_s / 1000:.2f} Gbit/s",
        ),
        Line(
            "and cores, for what is left",
            f"{STREAMS} x {FPS}/s x {after_ms:.2f} ms",
            f"**{STREAMS * FPS * after_ms / 1000:.0f}**",
        ),
    ]


def hours(value: Values) -> list[Line]:
    frame_ms, rep_bytes = value["offline", "frame_cpu_ms"], value["history", "rep_bytes"]
    frames = 3600 * VIDEO_FPS
    core_h = frames * frame_ms / 3.6e6
    total = HOURS * core_h
    of_gb = 3600 * VIDEO_MBIT_S / 8 / 1000
    reps = HOURS * 60 * REPS_A_MINUTE
    days = total / 1000 / 24
    read_gbit_s = HOURS * of_gb * 8 / (days * 86400)
    return [
        Line("pictures in an hour", f"3600 x {VIDEO_FPS}", f"{frames}"),
        Line("core hours for it", f"{frames} x {frame_ms:.1f} ms / 3600 s", f"{core_h:.2f}"),
        Line("core hours for all", f"{HOURS:.0e} x {core_h:.2f}", f"**{total:.2e}**"),
        Line("days on 1000 cores", f"{total:.2e} / 1000 / 24", f"**{days:.0f}**"),
        Line(
            "video to read",
            f"{HOURS:.0e} x 3600 s x {VIDEO_MBIT_S} Mbit/s / 8",
            f"{HOURS * of_gb / 1e6:.1f} PB",
        ),
        Line("and how fast, in those days", f"over {days:.0f} days", f"{read_gbit_s:.1f} Gbit/s"),
        Line("reps, at most", f"{HOURS:.0e} x 60 x {REPS_A_MINUTE}", f"{reps:.1e}"),
        Line(
            "their rows with curves",
            f"{reps:.1e} x {rep_bytes:.0f} bytes",
            f"{reps * rep_bytes / 1e12:.1f} TB",
        ),
    ]


def _steps(lines: list[Line]) -> str:
    rows = [[line.what, line.how, line.result] for line in lines]
    return table(["what", "how", "result"], rows)
