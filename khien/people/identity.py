"""Numbers of a person: taken, verified at a paper, disputed between two, settled by a person."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified
from khien.kernel.refs import Actor
from khien.plumbing import audit, outbox

from . import aliases, events, keys, record, rules
from .models import Identifier, IdentifierHolder, Person
from .types import Verified

HOWS = ("card_scanned", "card_seen", "register", "foreign_passport", "guardian")


def take_number(person_id: UUID, number: Identified, *, reason: str, supersede: bool, by: Actor, at: datetime) -> Identifier:
    """Put a number on a record; the one of its kind before becomes former and still finds the person."""
    value = keys.number_hash(number)
    row = Identifier.objects.filter(person_id__in=aliases.all_ids(person_id), value_hash=value).first()
    if row is None:
        row = record.identifier_row(person_id, number, value, "claimed", by=by, at=at, reason=reason)
    if supersede:
        kinds = ["cccd", "cmnd", "none"] if number.type == "cccd" else [str(number.type), "none"]
        older = Identifier.objects.filter(person_id__in=aliases.all_ids(person_id), type__in=kinds)
        older.exclude(value_hash=value).update(state="former", reason=reason)
    holder = _holder(value, person_id) if number.type in rules.DIRECTORY else person_id
    row.state = "claimed" if holder == person_id else "disputed"
    row.save()
    if holder != person_id:
        outbox.publish(
            events.IDENTIFIER_DISPUTED, at=at, person_id=person_id, holder_id=holder, identifier_id=row.id, type=row.type
        )
    refresh_state(person_id)
    return row


def _holder(value_hash: str, person_id: UUID) -> UUID:
    """Take the directory's row, or learn who holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identifier_holder (value_hash, person_id, verified) VALUES (%s, %s, false)"
            " ON CONFLICT (value_hash) DO NOTHING",
            [value_hash, person_id],
        )
    return aliases.current(IdentifierHolder.objects.get(value_hash=value_hash).person_id)


def refresh_state(person_id: UUID) -> str:
    """Derive the identity's state from the numbers: disputed before verified before claimed before none."""
    states = set(
        Identifier.objects.filter(person_id__in=aliases.all_ids(person_id), type__in=rules.DIRECTORY)
        .exclude(state="former")
        .values_list("state", flat=True)
    )
    state = next((s for s in ("disputed", "verified", "claimed") if s in states), "none")
    Person.objects.filter(id=person_id).update(identity_state=state)
    return state


@transaction.atomic
def add_identifier(
    *, person: UUID, identifier: Identified, by: Actor, at: datetime, reason: str = "", supersede: bool = False
) -> Verified:
    """Add a number to a record; held by somebody else it is disputed and told, never refused."""
    id = _known(person)
    row = take_number(id, identifier, reason=reason, supersede=supersede, by=by, at=at)
    audit.record(
        "people.identifier_added", by=by, at=at, subject=f"identifier:{row.id}", person=id, type=row.type, state=row.state
    )
    return Verified(row.state, row.id)


def _known(person: UUID) -> UUID:
    id = aliases.current(person)
    if not Person.objects.filter(id=id).exists():
        raise Refused("people.unknown")
    return id


@transaction.atomic
def verify_identity(*, person: UUID, how: str, by: Actor, at: datetime, identifier: Identified | None = None) -> Verified:
    """Record that a paper was seen which names this person: their number is verified, and no one else's is.

    Who holds the number unproven loses it to whoever shows the card; two proven holders stay disputed, and a person decides.
    It never refuses for a clash. Raises Refused: people.unknown, people.how_unknown, people.no_number.
    """
    if how not in HOWS:
        raise Refused("people.how_unknown")
    id = _known(person)
    if identifier is not None:
        row = take_number(id, identifier, reason="", supersede=False, by=by, at=at)
    else:
        row = _number_to_verify(id)
    state = _prove(row, by=by, at=at) if row.type in rules.DIRECTORY else "verified"
    Identifier.objects.filter(id=row.id).update(state=state, how=how, verified_at=at, verified_by=by.text)
    refresh_state(id)
    audit.record("people.identity_verified", by=by, at=at, subject=f"identifier:{row.id}", person=id, how=how, state=state)
    if state == "verified":
        outbox.publish(events.IDENTITY_VERIFIED, at=at, person_id=id)
    return Verified(state, row.id)


