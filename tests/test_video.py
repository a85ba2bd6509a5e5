from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from posecore.video import VideoError, VideoReader, frames
from posecore.video_writer import AnnotatedWriter
from tests.recordings import CLIPS, corners, cut, record, record_sound, turned

SQUAT = CLIPS / "squat_45_2.mp4"
STEADY_S = [i / 25 for i in range(50)]


def is_red(rgb: np.ndarray) -> bool:
    red, green, blue = rgb.astype(int)
    return bool(red > 180 and green < 90 and blue < 90)


def is_blue(rgb: np.ndarray) -> bool:
    red, green, blue = rgb.astype(int)
    return bool(blue > 180 and green < 90 and red < 90)


def test_every_frame_comes_with_its_time() -> None:
    with VideoReader(SQUAT) as video:
        times_s = [t_s for rgb, t_s in video.frames() if rgb.shape == (480, 640, 3)]
    assert len(times_s) == 120
    assert times_s == pytest.approx([i / 15 for i in range(120)], abs=1e-6)
    assert video.cut_off_at_s is None


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_short_clip_loses_no_frame(tmp_path: Path, n: int) -> None:
    # The decoder hands over the last frames of a stream all at once.
    clip = record(tmp_path / "short.mp4", STEADY_S[:n])
    assert len(list(frames(clip))) == n


def test_variable_rate_keeps_the_times_of_the_container(tmp_path: Path) -> None:
    times_s = [0.0, 0.04, 0.2, 0.21, 0.9, 1.5, 1.52]
    clip = record(tmp_path / "variable.mkv", times_s)
    assert [t_s for _, t_s in frames(clip)] == pytest.approx(times_s, abs=0.002)


def test_a_jump_by_hours_is_no_pause(tmp_path: Path) -> None:
    times_s = [0.0, 0.1, 0.2, 90_000.0, 90_000.1]
    with VideoReader(record(tmp_path / "jump.mkv", times_s)) as video:
        read = [t_s for _, t_s in video.frames()]
    assert read[:3] == pytest.approx([0.0, 0.1, 0.2], abs=0.002)
    assert len(read) == 5 and read[-1] < 10
    assert video.cut_off_at_s is None


def test_time_starts_at_the_first_frame(tmp_path: Path) -> None:
    clip = record(tmp_path / "late.mkv", [5.0, 5.1, 5.2])
    assert [t_s for _, t_s in frames(clip)] == pytest.approx([0.0, 0.1, 0.2], abs=0.002)


@pytest.mark.parametrize(
    ("clockwise_deg", "red_at", "blue_at", "shape"),
    [
        # row and column of the corner where each patch is seen
        (90, (5, -5), (-5, -5), (64, 48, 3)),
        (180, (-5, -5), (-5, 5), (48, 64, 3)),
        (270, (-5, 5), (5, 5), (64, 48, 3)),
    ],
)
def test_rotation_of_the_container_is_applied(
    tmp_path: Path,
    clockwise_deg: int,
    red_at: tuple[int, int],
    blue_at: tuple[int, int],
    shape: tuple[int, int, int],
) -> None:
    flat = record(tmp_path / "flat.mp4", STEADY_S[:3])
    with VideoReader(turned(flat, tmp_path / "turned.mp4", clockwise_deg)) as video:
        rgb, _ = next(video.frames())
        assert (video.info.height, video.info.width) == shape[:2]
    assert rgb.shape == shape
    assert is_red(rgb[red_at])
    assert is_blue(rgb[blue_at])


@pytest.mark.parametrize(
    ("aspect", "width"),
    [(Fraction(2, 1), 128), (Fraction(3, 8), 24), (Fraction(1, 1), 64)],
)
def test_pixel_aspect_gives_true_proportions(tmp_path: Path, aspect: Fraction, width: int) -> None:
    clip = record(tmp_path / "squeezed.mp4", STEADY_S[:3], aspect=aspect)
    with VideoReader(clip) as video:
        rgb, _ = next(video.frames())
    assert rgb.shape == (48, width, 3)
    assert (video.info.width, video.info.height) == (width, 48)


def test_turned_and_squeezed_clip_is_stretched_before_it_is_turned(tmp_path: Path) -> None:
    clip = record(tmp_path / "squeezed.mp4", STEADY_S[:3], aspect=Fraction(2, 1))
    (rgb, _), *_ = frames(turned(clip, tmp_path / "turned.mp4", 90))
    assert rgb.shape == (128, 48, 3)


