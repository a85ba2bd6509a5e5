"""Folders and files of a person's own, which nobody else on this computer need look into."""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """The folder with those above it that are missing; one that is there stays as it is."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)  # ``parents`` would ask the umask for theirs


def opened(path: str, flags: int) -> int:
    """The ``opener`` of a file that is for its owner alone."""
    return os.open(path, flags, 0o600)


def write_text(path: Path, text: str) -> None:
    """A file that is there as a whole, or as it was before. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open(unfinished, "w", encoding="utf-8", opener=opened) as out:
            out.write(text)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
