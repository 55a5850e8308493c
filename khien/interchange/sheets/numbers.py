"""The numbers of one row: what names the person, what names the insurance, and why there is none."""

import re
from datetime import date

from khien.interchange.sheets import vocabulary
from khien.interchange.sheets.row_state import Staging
from khien.interchange.sheets.types import Cell, FormulaError, as_text
from khien.kernel import identifiers, vietnamese
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, IdType

_NUMBERS = ("cccd", "identifier", "passport", "cmnd")


def number(row: Staging) -> None:
    """The number that names the person; an old card's number in a column of its own is kept as the former one."""
    read: list[Identified] = []
    for name in _NUMBERS:
        for place in row.raw.section.places(name):
            cell = row.raw.cell(place)
            if isinstance(cell, FormulaError):
                row.spoilt("identifier", cell)
            elif cell is not None and not _says_none(row, cell):
                row.attempt("identifier", lambda name=name, cell=cell: read.append(_one_number(row, name, cell)))  # type: ignore[misc]
    if not read:
        _papers_told(row)
        if not row.refused("identifier") and row.values.get("no_papers") is None:
            row.warn("identifier", "sheets.no_identifier")
        return
    first, *others = read
    row.values |= {"id_type": first.type.value, "id_country": first.country, "id_value": first.value}
    row.values.pop("no_papers", None)
    former = next((other.value for other in others if other.type is IdType.CMND), None)
    if former:
        row.values["former_id"] = former
    for warning in first.warnings:
        row.warn("identifier", f"identifiers.{warning}")


def _papers_told(row: Staging) -> None:
    """Why there is no number, from the column of reasons or from the note."""
    for name in ("no_papers", "note"):
        word = vietnamese.letters(as_text(row.raw.value(name))).removesuffix(" giay to").removesuffix(" cccd")
        if reason := vocabulary.NO_PAPERS_WORDS.get(word):
            row.values.setdefault("no_papers", reason)


def _one_number(row: Staging, name: str, cell: str | float | date) -> Identified:
    """Read one number's cell."""
    if isinstance(cell, date):
        raise Refused("sheets.number_became_date")
    wanted = None if name == "identifier" else name
    country = row.values.get("nationality")
    foreign = country not in (None, "VN")
    if foreign and name in ("cccd", "cmnd") and sum(c.isdigit() for c in as_text(cell)) not in (11, 12):
        wanted = "passport"  # the list has one column for everybody's paper
    old = name == "cccd" and re.fullmatch(r"[1-9]\d{7}", re.sub(r"[\s.']", "", as_text(cell)))
    if old and not foreign:
        wanted = None  # an old card's nine digits are taken here too, whose zero the spreadsheet dropped
    found = identifiers.read_identifier(cell, wanted if not (foreign and name == "identifier") else "passport",
                                        row.values.get("sex"), row.birth, country if foreign else None)
    whys = (*found.repairs, "old_card_number") if old and found.type is IdType.CMND else found.repairs
    row.repaired("identifier", as_text(cell), found.value, *(f"identifiers.{why}" for why in whys))
    return found


def _says_none(row: Staging, cell: Cell) -> bool:
    """Words such as "chưa có" in the number's cell: no papers, with the reason that they give; a cross or a dash gives none."""
    text = as_text(cell)
    word = vietnamese.letters(text)
    if not any(c.isalnum() for c in text) or word in vocabulary.NO_REASON:
        return True
    if word not in vocabulary.NO_NUMBER and word not in vocabulary.NO_PAPERS_WORDS:
        return False
    row.values["no_papers"] = vocabulary.NO_PAPERS_WORDS.get(word, "never_issued")
    return True


def insurance(row: Staging) -> None:
    """The insurance number; a personal number in its column names the person where nothing else does."""
    cell = row.cell("insurance", "insurance")
    if cell is None or not set(as_text(cell)) - set("-_./ ") or vietnamese.letters(as_text(cell)) in vocabulary.NO_NUMBER:
        return
    if isinstance(cell, date):
        raise Refused("sheets.number_became_date")
    assert not isinstance(cell, FormulaError)
    found = identifiers.read_identifier(cell, IdType.BHYT, row.values.get("sex"), row.birth)
    if found.type is IdType.CCCD and "id_value" not in row.values:
        row.values |= {"id_type": found.type.value, "id_country": found.country, "id_value": found.value}
    elif found.type is IdType.BHYT:
        row.values["insurance"] = found.value
    row.repaired("insurance", as_text(cell), found.value, *(f"identifiers.{why}" for why in found.repairs))
