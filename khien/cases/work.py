"""Work on cases: take, assign, answer, wait, escalate, resolve. The clock stops only while the citizen is waited for."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.cases import models, opening, rules, states, story
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, PlaceFacts
from khien.plumbing import audit, outbox


def locked(case_id: UUID, *, unresolved: bool = True) -> models.Case:
    """The case, locked. Raises Refused: cases.unknown, cases.resolved."""
    row = models.Case.objects.select_for_update().filter(id=case_id).first()
    if row is None:
        raise Refused("cases.unknown")
    if unresolved and row.state == "resolved":
        raise Refused("cases.resolved")
    return row


def _move(row: models.Case, state: str) -> None:
    if state != row.state and state not in states.NEXT[row.state]:
        raise Refused("cases.wrong_state")
    row.state = state


def _trace(action: str, row: models.Case, *, by: Actor, at: datetime, **facts: object) -> None:
    audit.record(f"cases.{action}", by=by, at=at, subject=f"case:{row.id}", person=row.person_id, **facts)


@transaction.atomic
def take(*, case_id: UUID, by: Actor, at: datetime) -> None:
    """Take a case: its owner sees its clock from now on. Raises Refused: cases.unknown, cases.resolved, cases.taken_by_other."""
    row = locked(case_id)
    if row.owner_id and row.owner_id != by.id:
        raise Refused("cases.taken_by_other")
    _own(row, by.id, at)
    story.add(row, "taken", by=by, at=at)
    _trace("taken", row, by=by, at=at)


@transaction.atomic
def assign(*, case_id: UUID, staff_id: UUID, by: Actor, at: datetime) -> None:
    """Give a case to somebody, whoever had it. Raises Refused: cases.unknown, cases.resolved."""
    row = locked(case_id)
    _own(row, staff_id, at)
    story.add(row, "assigned", by=by, at=at, staff_id=staff_id)
    _trace("assigned", row, by=by, at=at, staff=staff_id)


def _own(row: models.Case, owner: UUID | None, at: datetime) -> None:
    """The owner; an acknowledged P1 runs on the clock of its answer."""
    first = row.taken_at is None
    row.owner_id, row.taken_at = owner, row.taken_at or at
    if row.state == "open":
        _move(row, "taken")
    if first and rules.SPANS[row.priority].acknowledge is not None:
        row.due_at = rules.due(row.priority, at, taken=True)
        row.escalate_at = _rises(row)
    row.save()


def _rises(row: models.Case) -> datetime | None:
    return row.due_at if row.tier < rules.STEERING else None


@transaction.atomic
def answer(*, case_id: UUID, text: str, by: Actor, at: datetime, to_citizen: bool = True) -> UUID:
    """Write to the citizen (who is told that there is an answer), or a note for colleagues.

    Raises Refused: cases.unknown, cases.resolved, cases.text_missing.
    """
    row = locked(case_id)
    _need(text)
    entry = story.add(row, "answered" if to_citizen else "note", by=by, at=at, text=text, to_citizen=to_citizen)
    if to_citizen:
        row.answered_at = row.answered_at or at
        row.save(update_fields=["answered_at"])
        outbox.publish("cases.answered", at=at, case_id=row.id, entry_id=entry)
    _trace("answered" if to_citizen else "noted", row, by=by, at=at)
    return entry


def note(*, case_id: UUID, text: str, by: Actor, at: datetime) -> UUID:
    """Write a note for colleagues. Raises Refused as `answer`."""
    return answer(case_id=case_id, text=text, by=by, at=at, to_citizen=False)


def _need(text: str) -> None:
    if not text.strip():
        raise Refused("cases.text_missing")


@transaction.atomic
def wait(*, case_id: UUID, text: str, by: Actor, at: datetime) -> None:
    """Ask the citizen something and stop the clock. Raises Refused: cases.unknown, cases.resolved, cases.text_missing, cases.wrong_state."""
    row = locked(case_id)
    _need(text)
    if row.state == "waiting_citizen":
        raise Refused("cases.wrong_state")
    _move(row, "waiting_citizen")
    row.waiting_since, row.escalate_at = at, None
    row.save()
    entry = story.add(row, "asked_citizen", by=by, at=at, text=text, to_citizen=True)
    outbox.publish("cases.answered", at=at, case_id=row.id, entry_id=entry)
    _trace("waits", row, by=by, at=at)


@transaction.atomic
def resume(*, case_id: UUID, by: Actor, at: datetime, text: str = "", photo: UUID | None = None) -> None:
    """The citizen answered, perhaps with a photo kept as evidence: the clock goes on where it stopped.

    Raises Refused: cases.unknown, cases.resolved, cases.not_waiting.
    """
    row = locked(case_id)
    if row.state != "waiting_citizen" or row.waiting_since is None:
        raise Refused("cases.not_waiting")
    row.due_at += at - row.waiting_since
    row.waiting_since = None
    _move(row, "taken" if row.owner_id else "open")
    row.escalate_at = _rises(row)
    row.save()
    story.add(row, "citizen_answered", by=by, at=at, text=text, to_citizen=bool(text.strip()), photo=photo)
    _trace("resumed", row, by=by, at=at)


@transaction.atomic
def escalate(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """Raise a case to the next tier where somebody is on post; return that tier.

    Raises Refused: cases.unknown, cases.resolved, cases.text_missing, cases.at_the_top.
    """
    row = locked(case_id)
    _need(reason)
    if row.tier >= rules.STEERING:
        raise Refused("cases.at_the_top")
    return _raise(row, reason, by=by, at=at)


def _raise(row: models.Case, reason: str, *, by: Actor, at: datetime) -> int:
    before = row.tier
    row.tier = opening.manned(row.tier + 1, place_of(row), at)
    row.owner_id = None
    if row.state == "taken":
        _move(row, "open")
    if row.state != "waiting_citizen":
        row.escalate_at = max(row.due_at, at + rules.SPANS[row.priority].rise) if row.tier < rules.STEERING else None
    row.save()
    story.add(row, "escalated", by=by, at=at, text=reason, to_citizen=False, tier_before=before, tier=row.tier)
    _trace("escalated", row, by=by, at=at, before=before, tier=row.tier)
    outbox.publish("cases.escalated", at=at, case_id=row.id, tier=row.tier, priority=row.priority, site_id=row.site_id)
    return row.tier


def escalate_overdue(at: datetime) -> bool:
    """Raise every case whose clock has run out; called every few seconds. Returns whether there were any."""
    rows = models.Case.objects.filter(escalate_at__lte=at).exclude(state="resolved").order_by("priority", "escalate_at")
    late = list(rows.values_list("id", flat=True)[:200])
    for case_id in late:
        with transaction.atomic():
            row = models.Case.objects.select_for_update(skip_locked=True).filter(id=case_id, escalate_at__lte=at).first()
            if row is not None and row.state in ("open", "taken") and row.tier < rules.STEERING:
                _raise(row, "overdue", by=SYSTEM, at=at)
            elif row is not None:
                models.Case.objects.filter(id=row.id).update(escalate_at=None)
    return bool(late)


@transaction.atomic
def citizen_escalate(*, code: str, by: Actor, at: datetime) -> int:
    """Let who asked raise their own case once it is overdue; return the tier that has it now.

    Raises Refused: cases.unknown, cases.resolved, cases.not_overdue (due_at), cases.at_the_top.
    """
    row = models.Case.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise Refused("cases.unknown")
    if row.state == "resolved":
        raise Refused("cases.resolved")
    if row.state == "waiting_citizen" or at <= row.due_at:
        raise Refused("cases.not_overdue", due_at=row.due_at)
    if row.tier >= rules.STEERING:
        raise Refused("cases.at_the_top")
    return _raise(row, "citizen", by=by, at=at)


@transaction.atomic
def resolve(*, case_id: UUID, resolution: str, by: Actor, at: datetime, text: str = "") -> None:
    """End a case with a code of what became of it, and words to the citizen where there are any.

    Raises Refused: cases.unknown, cases.resolved, cases.resolution_unknown, cases.correction_open.
    """
    row = locked(case_id)
    if resolution not in rules.RESOLUTIONS:
        raise Refused("cases.resolution_unknown")
    if models.Correction.objects.filter(case_id=case_id, state__in=["asked", "proposed"]).exists():
        raise Refused("cases.correction_open")
    close(row, resolution, by=by, at=at, text=text)


def close(row: models.Case, resolution: str, *, by: Actor, at: datetime, text: str = "") -> None:
    """End a locked case."""
    _move(row, "resolved")
    row.resolved_at, row.resolved_by, row.resolution = at, by.text, resolution
    row.escalate_at = row.waiting_since = None
    row.save()
    story.add(row, "resolved", by=by, at=at, text=text, to_citizen=True, resolution=resolution)
    _trace("resolved", row, by=by, at=at, resolution=resolution)
    outbox.publish("cases.resolved", at=at, case_id=row.id, case_kind=row.kind)


@transaction.atomic
def reopen(*, case_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Open a case again: its clock begins anew. Raises Refused: cases.unknown, cases.not_resolved, cases.text_missing."""
    row = locked(case_id, unresolved=False)
    if row.state != "resolved":
        raise Refused("cases.not_resolved")
    _need(reason)
    if row.dedupe and models.Case.objects.filter(dedupe=row.dedupe).exclude(state="resolved").exists():
        row.dedupe = ""
    _move(row, "open")
    row.resolved_at, row.resolved_by, row.resolution, row.owner_id, row.taken_at = None, None, "", None, None
    row.due_at = rules.due(row.priority, at)
    row.escalate_at = _rises(row)
    row.save()
    models.Correction.objects.filter(case_id=case_id, state="declined").update(
        state="asked", decided_at=None, decided_by=None, proposed_at=None, proposed_by=None, proposal_cipher=None
    )
    story.add(row, "reopened", by=by, at=at, text=reason, to_citizen=True)
    _trace("reopened", row, by=by, at=at)


def place_of(row: models.Case) -> PlaceFacts:
    """Where a case is, for guards and posts."""
    return PlaceFacts(
        row.province_2021,
        row.district_2021,
        row.commune_2021,
        row.province_2025,
        row.commune_2025,
        row.facility_id,
        row.site_id,
        row.session_id,
    )
