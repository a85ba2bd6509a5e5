from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from posecore.analyze import Analysis, analyze_video, write_document
from posecore.angles import JOINT_NAMES
from posecore.types import ExerciseSet, FrameResult
from posecore.video import VideoError, frames
from posecore.video_writer import AnnotatedWriter
from tests.bodies import body
from tests.recordings import cut, record
from tests.results import analysis, exercise_set, fault, frame_result, rep


class Told:
    """A pipeline that says what it is told to: somebody from frame ``seen_from`` on."""

    def __init__(
        self,
        *,
        seen_from: int = 0,
        ended: dict[int, ExerciseSet] | None = None,
        last: ExerciseSet | None = None,
    ) -> None:
        self.seen_from, self.ended, self.last = seen_from, ended or {}, last
        self.times_s: list[float] = []

    def step(self, rgb: np.ndarray, t_s: float) -> FrameResult:
        i = len(self.times_s)
        self.times_s.append(t_s)
        pose = body(t_s=t_s, knee=30.0) if i >= self.seen_from else None
        named = "none" if pose is None else "squat"
        return frame_result(
            pose,
            t_s=t_s,
            frame_exercise=named,
            voted_exercise=named,
            set_ended=self.ended.get(i),
        )

    def finish(self) -> ExerciseSet | None:
        return self.last

    def in_hindsight(self, proba: np.ndarray, t_s: np.ndarray) -> tuple[str, ...]:
        assert proba.size == len(t_s) * len(frame_result(None).proba)
        return ("squat",) * len(t_s)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return record(tmp_path / "clip.mp4", [i / 20 for i in range(30)])


