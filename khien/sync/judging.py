"""What waits too long becomes work; what was kept apart is judged by a person: run as it was, or set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from khien.access import devices
from khien.access.types import DeviceRef
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, outbox, receipts
from khien.sync import models, receiving
from khien.sync.opening import Opened, unseal
from khien.sync.states import NEXT, OPEN, HeldState
from khien.visits import queries as visits

PATIENCE = timedelta(hours=24)
SEVERAL = 200  # commands tried in one go
SLOWLY = timedelta(minutes=5)  # between two tries of what a newer desk told


def watch(at: datetime) -> bool:
    """Run what may run now, and make work of what waited a day; says whether there was anything (called by the worker)."""
    rows = models.HeldCommand.objects.filter(state=HeldState.WAITING).order_by("received_at", "id")
    told = {row.after_id for row in rows[:SEVERAL]}
    done = receiving.follow([one for one in told if one and receiving.ready(one)], at)
    for row in rows.filter(reason__in=receiving.NEWER)[:SEVERAL]:
        done += receiving.again(row, at)
    return bool(done + strand(at))


def strand(at: datetime) -> int:
    """Make work of every command that has waited a day for the one before it."""
    rows = models.HeldCommand.objects.filter(state=HeldState.WAITING, received_at__lte=at - PATIENCE).order_by("received_at", "id")
    return sum(_strand(row.id, at) for row in rows[:SEVERAL])


@transaction.atomic
def _strand(held_id: UUID, at: datetime) -> int:
    row = models.HeldCommand.objects.select_for_update(skip_locked=True).filter(id=held_id, state=HeldState.WAITING).first()
    if row is None:
        return 0
    row.state = HeldState.STRANDED
    row.save(update_fields=["state"])
    receiving.tell(row, at)
    return 1


@transaction.atomic
def accept(*, held_id: UUID, number: str = "", by: Actor, at: datetime) -> str:
    """Record a held command as it was: run with the name of who did it, under the judgement of who decides now.

    `number`: the queue number of the visit to which it belongs, where its own visit never came. Returns its status; one that cannot be
    recorded as it stands stays held. Raises Refused: sync.held_unknown, sync.judged, sync.device_unknown, sync.number_unknown,
    sync.step_before_first, sync.still_refused (why), and those of a seal that does not open.
    """
    row = _open_row(held_id)
    if receipts.find_many([row.command_id], device_id=row.device_id):
        raise Refused("sync.judged")
    opened = unseal(row.command_id, row.key_id, bytes(row.sealed))
    if number.strip():
        opened = _of_number(opened, row, number)
    device = devices.device(row.device_id) if row.device_id else None
    device = device or _named(opened)
    before = opened.id("after")
    if before and not number.strip() and models.HeldCommand.objects.filter(command_id=before, state__in=list(OPEN)).exists():
        raise Refused("sync.step_before_first")
    status, reason = receiving.run(opened, device, at, judged=True, alone=True)
    if status in ("quarantined", "broken"):
        raise Refused("sync.still_refused", why=reason)
    _judge(row, HeldState.RUN, reason, by, at)
    receiving.follow([row.command_id], at)
    return status


def _named(opened: Opened) -> DeviceRef:
    """The device that the command names, also one that this book no longer knows (restored from a backup).

    Raises Refused sync.device_unknown.
    """
    own = opened.id("device_id")
    if own is None:
        raise Refused("sync.device_unknown")
    letter = str(opened.body.get("letter") or "")
    return devices.device(own) or DeviceRef(own, None, "", letter if letter.isascii() and letter.isalpha() and len(letter) < 4 else "")


def _of_number(opened: Opened, row: models.HeldCommand, number: str) -> Opened:
    """The command as said of the visit that has this number. Raises Refused sync.number_unknown."""
    found = visits.visit_by_number(row.session_id, number) if row.session_id else None
    if found is None:
        raise Refused("sync.number_unknown", number=number.strip()[:12])
    body = {**opened.body, "visit_id": str(found.ref.visit_id)}
    return Opened(opened.text, opened.signature, {**opened.envelope, "body": body})


def accept_all(held_ids: Iterable[UUID], *, by: Actor, at: datetime) -> int:
    """Record several held commands as they were, each after the one before it; returns how many stay held."""
    left = list(held_ids)
    while left:
        still = [one for one in left if not _accepted(one, by, at)]
        if len(still) == len(left):
            break
        left = still
    return len(left)


def _accepted(held_id: UUID, by: Actor, at: datetime) -> bool:
    try:
        accept(held_id=held_id, by=by, at=at)
    except Refused as refusal:
        return refusal.code == "sync.judged"
    return True


@transaction.atomic
def set_aside(*, held_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Leave a held command unrun, with the reason; it stays here, sealed. Raises Refused: sync.held_unknown, sync.judged, visits.reason_missing."""
    if not reason.strip():
        raise Refused("visits.reason_missing")
    row = _open_row(held_id)
    _judge(row, HeldState.ASIDE, reason.strip()[:500], by, at)
    receiving.follow([row.command_id], at)


def _open_row(held_id: UUID) -> models.HeldCommand:
    row = models.HeldCommand.objects.select_for_update().filter(id=held_id).first()
    if row is None:
        raise Refused("sync.held_unknown")
    if HeldState.ASIDE not in NEXT[HeldState(row.state)]:
        raise Refused("sync.judged")
    return row


def _judge(row: models.HeldCommand, state: HeldState, reason: str, by: Actor, at: datetime) -> None:
    row.state, row.judged_at, row.judged_by, row.judged_reason = state, at, by.text, reason
    row.save(update_fields=["state", "judged_at", "judged_by", "judged_reason"])
    if state == HeldState.RUN:
        receiving.settle_copies(row.command_id, row.device_id)
    audit.record("sync.command_judged", by=by, at=at, subject=f"command:{row.command_id}", state=state.value, was=row.reason)
    outbox.publish(
        "sync.command_judged", at=at, command_id=row.command_id, device_id=row.device_id, session_id=row.session_id, state=state.value,
    )  # fmt: skip
