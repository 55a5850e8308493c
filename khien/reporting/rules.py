"""What a subject counts as: cells of the boards. Standard library only.

A cell is one line of Appendix 5 of Decision 3588 or of the boards, at one place on one day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

NIL = UUID(int=0)

# Indicators in the order of a board; the ends are those of the daily report.
DAY = (
    "invited", "received", "refused", "deferred", "referred", "contraindicated", "withdrawn", "injected", "observed", "left_early",
    "no_show", "reactions", "severe", "anaphylaxis",
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
    paper: bool = False
    dosed_at: datetime | None = None
    dosed_recorded_at: datetime | None = None
    joined: bool = False  # another visit stands for this one: it counts nothing


def visit_cells(facts: VisitFacts, place: tuple[str, str, str, str, str]) -> list[Cell]:
    """A visit: received; its end, when it has one of the report's; injected and observed, when they were."""

    def cell(indicator: str, vaccine: str = "", dose: str = "") -> Cell:
        return Cell(
            facts.on_date, indicator, place, facts.site_id, facts.session_id, vaccine, dose, facts.group, facts.home_2021, facts.home_2025
        )

    if facts.joined:
        return []
    cells = [cell("received")]
    if facts.dosed:
        cells.append(cell("injected", facts.vaccine, f"{facts.dose_type}-{facts.ordinal}"))
        if facts.observed:
            cells.append(cell("observed"))
    if facts.state in ENDS:
        cells.append(cell(facts.state))
    return cells


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the case of an adverse event says for the boards: where and when its dose was given, and how grave it is."""

    on_date: date | None
    site_id: UUID | None
    session_id: UUID | None
    place: tuple[str, str, str, str, str]
    vaccine: str
    grave: bool
    anaphylaxis: bool
    ended: bool  # joined to another case, or no event after all


def event_cells(facts: EventFacts) -> list[Cell]:
    """One event however many told of it: a reaction, severe or anaphylaxis where it is; nothing while point or day of its dose is not known."""
    if facts.ended or facts.on_date is None or facts.site_id is None:
        return []
    on, site_id, session_id = facts.on_date, facts.site_id, facts.session_id or NIL
    names = ("reactions", *(("severe",) if facts.grave else ()), *(("anaphylaxis",) if facts.anaphylaxis else ()))
    return [Cell(on, name, facts.place, site_id, session_id, facts.vaccine) for name in names]


def difference(before: Iterable[list[str]], after: Iterable[list[str]]) -> dict[tuple[str, ...], int]:
    """What changes when a subject that counted as `before` counts as `after`; cells that stay are left out."""
    moved: dict[tuple[str, ...], int] = {}
    for cells, sign in ((before, -1), (after, 1)):
        for cell in cells:
            key = tuple(cell)
            moved[key] = moved.get(key, 0) + sign
    return {key: change for key, change in moved.items() if change}


ANYWHERE = ("", "", "", "", "")


def totals(moved: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """What cells of the boards that moved do to the sums over days, points and homes: (topic, value, age band, *place)."""
    found: dict[tuple[str, ...], int] = {}
    for (on, _site, _session, indicator, vaccine, dose, group, _home, _new_home, *place), n in moved.items():
        keys: list[tuple[str, ...]] = [("all", indicator, "", *ANYWHERE)]
        if indicator == "injected":
            keys += [("vaccine", vaccine, "", *ANYWHERE), ("group", group, "", *ANYWHERE), ("dose", dose, "", *place), ("day", on, "", *place)]
        elif indicator == "registered":
            keys.append(("registered", "", "", *place))
        for key in keys:
            found[key] = found.get(key, 0) + n
    return {key: n for key, n in found.items() if n}


def coverage_totals(moved: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """The same of coverage: doses of those who live in a place, and of those who were given theirs there."""
    found: dict[tuple[str, ...], int] = {}
    for (_month, dose, _vaccine, age, home, new_home, at, new_at, _elsewhere, *up), n in moved.items():
        lives, given = (up[0], up[1], home, up[2], new_home), (up[3], up[4], at, up[5], new_at)
        for key in (("lives", dose, age, *lives), ("given", dose, age, *given)):
            found[key] = found.get(key, 0) + n
    return {key: n for key, n in found.items() if n}


# The columns of the daily report, in the order of Appendix 5 of Decision 3588/QD-BYT; what the form has no room for comes after.
REPORT = (
    "invited", "received", "referred", "refused", "withdrawn", "deferred", "contraindicated", "dose_1", "dose_2", "dose_3", "additional",
    "booster", "other", "injected", "used", "wasted", "common", "severe", "anaphylaxis", "left_early", "no_show",
)  # fmt: skip
OF_PRODUCT = ("dose_1", "dose_2", "dose_3", "additional", "booster", "other", "injected", "used", "wasted")
DOSES = {"primary-1": "dose_1", "primary-2": "dose_2", "primary-3": "dose_3"}


def dose_column(dose: str) -> str:
    """The report's column of a dose as cells name it ("primary-1", "booster-2")."""
    return DOSES.get(dose) or (kind if (kind := dose.partition("-")[0]) in ("additional", "booster") else "other")


