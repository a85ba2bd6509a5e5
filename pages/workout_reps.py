"""The reps of a set on the workout page: a strip that grows, and a card for each rep."""

from __future__ import annotations

from html import escape

from posecore.language import _
from posecore.store.words import parts_in_words
from posecore.types import Rep

_STRIP = 12  # reps that are shown; the whole set is in the history


def strip_html(reps: tuple[Rep, ...]) -> str:
    """The last reps of a set as bars that grow in number: as high as the rep was deep."""
    if not reps:
        return ""
    deepest = max(rep.rom_deg for rep in reps)
    bars = [
        f'<li class="pc-bar-{kind}" data-testid="bar">{mark}<span class="pc-bar" '
        f'style="height:{_bar_rem(rep.rom_deg / deepest if deepest > 0 else 0.0):.2f}rem"></span>'
        f'<span class="pc-depth">{rep.rom_deg:.0f}°</span></li>'
        for rep in reps[-_STRIP:]
        for kind, mark in [_kind_of(rep)]
    ]
    label = escape(_("Depth of the reps of this set"))
    return f'<ol class="pc-strip" aria-label="{label}">{"".join(bars)}</ol>'


def _bar_rem(share: float) -> float:
    """Height of a bar: what is nearly nothing is still to be seen."""
    return 0.5 + 3.2 * share


def _kind_of(rep: Rep) -> tuple[str, str]:
    """Class and sign of a rep."""
    if not rep.complete:
        return "half", "◌"
    return ("off", "▲") if rep.faults else ("ok", "✔")


def reps_html(reps: tuple[Rep, ...]) -> str:
    """The last reps of a set: range, score (pointed at, what it is made of) and what was off."""
    if not reps:
        waiting = escape(_("The reps of this set appear here."))
        return f'<p class="pc-small">{waiting}</p>'
    shown = zip(reps[-_STRIP:], _numbers(reps)[-_STRIP:], strict=True)
    cards = [_rep_html(rep, number) for rep, number in shown]
    label = escape(_("Reps of this set"))
    return f'<ol class="pc-reps" aria-label="{label}">{"".join(cards)}</ol>'


def _numbers(reps: tuple[Rep, ...]) -> list[int | None]:
    """The count after each complete rep, None for an attempt."""
    numbers: list[int | None] = []
    count = 0
    for rep in reps:
        count += rep.complete
        numbers.append(count if rep.complete else None)
    return numbers


def _rep_html(rep: Rep, number: int | None) -> str:
    cues = list(dict.fromkeys(_(fault.cue) for fault in rep.faults))
    if number is None:
        kind, head = "half", f"◌ {escape(_('not counted'))}"
        cues = cues or [_("Not far enough")]
    elif cues:
        kind, head = "off", f"▲ <b>{number}</b>"
    else:
        kind, head, cues = "ok", f"✔ <b>{number}</b>", [_("Good form")]
    words = "<br>".join(escape(cue) for cue in cues[:2])
    score, told = "", ""
    if rep.score == rep.score:
        score = " · " + _("{score} of 100", score=f"{rep.score:.0f}")
        if rep.score_parts:
            parts = _("Score: {parts}", parts=parts_in_words(rep.score_parts))
            told = f' title="{escape(parts)}"'
    return (
        f'<li class="pc-rep pc-{kind}" data-testid="rep"{told}>'
        f"{head} · {rep.rom_deg:.0f}°{score}<br>{words}</li>"
    )
