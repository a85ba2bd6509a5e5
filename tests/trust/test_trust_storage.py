"""A full disk, a folder that may not be written, a lock, a clock: a sentence, and on it goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.trust import storage
from scripts.postgres import Server

needs_namespaces = pytest.mark.skipif(
    not storage.namespaces_allowed(), reason="no mount namespace may be made here (unshare -rm)"
)


@needs_namespaces
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("full_disk", "The disk is full"),
        ("full_until_the_end", "The disk is full"),
        ("read_only", "cannot be opened for writing"),
        ("read_only_from_the_start", "cannot be opened for writing|may not be written"),
        ("locked", "locked by another program"),
    ],
)
def test_trouble_is_named_the_session_goes_on_and_all_is_saved_when_it_can_be(
    tmp_path: Path, name: str, said: str
) -> None:
    met = storage.meet(name, tmp_path)
    assert met.said is not None and met.said.startswith("Not saved yet, kept in memory: ")
    assert re.search(said, met.said)
    assert met.kept == met.reps > 5
    assert met.said_at_end is None
    assert met.longest_s < 3.0, "the picture stood still"


def test_a_server_that_stops_is_named_and_all_is_saved_when_it_is_back(server: Server) -> None:
    met = storage.server_stops(server.programs)
    assert met.said is not None and met.said.startswith("Not saved yet, kept in memory: ")
    assert "did not answer" in met.said
    assert met.kept == met.reps > 20
    assert met.said_at_end is None
    assert met.longest_s < 3.0, "the picture stood still"


def test_sessions_are_kept_though_the_clock_is_set_back(tmp_path: Path) -> None:
    lengths = storage.clock_set_back(tmp_path)
    assert len(lengths) == 3
    assert all(each is not None and each > 0 for each in lengths)
