"""Sessions: planned, changed, opened and closed, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from khien.booking import models, rules
from khien.booking.states import SESSION
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, PlaceFacts
from khien.places import queries as places
from khien.plumbing import audit, outbox, sqlcall

MODES = ("invited", "open", "walk_in")
STATES = ("open", "paused", "closed")
MOST_PER_TABLE = 100  # doses per table and session; the campaign's policy overrides it


@transaction.atomic
def plan_session(
    *, site_id: UUID, on_date: date, shift: str, starts_at: datetime, ends_at: datetime, mode: str, vaccines: Sequence[str],
    tables: int | None = None, per_table: int = MOST_PER_TABLE, doses: Mapping[str, int] | None = None, reason: str = "",
    age_kind: str = "adult", stop_id: UUID | None = None, by: Actor, at: datetime,
) -> UUID:  # fmt: skip
    """Plan a session at a point, with slots by hour and vaccine unless everyone walks in; return its id.

    Places are `tables` x `per_table`, spread over hours and vaccines; `doses` says how many places a vaccine has.
    `reason`: why a table is to serve more people than the campaign's policy says.
    Raises Refused: booking.site_unknown, .no_vaccine, .vaccine_unknown (vaccine), .hours_wrong, .day_past, .mode_unknown,
    .shift_unknown, .over_capacity_needs_reason (most), .session_exists, .session_overlaps.
    """
    site = places.site(site_id)
    if site is None or not site.active:
        raise Refused("booking.site_unknown")
    _check_plan(on_date, shift, starts_at, ends_at, mode, vaccines, per_table, reason, at)
    _check_free(site_id, on_date, shift, starts_at, ends_at)
    place = _place(site_id, on_date, stop_id) or site.place
    row = models.Session(
        site_id=site_id, facility_id=site.facility_id, on_date=on_date, shift=shift, starts_at=starts_at, ends_at=ends_at, mode=mode,
        tables=tables or site.tables, per_table=per_table, over_capacity_reason=reason.strip(), age_kind=age_kind, stop_id=stop_id,
        province_2021=place.province_2021, district_2021=place.district_2021, commune_2021=place.commune_2021,
        province_2025=place.province_2025, commune_2025=place.commune_2025, planned_at=at, planned_by=by.text,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("booking.session_exists", on_date=on_date) from None
    models.SessionVaccine.objects.bulk_create(
        models.SessionVaccine(session_id=row.id, site_id=site_id, vaccine=v) for v in vaccines
    )
    if mode != "walk_in":
        models.Slot.objects.bulk_create(_slots(row, vaccines, doses))
    audit.record("booking.session_planned", by=by, at=at, subject=f"session:{row.id}", site=site_id, on_date=on_date, mode=mode)
    return row.id


def _check_plan(
    on_date: date, shift: str, starts_at: datetime, ends_at: datetime, mode: str, vaccines: Sequence[str], per_table: int, reason: str,
    at: datetime,
) -> None:  # fmt: skip
    known = campaigns.rulebook(on_date).vaccines
    if not vaccines:
        raise Refused("booking.no_vaccine")
    for vaccine in vaccines:
        if vaccine not in known:
            raise Refused("booking.vaccine_unknown", vaccine=vaccine)
    if mode not in MODES:
        raise Refused("booking.mode_unknown")
    if shift not in models.SHIFTS:
        raise Refused("booking.shift_unknown")
    if ends_at <= starts_at or clock.on_date(starts_at) != on_date:
        raise Refused("booking.hours_wrong")
    if on_date < clock.on_date(at):
        raise Refused("booking.day_past", on_date=on_date)
    _check_tables(on_date, per_table, reason)


def _check_tables(on_date: date, per_table: int, reason: str) -> None:
    most = campaigns.rulebook(on_date).on(on_date).policy("session_capacity", "doses", MOST_PER_TABLE)
    if per_table > most and not reason.strip():
        raise Refused("booking.over_capacity_needs_reason", most=most)


def _check_free(site_id: UUID, on_date: date, shift: str, starts_at: datetime, ends_at: datetime) -> None:
    same_day = models.Session.objects.filter(site_id=site_id, on_date=on_date).exclude(state="cancelled")
    for other in same_day:
        if other.shift == shift:
            raise Refused("booking.session_exists", on_date=on_date)
        if other.starts_at < ends_at and starts_at < other.ends_at:
            raise Refused("booking.session_overlaps", starts_at=other.starts_at, ends_at=other.ends_at)


def _place(site_id: UUID, on_date: date, stop_id: UUID | None) -> PlaceFacts | None:
    """Where a mobile point stands that day."""
    stops = places.stops(site_id, on_date)
    return next((stop.place for stop in stops if stop_id in (None, stop.id)), None)


def _slots(row: models.Session, vaccines: Sequence[str], doses: Mapping[str, int] | None) -> list[models.Slot]:
    hours = rules.hours(row.starts_at, row.ends_at)
    made = []
    for vaccine, total in rules.shares(row.tables * row.per_table, vaccines, doses).items():
        for (start, end), capacity in zip(hours, rules.spread(total, len(hours)), strict=True):
            made.append(models.Slot(
                session_id=row.id, site_id=row.site_id, vaccine=vaccine, starts_at=start, ends_at=end, capacity=capacity,
            ))  # fmt: skip
    return made


@transaction.atomic
def change_capacity(
    *, session_id: UUID, tables: int, per_table: int, doses: Mapping[str, int] | None = None, reason: str = "", by: Actor, at: datetime,
) -> int:  # fmt: skip
    """Spread a new number of places over the session's slots; places already taken stay. Returns the places there are now.

    Raises Refused: booking.session_unknown, booking.session_closed, booking.over_capacity_needs_reason (most).
    """
    row = _session(session_id)
    _check_tables(row.on_date, per_table, reason)
    row.tables, row.per_table, row.over_capacity_reason = tables, per_table, reason.strip()
    row.save(update_fields=["tables", "per_table", "over_capacity_reason"])
    slots = list(models.Slot.objects.select_for_update().filter(site_id=row.site_id, session_id=session_id).order_by("id"))
    by_vaccine: dict[str, list[models.Slot]] = {}
    for slot in sorted(slots, key=lambda slot: slot.starts_at):
        by_vaccine.setdefault(slot.vaccine, []).append(slot)
    for vaccine, total in rules.shares(tables * per_table, sorted(by_vaccine), doses).items():
        for slot, capacity in zip(by_vaccine[vaccine], rules.spread(total, len(by_vaccine[vaccine])), strict=True):
            slot.capacity = max(capacity, slot.taken + slot.kept)
    models.Slot.objects.bulk_update(slots, ["capacity"])
    audit.record("booking.capacity_changed", by=by, at=at, subject=f"session:{session_id}", tables=tables, per_table=per_table)
    return sum(slot.capacity for slot in slots)


@transaction.atomic
def set_session_state(*, session_id: UUID, state: str, by: Actor, at: datetime) -> None:
    """Open, pause, close or reopen a session; the visits room decides when that may be.

    Raises Refused: booking.session_unknown, booking.session_closed (this session cannot become that now), booking.state_unknown.
    """
    if state not in STATES:
        raise Refused("booking.state_unknown")
    row = models.Session.objects.select_for_update().filter(id=session_id).first()
    if row is None:
        raise Refused("booking.session_unknown")
    if state != row.state and state not in SESSION[row.state]:
        raise Refused("booking.session_closed", on_date=row.on_date)
    before, row.state = row.state, state
    if state == "open" and row.opened_at is None:
        row.opened_at, row.opened_by = at, by.text
    row.closed_at, row.closed_by = (at, by.text) if state == "closed" else (None, None)
    row.save(update_fields=["state", "opened_at", "opened_by", "closed_at", "closed_by"])
    audit.record(f"booking.session_{state}", by=by, at=at, subject=f"session:{session_id}", before=before)


@transaction.atomic
def cancel_session(*, session_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Cancel a session: everyone invited is told and waits again. Returns how many appointments ended.

    Raises Refused: booking.session_unknown, booking.session_closed, booking.reason_missing.
    """
    if not reason.strip():
        raise Refused("booking.reason_missing")
    row = _session(session_id)
    row.state = "cancelled"
    row.save(update_fields=["state"])
    audit.record("booking.session_cancelled", by=by, at=at, subject=f"session:{session_id}", reason=reason)
    ended = 0
    for _ in range(2):  # the second time for those who took a place while the first was under way
        ended += end_many(session_id=session_id, state="cancelled", reason="session_cancelled", until=None, by=by, at=at)
        _shut(row)
    return ended


def _shut(row: models.Session) -> None:
    """Leave no place in the slots: a booking that still saw the session as planned finds them full."""
    slots = models.Slot.objects.select_for_update().filter(site_id=row.site_id, session_id=row.id).order_by("id")
    models.Slot.objects.filter(site_id=row.site_id, id__in=[slot.id for slot in slots]).update(capacity=F("taken"), kept=0)


def end_many(*, session_id: UUID, state: str, reason: str, until: datetime | None, by: Actor, at: datetime) -> int:
    """End the session's active appointments (only of hours over by `until`, where given) in one call."""
    found = sqlcall.call("SELECT booking_end_many(%s)", [sqlcall.as_json({
        "session_id": session_id, "state": state, "reason": reason, "until": until, "handlers": outbox.subscriptions()["booking.ended"],
        "at": at, "actor": by.text,
    })])  # fmt: skip
    return int(found[0])


def _session(session_id: UUID) -> models.Session:
    row = models.Session.objects.select_for_update().filter(id=session_id).first()
    if row is None:
        raise Refused("booking.session_unknown")
    if row.state in ("closed", "cancelled"):
        raise Refused("booking.session_closed", on_date=row.on_date)
    return row
