"""Figures of units out of a sheet as offices keep them: codes or names, accents in any form, thousands with dots, commas or spaces.

Every line that cannot be read is told, by its number in the file; nothing is guessed and nothing is left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from khien.kernel import vietnamese
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.places.types import Unit

NEW_UNITS = date(2025, 7, 1)  # two levels since: a code or name that both geographies have is of the figures' own day
HEADS = {
    "code": ("ma don vi", "ma dvhc", "ma", "code"),
    "name": ("don vi", "ten don vi", "dia ban", "noi", "ten", "xa phuong", "xa", "phuong", "phuong xa", "xa phuong thi tran"),
    "district": ("quan huyen", "huyen", "quan", "quan huyen thi xa"),
    "province": ("tinh", "tinh thanh pho", "tinh thanh", "thanh pho"),
    "low": ("tu tuoi", "tuoi tu", "tu"),
    "high": ("den tuoi", "tuoi den", "den"),
    "people": ("so nguoi", "dan so", "chi tieu", "so luong", "nguoi"),
    "group": ("nhom", "ma nhom", "nhom uu tien", "ma nhom uu tien"),
}  # fmt: skip
PLAIN = ("code", "low", "high", "people", "group")
MOST_ALIKE = 1000  # places of one name ("Phường 1")
HEAD_WITHIN = 10  # lines of title that may stand above the headings
SHORT = {"tp", "tx", "tt", "dk", "hcm", "tphcm", "hn", "tphn", "sg", "brvt"}
LONGEST_NUMBER = 20  # letters of a number of people, signs and blanks with it
LEVELS = ("province", "district", "commune")
_CODE = re.compile(r"(?:20(?:21|25)-)?\d{1,5}")
_GROUPED = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+")
_WHOLE = re.compile(r"\d+(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line that was read: `line` is its number in the file."""

    line: int
    unit_key: str
    age_from: int
    age_to: int
    people: int
    group: str


def read(
    rows: Iterable[list[str]], *, on: date, groups: Collection[str] = (), mine: Callable[[str], bool] = lambda key: True
) -> tuple[list[Figure], list[Refused]]:
    """Read the lines of a sheet; the second list says what is wrong, by line.

    `groups` are the codes that the fifth column may hold, `mine` says which units are the reader's own: of two units of one name the own one is meant.
    """
    figures: list[Figure] = []
    wrong: list[Refused] = []
    seen: set[tuple[str, int, int, str]] = set()
    remembered: dict[tuple[str, ...], Unit | Refused] = {}
    table = [(number, [" ".join(cell.split()) for cell in row]) for number, row in enumerate(rows, 1)]
    begins, columns = _heading([(number, cells) for number, cells in table if any(cells)])
    for number, cells in table:
        if number < begins or not any(cells):
            continue
        try:
            figure = _figure(cells, columns, number, on, groups, mine, remembered)
            key = (figure.unit_key, figure.age_from, figure.age_to, figure.group)
            if key in seen:
                raise Refused("reporting.figure_twice", line=number)
        except Refused as refusal:
            wrong.append(refusal)
        else:
            seen.add(key)
            figures.append(figure)
    return figures, wrong


def _heading(table: list[tuple[int, list[str]]]) -> tuple[int, dict[str, int]]:
    """The number of the first line of figures, and where each column stands, by its heading, else in the usual order; "" is how many there are."""
    for number, cells in table[:HEAD_WITHIN]:
        folded = [_key(cell) for cell in cells]
        found = {name: place for name, words in HEADS.items() if (place := next((i for i, cell in enumerate(folded) if cell in words), -1)) >= 0}
        if {"code", "name", "district", "province"} & set(found) and {"low", "high", "people"} <= set(found):
            return number + 1, found | {"": max((i for i, cell in enumerate(cells) if cell), default=0) + 1}
    plain = dict(zip(PLAIN, range(5), strict=True)) | {"": len(PLAIN)}
    first = table[0] if table else (1, [])
    return (first[0] if any(character.isdigit() for character in "".join(first[1])) else first[0] + 1), plain