def test_large_picture_is_made_smaller_in_its_proportions(tmp_path: Path) -> None:
    clip = record(tmp_path / "large.mp4", STEADY_S[:2], size=(1280, 720))
    (rgb, _), *_ = frames(clip)
    assert rgb.shape == (360, 640, 3)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.avi", "mpeg4"), ("a.webm", "libvpx"), ("a.mov", "libx264")]
)
def test_usual_containers_are_read(tmp_path: Path, name: str, codec: str) -> None:
    clip = record(tmp_path / name, [i / 30 for i in range(12)], codec=codec)
    assert len(list(frames(clip))) == 12


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.avi"])
def test_cut_off_file_is_read_up_to_where_it_ends(tmp_path: Path, name: str) -> None:
    whole = tmp_path / f"whole{Path(name).suffix}"
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    options = {"movflags": "+faststart"} if name.endswith("mp4") else None
    record(whole, [i / 30 for i in range(90)], codec=codec, options=options, size=(320, 240))
    with VideoReader(cut(whole, tmp_path / name, 0.7)) as video:
        times_s = [t_s for _, t_s in video.frames()]
    assert 30 < len(times_s) < 90
    assert video.cut_off_at_s == pytest.approx(times_s[-1] + 1 / 30, abs=0.02)


@pytest.mark.parametrize("name", ["whole.mp4", "whole.mkv"])
def test_sound_longer_than_the_picture_is_no_cut(tmp_path: Path, name: str) -> None:
    clip = record(tmp_path / name, STEADY_S, sound_s=6.0)
    with VideoReader(clip) as video:
        assert len(list(video.frames())) == len(STEADY_S)
    assert video.cut_off_at_s is None


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"gone\.mp4: no such file"):
        VideoReader(tmp_path / "gone.mp4")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="this is a folder"):
        VideoReader(tmp_path)


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match=r"empty\.mp4: this file is empty"):
        VideoReader(tmp_path / "empty.mp4")


def test_beginning_without_the_index_of_an_mp4(tmp_path: Path) -> None:
    # Without "faststart" the index is at the end, and is what a broken download lacks.
    whole = record(tmp_path / "whole.mp4", STEADY_S)
    with pytest.raises(VideoError, match="not a video that can be read"):
        VideoReader(cut(whole, tmp_path / "cut.mp4", 0.5))


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no video in this file"):
        VideoReader(record_sound(tmp_path / "song.m4a", 1.0))


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4"])
def test_text_is_no_video_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("three sets of squats\n" * 200, encoding="utf-8")
    with pytest.raises(VideoError, match="not a video"):
        VideoReader(tmp_path / name)


def test_photograph_is_no_video(tmp_path: Path) -> None:
    Image.fromarray(corners(64, 48)).save(tmp_path / "photo.jpg")
    with pytest.raises(VideoError, match="not a video"):
        VideoReader(tmp_path / "photo.jpg")


def test_playlist_opens_no_other_file(tmp_path: Path) -> None:
    record(tmp_path / "other.mp4", STEADY_S[:3])
    listing = tmp_path / "list.mp4"
    listing.write_text("ffconcat version 1.0\nfile other.mp4\n", encoding="utf-8")
    with pytest.raises(VideoError, match="not a video"):
        VideoReader(listing)


def test_written_video_keeps_pictures_and_times(tmp_path: Path) -> None:
    times_s = [0.0, 0.04, 0.2, 0.21, 0.9]
    with AnnotatedWriter(tmp_path / "out.mp4", (64, 48), 30.0) as out:
        for t_s in times_s:
            out.write(corners(64, 48), t_s)
    read = list(frames(tmp_path / "out.mp4"))
    assert [t_s for _, t_s in read] == pytest.approx(times_s, abs=1e-4)
    assert is_red(read[-1][0][5, 5])
    assert is_blue(read[-1][0][5, -5])


def test_written_video_plays_in_browsers(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with AnnotatedWriter(path, (65, 49), 25.0) as out:  # an odd size is none that H.264 knows
        for t_s in STEADY_S:
            out.write(corners(65, 49), t_s)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (64, 48)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index has to come first"


def test_failure_leaves_no_half_written_video(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="stop"),
        AnnotatedWriter(tmp_path / "out.mp4", (64, 48), 30.0) as out,
    ):
        out.write(corners(64, 48), 0.0)
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(VideoError, match="cannot be written"):
        AnnotatedWriter(tmp_path / "file" / "out.mp4", (64, 48), 30.0)


def test_written_times_must_increase(tmp_path: Path) -> None:
    with AnnotatedWriter(tmp_path / "out.mp4", (64, 48), 30.0) as out:
        out.write(corners(64, 48), 0.5)
        with pytest.raises(ValueError, match="after the frame before it"):
            out.write(corners(64, 48), 0.5)


def test_times_of_frames_increase_on_every_clip() -> None:
    for clip in CLIPS.glob("*.mp4"):
        times_s = [t_s for _, t_s in frames(clip)]
        assert all(a < b for a, b in pairwise(times_s)), clip.name
