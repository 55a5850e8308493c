"""What a subject counts as: cells of the boards. Standard library only.

A cell is one line of Appendix 5 of Decision 3588 or of the boards, at one place on one day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

NIL = UUID(int=0)

# Indicators in the order of a board; the ends are those of the daily report.
DAY = (
    "invited", "received", "refused", "deferred", "referred", "contraindicated", "withdrawn", "injected", "observed", "left_early",
    "no_show", "reactions", "severe",
)  # fmt: skip
STANDING = ("registered",)
ENDS = ("refused", "deferred", "referred", "contraindicated", "withdrawn", "left_early")
PLACE = ("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one subject counts: day, site, session, indicator and what it is parted by."""

    on_date: date
    indicator: str
    place: tuple[str, str, str, str, str]
    site_id: UUID = NIL
    session_id: UUID = NIL
    vaccine: str = ""
    dose: str = ""
    group: str = ""
    home_2021: str = ""
    home_2025: str = ""

    def as_json(self) -> list[str]:
        """The cell as a list of texts."""
        return [
            self.on_date.isoformat(), str(self.site_id), str(self.session_id), self.indicator, self.vaccine, self.dose, self.group,
            self.home_2021, self.home_2025, *self.place,
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What a visit says for the boards."""

    on_date: date
    site_id: UUID
    session_id: UUID
    state: str
    dosed: bool
    observed: bool
    vaccine: str
    dose_type: str
    ordinal: int | None
    group: str
    home_2021: str
    home_2025: str


def visit_cells(facts: VisitFacts, place: tuple[str, str, str, str, str]) -> list[Cell]:
    """A visit: received; its end, when it has one of the report's; injected and observed, when they were."""

    def cell(indicator: str, vaccine: str = "", dose: str = "") -> Cell:
        return Cell(
            facts.on_date, indicator, place, facts.site_id, facts.session_id, vaccine, dose, facts.group, facts.home_2021, facts.home_2025
        )

    cells = [cell("received")]
    if facts.dosed:
        cells.append(cell("injected", facts.vaccine, f"{facts.dose_type}-{facts.ordinal}"))
        if facts.observed:
            cells.append(cell("observed"))
    if facts.state in ENDS:
        cells.append(cell(facts.state))
    return cells


def difference(before: Iterable[list[str]], after: Iterable[list[str]]) -> dict[tuple[str, ...], int]:
    """What changes when a subject that counted as `before` counts as `after`; cells that stay are left out."""
    moved: dict[tuple[str, ...], int] = {}
    for cells, sign in ((before, -1), (after, 1)):
        for cell in cells:
            key = tuple(cell)
            moved[key] = moved.get(key, 0) + sign
    return {key: change for key, change in moved.items() if change}
