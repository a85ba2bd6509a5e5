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
from posecore.report.pictures import moment_pictures
from posecore.report.sections import Section, section_of
from posecore.types import Fault

__all__ = ["MOST_PICTURES", "Pictures", "pictures_for", "render_report", "write_report"]

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
    sections = [
        section_of(number, each, analysis, exercises.get(each.exercise))
        for number, each in enumerate(analysis.sets, start=1)
    ]
    images = {fault: base64.b64encode(data).decode("ascii") for fault, data in pictures.items()}
    left_out = sum(len(point.moments) for s in sections for point in s.advice) - len(images)
    return _template().render(
        name=analysis.info.name,
        duration_s=analysis.duration_s,
        warnings=analysis.warnings,
        nobody_seen=analysis.nobody_seen,
        sections=sections,
        images=images,
        left_out=left_out if images else 0,
        headline=_headline(sections),
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


def _headline(sections: list[Section]) -> str:
    """ "Squat: 4 reps. Push-up: 8 reps." """
    done: dict[str, list[Section]] = {}
    for section in sections:
        done.setdefault(section.title, []).append(section)
    parts = []
    for title, own in done.items():
        held_s = sum(s.hold_s or 0.0 for s in own)
        reps = sum(s.n_complete for s in own)
        words = f"{held_s:.0f} s held" if held_s else f"{reps} {'rep' if reps == 1 else 'reps'}"
        parts.append(f"{title}: {words}")
    return ", ".join(parts) or "No repetition of a known exercise"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")
