import base64
import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visits import press, run, words

from posecore import kept
from posecore.exercises import FOLDER_VARIABLE, SHIPPED, read_exercise
from posecore.exercises.names import person_folder
from posecore.exercises.write import save_exercise
from posecore.passing import PassingFolder
from posecore.plan import Step, save_plan
from posecore.store import URL_VARIABLE, Store
from posecore.types import Rep

PAGE = Path(__file__).parents[1] / "pages" / "settings.py"
NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.timezone", "UTC")
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'posecoach.db'}")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "exercises"))
    store = Store()
    yield store
    store.close()


def train(store: Store, person: str, started_at: datetime = NOON) -> int:
    session_id = store.begin_session(started_at, "camera", person=person)
    t_s = np.linspace(0, 2, 5)
    done = Rep("squat", 0.0, 2.0, True, 90.0, (1.0, 1.0), 84.0, (), curve_t_s=t_s,
               curve_deg=t_s[:, None])  # fmt: skip
    store.add_rep(store.begin_set(session_id, "squat", 0.0), done, ("left_knee",))
    store.set_notes(session_id, f"the notes of {person}")
    return session_id


def page() -> AppTest:
    return run(AppTest.from_file(str(PAGE), default_timeout=30))


def test_a_person_is_added_and_renamed_with_their_sessions(store):
    app = page()
    next(box for box in app.text_input if box.label == "Name").input("Ana")
    press(app, "Add")
    train(store, "Ana")
    app = page()
    assert "**Ana**  \n1 session, last on 6 May 2024" in words(app)
    next(box for box in app.text_input if box.label == "New name").input("Anna")
    press(app, "Save")
    assert [each.name for each in store.people.all()] == ["Anna"]
    assert store.sessions()[0].person == "Anna"


@pytest.mark.parametrize("name", ["Ben", "ben", "  "])
def test_a_name_that_cannot_be_gets_a_sentence(store, name):
    store.people.add("Ana")
    store.people.add("Ben")
    app = page()
    next(box for box in app.text_input if box.label == "New name").input(name)
    press(app, "Save")
    assert len(app.error) == 1
    assert [each.name for each in store.people.all()] == ["Ana", "Ben"]


def test_what_is_kept_is_listed_with_its_place(store, tmp_path):
    train(store, "")
    text = words(page())
    assert "Never a picture" in text
    assert f"1 session in `{tmp_path / 'posecoach.db'}`" in text


def test_where_a_server_keeps_it_is_not_shown(store, server, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, server.new_database())
    train(Store(), "")
    text = words(page())
    assert "1 session" in text
    assert "postgresql" not in text and "1 session in" not in text


def test_nothing_is_deleted_for_good_before_somebody_is_sure(store):
    train(store, "Ana")
    app = page()
    (button,) = [each for each in app.button if each.label == "Delete for good"]
    assert button.disabled


def test_one_person_is_removed_and_the_others_stay(store, tmp_path):
    train(store, "Ana")
    train(store, "Ben", NOON + timedelta(days=1))
    app = page()
    app.selectbox[0].select(1)
    app.checkbox[0].check()
    press(run(app), "Delete for good")
    assert "1 session was deleted for good." in words(app)
    assert not app.checkbox[0].value  # the next one asks again
    assert [each.person for each in store.sessions()] == ["Ben"]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("posecoach.db*"))
    assert b"the notes of Ana" not in kept and b"the notes of Ben" in kept


def test_everything_is_removed(store, tmp_path):
    train(store, "Ana")
    own = person_folder(tmp_path / "exercises", "Ana")
    own.mkdir(parents=True)
    (own / "plan.json").write_text("[]")
    train(store, "")
    app = page()
    app.checkbox[0].check()
    press(run(app), "Delete for good")
    assert "2 sessions were deleted for good." in words(app)
    assert store.sessions() == [] and store.people.all() == []
    assert not own.exists()
    assert all(b"the notes of" not in file.read_bytes() for file in tmp_path.glob("posecoach.db*"))


