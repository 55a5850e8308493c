"""Send a staged list: rows become people and registrations, a batch a transaction; cut anywhere, it goes on where it stood.

A batch is small because its audit locks the chains until it commits. One audit row stands for each person and one for each
registration, as when they come one by one.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor
from khien.people import actions as people_actions
from khien.people import queries as people
from khien.people.types import NewPerson, PersonRecorded
from khien.plumbing import outbox
from khien.plumbing.jobs import Progress

from . import events, lists, registering, sealing, staging
from .list_queries import sendable_rows
from .models import ListRow, PeopleList
from .registering import Asked
from .types import Registered

BATCH = 250


def actor_of(text: str) -> Actor:
    """The actor whose text was kept with a job."""
    kind, _, rest = text.partition(":")
    try:
        return Actor(kind, UUID(rest))
    except ValueError:
        return SYSTEM if kind == "system" else Actor(kind, label=rest)


def send_list(progress: Progress, args: dict[str, Any], at: datetime) -> None:
    """The job that sends a list; run again after a cut, it neither loses nor doubles a row."""
    list_id, by = UUID(args["list_id"]), actor_of(args["actor"])
    moment = datetime.fromisoformat(args["moment"])
    done = ListRow.objects.filter(list_id=list_id, state="sent").count()
    total = done + sendable_rows(list_id).count()
    while taken := send_batch(list_id, by=by, at=moment, size=BATCH):
        done += taken
        progress.tell(done, total)
    finish(list_id, at=at)
    progress.tell(total, total, force=True)


@transaction.atomic
def finish(list_id: UUID, *, at: datetime) -> None:
    """The list is sent; rows that still wait for a correction or a decision can follow later."""
    row = lists.locked_list(list_id)
    lists.recount(list_id)
    if row.state == "sending":
        PeopleList.objects.filter(id=list_id).update(state="sent")
        outbox.publish(events.LIST_SENT, at=at, list_id=list_id, organization_id=row.organization_id)


def send_batch(list_id: UUID, *, by: Actor, at: datetime, size: int) -> int:
    """Register the next rows of a list; returns how many were taken. One bad row does not hold up the others."""
    try:
        return _send(list_id, by=by, at=at, size=size)
    except Refused:
        return sum(_send_one(list_id, by=by, at=at) for _ in range(size))


def _send_one(list_id: UUID, *, by: Actor, at: datetime) -> int:
    try:
        return _send(list_id, by=by, at=at, size=1)
    except Refused as refusal:
        with transaction.atomic():
            found = sendable_rows(list_id).select_for_update().order_by("number").first()
            if found:
                staging.refuse(found, refusal)
        return 1


@transaction.atomic
def _send(list_id: UUID, *, by: Actor, at: datetime, size: int) -> int:
    batch = PeopleList.objects.get(id=list_id)
    rows = list(sendable_rows(list_id).select_for_update().order_by("number")[:size])
    if rows:
        register_rows(batch, rows, by=by, at=at)
    return len(rows)


def register_rows(batch: PeopleList, rows: list[ListRow], *, by: Actor, at: datetime) -> None:
    """Make people and registrations of these rows and mark them sent: one transaction with its caller."""
    values = [sealing.unseal(row.values_cipher) for row in rows]
    told = [_told(batch, row, each) for row, each in zip(rows, values, strict=True)]
    recorded = people_actions.record_people(told, by=by, at=at, source=batch.way)
    asked = [
        Asked(one.person_id, staging.wish_of(each, batch.organization_id), source_id=batch.id)
        for one, each in zip(recorded, values, strict=True)
    ]
    done = registering.register_many(asked, way=batch.way, by=by, at=at)
    _mark_sent(rows, recorded, done)


_SENT = """
UPDATE people_list_row AS r SET state = 'sent', person_id = t.person, registration_id = t.place, result = t.result
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) AS t(id, person, place, result) WHERE r.id = t.id
"""


def _mark_sent(rows: list[ListRow], recorded: list[PersonRecorded], done: list[Registered]) -> None:
    results = [_result(person, already=place.already) for person, place in zip(recorded, done, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT,
            [[row.id for row in rows], [one.person_id for one in recorded], [one.registration_id for one in done], results],
        )


def _told(batch: PeopleList, row: ListRow, values: dict[str, str]) -> NewPerson:
    """The row's person with a human's decision in it; a clerk's phone may be called and opens nothing."""
    shared = bool(values.get("phone")) and people.phone_hash(values["phone"]) in set(batch.shared_phones)
    told = staging.person_of(values, place_key=batch.commune_key, contact_only=shared)
    if row.decision == "same" and row.person_id:
        return staging.known(told, row.person_id)
    return staging.surely_new(told) if row.decision == "new" else told


def _result(person: PersonRecorded, *, already: bool) -> str:
    if person.disputed:
        return "disputed"
    if already:
        return "already"
    return "new" if person.created else "known"