def _number_to_verify(person_id: UUID) -> Identifier:
    rows = Identifier.objects.filter(person_id__in=aliases.all_ids(person_id)).exclude(state="former").exclude(type="none")
    best = min(rows, key=lambda row: ["cccd", "passport", "cmnd", "bhyt", "birth_certificate"].index(row.type), default=None)
    if best is None:
        raise Refused("people.no_number")
    return best


def _prove(row: Identifier, *, by: Actor, at: datetime) -> str:
    """Make this person the verified holder unless another is. One verified holder: the directory's row decides."""
    holder = IdentifierHolder.objects.select_for_update().get(value_hash=row.value_hash)
    other = aliases.current(holder.person_id)
    if other == aliases.current(row.person_id):
        IdentifierHolder.objects.filter(value_hash=row.value_hash).update(verified=True)
        return "verified"
    if holder.verified:
        return "disputed"
    IdentifierHolder.objects.filter(value_hash=row.value_hash).update(verified=True, person_id=row.person_id)
    Identifier.objects.filter(person_id=other, value_hash=row.value_hash).update(state="disputed")
    refresh_state(other)
    outbox.publish(
        events.IDENTIFIER_DISPUTED, at=at, person_id=other, holder_id=row.person_id, identifier_id=row.id, type=row.type
    )
    return "verified"


@transaction.atomic
def settle_identifier(*, identifier: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Decide whose a disputed number is: this row's person holds it, verified; for all others it was written in error.

    Raises Refused: people.unknown, people.reason_needed.
    """
    if not reason.strip():
        raise Refused("people.reason_needed")
    row = Identifier.objects.filter(id=identifier).first()
    if row is None:
        raise Refused("people.unknown")
    owner = aliases.current(row.person_id)
    IdentifierHolder.objects.filter(value_hash=row.value_hash).update(person_id=owner, verified=True)
    others = Identifier.objects.filter(value_hash=row.value_hash).exclude(person_id__in=aliases.all_ids(owner))
    losers = list(others.values_list("person_id", flat=True))
    others.update(state="former", reason=reason)
    Identifier.objects.filter(id=row.id).update(state="verified", verified_at=at, verified_by=by.text, how=row.how or "settled")
    for id in [owner, *losers]:
        state = refresh_state(id)
        audit.record("people.identifier_settled", by=by, at=at, subject=f"identifier:{row.id}", person=id, state=state)
    outbox.publish(events.IDENTITY_VERIFIED, at=at, person_id=owner)


@transaction.atomic
def withdraw_identifier(*, identifier: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Say that a number never was this person's; whoever else told it may hold it now. Raises as `settle_identifier`."""
    if not reason.strip():
        raise Refused("people.reason_needed")
    row = Identifier.objects.filter(id=identifier).first()
    if row is None:
        raise Refused("people.unknown")
    Identifier.objects.filter(id=row.id).update(state="former", reason=reason)
    rest = Identifier.objects.filter(value_hash=row.value_hash).exclude(state="former").order_by("recorded_at").first()
    held = IdentifierHolder.objects.select_for_update().filter(value_hash=row.value_hash, person_id=row.person_id)
    if held.exists():
        if rest is None:
            held.delete()
        else:
            held.update(person_id=rest.person_id, verified=False)
    if rest is not None:
        Identifier.objects.filter(id=rest.id, state="disputed").update(state="claimed")
        refresh_state(rest.person_id)
    refresh_state(row.person_id)
    audit.record("people.identifier_withdrawn", by=by, at=at, subject=f"identifier:{row.id}", person=row.person_id)
