"""A row on its way back: its cells as one form shows them, its form as the file's own cells, a corrected file under the first one's headings."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from khien.interchange.sheets.types import Cell, Column, RawRow, Section
from khien.kernel import vietnamese

_NAME = ("family_name", "full_name", "name_part")
_PARTS = ("birth_day", "birth_month", "birth_year")
_SAME = {"cccd": "identifier", "passport": "identifier", "no_papers": "identifier"}
_SEXES = {"Nam": ("sex_male", "birth_male"), "Nữ": ("sex_female", "birth_female")}


_PLACE = re.compile(r"0*(\d{1,7})\s*(?:#\s*([0-9a-f]{6}))?")


def mark_of(list_id: object, section: int) -> str:
    """What a row's number carries in the file of errors: another list, or another sheet of this one, has a row of that number too."""
    return hashlib.sha256(f"{list_id}:{section}".encode()).hexdigest()[:6]


def place_of(text: str) -> tuple[int, str] | None:
    """The original row that a cell of the file of errors names, and its mark, "" when the sender wrote the number alone."""
    found = _PLACE.fullmatch(text.strip().casefold())
    return (int(found[1]), found[2] or "") if found else None


def together(fields: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by field as a form asks for them: one name, one birth date, one sex."""
    told = [(field, text.strip()) for field, text in zip(fields, cells, strict=False) if field and text.strip()]
    found: dict[str, str] = {}
    for field, text in told:
        found.setdefault(_SAME.get(field, field), text)
    found |= {"full_name": " ".join(text for field, text in told if field in _NAME)} if any(field in _NAME for field, _ in told) else {}
    for word, marks in _SEXES.items():
        if "sex" not in found and any(field in marks for field, _ in told):
            found["sex"] = word
    if "birth_date" not in found:
        years = [text for field, text in told if field in ("birth_male", "birth_female")]
        parts = [text for part in _PARTS for field, text in told if field == part]
        if years or parts:
            found["birth_date"] = years[0] if years else "/".join(parts)
    return found


def apart(fields: Sequence[str], cells: Sequence[str], form: Mapping[str, str]) -> tuple[str, ...]:
    """The file's cells with what the form says now; a cell that says the same is left as it was written."""
    before = together(fields, cells)
    now = list(cells) + [""] * (len(fields) - len(cells))
    for name, text in form.items():
        if (text := text.strip()) != before.get(name, ""):
            _write(now, fields, name, text)
    return tuple(now)


def _write(now: list[str], fields: Sequence[str], name: str, text: str) -> None:
    """Write one field of a form into the columns that hold it."""
    pieces = _pieces(fields, name, text)
    for place, field in enumerate(fields):
        if field in pieces:
            now[place] = pieces.pop(field)
            if name == "identifier":
                return


def _pieces(fields: Sequence[str], name: str, text: str) -> dict[str, str]:
    """Column -> its part of the field."""
    if name == "full_name" and any(field in ("family_name", "name_part") for field in fields):
        first, _space, last = text.rpartition(" ")
        return {"family_name": first, "full_name": last} if "family_name" in fields else {"full_name": first, "name_part": last}
    if name == "birth_date" and "birth_date" not in fields:
        if "birth_day" in fields:
            day, month, year = ["", "", *text.replace("-", "/").replace(".", "/").split("/")][-3:]
            return {"birth_day": day, "birth_month": month, "birth_year": year}
        return {field: text for field in ("birth_year", "birth_male", "birth_female") if field in fields}
    if name == "sex" and "sex" not in fields:
        return {}
    if name == "identifier":
        return dict.fromkeys(("identifier", "cccd", "passport"), text)
    return {name: text}


class Before(Protocol):
    """What is asked of the row as it stands: its state, its cells as first sent and as last written."""

    @property
    def state(self) -> str: ...
    @property
    def sent(self) -> tuple[str, ...]: ...
    @property
    def cells(self) -> tuple[str, ...]: ...


def nothing_new(cells: Sequence[str], before: Before) -> bool:
    """Whether a corrected file only repeats what the row's page has put right, decided or left out since the file was taken."""
    told, sent, last = (_told(one) for one in (cells, before.sent, before.cells))
    return told == sent != last or (told == last and before.state != "refused")


def _told(cells: Sequence[str]) -> list[str]:
    texts = [text.strip() for text in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def under_first_headings(told: Mapping[str, Any], raw: RawRow, before: Sequence[str] = ()) -> RawRow:
    """A corrected row under the headings of the list's first file, so that it is understood as the first one was.

    Columns that the sender has added since come after them. A row that had cells too many (`before` are its cells) and
    still has some is no righter than it was.
    """
    left = list(raw.section.columns)
    columns: list[Column] = []
    cells: list[Cell] = []
    for heading, field in zip(told["headings"], told["fields"], strict=True):
        column = next((one for one in left if vietnamese.letters(one.heading) == vietnamese.letters(heading)), None)
        if column:
            left.remove(column)
        columns.append(Column(len(columns), heading, field))
        cells.append(raw.cell(column.place) if column else None)
    for extra in left:
        columns.append(Column(len(columns), extra.heading, extra.field))
        cells.append(raw.cell(extra.place))
    section = Section(raw.section.sheet, raw.section.heading_row, tuple(columns), month_first=bool(told.get("month_first")))
    still = replace(raw, overfull=len(before) > len(told["fields"])).beyond
    return RawRow(section, raw.number, (*cells, *still), overfull=bool(still))
