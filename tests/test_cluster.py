"""The command ``batch`` with a real scheduler and workers that are other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dask
import duckdb
import pandas as pd
import polars
import psutil
import pytest
from distributed import Client, Security
from typer.testing import CliRunner, Result

import posecore.cluster
from posecore.__main__ import app
from posecore.batch_results import (
    FAILED,
    Item,
    Note,
    items_in,
    note_of,
    version_of,
    write_failure,
    write_outcomes,
    write_results,
)
from posecore.cluster import analyze_items, connected
from tests.recordings import CLIPS
from tests.results import analysis, exercise_set, rep

ROOT = Path(__file__).parents[1]
PRELOAD = "tests.cluster_preload"
PATIENCE_S = 120.0


def item(name: str = "legs/squats.mp4", size_bytes: int = 7) -> Item:
    return Item(f"/videos/{name}", name, size_bytes, 1)


def folder_of(path: Path, names: list[str]) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_bytes(name.encode())
    return path


def begun(folder: Path) -> Counter[str]:
    """How often each video was begun."""
    said = folder / "begun.txt"
    lines = said.read_text().splitlines() if said.exists() else []
    return Counter(line.split()[0] for line in lines)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["batch", *map(str, words)])


# --- what is left in the folder -------------------------------------------------------------------


def test_videos_below_a_folder_are_found_and_others_left_out(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("z.MP4", "a/one.mov", "a/b/two.webm", "a/notes.txt", ".hidden.mp4"):
        (tmp_path / name).write_bytes(b"x")
    assert [each.name for each in items_in(tmp_path)] == ["z.MP4", "a/one.mov", "a/b/two.webm"]


def test_videos_of_one_name_in_two_folders_have_results_of_their_own() -> None:
    assert item("a/squats.mp4").key != item("b/squats.mp4").key


def test_tables_of_a_video_whose_name_begins_with_a_sign_are_read_with_the_others(
    tmp_path: Path,
) -> None:
    names = {"_mine.mp4", "(1).mp4", "squats.mp4"}
    for name in names:
        write_results(tmp_path, item(name), analysis([exercise_set([rep()])]), "x")
    assert set(pd.read_parquet(tmp_path / "reps")["video"]) == names


@pytest.mark.skipif(os.name == "nt", reason="names are of characters there")
def test_videos_whose_names_are_no_characters_are_told_apart_and_written(tmp_path: Path) -> None:
    for name in (b"\xff.mp4", b"\xfe.mp4"):
        with suppress(OSError):  # a file system may refuse them
            (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    found = list(items_in(tmp_path))
    assert len({each.key for each in found}) == len({each.name for each in found}) == len(found)
    assert all(Path(each.path).exists() for each in found)
    out = tmp_path / "out"
    notes = [write_failure(out, each, f"{each.path} is no video.", "x") for each in found]
    assert pd.read_parquet(write_outcomes(out, notes))["video"].to_list() == sorted(
        each.name for each in found
    )
    for each in found:
        write_results(out, each, analysis([exercise_set([rep()])]), "x")
    assert set(pd.read_parquet(out / "reps")["video"]) == {each.name for each in found}


def test_a_note_fits_its_video_until_that_or_the_model_changes(tmp_path: Path) -> None:
    with_what = version_of(None)
    write_results(tmp_path, item(), analysis([exercise_set([rep()])]), with_what)
    note = note_of(tmp_path, item())
    assert note is not None and note.fits(item(), with_what)
    assert not note.fits(item(size_bytes=8), with_what)
    assert not note.fits(item(), version_of("squat"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"video": "a"}'])
def test_a_note_that_is_no_note_counts_as_none(tmp_path: Path, content: str) -> None:
    write_failure(tmp_path, item(), "no", "x")
    (path,) = (tmp_path / "outcomes").iterdir()
    path.write_text(content)
    assert note_of(tmp_path, item()) is None


def test_tables_of_a_video_that_fails_now_are_taken_away(tmp_path: Path) -> None:
    write_results(tmp_path, item(), analysis([exercise_set([rep()])]), "x")
    write_failure(tmp_path, item(), "it was changed and is no video now", "x")
    assert [path.parent.name for path in tmp_path.rglob("*") if path.is_file()] == ["outcomes"]


def test_every_reader_makes_one_table_of_videos_with_and_without_reps(tmp_path: Path) -> None:
    write_results(tmp_path, item("a.mp4"), analysis([exercise_set([rep(), rep(3.0, 5.0)])]), "x")
    write_results(tmp_path, item("b.mp4"), analysis([exercise_set(hold_s=8.0)]), "x")
    write_results(tmp_path, item("c.mp4"), analysis([]), "x")
    for kind, rows in (("reps", 3), ("sets", 2), ("frames", 750)):
        assert len(pd.read_parquet(tmp_path / kind)) == rows
        assert len(polars.read_parquet(tmp_path / kind / "*.parquet")) == rows
        counted = duckdb.sql(f"SELECT count(*) FROM '{tmp_path / kind}/*.parquet'").fetchall()
        assert counted == [(rows,)]
    sums = duckdb.sql(f"SELECT video, sum(reps) FROM '{tmp_path}/sets/*.parquet' GROUP BY video")
    assert sorted(sums.fetchall()) == [("a.mp4", 2), ("b.mp4", 0)]


def listening() -> set[Any]:
    """Where this process and those it has begun wait for others to connect."""
    return {
        each.laddr
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]
        for each in process.net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    }


# --- on this machine ------------------------------------------------------------------------------


def test_a_folder_without_videos_is_told(tmp_path: Path) -> None:
    told = run(tmp_path, "--out", tmp_path / "out")
    assert (told.exit_code, told.stderr) == (2, f"There is no video in {tmp_path}.\n")


def test_a_scheduler_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posecore.cluster, "PATIENCE_S", 1.0)
    folder = folder_of(tmp_path / "videos", ["a.mp4"])
    told = run(folder, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert told.exit_code == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in told.stderr


def test_a_file_that_kills_its_workers_costs_only_itself(tmp_path: Path) -> None:
    names = ["a.mp4", "bad.mp4", "c.mp4", "crash.mp4", "e.mp4"]
    folder, out = folder_of(tmp_path / "videos", names), tmp_path / "out"
    before = listening()
    with (
        dask.config.set({"distributed.worker.preload": [PRELOAD]}),
        connected(None, 2) as client,
    ):
        open_to = {address.ip for address in listening() - before}
        notes = list(analyze_items(client, items_in(folder), out, exercise=None, with_what="x"))
    assert open_to == {"127.0.0.1"}
    assert sorted(note.video for note in notes) == names
    problems = {note.video: note.problem for note in notes if note.state == FAILED}
    assert list(sorted(problems)) == ["bad.mp4", "crash.mp4"]
    assert problems["bad.mp4"] == "bad.mp4: this is no video."
    assert "broke down again and again" in problems["crash.mp4"]
    assert len(list((out / "reps").iterdir())) == 3


def test_nobody_else_on_this_machine_gets_into_its_cluster() -> None:
    with connected(None, 1) as client:
        address = client.scheduler_info()["address"]
        assert address.startswith("tls://127.0.0.1:")
        for way, keys in (("tcp", Security()), ("tls", Security.temporary())):
            with pytest.raises(OSError):
                Client(address.replace("tls", way, 1), timeout="1s", security=keys)
        assert client.submit(len, "ours").result(PATIENCE_S) == 4


# --- workers that are processes of their own ------------------------------------------------------


@contextmanager
def scheduler_and_workers(tmp_path: Path, n: int) -> Iterator[tuple[str, list[int]]]:
    """Its address, and the processes of its workers."""
    file = tmp_path / "scheduler.json"
    options = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    python = [sys.executable, "-m"]
    started = [
        subprocess.Popen(  # type: ignore[call-overload]
            [*python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
             "--no-dashboard", "--scheduler-file", str(file)], **options)
    ]  # fmt: skip
    try:
        waited_for(file.exists)
        started += [
            subprocess.Popen(  # type: ignore[call-overload]
                [*python, "distributed.cli.dask_worker", "--scheduler-file", str(file),
                 "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
                 "--preload", PRELOAD], **options)
            for _ in range(n)
        ]  # fmt: skip
        address = str(pd.read_json(file, typ="series")["address"])
        yield address, [process.pid for process in started[1:]]
    finally:
        for process in started:
            process.kill()
            process.wait()


def waited_for(ready: object) -> None:
    until = time.monotonic() + PATIENCE_S
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


def test_a_worker_that_is_killed_in_the_middle_loses_and_repeats_nothing(tmp_path: Path) -> None:
    names = [f"{i}.mp4" for i in range(12)]
    folder, out = folder_of(tmp_path / "videos", names), tmp_path / "out"
    with scheduler_and_workers(tmp_path, 2) as (address, workers):
        command = [sys.executable, "-m", "posecore", "batch", str(folder), "--out", str(out)]
        running = subprocess.Popen(
            [*command, "--scheduler", address],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        notes = out / "outcomes"
        waited_for(lambda: notes.exists() and len(list(notes.iterdir())) >= 3)
        os.kill(workers[0], signal.SIGKILL)
        told, complaints = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, complaints) == (0, "")
    assert "12 videos analysed, 24 reps; 0 failed" in told
    outcomes = pd.read_parquet(out / "outcomes.parquet")
    assert sorted(outcomes["video"]) == sorted(names)
    assert set(outcomes["state"]) == {"done"}
    reps = pd.read_parquet(out / "reps")
    assert Counter(reps["video"]) == dict.fromkeys(names, 2)
    again = {name: n for name, n in begun(folder).items() if n > 1}
    assert len(again) <= 1, "only the one that the killed worker was at is begun anew"
    # Once more: everything is done, and nothing is begun.
    before = begun(folder)
    assert "12 of 12 videos are done already" in run(folder, "--out", out).stdout
    assert begun(folder) == before


def test_a_batch_that_is_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder, out = folder_of(tmp_path / "videos", ["a.mp4", "b.mp4", "c.mp4"]), tmp_path / "out"
    first, *others = items_in(folder)
    done = write_results(out, first, analysis([exercise_set([rep()])]), version_of(None))
    (out / "reps" / ".half.part").write_bytes(b"half")  # what a killed one may leave
    note: Note | None = None
    with scheduler_and_workers(tmp_path, 1) as (address, _):
        told = run(folder, "--out", out, "--scheduler", address)
    assert told.exit_code == 0, told.output
    assert begun(folder) == {"b.mp4": 1, "c.mp4": 1}
    note = note_of(out, first)
    assert note == done
    assert all(note_of(out, each) is not None for each in others)


@pytest.mark.slow
def test_real_clips_go_through_the_batch(tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    for name in ("squat_45_2.mp4", "curl_45_3.mp4"):
        with suppress(OSError):
            os.link(CLIPS / name, folder / name)
        if not (folder / name).exists():
            (folder / name).write_bytes((CLIPS / name).read_bytes())
    told = run(folder, "--out", tmp_path / "out", "--workers", 2)
    assert told.exit_code == 0, told.output
    sets = pd.read_parquet(tmp_path / "out" / "sets").set_index("video")
    assert sets["exercise"].to_dict() == {"squat_45_2.mp4": "squat", "curl_45_3.mp4": "biceps_curl"}
    assert sets["reps"].to_dict() == {"squat_45_2.mp4": 3, "curl_45_3.mp4": 3}
