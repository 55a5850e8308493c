"""Readings from a logger's CSV: device, moment, degrees; comma, semicolon or tab, with a header or without, degrees with a point or a comma."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from khien.kernel import vietnamese
from khien.kernel.errors import Refused

_DEVICE, _MOMENT, _DEGREES = {"device", "thiet bi", "ma thiet bi", "tu", "ma tu", "serial", "serial number", "id", "logger", "may ghi"}, {
    "at", "time", "gio", "gio do", "timestamp", "date time", "datetime", "ngay gio", "thoi gian",
}, {"celsius", "temp", "temperature", "nhiet do", "degrees"}  # fmt: skip
Columns = tuple[int | None, int, int]


def rows(data: bytes, *, default: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (device, moment, degrees) as text; without a device column every row is the device's `default`.

    A line that can be read in two ways comes out whole, to be kept aside, never half. Raises Refused stock.file_unreadable.
    """
    text = _text(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    sign = ";" if first.count(";") > first.count(",") else "\t" if first.count("\t") > first.count(",") else ","
    lines = _lines(text, sign)
    begin = next(lines, [])
    head = [_plain(cell) for cell in begin]
    named = any(cell in _DEGREES for cell in head)
    columns = _columns(head, named, sign)
    if columns is None:
        raise Refused("stock.file_unreadable")
    return _read(lines if named else chain([begin], lines), columns, len(head) if named else max(columns[1:]) + 1, sign, default)


def _lines(text: str, sign: str) -> Iterator[list[str]]:
    """The lines that hold anything."""
    try:
        yield from (line for line in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if any(line))
    except csv.Error:
        raise Refused("stock.file_unreadable") from None


def _text(data: bytes) -> str:
    """The characters of a file: UTF-8, UTF-16 behind its mark, else the Windows letters in which loggers write their degree sign."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        names: tuple[str, ...] = ("utf-16",)
    else:
        names = ("utf-8-sig", "cp1252")
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise Refused("stock.file_unreadable")


def _plain(cell: str) -> str:
    """A heading without its unit, accents and signs: `Nhiệt độ (°C)` is `nhiet do`."""
    return vietnamese.letters(re.sub(r"\(.*?\)|\[.*?\]|°\s*[cC]\b", " ", cell))


def _columns(head: list[str], named: bool, sign: str) -> Columns | None:
    if not named:
        return {2: (None, 0, 1), 3: (0, 1, 2)}.get(len(head)) or ((0, 1, 2) if len(head) == 4 and sign == "," else None)
    found = [next((i for i, cell in enumerate(head) if cell in names), None) for names in (_DEVICE, _MOMENT, _DEGREES)]
    return (found[0], found[1], found[2]) if found[1] is not None and found[2] is not None else None


def _read(lines: Iterable[list[str]], columns: Columns, width: int, sign: str, default: str) -> Iterator[tuple[str, str, str]]:
    device, moment, degrees = columns
    last = max(moment, degrees, device or 0)
    for line in lines:
        cells = [cell.strip() for cell in line]
        if sign == "," and len(cells) == width + 1 and degrees == width - 1 and re.fullmatch(r"-?[0-9]+", cells[-2]) and re.fullmatch(r"[0-9]{1,2}", cells[-1]):
            cells[-2:] = [f"{cells[-2]},{cells[-1]}"]  # the comma of 4,5 is the file's comma too
        if last < len(cells) <= width or (len(cells) > width and not any(cells[width:])):
            yield default if device is None else cells[device] or default, cells[moment], cells[degrees]
        else:
            yield default, " ".join(cells), ""
