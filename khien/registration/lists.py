"""Lists of people: received, read, staged for a person to look at, decided row by row, sent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor
from khien.plumbing import audit, files, jobs, outbox

from . import events, staging
from .list_queries import sendable_rows, totals
from .models import ListRow, PeopleList
from .types import ListReceived, RowIn

KEEP = timedelta(days=90)
LIST_WAYS = ("organization", "ward")
READ, READ_CORRECTIONS, SEND = "registration.read_list", "registration.read_corrections", "registration.send_list"


@transaction.atomic
def receive_list(
    *, organization: UUID, data: bytes, name: str, way: str, by: Actor, at: datetime, commune_key: str = "", consent_basis: str = "",
) -> ListReceived:  # fmt: skip
    """Keep an uploaded list, sealed, and put it in the queue to be read; the very same file is not taken twice, however often
    the button was pressed. One whose rows have been wiped since is taken again.

    Raises Refused: plumbing.file_too_large, registration.list_empty.
    """
    if way not in LIST_WAYS:
        raise LookupError(way)
    if not data:
        raise Refused("registration.list_empty")
    digest = hashlib.sha256(data).hexdigest()
    _one_at_a_time(organization, digest)
    same = PeopleList.objects.filter(organization_id=organization, sha256=digest, uploaded_at__gt=at - KEEP)
    known = same.exclude(state="unreadable").first()
    if known:
        if known.state == "reading" and _died(known.job_id):
            known.job_id = jobs.ask(READ, by=by, at=at, list_id=str(known.id))
            known.save(update_fields=["job_id"])
        return ListReceived(known.id, known.job_id, again=True)
    made = PeopleList(
        id=uuid7(), organization_id=organization, way=way, name=name[:200], sha256=digest, commune_key=commune_key,
        uploaded_at=at, uploaded_by=by.text, consent_basis=consent_basis, file_id=_keep(data, name, by, at),
    )  # fmt: skip
    made.job_id = jobs.ask(READ, by=by, at=at, list_id=str(made.id))
    made.save()
    audit.record(
        "registration.list_received", by=by, at=at, subject=f"list:{made.id}", organization=organization, bytes=len(data)
    )
    return ListReceived(made.id, made.job_id)


def _one_at_a_time(organization: UUID, digest: str) -> None:
    """One file of one sender is received once after another: the second finds what the first has kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"{organization}{digest}"])


def _died(job_id: UUID | None) -> bool:
    """Say whether the list's job gave up: then another may be asked for."""
    job = jobs.get(job_id) if job_id else None
    return job is None or job.state == "failed"


def _keep(data: bytes, name: str, by: Actor, at: datetime) -> UUID:
    return files.keep(
        data,
        name=name,
        media_type="application/octet-stream",
        purpose="list",
        by=by,
        at=at,
        retain_until=clock.on_date(at + KEEP),
    )


@transaction.atomic
def receive_corrections(*, list_id: UUID, data: bytes, name: str, by: Actor, at: datetime) -> UUID:
    """Keep a corrected error file; a job puts its rows in the place of those they correct. Returns the job's id.

    Raises Refused: registration.list_unknown, registration.list_busy, plumbing.file_too_large.
    """
    row = locked_list(list_id)
    if row.state not in ("staged", "sent"):
        raise Refused("registration.list_busy")
    job = jobs.ask(READ_CORRECTIONS, by=by, at=at, list_id=str(list_id), file_id=str(_keep(data, name, by, at)), actor=by.text)
    PeopleList.objects.filter(id=list_id).update(job_id=job)
    audit.record("registration.corrections_received", by=by, at=at, subject=f"list:{list_id}")
    return job


def locked_list(list_id: UUID) -> PeopleList:
    """The list, locked. Raises Refused registration.list_unknown."""
    row = PeopleList.objects.select_for_update().filter(id=list_id).first()
    if row is None:
        raise Refused("registration.list_unknown")
    return row


def begin_reading(list_id: UUID) -> PeopleList:
    """Start over: a reading that a restart cut short leaves no rows."""
    with transaction.atomic():
        row = locked_list(list_id)
        ListRow.objects.filter(list_id=list_id).delete()
        row.state, row.refusal, row.refusal_facts = "reading", "", {}
        row.save()
    return row


def store_rows(list_id: UUID, rows: Sequence[RowIn], first_number: int) -> None:
    """Stage a batch of read rows: compare each with the people on record and keep it."""
    staging.store(PeopleList.objects.get(id=list_id), rows, first_number)


@transaction.atomic
def finish_reading(
    list_id: UUID,
    *,
    sections: Sequence[Mapping[str, Any]],
    skipped_rows: Sequence[Mapping[str, Any]],
    phones: Mapping[str, int],
    at: datetime,
) -> None:
    """Close the reading: the counts, and the phones that are no one's own (more rows than a household has people)."""
    row = locked_list(list_id)
    shared = staging.shared_phones(phones, row.organization_id)
    PeopleList.objects.filter(id=list_id).update(
        state="staged",
        sections=list(sections),
        skipped_rows=list(skipped_rows)[:1000],
        shared_phones=sorted(shared),
        **_counts(list_id),
    )
    outbox.publish(events.LIST_STAGED, at=at, list_id=list_id, organization_id=row.organization_id)


