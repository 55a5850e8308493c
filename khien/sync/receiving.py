"""Sealed commands come in: each is run, held for the one before it, or kept apart for a person; none is lost and none is run twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.access import devices
from khien.access import queries as access
from khien.access.types import DeviceRef
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.plumbing import audit, outbox, receipts
from khien.sync import models
from khien.sync.granting import granted
from khien.sync.opening import Opened, believe, raw_of, unseal
from khien.sync.states import OPEN, HeldState
from khien.sync.types import GrantInfo, Sealed
from khien.visits import commands
from khien.visits.telling import Late

MOST = 200  # commands in one batch
MOST_HELD = 10_000  # of one device: more than any tablet does in days
TAMPERED = {"sync.bad_signature", "sync.seal_broken", "sync.other_device", "sync.other_command", "sync.key_unknown"}
# Told by a newer desk than this server: kept until the server is as new.
NEWER = {"commands.newer"}


class Waits(Exception):
    """The command stands on one that is not here yet."""


def receive(items: Iterable[Sealed], device: DeviceRef | None, *, at: datetime) -> list[dict[str, Any]]:
    """Take sealed commands, one receipt for each: accepted, refused, conflict, waiting, quarantined or broken (send again).

    What is told as anything but broken is held here for good. Raises Refused: commands.too_many (most), sync.too_much_held
    (most): nothing of the batch is taken, the tablet keeps it.
    """
    several = list(items)
    if len(several) > MOST:
        raise Refused("commands.too_many", most=MOST)
    if models.HeldCommand.objects.filter(device_id=device.id if device else None, state__in=list(OPEN)).count() > MOST_HELD:
        raise Refused("sync.too_much_held", most=MOST_HELD)
    done = receipts.find_many([one.command_id for one in several], device_id=device.id) if device else {}
    broken = [one.command_id for one in several if one.command_id not in done and not _take(one, device, at)]
    told = outcomes([one.command_id for one in several], device)
    return [_broken(one.command_id) if one.command_id in broken else told[one.command_id] for one in several]


def _take(sealed: Sealed, device: DeviceRef | None, at: datetime) -> bool:
    """One sealed command, whatever happens to it; says whether it is held or answered now."""
    try:
        raw = raw_of(sealed)
    except Refused as refusal:
        return _hold(sealed.command_id, sealed.key_id, sealed.sealed.encode()[:200_000], device, None, refusal.code, at) is not None
    known = models.HeldCommand.objects.filter(command_id=sealed.command_id, sha256=_digest(raw)).first()
    if known is not None and known.state != HeldState.WAITING:
        return True
    try:
        opened = unseal(sealed.command_id, sealed.key_id, raw)
    except Refused as refusal:
        return _hold(sealed.command_id, sealed.key_id, raw, device, None, refusal.code, at) is not None
    try:
        believe(opened, device)
    except Refused as refusal:
        return _hold(sealed.command_id, sealed.key_id, raw, device, opened, refusal.code, at) is not None
    assert device is not None
    return _try(sealed.command_id, sealed.key_id, raw, device, opened, at)


def _try(command_id: UUID, key_id: str, raw: bytes, device: DeviceRef, opened: Opened, at: datetime) -> bool:
    """Run a believed command, or hold it; then everything that waited for it."""
    try:
        status, reason = run(opened, device, at)
    except Waits:
        row = _hold(command_id, key_id, raw, device, opened, "sync.waits", at, state=HeldState.WAITING)
        if ready(row.after_id):  # it came while this one was being held
            follow([row.after_id], at)
        return True
    if status == "broken":
        return False
    if status == "quarantined":
        newer = HeldState.WAITING if reason in NEWER else HeldState.QUARANTINED
        _hold(command_id, key_id, raw, device, opened, reason, at, state=newer)
        return True
    settle_copies(command_id, device.id)
    follow([command_id], at)
    return True


def settle_copies(command_id: UUID, device_id: UUID | None) -> None:
    """What was sealed again and held meanwhile is the command that has its answer now; what was tampered with stays for a person."""
    copies = models.HeldCommand.objects.filter(command_id=command_id, device_id=device_id, state__in=list(OPEN))
    copies.exclude(reason__in=TAMPERED).update(state=HeldState.RUN)


def run(opened: Opened, device: DeviceRef, at: datetime, *, judged: bool = False, alone: bool = False) -> tuple[str, str]:
    """Run one command with the rights of the moment of doing; returns its status and reason.

    `judged`: a person lets it stand. `alone`: it waits for nothing any more. Raises Waits.
    """
    grant = _grant(opened, device)
    if grant is None and not judged:
        return "quarantined", "sync.no_grant"
    if not alone and not ready(opened.id("after")):
        raise Waits
    try:
        read = commands.read_envelope(opened.envelope)
    except Refused as refusal:
        return "quarantined", refusal.code  # no receipt can be kept of it: a person looks
    since, until = (grant.given_at, grant.until) if grant else (read.occurred_at, at)
    late = Late(device.id, device.letter, opened.id("session_id"), since, opened.id("after"), judged)
    done_at = min(commands.moment(read, at, late)[0], until)
    actor = opened.id("actor")
    staff = access.staff_then(actor, at=done_at) if actor else None
    if staff is None:
        return "quarantined", "sync.actor_unknown"
    told = commands.apart(opened.envelope, staff, at=at, late=late)
    return str(told["status"]), str(told["reason"])


def _grant(opened: Opened, device: DeviceRef) -> GrantInfo | None:
    actor, session = opened.id("actor"), opened.id("session_id")
    return granted(device.id, actor, session) if actor and session else None


def ready(after: UUID | None) -> bool:
    """Say whether the command before was answered, or set aside by a person."""
    if after is None or receipts.find_many([after]):
        return True
    return models.HeldCommand.objects.filter(command_id=after, state=HeldState.ASIDE).exists()


def follow(after: Iterable[UUID | None], at: datetime) -> int:
    """Run what waited for these commands, then what waited for that; returns how many were answered."""
    front, done = [one for one in after if one is not None], 0
    while front:
        rows = list(models.HeldCommand.objects.filter(after_id__in=front, state=HeldState.WAITING).order_by("received_at", "id"))
        front = [row.command_id for row in rows if again(row, at)]
        done += len(front)
    return done


def after(command_ids: Iterable[str], *, at: datetime) -> int:
    """Run what waited for commands that a desk with a line has just sent; returns how many were answered."""
    several: list[UUID] = []
    for told in command_ids:
        with suppress(ValueError):
            several.append(UUID(told))
    return follow(several, at)


def again(row: models.HeldCommand, at: datetime) -> bool:
    """Try a waiting command once more; says whether it has its answer now."""
    with transaction.atomic():
        held = models.HeldCommand.objects.select_for_update(skip_locked=True).filter(id=row.id, state=HeldState.WAITING).first()
        if held is None:
            return False
        opened = unseal(held.command_id, held.key_id, bytes(held.sealed))
        device = devices.device(held.device_id) if held.device_id else None
        try:
            believe(opened, device)
            assert device is not None
            status, reason = run(opened, device, at)
        except Refused as refusal:
            status, reason = "quarantined", refusal.code
        except Waits:
            return False
        if status == "broken" or reason in NEWER:
            return False
        held.state = HeldState.QUARANTINED if status == "quarantined" else HeldState.RUN
        held.reason = reason if status == "quarantined" else held.reason
        held.save(update_fields=["state", "reason"])
        if held.state == HeldState.RUN:
            settle_copies(held.command_id, held.device_id)
        if status == "quarantined":
            tell(held, at)
        return status != "quarantined"


def _hold(
    command_id: UUID, key_id: str, raw: bytes, device: DeviceRef | None, opened: Opened | None, reason: str, at: datetime, *,
    state: HeldState = HeldState.QUARANTINED,
) -> models.HeldCommand:  # fmt: skip
    """Keep a command as it came; the same bytes again are the same row."""
    with transaction.atomic():
        row, new = models.HeldCommand.objects.get_or_create(
            command_id=command_id, sha256=_digest(raw),
            defaults={
                "key_id": key_id[:16], "sealed": raw, "device_id": device.id if device else None, "site_id": device.site_id if device else None,
                "state": state, "reason": reason, "received_at": at, **_known(opened),
            },
        )  # fmt: skip
        if new:
            audit.record("sync.command_held", by=SYSTEM, at=at, subject=f"command:{command_id}", state=state.value, reason=reason)
            if state == HeldState.QUARANTINED:
                tell(row, at)
    return row


def _known(opened: Opened | None) -> dict[str, Any]:
    """What may stand beside the seal: ids, the command's name, the hour."""
    if opened is None:
        return {}
    return {
        "staff_id": opened.id("actor"), "session_id": opened.id("session_id"), "visit_id": opened.id("visit_id"), "after_id": opened.id("after"),
        "name": opened.name, "occurred_at": opened.occurred_at,
    }  # fmt: skip


