"""Read a messy list into rows: the right sheet, the right heading, nothing of the original lost."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby, product
from pathlib import PurePath

from khien.interchange.sheets import commas, ditto, footers, headings, old_excel, opener, probes
from khien.interchange.sheets.types import (
    MOST_BYTES,
    MOST_ROWS,
    Cell,
    Column,
    FormulaError,
    RawRow,
    Section,
    Skipped,
    Table,
    as_text,
)
from khien.kernel import vietnamese
from khien.kernel.errors import Refused

Grid = list[list[Cell]]

EXAMPLE = "vi du"
_NAME_FIELDS = ("full_name", "family_name", "name_part")
_SHARED_WHEN_MERGED = ("address", "commune", "district", "province", "neighbourhood", "phone", "work_unit", "priority_group", "guardian_name",
                       "guardian_phone", "wished_date", "ethnic", "nationality", "occupation")


def read_table(data: bytes, filename: str) -> Table:
    """Read .xlsx, .xls or .csv by its content; the file's name only helps to tell text from rubbish.

    Raises Refused: sheets.empty, sheets.too_big (most), sheets.too_large (most), sheets.password, sheets.html_page,
    sheets.not_a_spreadsheet, sheets.no_heading, sheets.too_many_rows (rows, most).
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise Refused("sheets.empty")
    if len(data) > MOST_BYTES:
        raise Refused("sheets.too_big", most=MOST_BYTES // 1024 // 1024)
    if data.startswith(probes.ZIP):
        return _workbook("xlsx", data, probes.probe_xlsx(data), probes.counts_from_1904)
    if data.startswith(probes.OLE):
        return _workbook("xls", data, old_excel.probe_xls(data), old_excel.counts_from_1904)
    return _text_file(data, filename)


def _text_file(data: bytes, filename: str) -> Table:
    """A .csv, or something that only pretends to be a list."""
    if re.match(rb"\s*(<!doctype html|<html|<table|<\?xml|<meta)", data[:300], re.IGNORECASE):
        raise Refused("sheets.html_page")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"GIF8")):
        raise Refused("sheets.not_a_spreadsheet")
    grid: Grid = [[cell.strip() or None for cell in row] for row in commas.rows(commas.decode(data), _judge, MOST_ROWS)]
    if not any(any(row) for row in grid):
        raise Refused("sheets.empty")
    try:
        return _table("csv", [("", grid, [])])
    except Refused as refusal:
        if refusal.code == "sheets.no_heading" and PurePath(filename).suffix.lower() not in (".csv", ".txt", ".tsv", ".xls", ""):
            raise Refused("sheets.not_a_spreadsheet") from None
        raise


def _judge(rows: list[list[str]]) -> int:
    """How many fields of a person the heading among these rows names."""
    found = headings.find_heading([[cell.strip() or None for cell in row] for row in rows], [])
    return len(found.fields) if found else 0


def _workbook(kind: str, data: bytes, found: dict[str, probes.SheetProbe], counts_from_1904: Callable[[bytes], bool]) -> Table:
    """Open a probed workbook and take its visible sheets; a hidden one that holds a list is named, not read."""
    sheets: list[tuple[str, Grid, headings.Merged]] = []
    hidden: list[str] = []
    for name, rows, merged, unseen in opened(data):
        grid = _grid(rows, found.get(name) or probes.SheetProbe())
        if unseen:
            hidden += [name] if headings.find_heading(grid, []) else []
        elif any(cell is not None for row in grid for cell in row):
            sheets.append((name, grid, [((top, left), (bottom, right)) for (top, left), (bottom, right) in merged]))
    if not sheets:
        raise Refused("sheets.empty")
    table = _table(kind, sheets, from_1904=counts_from_1904(data))
    put_away = {name: probe.hidden for name, probe in found.items() if probe.hidden}
    seen = tuple(replace(row, hidden=True) if row.number - 1 in put_away.get(row.section.sheet, ()) else row for row in table.rows) if put_away else table.rows
    unseen_columns = [
        (section.sheet, column.heading)
        for section in table.sections
        for column in section.columns
        if column.field not in ("", headings.ORDINAL) and section.sheet in found and column.place in found[section.sheet].hidden_columns
    ]
    return replace(table, rows=seen, hidden_sheets=tuple(hidden), hidden_columns=tuple(dict.fromkeys(unseen_columns)))


