"""Measurements behind the figures in docs/: `python -m bench overhead`."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.overhead import CLIPS, measure_overhead, report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", choices=["overhead"])
    parser.add_argument("clips", nargs="*", type=Path, help="default: the clips in tests/clips")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the section to this file as well")
    asked = parser.parse_args()
    clips = asked.clips or sorted(CLIPS.glob("*.mp4"))
    text = report(measure_overhead(clips, asked.rounds), len(clips))
    print(text)
    if asked.out is not None:
        asked.out.write_text("# Performance\n\n" + text, encoding="utf-8")


if __name__ == "__main__":
    main()
