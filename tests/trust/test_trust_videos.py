"""Bad videos end in pictures or in one sentence, and open nothing but themselves."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bench.trust.videos import read_here
from posecore.batch import Job, analyze_one
from posecore.decoder import GuardedReader
from posecore.video import VideoError
from scripts.bad_videos.writing import REFUSED
from scripts.make_bad_videos import GROUPS, Corpus, make


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        yield listening


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, listener: socket.socket) -> Corpus:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    return make(tmp_path_factory.mktemp("bad"), address)


@pytest.fixture(scope="module")
def reading() -> Iterator[ProcessPoolExecutor]:
    """A process that a file may crash without taking the tests with it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("group", [name for name in GROUPS if name != "references"])
def test_every_file_is_read_or_refused_with_its_name(
    corpus: Corpus, reading: ProcessPoolExecutor, group: str
) -> None:
    videos = [v for v in corpus.videos if v.path.parent.name == group.replace(" ", "_")]
    assert videos
    endings = list(reading.map(read_here, videos))
    assert [(e.video.path.name, e.wrong) for e in endings if e.wrong is not None] == []


def test_references_to_other_files_and_addresses_are_not_followed(
    corpus: Corpus, listener: socket.socket
) -> None:
    videos = [v for v in corpus.videos if v.path.parent.name == "references"]
    assert len(videos) > 40
    endings = [read_here(video) for video in videos]
    assert [(e.video.path.name, e.wrong) for e in endings if e.ended != REFUSED or e.wrong] == []
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_visit_to_the_listener_would_be_seen(listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(OSError):
        urllib.request.urlopen(address, timeout=0.2)
    connection, _ = listener.accept()
    connection.close()


def test_fifty_codecs_and_more_are_tried(corpus: Corpus) -> None:
    assert sum(v.path.parent.name == "codecs" for v in corpus.videos) >= 50


@pytest.mark.parametrize(
    "name",
    [
        "lying_headers/jpeg.avi",
        "lying_headers/nested.mp4",
        "bombs/huge.nut",
        "no_video/noise.mkv",
        "references/address_m3u8.mp4",
    ],
)
def test_the_decoder_of_uploads_ends_as_well(corpus: Corpus, name: str) -> None:
    (video,) = [v for v in corpus.videos if v.path.as_posix().endswith(name)]
    try:
        with GuardedReader(video.path) as reader:
            n = len(list(reader.frames()))
    except VideoError as error:
        assert str(error).startswith(f"{video.path.name}: ")
    else:
        assert n > 0 and video.ends != REFUSED


@pytest.mark.parametrize("name", ["sizes/1x1.nut", "sizes/growing.ts", "times/100000fps.nut"])
def test_odd_files_are_analysed_drawn_and_reported(
    corpus: Corpus, tmp_path: Path, name: str
) -> None:
    (video,) = [v for v in corpus.videos if v.path.as_posix().endswith(name)]
    job = Job(
        video.path,
        document=tmp_path / "document.json",
        annotated=tmp_path / "drawn.mp4",
        report=tmp_path / "report.html",
    )
    outcome = analyze_one(job)
    assert outcome.problem is None
    assert all(p.exists() for p in (job.document, job.annotated, job.report) if p is not None)