def opened(data: bytes) -> list[tuple[str, list[list[object]], list[tuple[tuple[int, int], tuple[int, int]]], bool]]:
    """Sheets as the opener's own process reads them; whatever ends that process only refuses the file."""
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in os.environ}
    try:
        done = subprocess.run([sys.executable, "-I", opener.__file__], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,  # noqa: S603
                              timeout=2 * opener.SECONDS, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise Refused("sheets.not_a_spreadsheet") from None
    if done.returncode:
        raise Refused("sheets.password" if done.returncode == opener.PASSWORD else "sheets.not_a_spreadsheet")
    return list(json.loads(done.stdout))


def _grid(rows: Sequence[Sequence[object]], probe: probes.SheetProbe) -> Grid:
    """Cells in our types: blanks are None, errors are FormulaError."""
    grid: Grid = [[_cell(value) for value in row] for row in rows]
    for (row, column), shown in probe.errors.items():
        while row >= len(grid):
            grid.append([])
        line = grid[row]
        line.extend([None] * (column + 1 - len(line)))
        if line[column] is None or shown != "#?":
            line[column] = FormulaError(shown)
    return grid


def _cell(value: object) -> Cell:
    if isinstance(value, dict):
        moment = datetime.fromisoformat(value["d"])
        return moment if "T" in value["d"] else moment.date()
    if isinstance(value, str):
        text = commas.CONTROL.sub("", value).strip()
        if text.startswith("#") and text in ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"):
            return FormulaError(text)
        return text or None
    if isinstance(value, bool):
        return "x" if value else None
    return value if isinstance(value, int | float) else None


_OF_ONE_PERSON = {"birth_date", "birth_year", "cccd", "cmnd", "identifier", "passport", "phone", "sex", "address"}


def _table(kind: str, sheets: list[tuple[str, Grid, headings.Merged]], *, from_1904: bool = False) -> Table:
    """Put the sheets' lists together. Raises Refused sheets.no_heading, sheets.too_many_rows."""
    sections, rows, skipped, unread, doubled = [], [], [], [], []
    for name, grid, merged in sheets:
        found = headings.find_heading(grid, merged)
        if found is None:
            unread.append(name)
            continue
        columns = _with_name_parts(found, grid, merged)
        beside = _names_beside(columns, grid[found.last + 1:])
        columns = tuple(sorted([*columns, *beside], key=lambda column: column.place))
        if from_1904:
            _days_from_1904(columns, grid[found.last + 1:])
        if _second_table(columns, grid[found.last + 1:]):
            doubled.append(name)
        section = Section(name, found.last + 1, columns, *_date_order(columns, grid[found.last + 1:]), name_joined=bool(beside))
        sections.append(section)
        kept, left_out = _rows(section, found, grid, merged)
        if kind == "csv":
            kept = [replace(row, overfull=any(cell is not None for cell in row.cells[len(grid[found.last]):])) for row in kept]
        rows += kept
        skipped += left_out
        if len(rows) > MOST_ROWS:
            raise Refused("sheets.too_many_rows", rows=len(rows), most=MOST_ROWS)
    if not sections:
        raise Refused("sheets.no_heading")
    if not rows:
        raise Refused("sheets.no_rows")
    return Table(kind, tuple(sections), tuple(rows), tuple(skipped), tuple(unread), doubled_sheets=tuple(doubled))


def _second_table(columns: Sequence[Column], rows: Grid) -> bool:
    """Say whether another table stands to the right of the one that is read: a second name, its own births, numbers or phones, and somebody in it."""
    names = [column.place for column in columns if column.field == "full_name"]
    if len(names) < 2:
        return False
    left = {column.field for column in columns if column.place < names[1]}
    again = {column.field for column in columns if column.place > names[1]} & left & _OF_ONE_PERSON
    return bool(again) and any(names[1] < len(row) and row[names[1]] for row in rows)


def _with_name_parts(found: headings.Heading, grid: Grid, merged: headings.Merged) -> tuple[Column, ...]:
    """A name's heading merged over two columns holds family and given name apart: a layout of class lists."""
    name = next(column for column in found.columns if column.field == "full_name")
    span = max((right for (top, left), (bottom, right) in merged if left == name.place and found.first in range(top, bottom + 1)), default=0)
    headed = {column.place for column in found.columns if column.field or (column.heading and column.heading != name.heading)}
    parts = [Column(place, name.heading, "name_part") for place in range(name.place + 1, span + 1) if place not in headed]
    kept = [column for column in found.columns if column.place not in {part.place for part in parts}]
    return tuple(sorted([*kept, *parts], key=lambda column: column.place))


def _names_beside(columns: tuple[Column, ...], rows: Grid) -> list[Column]:
    """The columns without a heading to the right of the name's that hold its other parts: only the first has the heading.

    Told by the last one's cells: one or two words each, nearly every row, mostly different from each other, no word for a sex.
    """
    if any(column.field in ("family_name", "given_name", "name_part") for column in columns):
        return []
    name = next(column for column in columns if column.field == "full_name")
    headed = {column.place for column in columns}
    people = [row for row in rows if any(isinstance(cell, str) for cell in row[name.place:name.place + 1])]
    place = name.place + 1
    while place + 1 not in headed and place not in headed and any(row[place + 1:place + 2] not in ([], [None]) for row in people):
        place += 1
    if place in headed or not _are_names(place, people):
        return []
    return [Column(one, name.heading, "name_part") for one in range(name.place + 1, place + 1)]


def _are_names(place: int, people: Grid) -> bool:
    """Whether a column holds the given names of these rows."""
    cells = [cell for row in people for cell in row[place:place + 1] if cell is not None]
    words = [vietnamese.letters(cell) for cell in cells if isinstance(cell, str) and re.fullmatch(r"[^\W\d_]+( [^\W\d_]+)?", vietnamese.clean(cell))]
    if not words or len(words) < len(cells) or len(words) * 5 < len(people) * 4 or set(words) <= {"nam", "nu", "x", "kinh", "khong", "co"}:
        return False
    return len(set(words)) * 3 >= len(words) > 1


def _days_from_1904(columns: tuple[Column, ...], rows: Grid) -> None:
    """Put the day itself where a date column shows only its number, counted from 1904; a year or ddMMyyyy stays a number."""
    places = [column.place for column in columns if column.field in ("birth_date", "wished_date")]
    for row, place in product(rows, places):
        cell = row[place] if place < len(row) else None
        if isinstance(cell, int | float) and 3000 < cell < 60_000:
            row[place] = date(1904, 1, 1) + timedelta(days=int(cell))


def _date_order(columns: tuple[Column, ...], rows: Grid) -> tuple[bool, bool, bool]:
    """Judge a whole column of birth dates: (month first, mixed, day and month swapped by the spreadsheet itself).

    A day above 12 in second place shows month first. Where a spreadsheet read dd/MM as MM/dd, its real dates all have a day
    up to 12 and only the impossible ones stayed as text, with a day above 12.
    """
    place = next((column.place for column in columns if column.field == "birth_date"), None)
    if place is None:
        return False, False, False
    cells = [row[place] for row in rows if place < len(row)]
    pairs = [(int(found[1]), int(found[2])) for cell in cells if isinstance(cell, str)
             if (found := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}", cell))]
    day_first = sum(a > 12 for a, _ in pairs)
    month_first = sum(b > 12 >= a for a, b in pairs)
    real = [cell for cell in cells if isinstance(cell, date)]
    swapped = len(real) >= 5 and len(pairs) >= 5 and day_first == len(pairs) and all(cell.day <= 12 for cell in real)
    return month_first > 0 == day_first, month_first > 0 < day_first, swapped


def _rows(section: Section, found: headings.Heading, grid: Grid, merged: headings.Merged) -> tuple[list[RawRow], list[Skipped]]:
    """The rows under a heading that hold a person, and those that do not, with why."""
    filled = _fill_merged(section, found, grid, merged)
    kept, skipped = [], []
    heading = [headings.heading_text(cell) for cell in grid[found.last]]
    lines = [RawRow(section, place + 1, tuple(grid[place]), frozenset(filled.get(place, ()))) for place in range(found.last + 1, len(grid))]
    foot = footers.foot(lines)
    for place, row in enumerate(lines):
        why = _why_skipped(row, heading, first=place == 0)
        if place in foot and why in (None, "note"):
            why = "footer"
        elif why is None and not footers.is_person(row) and footers.begins(row.cells):
            why = "note"  # who leads the group whose names follow
        if why is None:
            kept.append(row)
        elif why:
            skipped.append(Skipped(section.sheet, row.number, why))
    return ditto.written_out(kept, _SHARED_WHEN_MERGED), skipped


def _why_skipped(row: RawRow, heading: list[str], *, first: bool) -> str | None:
    """None for a person's row, "" for a blank one, else why it holds nobody."""
    own = {column.place for column in row.section.columns if column.field in (headings.ORDINAL, headings.ORIGINAL_ROW, headings.REASON)}
    texts = {place: cell for place, cell in enumerate(row.cells) if cell is not None and place not in row.filled}
    if any(isinstance(cell, str) and vietnamese.letters(cell[:40]).startswith(EXAMPLE) for place, cell in texts.items() if place in own):
        return "example"
    if not set(texts) - own:
        return _remark(texts.values()) if any(c.isalpha() for c in as_text(row.value(headings.ORDINAL))) else ""
    if all(headings.heading_text(cell) == heading[place] for place, cell in texts.items() if place < len(heading)):
        return "heading"
    if first and headings.is_numbering(row.cells):
        return "numbering"
    named = any(row.value(field) is not None for field in _NAME_FIELDS)
    known = [column for column in row.section.columns if column.field and column.place in texts and column.place not in own]
    if named and (_is_total(row, texts) or _is_sum(row)):
        return "total"
    if named or len(known) >= 3:
        return None
    strong = any(column.field in ("identifier", "cccd", "cmnd", "passport", "insurance", "birth_date") and _has_digits(row.cell(column.place))
                 for column in known)
    if strong:
        return None
    return _remark(texts.values())


def _remark(cells: Iterable[Cell]) -> str:
    """A line of the list that is about nobody: its total, or a note."""
    words = vietnamese.letters(" ".join(as_text(cell) for cell in cells))
    return "total" if re.match(r"(tong|cong|total)\b", words) else "note"


def _is_total(row: RawRow, texts: Mapping[int, Cell]) -> bool:
    """Whether a line with words in the name column is the list's sum: it counts, and holds nothing else of a person."""
    names = {place for field in _NAME_FIELDS for place in row.section.places(field)}
    if _remark(cell for place, cell in texts.items() if place in names) != "total":
        return False
    rest = [as_text(cell) for place, cell in texts.items() if place not in names]
    counts = all(re.fullmatch(r"[0-9]{1,6}( *(người|nguoi))?", text) for text in rest)
    return counts and any(c.isdigit() for cell in texts.values() for c in as_text(cell))


def _is_sum(row: RawRow) -> bool:
    """Whether "Cộng" stands where the row's number should, and a count where its name should."""
    name = "".join(as_text(row.value(field)) for field in _NAME_FIELDS)
    return _remark([row.value(headings.ORDINAL)]) == "total" and name.isdecimal()


def _has_digits(cell: Cell) -> bool:
    return sum(c.isdigit() for c in as_text(cell)) >= 6


def _fill_merged(section: Section, found: headings.Heading, grid: Grid, merged: headings.Merged) -> dict[int, list[int]]:
    """Write a cell merged downwards into its rows, where a household or a group may share it; never names or numbers."""
    fields = {column.place: column.field for column in section.columns}
    filled: dict[int, list[int]] = {}
    if sum(bottom - top for (top, _), (bottom, _) in merged) > 4 * MOST_ROWS:
        return {}
    spans = [(top, left, bottom) for (top, left), (bottom, right) in merged
             if top > found.last and bottom > top and left == right and fields.get(left) in _SHARED_WHEN_MERGED]
    for column, group in groupby(sorted(spans, key=lambda span: span[1]), key=lambda span: span[1]):
        for top, _, bottom in group:
            value = grid[top][column] if top < len(grid) and column < len(grid[top]) else None
            for place in range(top + 1, min(bottom + 1, len(grid)) if value is not None else top):
                grid[place].extend([None] * (column + 1 - len(grid[place])))
                if grid[place][column] is None:
                    grid[place][column] = value
                    filled.setdefault(place, []).append(column)
    return filled
