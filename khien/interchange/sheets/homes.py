"""Which home of a list's row counts: where somebody lives now, else where they are registered."""

import re
from dataclasses import replace
from functools import lru_cache

from khien.interchange.sheets.types import RawRow, Section
from khien.kernel import vietnamese

_OF_PLACE = ("address", "neighbourhood", "commune", "district", "province")
_REGISTERED = re.compile(r"\b(thuong tru|ho khau|\w*hktt|dktt|permanent)\b")
_NOW = re.compile(r"\b(tam tru|hien (nay|tai|o)|dang o|luu tru|(noi|cho) o|current|present)\b")


def where_they_live(raw: RawRow) -> RawRow:
    """The row without its registered home, where the list has columns for both and those of the present one hold something."""
    registered, now = _homes(raw.section)
    if not registered or all(raw.cell(place) is None for place in now):
        return raw
    return replace(raw, cells=tuple(None if place in registered else cell for place, cell in enumerate(raw.cells)))


@lru_cache(maxsize=256)
def _homes(section: Section) -> tuple[frozenset[int], frozenset[int]]:
    """The places of the columns of the registered home and of the present one; both empty where the list has only one of them.

    A commune, district or province without a word of its own belongs to the address on its left.
    """
    registered: set[int] = set()
    now: set[int] = set()
    home: set[int] | None = None
    for column in section.columns:
        if column.field not in _OF_PLACE:
            continue
        words = vietnamese.letters(column.heading)
        marks = (bool(_REGISTERED.search(words)), bool(_NOW.search(words)))
        if marks[0] != marks[1]:
            home = registered if marks[0] else now
        elif column.field == "address":
            home = None
        if home is not None:
            home.add(column.place)
    return (frozenset(registered), frozenset(now)) if registered and now else (frozenset(), frozenset())
