"""Bring the catalogues up to date with the code: `python scripts/translations.py`.

Every sentence in app.py, pages/, posecore/ and the exercise files comes into each
posecore/locale/<code>.po; what is translated stays, what the code no longer says goes. Prints how
many wait for a translation and ends with 1 if any do.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from posecore.language import ENGLISH, LANGUAGES, LOCALE  # noqa: E402

KEYWORDS: dict[str, Any] = {"_": None, "many": (1, 2), "Text": None, "words": None}
_SOURCES = ("app.py", "pages/**/*.py", "posecore/**/*.py", "posecore/report/*.html")
_EXERCISES = "posecore/exercises/*.toml"
_TOLD = ("title", "about", "cue", "why")  # keys of an exercise file that people read
_HEAD = b"""\
# PoseCoach in another language: one sentence of the code, one of the language.
# `python scripts/translations.py` brings it up to date.
"""


def messages() -> dict[str | tuple[str, str], list[str]]:
    """What the program says -> the files that say it."""
    found: dict[str | tuple[str, str], list[str]] = {}
    for file in _files(_SOURCES):
        for message in _of_code(file):
            found.setdefault(message, []).append(file.relative_to(ROOT).as_posix())
    for file in _files([_EXERCISES]):
        for message in _of_exercise(tomllib.loads(file.read_text("utf-8"))):
            found.setdefault(message, []).append(file.relative_to(ROOT).as_posix())
    return found


def _files(patterns: Iterable[str]) -> list[Path]:
    return sorted(file for pattern in patterns for file in ROOT.glob(pattern))


def _of_code(file: Path) -> Iterator[str | tuple[str, str]]:
    if file.suffix == ".html":
        for _line, message, _comments, _context in extract_from_file("jinja2", file, KEYWORDS):
            yield (message[0], message[1]) if isinstance(message, tuple) else message
        return
    # Not Babel's own reader: before Python 3.12 it does not look into f-strings.
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", None) not in KEYWORDS:
            continue
        places = KEYWORDS[getattr(node.func, "id", "")] or (1,)
        texts = [each.value for each in node.args[: len(places)] if isinstance(each, ast.Constant)]
        if len(texts) == len(places) and all(texts):
            yield (texts[0], texts[1]) if len(texts) > 1 else texts[0]


def _of_exercise(table: Any) -> Iterator[str]:
    if isinstance(table, dict):
        for key, value in table.items():
            if key in _TOLD and isinstance(value, str):
                yield value
            else:
                yield from _of_exercise(value)
    elif isinstance(table, list):
        for each in table:
            yield from _of_exercise(each)


def catalogue(code: str) -> Catalog:
    """What is there of a language; empty where there is none."""
    file = LOCALE / f"{code}.po"
    if not file.exists():
        return Catalog(locale=code, fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=code)


def updated(code: str) -> Catalog:
    """The catalogue of a language with exactly the messages of the code."""
    known = catalogue(code)
    fresh = Catalog(locale=code, fuzzy=False, project="PoseCoach", charset="utf-8")
    for message, files in messages().items():
        first = message if isinstance(message, str) else message[0]
        old = known.get(first)
        told = old.string if old is not None else None
        if isinstance(message, tuple) != isinstance(told, tuple):
            told = None
        fresh.add(message, told, locations=[(file, 0) for file in sorted(set(files))])
    return fresh


def waiting(of: Catalog) -> list[str]:
    """Messages without a translation."""
    forms = ((m, m.string if isinstance(m.string, tuple) else (m.string,)) for m in of if m.id)
    return [m.id if isinstance(m.id, str) else m.id[0] for m, told in forms if not all(told)]


def main() -> int:
    left = 0
    for code in LANGUAGES:
        if code == ENGLISH:
            continue
        fresh = updated(code)
        with (LOCALE / f"{code}.po").open("wb") as stream:
            stream.write(_HEAD)
            write_po(
                stream, fresh, width=100, sort_by_file=True, include_lineno=False, omit_header=True
            )
        missing = waiting(fresh)
        left += len(missing)
        print(f"{code}: {len(fresh)} sentences, {len(missing)} wait for a translation")
        for message in missing:
            print(f"  {message}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