def _figure(
    cells: list[str], columns: dict[str, int], line: int, on: date, groups: Collection[str], mine: Callable[[str], bool],
    remembered: dict[tuple[str, ...], Unit | Refused],
) -> Figure:  # fmt: skip
    if any(cells[columns[""] :]):  # a thousand with a comma falls into two cells
        raise Refused("reporting.figure_line", line=line)
    told = {name: cells[place] if place < len(cells) else "" for name, place in columns.items() if name}
    if not all(told.get(name) for name in ("low", "people")) or not any(told.get(name) for name in ("code", "name", "district", "province")):
        raise Refused("reporting.figure_line", line=line)
    unit = _unit(told, line, on, mine, remembered)
    if not mine(unit.key):
        raise Refused("reporting.unit_not_yours", line=line)
    low, high = _ages(told["low"], told.get("high", ""), line)
    group = told.get("group", "")
    if group and groups and group not in groups:
        raise Refused("reporting.group_unknown", line=line, group=group[:20])
    return Figure(line, unit.key, low, high, _number(told["people"], line), group)


def _ages(low: str, high: str, line: int) -> tuple[int, int]:
    if low.endswith("+") and not high:
        low, high = low[:-1], "150"
    if not (low.isdecimal() and high.isdecimal() and len(low) < 4 and len(high) < 4 and int(low) <= int(high) <= 150):
        raise Refused("reporting.ages_wrong", line=line)
    return int(low), int(high)


def _number(text: str, line: int) -> int:
    if text.startswith("-"):
        raise Refused("reporting.people_negative", line=line)
    if len(text) > LONGEST_NUMBER:
        raise Refused("reporting.number_unreadable", line=line, text=text[:20])
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"\D", "", text))
    if not _WHOLE.fullmatch(text) or not text.isascii():
        raise Refused("reporting.number_unreadable", line=line, text=text[:20])
    return int(re.split(r"[.,]", text)[0])


def _unit(told: dict[str, str], line: int, on: date, mine: Callable[[str], bool], remembered: dict[tuple[str, ...], Unit | Refused]) -> Unit:
    """The unit that a line means, by its code, else by its name and those above it."""
    code = told.get("code", "")
    names = tuple(told[name] for name in ("name", "district", "province") if told.get(name))
    asked = (code,) if code else names
    if asked not in remembered:
        try:
            found = _by_code(code, on) if _CODE.fullmatch(code) else None
            remembered[asked] = found or _by_name(asked if not _CODE.fullmatch(code) else names, on, mine, _levels(told))
        except Refused as refusal:
            remembered[asked] = refusal
    answer = remembered[asked]
    if isinstance(answer, Refused):
        raise Refused(answer.code, **{**answer.facts, "line": line})
    return answer


def _epochs(on: date) -> tuple[str, str]:
    return ("2025", "2021") if on >= NEW_UNITS else ("2021", "2025")


def _by_code(code: str, on: date) -> Unit | None:
    """The unit of a code; a spreadsheet may have eaten its leading zeros."""
    if "-" in code:
        return places.unit(code)
    padded = (code, f"0{code}") if len(code) in (1, 4) else (code,)
    return next((unit for epoch in _epochs(on) for one in padded if (unit := places.unit(f"{epoch}-{one}"))), None)


def _levels(told: dict[str, str]) -> tuple[str, ...]:
    """The level that the finest column filled in says; a column of units in general says none."""
    if told.get("code") or told.get("name"):
        return LEVELS
    return ("district",) if told.get("district") else ("province",)


def _by_name(names: tuple[str, ...], on: date, mine: Callable[[str], bool], levels: tuple[str, ...]) -> Unit:
    """The one unit of this name. Raises Refused: reporting.unit_unknown, reporting.unit_ambiguous (text, count)."""
    text = ", ".join(names)
    if not text:
        raise Refused("reporting.unit_unknown")
    called = _key(text.split(",")[0])
    for epoch in _epochs(on):
        found = [unit for level in levels for unit in places.search_units(text, epoch, level, MOST_ALIKE)]
        exact = [unit for unit in found if called in (_key(unit.full_name), _key(unit.name))]
        first = next((unit.level for unit in found), "")
        meant = exact or [unit for unit in found if unit.level == first and _whole_words(text, unit)]
        own = [unit for unit in meant if mine(unit.key)] or meant
        whole = [unit for unit in own if _key(unit.full_name) == called] or own
        if len(whole) > 1 and exact:
            raise Refused("reporting.unit_ambiguous", text=text[:60], count=len(whole))
        if len(whole) == 1:
            return whole[0]
    raise Refused("reporting.unit_unknown")


def _whole_words(text: str, unit: Unit) -> bool:
    """Whether every word but the short forms ("Q3", "TP Thủ Đức") stands whole in the unit's path: half a word would be a guess."""
    return set(re.findall(r"[a-z]{2,}|\d+", _key(text))) - SHORT <= set(_key(unit.path).split())


def _key(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", vietnamese.fold(text)).split()
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words)
