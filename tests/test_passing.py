"""Folders of videos that only pass through: nothing stays, not even of a program that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from posecore import passing
from posecore.passing import PassingFolder, delete_left_behind

HOLDS_ONE = (
    "from posecore.passing import PassingFolder; from pathlib import Path;"
    "folder = PassingFolder();"
    "Path(folder.name, 'video.mp4').write_bytes(b'frames'); print(folder.name, flush=True); input()"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_goes_when_it_is_no_longer_used(place: Path):
    folder = PassingFolder()
    Path(folder.name, "video.mp4").write_bytes(b"frames")
    folder.cleanup()
    assert list(place.iterdir()) == []


def test_a_folder_in_use_stays(place: Path):
    folder = PassingFolder()
    assert delete_left_behind() == 0
    assert Path(folder.name).is_dir()
    folder.cleanup()


@pytest.mark.skipif(sys.platform == "win32", reason="locks are other ones there")
def test_a_folder_is_not_deleted_while_it_is_made(place: Path, monkeypatch: pytest.MonkeyPatch):
    take = passing._take

    def look_first(file: int, *, wait: bool) -> None:
        monkeypatch.setattr(passing, "_take", take)
        assert delete_left_behind() == 0
        take(file, wait=wait)

    monkeypatch.setattr(passing, "_take", look_first)
    folder = PassingFolder()
    assert list(Path(folder.name).iterdir()) == [Path(folder.name, "in-use")]
    folder.cleanup()


def test_a_folder_that_was_never_finished_goes_when_it_is_old(place: Path):
    (place / "posecoach-x").mkdir()
    lock = place / "posecoach-x" / "in-use"
    lock.touch()
    assert delete_left_behind() == 0
    os.utime(lock, (0, 0))
    assert delete_left_behind() == 1


def test_a_folder_that_goes_while_it_is_looked_at_is_passed_over(
    place: Path, monkeypatch: pytest.MonkeyPatch
):
    look = passing._is_own

    def gone(folder: Path) -> bool:
        folder.rmdir()
        return look(folder)

    (place / "posecoach-x").mkdir()
    monkeypatch.setattr(passing, "_is_own", gone)
    assert delete_left_behind() == 0


def test_what_is_not_ours_stays(place: Path):
    (place / "posecoach-notes").mkdir()
    (place / "other").mkdir()
    (place / "posecoach-link").symlink_to(place / "other")
    assert delete_left_behind() == 0
    assert len(list(place.iterdir())) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_what_a_killed_program_left_is_deleted_by_the_next(place: Path):
    program = subprocess.Popen(
        [sys.executable, "-c", HOLDS_ONE],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"TMPDIR": str(place)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    left = Path(program.stdout.readline().strip())
    assert delete_left_behind() == 0 and (left / "video.mp4").exists()
    program.send_signal(signal.SIGKILL)
    program.communicate()
    assert left.exists()
    assert delete_left_behind() == 1
    assert list(place.iterdir()) == []
