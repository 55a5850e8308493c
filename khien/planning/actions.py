"""Plan for a unit, plan the sessions it needs, move people from an overloaded session to a near one."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction

from khien.booking import actions as booking
from khien.booking import queries as sessions
from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.planning import models, queries, rules
from khien.planning.rosters import save_roster, take_proposed
from khien.planning.rules import Proposal
from khien.planning.targets import record_targets
from khien.planning.types import PlanInfo, Shifted
from khien.plumbing import audit

__all__ = ["plan_sessions", "record_plan", "record_targets", "save_roster", "shift_people", "take_proposed"]


def record_plan(
    *, unit_key: str, first_on: date, last_on: date, doses: Mapping[str, int], tables: int, per_table: int, weekdays: Iterable[int],
    teams: int = 0, walk_in: int = 0, starts: time = rules.STARTS, ends: time = rules.ENDS, letter: str = "", reason: str = "", round_id: UUID | None = None, by: Actor, at: datetime,
) -> PlanInfo:  # fmt: skip
    """Record a unit's plan as its next version.

    More doses than the parent's plan has left, or more people a table than the campaign's policy says, pass with a reason that is kept.
    Raises Refused: planning.unit_unknown, .days_wrong, .vaccine_unknown (vaccine), .doses_negative, .no_weekday, .walk_in_wrong, .hours_wrong,
    .over_allotted (vaccine, left), .over_capacity_needs_reason (most), .planned_meanwhile.
    """
    if unit_key and places.unit(unit_key) is None:
        raise Refused("planning.unit_unknown")
    chosen = sorted(set(weekdays))
    _check(first_on, last_on, doses, tables, per_table, chosen, walk_in)
    if ends <= starts:
        raise Refused("planning.hours_wrong")
    if not reason.strip():
        _check_reason_free(unit_key, first_on, doses, per_table)
    before = queries.plan(unit_key)
    version = before.version + 1 if before else 1
    try:
        with transaction.atomic():
            row = models.UnitPlan.objects.create(
                unit_key=unit_key, version=version, round_id=round_id, first_on=first_on, last_on=last_on, doses=dict(doses), tables=tables,
                per_table=per_table, teams=teams, weekdays=chosen, walk_in=walk_in, starts=starts, ends=ends, letter=letter.strip()[:200], reason=reason.strip()[:300],
                made_at=at, made_by=by.text,
            )  # fmt: skip
            audit.record("planning.planned", by=by, at=at, subject=unit_key or "vn", version=version, doses=sum(doses.values()), tables=tables)
    except IntegrityError:
        raise Refused("planning.planned_meanwhile") from None
    return queries.info(row)


def _check(
    first_on: date, last_on: date, doses: Mapping[str, int], tables: int, per_table: int, weekdays: list[int], walk_in: int
) -> None:
    if last_on < first_on:
        raise Refused("planning.days_wrong")
    known = campaigns.rulebook(first_on).vaccines
    for vaccine, count in doses.items():
        if vaccine not in known:
            raise Refused("planning.vaccine_unknown", vaccine=vaccine)
        if count < 0:
            raise Refused("planning.doses_negative")
    if tables < 0 or per_table < 0:
        raise Refused("planning.doses_negative")
    if not weekdays or not set(weekdays) <= set(range(7)):
        raise Refused("planning.no_weekday")
    if not 0 <= walk_in <= 100:
        raise Refused("planning.walk_in_wrong")


def _check_reason_free(unit_key: str, first_on: date, doses: Mapping[str, int], per_table: int) -> None:
    """What passes only with a reason."""
    most = campaigns.rulebook(first_on).on(first_on).policy("session_capacity", "doses", rules.PER_TABLE)
    if per_table > most:
        raise Refused("planning.over_capacity_needs_reason", most=most)
    parent = queries.parent_plan(unit_key)
    if parent is None:
        return
    others = queries.children_doses(parent.unit_key, without=unit_key)
    for vaccine, count in doses.items():
        left = rules.left_to_allot(parent.doses.get(vaccine, 0), [others.get(vaccine, 0)])
        if count > left:
            raise Refused("planning.over_allotted", vaccine=vaccine, left=max(left, 0))


def plan_sessions(
    *, proposals: Iterable[Proposal], vaccines: Iterable[str], per_table: int, mode: str = "invited", reason: str = "",
    starts: time = rules.STARTS, ends: time = rules.ENDS, by: Actor, at: datetime,
) -> tuple[list[UUID], dict[str, int]]:  # fmt: skip
    """Plan the proposed sessions; return those that were planned, and how many were refused by the code of the reason."""
    made: list[UUID] = []
    refused: dict[str, int] = {}
    offered = list(vaccines)
    for one in proposals:
        try:
            made.append(booking.plan_session(
                site_id=UUID(one.key), on_date=one.on, shift="whole_day", starts_at=clock.at_local(one.on, starts.hour, starts.minute),
                ends_at=clock.at_local(one.on, ends.hour, ends.minute), mode=mode, vaccines=offered, tables=one.tables, per_table=per_table,
                reason=reason, by=by, at=at,
            ))  # fmt: skip
        except Refused as refusal:
            refused[refusal.code] = refused.get(refusal.code, 0) + 1
    return made, refused


def shift_people(*, session_id: UUID, to_session_id: UUID, count: int, by: Actor, at: datetime) -> Shifted:
    """Move so many people who come last to a session with room, the same day or another; each gets a new invitation.

    Raises Refused: planning.session_unknown, .same_session, .no_room.
    """
    source, target = sessions.session(session_id), sessions.session(to_session_id)
    if source is None or target is None:
        raise Refused("planning.session_unknown")
    if source.id == target.id:
        raise Refused("planning.same_session")
    expected = sorted(sessions.of_session(session_id, ("active",)), key=lambda one: (one.starts_at, one.id), reverse=True)
    going = expected[: max(count, 0)]
    moved = 0
    stayed: dict[str, int] = {}
    for appointment in going:
        slot = next((one for one in sessions.slots(to_session_id) if one.free and one.vaccine == appointment.vaccine), None)
        if slot is None:
            if not moved:
                raise Refused("planning.no_room")
            stayed["planning.no_room"] = stayed.get("planning.no_room", 0) + len(going) - moved - sum(stayed.values())
            break
        try:
            booking.move(appointment_id=appointment.id, slot_id=slot.id, reason="session_overloaded", by=by, at=at)
            moved += 1
        except Refused as refusal:
            stayed[refusal.code] = stayed.get(refusal.code, 0) + 1
    return Shifted(moved, stayed)
