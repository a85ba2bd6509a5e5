from __future__ import annotations

from pathlib import Path

import pytest

from posecore.exercises import FOLDER_VARIABLE


@pytest.fixture(autouse=True)
def no_own_exercises(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Whoever runs the tests may have exercises of their own; the tests know the shipped ones."""
    folder = tmp_path_factory.getbasetemp() / "own-exercises"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder
