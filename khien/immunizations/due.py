"""Second and later doses that fall due: by product, day and the place where each person lives now, whoever gave the dose before."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from khien.immunizations import models, queries
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import once

COURSE = "covid-19"
PAGE = 2_000  # people of one page of a rebuild


@dataclass(frozen=True, slots=True)
class Due:
    """So many people of a place (a column's code) to whom this dose of this product is due on a day."""

    code: str
    vaccine: str
    dose_type: str
    ordinal: int
    due_on: date
    people: int


CELL = (
    "due_on", "vaccine", "dose_type", "ordinal", "province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025",
)  # fmt: skip
_NAMES = ", ".join(CELL)
_ADD = (
    f"INSERT INTO due_count ({_NAMES}, people) VALUES ({', '.join(['%s'] * len(CELL))}, %s)"
    f" ON CONFLICT ({_NAMES}) DO UPDATE SET people = due_count.people + EXCLUDED.people"
)


@transaction.atomic
def recount(person_id: UUID, *, at: datetime) -> None:
    """Write down which dose is due next to this person; nothing for somebody without a dose, with all of them, or dead."""
    current = people.current_id(person_id)
    known = {*people.ids_of(current), person_id, current}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 106))", [str(current)])
    before = Counter(models.DueDose.objects.filter(person_id__in=known).values_list(*CELL))
    _write(current, known - {current}, at)
    moved = Counter(models.DueDose.objects.filter(person_id__in=known).values_list(*CELL))
    moved.subtract(before)
    with connection.cursor() as cursor:
        for cell in sorted(cell for cell, n in moved.items() if n):
            cursor.execute(_ADD, [*cell, moved[cell]])


@transaction.atomic
def count_again() -> None:
    """Add up what is due by place and day anew."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE due_count IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM due_count")
        cursor.execute(f"INSERT INTO due_count ({_NAMES}, people) SELECT {_NAMES}, count(*) FROM due_dose GROUP BY {_NAMES}")


@transaction.atomic
def rebuild(at: datetime, tell: Callable[[int], None] = lambda n: None) -> int:
    """Write down again what is due to everyone with a dose, a page of people at a time; return how many people have one."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE due_dose, due_count IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM due_dose")
        cursor.execute("SELECT DISTINCT person_id FROM immunization ORDER BY person_id")
        ids = [row[0] for row in cursor.fetchall()]
    whose = sorted(set(people.current_ids(ids).values()))
    for first in range(0, len(whose), PAGE):
        with once.reading():
            some = whose[first : first + PAGE]
            people.current_ids(some)
            queries.current_rows(people.members(some))
            people.basics(some)
            models.DueDose.objects.bulk_create(row for one in some if (row := _due(one, at)))
        tell(first + len(some))
    count_again()
    return len(whose)


def _write(current: UUID, gone: set[UUID], at: datetime) -> None:
    models.DueDose.objects.filter(person_id__in=gone).delete()
    row = _due(current, at)
    if row is None:
        models.DueDose.objects.filter(person_id=current).delete()
        return
    facts = {name: getattr(row, name) for name in (*CELL, "updated_at")}
    models.DueDose.objects.update_or_create(person_id=current, course=COURSE, defaults=facts)


def _due(current: UUID, at: datetime) -> models.DueDose | None:
    """What is due next to this (surviving) person."""
    card, story = people.basics([current]).get(current), queries.history(current, clock.on_date(at))
    coming = story.next_dose
    due_on = coming.recommended_on or coming.earliest_on
    if card is None or card.died_on or not story.counted or coming.complete or due_on is None or coming.dose_type is None or not coming.vaccines:
        return None
    last = story.counted[-1].vaccine
    return models.DueDose(
        person_id=current, course=COURSE, vaccine=last if last in coming.vaccines else coming.vaccines[0], dose_type=coming.dose_type.value,
        ordinal=coming.ordinal or 1, due_on=due_on, updated_at=at, province_2021=card.place.province_2021, district_2021=card.place.district_2021,
        commune_2021=card.place.commune_2021, province_2025=card.place.province_2025, commune_2025=card.place.commune_2025,
    )  # fmt: skip


def due(
    scopes: Iterable[Scope] | None = None, *, until: date, since: date | None = None, by: str = "", primary_only: bool = False
) -> list[Due]:
    """Doses due up to `until` to the people of these scopes (None: everywhere), those overdue too unless `since` is given.

    `by` parts them by a column of place ("district_2021"); the codes are empty without it.
    """
    rows = _cells(scopes, until, primary_only)
    if since is not None:
        rows = rows.filter(due_on__gte=since)
    columns = [by] if by else []
    found = rows.values_list(*columns, "vaccine", "dose_type", "ordinal", "due_on").annotate(n=Sum("people"))
    return [Due(line[0] if by else "", *line[-5:]) for line in found.order_by(*columns, "due_on", "vaccine") if line[-1]]


def due_of_units(unit_keys: Iterable[str], *, until: date) -> dict[str, int]:
    """How many people of each of these units ("" is the nation) a dose is due to up to `until`, from the units' own sums."""
    rows = models.DueTotal.objects.filter(unit_key__in=list(unit_keys), due_on__lte=until).values_list("unit_key").annotate(n=Sum("people"))
    return {key: n for key, n in rows if n}


def due_by_day(unit_key: str, *, until: date, primary_only: bool = False) -> dict[date, int]:
    """How many people of a unit ("" is the nation) a dose is due to, by day up to `until`, from the unit's own sums: as many rows as days."""
    rows = models.DueTotal.objects.filter(unit_key=unit_key, due_on__lte=until)
    if primary_only:
        rows = rows.filter(dose_type="primary")
    return {on: n for on, n in rows.values_list("due_on").annotate(n=Sum("people")).order_by("due_on") if n}


def _cells(scopes: Iterable[Scope] | None, until: date, primary_only: bool) -> QuerySet[models.DueCount]:
    rows: QuerySet[models.DueCount] = models.DueCount.objects.filter(due_on__lte=until)
    if primary_only:
        rows = rows.filter(dose_type="primary")
    return rows if scopes is None else rows.filter(places.within(scopes))
