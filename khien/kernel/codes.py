"""Codes that people carry on paper: digits only, for scanners type them through any input method, and a check digit.

The check digit is Damm's: it catches every single wrong digit and every swap of neighbours.
"""

import re
import unicodedata
from dataclasses import dataclass

from khien.kernel.errors import Refused

# Eleven digits are no phone (10, begins with 0), no CCCD (12) and no CMND (9): one scan field serves them all.
SLIP_LENGTH = 11
# Nine digits of the pack, three of the sheet, one check digit.
PAPER_LENGTH = 13
SHEETS = range(1, 1000)

DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)


@dataclass(frozen=True, slots=True)
class PaperSerial:
    """One sheet of a printed pack."""

    pack: int
    sheet: int

    @property
    def text(self) -> str:
        return with_check(f"{self.pack:09}{self.sheet:03}")


def check_digit(digits: str) -> str:
    """Damm's check digit over decimal digits."""
    row = 0
    for digit in digits:
        row = int(DAMM[row][int(digit)])
    return str(row)


def with_check(digits: str) -> str:
    """The digits with their check digit after them."""
    return digits + check_digit(digits)


def slip_code(randomness: int) -> str:
    """Make a slip code of 11 digits from at least 64 random bits; the first digit is never 0, so no spreadsheet drops it."""
    span = 9 * 10 ** (SLIP_LENGTH - 2)
    return with_check(str(10 ** (SLIP_LENGTH - 2) + randomness % span))


def display(code: str) -> str:
    """Digits in groups that can be read aloud: 123 4567 8901, 12345 6789 0123."""
    groups = [code[:-8], code[-8:-4], code[-4:]]
    return " ".join(group for group in groups if group)


def read_slip_code(text: str) -> str:
    """Read a slip code as typed or scanned.

    Raises Refused: codes.characters, codes.length (digits, expected), codes.check_digit.
    """
    return _read(text, SLIP_LENGTH)


def paper_serial(pack: int, sheet: int) -> PaperSerial:
    """Number one sheet of a pack. Raises Refused codes.sheet_out_of_range (most), codes.pack_out_of_range."""
    if sheet not in SHEETS:
        raise Refused("codes.sheet_out_of_range", most=SHEETS[-1])
    if not 0 <= pack < 10**9:
        raise Refused("codes.pack_out_of_range")
    return PaperSerial(pack, sheet)


def read_paper_serial(text: str) -> PaperSerial:
    """Read a sheet's serial. Raises as `read_slip_code`."""
    digits = _read(text, PAPER_LENGTH)
    return paper_serial(int(digits[:9]), int(digits[9:12]))


def is_slip_code(text: str) -> bool:
    """Say whether the text is a whole slip code with its right check digit."""
    try:
        return bool(read_slip_code(text))
    except Refused:
        return False


def _read(text: str, length: int) -> str:
    digits = re.sub(r"[\s.\-·]+", "", unicodedata.normalize("NFKC", text))
    if not (digits.isascii() and digits.isdigit()):
        raise Refused("codes.characters")
    if len(digits) != length:
        raise Refused("codes.length", digits=len(digits), expected=length)
    if check_digit(digits) != "0":
        raise Refused("codes.check_digit")
    return digits
