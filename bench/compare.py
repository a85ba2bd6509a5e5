"""Each recipe of the comparison, asked in grouped cross-validation and of makers left out."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

import bench.models
from bench.models import N_ROWS, Fitted, Recipe
from posecore.crossval import Asked, HeldOut, ask_all, grouped_scores, voted_on
from posecore.pipeline import Settings
from posecore.table import Table


@dataclass(frozen=True)
class Compared:
    """One row: shares in [0, 1]; spreads are standard deviations over folds, NaN where none.

    grouped        mean recall over classes, no person or footage on both sides
    named, frames, voted, macro  of clips of makers left out; each clip counts once, in ``macro``
                   each class
    """

    name: str
    grouped: float
    grouped_spread: float
    named: float
    frames: float
    voted: float
    voted_spread: float
    macro: float


def compare(
    recipe: Recipe, table: Table, asked: Mapping[str, Sequence[Asked]], cache: Path | None
) -> Compared:
    """The recipe's row; from the cache where it was measured on these rows before."""
    kept = cache / f"compared-{_key(recipe, table)}.json" if cache is not None else None
    if kept is not None and kept.exists():
        return Compared(**json.loads(kept.read_text(encoding="utf-8")))
    grouped = grouped_scores(table, partial(Fitted, recipe))
    answers = ask_all(asked, table, partial(Fitted, recipe))
    row = row_of(recipe.name, [voted_on(answer) for answer in answers], grouped)
    if kept is not None:
        kept.write_text(json.dumps(asdict(row)), encoding="utf-8")
    return row


def row_of(name: str, clips: Sequence[HeldOut], grouped: Sequence[float] = ()) -> Compared:
    """Means and spreads of one model's answers."""
    folds = [np.mean([c.voted for c in part]) for part in groups(clips, "fold").values()]
    classes = [np.mean([c.voted for c in part]) for part in groups(clips, "truth").values()]
    return Compared(
        name=name,
        grouped=float(np.mean(grouped)) if grouped else float("nan"),
        grouped_spread=float(np.std(grouped)) if grouped else float("nan"),
        named=float(np.mean([c.named == c.truth for c in clips])),
        frames=float(np.mean([c.frame for c in clips])),
        voted=float(np.mean([c.voted for c in clips])),
        voted_spread=float(np.std(folds)),
        macro=float(np.mean(classes)),
    )


def groups(clips: Sequence[HeldOut], key: str) -> dict[str, list[HeldOut]]:
    """The clips by their ``fold`` or ``truth``."""
    found = defaultdict(list)
    for clip in clips:
        found[getattr(clip, key)].append(clip)
    return dict(sorted(found.items()))


def _key(recipe: Recipe, table: Table) -> str:
    digest = hashlib.sha256(f"{recipe.name} {N_ROWS} {Settings()}".encode())
    digest.update(Path(bench.models.__file__).read_bytes())
    digest.update(table.x.tobytes() + "".join(table.y).encode())
    return digest.hexdigest()[:24]