def report_numbers(
    counted: Iterable[tuple[str, str, str, int]], stock: dict[str, tuple[int, int]]
) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """A day's columns, and those of each product, from (indicator, vaccine, dose, count) and doses (used, wasted) by product."""
    numbers = dict.fromkeys(REPORT, 0)
    products: dict[str, dict[str, int]] = {}

    def add(column: str, n: int, product: str = "") -> None:
        numbers[column] += n
        if product:
            products.setdefault(product, dict.fromkeys(OF_PRODUCT, 0))[column] += n

    for indicator, vaccine, dose, n in counted:
        if indicator == "injected":
            add("injected", n, vaccine)
            add(dose_column(dose), n, vaccine)
        elif indicator == "reactions":
            numbers["common"] += n
        elif indicator in numbers:
            numbers[indicator] += n
    for vaccine, (used, wasted) in stock.items():
        add("used", used, vaccine)
        add("wasted", wasted, vaccine)
    numbers["common"] -= numbers["severe"]
    return numbers, {vaccine: line for vaccine, line in sorted(products.items()) if any(line.values())}


def moved_columns(moved: dict[tuple[str, ...], int]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """What a subject's moved cells do to a report's columns, and to those of each product."""
    cells = [(key[3], key[4], key[5], change) for key, change in moved.items()]
    found, products = report_numbers(cells, {})
    return _moved(found), {vaccine: _moved(line) for vaccine, line in products.items()}


def _moved(numbers: dict[str, int]) -> dict[str, int]:
    return {column: n for column, n in numbers.items() if n}


def changed(signed: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """By how much each column differs from what was signed."""
    return {column: now.get(column, 0) - signed.get(column, 0) for column in REPORT if now.get(column, 0) != signed.get(column, 0)}


def changed_products(signed: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The same of each product: a dose that turns out to be of another one moves no column of the day."""
    found = {vaccine: changed(signed.get(vaccine, {}), now.get(vaccine, {})) for vaccine in sorted({*signed, *now})}
    return {vaccine: moved for vaccine, moved in found.items() if moved}


# Age bands of coverage: the youngest of each, both ends included in its name.
AGES = ((0, "0-4"), (5, "5-11"), (12, "12-17"), (18, "18-49"), (50, "50-64"), (65, "65+"))
UNKNOWN_AGE = ""


def age_band(age: int | None) -> str:
    """The coverage band of an age in whole years."""
    if age is None or age < 0:
        return UNKNOWN_AGE
    return next(name for low, name in reversed(AGES) if age >= low)


# From the injection to the moment the citizen can see it: bucket and the most seconds that it holds.
BUCKETS = (("2min", 120), ("10min", 600), ("1h", 3600))


def bucket(performed: datetime, recorded: datetime, *, same_day: bool) -> str:
    """How soon a dose was visible."""
    seconds = (recorded - performed).total_seconds()
    return next((name for name, most in BUCKETS if seconds <= most), "same_day" if same_day else "later")
