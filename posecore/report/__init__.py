"""The report of a video: one page to read, keep and print, with its charts and pictures inside it.

Nothing on the page comes from elsewhere, so that it works without a network and can be sent as
one file. Every text goes through the template's escaping: file names are not markup.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from posecore.advice import extent
from posecore.analyze import Analysis, write_whole
from posecore.exercises import Exercise
from posecore.language import _, language, many
from posecore.report.pictures import moment_pictures
from posecore.report.sections import (
    JOINT_WORDS,
    PARTS,
    Section,
    errors_in_words,
    section_of,
    target_in_words,
)
from posecore.types import Fault

__all__ = [
    "MOST_PICTURES",
    "Pictures",
    "pictures_for",
    "render_pdf",
    "render_report",
    "write_report",
]

Pictures = Mapping[Fault, bytes]
"""JPEG of the moment of each fault that has one."""

MOST_PICTURES = 30
"""More of them make a page too large to send; the plainest faults are the ones that are shown."""


def pictures_for(analysis: Analysis, video: Path | None) -> Pictures:
    """Pictures of the moments of the faults: out of ``video``, or drawn where that is None.

    Raises VideoError where the file can no longer be read.
    """
    faults = [f for each in analysis.sets for rep in each.reps for f in rep.faults]
    shown = [f for f in [*faults, *analysis.hold_faults] if f.pose is not None]
    return moment_pictures(video, sorted(shown, key=extent, reverse=True)[:MOST_PICTURES])


def render_report(analysis: Analysis, exercises: Mapping[str, Exercise], pictures: Pictures) -> str:
    """The page as HTML."""
    sections = _sections(analysis, exercises)
    images = {fault: base64.b64encode(data).decode("ascii") for fault, data in pictures.items()}
    return _template().render(
        name=analysis.info.name,
        duration_s=analysis.duration_s,
        warnings=[_(warning) for warning in analysis.warnings],
        tiles=_tiles(analysis, sections),
        language=language(),
        nobody_seen=analysis.nobody_seen,
        sections=sections,
        images=images,
        left_out=_left_out(sections, pictures),
        headline=_headline(sections),
    )


def render_pdf(analysis: Analysis, exercises: Mapping[str, Exercise], pictures: Pictures) -> bytes:
    """The same on paper, as a PDF."""
    from posecore.report import pdf  # its fonts and drawing take a while, and few ask for it

    sections = _sections(analysis, exercises)
    warnings = [_(warning) for warning in analysis.warnings]
    if not sections and not analysis.nobody_seen:
        warnings.append(
            _(
                "No repetition of a known exercise was found in this video. The whole body has to "
                "be in the picture; and if you know what is done, name it: it is then counted as "
                "that."
            )
        )
    return pdf.render_pdf(
        _headline(sections),
        analysis.info.name,
        warnings,
        _tiles(analysis, sections),
        sections,
        dict(pictures),
        _left_out(sections, pictures),
    )


def write_report(
    analysis: Analysis,
    path: Path,
    *,
    exercises: Mapping[str, Exercise],
    video: Path | None = None,
) -> None:
    """The page as a file. video: where the pictures come from; None draws skeletons instead."""
    write_whole(path, render_report(analysis, exercises, pictures_for(analysis, video)))


def _sections(analysis: Analysis, exercises: Mapping[str, Exercise]) -> list[Section]:
    return [
        section_of(number, each, analysis, exercises.get(each.exercise))
        for number, each in enumerate(analysis.sets, start=1)
    ]


def _left_out(sections: list[Section], pictures: Pictures) -> int:
    """How many moments are told without a picture, where there are any pictures."""
    told = sum(len(point.moments) for s in sections for point in s.advice)
    return told - len(pictures) if pictures else 0


def _tiles(analysis: Analysis, sections: list[Section]) -> list[tuple[str, str]]:
    """(figure, what it is) of the whole video."""
    tiles = []
    if sections:
        tiles.append((str(len(sections)), many("set", "sets", len(sections))))
    reps, attempts = (sum(getattr(s, n) for s in sections) for n in ("n_complete", "n_attempts"))
    if reps or attempts:
        words = many("repetition", "repetitions", reps)
        if attempts:
            words += ", " + _("{n} not far enough to count", n=attempts)
        tiles.append((str(reps), words))
    held_s = [s.hold_s for s in sections if s.hold_s is not None]
    if held_s:
        tiles.append((f"{sum(held_s):.0f} s", _("held in good form")))
    scores = [s.score for s in sections if s.score is not None]
    if scores:
        mean = _("{score} of 100", score=f"{sum(scores) / len(scores):.0f}")
        tiles.append((mean, _("mean score")))
    return [*tiles, (f"{analysis.duration_s:.0f} s", _("length of the video"))]


def _headline(sections: list[Section]) -> str:
    """ "Squat: 4 reps. Push-up: 8 reps." """
    done: dict[str, list[Section]] = {}
    for section in sections:
        done.setdefault(section.title, []).append(section)
    parts = []
    for title, own in done.items():
        held_s = sum(s.hold_s or 0.0 for s in own)
        reps = sum(s.n_complete for s in own)
        held = _("{seconds} s held", seconds=f"{held_s:.0f}")
        words = held if held_s else many("{n} rep", "{n} reps", reps)
        parts.append(f"{title}: {words}")
    return ", ".join(parts) or _("No repetition of a known exercise")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _,
        "joint_words": JOINT_WORDS,
        "part_names": PARTS,
        "errors_in_words": errors_in_words,
        "target_in_words": target_in_words,
    }
    return environment.get_template("page.html")
