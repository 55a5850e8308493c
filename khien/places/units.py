"""Reads of administrative units: find one as people write it, go from one epoch to the other."""

from collections.abc import Iterable
from functools import cache, lru_cache

from django.db.models import Case, IntegerField, Q, Value, When

from khien.kernel import vietnamese
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts

from . import models, wording
from .types import Breakdown, Unit

EPOCHS = ("2021", "2025")
CHILD_LEVEL = {("2021", ""): "province", ("2021", "province"): "district", ("2021", "district"): "commune",
               ("2025", ""): "province", ("2025", "province"): "commune"}  # fmt: skip


def forget() -> None:
    """Forget what is remembered of the units, after they were loaded anew."""
    for remembered in (islands, unit, children, successors, unit_place):
        remembered.cache_clear()


def _unit(row: models.Unit) -> Unit:
    return Unit(
        row.key, row.epoch, row.level, row.code, row.name, row.full_name, row.parent_key, row.province_code, row.district_code,
        row.path, row.kind, row.level == "commune" or row.key in islands(), row.region, row.lat, row.lon,
    )  # fmt: skip


@cache
def islands() -> frozenset[str]:
    """The districts of 2021 that have no commune: people live in the district itself."""
    rows = models.UnitSuccessor.objects.filter(source="island-district")
    return frozenset(rows.values_list("old_key", flat=True))


@lru_cache(maxsize=20_000)
def unit(key: str) -> Unit | None:
    """The unit of this key ("2021-26734")."""
    row = models.Unit.objects.filter(key=key).first()
    return _unit(row) if row else None


def units(keys: Iterable[str]) -> dict[str, Unit]:
    """Several units at once, by key."""
    return {row.key: _unit(row) for row in models.Unit.objects.filter(key__in=set(keys))}


def all_units(epoch: str) -> list[Unit]:
    """Every unit of an epoch, for those who read places in bulk."""
    return [_unit(row) for row in models.Unit.objects.filter(epoch=epoch).order_by("key")]


@lru_cache(maxsize=1000)
def children(key: str, epoch: str = "2021") -> tuple[Unit, ...]:
    """The units right under this one in Vietnamese order; the provinces of `epoch` for an empty key."""
    rows = models.Unit.objects.filter(parent_key=key)
    if not key:
        rows = rows.filter(epoch=epoch)
    return tuple(_unit(row) for row in rows.order_by("name_sort", "key"))


def search_units(text: str, epoch: str | None = None, level: str = "commune", limit: int = 10) -> list[Unit]:
    """Units found by part of their name and of those above them, with or without accents, numbers and short forms.

    `level` commune also finds the island districts, which have none. The nearest name first.
    """
    for reading in wording.readings(text):
        found = _found(text, reading, epoch, level, limit)
        if found:
            return found
    return []


def _found(text: str, reading: list[str], epoch: str | None, level: str, limit: int) -> list[Unit]:
    wanted = Q(level=level) | Q(key__in=islands()) if level == "commune" else Q(level=level)
    for phrase in reading:
        wanted &= Q(path_key__contains=phrase)
    if epoch:
        wanted &= Q(epoch=epoch)
    typed = wording.key(text)
    spelled = f" {' '.join(phrase.strip() for phrase in reading)} "
    rank = Case(
        When(name_key=typed, then=0),
        When(path_key__startswith=spelled, then=1),
        When(path_key__startswith=spelled.rstrip(), then=2),
        When(name_key__startswith=typed.rstrip(), then=3),
        When(path_key__contains=spelled, then=4),
        default=Value(5),
        output_field=IntegerField(),
    )
    accents = vietnamese.clean(text)
    marked = Case(When(path__icontains=accents, then=0), default=Value(1), output_field=IntegerField())
    order = [marked, rank] if vietnamese.has_marks(text) else [rank]
    rows = models.Unit.objects.filter(wanted).order_by(*order, "name_sort", "epoch", "key")[:limit]
    return [_unit(row) for row in rows]


@lru_cache(maxsize=20_000)
def successors(key_2021: str) -> tuple[tuple[Unit, bool], ...]:
    """The units of 2025 that took over an old unit, the published default first (True).

    One pair: it went over whole. Several: it was divided and the person is asked, with the default, where there is one, chosen.
    None: no source names one.
    """
    rows = models.UnitSuccessor.objects.filter(old_key=key_2021).order_by("-is_default", "new_key")
    found = [(unit(row.new_key), row.is_default) for row in rows]
    return tuple((new, default) for new, default in found if new is not None)


