"""Walk an .xls file (OLE2 container, BIFF records) for its extent, its errors and its password before it is opened.

Sources: [MS-CFB] and [MS-XLS], the published formats.
"""

import struct
from collections.abc import Iterator

from khien.interchange.sheets.probes import SheetProbe
from khien.kernel.errors import Refused

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_BOF, _EOF, _SHEET, _PASSWORD, _DATES = 0x0809, 0x000A, 0x0085, 0x002F, 0x0022
_ROW, _COLUMNS = 0x0208, 0x007D
_NUMBERS = {0x0203, 0x00FD, 0x0204, 0x027E, 0x00D6, 0x0003, 0x0004, 0x0002, 0x007E}
_MANY, _FORMULA, _BOOL_OR_ERROR = {0x00BD, 0x00BE}, {0x0006, 0x0206, 0x0406}, 0x0205
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def probe_xls(data: bytes) -> dict[str, SheetProbe]:
    """Probes by sheet name, in the file's order.

    Raises Refused: sheets.password, sheets.not_a_spreadsheet, sheets.too_large.
    """
    try:
        streams = _directory(data)
        if "EncryptedPackage" in streams:
            raise Refused("sheets.password")
        stream = streams.get("Workbook") or streams.get("Book")
        if stream is None:
            raise Refused("sheets.not_a_spreadsheet")
        return _records(_read(data, *stream))
    except (struct.error, IndexError, ValueError, UnicodeError):
        raise Refused("sheets.not_a_spreadsheet") from None


def counts_from_1904(data: bytes) -> bool:
    """Say whether a probed .xls numbers its days from 1904, as Excel for Mac once did."""
    streams = _directory(data)
    stream = _read(data, *(streams.get("Workbook") or streams["Book"]))
    return any(kind == _DATES and body[:1] == b"\x01" for _, kind, body in _split(stream))


def _sector_size(data: bytes) -> int:
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise ValueError
    return 1 << shift


def _fat(data: bytes) -> list[int]:
    """The allocation table: each sector's successor."""
    size = _sector_size(data)
    sectors = list(struct.unpack_from("<109I", data, 76))
    following, left = struct.unpack_from("<I", data, 68)[0], struct.unpack_from("<I", data, 72)[0]
    while following < _END and left and len(sectors) < len(data) // size + 110:
        block = struct.unpack_from(f"<{size // 4}I", data, (following + 1) * size)
        sectors += block[:-1]
        following, left = block[-1], left - 1
    table: list[int] = []
    for sector in sectors:
        if sector < _END and (sector + 2) * size <= len(data) + size:
            raw = data[(sector + 1) * size:(sector + 2) * size]
            table += struct.unpack(f"<{len(raw) // 4}I", raw[:len(raw) // 4 * 4])
    return table


def _chain(data: bytes, fat: list[int], first: int) -> bytes:
    """All bytes of a chain of sectors; a loop ends at the file's own size."""
    size, pieces, left = _sector_size(data), [], len(data) // 512 + 1
    while first < _END and left:
        pieces.append(data[(first + 1) * size:(first + 2) * size])
        first, left = fat[first], left - 1
    return b"".join(pieces)


def _directory(data: bytes) -> dict[str, tuple[int, int]]:
    """Stream name -> (first sector, size)."""
    raw = _chain(data, _fat(data), struct.unpack_from("<I", data, 48)[0])
    found = {}
    for start in range(0, len(raw) - 127, 128):
        length = struct.unpack_from("<H", raw, start + 64)[0]
        name = raw[start:start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        found[name] = struct.unpack_from("<I", raw, start + 116)[0], struct.unpack_from("<I", raw, start + 120)[0]
    return found


def _read(data: bytes, first: int, size: int) -> bytes:
    """A stream's bytes; small ones live in the mini stream of the root entry."""
    if size >= struct.unpack_from("<I", data, 56)[0]:
        return _chain(data, _fat(data), first)[:size]
    root = _chain(data, _fat(data), _directory(data)["Root Entry"][0])
    mini_raw = _chain(data, _fat(data), struct.unpack_from("<I", data, 60)[0])
    mini = struct.unpack(f"<{len(mini_raw) // 4}I", mini_raw)
    pieces, left = [], len(root) // 64 + 1
    while first < _END and left:
        pieces.append(root[first * 64:(first + 1) * 64])
        first, left = mini[first], left - 1
    return b"".join(pieces)[:size]


def _split(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each record: where it stands, its type, its body."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4:at + 4 + length]
        at += 4 + length


def _records(stream: bytes) -> dict[str, SheetProbe]:
    """Follow the records of every sheet."""
    starts: dict[int, SheetProbe] = {}
    names: dict[str, SheetProbe] = {}
    current: SheetProbe | None = None
    for at, kind, body in _split(stream):
        if kind == _PASSWORD:
            raise Refused("sheets.password")
        if kind == _SHEET and len(body) > 8:
            probe = SheetProbe()
            starts[struct.unpack_from("<I", body)[0]] = names[_sheet_name(body)] = probe
        elif kind == _BOF:
            current = starts.get(at, current)
        elif current is not None and len(body) >= 6:
            _cell(kind, body, current)
    return names


def _sheet_name(body: bytes) -> str:
    """The name in a BOUNDSHEET8 record: one or two bytes a letter."""
    length, wide = body[6], body[7] & 1
    return body[8:8 + length * 2].decode("utf-16-le", "replace") if wide else body[8:8 + length].decode("latin1")


def _cell(kind: int, body: bytes, probe: SheetProbe) -> None:
    """Count a cell; note an error, a hidden row and hidden columns."""
    if kind == _ROW and len(body) >= 16 and struct.unpack_from("<H", body, 12)[0] & 0x20:
        probe.hidden.add(struct.unpack_from("<H", body)[0])
    elif kind == _COLUMNS and len(body) >= 10 and struct.unpack_from("<H", body, 8)[0] & 1:
        probe.hide(*struct.unpack_from("<HH", body))
    if kind in _NUMBERS or kind in _FORMULA or kind == _BOOL_OR_ERROR or kind in _MANY:
        row, column = struct.unpack_from("<HH", body)
        if kind == 0x00BE:  # MULBLANK: format without content
            return
        probe.seen(row, struct.unpack_from("<H", body, len(body) - 2)[0] if kind == 0x00BD else column)
        if kind == _BOOL_OR_ERROR and len(body) >= 8 and body[7] == 1:
            probe.errors[row, column] = _ERRORS.get(body[6], "#N/A")
        elif kind in _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            probe.errors[row, column] = _ERRORS.get(body[8], "#N/A")
