"""A phone proved after the registration, and the books that it opens: nothing is lost by a code that came late."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified
from khien.kernel.refs import Actor
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.plumbing import audit, limits

from .models import Registration, RegistrationWay
from .queue import locked

TRIES_AN_HOUR = 10
# The ways by which a citizen registers; a receipt (a way with a code of its own) opens nothing.
BY_CITIZEN = ("portal", "health_book")


def verify_phone(*, registration: UUID, challenge: UUID, device: str, by: Actor, at: datetime, relation: str = "") -> bool:
    """Join a code that was proved late to the registration it was asked for: it was never lost meanwhile.

    With `relation` (what the person is to whoever registered) the phone's account opens the record, as if the code had come in
    time; not for a stranger's receipt. False when the proved phone is not the record's own. Call it outside a transaction.
    Raises Refused: registration.unknown, people.proof_over, people.relation_unknown.
    """
    proof = people.proof(challenge, device, at)
    with transaction.atomic():
        row = locked(registration)
        person = people.basics([row.person_id])[row.person_id]
        if person.phone_hash != proof.phone_hash:
            return False
        _proved(row, proof.phone_hash, by=by, at=at)
        if relation and _own(row):
            account = people_actions.open_account(challenge=challenge, device=device, at=at)
            actor = Actor("citizen", account.id)
            people_actions.link(account=account.id, person=row.person_id, relation=relation, proof="registered", by=actor, at=at)
    return True


def _proved(row: Registration, phone_hash: str, *, by: Actor, at: datetime) -> None:
    people_actions.phone_proved(person=row.person_id, phone_hash=phone_hash, by=by, at=at)
    if not row.phone_verified:
        Registration.objects.filter(person_id=row.person_id, id=row.id).update(phone_verified=True)
        audit.record("registration.phone_verified", by=by, at=at, subject=f"registration:{row.id}", person=row.person_id)


def _own(row: Registration) -> bool:
    """Whether a citizen made this registration, and the record with it, or had the record open already."""
    return RegistrationWay.objects.filter(registration_id=row.id, way__in=BY_CITIZEN, code="").exists()


def link_by_registration(*, account: UUID, code: str, relation: str, by: Actor, at: datetime) -> UUID:
    """Open the book of whom this account's phone registered, by the registration's code; returns the person.

    The phone was proved by signing in; it must be the one that the registration gave. What was wrong is never said.
    Call it outside a transaction. Raises Refused: registration.code_not_matched, plumbing.too_many_tries, people.relation_unknown.
    """
    limits.brake("link-slip", str(account), most=TRIES_AN_HOUR, within=timedelta(hours=1), at=at)
    row = _by_code(code)
    phone_hash = people.phone_of_record(account, row.person_id) if row else ""
    if row is None or not phone_hash or not _own(row):
        raise Refused("registration.code_not_matched")
    with transaction.atomic():
        _proved(row, phone_hash, by=by, at=at)
        people_actions.link(account=account, person=row.person_id, relation=relation, proof="registered", by=by, at=at)
    return people.current_id(row.person_id)


def link_by_slip(*, account: UUID, identifier: Identified, code: str, relation: str, by: Actor, at: datetime) -> UUID:
    """Open a book to the account (proved by a code) that knows the paper's number and the slip's code; returns the person.

    Which of the two was wrong is never said. Call it outside a transaction. Raises Refused: registration.slip_not_matched,
    plumbing.too_many_tries, people.relation_unknown.
    """
    limits.brake("link-slip", str(account), most=TRIES_AN_HOUR, within=timedelta(hours=1), at=at)
    holder, row = people.find_by_identifier(identifier), _by_code(code)
    if row is None or holder is None or people.current_id(row.person_id) != holder:
        raise Refused("registration.slip_not_matched")
    people_actions.link(account=account, person=holder, relation=relation, proof="slip", by=by, at=at)
    return holder


def _by_code(code: str) -> Registration | None:
    """The registration of a code as typed; None where it cannot be one."""
    try:
        typed = codes.read_slip_code(code)
    except Refused:
        return None
    return Registration.objects.filter(code=typed).first()
