"""The day from which somebody wishes to be vaccinated: one that cannot be read is asked about and refuses nobody."""

import re

from khien.interchange.sheets.row_state import Staging
from khien.interchange.sheets.types import FormulaError, as_text
from khien.kernel import births
from khien.kernel.errors import Refused

_SHORT_YEAR = re.compile(r"(?<!\d)(\d{1,2}[-/.\s]+(?:\d{1,2}|[^\W\d_][\w. ]*)[-/.\s]+)(\d{2})$")
_FAR = 180  # days, the furthest that may be asked for where people register themselves


def wished_day(row: Staging) -> None:
    """Keep the day; an unreadable, past or far one is a warning, for a person can be called without it."""
    cell = row.cell("wished_date", "wished_date")
    if cell is None:
        return
    assert not isinstance(cell, FormulaError)
    whole = _SHORT_YEAR.sub(r"\g<1>20\2", cell.strip()) if isinstance(cell, str) else cell  # a wish lies ahead, in this century
    try:
        read = births.read_birth(whole)
    except Refused:
        row.warn("wished_date", "sheets.day_unreadable")
        return
    day = read.value.earliest()
    if read.value.day is None:
        row.warn("wished_date", "sheets.day_unreadable")
    elif row.today and day < row.today:
        row.warn("wished_date", "sheets.day_past")
    else:
        row.values["wished_date"] = day.isoformat()
        if read.repairs or whole != cell:
            row.repaired("wished_date", as_text(cell), read.value.display(), "sheets.day_rewritten")
        if row.today and (day - row.today).days > _FAR:
            row.warn("wished_date", "sheets.day_far")
