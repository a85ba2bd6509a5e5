"""The report on paper: the same as the page, in the same words, as a PDF."""

from __future__ import annotations

from collections.abc import Sequence

from posecore.language import _
from posecore.report.sections import (
    JOINT_WORDS,
    PARTS,
    Moment,
    Point,
    Row,
    Section,
    errors_in_words,
    target_in_words,
)
from posecore.report.sheet import OFF, SOFT, Sheet
from posecore.types import Fault

_ACROSS_CHARTS, _ACROSS_PICTURES = 3, 5
_BETWEEN = 4.0
_LARGE, _SMALL = (62.0, 62.0), (33.0, 33.0)

Pictures = dict[Fault, bytes]


def render_pdf(
    headline: str,
    name: str,
    warnings: Sequence[str],
    tiles: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    pictures: Pictures,
    left_out: int,
) -> bytes:
    """tiles: (figure, what it is) of the whole video."""
    sheet = Sheet(f"{headline} – {_('PoseCoach report')}", _("PoseCoach report"))
    sheet.say(_("PoseCoach report"), size=9, colour=SOFT, gap=0)
    sheet.say(headline, size=20, bold=True, gap=0)
    sheet.say(name, size=10, colour=SOFT, gap=3)
    sheet.tiles(tiles)
    for warning in warnings:
        sheet.note(warning, "#fff0c9", "#e69f00")
    for section in sections:
        _set(sheet, section, len(sections) > 1, pictures)
    if left_out > 0:
        sheet.say(
            _(
                "{n} further moments are told without a picture, to keep this page small.",
                n=left_out,
            ),
            size=8,
            colour=SOFT,
        )
    sheet.ln(3)
    sheet.rule()
    sheet.say(
        _(
            "Made by PoseCoach from one camera, on the computer it ran on. It is no medical "
            "device: stop when something hurts, and ask a professional about pain, injury or "
            "illness."
        ),
        size=8,
        colour=SOFT,
    )
    return sheet.whole()


def _set(sheet: Sheet, section: Section, several: bool, pictures: Pictures) -> None:
    title = section.title
    if several:
        title = _("Set {n}: {exercise}", n=section.number, exercise=section.title)
    sheet.heading(title, size=16, keep_mm=80)
    sheet.say(section.seen, size=9, colour=SOFT)
    for hint in section.hints:
        sheet.note(hint, "#fff0c9", "#e69f00")
    if section.first:
        sheet.heading(
            _("What to work on first") if len(section.first) > 1 else _("What to work on"), size=12
        )
        for point in section.first:
            _first(sheet, point, pictures)
    elif section.rows or section.hold_s:
        sheet.note(
            _("Nothing was off in what could be judged from here. Go on like this."),
            "#d6f0e2",
            "#0f8a58",
        )
    if section.rows:
        _charts(sheet, section)
        _figures(sheet, section)
    if section.advice:
        sheet.heading(_("Everything that was off"), size=12, keep_mm=60)
        for point in section.advice:
            _everything(sheet, point, pictures)
    _how_sure(sheet, section)


def _first(sheet: Sheet, point: Point, pictures: Pictures) -> None:
    width, height = _LARGE
    jpeg = pictures.get(point.worst.fault)
    sheet.room_for(height + 4 if jpeg else 30)
    top, x = sheet.get_y(), sheet.l_margin
    if jpeg:
        sheet.picture(jpeg, x, top, width, height, _told(point.worst))
        x += width + 5
    sheet.set_y(top)
    sheet.say(_(point.advice.cue), size=14, bold=True, x=x)
    sheet.say(point.worst.joint.capitalize(), x=x, gap=0)
    sheet.say(point.worst.measured, size=14, bold=True, colour=OFF, x=x, gap=0)
    sheet.say(_("Target: {range}", range=point.worst.wanted), x=x)
    sheet.say(f"{point.worst.rep}, {point.worst.at}", colour=SOFT, x=x)
    if point.advice.why:
        sheet.say(_(point.advice.why), x=x)
    sheet.say(point.often, colour=SOFT, x=x)
    sheet.set_y(max(sheet.get_y(), top + (height if jpeg else 0)) + 3)


