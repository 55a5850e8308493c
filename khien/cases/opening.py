"""Open a case: once for one thing, where it belongs, with its clock running."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.access import queries as access
from khien.booking import queries as booking
from khien.cases import models, rules, story
from khien.cases.types import CaseRef, ContactPoint
from khien.kernel import codes
from khien.kernel.refs import Actor, PlaceFacts
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import audit, outbox

Randomness = Callable[[], int]


def random_bits() -> int:
    return secrets.randbits(64)


@transaction.atomic
def open_case(
    *, kind: str, subject: str, by: Actor, at: datetime, priority: str = "", tier: int = 0, person_id: UUID | None = None,
    site_id: UUID | None = None, session_id: UUID | None = None, facility_id: UUID | None = None, visit_id: UUID | None = None,
    record_id: UUID | None = None, desk: str = "", detail: str = "", facts: Mapping[str, Any] | None = None,
    contact: ContactPoint | None = None, channel: str = "system", dedupe: str = "", place: PlaceFacts | None = None,
    randomness: Randomness = random_bits,
) -> CaseRef:  # fmt: skip
    """Open a case, or find the one that is open for the same thing (`dedupe`): what is told again is added to its story.

    It begins at the tier of its kind, or above it where nobody is on post. `facts` hold ids and codes only; words of people go
    into `detail`. Raises Refused: cases.kind_unknown, cases.priority_unknown, cases.tier_unknown.
    """
    usual = rules.DEFAULTS.get(kind, ("P5", rules.DISTRICT))
    priority, tier = priority or usual[0], tier or usual[1]
    rules.check_kind(kind, priority, tier)
    if dedupe and (same := models.Case.objects.select_for_update().filter(dedupe=dedupe).exclude(state="resolved").first()):
        return _told_again(same, detail, priority, by, at)
    where = place or place_for(site_id=site_id, session_id=session_id, facility_id=facility_id, person_id=person_id)
    row = models.Case(
        code=codes.slip_code(randomness()), kind=kind, subject=subject, priority=priority, tier=manned(tier, where, at),
        facts=json.loads(json.dumps(dict(facts or {}), default=str)), person_id=people.current_id(person_id) if person_id else None,
        visit_id=visit_id, record_id=record_id, site_id=site_id or where.site_id, session_id=session_id or where.session_id,
        facility_id=facility_id or where.facility_id, desk=desk, province_2021=where.province_2021, district_2021=where.district_2021,
        commune_2021=where.commune_2021, province_2025=where.province_2025, commune_2025=where.commune_2025, channel=channel,
        detail_cipher=seal(detail), contact_cipher=_sealed(contact), dedupe=dedupe, opened_at=at, opened_by=by.text,
        due_at=rules.due(priority, at),
    )  # fmt: skip
    row.escalate_at = row.due_at if row.tier < rules.STEERING else None
    models.Case.objects.bulk_create([row], ignore_conflicts=bool(dedupe))
    if dedupe and not models.Case.objects.filter(id=row.id).exists():  # somebody opened it a moment before
        same = models.Case.objects.select_for_update().filter(dedupe=dedupe).exclude(state="resolved").get()
        return _told_again(same, detail, priority, by, at)
    story.add(row, "opened", by=by, at=at, tier=row.tier)
    audit.record(
        "cases.opened",
        by=by,
        at=at,
        subject=f"case:{row.id}",
        person=row.person_id,
        kind=kind,
        what=subject,
        priority=priority,
        tier=row.tier,
    )
    outbox.publish(
        "cases.opened",
        at=at,
        case_id=row.id,
        case_kind=kind,
        priority=priority,
        site_id=row.site_id,
        person_id=row.person_id,
        channel=channel,
    )
    return CaseRef(row.id, row.code, row.due_at)


def _told_again(row: models.Case, detail: str, priority: str, by: Actor, at: datetime) -> CaseRef:
    """The same thing again: a line in the story, and the clock of the more urgent of both."""
    story.add(row, "told_again", by=by, at=at, text=detail)
    if priority < row.priority:
        row.priority, row.due_at = priority, min(row.due_at, rules.due(priority, at, taken=row.owner_id is not None))
        row.escalate_at = row.due_at if row.tier < rules.STEERING else None
        row.save(update_fields=["priority", "due_at", "escalate_at"])
    return CaseRef(row.id, row.code, row.due_at, already=True)


def place_for(
    *,
    site_id: UUID | None = None,
    session_id: UUID | None = None,
    facility_id: UUID | None = None,
    person_id: UUID | None = None,
) -> PlaceFacts:
    """Where a case belongs: its session, its point, its facility, else the person's home."""
    found = booking.session_place(session_id) if session_id else None
    found = found or (places.site_place(site_id) if site_id else None)
    found = found or (places.facility_place(facility_id) if facility_id else None)
    if found is None and person_id:
        card = people.person(person_id)
        found = card.place if card else None
    return found or PlaceFacts()


def manned(tier: int, place: PlaceFacts, at: datetime) -> int:
    """This tier, or the first above it where somebody is on post: never a dead end."""
    scopes = rules.scopes_over(place)
    for each in range(tier, rules.STEERING):
        if access.on_post(scopes, roles=rules.ROLES[each], at=at):
            return each
    return rules.STEERING


def seal(text: str) -> bytes | None:
    """Words of people, sealed; nothing for none."""
    return settings.KEYS.seal(text.strip(), purpose="case") if text.strip() else None


def unseal(sealed: bytes | memoryview | None) -> str:
    return settings.KEYS.open(sealed, purpose="case") if sealed else ""


def _sealed(contact: ContactPoint | None) -> bytes | None:
    if contact is None:
        return None
    return seal(
        json.dumps({"phone": contact.phone, "email": contact.email, "name": contact.name, "language": contact.language})
    )


def contact_of(row: models.Case) -> ContactPoint:
    """How to reach who asked, in clear."""
    return ContactPoint(**json.loads(unseal(row.contact_cipher))) if row.contact_cipher else ContactPoint()
