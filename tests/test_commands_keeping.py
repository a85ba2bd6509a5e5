"""backup, restore, export, import and erase, as typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from posecore.__main__ import app
from posecore.exercises import FOLDER_VARIABLE
from posecore.exercises.names import person_folder
from posecore.store import URL_VARIABLE, Store
from tests.stored import squats


@pytest.fixture
def own(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store that the commands use, with two sessions in it."""
    monkeypatch.setenv(URL_VARIABLE, database_url)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "posecoach").mkdir(parents=True)
    store = Store()
    squats(store, person="Ana", reps=3)
    squats(store, person="Ben")
    return store


def run(*words: object, answer: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def people_of(store: Store) -> list[str]:
    return sorted(each.person for each in store.sessions())


def test_a_backup_puts_back_what_was_lost(own):
    assert "2 sessions of" in run("backup", "all.jsonl.gz").stdout
    assert run("erase", "--everybody", "--yes").exit_code == 0
    assert own.sessions() == []
    done = run("restore", "all.jsonl.gz")
    assert "2 sessions put back" in done.stdout and done.exit_code == 0
    assert people_of(own) == ["Ana", "Ben"]


def test_restore_replaces_nothing_unless_told_and_keeps_what_it_replaces(own):
    run("backup", "all.jsonl.gz")
    squats(own, person="Cem")
    refused = run("restore", "all.jsonl.gz")
    assert refused.exit_code == 1 and "--replace" in refused.stderr
    assert people_of(own) == ["Ana", "Ben", "Cem"]
    done = run("restore", "all.jsonl.gz", "--replace")
    assert people_of(own) == ["Ana", "Ben"]
    (kept,) = own.folder.glob("replaced-*.jsonl.gz")
    assert str(kept) in done.stdout
    run("restore", kept, "--replace")
    assert people_of(own) == ["Ana", "Ben", "Cem"]


def test_a_damaged_backup_changes_nothing_and_leaves_no_file(own, tmp_path):
    run("backup", "all.jsonl.gz")
    whole = Path("all.jsonl.gz").read_bytes()
    Path("half.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    for words in (["restore", "--replace"], ["import"]):
        done = run(*words, "half.jsonl.gz")
        assert done.exit_code == 1
        assert "ends before its end" in done.stderr and "Traceback" not in done.stderr
    assert people_of(own) == ["Ana", "Ben"]
    assert list(own.folder.glob("*replaced*")) == []


def test_a_file_that_is_there_is_not_written_over(own):
    Path("mine.txt").write_text("dear")
    for command in ("backup", "export"):
        assert "is there already" in run(command, "mine.txt").stderr
    assert Path("mine.txt").read_text() == "dear"
    assert run("export", "mine.txt", "--replace").exit_code == 0


def test_one_person_moves_to_another_computer(own, tmp_path, monkeypatch):
    assert "1 session written" in run("export", "ana.jsonl.gz", "--person", "Ana").stdout
    assert "nobody named Cem" in run("export", "cem.jsonl.gz", "--person", "Cem").stderr
    assert not Path("cem.jsonl.gz").exists()
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'another.db'}")
    assert "1 session taken over" in run("import", "ana.jsonl.gz").stdout
    assert "were here already" in run("import", "ana.jsonl.gz").stdout
    (summary,) = Store().sessions()
    assert (summary.person, summary.reps) == ("Ana", 3)


def test_erasing_asks_first_and_needs_to_know_whose(own):
    assert run("erase").exit_code == 2
    assert "nobody named Cem" in run("erase", "Cem", "--yes").stderr
    assert run("erase", "Ana", answer="n\n").exit_code == 1
    assert people_of(own) == ["Ana", "Ben"]
    assert "1 session of Ana erased" in run("erase", "Ana", answer="y\n").stdout
    assert people_of(own) == ["Ben"]


def test_erasing_takes_own_files_and_what_was_replaced_along(own, monkeypatch):
    folder = own.folder / "exercises"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    theirs = person_folder(folder, "Cem")  # has taught an exercise, and never trained
    theirs.mkdir(parents=True)
    (theirs / "my_move.toml").write_text("name")
    run("backup", "all.jsonl.gz")
    run("restore", "all.jsonl.gz", "--replace")
    assert "0 sessions of Cem erased" in run("erase", "Cem", "--yes").stdout
    assert not theirs.exists()
    assert len(list(own.folder.glob("replaced-*"))) == 1
    assert "2 sessions of everybody erased" in run("erase", "--everybody", "--yes").stdout
    assert list(own.folder.glob("*replaced-*")) == []


def test_what_cannot_be_erased_is_named_and_not_said_to_be(own):
    (own.folder / "replaced-1.jsonl.gz").write_bytes(b"no backup")
    done = run("erase", "Ana", "--yes")
    assert done.exit_code == 1 and "replaced-1.jsonl.gz" in done.stderr
    assert "erased" not in done.stdout
    (own.folder / "replaced-1.jsonl.gz").unlink()
    assert "nothing of it is left" in run("erase", "Ana", "--yes").stderr


def test_a_file_that_is_not_there_or_cannot_be_made_is_named(own):
    assert "none.gz: No such file" in run("import", "none.gz").stderr
    assert "No such file" in run("backup", "no/such/folder.gz").stderr
