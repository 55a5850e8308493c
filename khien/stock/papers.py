"""Numbers of papers as people type them: the same paper in other letters, or with other spaces, is the same paper."""

from __future__ import annotations

import unicodedata
from typing import Any
from uuid import UUID

from django.db.models import Sum

from khien.kernel.errors import Refused
from khien.stock import models

TYPED_BEFORE = "typed_before"


def written(told: str) -> str:
    """A paper's number without spaces that nobody sees, its accents put together."""
    return " ".join(unicodedata.normalize("NFC", told).split())


def entered_as(kind: str, site_id: UUID, lot_id: UUID, told: str) -> str:
    """The number as this paper stands in the book for this lot, where it does; else as it is told."""
    number = written(told)
    rows = models.Movement.objects.filter(site_id=site_id, lot_id=lot_id, kind=kind, document__iexact=number).order_by("recorded_at")
    return _first(rows, number) if number else ""


def sent_as(from_id: UUID, told: str) -> str:
    """The number as a consignment of this holder has it, where one has; else as it is told."""
    number = written(told)
    return _first(models.Consignment.objects.filter(from_id=from_id, document__iexact=number).order_by("sent_at"), number)


def typed_before(site_id: UUID, lot_id: UUID, told: str) -> int:
    """Doses of this paper and lot that were entered by hand before its consignment was received, and not taken back since."""
    rows = models.Movement.objects.filter(site_id=site_id, lot_id=lot_id, document__iexact=written(told), consignment_id=None)
    entered, back = (
        rows.filter(**which).aggregate(n=Sum("doses", default=0))["n"]
        for which in ({"kind": "received"}, {"kind": "counted_down", "reason": TYPED_BEFORE})
    )
    return int(entered - back)


def _first(rows: Any, number: str) -> str:
    found: str | None = rows.values_list("document", flat=True).first()
    return found or number


def check_not_sent(site_id: UUID, lot_id: UUID, number: str) -> None:
    """Goods that another holder sends on the system are received by their consignment, not typed a second time.

    Raises Refused: stock.consignment_comes (document), stock.consignment_received (document, received_at, state). One that was refused
    whole may come another way under its number.
    """
    if not number:
        return
    for row in models.Consignment.objects.filter(to_id=site_id, document__iexact=number, state__in=["sent", "accepted", "differs"]):
        if not models.ConsignmentLine.objects.filter(consignment_id=row.id, lot_id=lot_id).exists():
            continue
        if row.state == "sent":
            raise Refused("stock.consignment_comes", document=row.document)
        raise Refused("stock.consignment_received", document=row.document, received_at=row.received_at, state=row.state)
