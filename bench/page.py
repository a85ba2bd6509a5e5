"""The measured pages of docs/: each command writes its own section and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = _DOCS / "ACCURACY.md"
PERFORMANCE, RELIABILITY = _DOCS / "PERFORMANCE.md", _DOCS / "RELIABILITY.md"
SCALE = _DOCS / "SCALE.md"


def markers(name: str) -> tuple[str, str]:
    """The comments that a section stands between."""
    return f"<!-- {name}: python -m bench {name} -->", f"<!-- {name}: end -->"


def write_section(page: Path, name: str, text: str) -> None:
    """Put ``text`` between the markers of ``name``; what stands around them stays."""
    start, end = markers(name)
    old = page.read_text(encoding="utf-8") if page.exists() else f"# {page.stem.capitalize()}\n"
    if start not in old or end not in old:
        old = f"{old.rstrip()}\n\n{start}\n{end}\n"
    before, rest = old.split(start, 1)
    after = rest.split(end, 1)[1]
    page.write_text(f"{before}{start}\n{text.rstrip()}\n{end}{after}", encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)
