"""Programs that a test cannot do without."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from scripts.prepare import NotReady

Found = TypeVar("Found")


def needed(find: Callable[[], Found | None], otherwise: str) -> Found:
    """What ``find`` finds. Without it continuous integration fails, and others skip the test."""
    try:
        found = find()
    except NotReady as error:
        pytest.fail(str(error))
    if found is None and os.environ.get("CI"):
        pytest.fail(otherwise)
    if found is None:
        pytest.skip(otherwise)
    return found
