"""Paper for the report: an A4 page with the few things that are drawn on it, in millimetres."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from posecore.language import language
from posecore.lettering import OTHER_LETTERS
from posecore.report.charts import HEIGHT, WIDTH, Chart, Line

MARGIN = 15.0
INK, SOFT, RULE, GROUND = "#16202c", "#566373", "#d9dfe7", "#f3f5f8"
OFF = "#b34700"
PAPER_FONT = "DejaVu"
_PX = 0.2  # of the charts, in mm at their full size
_POINT_MM = 25.4 / 72


class Sheet(FPDF):
    """Pages that follow one another; everything is put below what is there already."""

    def __init__(self, title: str, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        folder = _font_folder()
        self.add_font(PAPER_FONT, "", folder / "DejaVuSans.ttf")
        self.add_font(PAPER_FONT, "B", folder / "DejaVuSans-Bold.ttf")
        self.add_font("Korean", "", OTHER_LETTERS)
        self.set_fallback_fonts(["Korean"], exact_match=False)
        self.set_title(title)
        self.set_creator("PoseCoach")
        self.set_lang(language())
        self.set_margin(MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, MARGIN + 4)
        self.add_page()

    def footer(self) -> None:  # called by the library at the end of each page
        self.set_y(-MARGIN)
        self._pen(7, SOFT)
        self.cell(0, 4, self.foot)
        self.set_x(-MARGIN - 20)
        self.cell(20, 4, f"{self.page_no()} / {{nb}}", align="R")

    def say(
        self,
        text: str,
        *,
        size: float = 10,
        bold: bool = False,
        colour: str = INK,
        gap: float = 1.0,
        x: float | None = None,
        width: float | None = None,
    ) -> None:
        """A paragraph from ``x`` on, the left margin by default; ``gap`` mm of room below it."""
        self._pen(size, colour, bold=bold)
        left = self.l_margin if x is None else x
        self.set_x(left)
        self.multi_cell(
            width or self.w - self.r_margin - left,
            size * _POINT_MM * 1.4,
            text,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.WORD if " " in text else WrapMode.CHAR,
        )
        self.ln(gap)

    def heading(self, text: str, *, size: float = 14, keep_mm: float = 30) -> None:
        """Begins a new page where less than ``keep_mm`` would be left below it."""
        self.room_for(keep_mm)
        self.ln(2)
        self.say(text, size=size, bold=True, gap=1.5)

    def room_for(self, height: float) -> None:
        """The next thing, so high, is not torn over two pages."""
        if self.get_y() > self.t_margin and self.will_page_break(height):
            self.add_page()

    def note(self, text: str, ground: str, edge: str) -> None:
        """A sentence on a coloured ground."""
        self._pen(10, INK)
        lines = self.multi_cell(self.epw - 8, 5, text, dry_run=True, output="LINES")
        assert isinstance(lines, list)
        height = 4.0 + 5 * len(lines)
        self.room_for(height)
        y = self.get_y()
        self.set_fill_color(ground)
        self.rect(self.l_margin, y, self.epw, height, style="F")
        self.set_fill_color(edge)
        self.rect(self.l_margin, y, 1.5, height, style="F")
        self.set_y(y + 2)
        self.say(text, x=self.l_margin + 4, width=self.epw - 8, gap=0)
        self.set_y(y + height + 2)

    def tiles(self, tiles: Sequence[tuple[str, str]]) -> None:
        """(figure, what it is), side by side."""
        width = self.epw / max(len(tiles), 1)
        y = self.get_y()
        below = y
        for i, (figure, what) in enumerate(tiles):
            x = self.l_margin + i * width
            self.set_y(y)
            self.say(figure, size=18, bold=True, x=x, width=width - 2, gap=0)
            self.say(what, size=9, colour=SOFT, x=x, width=width - 2, gap=0)
            below = max(below, self.get_y())
        self.set_y(below + 2)
        self.rule()

    def rule(self) -> None:
        self.set_draw_color(RULE)
        self.set_line_width(0.3)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(2)

    def picture(
        self, jpeg: bytes, x: float, y: float, width: float, height: float, told: str
    ) -> None:
        """In the middle of a box of that size."""
        self.set_fill_color(GROUND)
        self.rect(x, y, width, height, style="F")
        self.image(io.BytesIO(jpeg), x, y, width, height, keep_aspect_ratio=True, alt_text=told)

    def chart(self, chart: Chart, x: float, y: float, width: float) -> float:
        """The chart of one rep; returns its height."""
        scale = width / WIDTH

        def at(px: float, py: float) -> tuple[float, float]:
            return x + px * scale, y + py * scale

        self._pen(6, SOFT)
        self.set_line_width(0.15)
        for tick_y, degrees in chart.ticks_y:
            self.set_draw_color(RULE)
            self.line(*at(30, tick_y), *at(292, tick_y))
            self.set_xy(*at(0, tick_y - 8))
            self.cell(27 * scale, 16 * scale, f"{degrees}°", align="R")
        for tick_x, seconds in chart.ticks_x:
            self.set_xy(*at(tick_x - 20, 172))
            self.cell(40 * scale, 16 * scale, seconds, align="C")
        for gate in chart.gates:
            self.set_draw_color(gate.colour)
            self.set_fill_color(gate.colour)
            with self._lines(0.2, 0.5, 0.7), self.local_context(fill_opacity=0.13):
                size = (gate.width * scale, gate.height * scale)
                self.rect(*at(gate.x, gate.y), *size, style="DF")
        for line in chart.typical:
            self._draw(line, at, 0.35, (0.1, 1.0))
        for line in chart.lines:
            self._draw(line, at, 0.5, (1.3, 0.7) if line.side == "right" else (0, 0))
        return HEIGHT * scale

    def _draw(self, line: Line, at, width: float, dash: tuple[float, float]) -> None:  # type: ignore[no-untyped-def]
        self.set_draw_color(line.colour)
        with self._lines(width, *dash):
            for stretch in line.stretches:
                points = [at(*map(float, point.split(","))) for point in stretch.split()]
                self.polyline(points)

    @contextmanager
    def _lines(self, width: float, dash: float, gap: float) -> Iterator[None]:
        self.set_line_width(width)
        self.set_dash_pattern(dash, gap)
        yield
        self.set_dash_pattern()

    def grid(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
    ) -> None:
        """A table whose head stands on every page that it reaches."""
        self._pen(7.5, INK)
        self.set_draw_color(RULE)
        self.set_fill_color("#ffffff")
        self.set_line_width(0.2)
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=tuple(widths),
            headings_style=FontFace(emphasis="B", color=SOFT),
            line_height=4.2,
            padding=0.8,
            text_align="LEFT",
        ) as table:
            for each in (heads, *rows):
                row = table.row()
                for text in each:
                    row.cell(text)
        self.ln(2)

    def whole(self) -> bytes:
        return bytes(self.output())

    def _pen(self, size: float, colour: str, *, bold: bool = False) -> None:
        self.set_font(PAPER_FONT, "B" if bold else "", size)
        self.set_text_color(colour)


def _font_folder() -> Path:
    """DejaVu Sans as matplotlib carries it, which comes with mediapipe; nothing is imported."""
    spec = find_spec("matplotlib")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
