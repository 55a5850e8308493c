"""Rates of events for 100,000 doses with exact intervals, events by place, and a simple screen for signals.

Events are counted at the point of their dose; a dose counts once it is on record. Rates read the tally, not the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, Sum

from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.safety import intervals, models, tallies
from khien.safety.states import State
from khien.safety.types import Rate

BY = ("vaccine", "lot", "dose", "age", "sex", "site")
BANDS = ("0-11", "12-17", "18-29", "30-39", "40-49", "50-64", "65+")
_TALLY = {"vaccine": "vaccine", "lot": "lot_number", "dose": "dose", "age": "age_band", "sex": "sex", "site": "site_id"}
ALARMING = 0.05  # the corrected chance under which a person should look
LEAST = 3  # events; fewer are looked at one by one anyway
GRAVE = Q(severe=True) | Q(anaphylaxis=True) | ~Q(serious=[])


@dataclass(frozen=True, slots=True)
class Signal:
    """One lot at one site with more events than expected; `corrected` is told for all that were looked at."""

    site_id: UUID
    lot_number: str
    vaccine: str
    observed: int
    expected: float
    doses: int
    ratio: float
    chance: float
    corrected: float
    false_share: float

    @property
    def alarming(self) -> bool:
        """Whether a person should look now."""
        return self.corrected < ALARMING and self.observed >= LEAST


def _events(scopes: Iterable[Scope] | None, first: date | None, last: date | None, severe_only: bool) -> models.models.QuerySet[models.AefiCase]:
    where = Q() if scopes is None else places.within(scopes, site="site_id", facility="facility_id")
    rows = models.AefiCase.objects.filter(where, site_id__isnull=False, dosed_on__isnull=False).exclude(state__in=[State.JOINED.value, State.WITHDRAWN.value])
    rows = rows.filter(dosed_on__gte=first) if first else rows
    rows = rows.filter(dosed_on__lte=last) if last else rows
    return rows.filter(GRAVE) if severe_only else rows


def outside_rates(scopes: Iterable[Scope] | None, *, first: date, last: date) -> int:
    """How many cases told in these days no rate counts, because their point or the day of their dose is not known yet."""
    where = Q() if scopes is None else places.within(scopes, site="site_id", facility="facility_id")
    rows = models.AefiCase.objects.filter(where & (Q(site_id__isnull=True) | Q(dosed_on__isnull=True)))
    rows = rows.exclude(state__in=[State.JOINED.value, State.WITHDRAWN.value])
    return rows.filter(opened_at__gte=clock.at_local(first), opened_at__lt=clock.at_local(last + timedelta(days=1))).count()


def _doses(
    fine: bool, scopes: Iterable[Scope] | None, first: date | None, last: date | None
) -> models.models.QuerySet[models.DoseTally] | models.models.QuerySet[models.LotTally]:
    """Doses counted of these points and days; `fine`: by dose, sex and age too, which is a longer table."""
    where = Q() if scopes is None else places.within(scopes, units=None, site="site_id")
    where &= Q(on_date__gte=first) if first else Q()
    where &= Q(on_date__lte=last) if last else Q()
    return models.DoseTally.objects.filter(where) if fine else models.LotTally.objects.filter(where)


def _key(by: str, row: dict[str, object]) -> str:
    if by == "age":
        years = row["age_years"]
        return "" if years is None else next((band for band in BANDS if _inside(int(str(years)), band)), "")
    if by == "dose":
        return f"{row['dose_type']}-{row['ordinal']}" if row["dose_type"] else ""
    return str(row[{"vaccine": "vaccine", "lot": "lot_number", "sex": "sex", "site": "site_id"}[by]] or "")


def _inside(years: int, band: str) -> bool:
    low, _dash, high = band.rstrip("+").partition("-")
    return years >= int(low) and (not high or years <= int(high))


_COLUMNS = {
    "vaccine": ("vaccine",), "lot": ("lot_number",), "dose": ("dose_type", "ordinal"), "age": ("age_years",), "sex": ("sex",), "site": ("site_id",),
}  # fmt: skip


def rates(
    by: str, *, scopes: Iterable[Scope] | None, first: date | None = None, last: date | None = None, severe_only: bool = False, most: int = 200
) -> list[Rate]:
    """Events for 100,000 doses by product, lot, dose, age, sex or site, the (so many) with most doses first, with exact 95 % intervals."""
    if by not in BY:
        raise LookupError(by)
    counted = _doses(by in ("dose", "age", "sex"), scopes, first, last)
    doses = Counter({str(key or ""): int(n) for key, n in counted.values_list(_TALLY[by]).annotate(n=Sum("doses"))})
    events: Counter[str] = Counter()
    severe: Counter[str] = Counter()
    rows = _events(scopes, first, last, severe_only).values(*_COLUMNS[by]).annotate(n=Count("id"), grave=Count("id", filter=GRAVE))
    for row in rows:
        key = _key(by, row)
        events[key] += row["n"]
        severe[key] += row["grave"]
    keys = sorted({*doses, *events}, key=lambda key: (-doses[key], key))[:most]
    found = [rate(key, events[key], severe[key], doses[key]) for key in keys]
    return sorted(found, key=lambda one: BANDS.index(one.key) if one.key in BANDS else len(BANDS)) if by == "age" else found


def rate(key: str, events: int, severe: int, doses: int) -> Rate:
    """One rate; a place with more events than counted doses has none yet."""
    if not doses or events > doses:
        return Rate(key, events, severe, doses, None, None, None)
    low, high = intervals.clopper_pearson(events, doses)
    return Rate(key, events, severe, doses, events / doses * 1e5, low * 1e5, high * 1e5)


def screen(*, scopes: Iterable[Scope] | None, first: date | None = None, last: date | None = None, severe_only: bool = True) -> list[Signal]:
    """Lots at sites against what is expected: the rate of the same product at all other lots and sites, an exact Poisson test each.

    The chance is corrected for the number of lots and sites looked at (Holm); the share of false alarms (Benjamini-Hochberg) stands
    beside it. The most striking first. A screen proposes where to look; it proves nothing.
    """
    doses: Counter[tuple[str, str, str]] = Counter()
    for site, lot, vaccine, n in _doses(False, scopes, first, last).values_list("site_id", "lot_number", "vaccine").annotate(n=Sum("doses")):
        doses[(str(site), lot, vaccine)] += n
    seen: Counter[tuple[str, str, str]] = Counter()
    for site, lot, vaccine, n in _events(scopes, first, last, severe_only).values_list("site_id", "lot_number", "vaccine").annotate(n=Count("id")):
        seen[(str(site), lot, vaccine)] += n
    return compare(doses, seen)


def compare(doses: Counter[tuple[str, str, str]], seen: Counter[tuple[str, str, str]]) -> list[Signal]:
    """The screen over counts by (site, lot, product)."""
    all_doses, all_seen = Counter[str](), Counter[str]()
    for key, n in doses.items():
        all_doses[key[2]] += n
        all_seen[key[2]] += seen[key]
    rows = []
    for key, n in doses.items():
        others, elsewhere = all_doses[key[2]] - n, all_seen[key[2]] - seen[key]
        if others > 0:
            # Half an event more elsewhere: no events there must not make one event here a certainty.
            expected = (elsewhere + 0.5) / others * n
            rows.append((key, n, seen[key], expected, intervals.poisson_at_least(seen[key], expected)))
    corrected = intervals.holm([row[4] for row in rows])
    shares = intervals.benjamini_hochberg([row[4] for row in rows])
    found = [
        Signal(UUID(key[0]), key[1], key[2], observed, expected, n, observed / expected if expected else 0.0, chance, family, share)
        for (key, n, observed, expected, chance), family, share in zip(rows, corrected, shares, strict=True)
        if observed
    ]
    return sorted(found, key=lambda one: (one.chance, -one.ratio))


def by_unit(column: str, *, scopes: Iterable[Scope] | None, first: date | None = None, last: date | None = None, severe_only: bool = False) -> dict[str, tuple[int, int]]:
    """Events and doses by the code of a unit ("province_2021", "district_2021", "province_2025", "commune_2025"), for a map."""
    if column not in ("province_2021", "district_2021", "province_2025", "commune_2025"):
        raise LookupError(column)
    events = dict(_events(scopes, first, last, severe_only).values_list(column).annotate(n=Count("id")))
    by_site = dict(_doses(False, scopes, first, last).values_list("site_id").annotate(n=Sum("doses")))
    doses: Counter[str] = Counter()
    for site in places.sites_by_id(by_site).values():
        doses[getattr(site.place, column)] += by_site[site.id]
    return {code: (events.get(code, 0), doses[code]) for code in {*events, *doses} if code}


def as_of(at: datetime) -> datetime:
    """The moment up to which doses are counted."""
    return tallies.as_of() or at
