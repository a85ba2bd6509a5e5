"""kill -9 at random moments: nothing that was told to be kept is lost, nothing is there by half."""

from __future__ import annotations

import sys

import pytest

from bench.trust import erasing, kills

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")


@pytest.mark.parametrize(
    ("what", "n"),
    [
        ("a live session", 8),
        ("a first session, while its database is made", 2),
        ("videos being saved", 2),
        ("sessions being deleted for good", 2),
        ("people being erased with their own files", 2),
        ("backups being put back", 2),
        ("own exercises and plans being written", 2),
        ("files being imported", 2),
        ("old databases being brought up to date", 2),
        ("uploads being analysed", 2),
        ("tables of a batch being written", 2),
        ("documents being written", 2),
    ],
)
def test_a_kill_loses_nothing_and_leaves_nothing_by_half(what: str, n: int) -> None:
    with kills.memory_folder() as folder:
        tally = kills.kill(what, folder, n, seed=8)
    assert tally.kills == n
    assert (tally.lost, tally.halves, tally.broken) == (0, 0, 0)


def test_a_session_that_is_there_by_half_would_be_seen() -> None:
    with kills.memory_folder() as folder:
        store = kills.Store(kills._url(folder))
        session_id = store.begin_session(kills.NOON, "camera 0")
        store.begin_set(session_id, "squat", 0.0)
        store.close()
        assert kills._look_at_session(folder, 0, told=0)[1] == 1
        assert kills._look_at_session(folder, 0, told=3)[0] == 3


def test_what_is_left_of_somebody_erased_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with kills.memory_folder() as folder:
        monkeypatch.setenv(erasing.FOLDER_VARIABLE, str(folder / "exercises"))
        erasing._write_own(erasing.person_folder(erasing.own_folder(), "0.0"), 0)
        # All of it is there of the one that was told to be erased, and nothing of who stays.
        assert erasing.look_at_erased(folder, 0, told=1) == (2, 1)


def test_a_file_of_ones_own_that_is_cut_off_or_older_would_be_seen() -> None:
    with kills.memory_folder() as folder:
        place = folder / "exercises-0"
        erasing._write_own(place, 1)
        assert erasing.look_at_own_files(folder, 0, told=2) == (0, 0)
        assert erasing.look_at_own_files(folder, 0, told=5) == (3, 0)
        (place / "plan.json").write_text('[{"exercise": "squ')
        assert erasing.look_at_own_files(folder, 0, told=2) == (0, 1)


def test_a_file_that_is_cut_off_would_be_seen() -> None:
    with kills.memory_folder() as folder:
        (folder / "0.0.json").write_text('{"schema": 1, "fra')
        assert kills._look_at_documents(folder, 0, told=2) == (1, 1, 0)
