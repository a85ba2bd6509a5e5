"""How well exercises are told apart: a section of docs/ACCURACY.md, and its picture."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bench.models import N_COMPONENTS, N_GROUP_FOLDS, N_ROWS, Fitted, grouped_scores, recipes
from bench.page import PAGE, table, write_section
from bench.voting import Voted, study
from bench.voting_chart import curves
from posecore.classify import read_card
from posecore.crossval import Asked, HeldOut, ask_all, features_by_fold, voted_on
from posecore.sources import all_sequences
from posecore.train import SEED, cached_table, classifier_of, fit

PICTURE = PAGE.parent / "images" / "voting.svg"
_EVERY = 3  # frames asked in the comparison; voting takes all
_SHARE_OF_BIG = 5  # one clip in so many of a source with more than so many clips
_BIG = 150

Say = Callable[[str], None]


def recognition_command(
    data: Path, cache: Path | None, rendered: Path | None, say: Say = print
) -> None:
    """Compare models and votes on sources left out, and write the section and its picture."""
    sequences = [s for s in all_sequences(data, cache, rendered) if s.split != "val"]
    rows = cached_table(sequences, cache)
    asked = features_by_fold(sequences)
    say(f"{len(rows)} rows, {sum(map(len, asked.values()))} clips of {len(asked)} folds")
    thin = {fold: _thinned(clips) for fold, clips in asked.items()}
    compared = []
    for recipe in recipes():
        began = time.perf_counter()
        grouped = grouped_scores(recipe, rows)
        left_out = [voted_on(a) for a in ask_all(thin, rows, partial(Fitted, recipe))]
        compared.append(_compared_row(recipe.name, grouped, left_out))
        say(" | ".join(compared[-1]) + f" | {time.perf_counter() - began:.0f} s")
    temperature = float(read_card().get("temperature", 1.0))
    answers = ask_all(asked, rows, lambda rest: classifier_of(fit(rest, SEED)))
    shipped = [voted_on(answer, temperature) for answer in answers]
    also_asked = {clip.sequence.clip for clips in thin.values() for clip in clips}
    same = [clip for clip in shipped if clip.clip in also_asked]
    compared.append(_compared_row("the model that ships", [], same))
    votes = study(shipped)
    text = section(compared, shipped, votes, read_card())
    say(text)
    write_section(PAGE, "recognition", text)
    PICTURE.write_text(curves("Right after voting, and how late a switch is named", votes), "utf-8")


def section(
    compared: Sequence[Sequence[str]],
    shipped: Sequence[HeldOut],
    votes: Sequence[Voted],
    card: dict[str, object],
) -> str:
    by_fold, by_class = _groups(shipped, "fold"), _groups(shipped, "truth")
    folds = [[name, *_scores(clips)] for name, clips in sorted(by_fold.items())]
    classes = [[name, *_scores(clips)] for name, clips in sorted(by_class.items())]
    voted = [
        [v.method, f"{v.window_s:g}", f"{v.right:.3f}", f"{v.delay_s:.2f}", f"{v.flicker:.1f}"]
        for v in votes
    ]
    bins = card.get("calibration", [])
    parts = [
        "## Naming the exercise, on footage of makers it has not seen",
        "Real clips of the training split. Clips of one maker share people, rooms and cameras, so "
        "each maker's clips are asked of a model that was trained without any of them (makers "
        "with few clips share a fold). *Named*: clips named right as a whole; *frames*: each by "
        "itself; *voted*: frames after voting. A clip counts once, however long.",
        "### The model that ships",
        table(["left out", "clips", "named", "frames", "voted"], folds),
        table(["class", "clips", "named", "frames", "voted"], classes),
        "### Against other models",
        f"Each trained on the same {N_ROWS} rows drawn from the table (even by class, and within "
        "it by source), as they are or reduced to "
        f"{N_COMPONENTS} principal components. Grouped: mean recall over classes and its spread "
        f"over {N_GROUP_FOLDS} folds in which no person or footage is on both sides. The other "
        "columns leave sources out; of a maker with very many clips every fifth is asked, and "
        f"every {_EVERY}rd frame. The last line is the model as it ships: more rows, blurred, and "
        "its probabilities set by a temperature.",
        table(["model", "grouped", "named", "frames", "voted", "mean over classes"], compared),
        "### Voting",
        "On the same clips, with the shipped model's probabilities. Right: share of frames. "
        "A vote that fades has the mean age of the window it is listed under; the app's is 1.5. "
        "Delay: median seconds until a clip that follows another exercise is named right. "
        "Changes: of the name, in a minute of one exercise.",
        table(["votes", "window s", "right", "delay s", "changes a minute"], voted),
        f"![Right after voting against delay](images/{PICTURE.name})",
        "### How sure, how right",
        f"Probabilities divided on the logits by a temperature of {card.get('temperature', 1)}, "
        "which is fitted on clips of sources left out.",
        table(
            ["frames", "said", "right"],
            [[str(b["frames"]), f"{b['said']:.2f}", f"{b['right']:.2f}"] for b in bins],  # type: ignore[attr-defined]
        ),
        "Made with `python -m bench recognition --data DIR --cache CACHE --rendered GYM`, where "
        "GYM holds the drawn people that the model learns from: "
        "`python -m bench.rendered folder bench/rendered/recipes/train.toml GYM` and "
        "`... recipes/acted.toml GYM --truth-only`.",
    ]
    return "\n\n".join(parts)


def _thinned(clips: Sequence[Asked]) -> list[Asked]:
    kept = clips[::_SHARE_OF_BIG] if len(clips) > _BIG else clips
    return [
        Asked(replace(c.sequence, t_s=c.sequence.t_s[::_EVERY]), c.features[::_EVERY]) for c in kept
    ]


def _compared_row(name: str, grouped: Sequence[float], left_out: Sequence[HeldOut]) -> list[str]:
    by_class = _groups(left_out, "truth")
    macro = np.mean([np.mean([c.voted for c in clips]) for clips in by_class.values()])
    return [
        name,
        f"{np.mean(grouped):.3f} ± {np.std(grouped):.3f}" if grouped else "–",
        *_scores(left_out)[1:],
        f"{macro:.3f}",
    ]


def _groups(clips: Sequence[HeldOut], key: str) -> dict[str, list[HeldOut]]:
    groups = defaultdict(list)
    for clip in clips:
        groups[getattr(clip, key)].append(clip)
    return groups


def _scores(clips: Sequence[HeldOut]) -> list[str]:
    return [
        str(len(clips)),
        f"{np.mean([c.named == c.truth for c in clips]):.3f}",
        f"{np.mean([c.frame for c in clips]):.3f}",
        f"{np.mean([c.voted for c in clips]):.3f}",
    ]
