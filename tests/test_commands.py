from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import posecore.batch
import posecore.commands.analyzing
import posecore.commands.console
import posecore.crew
from posecore import angle_model, doctor
from posecore.__main__ import app
from posecore.batch import JobError, plan
from posecore.classify import ExerciseClassifier, ModelError
from posecore.exercises import FOLDER_VARIABLE, SHIPPED
from posecore.store import URL_VARIABLE, Store
from posecore.video import frames
from tests.bodies import Movement, movement
from tests.recordings import CLIPS, cut, record, record_sound
from tests.results import NoClassifier, fault, pipeline_seeing, rep

ROOT = Path(__file__).parents[1]
SQUATS = movement("squat", reps=2, rep_s=1.5, rest_s=0.4, fps=12.0)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Movement:
    """What is seen in every video, in this process and without a model; tests may change it."""
    seen = list(SQUATS)
    monkeypatch.setattr(
        posecore.batch,
        "Pipeline",
        lambda exercises=None, classifier=None, exercise=None: pipeline_seeing(
            seen, exercise or "squat"
        ),
    )
    monkeypatch.setattr(ExerciseClassifier, "load", lambda: NoClassifier())
    monkeypatch.setattr(posecore.crew, "processors", lambda: 1)
    return seen


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return record(tmp_path / "legs [day].mp4", [t_s for t_s, _ in SQUATS])


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "own" / "posecoach.db"
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{path}")
    return path


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- analyze --------------------------------------------------------------------------------------


def test_analysis_prints_every_rep(shown: Movement, clip: Path) -> None:
    result = run("analyze", clip)
    assert result.exit_code == 0
    assert "legs [day].mp4, set 1: Squat, 2 reps" in result.stdout
    assert result.stdout.count("complete") == 2
    assert result.stderr == ""


def test_faults_are_told_in_words(shown: Movement, clip: Path) -> None:
    shown[:] = movement("squat", reps=2, rep_s=1.5, rest_s=0.4, fps=12.0, depth=0.55)
    said = run("analyze", clip).stdout
    assert "wanted 80° to 140°" in said
    assert "depth" not in said.split("wanted")[0].split("complete")[0], "no fault ids, but words"


def test_hold_is_told_in_seconds(shown: Movement, clip: Path) -> None:
    from tests.bodies import held

    shown[:] = held("plank", 6.0, fps=12.0)
    assert "s in good form" in run("analyze", clip, "--exercise", "plank").stdout


def test_document_lies_under_the_name_of_the_video(
    shown: Movement, clip: Path, tmp_path: Path
) -> None:
    assert run("analyze", clip, "--json", tmp_path / "out").exit_code == 0
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == "legs [day].mp4.json"
    document = json.loads(written.read_text(encoding="utf-8"))
    assert (document["schema"], document["source"]) == (1, "legs [day].mp4")
    assert [len(s["reps"]) for s in document["sets"]] == [2]


def test_annotated_video_can_be_played(shown: Movement, clip: Path, tmp_path: Path) -> None:
    assert run("analyze", clip, "--annotated", tmp_path / "out.mp4").exit_code == 0
    drawn = [(rgb, t_s) for rgb, t_s in frames(tmp_path / "out.mp4")]
    plain = [(rgb, t_s) for rgb, t_s in frames(clip)]
    assert [t for _, t in drawn] == pytest.approx([t for _, t in plain], abs=1e-3)
    assert (drawn[5][0] != plain[5][0]).any()


def test_bad_file_costs_only_itself(shown: Movement, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("squats\n" * 99, encoding="utf-8")
    record_sound(tmp_path / "song.m4a", 0.5)
    bad = [tmp_path / name for name in ("empty.mp4", "text.mp4", "song.m4a", "gone.mp4")]
    result = run("analyze", bad[0], bad[1], clip, bad[2], bad[3])
    assert result.exit_code == 1
    assert "Squat, 2 reps" in result.stdout
    complaints = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in complaints] == [path.name for path in bad]
    assert "Traceback" not in result.output