def replaced_by_a_restore(store: Store) -> Path:
    place = kept.place_for_replaced(store, NOON)
    with place.open("wb") as out:
        store.archive.export(out)
    return place


def test_all_else_that_is_kept_is_listed_and_goes_with_everything(store, tmp_path):
    store.delete_session(train(store, "Ana"), NOON)
    own = person_folder(tmp_path / "exercises", "Ana")
    save_exercise(read_exercise(SHIPPED / "squat.toml"), own)
    save_plan(own, [Step("squat", 3, 10)])
    place = replaced_by_a_restore(store)
    drawn = PassingFolder()
    app = page()
    app.session_state["video_results"] = [SimpleNamespace(folder=drawn)]
    text = words(run(app))
    for each in ("1 deleted session, which", "1 exercise of your own", "1 plan of the day",
                 "1 analysed video, until", place.name):  # fmt: skip
        assert each in text
    app.checkbox[0].check()
    next(b for b in run(app).button if b.key == "settings_erase").click()
    text = words(run(app))
    assert "1 session was deleted for good." in text
    for each in ("1 deleted session, which", "1 exercise", "1 plan", "1 analysed", place.name):
        assert each not in text
    assert not (own.exists() or place.exists() or Path(drawn.name).exists())


def test_what_a_restore_replaced_can_be_deleted_alone(store):
    train(store, "Ana")
    place = replaced_by_a_restore(store)
    app = page()
    next(b for b in app.button if b.key == f"settings_replaced_{place.name}").click()
    assert place.name not in words(run(app))
    assert not place.exists() and len(store.sessions()) == 1


def test_what_could_not_be_deleted_is_named_and_can_be_deleted_once_more(store):
    train(store, "Ana")
    damaged = kept.place_for_replaced(store, NOON)
    damaged.write_bytes(b"no backup")
    app = page()
    app.selectbox[0].select(1)
    app.checkbox[0].check()
    next(b for b in run(app).button if b.key == "settings_erase").click()
    run(app)
    assert [damaged.name in each.value for each in app.error] == [True]
    assert "deleted for good." not in words(app)
    damaged.unlink()
    app.selectbox[0].select(1)
    next(b for b in run(app).button if b.key == "settings_erase").click()
    run(app)
    assert not app.error and "0 sessions were deleted for good." in words(app)


def upload(app: AppTest, content: bytes) -> AppTest:
    app.get("file_uploader")[0].upload("mine.jsonl.gz", content, "application/gzip")
    return press(run(app), "Import")


def test_what_was_exported_is_imported_on_another_computer(store, tmp_path, monkeypatch):
    train(store, "Ana")
    out = io.BytesIO()
    store.archive.export(out)
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'another.db'}")
    app = upload(page(), out.getvalue())
    assert "1 session imported." in words(app)
    other = Store()
    assert other.session(other.sessions()[0].id).summary.notes == "the notes of Ana"
    other.close()
    assert "0 sessions imported. 1 was here already." in words(upload(app, out.getvalue()))


def test_a_file_that_is_no_export_gets_a_sentence_and_changes_nothing(store):
    train(store, "Ana")
    app = upload(page(), b"not an export")
    assert len(app.error) == 1
    assert len(store.sessions()) == 1


def test_a_file_made_to_do_harm_gets_a_sentence_and_changes_nothing(store, tmp_path, monkeypatch):
    train(store, "Ana")
    out = io.BytesIO()
    store.archive.export(out)
    lines = [json.loads(line) for line in gzip.decompress(out.getvalue()).splitlines()]
    curve = b"\x93NUMPY\x01\x00" + (8).to_bytes(2, "little") + b"{[]: 1}\n"
    lines[2]["sets"][0]["reps"][0]["curve"]["samples"] = base64.b64encode(curve).decode()
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'another.db'}")
    app = upload(page(), gzip.compress("".join(json.dumps(each) + "\n" for each in lines).encode()))
    assert len(app.error) == 1 and not app.exception
    assert Store().sessions() == []
