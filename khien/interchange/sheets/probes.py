"""Look into a file before it is opened: what it is, how large it would become, which cells show errors.

Never trusts a size that the file states: everything is counted while it is unpacked.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from xml.parsers import expat

from khien.kernel.errors import Refused

MOST_UNPACKED = 400 * 1024 * 1024
MOST_CELLS = 8_000_000  # the rectangle that the reader fills in memory, empty cells included
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 18
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class SheetProbe:
    """One sheet's extent, its cells that show an error or were never calculated ((row, column) -> what they show), its hidden rows and columns."""

    rows: int = 0
    columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def seen(self, row: int, column: int) -> None:
        """Count a filled cell (from 0). Raises Refused sheets.too_large (most)."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows * self.columns > MOST_CELLS:
            raise Refused("sheets.too_large", most=MOST_CELLS)

    def hide(self, first: int, last: int) -> None:
        """Columns that nobody sees (from 0, both included); a sheet of Excel has 16,384 at most."""
        self.hidden_columns |= set(range(max(first, 0), min(last, 16_383) + 1))


def probe_xlsx(data: bytes) -> dict[str, SheetProbe]:
    """Unpack every part within limits and walk each sheet; gives probes by sheet name.

    Raises Refused: sheets.not_a_spreadsheet, sheets.too_large.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = {info.filename: info for info in archive.infolist()}
            left = [MOST_UNPACKED]
            names = _sheet_parts(data, parts, left)
            probes = {part: SheetProbe() for part in names}
            for name, info in parts.items():
                pieces = _unpack(data, info, left)
                if name in probes:
                    _walk(pieces, probes[name])
                else:
                    for _ in pieces:
                        pass
            return {names[part]: probe for part, probe in probes.items()}
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, RuntimeError, UnicodeError, ValueError, EOFError):
        raise Refused("sheets.not_a_spreadsheet") from None


def counts_from_1904(data: bytes) -> bool:
    """Say whether a probed .xlsx numbers its days from 1904, as Excel for Mac once did."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {info.filename: info for info in archive.infolist()}
        told = _attributes(data, parts.get("xl/workbook.xml"), "workbookPr", [MOST_UNPACKED])
    return any(one.get("date1904") in ("1", "true") for one in told)


def _unpack(data: bytes, info: zipfile.ZipInfo, left: list[int]) -> Iterator[bytes]:
    """Unpack one part in pieces, counting what really comes out."""
    start = info.header_offset
    if data[start:start + 4] != ZIP or info.flag_bits & 1:
        raise zipfile.BadZipFile
    name_length, extra_length = struct.unpack("<HH", data[start + 26:start + 30])
    begin = start + 30 + name_length + extra_length
    packed = memoryview(data)[begin:begin + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        _spend(left, len(packed))
        yield bytes(packed)
        return
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    tail: Any = packed
    while tail and not unpacker.eof:
        piece = unpacker.decompress(tail, _CHUNK)
        tail = unpacker.unconsumed_tail
        _spend(left, len(piece))
        yield piece
    piece = unpacker.flush()
    _spend(left, len(piece))
    yield piece


def _spend(left: list[int], size: int) -> None:
    left[0] -= size
    if left[0] < 0:
        raise Refused("sheets.too_large", most=MOST_CELLS)


def _attributes(data: bytes, info: zipfile.ZipInfo | None, element: str, left: list[int]) -> list[dict[str, str]]:
    """The attributes of every such element in a small part of the archive."""
    found: list[dict[str, str]] = []
    if info is None:
        return found
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(attributes) if name.rpartition(":")[2] == element else None
    for piece in _unpack(data, info, left):
        parser.Parse(piece)
    parser.Parse(b"", True)
    return found


def _sheet_parts(data: bytes, parts: dict[str, zipfile.ZipInfo], left: list[int]) -> dict[str, str]:
    """Part of the archive -> sheet's name, through the workbook's relations; every sheet-like part is there."""
    names = {part: part for part in parts if re.fullmatch(r"(?i)xl/worksheets/[^/]+\.xml", part)}
    relations = _attributes(data, parts.get("xl/_rels/workbook.xml.rels"), "Relationship", left)
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in relations}
    for sheet in _attributes(data, parts.get("xl/workbook.xml"), "sheet", left):
        target = next((targets.get(value, "") for key, value in sheet.items() if key.rpartition(":")[2] == "id"), "")
        part = target.lstrip("/") if target.startswith("/") else "xl/" + target
        if part in parts:
            names[part] = sheet.get("name", part)
    return names


class _Walker:
    """Counts filled cells and finds errors while a sheet's XML goes by; a cell is settled when the next one begins."""

    def __init__(self, probe: SheetProbe, parser: expat.XMLParserType) -> None:
        self.probe, self.parser = probe, parser
        self.row = self.column = -1
        self.error = self.formula = self.value = self.calculated = False
        self.text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.settle()
            self._place(attributes.get("r", ""))
            kind = attributes.get("t")
            self.calculated = kind == "str"  # a formula may well give an empty text
            if kind == "e":
                self.error = True
                self.parser.CharacterDataHandler = self.data
        elif name in ("v", "t"):
            self.value = True
        elif name == "f" and not self.calculated:
            self.formula = True
            self.parser.CharacterDataHandler = self.data
        elif name == "row":
            self.settle()
            self.row = int(attributes["r"]) - 1 if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.probe.hidden.add(self.row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.probe.hide(int(first) - 1, int(last) - 1)

    def _place(self, reference: str) -> None:
        if found := _REFERENCE.fullmatch(reference):
            self.row, self.column = int(found[2]) - 1, _column(found[1])
        else:
            self.column += 1

    def data(self, text: str) -> None:
        if self.value:
            self.text += text

    def settle(self) -> None:
        """Count the cell that has just ended."""
        if self.value or self.formula:
            self.probe.seen(self.row, self.column)
            if self.error:
                self.probe.errors[self.row, self.column] = self.text or "#N/A"
            elif self.formula and not self.text:
                self.probe.errors[self.row, self.column] = "#?"
        if self.error or self.formula:
            self.parser.CharacterDataHandler = None
        self.error = self.formula = self.value = False
        self.text = ""


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _walk(pieces: Iterator[bytes], probe: SheetProbe) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    walker = _Walker(probe, parser)
    parser.StartElementHandler = walker.start
    for piece in pieces:
        parser.Parse(piece)
    parser.Parse(b"", True)
    walker.settle()