def test_video_of_nobody_is_a_failure_with_a_sentence(
    shown: Movement, clip: Path, tmp_path: Path
) -> None:
    shown.clear()
    result = run("analyze", clip, "--json", tmp_path / "out")
    assert result.exit_code == 1
    assert "Nobody was seen" in result.stderr
    assert (tmp_path / "out" / "legs [day].mp4.json").exists()


def test_cut_off_video_says_where_it_ends(shown: Movement, tmp_path: Path) -> None:
    times_s = [i / 30 for i in range(90)]
    options = {"movflags": "+faststart"}
    whole = record(tmp_path / "whole.mp4", times_s, size=(320, 240), options=options)
    result = run("analyze", cut(whole, tmp_path / "cut.mp4", 0.7))
    assert result.exit_code == 0
    assert "cut.mp4: This file is cut off: it can be read up to " in result.stderr


def test_video_without_an_exercise_says_so(shown: Movement, clip: Path) -> None:
    shown[:] = movement("squat", reps=1, rep_s=1.5, rest_s=0.4, fps=12.0, depth=0.0)
    result = run("analyze", clip)
    assert result.exit_code == 0
    assert "no repetition of a known exercise was found" in result.stdout


def test_unknown_exercise_lists_the_known_ones(shown: Movement, clip: Path) -> None:
    result = run("analyze", clip, "--exercise", "sqat")
    assert result.exit_code == 2
    assert "'sqat'" in result.stderr
    assert all(path.stem in result.stderr for path in SHIPPED.glob("*.toml"))


