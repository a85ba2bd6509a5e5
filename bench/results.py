"""What each command measured last, for the summary and for docs/SCALE.md.

The figures lie in docs/performance.json, so that a page can be put together without measuring
everything again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from bench.page import PERFORMANCE

RESULTS = PERFORMANCE.with_name("performance.json")

Figures = Mapping[str, float]


def keep(command: str, figures: Figures, path: Path = RESULTS) -> None:
    """The headline figures of ``python -m bench COMMAND``, in place of those it left before."""
    known = {name: round(float(f), 4) for name, f in figures.items() if isfinite(f)}
    every = kept(path) | {command: known}
    path.write_text(json.dumps(dict(sorted(every.items())), indent=1) + "\n", encoding="utf-8")


def kept(path: Path = RESULTS) -> dict[str, dict[str, float]]:
    """Command -> its figures by name; empty where nothing was measured yet."""
    if not path.exists():
        return {}
    found: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    return found
