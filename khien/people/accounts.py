"""Accounts and their links: which proved phone may open whose health book, since when, by what proof."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, sqlcall

from . import aliases, keys, otp, particulars, reading, rules
from .cards import birth_of
from .models import Account, DevicePin, HealthBookLink, OtpChallenge, Person
from .types import AccountRef, LinkedPerson

PROOFS = ("registered", "slip", "in_person", "guardian", "response_centre")


def ref(row: Account) -> AccountRef:
    """The row as a type."""
    return AccountRef(row.id, row.language, phones.masked(keys.unseal(row.phone_cipher, "phone")))


@transaction.atomic
def open_account(*, challenge: UUID, device: str, at: datetime, language: str = "vi") -> AccountRef:
    """Open (or make) the account of the phone that this device proved.

    A number unused for a year may have a new owner: its links end before it opens. Raises Refused people.proof_over.
    """
    proved = otp.proof(challenge, device, at)
    row = Account.objects.select_for_update().filter(phone_hash=proved.phone_hash).first()
    if row is None:
        sealed = OtpChallenge.objects.values_list("phone_cipher", flat=True).get(id=challenge)
        row, _made = Account.objects.get_or_create(
            phone_hash=proved.phone_hash,
            defaults={"phone_cipher": bytes(sealed), "language": language, "created_at": at, "used_at": at},
        )
    elif row.used_at < at - rules.UNUSED_PHONE:
        _end(HealthBookLink.objects.filter(account_id=row.id), why="unused_phone", by=Actor("system", label="khien"), at=at)
    Account.objects.filter(id=row.id).update(used_at=at, ended_at=None)
    audit.record("people.signed_in", by=Actor("citizen", row.id), at=at, subject=f"account:{row.id}")
    return ref(row)


def account_ref(id: UUID, at: datetime) -> AccountRef | None:
    """The account, while it stands; its use is noted once a day."""
    row = next(iter(reading.accounts([id])), None)
    if row is None:
        return None
    if (at - row.used_at).days >= 1:
        Account.objects.filter(id=id).update(used_at=at)
    return ref(row)


def account_of_phone(phone: str) -> AccountRef | None:
    """The account of a phone, for staff who link it in person."""
    row = Account.objects.filter(phone_hash=keys.phone_hash(keys.e164(phone)), ended_at=None).first()
    return ref(row) if row else None


@transaction.atomic
def set_language(*, account: UUID, language: str, at: datetime) -> None:
    """Speak to this account in another language."""
    Account.objects.filter(id=account).update(language=language, used_at=at)


@transaction.atomic
def link(*, account: UUID, person: UUID, relation: str, proof: str, by: Actor, at: datetime) -> UUID:
    """Let this account open this person's record; linked already, the link stands.

    Raises Refused: people.unknown, people.account_unknown, people.relation_unknown.
    """
    if relation not in rules.RELATIONS or proof not in PROOFS:
        raise Refused("people.relation_unknown")
    owner = aliases.current(person)
    if not Person.objects.filter(id=owner).exists():
        raise Refused("people.unknown")
    if not Account.objects.filter(id=account).exists():
        raise Refused("people.account_unknown")
    known = HealthBookLink.objects.filter(account_id=account, person_id__in=aliases.all_ids(owner), ended_at=None).first()
    if known:
        return known.id
    made = HealthBookLink.objects.create(
        account_id=account, person_id=owner, relation=relation, proof=proof, linked_at=at, linked_by=by.text
    )
    audit.record(
        "people.linked", by=by, at=at, subject=f"link:{made.id}", person=owner, account=account, relation=relation, proof=proof
    )
    return made.id


@transaction.atomic
def link_in_person(*, phone: str, person: UUID, relation: str, by: Actor, at: datetime) -> UUID:
    """Link at a commune or point, card in hand: signing in still takes a code to that phone. Raises as `link`, phones.*.

    A record without a phone that opens it (none, a lost one, a landline) gets this one.
    """
    number = phones.for_sms(keys.e164(phone))
    account, _made = Account.objects.get_or_create(
        phone_hash=keys.phone_hash(number),
        defaults={"phone_cipher": keys.seal(number, "phone"), "created_at": at, "used_at": at},
    )
    made = link(account=account.id, person=person, relation=relation, proof="in_person", by=by, at=at)
    row = particulars.locked(person)
    if row.phone_contact_only or not phones.takes_sms(keys.unseal(row.phone_cipher, "phone")):
        particulars.set_phone(person=row.id, phone=number, by=by, at=at)
    return made


@transaction.atomic
def end_link(*, link: UUID, why: str, by: Actor, at: datetime) -> None:
    """End a link: the owner asks, or staff on report. Ended already, it stays ended."""
    _end(HealthBookLink.objects.filter(id=link), why=why, by=by, at=at)


@transaction.atomic
def report_lost_phone(*, person: UUID, link: UUID | None = None, by: Actor, at: datetime) -> int:
    """The phone of this person is lost: nothing opens by it any more, neither this book nor another's; returns how many links ended.

    `link` names the phone among those that open the book; without it every link of the book ends, and the person's own
    number (on the record, or the account's that is "self") is the lost one. Raises Refused people.unknown, people.link_unknown.
    """
    row = particulars.locked(person)
    links = HealthBookLink.objects.filter(person_id__in=aliases.all_ids(row.id), ended_at=None)
    if link is not None:
        links = links.filter(id=link)
        if not links.exists():
            raise Refused("people.link_unknown")
    own = links if link is not None else links.filter(relation="self")
    lost = list(Account.objects.filter(id__in=own.values("account_id"), ended_at=None).values_list("id", "phone_hash"))
    numbers = {hash for _id, hash in lost} | ({row.phone_hash} if link is None and row.phone_hash else set())
    ended = _end(links, why="lost_phone", by=by, at=at) + _end_accounts([id for id, _hash in lost], why="lost_phone", by=by, at=at)
    audit.record("people.phone_lost", by=by, at=at, subject=f"person:{row.id}", person=row.id, links=ended)
    particulars.set_numbers_aside(numbers, owner=row.id, by=by, at=at)
    return ended


@transaction.atomic
def report_recycled_phone(*, phone: str, by: Actor, at: datetime) -> int:
    """The number belongs to somebody else now: all its links end. Raises Refused phones.*."""
    account = Account.objects.filter(phone_hash=keys.phone_hash(keys.e164(phone)), ended_at=None).first()
    return _end_accounts([account.id], why="recycled_phone", by=by, at=at) if account else 0


def _end_accounts(ids: list[UUID], *, why: str, by: Actor, at: datetime) -> int:
    """Close accounts for ever with all their links and PINs: whoever proves the number again begins a new one.

    A browser that is still signed in holds the closed account, so it opens nothing, even when the owner has the number back.
    """
    ended = _end(HealthBookLink.objects.filter(account_id__in=ids), why=why, by=by, at=at)
    DevicePin.objects.filter(account_id__in=ids).delete()
    for id in ids:
        Account.objects.filter(id=id).update(ended_at=at, phone_hash=f"ended:{id}")
        audit.record("people.account_ended", by=by, at=at, subject=f"account:{id}", why=why)
    return ended


def _end(links: Any, *, why: str, by: Actor, at: datetime) -> int:
    rows = list(links.filter(ended_at=None))
    HealthBookLink.objects.filter(id__in=[row.id for row in rows]).update(ended_at=at, ended_by=by.text)
    for row in rows:
        audit.record("people.link_ended", by=by, at=at, subject=f"link:{row.id}", person=row.person_id, why=why)
    return len(rows)


def linked(account_id: UUID) -> list[LinkedPerson]:
    """The records that this account may open, one's own first."""
    rows = reading.links(account_id)
    current = aliases.currents(row.person_id for row in rows)
    people = reading.persons(current.values())
    rows = sorted(rows, key=lambda row: (row.relation != "self", row.linked_at))
    seen: dict[UUID, LinkedPerson] = {}
    for row in rows:
        person = people[current[row.person_id]]
        seen.setdefault(
            person.id,
            LinkedPerson(row.id, person.id, person.full_name, row.relation, row.proof, row.linked_at, birth_of(person)),
        )
    return list(seen.values())


def links_of(person_id: UUID) -> list[LinkedPerson]:
    """Who may open this person's record now, each by the masked phone: the person may end any of them."""
    person = Person.objects.get(id=aliases.current(person_id))
    rows = list(HealthBookLink.objects.filter(person_id__in=aliases.all_ids(person_id), ended_at=None).order_by("linked_at"))
    accounts = Account.objects.in_bulk([row.account_id for row in rows])
    return [
        LinkedPerson(
            row.id, person.id, person.full_name, row.relation, row.proof, row.linked_at, birth_of(person),
            ref(accounts[row.account_id]).phone_masked,
        )
        for row in rows
    ]  # fmt: skip


def may_open(account_id: UUID, person_id: UUID) -> bool:
    """Say whether this account may open this record."""
    return HealthBookLink.objects.filter(
        account_id=account_id, person_id__in=aliases.all_ids(person_id), ended_at=None
    ).exists()


def phone_of_record(account_id: UUID, person_id: UUID) -> str:
    """The hash of this account's phone when it is the one on this record and may open it; "" otherwise."""
    person = Person.objects.filter(id=aliases.current(person_id), phone_contact_only=False, died_on=None).first()
    account = Account.objects.filter(id=account_id, ended_at=None).first()
    same = person is not None and account is not None and person.phone_hash == account.phone_hash
    return account.phone_hash if account is not None and same else ""


def opener(session: str, person_id: UUID) -> UUID | None:
    """The account that is signed in by this browser's session, when it may open this record: one call."""
    found: UUID | None = sqlcall.call("SELECT people_opener(%s, %s)", [session, person_id])[0]
    return found
