"""What a people list is made of, before and after it is understood."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

MOST_ROWS = 60_000
MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FormulaError:
    """A cell that shows #N/A, #REF! and their like, or a formula that was never calculated."""

    text: str = "#N/A"


Cell = str | int | float | date | datetime | FormulaError | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column as found: its place (from 0), its heading as written, the field it holds ("" when not ours)."""

    place: int
    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class Section:
    """One sheet's list: where its heading stands, its columns, how its dates are written, whether a column beside the name was taken as its end."""

    sheet: str
    heading_row: int
    columns: tuple[Column, ...]
    month_first: bool = False
    mixed_dates: bool = False
    swap_suspected: bool = False
    name_joined: bool = False
    by_field: dict[str, tuple[int, ...]] = dataclasses.field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.columns:
            self.by_field[column.field] = (*self.by_field.get(column.field, ()), column.place)

    def places(self, field: str) -> tuple[int, ...]:
        """Where a field stands; several columns may hold the same."""
        return self.by_field.get(field, ())


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it was sent; `number` counts from 1 as the spreadsheet shows it, `filled` names cells filled from a merged one.

    `hidden`: whoever opens the file does not see it, a filter or a hand put it away. `ditto`: the marks that stood in cells for what is above them.
    `overfull`: a line of text with more cells than its heading, for a separator stands inside one of them.
    """

    section: Section
    number: int
    cells: tuple[Cell, ...]
    filled: frozenset[int] = frozenset()
    overfull: bool = False
    ditto: Mapping[int, str] = dataclasses.field(default_factory=dict, hash=False)
    hidden: bool = False

    def value(self, name: str) -> Cell:
        """The first cell of this field that holds something."""
        return next((cell for place in self.section.places(name) if (cell := self.cell(place)) is not None), None)

    def cell(self, place: int) -> Cell:
        """A cell by its place, None when empty or beyond the row's end."""
        return self.cells[place] if place < len(self.cells) else None

    @property
    def texts(self) -> tuple[str, ...]:
        """The row as people saw it, one text for each column of the list, then what stands beyond them."""
        return (*(as_text(self.cell(column.place)) for column in self.section.columns), *self.beyond)

    @property
    def beyond(self) -> tuple[str, ...]:
        """The cells too many of an overfull row."""
        return tuple(as_text(cell) for cell in self.cells[self.section.columns[-1].place + 1:] if cell is not None) if self.overfull else ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that holds no person: why is example, total, note, heading or numbering."""

    sheet: str
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """A list as read: sections with their rows, the rows left out by name, the sheets where no list was found, the hidden
    ones with a list, those with a second table beside the one that was read, and the headings of the columns that were read though
    nobody sees them (sheet, heading)."""

    kind: str
    sections: tuple[Section, ...]
    rows: tuple[RawRow, ...]
    skipped: tuple[Skipped, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    doubled_sheets: tuple[str, ...] = ()
    hidden_columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """What was changed, from what to what, and why (a code)."""

    field: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A refusal or a warning of one cell: a code with the facts that its wording needs."""

    field: str
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A row understood: values are texts, ready to be kept and shown (dates ISO, phones E.164, codes of units).

    Fields: full_name, birth, sex, id_type, id_country, id_value, former_id, insurance, phone, email, address, epoch, province,
    district, commune, ethnic, nationality, occupation, work_unit, priority_groups, wished_date, wished_session, note, guardian_name,
    guardian_phone. Only fields that were given and understood are there.
    """

    sheet: str
    number: int
    values: Mapping[str, str]
    repairs: tuple[Repair, ...] = ()
    refusals: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def state(self) -> str:
        """refused, repaired or accepted."""
        return "refused" if self.refusals else "repaired" if self.repairs else "accepted"


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """What a place's words mean: status is found, several (candidates to show), unknown (level says which word) or empty."""

    status: str
    epoch: str = ""
    province: str = ""
    district: str = ""
    commune: str = ""
    level: str = ""
    candidates: tuple[str, ...] = ()
    from_address: bool = False


class Places(Protocol):
    """Reads names or codes of units, in either epoch; `address` is looked at when the words are missing."""

    def find(self, province: str, district: str, commune: str, address: str) -> PlaceAnswer: ...


def as_text(cell: Cell) -> str:
    """A cell as people see it: whole floats without a tail, dates day first."""
    if cell is None:
        return ""
    if isinstance(cell, FormulaError):
        return cell.text
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}" if (cell.hour, cell.minute) != (0, 0) else f"{cell:%d/%m/%Y}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
