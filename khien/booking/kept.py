"""Later doses' reserve against who books alone or walks in: counted by province each minute, so that a booking costs one look-up more."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from khien.booking import models, reserve
from khien.booking.types import Decision, Kept, OpenSlot
from khien.immunizations import due
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, bulk
from khien.stock import queries as stock

LONGEST = 300
NATION = "vn"  # the province of a decision for all of them


def count_kept(at: datetime) -> None:
    """Count every province's reserve again; called now and again. A product that a province has no ledger of is left alone."""
    on = clock.on_date(at)
    place_of = {one.id: one.place.province_2021 for one in stock.holders(None)}
    on_hand: dict[tuple[str, str], int] = {}
    for balance in stock.held(None):
        key = (place_of.get(balance.site_id, ""), balance.lot.vaccine)
        on_hand[key] = on_hand.get(key, 0) + (balance.on_hand if stock.rules.can_use(balance.lot, on) else 0)
    waiting: dict[tuple[str, str], int] = {}
    for line in due.due(None, until=on + reserve.AHEAD, by="province_2021", primary_only=True):
        waiting[line.code, line.vaccine] = waiting.get((line.code, line.vaccine), 0) + line.people
    with connection.cursor() as cursor:
        cursor.execute("SELECT province, vaccine, places FROM booking_first_places(%s)", [on])
        booked = {(province, vaccine): n for province, vaccine, n in cursor.fetchall()}
    with transaction.atomic():
        models.KeptDoses.objects.all().delete()
        bulk.copy(
            models.KeptDoses(province=key[0], vaccine=key[1], on_hand=on_hand[key], due=waiting[key], booked=booked.get(key, 0), counted_at=at)
            for key in sorted(on_hand.keys() & waiting.keys())
            if key[0]
        )


def kept(province: str) -> list[Kept]:
    """The products of a province, or of the NATION, of which later doses are due."""
    rows = models.KeptDoses.objects.order_by("vaccine")
    if province != NATION:
        return [_kept(row) for row in rows.filter(province=province)]
    found: dict[str, Kept] = {}
    for row in map(_kept, rows):
        so = found.get(row.vaccine, Kept(row.vaccine, 0, 0, 0, row.counted_at))
        found[row.vaccine] = Kept(row.vaccine, so.on_hand + row.on_hand, so.due + row.due, so.booked + row.booked, row.counted_at, so.shut + row.closed)
    return list(found.values())


def _kept(row: models.KeptDoses) -> Kept:
    return Kept(row.vaccine, row.on_hand, row.due, row.booked, row.counted_at)


def decisions(*, province: str = "", session_id: UUID | None = None, on: date) -> list[Decision]:
    """The decisions in force on a day, of a province (with the nation's) or of one session, the newest first."""
    rows = models.ReserveDecision.objects.filter(until__gte=on, ended_at__isnull=True).order_by("-decided_at", "-id")
    rows = rows.filter(session_id=session_id) if session_id else rows.filter(province__in=(province, NATION), session_id__isnull=True)
    return [_decision(row) for row in rows]


def public_decisions(*, limit: int = 100) -> list[Decision]:
    """Every decision that let first doses in, those ended too, the newest first: for the public page."""
    return [_decision(row) for row in models.ReserveDecision.objects.order_by("-decided_at", "-id")[:limit]]


def _decision(row: models.ReserveDecision) -> Decision:
    return Decision(
        row.vaccine, row.until, row.decision, row.decided_at, row.decided_name, row.id, row.province, row.session_id, row.ended_at, row.ended_name
    )


def kept_for_later(session_id: UUID, vaccine: str, on: date) -> dict[str, int] | None:
    """What keeps a first dose from this session: on_hand and due of its province; None where nothing does, or a decision lets it in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT found ->> 'on_hand', found ->> 'due' FROM booking_kept_for_later(%s, %s, %s) found", [session_id, vaccine, on])
        row = cursor.fetchone()
    return {"on_hand": int(row[0]), "due": int(row[1])} if row and row[0] is not None else None


def without_kept(slots: Iterable[OpenSlot], *, first: bool) -> list[OpenSlot]:
    """These slots without those that a first dose may not take; later doses may take every one."""
    rows = list(slots)
    if not first or not models.KeptDoses.objects.filter(due__gt=0).exists():
        return rows
    asked = sorted({(one.slot.session_id, one.slot.vaccine, one.on_date) for one in rows})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.session_id, a.vaccine FROM unnest(%s::uuid[], %s::text[], %s::date[]) a(session_id, vaccine, on_date)"
            " WHERE booking_kept_for_later(a.session_id, a.vaccine, a.on_date) IS NOT NULL",
            [list(column) for column in zip(*asked, strict=True)] or [[], [], []],
        )
        closed = set(cursor.fetchall())
    return [one for one in rows if (one.slot.session_id, one.slot.vaccine) not in closed]


def let_first_doses_in(
    *, decision: str, name: str, vaccine: str = "", until: date, province: str = "", session_id: UUID | None = None, by: Actor, at: datetime
) -> None:
    """Record the named decision that first doses may use the reserve, in a province, in all of them (NATION) or at one session.

    Raises Refused: booking.decision_missing, booking.decision_over (until lies before today), booking.decision_of_one.
    """
    if not decision.strip():
        raise Refused("booking.decision_missing")
    if until < clock.on_date(at):
        raise Refused("booking.decision_over")
    if bool(province) == bool(session_id):
        raise Refused("booking.decision_of_one")
    with transaction.atomic():
        row = models.ReserveDecision.objects.create(
            province=province, session_id=session_id, vaccine=vaccine, until=until, decision=decision.strip()[:LONGEST], decided_at=at,
            decided_by=by.text, decided_name=name[:100],
        )  # fmt: skip
        audit.record(
            "booking.reserve_decided", by=by, at=at, subject=f"session:{session_id}" if session_id else f"province:{province}",
            decision=row.id, vaccine=vaccine, until=until,
        )  # fmt: skip



def end_decision(*, decision_id: UUID, province: str, name: str, by: Actor, at: datetime) -> None:
    """End a decision of a province or of the NATION before its day: from now on first doses leave the reserve whole again.

    One that has ended stays ended. Raises Refused: booking.decision_unknown.
    """
    with transaction.atomic():
        row = models.ReserveDecision.objects.select_for_update().filter(id=decision_id, province=province, session_id__isnull=True).first()
        if row is None or not province:
            raise Refused("booking.decision_unknown")
        if row.ended_at is None:
            row.ended_at, row.ended_by, row.ended_name = at, by.text, name[:100]
            row.save(update_fields=["ended_at", "ended_by", "ended_name"])
            audit.record("booking.reserve_decision_ended", by=by, at=at, subject=f"province:{province}", decision=row.id)
