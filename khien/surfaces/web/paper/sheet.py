"""A sheet of paper: our two weights, our colours, millimetres; text that wraps or shrinks instead of leaving its place."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from khien.surfaces.web import assets, qr
from khien.surfaces.web.paper import fonts

INK, SOFT, TEAL, READY, STOP, LINE = (20, 33, 43), (74, 89, 100), (0, 96, 91), (20, 102, 46), (176, 13, 30), (211, 220, 221)
Colour = tuple[int, int, int]
POINT = 25.4 / 72
LEADING = 1.4
SIZES = {"A4": (210.0, 297.0), "A5": (148.0, 210.0)}


class Sheet(FPDF):
    """A document of ours; `ratio` shrinks all text at once, so that a page stays one page."""

    def __init__(self, paper: str, *, title: str, made: datetime, ratio: float = 1.0, turned: bool = False) -> None:
        super().__init__(orientation="L" if turned else "P", unit="mm", format=SIZES[paper])
        self.ratio = ratio
        self.set_auto_page_break(False)
        self.set_margins(0, 0, 0)
        self.c_margin = 0
        self.add_font("kh", "", fonts.path("regular"))
        self.add_font("kh", "B", fonts.path("bold"))
        faces: list[Any] = [self.fonts["kh"], self.fonts["khB"]]
        for face in faces:  # the bounds of each letter stand in the file: worked out anew they cost more than all the rest of a page
            face.ttfont.recalcBBoxes = False
        self._known = set(faces[0].cmap) & set(faces[1].cmap)
        self.set_title(title)
        self.set_lang("vi")
        self.set_creator("Khiên")
        self.set_creation_date(made)

    def clean(self, text: str) -> str:
        """The text in letters that our face has; a letter it lacks loses its marks, or becomes a question mark."""
        text = unicodedata.normalize("NFC", str(text))
        return "".join(c if ord(c) in self._known or c == "\n" else self._plain(c) for c in text)

    def _plain(self, letter: str) -> str:
        base = unicodedata.normalize("NFKD", letter)[:1]
        return base if base and ord(base) in self._known else "?"

    def style(self, size: float, *, bold: bool = False, colour: Colour = INK) -> float:
        """Set the face; returns the height of a line in mm."""
        self.set_font("kh", "B" if bold else "", size * self.ratio)
        self.set_text_color(*colour)
        return size * self.ratio * POINT * LEADING

    def write_at(
        self, x: float, y: float, text: str, size: float = 10.5, *, bold: bool = False, colour: Colour = INK,
        width: float | None = None, align: str = "L",
    ) -> float:  # fmt: skip
        """Write from (x, y) of the line's top, wrapped into `width`; returns the y below."""
        high = self.style(size, bold=bold, colour=colour)
        self.set_xy(x, y)
        words, wide = self.clean(text), width or self.w - x
        if "\n" not in words and self.get_string_width(words) <= wide:  # most lines: nothing to break, and looking for where costs the most
            self.cell(wide, high, words, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)
        else:
            self.multi_cell(wide, high, words, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT, padding=0)
        return float(self.get_y())

    def height_of(self, text: str, size: float, width: float, *, bold: bool = False) -> float:
        """How high that text would be, in mm."""
        high = self.style(size, bold=bold)
        found: Any = self.multi_cell(width, high, self.clean(text), dry_run=True, output=MethodReturnValue.HEIGHT)
        return float(found)

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        width: float,
        *,
        bold: bool = False,
        colour: Colour = INK,
        align: str = "L",
    ) -> float:
        """Write one line, made smaller (to 60 %) until it fits; longer text wraps."""
        smaller = size
        while smaller > size * 0.6:
            self.style(smaller, bold=bold)
            if self.get_string_width(self.clean(text)) <= width:
                break
            smaller -= 0.25
        return self.write_at(x, y, text, smaller, bold=bold, colour=colour, width=width, align=align)

    def rule(self, x: float, y: float, width: float, *, thick: float = 0.25, colour: Colour = LINE) -> None:
        """A horizontal line."""
        self.set_draw_color(*colour)
        self.set_line_width(thick)
        self.line(x, y, x + width, y)

    def frame(
        self, x: float, y: float, width: float, height: float, *, colour: Colour = INK, thick: float = 0.3, round_: float = 0
    ) -> None:
        """A box."""
        self.set_draw_color(*colour)
        self.set_line_width(thick)
        self.rect(x, y, width, height, round_corners=bool(round_), corner_radius=round_)

    def box(self, x: float, y: float, size: float = 3.6) -> None:
        """A square to tick by hand."""
        self.frame(x, y, size, size)

    def mark(self, x: float, y: float, width: float) -> None:
        """The shield."""
        self.image(assets.FOLDER / "mark.svg", x, y, width, width * 40 / 36)

    def code(self, text: str, x: float, y: float, size: float, *, error: str = "m") -> None:
        """A QR code as vector; the white around it is the caller's."""
        rows = qr.matrix(text, error)
        step = size / len(rows)
        self.set_fill_color(0, 0, 0)
        for column, row, length in qr.runs(rows):
            self.rect(x + column * step, y + row * step, length * step + 0.005, step + 0.005, style="F")

    def sign_check(self, x: float, y: float, size: float, colour: Colour = READY) -> None:
        """The tick in a circle."""
        self.set_draw_color(*colour)
        self.set_line_width(size / 12)
        self.circle(x + size / 2, y + size / 2, size * 0.42, style="D")
        self.polyline(
            [(x + size * 0.3, y + size * 0.52), (x + size * 0.44, y + size * 0.65), (x + size * 0.7, y + size * 0.37)]
        )

    def sign_warn(self, x: float, y: float, size: float, colour: Colour = STOP) -> None:
        """The triangle."""
        self.set_draw_color(*colour)
        self.set_line_width(size / 12)
        self.polygon([(x + size / 2, y + size * 0.12), (x + size * 0.93, y + size * 0.87), (x + size * 0.07, y + size * 0.87)])
        self.line(x + size / 2, y + size * 0.4, x + size / 2, y + size * 0.62)
        self.line(x + size / 2, y + size * 0.74, x + size / 2, y + size * 0.76)

    def row(
        self,
        x: float,
        y: float,
        cells: Sequence[str],
        widths: Sequence[float],
        size: float,
        *,
        bold: bool = False,
        gap: float = 1.6,
    ) -> float:
        """One row of a table; each cell wraps in its width; returns the y below, with the line drawn."""
        bottom = y
        for text, width in zip(cells, widths, strict=True):
            bottom = max(bottom, self.write_at(x, y + gap, text, size, bold=bold, width=width - 2))
            x += width
        bottom += gap
        self.rule(x - sum(widths), bottom, sum(widths))
        return bottom

    def sample(self) -> None:
        """Say across the page that it is a sample."""
        self.set_text_color(226, 231, 232)
        self.set_font("kh", "B", 40)
        with self.rotation(35, self.w / 2, self.h / 2):
            self.text(self.w / 2 - self.get_string_width("BẢN MẪU") / 2, self.h / 2, "BẢN MẪU")

    def header(self) -> None:
        """In a practice copy every page says so, before anything is written on it."""
        if settings.PRACTICE:
            self.practice()

    def practice(self) -> None:
        """A line at the very top and the word across the page."""
        self.set_text_color(240, 214, 190)
        self.set_font("kh", "B", 44)
        with self.rotation(35, self.w / 2, self.h / 2):
            self.text(self.w / 2 - self.get_string_width("BẢN TẬP") / 2, self.h / 2, "BẢN TẬP")
        self.set_text_color(*STOP)
        self.set_font("kh", "B", 9)
        self.text(6, 5, "BẢN TẬP - người và số liệu giả định, không có giá trị / PRACTICE COPY - invented people, no value")

    def octets(self) -> bytes:
        """The finished file."""
        return bytes(self.output())
