"""Put people into the ONE queue, one or many at a time, whatever the way in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.people import rules as people_rules
from khien.people.types import Basics, NewPerson, PhoneProof
from khien.plumbing import audit, bulk, outbox

from . import codes, events, rules
from .declared import told_in
from .models import WAYS, Registration, RegistrationWay
from .types import Registered, Wish

COURSE = "covid-19"


@dataclass(frozen=True, slots=True)
class Asked:
    """One person who asks for a place in the queue."""

    person_id: UUID
    wish: Wish
    source_id: UUID | None = None
    phone_verified: bool = False
    stranger: bool = False


def register(
    *, person_id: UUID, way: str, by: Actor, at: datetime, source_id: UUID | None = None, wish: Wish | None = None,
    phone_verified: bool = False, stranger: bool = False,
) -> Registered:  # fmt: skip
    """Give this person a place in the queue; who has one keeps it, and the way is added beside it.

    `stranger` says that who asks may not open this record: the code returned is then a receipt.
    Raises Refused: people.unknown, registration.person_died, registration.group_unknown, registration.answer_unknown.
    """
    asked = Asked(person_id, wish or Wish(), source_id, phone_verified, stranger)
    return register_many([asked], way=way, by=by, at=at)[0]


@transaction.atomic
def register_many(asked: Sequence[Asked], *, way: str, by: Actor, at: datetime) -> list[Registered]:
    """Register many in one transaction, in their order. Raises as `register`, for the first who cannot be."""
    if way not in WAYS:
        raise LookupError(way)
    basics = people.basics(one.person_id for one in asked)
    for one in asked:
        _check(one, basics)
    known = _active(basics)
    order = {group.code: group.order for group in campaigns.every_group(clock.on_date(at))}
    new = {basics[one.person_id].id: one for one in reversed(asked) if basics[one.person_id].id not in known}
    if new:
        made = _insert(new, basics, order, way=way, by=by, at=at)
        known |= _active(basics)
    else:
        made = set()
    answers = _ways(asked, basics, known, made, way=way, by=by, at=at)
    _tell(answers, made, way=way, by=by, at=at)
    return answers


def _check(one: Asked, basics: dict[UUID, Basics]) -> None:
    person = basics.get(one.person_id)
    if person is None:
        raise Refused("people.unknown")
    if person.died_on is not None:
        raise Refused("registration.person_died")


def _active(basics: dict[UUID, Basics]) -> dict[UUID, Registration]:
    """The active registration of each person, over the ids that were merged into one."""
    owners = people.members(one.id for one in basics.values())
    rows = Registration.objects.filter(person_id__in=list(owners), state__in=rules.ACTIVE, course=COURSE)
    # Two may stand side by side for a moment after a merge: the booked one is the one that counts.
    return {owners[row.person_id]: row for row in sorted(rows, key=lambda row: (row.state == "booked", row.recorded_at))}


def _insert(
    new: dict[UUID, Asked], basics: dict[UUID, Basics], order: dict[str, int], *, way: str, by: Actor, at: datetime
) -> set[UUID]:
    """Insert all at once; whoever came first at the same moment keeps the place. Returns the ids that were written."""
    wanted = codes.fresh(len(new))
    rows = [
        _row(person_id, one, basics[one.person_id], code, order, way=way, by=by, at=at)
        for (person_id, one), code in zip(sorted(new.items()), wanted, strict=True)
    ]
    Registration.objects.bulk_create(rows, ignore_conflicts=True)
    return set(Registration.objects.filter(id__in=[row.id for row in rows]).values_list("id", flat=True))


def _row(
    person_id: UUID, one: Asked, person: Basics, code: str, order: dict[str, int], *, way: str, by: Actor, at: datetime
) -> Registration:
    wish, on = one.wish, clock.on_date(at)
    groups = rules.groups(wish.groups, person.birth, on, order)
    history = rules.check_history(wish.history)
    place = person.place
    return Registration(
        id=uuid7(), person_id=person_id, code=code, course=COURSE, way=way, organization_id=wish.organization_id,
        priority_groups=list(groups), best_group=rules.best(groups), wished_from=wish.wished_from, wished_shift=wish.wished_shift,
        declared_dose=wish.declared_dose, previous_dose=dict(wish.previous_dose), history=history,
        risk=rules.at_risk(history, person.birth, on), consent_version=wish.consent_version,
        consented_at=at if wish.consent_version else None, phone_verified=one.phone_verified,
        province_2021=place.province_2021, district_2021=place.district_2021, commune_2021=place.commune_2021,
        province_2025=place.province_2025, commune_2025=place.commune_2025, neighbourhood=person.neighbourhood, household=person.household or str(person.id), recorded_at=at,
        recorded_by=by.text,
    )  # fmt: skip


def _ways(
    asked: Sequence[Asked], basics: dict[UUID, Basics], known: dict[UUID, Registration], made: set[UUID], *, way: str, by: Actor,
    at: datetime,
) -> list[Registered]:  # fmt: skip
    """Keep each way; a stranger's is answered with a receipt of its own."""
    strangers = sum(one.stranger for one in asked)
    receipts = iter(codes.fresh(strangers)) if strangers else iter(())
    rows, answers, first = [], [], set()
    for one in asked:
        registration = known[basics[one.person_id].id]
        receipt = next(receipts) if one.stranger else ""
        rows.append(
            RegistrationWay(registration_id=registration.id, person_id=registration.person_id, way=way, source_id=one.source_id,
                            code=receipt, at=at, by=by.text, told=told_in(one.wish))
        )  # fmt: skip
        already = registration.id not in made or registration.id in first
        first.add(registration.id)
        answers.append(
            Registered(
                registration.id,
                receipt or registration.code,
                already,
                registration.person_id,
                phone_verified=one.phone_verified,
            )
        )
    _add_facts(asked, answers, basics, known, at)
    bulk.insert(rows)
    return answers