def parsed(document: dict[str, Any]) -> dict[str, Any]:
    """As another program reads it; NaN would be refused."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(json.dumps(document), parse_constant=refuse)  # type: ignore[no-any-return]


def test_every_frame_is_one_entry_of_every_column(clip: Path) -> None:
    document = parsed(analyze_video(clip, pipeline=Told(seen_from=5)).document())
    frames_ = document["frames"]
    assert set(frames_) == {"t_s", "person", "frame_exercise", "voted_exercise", "flexion_deg"}
    columns = [frames_[k] for k in frames_ if k != "flexion_deg"]
    assert {len(c) for c in [*columns, *frames_["flexion_deg"].values()]} == {30}
    assert tuple(frames_["flexion_deg"]) == JOINT_NAMES
    assert frames_["t_s"] == pytest.approx([i / 20 for i in range(30)], abs=1e-3)
    assert frames_["person"] == [False] * 5 + [True] * 25


def test_what_was_not_seen_is_null(clip: Path) -> None:
    document = parsed(analyze_video(clip, pipeline=Told(seen_from=5)).document())
    knee = document["frames"]["flexion_deg"]["right_knee"]
    assert knee[:5] == [None] * 5
    assert knee[5:] == pytest.approx([30.0] * 25, abs=5.0)


def test_document_has_the_keys_that_other_programs_rely_on() -> None:
    attempt = rep(3.0, 4.0, complete=False, score=float("nan"), faults=(fault(high=float("inf")),))
    document = parsed(analysis([exercise_set([rep(), attempt])]).document())
    assert list(document) == ["schema", "source", "video", "frames", "sets"]
    assert (document["schema"], document["source"]) == (1, "made.mp4")
    assert document["video"] == {
        "width": 640,
        "height": 480,
        "n_frames": 250,
        "duration_s": 10.0,
        "fps": 25.0,
    }
    (one,) = document["sets"]
    assert {k: one[k] for k in ("exercise", "start_s", "end_s", "hold_s")} == {
        "exercise": "squat",
        "start_s": 0.0,
        "end_s": 4.0,
        "hold_s": None,
    }
    assert one["reps"][0] == {
        "start_s": 0.0,
        "end_s": 2.0,
        "complete": True,
        "rom_deg": 100.0,
        "score": 84.0,
        "faults": [],
    }
    assert one["reps"][1]["score"] is None
    assert one["reps"][1]["faults"] == [
        {
            "id": "shallow",
            "at_s": 1.0,
            "joint": "left_knee",
            "measured_deg": 62.0,
            "range_deg": [80.0, None],
            "cue": "Go lower",
        }
    ]


def test_tempo_is_not_passed_off_as_degrees() -> None:
    quick = fault("tempo_back", measured=0.3, low=0.8, high=4.0, unit="s", cue="Slow down")
    document = analysis([exercise_set([rep(faults=(quick,))])]).document()
    (told,) = document["sets"][0]["reps"][0]["faults"]
    assert (told["measured_deg"], told["range_deg"], told["cue"]) == (None, None, "Slow down")


def test_hold_has_its_seconds() -> None:
    document = analysis([exercise_set(exercise="plank", hold_s=8.25)]).document()
    assert (document["sets"][0]["hold_s"], document["sets"][0]["reps"]) == (8.25, [])


def test_sets_that_ended_on_the_way_and_at_the_end_are_kept_in_order(clip: Path) -> None:
    first, last = exercise_set([rep(0.0, 0.5)]), exercise_set([rep(1.0, 1.4)])
    found = analyze_video(clip, pipeline=Told(ended={12: first}, last=last))
    assert found.sets == (first, last)


def test_nobody_seen_is_said(clip: Path) -> None:
    found = analyze_video(clip, pipeline=Told(seen_from=999))
    assert found.nobody_seen
    assert "Nobody was seen" in found.warnings[0]


def test_someone_seen_in_a_whole_file_needs_no_warning(clip: Path) -> None:
    found = analyze_video(clip, pipeline=Told(seen_from=29))
    assert not found.nobody_seen
    assert found.warnings == ()


def test_file_that_is_cut_off_is_analysed_up_to_there(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    times_s = [i / 30 for i in range(90)]
    record(whole, times_s, size=(320, 240), options={"movflags": "+faststart"})
    found = analyze_video(cut(whole, tmp_path / "cut.mp4", 0.7), pipeline=Told())
    assert 30 < len(found.t_s) < 90
    (warning,) = found.warnings
    assert f"up to {found.t_s[-1] + 1 / 30:.1f} s" in warning
    assert found.document()["video"]["duration_s"] == pytest.approx(len(found.t_s) / 30, abs=0.05)


def test_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("squats", encoding="utf-8")
    with pytest.raises(VideoError, match=r"a\.mp4"):
        analyze_video(tmp_path / "a.mp4", pipeline=Told())


def test_picture_and_result_of_each_frame_are_handed_out(clip: Path) -> None:
    seen: list[tuple[tuple[int, ...], float]] = []
    analyze_video(clip, pipeline=Told(), on_frame=lambda rgb, r: seen.append((rgb.shape, r.t_s)))
    assert {shape for shape, _ in seen} == {(48, 64, 3)}
    assert [t for _, t in seen] == pytest.approx([i / 20 for i in range(30)], abs=1e-3)


def test_progress_runs_to_the_length_of_the_file(clip: Path) -> None:
    said: list[tuple[float, float | None]] = []
    analyze_video(clip, pipeline=Told(), progress=lambda done, total: said.append((done, total)))
    assert said[0] == (0.0, pytest.approx(1.5, abs=0.05))
    assert said[-1][0] == pytest.approx(1.45, abs=1e-3)


def test_annotated_video_has_the_times_of_the_original(tmp_path: Path) -> None:
    times_s = [0.0, 0.05, 0.3, 0.31, 0.8]
    clip = record(tmp_path / "clip.mkv", times_s)
    with AnnotatedWriter(tmp_path / "out.mp4", (64, 48), 30.0) as out:
        analyze_video(clip, pipeline=Told(), on_frame=lambda rgb, r: out.write(rgb, r.t_s))
    assert [t for _, t in frames(tmp_path / "out.mp4")] == pytest.approx(times_s, abs=2e-3)


def test_single_frame_has_a_document(tmp_path: Path) -> None:
    found = analyze_video(record(tmp_path / "one.mp4", [0.0]), pipeline=Told())
    video = parsed(found.document())["video"]
    assert video["n_frames"] == 1
    assert video["duration_s"] > 0


def test_document_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "made" / "made.mp4.json"
    write_document(analysis(), path)
    assert json.loads(path.read_text(encoding="utf-8"))["source"] == "made.mp4"
    before = path.read_bytes()

    class Broken(Analysis):
        def document(self) -> dict[str, Any]:
            return {"score": float("nan")}

    values = vars(analysis())
    with pytest.raises(ValueError, match="JSON"):
        write_document(Broken(**values), path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["made.mp4.json"]
