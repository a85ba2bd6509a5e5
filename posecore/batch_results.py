"""What a batch leaves in its folder: tables in Parquet, and for each video a note that it is done.

    reps/ sets/ frames/    one file a video; every row names its video
    outcomes/              the note, written last: what was read, what came of it
    outcomes.parquet       all notes in one table, at the end

Every file appears under its name only when it is whole, so a batch may be ended at any moment and
begun again: a video whose note fits it is not read once more.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posecore.analysis_tables import frame_table, parquet_of, rep_table
from posecore.analyze import SCHEMA, Analysis
from posecore.classify import MODEL_PATH
from posecore.estimate import ESTIMATOR
from posecore.exercises import SHIPPED
from posecore.taught import stamp
from posecore.video import writable

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = frozenset(
    ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .mts .m2ts .ts .wmv .flv .3gp .ogv".split()
)
"""What is taken for a video in a folder; whether it is one shows when it is read."""

DONE, NOBODY, FAILED = "done", "nobody seen", "failed"

_NAME_LENGTH = 60  # letters of a video's name in that of its results; its number tells them apart


@dataclass(frozen=True)
class Item:
    """One video of a batch. ``name`` is its path below the folder, with slashes, as it
    can be written."""

    path: str
    name: str
    size_bytes: int
    changed_ns: int

    @property
    def key(self) -> str:
        """What its results are called; another for every name."""
        number = hashlib.sha256(self.name.encode()).hexdigest()[:12]
        plain = "".join(c if c.isalnum() or c in "-_." else "_" for c in Path(self.name).name)
        # Readers of a whole folder of tables leave out what begins with _ or a dot.
        return f"{plain[-_NAME_LENGTH:].lstrip('._')}.{number}"


@dataclass(frozen=True)
class Note:
    """What came of one video.

    with_what  version of all that the result depends on beside the video
    state      DONE, NOBODY or FAILED; problem: the sentence that says why
    """

    video: str
    size_bytes: int
    changed_ns: int
    with_what: str
    state: str
    problem: str = ""
    warnings: str = ""
    frames: int = 0
    duration_s: float = 0.0
    sets: int = 0
    reps: int = 0

    def fits(self, item: Item, with_what: str) -> bool:
        """Whether it is of this very video, by what is in use now."""
        return (self.video, self.size_bytes, self.changed_ns, self.with_what) == (
            item.name,
            item.size_bytes,
            item.changed_ns,
            with_what,
        )


def items_in(folder: Path) -> Iterator[Item]:
    """The videos in a folder and those below it, in order; what is hidden is left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent) / name
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            try:
                stat = path.stat()
            except OSError:
                continue  # gone, or a link to nothing
            below = writable(path.relative_to(folder).as_posix())
            yield Item(str(path.absolute()), below, stat.st_size, stat.st_mtime_ns)


def version_of(exercise: str | None) -> str:
    """Of everything a result depends on beside its video: with another one it is analysed anew."""
    digest = hashlib.sha256(MODEL_PATH.read_bytes())
    for path in sorted(SHIPPED.glob("*.toml")):
        digest.update(path.read_bytes())
    digest.update(repr(stamp()).encode())  # own exercises, and what they are recognised by
    return f"{ESTIMATOR} {digest.hexdigest()[:12]} {SCHEMA} {exercise or 'any'}"


def note_of(out: Path, item: Item) -> Note | None:
    """The note of a video, None where there is none that can be read."""
    try:
        told = json.loads(_note_path(out, item.key).read_text(encoding="utf-8"))
        return Note(**told)
    except (OSError, ValueError, TypeError):
        return None


def write_results(out: Path, item: Item, analysis: Analysis, with_what: str) -> Note:
    """The tables and, when they are there, the note. Raises OSError."""
    tables = {
        "reps": rep_table(analysis),
        "sets": set_table(analysis),
        "frames": frame_table(analysis),
    }
    for kind, table in tables.items():
        table.insert(0, "video", item.name)
        table["video"] = table["video"].astype("string")
        _write_whole(out / kind / f"{item.key}.parquet", parquet_of(table))
    return write_note(
        out,
        item,
        Note(
            item.name,
            item.size_bytes,
            item.changed_ns,
            with_what,
            NOBODY if analysis.nobody_seen else DONE,
            warnings=" ".join(analysis.warnings),
            frames=len(analysis.t_s),
            duration_s=analysis.duration_s,
            sets=len(analysis.sets),
            reps=sum(each.n_complete for each in analysis.sets),
        ),
    )


def write_failure(out: Path, item: Item, problem: str, with_what: str) -> Note:
    """A note alone; tables of an older version of the video are taken away. Raises OSError."""
    for kind in ("reps", "sets", "frames"):
        (out / kind / f"{item.key}.parquet").unlink(missing_ok=True)
    told = writable(problem)
    note = Note(item.name, item.size_bytes, item.changed_ns, with_what, FAILED, told)
    return write_note(out, item, note)


def write_note(out: Path, item: Item, note: Note) -> Note:
    _write_whole(_note_path(out, item.key), (json.dumps(asdict(note)) + "\n").encode())
    return note


def write_outcomes(out: Path, notes: Sequence[Note]) -> Path:
    """All notes as one table. Raises OSError."""
    import pandas as pd

    rows = [asdict(replace(note)) for note in sorted(notes, key=lambda note: note.video)]
    columns = list(Note.__dataclass_fields__)
    table = pd.DataFrame(rows, columns=columns)
    words = ("video", "with_what", "state", "problem", "warnings")
    table = table.astype({name: "string" for name in words})
    path = out / "outcomes.parquet"
    _write_whole(path, parquet_of(table))
    return path


def set_table(analysis: Analysis) -> pd.DataFrame:
    """One row a set."""
    import pandas as pd

    rows = [
        {
            "set": number,
            "exercise": each.exercise,
            "start_s": each.start_s,
            "end_s": each.end_s,
            "reps": each.n_complete,
            "attempts": len(each.reps) - each.n_complete,
            "held_s": each.hold_s,
            "score": _mean([rep.score for rep in each.reps if rep.complete]),
        }
        for number, each in enumerate(analysis.sets, start=1)
    ]
    names = ["set", "exercise", "start_s", "end_s", "reps", "attempts", "held_s", "score"]
    kinds: dict[str, Any] = dict.fromkeys(names, "float64")
    kinds |= dict.fromkeys(("set", "reps", "attempts"), "int64") | {"exercise": "string"}
    return pd.DataFrame(rows, columns=names).astype(kinds)


def _mean(scores: Sequence[float]) -> float:
    known = [score for score in scores if score == score]  # a score may be NaN
    return sum(known) / len(known) if known else float("nan")


def _note_path(out: Path, key: str) -> Path:
    return out / "outcomes" / f"{key}.json"


def _write_whole(path: Path, content: bytes) -> None:
    # Two machines may write the same file, where a scheduler took one of them for dead.
    unfinished = path.with_name(f".{uuid.uuid4().hex}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
