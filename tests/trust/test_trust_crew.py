"""A bad video ends the same whichever process reads it: with times of pictures or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import posecore.crew
from posecore.crew import Crew, Film
from posecore.decoder import GuardedReader
from posecore.video import VideoError
from scripts.make_bad_videos import make

_OF_EACH = 10  # of a group; a decoder's process takes a moment to begin


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    monkeypatch.setattr(posecore.crew, "_PROCESS", "tests.estimating_stand_in")
    with Crew(2) as crew:
        yield crew


def read_by_decoder(path: Path) -> object:
    try:
        with GuardedReader(path) as video:
            return [t_s for _, t_s in video.frames()], video.cut_off_at_s
    except VideoError as error:
        return str(error)


def read_by(crew: Crew, path: Path) -> object:
    try:
        film = Film(crew, path)
        return [t_s for t_s, _ in film.poses()], film.cut_off_at_s
    except VideoError as error:
        return str(error)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["truncated", "times", "no video"])
def test_a_crew_ends_as_the_decoder_of_uploads_does(crew: Crew, tmp_path: Path, group: str) -> None:
    corpus = make(tmp_path, "http://127.0.0.1:9/", [group])
    some = corpus.videos[:: max(1, len(corpus.videos) // _OF_EACH)]
    assert len(some) > 5
    apart = {
        video.path.name: (expected, found)
        for video in some
        if (found := read_by(crew, video.path)) != (expected := read_by_decoder(video.path))
    }
    assert apart == {}
