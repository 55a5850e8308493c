"""Doses counted for rates: a small table made anew for a site's day whenever a dose of that day was given, taken back or corrected."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from khien.kernel.ids import uuid7
from khien.plumbing import bulk, marks
from khien.safety import models

BEGUN = "dose_tally"  # when the counting began
MOST = 500  # site-days in one round
WAIT = timedelta(seconds=20)  # doses of one morning are counted together


def mark(site_id: UUID, on: date, *, at: datetime) -> None:
    """Let this site's day be counted again soon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dose_tally_day (site_id, on_date, marked_at) VALUES (%s, %s, %s) ON CONFLICT (site_id, on_date) DO NOTHING", [site_id, on, at]
        )


def count_due(at: datetime, *, wait: timedelta = WAIT) -> bool:
    """Count the marked days; called every few seconds. Returns whether there were any."""
    if marks.get(BEGUN) is None:  # a copy older than the tally: everything is counted once
        _mark_all(at)
    rows = list(models.DoseTallyDay.objects.filter(marked_at__lte=at - wait).order_by("marked_at").values_list("site_id", "on_date")[:MOST])
    for site_id, on in rows:
        with transaction.atomic():
            models.DoseTallyDay.objects.filter(site_id=site_id, on_date=on).delete()
            count(site_id, on)
    return bool(rows)


def count(site_id: UUID, on: date) -> None:
    """Count one site's day from the record."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 105))", [f"{site_id}{on}"])
        cursor.execute("SELECT * FROM immunizations_tally(%s, %s)", [site_id, on])
        found = cursor.fetchall()
    models.DoseTally.objects.filter(site_id=site_id, on_date=on).delete()
    models.LotTally.objects.filter(site_id=site_id, on_date=on).delete()
    bulk.copy(
        models.DoseTally(
            id=uuid7(), site_id=site_id, on_date=on, vaccine=vaccine, lot_id=lot_id, lot_number=lot, dose=dose, sex=sex, age_band=band, doses=doses
        )
        for vaccine, lot_id, lot, dose, sex, band, doses in found
    )
    lots: Counter[tuple[str, str]] = Counter()
    for vaccine, _lot_id, lot, _dose, _sex, _band, doses in found:
        lots[vaccine, lot] += doses
    models.LotTally.objects.bulk_create(
        models.LotTally(site_id=site_id, on_date=on, vaccine=vaccine, lot_number=lot, doses=doses) for (vaccine, lot), doses in lots.items()
    )


def rebuild(at: datetime) -> int:
    """Count every site's day again from the record; return how many there were."""
    total = _mark_all(at)
    while count_due(at, wait=timedelta()):
        pass
    return total


def _mark_all(at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dose_tally_day (site_id, on_date, marked_at) SELECT DISTINCT site_id, on_date, %s FROM immunization"
            " WHERE site_id IS NOT NULL ON CONFLICT (site_id, on_date) DO NOTHING",
            [at],
        )
        total: int = cursor.rowcount
    marks.put(BEGUN, at.isoformat())
    return total


def as_of() -> datetime | None:
    """The oldest moment whose doses are not counted yet; None when all are."""
    return models.DoseTallyDay.objects.order_by("marked_at").values_list("marked_at", flat=True).first()
