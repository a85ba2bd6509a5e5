"""Where a film is cut, and that reading from there on gives what reading from the start gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from posecore.parts import (
    PART_FRAMES,
    WARM_UP_FRAMES,
    WHOLE,
    Part,
    PartedEstimator,
    number_of_parts,
    parts_of,
)
from posecore.types import Pose
from posecore.video import VideoReader
from tests.bodies import body
from tests.recordings import CLIPS, record

FPS = 30.0


def recorded(path: Path, film_s: float, **options: object) -> Path:
    return record(path, [i / FPS for i in range(int(film_s * FPS))], **options)  # type: ignore[arg-type]


def cuts_of(path: Path) -> tuple[Part, ...]:
    with VideoReader(path) as video:
        return parts_of(video)


@pytest.mark.parametrize(
    ("film_s", "n"),
    [(8, 1), (39, 1), (41, 2), (85, 4), (159, 4), (161, 8), (1279, 8), (1281, 16), (3600, 40)],
)
def test_long_films_have_parts_of_at_least_the_shortest_length(film_s: int, n: int) -> None:
    assert number_of_parts(30 * film_s) == n
    assert n == 1 or 30 * film_s / n >= PART_FRAMES


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_parts_follow_each_other_without_a_gap(tmp_path: Path, suffix: str) -> None:
    first, second = cuts_of(recorded(tmp_path / f"film{suffix}", 44.0))
    assert (first.warm_s, first.from_s, second.until_s) == (0.0, 0.0, float("inf"))
    assert first.until_s == second.from_s == pytest.approx(22.0, abs=10.0)
    assert second.from_s - second.warm_s == pytest.approx(WARM_UP_FRAMES / FPS, abs=1e-3)


def test_a_part_begins_where_decoding_can(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    recorded(film, 44.0)  # a key picture every 250: one is near enough to the middle
    with VideoReader(film) as video:
        keys_s = [t_s for t_s, key in video.packets() if key]
        assert parts_of(video)[1].warm_s in keys_s


def test_a_short_film_is_not_cut(tmp_path: Path) -> None:
    assert cuts_of(recorded(tmp_path / "film.mp4", 39.0)) == (WHOLE,)


def test_a_film_whose_times_must_be_mended_is_not_cut(tmp_path: Path) -> None:
    times_s = [i / FPS for i in range(700)] + [900.0 + i / FPS for i in range(700)]
    assert cuts_of(record(tmp_path / "jump.mkv", times_s)) == (WHOLE,)


def test_a_format_without_an_index_is_not_cut(tmp_path: Path) -> None:
    assert cuts_of(recorded(tmp_path / "film.ts", 44.0)) == (WHOLE,)


@pytest.mark.parametrize("from_s", [0.0, 0.5, 2.0, 4.97])
def test_reading_from_a_place_gives_the_same_pictures(from_s: float) -> None:
    with VideoReader(CLIPS / "squat_45_2.mp4") as video:
        all_of_it = list(video.frames())
    with VideoReader(CLIPS / "squat_45_2.mp4") as video:
        for _ in range(2):  # and once more with the same reader
            rest = list(video.frames(from_s)) if from_s else all_of_it
            expected = [(rgb, t_s) for rgb, t_s in all_of_it if t_s >= from_s]
            assert [t_s for _, t_s in rest] == [t_s for _, t_s in expected]
            assert all(np.array_equal(a, b) for (a, _), (b, _) in zip(rest, expected, strict=True))


class Counting:
    """Sees somebody whose place says how many frames it has been given since it was new."""

    made = 0

    def __init__(self) -> None:
        self.n, self.closed = 0, False
        Counting.made += 1

    def reset(self) -> None:
        self.n = 0

    def estimate(self, rgb: np.ndarray, t_s: float) -> Pose | None:
        self.n += 1
        return body(t_s=float(self.n))

    def close(self) -> None:
        self.closed = True


def test_one_process_estimates_each_part_as_several_do() -> None:
    parts = (Part(0.0, 0.0, 6.0), Part(4.0, 6.0, 9.0), Part(8.0, 9.0, float("inf")))
    Counting.made = 0
    estimator = PartedEstimator(parts, Counting)
    picture = np.zeros((4, 4, 3), np.uint8)
    seen = [estimator.estimate(picture, float(t_s)) for t_s in range(12)]
    counted = [pose.t_s for pose in seen if pose is not None]
    assert counted == [1, 2, 3, 4, 5, 6, 3, 4, 5, 2, 3, 4]
    assert Counting.made == 2