@lru_cache(maxsize=20_000)
def unit_place(key: str) -> PlaceFacts:
    """All that is certain about where this unit lies, in both epochs. Raises Refused places.unknown_unit."""
    found = unit(key)
    if found is None:
        raise Refused("places.unknown_unit", key=key[:20])
    return _old_place(found) if found.epoch == "2021" else _new_place(found)


def facts_for_commune(key: str, commune_2025: str = "") -> PlaceFacts:
    """Where somebody lives who chose this commune (or island district); `commune_2025` settles a divided one.

    Raises Refused: places.unknown_unit, places.commune_needed, places.not_its_successor.
    """
    place, found = unit_place(key), unit(key)
    if found is None or not found.leaf:
        raise Refused("places.commune_needed")
    if commune_2025 and found.epoch == "2021":
        new = {successor.code: successor for successor, _ in successors(key)}.get(commune_2025)
        if new is None and successors(key):
            raise Refused("places.not_its_successor")
        new = new or unit(f"2025-{commune_2025}")
        if new is None or new.province_code != place.province_2025:
            raise Refused("places.not_its_successor")
        return PlaceFacts(place.province_2021, place.district_2021, place.commune_2021, new.province_code, new.code)
    return place


def _old_place(found: Unit) -> PlaceFacts:
    new = [successor for successor, _ in successors(found.key)]
    commune = new[0].code if found.leaf and len(new) == 1 else ""
    provinces = {successor.province_code for successor in new}
    if len(provinces) != 1:
        provinces = {successor.province_code for successor, _ in successors(f"2021-{found.province_code}")}
    return PlaceFacts(
        found.province_code, found.district_code, found.code if found.level == "commune" else "", provinces.pop(), commune
    )


def _new_place(found: Unit) -> PlaceFacts:
    """Of the old units only what all predecessors share."""
    rows = models.UnitSuccessor.objects.filter(new_key=found.key)
    old = [unit(key) for key in rows.values_list("old_key", flat=True)]
    divided = rows.filter(divided=True).exists()
    known = [before for before in old if before is not None]
    whole = known[0].code if len(known) == 1 and not divided and known[0].level == "commune" else ""
    return PlaceFacts(
        _shared({before.province_code for before in known}), _shared({before.district_code for before in known}), whole,
        found.province_code, found.code if found.level == "commune" else "",
    )  # fmt: skip


def _shared(codes: set[str]) -> str:
    return codes.pop() if len(codes) == 1 else ""


def old_provinces(key: str) -> tuple[str, ...]:
    """The provinces of 2021 (codes) that this unit lies in, or that went into it: several for one merged in 2025.

    Raises Refused places.unknown_unit.
    """
    place = unit_place(key)
    if place.province_2021:
        return (place.province_2021,)
    return tuple(one.code for one in children("", "2021") if unit_place(one.key).province_2025 == place.province_2025)


def same_in(key: str, epoch: str) -> str:
    """The unit of the other epoch that answers to this one ("" where none does whole); the nation ("") stays."""
    found = unit(key) if key else None
    if found is None or found.epoch == epoch:
        return key
    place = unit_place(key)
    for level in (found.level, "province"):
        code = getattr(place, f"{level}_{epoch}", "")
        if code:
            return f"{epoch}-{code}"
    return ""


def breakdown(key: str, epoch: str) -> Breakdown:
    """The lines of a board for this unit ("" is the nation) in either epoch, and the column to group by.

    A commune is one line: itself.
    """
    top = unit(same_in(key, epoch)) if key else None
    level = CHILD_LEVEL.get((epoch, top.level if top else ""))
    if level is None or (top and top.leaf):
        return Breakdown(epoch, top.level if top else "", column(epoch, top.level if top else ""), (top,) if top else ())
    return Breakdown(epoch, level, column(epoch, level), children(top.key if top else "", epoch))


def column(epoch: str, level: str) -> str:
    """The column of placed tables that holds the codes of this level. Raises Refused places.no_such_level."""
    if epoch not in EPOCHS or level not in ("province", "district", "commune") or (epoch, level) == ("2025", "district"):
        raise Refused("places.no_such_level", epoch=epoch)
    return f"{level}_{epoch}"
