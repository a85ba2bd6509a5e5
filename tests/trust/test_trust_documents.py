"""Files that people write or get from others: whatever is in them, only named errors come out."""

from __future__ import annotations

import json
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posecore.angle_model import WEIGHTS, AngleModelError, read_model
from posecore.arrays import ArraysError, read_arrays
from posecore.classify import MODEL_PATH, RETRAIN, ExerciseClassifier, ModelError
from posecore.estimate import ESTIMATOR
from posecore.exercises import SHIPPED, ExerciseFileError, check_folder, read_exercise
from posecore.exercises.write import TAUGHT_SUFFIX
from posecore.features import FEATURE_NAMES
from posecore.figure import POINTS, read_frames
from posecore.plan import PlanFileError, load_plan
from posecore.taught import BACKGROUND_PATH, TaughtFileError, background, read_examples

Reader = Callable[[Path, bytes], None]

QUICK = settings(
    max_examples=100,
    deadline=None,
    # One folder for all examples: each writes its file anew.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FEW = settings(QUICK, max_examples=40)

SQUAT = (SHIPPED / "squat.toml").read_bytes()
CARD = json.loads(MODEL_PATH.with_suffix(".json").read_text("utf-8"))

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["knee", "left", "rep", "whole", "front", "reps", "hold", 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def paths_in(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value in a document, as the keys that lead there."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value[:3]))  # the later ones are of the same kind
    found = [(*so_far, key) for key, _ in inside]
    for key, each in inside:
        found += paths_in(each, (*so_far, key))
    return found


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy


def mutated(data: bytes, edits: list[tuple[float, int]], end: float) -> bytes:
    """Single bytes replaced, and what lies beyond ``end`` left out; places are shares of it."""
    changed = bytearray(data)
    for share, byte in edits:
        changed[int(share * (len(changed) - 1))] = byte
    return bytes(changed[: int(end * len(changed))])


SHARE = st.floats(0.0, 1.0)
EDITS = st.lists(st.tuples(SHARE, st.integers(0, 255)), max_size=6)
END = st.just(1.0) | SHARE


# Exercise files.


def read_toml(folder: Path, data: bytes) -> None:
    path = folder / "squat.toml"
    path.write_bytes(data)
    try:
        read_exercise(path)
    except ExerciseFileError as error:
        assert str(error).startswith("squat.toml: ")


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_as_an_exercise(tmp_path: Path, data: bytes) -> None:
    read_toml(tmp_path, data)


@QUICK
@given(EDITS, END)
def test_an_exercise_with_wrong_bytes(
    tmp_path: Path, edits: list[tuple[float, int]], end: float
) -> None:
    read_toml(tmp_path, mutated(SQUAT, edits, end))


@settings(QUICK, max_examples=200)
@given(st.data())
def test_an_exercise_with_any_value_in_any_place(tmp_path: Path, data: st.DataObject) -> None:
    table = tomllib.loads(SQUAT.decode())
    path = data.draw(st.sampled_from(paths_in(table)))
    changed = with_value(table, path, data.draw(VALUES))
    # Through the reader's own door behind the parser: TOML has no None, and more may come.
    from posecore.exercises.reader import _Reader

    try:
        _Reader("squat.toml").exercise(changed, stem="squat")
    except ExerciseFileError as error:
        assert str(error).startswith("squat.toml: ")


@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 5000 + b"]" * 5000,
        b"a" + b".a" * 5000 + b" = 1",
        b"[" + b"a." * 5000 + b"a]",
        b"a = " + b"9" * 10_000,
        b"\xff\xfe" + "name = 'squat'".encode("utf-16-le"),
        SQUAT.replace(b"\n", b"\r"),
        SQUAT + b"\0",
    ],
    ids=["deep", "dotted", "tables", "digits", "utf-16", "returns", "nul"],
)
def test_an_exercise_made_to_overwhelm_the_reader(tmp_path: Path, data: bytes) -> None:
    read_toml(tmp_path, data)


def test_a_folder_that_is_called_like_an_exercise_is_named(tmp_path: Path) -> None:
    (tmp_path / "squat.toml").mkdir()
    good, problems = check_folder(tmp_path)
    assert good == {}
    assert [str(each).partition(":")[0] for each in problems] == ["squat.toml"]


# What an exercise is recognised by, and the plan of the day.

TAUGHT = {
    "estimator": ESTIMATOR,
    "features": len(FEATURE_NAMES),
    "windows": [[0.5] * len(FEATURE_NAMES), [None] * len(FEATURE_NAMES)],
    "figure": [[[1.0, 2.0]] * len(POINTS)],
    "joints": ["knee"],
    "curve_deg": [[1.0], [2.0]],
}
PLAN = [{"exercise": "squat", "sets": 3, "reps": 10, "rest_s": 60}]


def read_taught(folder: Path, data: bytes) -> None:
    path = folder / f"mine{TAUGHT_SUFFIX}"
    path.write_bytes(data)
    try:
        examples = read_examples(path)
    except TaughtFileError as error:
        assert str(error).startswith(path.name)
    else:
        read_frames(list(examples.figure))


def read_plan(folder: Path, data: bytes) -> None:
    (folder / "plan.json").write_bytes(data)
    try:
        load_plan(folder)
    except PlanFileError as error:
        assert "plan.json" in str(error)


READERS = pytest.mark.parametrize(
    ("read", "good"), [(read_taught, TAUGHT), (read_plan, PLAN)], ids=["taught", "plan"]
)


@READERS
@QUICK
@given(st.data())
def test_a_file_of_ones_own_with_any_value_in_any_place(
    tmp_path: Path, read: Reader, good: Any, data: st.DataObject
) -> None:
    read(tmp_path, json.dumps(good).encode())
    path = data.draw(st.sampled_from(paths_in(good)))
    read(tmp_path, json.dumps(with_value(good, path, data.draw(VALUES))).encode())


@READERS
@QUICK
@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_anything_as_a_file_of_ones_own(
    tmp_path: Path, read: Reader, good: Any, data: bytes
) -> None:
    read(tmp_path, data)


@READERS
@FEW
@given(EDITS, END)
def test_a_file_of_ones_own_with_wrong_bytes(
    tmp_path: Path, read: Reader, good: Any, edits: list[tuple[float, int]], end: float
) -> None:
    read(tmp_path, mutated(json.dumps(good).encode(), edits, end))


# Numbers that were learnt.


def read_correction(path: Path) -> None:
    with suppress(AngleModelError):
        read_model(path)


def read_background(path: Path) -> None:
    with suppress(TaughtFileError):
        background.__wrapped__(path)


LEARNT = pytest.mark.parametrize(
    ("read", "shipped"), [(read_correction, WEIGHTS), (read_background, BACKGROUND_PATH)]
)


@LEARNT
@FEW
@given(EDITS, END)
def test_learnt_numbers_with_wrong_bytes(
    tmp_path: Path,
    read: Callable[[Path], None],
    shipped: Path,
    edits: list[tuple[float, int]],
    end: float,
) -> None:
    path = tmp_path / shipped.name
    path.write_bytes(mutated(shipped.read_bytes(), edits, end))
    read(path)


HEADINGS = [
    "{[]: 1}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': " + "-" * 9000 + "1}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,)}",
    "{'descr': 'i4,,', 'fortran_order': False, 'shape': (0,)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
    "'",
]


def with_heading(heading: str) -> bytes:
    """An array whose file says this of it, and holds nothing."""
    line = heading.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line


@pytest.mark.parametrize("heading", HEADINGS)
def test_arrays_whose_heading_lies_are_refused_by_name(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "some.npz"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("x.npy", with_heading(heading))
    with pytest.raises(ArraysError):
        read_arrays(path)


def test_a_single_array_is_no_archive(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(ArraysError):
        read_arrays(tmp_path / "one.npy")


# The model and its card.


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for suffix in (".skops", ".json", ".npz"):
        shutil.copy(MODEL_PATH.with_suffix(suffix), tmp_path / f"model{suffix}")
    return tmp_path / "model.skops"


def load(model: Path) -> None:
    try:
        classifier = ExerciseClassifier.load(model)
    except ModelError as error:
        assert str(error).endswith(RETRAIN)
    else:
        assert classifier.classes


@settings(QUICK, max_examples=60)
@given(st.data())
def test_a_card_with_any_value_in_any_place(model: Path, data: st.DataObject) -> None:
    told = {key: CARD[key] for key in ("classes", "features", "estimator", "temperature")}
    path = data.draw(st.sampled_from(paths_in(told)))
    changed = CARD | with_value(told, path, data.draw(VALUES))
    model.with_suffix(".json").write_text(json.dumps(changed), encoding="utf-8")
    load(model)


@QUICK
@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_anything_as_a_card(model: Path, data: bytes) -> None:
    model.with_suffix(".json").write_bytes(data)
    load(model)


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"classes": ' + b"9" * 10_000 + b"}"])
def test_a_card_made_to_overwhelm_the_reader(model: Path, data: bytes) -> None:
    model.with_suffix(".json").write_bytes(data)
    load(model)


@FEW
@given(EDITS, END)
def test_a_model_with_wrong_bytes(model: Path, edits: list[tuple[float, int]], end: float) -> None:
    model.write_bytes(mutated(MODEL_PATH.read_bytes(), edits, end))
    load(model)


@FEW
@given(st.data())
def test_a_model_whose_description_has_any_value_in_any_place(
    model: Path, data: st.DataObject
) -> None:
    with zipfile.ZipFile(MODEL_PATH) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    schema = json.loads(parts["schema.json"])
    path = data.draw(st.sampled_from(paths_in(schema)))
    schema = with_value(schema, path, data.draw(VALUES))
    with zipfile.ZipFile(model, "w") as packed:
        for name, content in (parts | {"schema.json": json.dumps(schema).encode()}).items():
            packed.writestr(name, content)
    load(model)


@FEW
@given(EDITS, END)
def test_a_models_numbers_with_wrong_bytes(
    model: Path, edits: list[tuple[float, int]], end: float
) -> None:
    arrays = MODEL_PATH.with_suffix(".npz").read_bytes()
    model.with_suffix(".npz").write_bytes(mutated(arrays, edits, end))
    load(model)


@pytest.mark.parametrize(
    "changes",
    [
        {"mean": np.float64(1.0)},
        {"mean": np.array(["a"] * len(FEATURE_NAMES))},
        {"mean": np.zeros(len(FEATURE_NAMES), "M8[s]")},
        {"mean": np.full(len(FEATURE_NAMES), np.nan), "scale": np.float64(0.0)},
        {"classes": np.array("squat")},
        {"weights_0": np.zeros((1, 2, 3))},
        {"bias_0": np.zeros((1, 2, 3, 4))},
        "no layers",
    ],
    ids=str,
)
def test_a_models_numbers_of_another_kind_or_shape(model: Path, changes: Any) -> None:
    with np.load(model.with_suffix(".npz")) as saved:
        arrays = {name: saved[name] for name in saved.files}
    if changes == "no layers":
        layers, changes = ("weights_", "bias_"), {}
        arrays = {name: each for name, each in arrays.items() if not name.startswith(layers)}
    np.savez(model.with_suffix(".npz"), **arrays | changes)
    load(model)


def test_a_model_that_would_run_something_is_refused(model: Path) -> None:
    with zipfile.ZipFile(MODEL_PATH) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    schema = json.loads(parts["schema.json"])
    schema |= {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode"}
    with zipfile.ZipFile(model, "w") as packed:
        for name, content in (parts | {"schema.json": json.dumps(schema).encode()}).items():
            packed.writestr(name, content)
    with pytest.raises(ModelError):
        ExerciseClassifier.load(model)
