"""Figures imported with their date and source; every rollup counted again from the records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from khien.immunizations import due
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.plumbing import audit
from khien.reporting import models, rebuilding, tallies
from khien.reporting.older import count_old as count_old
from khien.reporting.signing import sign_day as sign_day
from khien.reporting.signing import sign_round as sign_round

KINDS = ("population", "target")


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One line as imported: number of people of a unit between two ages, both included; a target may be of one priority group.

    `line` is where it stands in its file (0: as it comes).
    """

    unit_key: str
    age_from: int
    age_to: int
    people: int
    group: str = ""
    line: int = 0


@transaction.atomic
def import_figures(*, kind: str, lines: Iterable[FigureLine], as_of: date, source: str, by: Actor, at: datetime) -> int:
    """Import population or target figures; an earlier import of the same date is replaced, every other date stays.

    Raises Refused: reporting.figure_kind, .source_needed, .figures_empty, .unit_unknown (line), .ages_wrong (line), .people_negative (line),
    .figure_twice (line).
    """
    if kind not in KINDS:
        raise Refused("reporting.figure_kind")
    if not source.strip():
        raise Refused("reporting.source_needed")
    wanted = list(lines)
    if not wanted:
        raise Refused("reporting.figures_empty")
    told = {line.unit_key for line in wanted}
    known = {*places.units(told), ""}  # "" is the nation
    seen = set()
    for place, line in enumerate(wanted, 1):
        number = line.line or place
        if line.unit_key not in known:
            raise Refused("reporting.unit_unknown", line=number)
        if not 0 <= line.age_from <= line.age_to <= 150:
            raise Refused("reporting.ages_wrong", line=number)
        if line.people < 0:
            raise Refused("reporting.people_negative", line=number)
        if (line.unit_key, line.age_from, line.age_to, line.group) in seen:
            raise Refused("reporting.figure_twice", line=number)
        seen.add((line.unit_key, line.age_from, line.age_to, line.group))
    models.PopulationFigure.objects.filter(kind=kind, as_of=as_of, unit_key__in=told).delete()
    models.PopulationFigure.objects.bulk_create(
        models.PopulationFigure(
            id=uuid7(), kind=kind, unit_key=line.unit_key, age_from=line.age_from, age_to=line.age_to, group=line.group, people=line.people, as_of=as_of,
            source=source.strip()[:500], imported_at=at, imported_by=by.text,
        )
        for line in wanted
    )  # fmt: skip
    audit.record("reporting.figures_imported", by=by, at=at, subject=kind, lines=len(wanted), as_of=as_of)
    return len(wanted)


def rebuild(*, at: datetime, tell: Callable[[str, int], None] = lambda kind, n: None) -> dict[str, int]:
    """Count everything again from the records: boards show the old numbers until it is done; then what is due, likewise."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE counted IN EXCLUSIVE MODE")
        cursor.execute("TRUNCATE counted")  # no board reads it
        for tally in tallies.ALL:
            cursor.execute(f"DELETE FROM {tally.table}")
        done = rebuilding.count_all(at, tell)
    return done | {"due": due.rebuild(at, lambda n: tell("due", n))}
