"""Bad videos through the analysis that uploads get: how each ends, how long it takes, how much."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecore.batch import Job, analyze_one, native_messages_muted
from posecore.decoder import LIMITS
from posecore.video import VideoError, VideoReader
from scripts.bad_videos.writing import ANY, READ, REFUSED, BadVideo

_LONGEST_S = 180.0  # of any file here, on a busy computer; 3,000 pictures are the most
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Ending:
    """How one file ended: READ or REFUSED, with the sentence; ``wrong`` where it should not so.

    peak_mb  largest memory of the decoding process; None where there was no time to look
    """

    video: BadVideo
    ended: str
    sentence: str
    seconds: float
    peak_mb: float | None
    wrong: str | None

    @property
    def group(self) -> str:
        return self.video.path.parent.name.replace("_", " ")


def read_here(video: BadVideo) -> Ending:
    """The frames alone, in this process: quick, and a crash ends it. For the tests."""
    began = time.monotonic()
    sentence, wrong, last_s = "", None, -1.0
    try:
        with VideoReader(video.path) as reader:
            size = None
            for rgb, t_s in reader.frames():
                size = size or rgb.shape
                if not (t_s > last_s and rgb.dtype == np.uint8 and rgb.shape == size):
                    wrong = f"a picture of {rgb.shape} at {t_s} s after {size} at {last_s} s"
                last_s = t_s
    except VideoError as error:
        sentence = str(error)
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    return _ending(video, sentence, time.monotonic() - began, None, wrong)


def analyse(video: BadVideo, results: Path) -> Ending:
    """As the page and the command line do it, with document, drawn video and report."""
    job = Job(
        video.path,
        document=results / "document.json",
        annotated=results / "drawn.mp4",
        report=results / "report.html",
    )
    began = time.monotonic()
    sentence, wrong = "", None
    with _watched() as peak:
        try:
            outcome = analyze_one(job)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        else:
            sentence = outcome.problem or ""
    return _ending(video, sentence, time.monotonic() - began, max(peak, default=None), wrong)


def analyse_all(videos: list[BadVideo]) -> Iterator[Ending]:
    with tempfile.TemporaryDirectory() as results, native_messages_muted():
        for video in videos:
            yield analyse(video, Path(results))


def _ending(
    video: BadVideo, sentence: str, seconds: float, peak_mb: float | None, wrong: str | None
) -> Ending:
    ended = REFUSED if sentence else READ
    if wrong is None and video.ends not in (ended, ANY):
        wrong = f"expected to be {video.ends}, was {ended} {sentence}"
    if wrong is None and sentence and not sentence.startswith(f"{video.path.name}: "):
        wrong = f"a sentence that does not name the file: {sentence}"
    if wrong is None and seconds > _LONGEST_S:
        wrong = f"took {seconds:.0f} s"
    if wrong is None and peak_mb is not None and peak_mb * 1e6 > LIMITS.memory_bytes:
        wrong = f"took {peak_mb:.0f} MB"
    return Ending(video, ended, sentence, seconds, peak_mb, wrong)


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Largest memory in MB of decoding processes while the block runs (Linux; else empty)."""
    peak: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY_S):
            for task in Path("/proc/self/task").glob("*/children"):
                peak.extend(_peaks_mb(task))

    watcher = threading.Thread(target=watch, daemon=True)
    if sys.platform == "linux":
        watcher.start()
    try:
        yield peak
    finally:
        over.set()
        if watcher.is_alive():
            watcher.join()


def _peaks_mb(children: Path) -> list[float]:
    found = []
    try:
        for pid in children.read_text().split():
            # Before a process has become the decoder its memory is still counted as its parent's.
            if b"posecore.decoder" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                continue
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    found.append(int(line.split()[1]) * 1024 / 1e6)
    except OSError:
        pass  # it has ended since
    return found
