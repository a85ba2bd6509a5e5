"""What an exercise may be called, and how its file and a person's folder are called after it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from posecore.language import Text

LONGEST_TITLE = 60
LONGEST_NAME = 100
"""Characters of a file's stem: the store, its exports and its servers keep no longer word."""

_RESERVED = re.compile(r"none|con|prn|aux|nul|com\d|lpt\d")
"""The class of everything else, and what Windows takes for a device."""


class ExerciseNameError(ValueError):
    """An exercise cannot be called so; the message says why."""


def checked_title(text: str) -> str:
    """What a person called an exercise, without blanks around it. Raises ExerciseNameError."""
    title = " ".join(text.split())
    if not title:
        raise ExerciseNameError(Text("The exercise needs a name."))
    if len(title) > LONGEST_TITLE:
        raise ExerciseNameError(
            Text(
                "The name is too long: {n} characters, expected {longest_title} at most.",
                n=len(title),
                longest_title=LONGEST_TITLE,
            )
        )
    if not all(character.isprintable() for character in title):
        raise ExerciseNameError(Text("The name holds characters that cannot be shown."))
    if not any(character.isalnum() for character in title):
        raise ExerciseNameError(Text("The name needs at least one letter or figure."))
    return title


def file_stem(title: str) -> str:
    """A title as a file is called: small letters, figures and _, whatever was typed.

    A title in another alphabet becomes a short digest of itself.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_")
    letters = sum(character.isalnum() for character in unicodedata.normalize("NFC", title))
    kept = sum(character.isalnum() for character in stem)
    if kept < letters / 2 or _RESERVED.fullmatch(stem):
        digest = hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        stem = f"{stem}_{digest}".strip("_") if stem else f"own_{digest}"
    return stem


def person_folder(folder: Path, person: str) -> Path:
    """Below the folder of own exercises, that of one of several people; nobody's name: itself."""
    return folder / "people" / _person_stem(person) if person else folder


def _person_stem(person: str) -> str:
    # Of the name as it is: two that look alike, even by their blanks, are still two people.
    digest = hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{file_stem(person)[:30]}_{digest}"
