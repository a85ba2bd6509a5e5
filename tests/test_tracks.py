"""The poses of a whole video, and their cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from posecore import tracks
from posecore.tracks import Track, fill_cache, track_of
from posecore.video import VideoError
from tests.bodies import Movement, body, movement
from tests.recordings import CLIPS, record

ROOT = Path(__file__).parents[1]


class Estimator:
    """Sees ``body()`` in every frame but the third; counts the frames it was shown."""

    shown = 0

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        pass

    def estimate(self, rgb, t_s):
        type(self).shown += 1
        height, width = rgb.shape[:2]
        third = type(self).shown % 10 == 3
        return None if third else body(t_s=t_s, knee=90, size_px=(width, height))


@pytest.fixture
def estimator(monkeypatch):
    Estimator.shown = 0
    monkeypatch.setattr(tracks, "PoseEstimator", Estimator)
    return Estimator


@pytest.fixture
def clip(tmp_path):
    return record(tmp_path / "ten.mp4", [i / 10 for i in range(10)])


def track_from(frames: Movement) -> Track:
    poses = [pose for _, pose in frames]
    return Track(
        np.array([t_s for t_s, _ in frames]),
        np.ones(len(frames), bool),
        np.array([p.image for p in poses]),
        np.array([p.world for p in poses]),
        np.array([p.visibility for p in poses]),
        poses[0].size_px,
    )


def test_track_gives_back_the_poses_it_is_made_of():
    frames = movement("squat", 1, fps=5)
    for (t_s, pose), (at_s, given) in zip(track_from(frames).poses(), frames, strict=True):
        assert t_s == at_s == pose.t_s
        np.testing.assert_array_equal(pose.image, given.image)
        np.testing.assert_array_equal(pose.world, given.world)


def test_frame_with_nobody_is_kept_as_nobody(clip, estimator):
    track = track_of(clip, None)
    assert len(track) == 10
    assert track.found.tolist() == [True] * 2 + [False] + [True] * 7
    assert np.isnan(track.image[2]).all() and np.isnan(track.visibility[2]).all()
    poses = list(track.poses())
    assert poses[2][1] is None
    assert poses[2][0] == pytest.approx(0.2, abs=0.01)
    assert poses[3][1].size_px == (64, 48)


def test_same_file_is_estimated_once(clip, estimator, tmp_path):
    cache = tmp_path / "cache"
    first = track_of(clip, cache)
    again = track_of(clip, cache)
    assert estimator.shown == 10
    np.testing.assert_array_equal(again.t_s, first.t_s)
    np.testing.assert_array_equal(again.found, first.found)
    np.testing.assert_allclose(again.image, first.image, atol=1e-6)
    assert again.size_px == first.size_px


def test_same_file_under_another_name_is_found_in_the_cache(clip, estimator, tmp_path):
    track_of(clip, tmp_path / "cache")
    track_of(shutil.copy(clip, tmp_path / "copy.mp4") and tmp_path / "copy.mp4", tmp_path / "cache")
    assert estimator.shown == 10


def test_changed_file_and_another_estimator_are_estimated_anew(
    clip, estimator, tmp_path, monkeypatch
):
    track_of(clip, tmp_path / "cache")
    record(clip, [i / 10 for i in range(5)])
    track_of(clip, tmp_path / "cache")
    assert estimator.shown == 15
    monkeypatch.setattr(tracks, "ESTIMATOR", "another one")
    track_of(clip, tmp_path / "cache")
    assert estimator.shown == 20


def test_without_a_cache_nothing_is_written(clip, estimator, tmp_path):
    track_of(clip, None)
    assert [path.name for path in tmp_path.iterdir()] == ["ten.mp4"]


def test_cache_holds_whole_files_only(clip, estimator, tmp_path):
    track_of(clip, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    assert ".part" not in kept.name


def test_file_that_is_no_video_is_a_video_error(tmp_path):
    (tmp_path / "notes.mp4").write_text("not a video")
    with pytest.raises(VideoError):
        track_of(tmp_path / "notes.mp4", tmp_path / "cache")


def test_clips_already_in_the_cache_are_named_without_estimating(clip, estimator, tmp_path):
    track_of(clip, tmp_path / "cache")
    assert list(fill_cache([clip], tmp_path / "cache", workers=1)) == [clip]
    assert estimator.shown == 10


@pytest.mark.slow
def test_real_clip_is_estimated_in_a_process_of_its_own(tmp_path):
    clip = CLIPS / "pushup_90_1.mp4"
    assert list(fill_cache([clip], tmp_path, workers=1)) == [clip]
    track = track_of(clip, tmp_path)
    assert track.found.mean() > 0.9


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_processes_of_a_program_that_is_killed_end_with_it():
    from tests.trust.test_trust_batch import children_of, is_running, wait_until

    code = (
        "import time\nfrom posecore.workers import worker_pool\n"
        "if __name__ == '__main__':\n"
        "    with worker_pool(1) as pool:\n        pool.submit(time.sleep, 600)\n"
        "        time.sleep(600)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    family: list[int] = []

    def begun() -> bool:
        family[:] = children_of(program.pid)
        threads = [len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in family]
        return max(threads, default=0) > 1  # the worker's, with the one that watches

    try:
        wait_until(begun)
        assert begun()
    finally:
        program.kill()
        program.wait()
    wait_until(lambda: not any(map(is_running, family)))
    assert [pid for pid in family if is_running(pid)] == []
