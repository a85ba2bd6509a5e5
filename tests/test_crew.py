"""Films whose poses several processes find: the same as one finds, and what a bad file costs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import posecore.crew
import posecore.stepping
from posecore.analyze import analyze_video
from posecore.batch import Job, analyze_all
from posecore.classify import ExerciseClassifier
from posecore.crew import Crew, Film
from posecore.estimating import packed, unpacked
from posecore.parts import PartedEstimator, parts_of
from posecore.pipeline import Pipeline
from posecore.types import Pose
from posecore.video import VideoError, VideoReader
from tests.bodies import body
from tests.estimating_stand_in import FILM_S, FPS, Remembering
from tests.recordings import record
from tests.results import NoClassifier


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    return record(path, [i / FPS for i in range(int(FILM_S * FPS))])


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posecore.crew, "_PROCESS", "tests.estimating_stand_in")
    monkeypatch.setattr(
        posecore.stepping, "PartedEstimator", lambda parts: PartedEstimator(parts, Remembering)
    )


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew(2) as crew:
        yield crew


def squats() -> Pipeline:
    return Pipeline(classifier=NoClassifier(), exercise="squat")  # type: ignore[arg-type]


def test_poses_travel_unchanged() -> None:
    poses: list[tuple[float, Pose | None]] = [(0.1, body(t_s=0.1, knee=50.0)), (0.2, None)]
    poses = [(t, None if p is None else _single(p)) for t, p in poses]
    (t_s, pose), (gone_s, gone) = unpacked(b"".join(packed(poses, (640, 480))))
    expected = poses[0][1]
    assert (t_s, gone_s, gone) == (0.1, 0.2, None)
    assert pose is not None and expected is not None and pose.size_px == (640, 480)
    for name in ("image", "world", "visibility"):
        assert np.array_equal(getattr(pose, name), getattr(expected, name))


def _single(pose: Pose) -> Pose:
    """As an estimator gives it, which counts in single precision."""
    arrays = {n: getattr(pose, n).astype("f4").astype(float) for n in ("image", "world")}
    return replace(pose, **arrays, visibility=pose.visibility.astype("f4").astype(float))


@pytest.mark.parametrize("content", [b"", b"\0" * 5, b"\x01" + b"\0" * 40])
def test_what_is_no_message_of_poses_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        unpacked(content)


def test_poses_are_those_of_an_estimator_that_saw_all_of_the_film(film: Path, crew: Crew) -> None:
    alone = Remembering()
    with VideoReader(film) as video:
        expected = [(t_s, alone.estimate(rgb, t_s)) for rgb, t_s in video.frames()]
    shared = Film(crew, film)
    found = list(shared.poses())
    assert len(shared.parts) == 2
    assert [t_s for t_s, _ in found] == [t_s for t_s, _ in expected]
    for (_, pose), (_, other) in zip(found, expected, strict=True):
        assert pose is not None and other is not None
        np.testing.assert_allclose(pose.image, other.image, rtol=0, atol=1e-7)
        assert np.array_equal(pose.world, other.world)


def test_a_film_can_be_asked_for_again(film: Path, crew: Crew) -> None:
    times_s = [[t_s for t_s, _ in Film(crew, film).poses()] for _ in range(3)]
    assert len(times_s[0]) == FILM_S * FPS
    assert times_s[0] == times_s[1] == times_s[2]


def test_reps_over_a_join_are_counted_once(film: Path) -> None:
    with VideoReader(film) as video:
        join_s = parts_of(video)[1].from_s
    found = {workers: analyze_video(film, pipeline=squats(), workers=workers) for workers in (1, 2)}
    (one,) = found[1].sets
    assert one.n_complete == 18
    assert any(rep.start_s < join_s < rep.end_s for rep in one.reps)
    assert found[1].document() == found[2].document()


def test_pictures_come_with_their_own_poses(film: Path) -> None:
    shown: list[tuple[tuple[int, ...], float, bool]] = []
    found = analyze_video(
        film,
        pipeline=squats(),
        workers=2,
        on_frame=lambda rgb, r: shown.append((rgb.shape, r.t_s, r.pose is not None)),
    )
    assert [t_s for _, t_s, _ in shown] == found.t_s.tolist()
    assert {shape for shape, _, _ in shown} == {(48, 64, 3)}
    assert all(seen for _, _, seen in shown)


def test_progress_never_runs_back_and_reaches_the_end(film: Path) -> None:
    told: list[float] = []
    analyze_video(
        film, pipeline=squats(), workers=2, progress=lambda done_s, total_s: told.append(done_s)
    )
    assert told == sorted(told)
    assert told[-1] == pytest.approx(FILM_S, abs=0.2)


class Stop(Exception):
    pass


def test_work_can_be_stopped_on_the_way_and_leaves_no_process(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    popen = posecore.crew.subprocess.Popen

    def noted(*arguments: object, **options: object) -> object:
        process = popen(*arguments, **options)  # type: ignore[call-overload]
        begun.append(process.pid)
        return process

    monkeypatch.setattr(posecore.crew.subprocess, "Popen", noted)

    def stop(done_s: float, total_s: float | None) -> None:
        raise Stop

    with pytest.raises(Stop):
        analyze_video(film, pipeline=squats(), workers=2, progress=stop)
    assert begun
    for pid in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_file_that_kills_its_process_costs_only_itself(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExerciseClassifier, "load", lambda: NoClassifier())
    short = [i / FPS for i in range(60)]
    names = ["a.mp4", "crash.mp4", "b.mp4"]
    jobs = [Job(record(tmp_path / name, short), exercise="squat") for name in names]
    told: list[int] = []
    outcomes = list(
        analyze_all(jobs, workers=2, on_progress=lambda number, done, total: told.append(number))
    )
    assert [outcome.job.video.name for outcome in outcomes] == names
    assert [outcome.problem is not None for outcome in outcomes] == [False, True, False]
    assert "crash.mp4: the program that reads it broke down" in str(outcomes[1].problem)
    assert set(told) == {0, 2}


def test_process_that_hangs_is_given_up(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crew: Crew
) -> None:
    assert len(list(Film(crew, film).poses())) == FILM_S * FPS  # both are ready
    monkeypatch.setattr(posecore.crew, "SILENCE_S", 0.5)
    began = time.monotonic()
    with pytest.raises(VideoError, match="takes too long"):
        Film(crew, record(tmp_path / "hang.mp4", [0.0, 0.1]))
    assert time.monotonic() - began < 10.0
    monkeypatch.setattr(posecore.crew, "SILENCE_S", 60.0)
    assert len(list(Film(crew, film).poses())) == FILM_S * FPS  # another took its place


def test_file_that_cannot_be_read_says_so_in_its_own_sentence(tmp_path: Path, crew: Crew) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match=r"^empty\.mp4: this file is empty\.$"):
        Film(crew, tmp_path / "empty.mp4")


def test_only_a_few_parts_are_found_ahead(
    film: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    ask = crew.ask
    monkeypatch.setattr(
        crew, "ask", lambda path, part, side: asked.append(part.from_s) or ask(path, part, side)
    )
    with VideoReader(film) as video:
        info, whole = video.info, parts_of(video)[0]
    many = tuple(replace(whole, from_s=float(i), until_s=float(i + 1)) for i in range(40))
    handed_out = Film(crew, film, info, many).poses()
    next(handed_out)
    assert len(asked) == crew.workers + 1
    handed_out.close()