def _charts(sheet: Sheet, section: Section) -> None:
    rows = [row for row in section.rows if row.chart is not None]
    width = (sheet.epw - (_ACROSS_CHARTS - 1) * _BETWEEN) / _ACROSS_CHARTS
    sheet.heading(_("Every rep against its target"), size=12, keep_mm=width)
    _key(sheet, section)
    for first in range(0, len(rows), _ACROSS_CHARTS):
        sheet.room_for(width * 0.75)
        top = below = sheet.get_y()
        for i, row in enumerate(rows[first : first + _ACROSS_CHARTS]):
            assert row.chart is not None
            x = sheet.l_margin + i * (width + _BETWEEN)
            sheet.set_y(top)
            sheet.say(_label(row), size=9, bold=True, x=x, width=width, gap=0)
            below = sheet.get_y() + sheet.chart(row.chart, x, sheet.get_y(), width)
        sheet.set_y(below + 2)


def _key(sheet: Sheet, section: Section) -> None:
    """Which colour is which joint, and what the lines mean."""
    x, y = sheet.l_margin, sheet.get_y()
    lines = {line.joint: line for row in section.rows if row.chart for line in row.chart.lines}
    for joint in section.joints:
        if joint in lines:
            sheet.set_draw_color(lines[joint].colour)
            sheet.set_line_width(0.8)
            sheet.line(x, y + 2.2, x + 6, y + 2.2)
            words = _(JOINT_WORDS[joint])
            sheet.set_y(y)
            sheet.say(words, size=8, x=x + 7, gap=0)
            x += 10 + sheet.get_string_width(words)
    sheet.set_y(y + 5)
    sheet.say(
        _("Solid: left. Dashed: right. Box: the target at that moment. Dotted: how good reps go."),
        size=8,
        colour=SOFT,
    )


def _figures(sheet: Sheet, section: Section) -> None:
    sheet.heading(_("The reps in figures"), size=12, keep_mm=30)
    heads = (
        *(_("Rep"), _("When"), _("Range"), _("Out / back"), _("Score")),
        *(_(part).capitalize() for part in PARTS),
        _("Off"),
    )
    rows = []
    for row in section.rows:
        parts = ["–" if part is None else f"{part:.0f}" for part in row.parts]
        score = "–" if row.score is None else f"{row.score:.0f}"
        off = row.off or (_("Nothing") if row.complete else _("Turned back too early"))
        rows.append([row.label, row.span, row.rom, row.tempo, score, *parts, off])
    sheet.grid(heads, rows, (16, 26, 15, 23, 13, 14, 16, 21, 12, 13, 48))
    sheet.say(
        _(
            "Depth: how far it went. Control: tempo and smoothness. Symmetry: left against right. "
            "Path: how alike the joints moved to good reps. Form: everything else that was off. "
            "The score is half their mean and half the weakest. A dash was not judged."
        ),
        size=8,
        colour=SOFT,
    )


def _everything(sheet: Sheet, point: Point, pictures: Pictures) -> None:
    width, height = _SMALL
    sheet.room_for(height + 30)
    sheet.say(_(point.advice.cue), size=11, bold=True, gap=0)
    if point.advice.why:
        sheet.say(_(point.advice.why), size=9, gap=0)
    sheet.say(
        target_in_words(point),
        size=9,
        colour=SOFT,
    )
    shown = any(moment.fault in pictures for moment in point.moments)
    for first in range(0, len(point.moments), _ACROSS_PICTURES):
        sheet.room_for((height if shown else 0) + 12)
        top = below = sheet.get_y()
        for i, moment in enumerate(point.moments[first : first + _ACROSS_PICTURES]):
            x = sheet.l_margin + i * (width + _BETWEEN - 0.2)
            if moment.fault in pictures:
                jpeg = pictures[moment.fault]
                sheet.picture(jpeg, x, top, width, height, _told(moment))
            sheet.set_y(top + (height + 1 if shown else 0))
            words = f"{moment.rep}, {moment.at}\n{moment.joint} {moment.measured}"
            sheet.say(words, size=8, x=x, width=width, gap=0)
            below = max(below, sheet.get_y())
        sheet.set_y(below + 3)


def _how_sure(sheet: Sheet, section: Section) -> None:
    sheet.heading(_("How sure this is"), size=12, keep_mm=30)
    if section.errors:
        sheet.say(errors_in_words(section), size=9)
    for names, reason in section.unjudged:
        sheet.say(_("Not judged: {names} – {reason}", names=names, reason=reason), size=9)
    if not section.unjudged:
        sheet.say(_("Everything that this exercise's file asks for could be judged."), size=9)


def _label(row: Row) -> str:
    label = _("Rep {n}", n=row.label) if row.complete else _("Attempt")
    return label if row.score is None else _("{rep}, score {n}", rep=label, n=f"{row.score:.0f}")


def _told(moment: Moment) -> str:
    return f"{moment.rep}, {moment.at}: {moment.joint} {moment.measured}"
