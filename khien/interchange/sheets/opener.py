"""Open one workbook in a process of its own: a file made to exhaust or crash the reader ends this process, never the worker.

Run as a script; reads the file on standard input, writes JSON on standard output: a list of [sheet, rows, merged ranges, hidden].
Days and moments are written as {"d": iso}. Exit status: 0 read, 3 password, 4 not a spreadsheet; anything else is a crash.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 120  # of CPU
PASSWORD, UNREADABLE = 3, 4


def limit() -> None:
    """Bound what this process may take."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(value: Any) -> Any:
    """A cell as JSON."""
    if isinstance(value, datetime | date):
        return {"d": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def sheets(data: bytes) -> list[list[Any]]:
    """Every sheet with its rows from the first row and column on, and whether it is hidden."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: list[list[Any]] = []
    for meta in book.sheets_metadata:
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheet, hidden = book.get_sheet_by_name(meta.name), meta.visible != python_calamine.SheetVisibleEnum.Visible
            found.append([meta.name, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [], hidden])
    return found


def main() -> int:
    limit()
    try:
        json.dump(sheets(sys.stdin.buffer.read()), sys.stdout, default=plain, ensure_ascii=True)
    except Exception as error:
        return PASSWORD if type(error).__name__ == "PasswordError" else UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