def _counts(list_id: UUID) -> dict[str, int]:
    found = totals(list_id)
    return {
        "rows": sum((found.accepted, found.repaired, found.refused, found.possible, found.sent, found.skipped)),
        "accepted": found.accepted, "repaired": found.repaired, "refused": found.refused, "possible": found.possible,
        "sent": found.sent, "skipped": found.skipped,
    }  # fmt: skip


def recount(list_id: UUID) -> None:
    """Write the counts of a list's rows onto the list."""
    PeopleList.objects.filter(id=list_id).update(**_counts(list_id))


def unreadable(list_id: UUID, refusal: Refused) -> None:
    """Say why a file could not be read at all; the same file may be sent again."""
    facts = json.loads(json.dumps(refusal.facts, default=str))
    PeopleList.objects.filter(id=list_id).update(state="unreadable", refusal=refusal.code, refusal_facts=facts)


@transaction.atomic
def restage_row(*, row: UUID, told: RowIn, by: Actor, at: datetime) -> str:
    """Put corrected values in a row's place; what was sent first stays beside them. Returns the row's state now.

    Raises Refused: registration.row_unknown, registration.row_sent.
    """
    found = locked_row(row)
    batch = PeopleList.objects.get(id=found.list_id)
    staging.restage(batch, found, told)
    recount(batch.id)
    audit.record("registration.row_edited", by=by, at=at, subject=f"list:{batch.id}", row=found.number, state=found.state)
    return found.state


def locked_row(row: UUID) -> ListRow:
    """A row that was not sent yet, locked. Raises Refused: registration.row_unknown, registration.row_sent, registration.row_wiped."""
    found = ListRow.objects.select_for_update().filter(id=row).first()
    if found is None:
        raise Refused("registration.row_unknown")
    if found.state == "sent":
        raise Refused("registration.row_sent")
    if found.wiped_at is not None:
        raise Refused("registration.row_wiped")
    return found


@transaction.atomic
def decide_row(*, row: UUID, decision: str, by: Actor, at: datetime, person: UUID | None = None) -> None:
    """Decide about a row: a new person, the same as one shown, skip it, or take it back in ("keep").

    Raises Refused: registration.row_unknown, registration.row_sent, registration.row_refused, registration.decision_unknown,
    registration.person_not_shown.
    """
    found = locked_row(row)
    if decision == "skip":
        if found.state != "skipped":
            found.result, found.state = f"was:{found.state}", "skipped"
    elif decision == "keep":
        if found.state == "skipped":
            found.state, found.result = found.result.removeprefix("was:") or "refused", ""
    elif decision in ("new", "same"):
        _settle(found, decision, person)
    else:
        raise Refused("registration.decision_unknown")
    found.decision, found.decided_at, found.decided_by = ("" if decision == "keep" else decision), at, by.text
    found.save()
    recount(found.list_id)
    audit.record(
        "registration.row_decided",
        by=by,
        at=at,
        subject=f"list:{found.list_id}",
        row=found.number,
        decision=decision,
        person=person,
    )


def _settle(found: ListRow, decision: str, person: UUID | None) -> None:
    if found.state == "refused":
        raise Refused("registration.row_refused")
    if found.state == "skipped":
        found.state = found.result.removeprefix("was:") or "possible"
        found.result = ""
    shown = {one.get("person") for one in found.possible_ids}
    if decision == "same" and (person is None or str(person) not in shown):
        raise Refused("registration.person_not_shown")
    found.person_id = person if decision == "same" else None


@transaction.atomic
def send_list(*, list_id: UUID, by: Actor, at: datetime) -> UUID:
    """Send what can be sent; a job registers the rows and may be cut at any moment. Returns the job's id.

    Raises Refused: registration.list_unknown, registration.list_busy, registration.nothing_to_send (refused, possible).
    """
    row = locked_list(list_id)
    if row.state == "sending" and row.job_id and not _died(row.job_id):
        return row.job_id
    if row.state not in ("staged", "sent", "sending"):
        raise Refused("registration.list_busy")
    count = sendable_rows(list_id).count()
    if not count:
        raise Refused("registration.nothing_to_send", refused=row.refused, possible=row.possible)
    job = jobs.ask(SEND, by=by, at=at, total=count, list_id=str(list_id), actor=by.text, moment=at.isoformat())
    PeopleList.objects.filter(id=list_id).update(state="sending", job_id=job, sent_at=at, sent_by=by.text)
    audit.record("registration.list_sent", by=by, at=at, subject=f"list:{list_id}", rows=count)
    return job
