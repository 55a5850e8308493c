"""Marks that stand for the cell above them: "nt", "như trên", two strokes."""

import re
from collections.abc import Sequence
from dataclasses import replace

from khien.interchange.sheets.types import Cell, RawRow
from khien.kernel import vietnamese

_STROKES = re.compile(r"[\s\-–]*(\"{1,2}|“|”|''|〃|″|//|,,)[\s\-–]*")
_WORDS = ("nt", "n t", "nhu tren", "giong tren", "ditto", "same as above")


def is_mark(cell: Cell) -> bool:
    """Whether a cell only points to the one above."""
    return isinstance(cell, str) and len(cell) < 20 and (vietnamese.letters(cell) in _WORDS or _STROKES.fullmatch(cell) is not None)


def written_out(rows: Sequence[RawRow], fields: Sequence[str]) -> list[RawRow]:
    """The rows with such marks replaced by what they point to, in the columns that neighbours may share; one that points to nothing is empty."""
    out: list[RawRow] = []
    for row in rows:
        places = [place for field in fields for place in row.section.places(field) if is_mark(row.cell(place))]
        if places:
            above = {place: out[-1].cell(place) if out else None for place in places}
            said = {place: str(row.cell(place)) for place in places}
            row = replace(row, cells=tuple(above.get(place, cell) for place, cell in enumerate(row.cells)), ditto=said)
        out.append(row)
    return out
