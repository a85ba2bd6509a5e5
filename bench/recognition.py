"""How well exercises are told apart: a section of docs/ACCURACY.md, its picture and its figures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.compare import Compared, compare, groups, row_of
from bench.models import N_COMPONENTS, N_ROWS, recipes
from bench.page import PAGE, table, write_section
from bench.voting import Caution, Voted, cautions, study
from bench.voting_chart import curves
from bench.wide import described, wide_table
from posecore.classify import MODEL_PATH, read_card
from posecore.crossval import GROUP_FOLDS, Asked, HeldOut, ask_all, features_by_fold, voted_on
from posecore.pipeline import Settings
from posecore.sources import all_sequences
from posecore.train import SEED, cached_table, classifier_of, fit

PICTURE = PAGE.parent / "images" / "voting.svg"
FIGURES = MODEL_PATH.parent / "recognition.json"
SHIPS = "the model that ships"
_EVERY = 10  # frames asked in the comparison; voting takes all
_SHARE_OF_BIG = 5  # one clip in so many of a source with more than so many clips
_BIG = 150

Say = Callable[[str], None]


def recognition_command(
    data: Path, cache: Path | None, rendered: Path | None, say: Say = print
) -> None:
    """Compare models, what they look at and votes, on makers left out; write page and figures.

    With a cache, what was compared before on the same rows is not compared again.
    """
    sequences = [s for s in all_sequences(data, cache, rendered) if s.split != "val"]
    wide = wide_table(sequences, cache)
    asked = features_by_fold(sequences)
    thin = {fold: _thinned(clips) for fold, clips in asked.items()}
    looked_at = {fold: described(clips, _EVERY) for fold, clips in thin.items()}
    say(f"{len(wide)} rows, {sum(map(len, thin.values()))} clips of {len(thin)} folds")
    compared: dict[str, list[Compared]] = {}
    for part, each in recipes().items():
        compared[part] = []
        for recipe in each:
            began = time.perf_counter()
            compared[part].append(compare(recipe, wide, looked_at, cache))
            say(" | ".join(_cells(compared[part][-1])) + f" | {time.perf_counter() - began:.0f} s")
    card = read_card()
    temperature = float(card.get("temperature", 1.0))
    rows = cached_table(sequences, cache)
    answers = ask_all(asked, rows, lambda rest: classifier_of(fit(rest, SEED)))
    shipped = [voted_on(answer, temperature) for answer in answers]
    also_asked = {clip.sequence.clip for clips in thin.values() for clip in clips}
    grouped = card.get("grouped", {}).get("folds", [])
    ships = row_of(SHIPS, [clip for clip in shipped if clip.clip in also_asked], grouped)
    for part in compared:
        compared[part].append(ships)
    votes = study(shipped)
    text = section(compared, shipped, votes, cautions(shipped), card)
    say(text)
    write_section(PAGE, "recognition", text)
    PICTURE.write_text(curves("Right after voting, and how late a switch is named", votes), "utf-8")
    FIGURES.write_text(json.dumps(figures(compared, votes), indent=1) + "\n", encoding="utf-8")


def figures(
    compared: Mapping[str, Sequence[Compared]], votes: Sequence[Voted]
) -> dict[str, list[dict[str, Any]]]:
    """What models/recognition.json holds; a figure that was not measured is null."""

    def known(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value if isinstance(value, str) else round(value, 4) if _finite(value) else None
            for key, value in row.items()
        }

    return {
        **{part: [known(asdict(row)) for row in rows] for part, rows in compared.items()},
        "voting": [known(asdict(vote)) for vote in votes],
    }


def section(
    compared: Mapping[str, Sequence[Compared]],
    shipped: Sequence[HeldOut],
    votes: Sequence[Voted],
    judged: Sequence[Caution],
    card: Mapping[str, Any],
) -> str:
    folds = [[name, *_scores(clips)] for name, clips in groups(shipped, "fold").items()]
    classes = [[name, *_scores(clips)] for name, clips in groups(shipped, "truth").items()]
    voted = [
        [v.method, f"{v.window_s:g}", f"{v.right:.3f}", f"{v.delay_s:.2f}", f"{v.flicker:.1f}"]
        for v in votes
    ]
    bins, s = card.get("calibration", []), Settings()
    head = ["grouped", "named", "frames", "voted", "mean over classes"]
    parts = [
        "## Naming the exercise, on footage of makers it has not seen",
        "Real clips of the training split. Clips of one maker share people, rooms and cameras, so "
        "each maker's clips are asked of a model that was trained without any of them (makers "
        "with few clips share a fold). *Named*: clips named right as a whole; *frames*: each by "
        "itself; *voted*: frames after voting, in which later frames take part, for these are "
        "films; what comes of it live is told under *Voting*. A clip counts once, however long.",
        "### The model that ships",
        table(["left out", "clips", "named", "frames", "voted"], folds),
        table(["class", "clips", "named", "frames", "voted"], classes),
        "### Against other models",
        f"Each trained on the same {N_ROWS} rows, drawn evenly by class and within it by source "
        "from a thinned table (a row a second, at most one variant of a clip), as they are or "
        f"reduced to {N_COMPONENTS} principal components. Grouped: mean recall over classes and "
        f"its spread over {GROUP_FOLDS} folds in which no person or footage is on both sides. The "
        "other columns leave makers out, and the spread is that over the folds of makers: they "
        "differ more than models do. Of a maker with very many clips every fifth is asked, and "
        f"every {_EVERY}th frame. The last line is the model as it ships: more rows, blurred, and "
        "its probabilities set by a temperature.",
        table(["model", *head], [_cells(row) for row in compared["models"]]),
        "### What the model looks at",
        "The same network on the same rows, shown other things. The poses in order are the last "
        "two seconds as 16 poses of 12 joints, one after another: the small temporal network.",
        table(["shown", *head], [_cells(row) for row in compared["looks"]]),
        "### Voting",
        "On the same clips, with the shipped model's probabilities. Right: share of frames. "
        "A vote that fades has the mean age of the window it is listed under; the app's is 1.5 "
        "live, and 3 in hindsight, before and after each frame. "
        "Delay: median seconds until a clip that follows another exercise is named right; in "
        "hindsight the end of the one before may bear the new name instead. "
        "Changes: of the name, in a minute of one exercise.",
        table(["votes", "window s", "right", "delay s", "changes a minute"], voted),
        f"![Right after voting against delay](images/{PICTURE.name})",
        "### How slow to name, in hindsight",
        "Films of makers left out. Once all frames are known more can be asked before an exercise "
        "is named: how many times its own odds *no exercise* has, and the mean probability under "
        "which nothing is named. *No exercise* and *exercises*: frames after voting, in clips "
        f"without any and in the mean over exercises. The app's are {s.hindsight_none_odds:g} and "
        f"{s.hindsight_confidence:g}.",
        table(
            ["odds of none", "confidence", "named", "voted", "no exercise", "exercises"],
            [
                [f"{j.odds:g}", f"{j.confidence:g}"]
                + [f"{share:.3f}" for share in (j.named, j.voted, j.none, j.exercises)]
                for j in judged
            ],
        ),
        "### How sure, how right",
        f"Probabilities divided on the logits by a temperature of {card.get('temperature', 1)}, "
        "which is fitted on clips of sources left out.",
        table(
            ["frames", "said", "right"],
            [[str(b["frames"]), f"{b['said']:.2f}", f"{b['right']:.2f}"] for b in bins],
        ),
        "Made with `python -m bench recognition --data DIR --cache CACHE --rendered GYM`, where "
        "GYM holds the drawn people that the model learns from; see *Training it again*.",
    ]
    return "\n\n".join(parts)


def _thinned(clips: Sequence[Asked]) -> list[Asked]:
    return list(clips[::_SHARE_OF_BIG] if len(clips) > _BIG else clips)


def _cells(row: Compared) -> list[str]:
    grouped = "–"
    if _finite(row.grouped):
        grouped = f"{row.grouped:.3f} ± {row.grouped_spread:.3f}"
    voted = f"{row.voted:.3f} ± {row.voted_spread:.3f}"
    return [row.name, grouped, f"{row.named:.3f}", f"{row.frames:.3f}", voted, f"{row.macro:.3f}"]


def _finite(value: float) -> bool:
    return abs(value) < float("inf")


def _scores(clips: Sequence[HeldOut]) -> list[str]:
    row = row_of("", clips)
    return [str(len(clips)), f"{row.named:.3f}", f"{row.frames:.3f}", f"{row.voted:.3f}"]
