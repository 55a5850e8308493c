"""Reports on paper: A4 turned, a table whose head stands on each page, a line to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from khien.surfaces.web import say
from khien.surfaces.web.paper.sheet import INK, SOFT, Sheet

LEFT, RIGHT, BOTTOM = 12.0, 285.0, 188.0
WIDE = RIGHT - LEFT


@dataclass(frozen=True)
class Table:
    """Heads and lines of text; the first column is `wide` mm, the last `last`, the others share the rest."""

    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    wide: float = 60.0
    last: float = 0.0
    title: str = ""
    headings: frozenset[int] = frozenset()  # lines that stand over those below them, by number

    @property
    def widths(self) -> list[float]:
        """The columns' widths in mm."""
        between = len(self.heads) - 1 - bool(self.last)
        each = (WIDE - self.wide - self.last) / max(between, 1)
        return [self.wide, *([each] * between), *([self.last] if self.last else [])]


def report_pdf(*, title: str, form: str, tables: Sequence[Table], notes: Sequence[str], signer: str, made: datetime) -> bytes:
    """The report; every page has its title and number, the last one the notes and the place for a signature."""
    sheet = Sheet("A4", title=title, made=made, turned=True)
    y = _head(sheet, title, form, made)
    for table in tables:
        y = _draw(sheet, table, y, title, form, made) + 5
    if y > BOTTOM - 34:
        y = _head(sheet, title, form, made)
    for note in notes:
        y = sheet.write_at(LEFT, y, note, 9, colour=SOFT, width=WIDE / 2)
    sheet.write_at(RIGHT - 80, y - 8 if notes else y, signer, 10, bold=True, width=80, align="C")
    return sheet.octets()


def _head(sheet: Sheet, title: str, form: str, made: datetime) -> float:
    sheet.add_page()
    sheet.mark(LEFT, 9, 8)
    y = sheet.write_at(LEFT + 12, 8.5, title, 13, bold=True, width=WIDE - 62)
    y = sheet.write_at(LEFT + 12, y, form, 9, colour=SOFT, width=WIDE - 62)
    sheet.write_at(RIGHT - 50, 9, f"In lúc {say.dmyhm(made)}\nTrang {sheet.page_no()}", 8.5, colour=SOFT, width=50, align="R")
    return max(y, 20) + 2


def _draw(sheet: Sheet, table: Table, y: float, title: str, form: str, made: datetime) -> float:
    widths, size = table.widths, 8.0 if len(table.heads) > 9 else 9.5
    if table.title:
        y = sheet.write_at(LEFT, y, table.title, 11, bold=True, width=WIDE) + 1

    def head(top: float) -> float:
        below = sheet.row(LEFT, top, table.heads, widths, size - 0.5, bold=True)
        sheet.rule(LEFT, below, WIDE, thick=0.5, colour=INK)
        return below

    y = head(y)
    lines = [[str(cell) for cell in line] for line in table.lines]
    highs = [max(sheet.height_of(text, size, width - 2) for text, width in zip(cells, widths, strict=True)) + 3.2 for cells in lines]
    for number, cells in enumerate(lines):
        over = number in table.headings
        needed = sum(highs[number : number + 2]) if over else highs[number]
        if y + needed > BOTTOM:
            y = head(_head(sheet, title, form, made))
        y = sheet.row(LEFT, y, cells, widths, size, bold=over or number == len(lines) - 1)
    return y
