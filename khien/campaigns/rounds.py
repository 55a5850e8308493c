"""Rounds of a campaign: numbered spans of days in a unit, opened and closed by its planner."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from khien.campaigns import models
from khien.campaigns.types import RoundInfo
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.plumbing import audit


def open_round(*, unit_key: str, first_on: date, by: Actor, at: datetime) -> RoundInfo:
    """Open the next round of a unit on this day.

    Raises Refused: campaigns.round_going_on (number) while the last one has no end, .round_overlaps (last_on).
    """
    last = models.Round.objects.filter(unit_key=unit_key).order_by("-number").first()
    if last is not None and last.closed_at is None:
        raise Refused("campaigns.round_going_on", number=last.number)
    if last is not None and last.last_on is not None and first_on <= last.last_on:
        raise Refused("campaigns.round_overlaps", last_on=last.last_on)
    number = (models.Round.objects.filter(unit_key=unit_key).aggregate(n=Max("number"))["n"] or 0) + 1
    try:
        with transaction.atomic():
            row = models.Round.objects.create(
                id=uuid7(), unit_key=unit_key, number=number, first_on=first_on, opened_at=at, opened_by=by.text
            )
            audit.record("campaigns.round_opened", by=by, at=at, subject=unit_key or "vn", number=number, first_on=first_on)
    except IntegrityError:
        raise Refused("campaigns.round_going_on", number=number) from None
    return _info(row)


@transaction.atomic
def close_round(*, round_id: UUID, last_on: date, by: Actor, at: datetime) -> RoundInfo:
    """Close a round with its last day.

    Raises Refused: campaigns.round_unknown, .round_closed, .round_ends_before (first_on), .round_ends_ahead.
    """
    row = models.Round.objects.select_for_update().filter(id=round_id).first()
    if row is None:
        raise Refused("campaigns.round_unknown")
    if row.closed_at is not None:
        raise Refused("campaigns.round_closed")
    if last_on < row.first_on:
        raise Refused("campaigns.round_ends_before", first_on=row.first_on)
    if last_on > clock.on_date(at):
        raise Refused("campaigns.round_ends_ahead")
    row.last_on, row.closed_at, row.closed_by = last_on, at, by.text
    row.save(update_fields=["last_on", "closed_at", "closed_by"])
    audit.record("campaigns.round_closed", by=by, at=at, subject=row.unit_key or "vn", number=row.number, last_on=last_on)
    return _info(row)


def rounds(unit_keys: list[str] | None = None) -> list[RoundInfo]:
    """The rounds of these units (None: all), the latest first."""
    rows = models.Round.objects.all() if unit_keys is None else models.Round.objects.filter(unit_key__in=unit_keys)
    return [_info(row) for row in rows.order_by("-first_on", "unit_key", "-number")]


def round_of(round_id: UUID) -> RoundInfo | None:
    """The round."""
    row = models.Round.objects.filter(id=round_id).first()
    return _info(row) if row else None


def rounds_on(on: date) -> dict[str, int]:
    """The number of the round that goes on in each unit on this day."""
    rows = models.Round.objects.filter(Q(last_on__isnull=True) | Q(last_on__gte=on), first_on__lte=on)
    return dict(rows.values_list("unit_key", "number"))


def _info(row: models.Round) -> RoundInfo:
    return RoundInfo(row.id, row.unit_key, row.number, row.first_on, row.last_on, row.closed_at)
