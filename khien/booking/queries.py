"""Reads of sessions, slots, appointments, standby lists."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum

from khien.booking import models, rules
from khien.booking.draws import allocation, allocations, candidates, public_allocations
from khien.booking.kept import NATION, kept_for_later, public_decisions, without_kept
from khien.booking.kept import decisions as reserve_decisions
from khien.booking.kept import kept as kept_doses
from khien.booking.reserve import reserves as reserves
from khien.booking.types import AppointmentInfo, DayEntry, OpenSlot, SessionInfo, SlotInfo, StandbyEntry
from khien.kernel.refs import PlaceFacts, Scope
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import once, sqlcall

__all__ = [
    "NATION", "allocation", "allocations", "any_open", "appointment", "appointment_of", "appointments_of", "candidates", "day_list", "kept_doses", "kept_for_later",
    "open_days", "open_slots", "public_allocations", "public_decisions", "reserve_decisions", "session", "session_place", "sessions", "slot", "slots", "standby", "standing_of", "starting_between", "without_kept",
]  # fmt: skip
OVER = timedelta(hours=2)


def session(session_id: UUID) -> SessionInfo | None:
    """The session."""
    return next(iter(_sessions(Q(id=session_id))), None)


def sessions(
    scopes: Iterable[Scope] | None = None, *, on: date | None = None, first: date | None = None, last: date | None = None,
    site_id: UUID | None = None, ids: Iterable[UUID] | None = None, states: Iterable[str] | None = None,
) -> list[SessionInfo]:  # fmt: skip
    """Sessions inside these scopes (None: all), by day, hour and point."""
    where = Q() if scopes is None else places.within(scopes, site="site_id", facility="facility_id", session="id")
    for name, value in (("on_date", on), ("on_date__gte", first), ("on_date__lte", last), ("site_id", site_id)):
        if value is not None:
            where &= Q(**{name: value})
    if ids is not None:
        where &= Q(id__in=list(ids))
    if states is not None:
        where &= Q(state__in=list(states))
    return _sessions(where)


def _sessions(where: Q) -> list[SessionInfo]:
    rows = list(models.Session.objects.filter(where).order_by("on_date", "starts_at", "site_id"))
    ids = [row.id for row in rows]
    sites = places.sites_by_id(row.site_id for row in rows)
    offered: dict[UUID, list[str]] = {}
    for session_id, vaccine in (
        models.SessionVaccine.objects.filter(session_id__in=ids).order_by("vaccine").values_list("session_id", "vaccine")
    ):
        offered.setdefault(session_id, []).append(vaccine)
    counts = (
        models.Slot.objects.filter(session_id__in=ids)
        .values("session_id")
        .annotate(capacity_sum=Sum("capacity"), taken_sum=Sum("taken"))
    )
    filled = {found["session_id"]: (found["capacity_sum"], found["taken_sum"]) for found in counts}
    return [
        SessionInfo(
            row.id, row.site_id, row.facility_id, row.campaign, row.on_date, row.shift, row.starts_at, row.ends_at, row.mode, row.state,
            row.age_kind, row.tables, row.per_table, row.over_capacity_reason, tuple(offered.get(row.id, ())), place_of(row),
            sites[row.site_id], row.stop_id, row.opened_at, row.closed_at, *filled.get(row.id, (row.tables * row.per_table, 0)),
        )
        for row in rows
    ]  # fmt: skip


def place_of(row: models.Session) -> PlaceFacts:
    """Where a session is, in both epochs."""
    return PlaceFacts(
        row.province_2021,
        row.district_2021,
        row.commune_2021,
        row.province_2025,
        row.commune_2025,
        row.facility_id,
        row.site_id,
        row.id,
    )


def session_place(session_id: UUID) -> PlaceFacts | None:
    """Where a session is; None when there is none. A session never moves: it is asked once a process."""
    try:
        return _place(session_id)
    except LookupError:
        return None


@lru_cache(maxsize=20_000)
def _place(session_id: UUID) -> PlaceFacts:
    row = models.Session.objects.filter(id=session_id).first()
    if row is None:
        raise LookupError(session_id)  # nothing is remembered of a session that may come to be
    return place_of(row)


def slots(session_id: UUID) -> list[SlotInfo]:
    """The slots of a session, by hour and vaccine."""
    return [slot_info(row) for row in models.Slot.objects.filter(session_id=session_id).order_by("starts_at", "vaccine")]


def slot(slot_id: UUID) -> SlotInfo | None:
    """The slot."""
    row = models.Slot.objects.filter(id=slot_id).first()
    return slot_info(row) if row else None


def open_slots(
    vaccine: str, near: PlaceFacts | None, since: datetime, *, limit: int = 50, until: date | None = None,
    modes: Iterable[str] = ("open",), scopes: Iterable[Scope] | None = None, site_id: UUID | None = None, on: date | None = None,
    whole: bool = False,
) -> list[OpenSlot]:  # fmt: skip
    """Slots with free places after this moment: the own commune first, then district and province, then by hour.

    `whole` takes session after session instead of hour after hour, so that a limit leaves out sessions and not a session's hours.
    """
    where = _hosting(near, since, modes, site_id)
    where &= Q(on_date__lte=until) if until else Q()
    where &= Q(on_date=on) if on else Q()
    where &= places.within(scopes, site="site_id", facility="facility_id", session="id") if scopes is not None else Q()
    hosts = {row.id: row for row in models.Session.objects.filter(where)}
    rows = models.Slot.objects.filter(session_id__in=hosts, starts_at__gt=since, vaccine=vaccine).order_by("starts_at", "id")
    free = [row for row in rows if row.taken + row.kept < row.capacity]
    home = home_of(near) if near else ("", "", "", "")
    far = {id: rules.nearness(home, home_of(place_of(host))) for id, host in hosts.items()}

    def order(row: models.Slot) -> tuple[Any, ...]:
        session = (hosts[row.session_id].on_date, row.session_id) if whole else ()
        return (far[row.session_id], *session, row.starts_at, row.id)

    ordered = sorted(free, key=order)[:limit]
    sites = places.sites_by_id(row.site_id for row in ordered)
    return [
        OpenSlot(
            slot_info(row),
            sites[row.site_id],
            hosts[row.session_id].on_date,
            far[row.session_id],
        )
        for row in ordered
    ]


def _hosting(near: PlaceFacts | None, since: datetime, modes: Iterable[str], site_id: UUID | None) -> Q:
    """Sessions that go on after this moment, in the province of this place."""
    where = Q(mode__in=list(modes), state__in=["planned", "open"], ends_at__gt=since)
    where &= Q(site_id=site_id) if site_id else Q()
    if near is not None and near.province_2021:
        where &= Q(province_2021=near.province_2021) | Q(province_2025=near.province_2025 or "-")
    return where


def open_days(vaccines: Iterable[str], near: PlaceFacts | None, since: datetime, *, site_id: UUID | None = None) -> list[date]:
    """The days on which `open_slots` would find a place of one of these vaccines, in order."""
    days = dict(models.Session.objects.filter(_hosting(near, since, ("open",), site_id)).values_list("id", "on_date"))
    free = models.Slot.objects.filter(
        session_id__in=days, starts_at__gt=since, vaccine__in=list(vaccines), capacity__gt=F("taken") + F("kept")
    )
    return sorted({days[id] for id in free.values_list("session_id", flat=True).distinct()})


def any_open(vaccines: Iterable[str], near: PlaceFacts | None, since: datetime) -> bool:
    """Whether `open_slots` would find a place of one of these vaccines."""
    old, new = (near.province_2021, near.province_2025 or "-") if near else ("", "-")
    found: bool = sqlcall.call("SELECT booking_any_open(%s, %s, %s, %s)", [list(vaccines), since, old, new])[0]
    return found


def home_of(place: PlaceFacts) -> tuple[str, str, str, str]:
    """A place as the draw compares it: communes of both epochs, district, province."""
    return (place.commune_2021, place.commune_2025, place.district_2021, place.province_2021)


def appointment(key: UUID | str) -> AppointmentInfo | None:
    """The appointment of this id or code."""
    where: dict[str, Any] = {"id": key} if isinstance(key, UUID) else {"code": key}
    row = models.Appointment.objects.filter(**where).first()
    return appointment_info(row) if row else None


def holder_of_code(code: str) -> UUID | None:
    """Whose appointment has this code, in one statement whether anybody has it or not."""
    return models.Appointment.objects.filter(code=code).values_list("person_id", flat=True).first()


def appointment_of(person_id: UUID) -> AppointmentInfo | None:
    """The appointment that stands for this person (over every id they were known by), or the last one that did."""
    found = appointments_of(person_id)
    return next((one for one in found if one.stands), found[0] if found else None)


def standing_of(person_ids: Iterable[UUID]) -> dict[UUID, AppointmentInfo]:
    """The standing appointments of many people, each over every id they were known by, by the id asked."""
    now = people.current_ids(person_ids)
    owners = people.members(set(now.values()))
    rows = models.Appointment.objects.filter(person_id__in=list(owners), state__in=["active", "arrived"])
    found = {owners[row.person_id]: appointment_info(row) for row in rows}
    return {asked: found[current] for asked, current in now.items() if current in found}


def appointments_of(person_id: UUID) -> list[AppointmentInfo]:
    """Every appointment of a person, the latest first."""

    def fetch(ids: list[UUID]) -> Iterable[tuple[UUID, models.Appointment]]:
        return ((row.person_id, row) for row in models.Appointment.objects.filter(person_id__in=ids))

    rows = once.rows("booking.of_person", people.ids_of(person_id), fetch)
    return [appointment_info(row) for row in sorted(rows, key=lambda row: (row.booked_at, row.id), reverse=True)]


def _keep(ids: list[UUID], told: list[dict[str, Any]]) -> None:
    once.keep("booking.of_person", ids, ((row.person_id, row) for row in (once.instance(models.Appointment, one) for one in told)))


APPOINTMENTS = once.Part("booking_told(x.ids)", _keep)


def of_session(session_id: UUID, states: Iterable[str] | None = None) -> list[AppointmentInfo]:
    """The appointments of a session, by hour."""
    rows = models.Appointment.objects.filter(session_id=session_id)
    rows = rows.filter(state__in=list(states)) if states is not None else rows
    return [appointment_info(row) for row in rows.order_by("starts_at", "id")]


def day_list(session_id: UUID, *, states: Iterable[str] = ("active", "arrived", "done", "no_show")) -> list[DayEntry]:
    """Who is expected at a session and who came, by hour and then by name as people sort them."""
    found = of_session(session_id, states)
    cards = people.cards_of(one.person_id for one in found)
    entries = [DayEntry(one, cards[one.person_id]) for one in found if one.person_id in cards]
    return sorted(entries, key=lambda entry: (entry.appointment.starts_at, entry.card.name_key, entry.appointment.id))


def starting_between(first: datetime, last: datetime, *, after: UUID | None = None, limit: int = 1000) -> list[AppointmentInfo]:
    """Active appointments that start in this span, a page at a time (for reminders)."""
    rows = models.Appointment.objects.filter(state="active", starts_at__gte=first, starts_at__lt=last)
    rows = rows.filter(id__gt=after) if after else rows
    return [appointment_info(row) for row in rows.order_by("id")[:limit]]


def standby(session_id: UUID) -> list[StandbyEntry]:
    """The standby list of a session, in order of asking; whoever was called stands as the appointment does."""
    rows = list(models.Standby.objects.filter(session_id=session_id).order_by("asked_at", "id"))
    given: dict[UUID | None, str] = dict(models.Appointment.objects.filter(id__in=[row.appointment_id for row in rows if row.appointment_id]).values_list("id", "state"))
    return [
        StandbyEntry(
            row.id, row.session_id, row.person_id, row.registration_id, row.asked_at,
            _AFTER_CALL.get(given.get(row.appointment_id, ""), "gave_up") if row.state == "called" else row.state, row.called_at, row.appointment_id,
        )
        for row in rows
    ]  # fmt: skip


_AFTER_CALL = {"active": "called", "arrived": "came", "done": "came"}


def slot_info(row: models.Slot) -> SlotInfo:
    """The row as a type."""
    return SlotInfo(
        row.id, row.session_id, row.site_id, row.vaccine, row.starts_at, row.ends_at, row.capacity, row.taken, row.kept
    )


def appointment_info(row: models.Appointment) -> AppointmentInfo:
    """The row as a type."""
    return AppointmentInfo(
        row.id, row.code, row.person_id, row.registration_id, row.site_id, row.session_id, row.slot_id, row.vaccine, row.starts_at,
        row.on_date, row.dose_type, row.ordinal, row.how, row.state, row.confirmed_at, row.booked_at, row.ended_at, row.end_reason,
        row.replaces_id, row.allocation_id, row.ended_by or "",
    )  # fmt: skip
