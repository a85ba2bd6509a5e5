"""Ten minutes of two browsers before one app: what did they leave behind?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.soak import Soak, read_soak
from scripts.prepare import BROWSER_VARIABLE, find_browser
from scripts.whole_suite import SOAK_MINUTES, SOAK_VARIABLE
from tests.needed import needed


@pytest.fixture(scope="module")
def soaked() -> Soak:
    if SOAK_VARIABLE not in os.environ:
        pytest.skip("takes ten minutes: make soak")
    needed(find_browser, f"no Chromium found; install one or set {BROWSER_VARIABLE} to its path")
    figures = Path(os.environ[SOAK_VARIABLE])
    if not figures.exists():
        pytest.fail(figures.with_suffix(".log").read_text(errors="replace")[-2000:], pytrace=False)
    return read_soak(figures)


def test_it_went_on_for_as_long_as_it_was_asked_to(soaked: Soak):
    assert soaked.seconds >= SOAK_MINUTES * 60
    silent = [sample.load.at_s for sample in soaked.samples if sample.fps == 0]
    assert len(silent) < len(soaked.samples) / 3, "pictures must come, if only a few"


def test_memory_does_not_grow(soaked: Soak):
    # 8 % of about 600 MB. Two hours grow by less; a picture that is not let go of is 1 MB.
    start, end = (soaked.mean(part, lambda s: s.load.memory_mb) for part in (0.0, 1.0))
    assert end < 1.08 * start


def test_threads_and_open_files_do_not_grow(soaked: Soak):
    # The media loop's pool gets another thread where all of its are busy, up to so many: two hours
    # end at 43 threads at most. One that is not let go of would be one more every few seconds.
    pool = (os.cpu_count() or 1) + 4
    for held, spare in ((lambda s: s.load.threads, pool), (lambda s: s.load.files, 3)):
        start, end = (soaked.mean(part, held) for part in (0.0, 1.0))
        assert end <= start + spare


def test_after_stop_the_streams_are_let_go_of(soaked: Soak):
    going_on = soaked.samples[-1].load
    assert soaked.ended.threads <= going_on.threads - 4  # two at least for each of two streams
    assert soaked.ended.files <= going_on.files


def test_pictures_come_to_the_end(soaked: Soak):
    assert soaked.mean(1.0, lambda s: s.fps) > 0.2


def test_nothing_went_wrong_meanwhile(soaked: Soak):
    assert soaked.errors == ()
