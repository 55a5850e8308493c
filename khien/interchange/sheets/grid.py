"""A plain grid of cells out of a small file: for figures, where no heading of people is looked for."""

from datetime import date, datetime

from khien.interchange.sheets import commas, old_excel, probes, reading
from khien.kernel.errors import Refused

MOST_ROWS = 20_000


def read_grid(data: bytes) -> list[list[str]]:
    """The rows of the first sheet (or of a .csv) as texts, whole numbers without a decimal point.

    Raises Refused: sheets.empty, sheets.not_a_spreadsheet, sheets.password, sheets.too_large, sheets.too_many_rows (rows, most).
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise Refused("sheets.empty")
    if data.startswith((probes.ZIP, probes.OLE)):
        (probes.probe_xlsx if data.startswith(probes.ZIP) else old_excel.probe_xls)(data)  # bounds before anything is opened
        books = [sheet for sheet in reading.opened(data) if not sheet[3]]
        rows = [[_said(cell) for cell in row] for row in books[0][1]] if books else []
    else:
        rows = commas.rows(commas.decode(data), _widest, MOST_ROWS)
    if len(rows) > MOST_ROWS:
        raise Refused("sheets.too_many_rows", rows=len(rows), most=MOST_ROWS)
    return rows


def _widest(rows: list[list[str]]) -> int:
    return max((len(row) for row in rows), default=0)


def _said(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()
