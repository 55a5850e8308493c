"""What was done with a person's record, as the person may see it: staff reads, and acts out of the audit."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from . import once
from .models import AccessLog, AuditRow


@dataclass(frozen=True, slots=True)
class Read:
    """A staff member opened the record: office and purpose, never a name."""

    at: datetime
    office: str
    purpose: str
    staff_id: UUID


@dataclass(frozen=True, slots=True)
class Act:
    """Something written about the person; `kind` is who acted: staff, citizen, system or device."""

    at: datetime
    action: str
    kind: str
    actor: str
    subject: str
    facts: dict[str, Any] = field(default_factory=dict)


def reads_of(person_ids: Iterable[UUID], *, before: datetime | None = None, limit: int = 100) -> list[Read]:
    """Staff reads of these ids (all of one person), the latest first, paged by moment."""
    if limit == 1 and before is None:
        last = once.rows("access_log.last", person_ids, _last)
        return [Read(row.at, row.office, row.purpose, row.staff_id) for row in sorted(last, key=lambda row: (row.at, row.id))[-1:]]
    rows = AccessLog.objects.filter(person_id__in=list(person_ids))
    if before:
        rows = rows.filter(at__lt=before)
    return [Read(row.at, row.office, row.purpose, row.staff_id) for row in rows.order_by("-at", "-id")[:limit]]


def _last(ids: list[UUID]) -> Iterable[tuple[UUID, AccessLog]]:
    rows = AccessLog.objects.filter(person_id__in=ids).order_by("person_id", "-at", "-id").distinct("person_id")
    return ((row.person_id, row) for row in rows)


def _keep(ids: list[UUID], told: list[dict[str, Any]]) -> None:
    once.keep("access_log.last", ids, ((row.person_id, row) for row in (once.instance(AccessLog, one) for one in told)))


LAST = once.Part("access_log_last(x.ids)", _keep)


def acts_of(person_ids: Iterable[UUID], *, before: datetime | None = None, limit: int = 100) -> list[Act]:
    """Acts on these ids (all of one person), the latest first, paged by moment."""
    rows = AuditRow.objects.filter(person_id__in=list(person_ids))
    if before:
        rows = rows.filter(at__lt=before)
    return [_act(row) for row in rows.order_by("-at", "-seq")[:limit]]


def _act(row: AuditRow) -> Act:
    kind, _, actor = row.actor.partition(":")
    return Act(row.at, row.action, kind, actor, row.subject, json.loads(row.facts or "{}"))


def latest(*, prefix: str = "", before: datetime | None = None, limit: int = 100) -> list[Act]:
    """The last acts of the whole instance, of those kinds that begin with `prefix`, paged by moment."""
    rows = AuditRow.objects.all()
    if prefix:
        rows = rows.filter(action__startswith=prefix)
    if before:
        rows = rows.filter(at__lt=before)
    return [_act(row) for row in rows.order_by("-at", "-chain", "-seq")[:limit]]
