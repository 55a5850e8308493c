"""Coverage by residence and by place of injection, against dated, imported numbers of people; and how soon doses could be seen."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, Sum

from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.places.types import Unit
from khien.reporting import models, rules
from khien.reporting.types import CoverageLine, Timely

UNKNOWN = ""  # the unit of those whose residence, or place of injection, nobody knows


def coverage(*, unit_key: str = "", epoch: str = "2021", age: str = "") -> list[CoverageLine]:
    """Doses of each child unit's residents and doses given there, by dose; `age` narrows to one band of `rules.AGES`.

    The last line, with an empty key, holds those whose unit inside this one is not known; it is left out when empty.
    """
    parted = places.breakdown(unit_key, epoch)
    if not parted.column:
        return []
    top = places.unit(places.same_in(unit_key, epoch)) if unit_key else None
    home, here = (_by_unit(topic, age, parted.column, top) for topic in ("lives", "given"))
    people, targets = (latest_figures(kind, [unit.key for unit in parted.units], age) for kind in ("population", "target"))
    lines = [
        CoverageLine(unit.key, unit.full_name, home.get(unit.code, {}), here.get(unit.code, {}), people.get(unit.key), targets.get(unit.key))
        for unit in parted.units
    ]
    if home.get(UNKNOWN) or here.get(UNKNOWN):
        lines.append(CoverageLine("", "", home.get(UNKNOWN, {}), here.get(UNKNOWN, {}), None, None))
    return lines


def _by_unit(topic: str, age: str, column: str, top: Unit | None) -> dict[str, dict[str, int]]:
    rows = models.TotalCount.objects.filter(topic=topic, **({"age_band": age} if age else {}))
    if top is not None:
        rows = rows.filter(**{places.column(top.epoch, top.level): top.code})
    found: dict[str, dict[str, int]] = {}
    for unit, dose, n in rows.values_list(column, "value").annotate(n=Sum("count")):
        if n:
            found.setdefault(unit, {})[dose] = n
    return found


def latest_figures(kind: str, unit_keys: Iterable[str], age: str = "") -> dict[str, int]:
    """The newest imported number of people of each unit whose ages lie within this band ("" is every age)."""
    rows = models.PopulationFigure.objects.filter(kind=kind, unit_key__in=list(unit_keys), group="")
    if age:
        low = next(low for low, name in rules.AGES if name == age)
        above = [other for other, _name in rules.AGES if other > low]
        rows = rows.filter(age_from__gte=low, **({"age_to__lt": min(above)} if above else {}))
    newest: dict[str, date] = {}
    sums: dict[tuple[str, date], int] = {}
    for key, as_of, people in rows.values_list("unit_key", "as_of", "people"):
        newest[key] = max(newest.get(key, as_of), as_of)
        sums[key, as_of] = sums.get((key, as_of), 0) + people
    return {key: sums[key, as_of] for key, as_of in newest.items()}


def timeliness(*, first: date, last: date, by: str, scopes: Iterable[Scope] | None = None, way: str = "") -> list[Timely]:
    """How soon the doses of these days could be seen, `by` site_id, hour or way; both days included."""
    rows = models.TimelinessCount.objects.filter(Q(on_date__gte=first, on_date__lte=last))
    if way:
        rows = rows.filter(way=way)
    if scopes is not None:
        rows = rows.filter(places.within(scopes, units=None, site="site_id"))
    found: dict[str, dict[str, int]] = {}
    for key, bucket, n in rows.values_list(by, "bucket").annotate(n=Sum("count")):
        if n:
            found.setdefault(str(key), {})[bucket] = n
    return [Timely(key, sum(within.values()), within) for key, within in sorted(found.items(), key=lambda pair: pair[0].zfill(2))]