def tell(row: models.HeldCommand, at: datetime) -> None:
    """Say that a command is kept apart and a person is to judge."""
    outbox.publish(
        "sync.command_quarantined", at=at, command_id=row.command_id, device_id=row.device_id, site_id=row.site_id, session_id=row.session_id,
        state=row.state, reason=row.reason,
    )  # fmt: skip


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def outcomes(command_ids: Iterable[UUID], device: DeviceRef | None) -> dict[UUID, dict[str, Any]]:
    """What became of these commands of a device; what was never held here is told as broken: send it again."""
    several = list(command_ids)
    own = models.HeldCommand.objects.filter(command_id__in=several, device_id=device.id if device else None)
    held = {row.command_id: _held_json(row) for row in own.order_by("received_at", "id")}
    done = receipts.find_many(several, device_id=device.id) if device else {}
    return {one: done[one].as_json() if one in done else held.get(one) or _broken(one) for one in several}


def _held_json(row: models.HeldCommand) -> dict[str, Any]:
    """A receipt of what is held: waiting (told so however long), quarantined until somebody judges, refused when set aside."""
    status, reason = _TOLD.get(HeldState(row.state), "quarantined"), row.reason
    if row.state == HeldState.ASIDE:
        reason = "sync.set_aside"
    return {
        "command_id": str(row.command_id), "status": status, "reason": reason, "result": {}, "received_at": row.received_at.isoformat(),
        "repeat": True,
    }  # fmt: skip


_TOLD = {HeldState.WAITING: "waiting", HeldState.STRANDED: "waiting", HeldState.ASIDE: "refused"}


def _broken(command_id: UUID) -> dict[str, Any]:
    return {"command_id": str(command_id), "status": "broken", "reason": "commands.broken", "result": {}, "received_at": None, "repeat": False}
