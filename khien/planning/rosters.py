"""Who stands where at a session: proposed from who holds a post there, saved by its planner or its lead, every version kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from khien.access import queries as access
from khien.access.types import StaffCard
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Scope
from khien.planning import models, rules
from khien.planning.rules import Stand
from khien.planning.types import RosterInfo, Staffing, Worry
from khien.plumbing import audit

MOST, LONGEST_NAME, LONGEST_WHY = 200, 100, 300


def roster(session_id: UUID) -> RosterInfo | None:
    """The roster in force of a session."""
    return in_force([session_id]).get(session_id)


def in_force(session_ids: Iterable[UUID]) -> dict[UUID, RosterInfo]:
    """The rosters in force of these sessions."""
    rows = models.SessionRoster.objects.filter(session_id__in=list(session_ids)).order_by("session_id", "-version").distinct("session_id")
    return {row.session_id: _info(row) for row in rows}


def roster_versions(session_id: UUID) -> list[RosterInfo]:
    """Every version, the latest first."""
    return [_info(row) for row in models.SessionRoster.objects.filter(session_id=session_id).order_by("-version")]


def _info(row: models.SessionRoster) -> RosterInfo:
    stands = tuple(Stand(role, UUID(id) if id else None, name) for role, id, name in row.stands)
    return RosterInfo(row.session_id, row.version, stands, row.why, row.made_at, row.made_name)


def staffing(sessions: Iterable[SessionInfo]) -> dict[UUID, Staffing]:
    """How each of these sessions is staffed; one without a roster lacks everybody."""
    told = list(sessions)
    saved = in_force(one.id for one in told)
    return {
        one.id: Staffing(saved.get(one.id), rules.lacking(saved[one.id].stands if one.id in saved else (), tables=one.tables)) for one in told
    }


def propose_roster(session: SessionInfo, *, at: datetime) -> tuple[Stand, ...]:
    """Who could stand where: the staff of the point in turn, with its lead; nobody for a desk that nobody there may keep."""
    scope = Scope("site", str(session.site_id))
    cards = access.staff_at(scope, roles=rules.STANDS, at=at)
    held = {role: [str(card.id) for card in cards if any(post.role == role and post.scope == scope for post in card.posts)] for role in rules.STANDS}
    names = {str(card.id): card.full_name for card in cards}
    desks = [(desk.role, desk.people) for desk in rules.roster(held, tables=session.tables, on=session.on_date)]
    chosen = [(rules.LEAD, tuple(held[rules.LEAD][:1])), *desks, ("doctor_on_duty", tuple(held["doctor_on_duty"][:1]))]
    return tuple(Stand(role, UUID(one), names[one]) for role, people in chosen for one in people)


def worries(session: SessionInfo, stands: Iterable[Stand], *, at: datetime) -> list[Worry]:
    """What is odd about who stands where; it is told, it stops nobody from saying how it was."""
    told = list(stands)
    cards = {card.id: card for card in access.staff_cards({one.staff_id for one in told if one.staff_id}, at=session.starts_at)}
    other = _elsewhere(session, cards)
    found = [Worry("twice", one) for one in rules.twice(told)]
    for one in told:
        card = cards.get(one.staff_id) if one.staff_id else None
        if card is None:
            found.append(Worry("no_account", one))
            continue
        if not card.active:
            found.append(Worry("closed", one))
        elif not _holds(card, one.role, session, at):
            found.append(Worry("no_post", one))
        found += [Worry("elsewhere", one, where) for where in other.pop(card.id, ())]
    return found


def _holds(card: StaffCard, role: str, session: SessionInfo, at: datetime) -> bool:
    """Whether the account held the post at the session, or has been given it since: what was forgotten is put right later."""
    return any(post.role == role and post.scope.covers(session.place) and post.starts_at < max(session.ends_at, at) for post in card.posts)


def _elsewhere(session: SessionInfo, cards: Mapping[UUID, object]) -> dict[UUID, list[str]]:
    """The names of the points at whose sessions these people stand in the same hours."""
    rows = models.SessionRoster.objects.filter(staff_ids__overlap=list(cards), on_date=session.on_date).exclude(session_id=session.id) if cards else ()
    others = {row.session_id for row in rows}
    held = in_force(others)
    found: dict[UUID, list[str]] = {}
    for one in booking.sessions(None, ids=others) if others else ():
        if one.state != "cancelled" and one.starts_at < session.ends_at and session.starts_at < one.ends_at:
            for staff_id in {stand.staff_id for stand in held[one.id].stands if stand.staff_id in cards}:
                found.setdefault(staff_id, []).append(one.site.name)  # type: ignore[arg-type]
    return found


def save_roster(
    *, session_id: UUID, stands: Iterable[Stand], seen: int, name: str, why: str = "", by: Actor, at: datetime
) -> RosterInfo:
    """Save who stands where as the next version; `seen` is the version that was looked at (0: none), `name` who saves.

    The same once more changes nothing. Raises Refused: planning.session_unknown, .session_cancelled, .role_unknown, .stand_nameless,
    .roster_too_long (most), .roster_meanwhile (name).
    """
    session = booking.session(session_id)
    if session is None:
        raise Refused("planning.session_unknown")
    if session.state == "cancelled":
        raise Refused("planning.session_cancelled")
    told = list(stands)
    _check(told)
    before = roster(session_id)
    if before is not None and list(before.stands) == told:
        return before
    if (before.version if before else 0) != seen:
        raise Refused("planning.roster_meanwhile", name=before.made_name if before else "")
    try:
        with transaction.atomic():
            row = models.SessionRoster.objects.create(
                site_id=session.site_id, session_id=session_id, on_date=session.on_date, version=seen + 1,
                stands=[[one.role, str(one.staff_id) if one.staff_id else None, one.name] for one in told],
                staff_ids=sorted({one.staff_id for one in told if one.staff_id}), why="".join(filter(str.isprintable, why)).strip()[:LONGEST_WHY], made_at=at, made_by=by.text,
                made_name=name[:LONGEST_NAME],
            )  # fmt: skip
            came, left = rules.moved(before.stands if before else (), told)
            audit.record(
                "planning.roster_saved", by=by, at=at, subject=f"session:{session_id}", version=row.version, people=len(told), came=len(came), left=len(left)
            )
    except IntegrityError:
        now = roster(session_id)
        raise Refused("planning.roster_meanwhile", name=now.made_name if now else "") from None
    return _info(row)


def _check(stands: list[Stand]) -> None:
    if len(stands) > MOST:
        raise Refused("planning.roster_too_long", most=MOST)
    for one in stands:
        if one.role not in rules.STANDS:
            raise Refused("planning.role_unknown")
        if not one.name.strip() or len(one.name) > LONGEST_NAME or not one.name.isprintable():
            raise Refused("planning.stand_nameless")


def take_proposed(session_ids: Iterable[UUID], *, name: str, by: Actor, at: datetime) -> int:
    """Save the proposed roster of each of these sessions that has none; return for how many."""
    wanted = set(session_ids)
    told = booking.sessions(None, ids=wanted) if wanted else []
    saved = in_force(one.id for one in told)
    taken = 0
    for one in told:
        stands = propose_roster(one, at=at)
        if one.id not in saved and stands:
            save_roster(session_id=one.id, stands=stands, seen=0, name=name, by=by, at=at)
            taken += 1
    return taken
