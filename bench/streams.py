"""docs/RELIABILITY.md: bad networks, and what happens to cameras, tabs and laptops meanwhile."""

from __future__ import annotations

import tempfile
from math import isnan
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.overhead import machine
from bench.page import RELIABILITY, table, write_section
from bench.trust.streaming import WEATHERS, Ending, Streamed, make_film, place, stream
from bench.trust.tabs import EVENTS, Happened, happen


def streams_command(seconds: float, out: Path | None) -> bool:
    """Try everything and write the section; True where each ended cleanly."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with place(folder, make_film(folder / "squats.y4m"), playwright) as there:
            streamed = {}
            for what, weather in WEATHERS.items():
                streamed[what] = stream(there, weather, seconds)
                print(what, streamed[what], flush=True)
            happened = {}
            for what, event in EVENTS.items():
                happened[what] = happen(there, event)
                print(what, happened[what], flush=True)
    write_section(out or RELIABILITY, "streams", report(streamed, happened, seconds))
    endings = [each.ending for each in (*streamed.values(), *happened.values())]
    return all(each.clean for each in endings)


def report(streamed: dict[str, Streamed], happened: dict[str, Happened], seconds: float) -> str:
    return "\n".join(
        [
            "## Bad streams",
            "",
            "`python -m bench streams`: Chromium with a film of squats as its camera reaches "
            "the app only through coturn and, before it, a relay that treats packets, both ways, "
            f"as said. {seconds:.0f} s each. Shown: what came back with the skeleton. The delay "
            "is read off a clock in the film. Reps: counted, of those that the film showed from "
            "begin to end; one that was begun or not yet over may be counted too. Threads: of "
            "streams, before, in the middle and after. Cleanly: no thread and no session is left, "
            "each session kept has its end, and the log has no error.",
            "",
            machine(),
            "",
            table(
                [
                    *("packets", "lost", "looked at, a second", "shown, a second", "delay, ms"),
                    *("reps", "let go of after, s", "threads", "ended"),
                ],
                [
                    [
                        what,
                        f"{100 * each.lost:.0f} %",
                        f"{each.looked_fps:.1f}",
                        f"{each.shown_fps:.1f}",
                        "not legible" if isnan(each.delay_ms) else f"{each.delay_ms:.0f}",
                        f"{each.counted} of {each.done}",
                        *_ending(each.ending),
                    ]
                    for what, each in streamed.items()
                ],
            ),
            "",
            "In the middle of a set, in the same app:",
            "",
            table(
                [
                    *("what happened", "the session", "sessions kept", "reps"),
                    *("let go of after, s", "threads", "ended"),
                ],
                [
                    [
                        what,
                        each.says,
                        str(each.sessions),
                        str(each.reps),
                        *_ending(each.ending),
                    ]
                    for what, each in happened.items()
                ],
            ),
        ]
    )


def _ending(ending: Ending) -> list[str]:
    return [
        f"{ending.after_s:.0f}",
        ", ".join(map(str, ending.threads)),
        "cleanly" if ending.clean else "NOT CLEANLY",
    ]