def test_missing_model_says_which_file_and_how_to_make_it(
    shown: Movement, clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("posecore.classify.MODEL_PATH", tmp_path / "exercise_mlp.skops")
    result = run("analyze", clip, clip)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "exercise_mlp.skops is missing" in line
    assert "python -m posecore train --data DIR" in line


def test_document_that_cannot_be_written_is_told(
    shown: Movement, clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    result = run("analyze", clip, "--json", tmp_path / "file" / "inside")
    assert result.exit_code == 1
    assert "cannot be used" in result.stderr


@pytest.mark.parametrize("option", ["--json", "--annotated", "--report"])
def test_same_name_from_two_folders_is_refused(
    shown: Movement, clip: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "b").mkdir()
    other = shutil.copy(clip, tmp_path / "b")
    result = run("analyze", clip, other, option, tmp_path / "out")
    assert result.exit_code == 2
    assert "legs [day].mp4: their results would overwrite each other" in result.stderr
    assert not (tmp_path / "out").exists()
    assert run("analyze", clip, other).exit_code == 0, "without files there is nothing to lose"


def test_several_annotated_videos_go_into_a_folder(tmp_path: Path) -> None:
    videos = [tmp_path / "a.mp4", tmp_path / "b.mov"]
    jobs = plan(videos, annotated=tmp_path / "out")
    assert [job.annotated for job in jobs] == [
        tmp_path / "out" / "a.mp4.annotated.mp4",
        tmp_path / "out" / "b.mov.annotated.mp4",
    ]
    with pytest.raises(JobError, match="go into a folder"):
        plan(videos, annotated=tmp_path / "out.mp4")


def test_annotated_video_overwrites_no_video_that_is_read(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    with pytest.raises(JobError, match="would overwrite"):
        plan([video], annotated=tmp_path / "." / "a.mp4")


def test_annotated_video_has_to_be_an_mp4(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"should end in \.mp4"):
        plan([tmp_path / "a.mp4"], annotated=tmp_path / "out.avi")


def test_report_is_a_page_with_the_figures(shown: Movement, clip: Path, tmp_path: Path) -> None:
    shown[:] = movement("squat", reps=2, rep_s=1.5, rest_s=0.4, fps=12.0, depth=0.55)
    assert run("analyze", clip, "--report", tmp_path / "out.html").exit_code == 0
    html = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "Squat: 2 reps" in html and "data:image/jpeg" in html


def test_report_without_pictures_never_reads_the_video_again(
    shown: Movement, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown[:] = movement("squat", reps=2, rep_s=1.5, rest_s=0.4, fps=12.0, depth=0.55)
    reader = "posecore.report.pictures.guarded_frames"
    monkeypatch.setattr(reader, lambda video: pytest.fail("read"))
    assert run("analyze", clip, "--report", tmp_path / "o.html", "--no-pictures").exit_code == 0
    assert "data:image/jpeg" in (tmp_path / "o.html").read_text("utf-8"), "skeletons are drawn"


def test_several_reports_go_into_a_folder(tmp_path: Path) -> None:
    videos = [tmp_path / "a.mp4", tmp_path / "b.mov"]
    assert [job.report for job in plan(videos, report=tmp_path / "out")] == [
        tmp_path / "out" / "a.mp4.html",
        tmp_path / "out" / "b.mov.html",
    ]
    with pytest.raises(JobError, match="reports go into a folder"):
        plan(videos, report=tmp_path / "out.html")
    with pytest.raises(JobError, match=r"should end in \.html"):
        plan(videos[:1], report=tmp_path / "out.pdf")


def test_report_that_cannot_be_written_is_told(shown: Movement, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("analyze", clip, "--report", tmp_path / "file" / "out.html")
    assert result.exit_code == 1
    assert "cannot be used" in result.stderr and "Traceback" not in result.output


@pytest.mark.slow
def test_real_clips_are_named_and_counted_on_all_processors(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    clips = [
        CLIPS / "squat_45_2.mp4",
        tmp_path / "empty.mp4",
        CLIPS / "pushup_90_1.mp4",
        CLIPS / "curl_45_3.mp4",
    ]
    command = [sys.executable, "-m", "posecore", "analyze", *map(str, clips)]
    done = subprocess.run(
        [*command, "--json", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "empty.mp4: this file is empty.\n"
    found = {}
    for clip in clips[0], clips[2], clips[3]:
        document = json.loads((tmp_path / "out" / f"{clip.name}.json").read_text("utf-8"))
        for each in document["sets"]:
            reps = [rep for rep in each["reps"] if rep["complete"]]
            found.setdefault(clip.name, []).append((each["exercise"], len(reps)))
    assert found == {
        "squat_45_2.mp4": [("squat", 3)],
        "pushup_90_1.mp4": [("push_up", 3)],
        "curl_45_3.mp4": [("biceps_curl", 3)],
    }
    order = [done.stdout.index(clip.name) for clip in (clips[0], clips[2], clips[3])]
    assert order == sorted(order)


# --- train, evaluate ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "module", "expected"),
    [
        (
            ["train", "--data", "DATA", "--out", "made"],
            "posecore.card.train_command",
            {"data": Path("DATA"), "cache": None, "out": Path("made"), "rendered": None},
        ),
        (
            ["evaluate", "--data", "DATA", "--cache", "kept", "--split", "val", "--keep", "f.json"],
            "posecore.evaluate.evaluate_command",
            {"data": Path("DATA"), "cache": Path("kept"), "split": "val", "keep": Path("f.json")},
        ),
    ],
)
def test_training_and_evaluation_get_what_was_asked(
    words: list[str],
    module: str,
    expected: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    got: list[dict[str, Any]] = []
    monkeypatch.setattr(module, lambda **options: got.append(options))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "DATA").mkdir()
    assert run(*words).exit_code == 0
    assert got == [expected]


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_data_folder_without_data_gets_a_sentence(command: str, tmp_path: Path) -> None:
    result = run(command, "--data", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.strip().endswith(".")


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_data_folder_that_is_not_there_is_told(command: str, tmp_path: Path) -> None:
    result = run(command, "--data", tmp_path / "gone")
    assert result.exit_code == 2
    assert "There is no folder" in result.stderr


# --- sessions -------------------------------------------------------------------------------------


def test_sessions_are_listed_newest_first(database: Path) -> None:
    store = Store()
    for hour, source in ((8, "camera"), (18, "legs [day].mp4")):
        at = datetime(2024, 5, 6, hour, tzinfo=UTC)
        session_id = store.begin_session(at, source)
        set_id = store.begin_set(session_id, "squat", 0.0)
        store.add_rep(set_id, rep(faults=(fault(),), curve_t_s=[], curve_deg=[]), ())
        store.end_session(session_id, at + timedelta(minutes=5))
    result = run("sessions")
    assert result.exit_code == 0
    assert "Squat: 1 rep" in result.stdout
    assert result.stdout.index("legs [day].mp4") < result.stdout.index("Camera")
    assert "Camera" not in run("sessions", "--limit", "1").stdout
    listed = json.loads(run("sessions", "--json").stdout)
    assert [each["source"] for each in listed] == ["legs [day].mp4", "camera"]
    assert listed[0]["exercises"] == [
        {"exercise": "squat", "sets": 1, "reps": 1, "attempts": 0, "hold_s": 0.0}
    ]


def test_no_sessions_yet_is_no_error(database: Path) -> None:
    result = run("sessions")
    assert (result.exit_code, result.stdout) == (0, "No sessions yet.\n")


def test_database_that_cannot_be_read_is_told(database: Path) -> None:
    database.parent.mkdir()
    database.write_text("no database at all\n" * 100, encoding="utf-8")
    result = run("sessions")
    assert result.exit_code == 1
    assert "not a session database" in result.stderr


# --- exercises ------------------------------------------------------------------------------------


def test_exercises_are_listed() -> None:
    said = run("exercises").stdout
    assert all(path.stem in said for path in SHIPPED.glob("*.toml"))


def test_shipped_exercises_are_all_right() -> None:
    result = run("exercises", "check")
    assert result.exit_code == 0
    assert "problem" not in result.stdout


def test_wrong_exercise_file_is_named_beside_the_good_ones(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "squat.toml", tmp_path)
    (tmp_path / "bad.toml").write_text('name = "other"\n', encoding="utf-8")
    result = run("exercises", "check", tmp_path)
    assert result.exit_code == 1
    assert "ok       squat.toml" in result.stdout
    assert "problem  bad.toml: name:" in result.stdout


def test_own_exercises_are_known_and_a_wrong_one_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    squat = (SHIPPED / "squat.toml").read_text(encoding="utf-8")
    own = squat.replace('name = "squat"', 'name = "goblet"').replace('"Squat"', '"Goblet squat"')
    (tmp_path / "goblet.toml").write_text(own, encoding="utf-8")
    assert run("exercises", "check").exit_code == 0
    assert "Goblet squat" in run("exercises").stdout
    (tmp_path / "bad.toml").write_text(own.replace("start = ", "begin = "), encoding="utf-8")
    checked = run("exercises", "check")
    assert checked.exit_code == 1
    assert "ok       goblet.toml" in checked.stdout
    assert "problem  bad.toml: name:" in checked.stdout
    listed = run("exercises")
    assert listed.exit_code == 0
    assert "Goblet squat" in listed.stdout
    assert "Left out: bad.toml: name:" in listed.stderr


def test_folder_without_exercises_is_told(tmp_path: Path) -> None:
    assert "no exercise file" in run("exercises", "check", tmp_path).stderr
    assert run("exercises", "check", tmp_path / "gone").exit_code == 2


# --- doctor ---------------------------------------------------------------------------------------


def states(checks: Any) -> list[doctor.State]:
    return [check.state for check in checks]


def test_doctor_finds_a_missing_model_and_says_how_to_make_it(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ModelError("exercise_mlp.skops is missing: python -m posecore train --data DIR")

    monkeypatch.setattr(ExerciseClassifier, "load", missing)
    result = run("doctor")
    assert result.exit_code == 1
    (line,) = (line for line in result.stdout.splitlines() if " problem " in line)
    assert "python -m posecore train --data DIR" in line


def test_a_missing_model_of_the_angles_gets_a_sentence(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "joint_angles.npz"
    monkeypatch.setattr(angle_model, "shipped_model", lambda: angle_model.read_model(missing))
    (line,) = (line for line in run("doctor").stdout.splitlines() if " problem " in line)
    assert "expected the angles' model in joint_angles.npz" in line
    analyzed = run("analyze", tmp_path / "any.mp4")
    assert analyzed.exit_code == 1
    assert "expected the angles' model in joint_angles.npz" in analyzed.stderr


def test_doctor_writes_nothing(database: Path) -> None:
    run("doctor")
    assert not database.parent.exists()
    store = Store()
    store.begin_session(datetime(2024, 5, 6, tzinfo=UTC), "camera")
    store.close()
    before = {path: path.read_bytes() for path in database.parent.iterdir()}
    run("doctor")
    assert {path: path.read_bytes() for path in database.parent.iterdir()} == before


def test_doctor_names_a_session_that_is_damaged(database: Path) -> None:
    Store().begin_session(datetime(2024, 5, 6, tzinfo=UTC), "camera")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE sessions SET started_at = 'noon'")
    connection.close()
    (check,) = doctor.database()
    assert check.state is doctor.State.PROBLEM
    assert check.found.startswith("Session 1 is damaged (")


def test_doctor_speaks_json(database: Path) -> None:
    checks = json.loads(run("doctor", "--json").stdout)
    names = {check["name"] for check in checks}
    assert {"python", "packages", "pictures", "estimator", "model", "database", "camera"} <= names
    assert {check["state"] for check in checks} <= {"ok", "note", "problem"}


def test_packages_are_compared_with_the_pins(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text(
        "# a comment\nnumpy==1.0.0  # why; not\nnever-made-package==2.0\n"
        'other==1; python_version < "3"\n',
        encoding="utf-8",
    )
    missing, other = doctor.packages(pins)
    assert (missing.state, missing.found) == (
        doctor.State.PROBLEM,
        "missing: never-made-package 2.0",
    )
    assert other.state is doctor.State.NOTE
    assert "tested with 1.0.0" in other.found
    assert "pip install -r requirements.txt" in missing.remedy


def test_library_that_cannot_be_loaded_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr(doctor.importlib, "import_module", broken)
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    (check,) = doctor.pictures()
    assert check.state is doctor.State.PROBLEM
    assert "libGL" in check.found
    assert "apt-get install libgl1" in check.remedy


def test_database_of_another_program_is_a_problem(database: Path) -> None:
    database.parent.mkdir()
    database.write_text("no database at all\n" * 100, encoding="utf-8")
    assert states(doctor.database()) == [doctor.State.PROBLEM]


def test_no_camera_is_only_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    assert states(doctor.camera(tmp_path)) == [doctor.State.NOTE]


def test_camera_that_can_be_opened_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    (tmp_path / "video0").touch()
    (check,) = doctor.camera(tmp_path)
    assert check.state is doctor.State.OK
    assert check.found.endswith("video0")


def test_camera_that_cannot_be_opened_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    (tmp_path / "video0").mkdir()  # refuses to be opened, for an administrator too
    (check,) = doctor.camera(tmp_path)
    assert check.state is doctor.State.NOTE
    assert "video0 cannot be opened (Is a directory)" in check.found
    assert "close what uses it" in check.remedy


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_say_where_the_camera_is_allowed(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.sys, "platform", system)
    (check,) = doctor.camera()
    assert "Privacy" in check.remedy


# --- the program ----------------------------------------------------------------------------------


def test_help_comes_without_loading_anything_heavy() -> None:
    code = (
        "import sys; import posecore.__main__; "
        "heavy = {'mediapipe', 'cv2', 'av', 'sklearn', 'plotly', 'sqlalchemy', 'streamlit'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_signs_are_plain_where_the_terminal_cannot_show_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Old:
        encoding = "ascii"

    monkeypatch.setattr(posecore.commands.console.sys, "stdout", Old())
    assert [posecore.commands.console.sign(state) for state in ("ok", "problem", "note")] == [
        "+",
        "x",
        "-",
    ]
