"""The end of a list: its sum, who made it, where and when, the signatures. Nobody of them is to be vaccinated."""

import re
from collections.abc import Iterable, Sequence

from khien.interchange.sheets.types import Cell, RawRow, as_text
from khien.kernel import vietnamese

_NUMBERS = ("identifier", "cccd", "cmnd", "passport", "insurance", "phone")
_BIRTHS = ("birth_date", "birth_year", "birth_male", "birth_female")
# How a cell begins that stands under a list, accents and marks folded.
_MARKS = re.compile(
    r"(nguoi (lap|tong hop|ky|duyet|kiem tra|giao|nhan)\b|lap (bieu|bang|danh sach)\b|ky(,| va|) (ten|ghi ro)|ky ten|da ky|dong dau|"
    r"ke toan|thu truong|thu quy|giam doc|pho giam doc|tong giam doc|hieu truong|pho hieu truong|giao vien chu nhiem|gvcn\b|chu tich|pho chu tich|"
    r"truong (phong|ban|thon|khu pho|ap|tram|don vi|nhom|khoa|bo phan)|to truong|cong doan|"
    r"xac nhan\b|phe duyet|tm ubnd|t m ubnd|tm\b.{0,40}|kt (chu tich|giam doc|hieu truong|truong)|dai dien|noi nhan|"
    r"(danh sach|ds) (nay )?(co|gom)\b|bang chu\b|ghi chu\b|luu y\b|"
    r"(.{0,40}\b)?ngay( \d{0,2})? ?thang( \d{0,2})? ?nam\b)"
)
_BIRTH_IN_WORDS = re.compile(r"(sinh )?ngay \d{1,2} thang \d{1,2} nam \d{4}")
_DOTS = re.compile(r"[.…_\-\s]+")


def is_person(row: RawRow) -> bool:
    """Whether a line surely tells of a person: a birth or a number stands in its column."""
    named = not begins([row.value("full_name")]) and row.value("full_name") is not None

    def digits(field: str) -> int:
        cell = row.value(field)
        if named and field == "birth_date" and _BIRTH_IN_WORDS.fullmatch(vietnamese.letters(as_text(cell))):
            return 8
        return 0 if begins([cell]) else sum(letter.isdigit() for letter in as_text(cell))

    return any(digits(field) >= 4 for field in _BIRTHS) or any(digits(field) >= 7 for field in _NUMBERS)


def begins(cells: Iterable[Cell]) -> bool:
    """Whether a line holds words that stand only under a list."""
    return any(_MARKS.match(vietnamese.letters(_DOTS.sub(" ", as_text(cell)))) for cell in cells if isinstance(cell, str))


def foot(rows: Sequence[RawRow]) -> set[int]:
    """The places in the list of rows from the first such line on, below the last person; empty when the list has no such end."""
    last = max((place for place, row in enumerate(rows) if is_person(row)), default=-1)
    for place in range(last + 1, len(rows)):
        if begins(cell for at, cell in enumerate(rows[place].cells) if at not in rows[place].filled):
            return set(range(place, len(rows)))
    return set()
