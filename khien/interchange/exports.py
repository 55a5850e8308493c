"""Workbooks and files that people take away: every text stays a text, whatever it begins with."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter

from khien.kernel import clock

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 48


@dataclass(frozen=True)
class Sheet:
    """One sheet: a line of title, the heads, the rows; `notes` stand under the table (source, moment)."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    title: str = ""
    notes: Sequence[str] = field(default_factory=tuple)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an .xlsx; texts are written as texts, so that no cell is ever a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 2, "bg_color": "#E6F0EF"}),
        "title": book.add_format({"bold": True, "font_size": 14}), "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}), "number": book.add_format({"num_format": "#,##0"}),
    }  # fmt: skip
    for sheet in sheets:
        _write(book.add_worksheet(_name(sheet.name)), sheet, styles)
    book.close()
    return out.getvalue()


def _name(text: str) -> str:
    """A name that Excel takes."""
    return "".join(" " if character in "[]:*?/\\'" else character for character in text)[:31] or "Khien"


def _write(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    line = 0
    if sheet.title:
        page.write_string(0, 0, sheet.title, styles["title"])
        line = 2
    widths = [len(head) for head in sheet.heads]
    for column, head in enumerate(sheet.heads):
        page.write_string(line, column, head, styles["head"])
    page.freeze_panes(line + 1, 0)
    for row in sheet.rows:
        line += 1
        for column, value in enumerate(row):
            _cell(page, line, column, value, styles)
            if column < len(widths):
                widths[column] = max(widths[column], len(str(value if value is not None else "")))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(max(width + 2, 8), WIDEST))
    for number, note in enumerate(sheet.notes, line + 2):
        page.write_string(number, 0, note)


def _cell(page: Any, line: int, column: int, value: Any, styles: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(line, column, "x" if value else "")
    elif isinstance(value, int | float):
        page.write_number(line, column, value, styles["number"])
    elif isinstance(value, datetime):
        page.write_datetime(line, column, clock.local(value).replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        page.write_datetime(line, column, datetime(value.year, value.month, value.day), styles["date"])
    else:
        page.write_string(line, column, str(value))


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows as UTF-8 CSV with a BOM; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_harmless(head) for head in heads])
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