def _add_facts(asked: Sequence[Asked], answers: list[Registered], basics: dict[UUID, Basics], known: dict[UUID, Registration], at: datetime) -> None:
    """A second way may prove the phone, and tell what nobody had told yet; it changes no wish that stands, and a stranger's no fact."""
    for one, answer in zip(asked, answers, strict=True):
        person, wish = basics[one.person_id], one.wish
        row, new = known[person.id], dict[str, Any]()
        if not answer.already or one.stranger:
            continue
        if wish.history and not row.history:
            history = rules.check_history(wish.history)
            new |= {"history": history, "risk": rules.at_risk(history, person.birth, clock.on_date(at))}
        if wish.consent_version and not row.consent_version:
            new |= {"consent_version": wish.consent_version, "consented_at": at}
        if new:
            Registration.objects.filter(person_id=row.person_id, id=row.id).update(**new)
    proved = [
        answer.registration_id for one, answer in zip(asked, answers, strict=True) if one.phone_verified and answer.already
    ]
    if proved:
        Registration.objects.filter(id__in=proved).update(phone_verified=True)


def _tell(answers: list[Registered], made: set[UUID], *, way: str, by: Actor, at: datetime) -> None:
    audit.record_many(
        "registration.registered", by=by, at=at,
        rows=[(f"registration:{one.registration_id}", one.person_id, {"way": way, "already": one.already}) for one in answers],
    )  # fmt: skip
    outbox.publish_many(
        events.REGISTERED,
        at=at,
        rows=[
            {"registration_id": one.registration_id, "person_id": one.person_id, "way": way, "already": one.already}
            for one in answers
        ],
    )


@transaction.atomic
def register_new(
    *, person: NewPerson, way: str, by: Actor, at: datetime, wish: Wish | None = None, account: UUID | None = None,
    relation: str = "self", source_id: UUID | None = None, proof: PhoneProof | None = None,
) -> Registered:  # fmt: skip
    """Record the person and register them in one transaction; the account that does it may open the record it made.

    Somebody already on record is registered too, but who asks gets no right to the record by it. Without a proof the phone
    stays unproved and nothing is lost: `verify_phone` may follow. Raises as `register`, people.guardian_needed (a citizen registers a minor), names.*, births.*, phones.*.
    """
    citizen = by.kind == "citizen"
    if citizen and person.guardian is None and people_rules.is_minor(person.birth, clock.on_date(at)):
        raise Refused("people.guardian_needed")
    recorded = people_actions.record_person(person=person, by=by, at=at, source=way, fill_contact=not citizen)
    linked = account is not None and (recorded.created or people.may_open(account, recorded.person_id))
    if account is not None and recorded.created:
        people_actions.link(account=account, person=recorded.person_id, relation=relation, proof="registered", by=by, at=at)
    own = recorded.created or linked
    phone = _proved(person, recorded.person_id, account, proof) if own else ""
    done = register(
        person_id=recorded.person_id, way=way, source_id=source_id, wish=wish, by=by, at=at,
        phone_verified=bool(phone), stranger=citizen and not own,
    )  # fmt: skip
    if phone:
        people_actions.phone_proved(person=recorded.person_id, phone_hash=phone, by=by, at=at)
    return Registered(
        done.registration_id, done.code, done.already and (own or not citizen), recorded.person_id, linked, recorded.disputed,
        bool(phone),
    )  # fmt: skip


def _proved(person: NewPerson, recorded: UUID, account: UUID | None, proof: PhoneProof | None) -> str:
    """The hash of the phone given, when a code proved it: this once, or when the account that holds it signed in; "" else."""
    if not person.phone:
        return ""
    if proof is not None and people.phone_hash(person.phone) == proof.phone_hash:
        return proof.phone_hash
    return people.phone_of_record(account, recorded) if account is not None else ""
