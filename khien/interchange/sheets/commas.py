"""Read .csv as people save it: any of the encodings and separators that Excel and Vietnamese systems write."""

import csv
import io
import re
from collections.abc import Callable

from khien.kernel import legacy_text, vietnamese
from khien.kernel.errors import Refused

_SEPARATORS = (",", ";", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_AS_TEXT = re.compile(r'^="([^"]*)"$')  # how a number is kept from losing its zeros: ="079..."


def decode(data: bytes) -> str:
    """Decode by mark, by strict UTF-8, or by what reads most like Vietnamese among the old code pages."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark):].decode(encoding, "replace")
    head = data[:4000]
    if head.count(0) > len(head) // 4:
        return data.decode("utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        loose = data.decode("utf-8", "replace")
        if any(ord(c) > 0x7F and c != "\ufffd" for c in loose) and loose.count("\ufffd") * 20 < sum(ord(c) > 0x7F for c in loose):
            return loose
    vietnamese_page, western = data.decode("cp1258", "replace"), data.decode("cp1252", "replace")
    return max((vietnamese_page, western), key=_likeness)


def _likeness(text: str) -> float:
    """Share of Vietnamese words among those with marks, mended or not."""
    words = [word for word in re.findall(r"[^\s,;|\t\"0-9]+", text[:20_000]) if not word.isascii()][:400]
    return sum(vietnamese.is_syllable(word) or legacy_text.repair(word) is not None for word in words) / max(1, len(words))


def rows(text: str, judge: Callable[[list[list[str]]], int], most: int) -> list[list[str]]:
    """Split into rows with the separator whose first rows look most like a list to `judge`.

    Raises Refused: sheets.too_many_rows (most), sheets.not_a_spreadsheet.
    """
    text = text.lstrip("\ufeff")
    if found := re.match(r"sep=(.)\r?\n", text, re.IGNORECASE):
        return _split(text[found.end():], found[1], most)
    if len(CONTROL.findall(text[:4000])) > 20:
        raise Refused("sheets.not_a_spreadsheet")
    head = "\n".join(text.splitlines()[:80])
    best = max(_SEPARATORS, key=lambda separator: (judge(_split(head, separator, most)), head.count(separator)))
    return _split(text, best, most)


def _split(text: str, separator: str, most: int) -> list[list[str]]:
    """Rows and cells; a lone quotation mark never swallows the rest of the list."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        try:
            found: list[list[str]] = []
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting):
                if any(cell.count("\n") > 20 or _swallowed(cell, separator, len(found[0]) if found else 0) for cell in row):
                    break
                found.append([_AS_TEXT.sub(r"\1", CONTROL.sub("", cell)) for cell in row])
                if len(found) > most + 1000:
                    raise Refused("sheets.too_many_rows", most=most)
            else:
                return found
        except csv.Error:
            continue
    raise Refused("sheets.not_a_spreadsheet")


def _swallowed(cell: str, separator: str, width: int) -> bool:
    """Whether a cell holds whole lines of the list, behind a quotation mark that was never closed."""
    return width > 3 and any(line.count(separator) >= width - 1 for line in cell.split("\n")[1:])
