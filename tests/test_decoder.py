"""GuardedReader: what VideoReader gives, and what a file costs that would crash or hang it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from posecore.decoder import GuardedReader, Limits
from posecore.video import VideoError, VideoReader
from tests.recordings import CLIPS, cut, record

SQUAT = CLIPS / "squat_45_2.mp4"
ROOT = CLIPS.parents[1]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_pictures_times_and_description_are_those_of_the_file() -> None:
    with VideoReader(SQUAT) as plain, GuardedReader(SQUAT) as guarded:
        assert guarded.info == plain.info
        pairs = list(zip(plain.frames(), guarded.frames(), strict=True))
    assert len(pairs) == 120
    for (rgb, t_s), (guarded_rgb, guarded_t_s) in pairs:
        assert t_s == guarded_t_s
        np.testing.assert_array_equal(rgb, guarded_rgb)


@pytest.mark.parametrize("width", [18, 50, 98, 270, 360])
def test_pictures_of_every_width_arrive_whole(tmp_path: Path, width: int) -> None:
    # The decoder leaves room behind each row where the width is no multiple of its own.
    clip = record(tmp_path / "narrow.mp4", [0.0, 0.1], size=(width, 48))
    with VideoReader(clip) as plain, GuardedReader(clip) as guarded:
        for (rgb, _), (guarded_rgb, _) in zip(plain.frames(), guarded.frames(), strict=True):
            assert rgb.shape == (48, width, 3)
            np.testing.assert_array_equal(rgb, guarded_rgb)


def test_pictures_may_be_drawn_on() -> None:
    with GuardedReader(SQUAT) as video:
        rgb, _ = next(video.frames())
    rgb[:] = 0


def test_the_place_where_a_file_is_cut_off_is_told(tmp_path: Path) -> None:
    whole = record(tmp_path / "whole.mkv", [i / 30 for i in range(90)], size=(320, 240))
    with GuardedReader(cut(whole, tmp_path / "cut.mkv", 0.6)) as video:
        n = len(list(video.frames()))
    assert 20 < n < 90
    assert video.cut_off_at_s == pytest.approx(n / 30, abs=0.05)


def test_the_sentence_of_a_file_that_cannot_be_read_arrives(tmp_path: Path) -> None:
    (tmp_path / "ünlesbar.mp4").write_bytes(b"no video" * 100)
    with pytest.raises(VideoError, match=r"^ünlesbar\.mp4: this is not a video"):
        GuardedReader(tmp_path / "ünlesbar.mp4")


def test_a_name_below_the_present_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "clip.mp4", [0.0, 0.1])
    monkeypatch.chdir(tmp_path)
    with GuardedReader("clip.mp4") as video:
        assert len(list(video.frames())) == 2


def test_a_decoder_that_crashes_costs_a_sentence() -> None:
    with GuardedReader(SQUAT) as video:
        frames = video.frames()
        next(frames)
        os.kill(video.pid, signal.SIGSEGV if hasattr(signal, "SIGSEGV") else signal.SIGTERM)
        with pytest.raises(VideoError, match="squat_45_2.mp4: the program that reads it broke"):
            list(frames)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no signal stops a process here")
def test_a_decoder_that_hangs_is_given_up() -> None:
    with GuardedReader(SQUAT, limits=Limits(frame_s=0.5)) as video:
        frames = video.frames()
        next(frames)
        os.kill(video.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(VideoError, match="takes too long"):
            list(frames)
    assert time.monotonic() - began < 10
    assert not is_running(video.pid)


def test_a_file_that_is_slow_all_the_way_is_given_up() -> None:
    with (
        GuardedReader(SQUAT, limits=Limits(first_s=60.0, share_s=0.0)) as video,
        pytest.raises(VideoError, match="takes too long"),
    ):
        video._waited_s = 60.0  # as if it had been waited for that long
        list(video.frames())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_a_file_that_takes_too_much_memory_ends_in_a_sentence(tmp_path: Path) -> None:
    large = record(tmp_path / "large.mp4", [0.0, 0.1, 0.2], size=(3840, 2160))
    with (
        pytest.raises(VideoError, match=r"^large\.mp4: "),
        GuardedReader(large, limits=Limits(memory_bytes=300 << 20)) as video,
    ):
        list(video.frames())


def test_a_video_of_too_many_pictures_is_refused() -> None:
    with (
        GuardedReader(SQUAT, limits=Limits(max_frames=10)) as video,
        pytest.raises(VideoError, match="more than 10 pictures"),
    ):
        list(video.frames())


def test_closing_early_leaves_no_process() -> None:
    with GuardedReader(SQUAT) as video:
        next(video.frames())
    assert not is_running(video.pid)
    video.close()


ABANDONING = """
import os, sys
from posecore.decoder import GuardedReader
video = GuardedReader(sys.argv[1])
print(video.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_decoder_ends_when_the_program_is_killed() -> None:
    command = [sys.executable, "-c", ABANDONING, str(SQUAT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(pid)
