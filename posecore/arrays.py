"""Arrays of an .npz file that may be damaged, or somebody else's."""

from __future__ import annotations

from pathlib import Path

import numpy as np


class ModelError(ValueError):
    """A model is missing or does not fit this program; the message says how to make it."""


class ArraysError(ValueError):
    """An .npz file cannot be read; the message says why, and names no file."""


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file by name. Raises ArraysError, whatever is in it."""
    try:
        with np.load(path, allow_pickle=False) as saved:
            return {name: saved[name] for name in saved.files}
    except OSError as error:  # whose own words hold the whole path
        raise ArraysError(error.strerror or type(error).__name__) from error
    except Exception as error:  # numpy raises what zipfile, zlib, ast and tokenize raise
        raise ArraysError(f"{type(error).__name__}: {error}") from error
