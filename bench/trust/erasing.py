"""What changes or removes what is kept for good, to be killed meanwhile: erasing, restoring, and
the writing of own files.

Each runs in a process of its own until it is killed, and tells what it has done; its ``look_at``
gives what was lost of that, and what is there by half.
"""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

import numpy as np

from bench.trust.exercising import REPS_A_SET, rep_at
from posecore import kept
from posecore.angles import JOINT_NAMES
from posecore.exercises import (
    FOLDER_VARIABLE,
    SHIPPED,
    ExerciseFileError,
    own_folder,
    read_exercise,
)
from posecore.exercises.names import person_folder
from posecore.exercises.own import count_own
from posecore.exercises.write import save_exercise
from posecore.features import FEATURE_NAMES
from posecore.plan import MOST_REPS, PlanFileError, Step, load_plan, save_plan
from posecore.store import Store, StoreError, whole_file
from posecore.taught import Examples, TaughtFileError, read_examples, write_examples

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SESSIONS = 3
_STAYS = "Ana"
_FILES = 2  # of own exercises and plans, of everybody who has any


def _at(place: Path) -> Store:
    os.environ[FOLDER_VARIABLE] = str(place / "exercises")
    return Store(f"sqlite:///{place / 'sessions.db'}")


def _train(store: Store, person: str, source: str) -> None:
    with store.together():
        set_id = store.begin_set(store.begin_session(NOON, source, person), "squat", 0.0)
        for rep in range(REPS_A_SET):
            store.add_rep(set_id, rep_at(2.0 * rep), JOINT_NAMES)


def _write_own(folder: Path, number: int) -> None:
    save_exercise(read_exercise(SHIPPED / "squat.toml"), folder)
    write_examples(Examples("my_move", np.zeros((40, len(FEATURE_NAMES)))), folder)
    save_plan(folder, [Step("squat", number // MOST_REPS + 1, number % MOST_REPS + 1)])


# A person with everything that can be kept of them is erased, the next one, and so on.


def erase_people(place: Path, number: int, told: Connection) -> None:
    store = _at(place)
    if not store.sessions(person=_STAYS):
        _train(store, _STAYS, "stays")
    _write_own(person_folder(own_folder(), _STAYS), 0)
    told.send_bytes(b"0")
    for i in itertools.count():
        person = f"{number}.{i}"
        _train(store, person, "goes")
        _write_own(person_folder(own_folder(), person), i)
        with whole_file(kept.place_for_replaced(store, NOON)) as out:
            store.archive.export(out)
        kept.erase(store, person)
        told.send_bytes(b"%d" % (i + 1))


def look_at_erased(place: Path, number: int, told: int) -> tuple[int, int]:
    with patch.dict(os.environ):
        store = _at(place)
        try:
            halves = sum(_left_of(store, f"{number}.{i}") for i in range(told))
            # The one that was being erased may be there; done once more, nothing of it is.
            kept.erase(store, f"{number}.{told}")
            halves += _left_of(store, f"{number}.{told}")
            halves += len(list(store.folder.glob(".replaced-*")))
            folder = person_folder(own_folder(), _STAYS)
            lost = len(store.sessions(person=_STAYS)) != 1
            lost += sum(count_own(own_folder(), _STAYS)) != _FILES or not load_plan(folder)
        finally:
            store.close()
    return lost, halves


def _left_of(store: Store, person: str) -> int:
    folder = person_folder(own_folder(), person)
    in_backups = sum(person in _people_in(file) for file in kept.replaced(store))
    known = person in {each.name for each in store.people.all()}
    return len(store.sessions(person=person)) + known + folder.exists() + in_backups


def _people_in(backup: Path) -> set[str]:
    from posecore.store.document import read_document

    with backup.open("rb") as source:
        return {e.name if e.kind == "person" else e.person for e in read_document(source)}


def _readable(backup: Path) -> bool:
    try:
        _people_in(backup)
    except StoreError:
        return False
    return True


# Two backups take one another's place.


def restore_backups(place: Path, number: int, told: Connection) -> None:
    backups = []
    for name in ("first", "second"):
        backup = place / f"{name}-{number}.gz"
        store = Store(f"sqlite:///{place / f'{name}-{number}.db'}")
        for _ in range(SESSIONS):
            _train(store, name, name)
        with backup.open("wb") as out:
            store.archive.export(out)
        store.close()
        backups.append(backup)
    store = Store(f"sqlite:///{place / 'sessions.db'}")
    told.send_bytes(b"0")
    for i in itertools.count():
        keep = store.folder / f"replaced-{number}.{i}.jsonl.gz"
        with backups[i % 2].open("rb") as source:
            store.archive.restore(source, replace=True, keep=keep)
        told.send_bytes(b"%d" % (i + 1))


def look_at_restored(place: Path, number: int, told: int) -> tuple[int, int]:
    store = Store(f"sqlite:///{place / 'sessions.db'}")
    try:
        found = [(each.source, each.reps) for each in store.sessions()]
    finally:
        store.close()
    backups = list(place.glob(f"replaced-{number}.*.jsonl.gz"))
    halves = sum(not _readable(file) for file in backups)
    wholes = [[(name, REPS_A_SET)] * SESSIONS for name in ("first", "second")]
    # One more than was told may have been done, and before the first there is none.
    halves += found not in wholes and not (told == 0 and found == [])
    return max(0, told - len(backups)), halves


# Own files take the place of those before them.


def write_own_files(place: Path, number: int, told: Connection) -> None:
    folder = place / f"exercises-{number}"
    told.send_bytes(b"0")
    for i in itertools.count():
        _write_own(folder, i)
        told.send_bytes(b"%d" % (i + 1))


def look_at_own_files(place: Path, number: int, told: int) -> tuple[int, int]:
    folder = place / f"exercises-{number}"
    try:
        for path in folder.glob("*.toml"):
            read_exercise(path)
        for path in folder.glob("*.taught.json"):
            read_examples(path)
        plan = load_plan(folder)
    except (ExerciseFileError, TaughtFileError, PlanFileError):
        return 0, 1
    written = sum((step.sets - 1) * MOST_REPS + step.reps for step in plan)
    return max(0, told - written), 0
