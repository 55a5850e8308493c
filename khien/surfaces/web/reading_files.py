"""Readings from a logger's CSV: device, moment, degrees; comma or semicolon, with a header or without."""

import csv
import io
from collections.abc import Iterator

from khien.kernel.errors import Refused

_DEVICE, _MOMENT, _DEGREES = {"device", "tu", "tủ", "ma tu", "mã tủ", "serial", "id"}, {"at", "time", "gio", "giờ", "giờ đo", "timestamp"}, {
    "celsius", "temp", "temperature", "nhiet do", "nhiệt độ",
}  # fmt: skip


def rows(data: bytes, *, default: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (device, moment, degrees) as text; without a device column every row is the device's `default`.

    Raises Refused stock.file_unreadable.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("stock.file_unreadable") from None
    first = text.split("\n", 1)[0]
    sign = ";" if first.count(";") > first.count(",") else "\t" if first.count("\t") > first.count(",") else ","
    lines = csv.reader(io.StringIO(text), delimiter=sign)
    head = [cell.strip().lower() for cell in next(lines, [])]
    named = any(cell in _DEGREES for cell in head)
    columns = _columns(head, named)
    if columns is None:
        raise Refused("stock.file_unreadable")
    if not named:
        lines = csv.reader(io.StringIO(text), delimiter=sign)
    return _read(lines, *columns, default)


def _columns(head: list[str], named: bool) -> tuple[int | None, int, int] | None:
    if not named:
        return {2: (None, 0, 1), 3: (0, 1, 2)}.get(len(head))
    found = [next((i for i, cell in enumerate(head) if cell in names), None) for names in (_DEVICE, _MOMENT, _DEGREES)]
    return (found[0], found[1], found[2]) if found[1] is not None and found[2] is not None else None


def _read(lines: Iterator[list[str]], device: int | None, moment: int, degrees: int, default: str) -> Iterator[tuple[str, str, str]]:
    last = max(moment, degrees, device or 0)
    for line in lines:
        if len(line) > last:
            yield default if device is None else line[device].strip() or default, line[moment].strip(), line[degrees].strip()
        elif any(line):
            yield default, " ".join(line), ""
