"""Commands of the desks: an envelope in, a stored receipt out; the same actions as every other way in."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from khien.access.permissions import StaffRef
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts, VisitRef
from khien.plumbing import once, receipts, sqlcall
from khien.plumbing.receipts import Answer
from khien.visits import bodies, steps
from khien.visits import late as late_steps
from khien.visits.bodies import moment_of, uuid_of
from khien.visits.pack import plain
from khien.visits.telling import Command, Late, Told

log = logging.getLogger("khien.commands")
VERSION = 1
MOST = 200  # commands in one batch
# Refusals that mean: somebody else was here first. The desk shows both.
CONFLICTS = {
    "visits.wrong_state",
    "visits.already_dosed",
    "visits.serial_settled",
    "visits.paper_differs",
    "visits.received_again",
    "visits.decided_already",
}
# What is in the arm cannot be refused afterwards.
NEEDLES = {"give_dose"}
SLACK = timedelta(minutes=2)  # a clock that far from the truth is no news


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command as a device sends it."""

    command_id: UUID
    device_id: UUID | None
    seq: int
    name: str
    version: int
    occurred_at: datetime
    clock_offset_ms: int
    rules_version: str
    actor: str
    body: Mapping[str, Any]


@cache
def table() -> dict[str, tuple[str, str]]:
    """Every command: the permission it needs and the function that does it; the list stands beside the subscriptions."""
    listed: dict[str, tuple[str, str]] = importlib.import_module("khien.config.subscriptions").COMMANDS
    return listed


@cache
def _command(path: str) -> Command:
    module, name = path.rsplit(".", 1)
    found: Command = getattr(importlib.import_module(f"khien.{module}"), name)
    return found


def dispatch(envelope: Mapping[str, Any], staff: StaffRef, *, at: datetime, late: Late | None = None) -> dict[str, Any]:
    """Do one command and return its receipt; a command that came before gets its first receipt again.

    The effect and the receipt are one transaction. Nothing is raised: a refusal is a receipt too. A dose that was given without a
    line is never refused: what cannot be recorded is told as "quarantined" and leaves no receipt, for a person to judge. The same
    where a person judged already: what does not go through stays with them.
    """
    try:
        read = read_envelope(envelope)
    except Refused as refusal:
        return {
            "command_id": _id_told(envelope),
            "status": "refused",
            "reason": refusal.code,
            "result": plain(refusal.facts),
        }
    asked = receipts.body_hash(read.name, read.version, read.body)
    known, place, stands = _look_up(read, asked)
    with once.acting():
        return (known or _answer(read, staff, place, asked, at, late, stands)).as_json()


def _look_up(read: Envelope, asked: str) -> tuple[Answer | None, PlaceFacts | None, UUID | None]:
    """Whether the command was answered before, where it acts, and which visit stands for the one it names: one read."""
    with connection.cursor() as cursor:
        visit_id = _maybe(read.body, "visit_id")
        cursor.execute(
            "SELECT receipt_find(%s), visits_where(%s, %s), visits_stands(%s)",
            [read.command_id, visit_id, _maybe(read.body, "session_id"), visit_id],
        )
        stored, where, stands = cursor.fetchone()
    place = steps.plain(where)
    if place is not None:
        ids = {name: UUID(value) for name, value in place.items() if name.endswith("_id")}
        place = PlaceFacts(**{**place, **ids})
    return receipts.told(read.command_id, asked, stored), place, stands


def _maybe(body: Mapping[str, Any], field: str) -> UUID | None:
    """The id that the body names, None where there is none to be read."""
    try:
        return UUID(str(body[field]))
    except (KeyError, ValueError):
        return None


def batch(envelopes: Iterable[Mapping[str, Any]], staff: StaffRef, *, at: datetime) -> list[dict[str, Any]]:
    """Do commands in the order given, each by itself; one receipt for each. Raises Refused commands.too_many (most).

    A command that fails unforeseen is told as "broken" and left without a stored receipt: the device keeps it and sends it
    again, and the others do not wait behind it. A database that is away fails the whole batch.
    """
    several = list(envelopes)
    if len(several) > MOST:
        raise Refused("commands.too_many", most=MOST)
    return [apart(envelope, staff, at=at) for envelope in several]


def apart(envelope: Mapping[str, Any], staff: StaffRef, *, at: datetime, late: Late | None = None) -> dict[str, Any]:
    """One command of several, whatever happens to it."""
    try:
        return dispatch(envelope, staff, at=at, late=late)
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        # The text of an exception may hold a person's data: its kind and its last line of code do not.
        last = fault.__traceback__
        while last and last.tb_next:
            last = last.tb_next
        name = str(envelope.get("name", ""))[:40] if isinstance(envelope, Mapping) else ""
        where = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else ""
        log.error("command %s broke: %s at %s", name, type(fault).__name__, where)
        return {
            "command_id": _id_told(envelope),
            "status": "broken",
            "reason": "commands.broken",
            "result": {},
        }


class _Raced(Exception):
    """Another worker answered the same command first."""


def _answer(read: Envelope, staff: StaffRef, place: PlaceFacts | None, asked: str, at: datetime, late: Late | None, stands: UUID | None) -> Answer:
    kept: dict[str, Any] = {
        "device_id": read.device_id, "seq": read.seq, "name": read.name, "version": read.version, "actor": f"staff:{staff.id}",
        "occurred_at": read.occurred_at, "clock_offset_ms": read.clock_offset_ms, "body_hash": asked,
    }  # fmt: skip

    def whole() -> Answer:
        with transaction.atomic():
            result = _do(read, staff, place, at, late, stands)
            answer = Answer(read.command_id, "accepted", "", result, at)
            if not receipts.keep(answer, **kept):
                raise _Raced
            return answer

    try:
        return sqlcall.again(whole)
    except _Raced:
        pass
    except Refused as refusal:
        if late and (read.name in NEEDLES or late.judged):
            return Answer(read.command_id, "quarantined", refusal.code, plain(refusal.facts), at)
        status = "conflict" if refusal.code in CONFLICTS else "refused"
        answer = Answer(read.command_id, status, refusal.code, plain(refusal.facts), at)
        if receipts.keep(answer, **kept):
            return answer
    found = receipts.find(read.command_id, asked)
    assert found is not None
    return found


def _do(read: Envelope, staff: StaffRef, place: PlaceFacts | None, at: datetime, late: Late | None, stands: UUID | None) -> dict[str, Any]:
    """Check the right, then call the command's function."""
    if read.actor and read.actor != str(staff.id):
        raise Refused("commands.other_actor")
    named = "visit_id" if read.body.get("visit_id") else "session_id"
    uuid_of(read.body, named)
    if place is None or place.site_id is None or place.session_id is None:
        raise Refused("visits.unknown" if named == "visit_id" else "visits.session_unknown")
    permission, path = table()[read.name]
    mine = late is None or late.session_id == place.session_id
    if not ((staff.may(permission, place) and mine) or (late and late.judged)):
        raise Refused("commands.not_allowed", permission=permission)
    occurred, clamped = moment(read, at, late)
    told = Told(
        read.body, staff, staff.actor(permission, place), place.session_id, place.site_id, occurred, at, place, read.command_id, late, clamped,
        read.rules_version[:100], VisitRef(place.site_id, stands) if stands and late is None else None,
    )  # fmt: skip
    command = _command(path)
    done = command(told) if late is None else late_steps.run(read.name, told, command, _command(table()["check_in"][1]))
    result = as_result(done)
    return {**result, "clamped": True} if clamped else result


def moment(read: Envelope, at: datetime, late: Late | None = None) -> tuple[datetime, bool]:
    """When a command was done by the server's clock, never later than now; without a line also never before the pack was taken.

    Says too whether the device's clock told something that cannot be. Raises Refused commands.unreadable (field).
    """
    try:
        told = read.occurred_at + timedelta(milliseconds=read.clock_offset_ms)
    except OverflowError:
        raise Refused("commands.unreadable", field="clock_offset_ms") from None
    if late is None:
        return min(told, at), False
    kept = max(min(told, at), min(late.since, at))
    return kept, abs(kept - told) > SLACK


def as_result(value: Any) -> dict[str, Any]:
    """What a command's function returned, as a receipt keeps it."""
    if value is None:
        return {}
    found = plain(asdict(value) if is_dataclass(value) and not isinstance(value, type) else value)
    return found if isinstance(found, dict) else {"value": found}


def _id_told(raw: Any) -> str:
    """The id under which a device looks for its receipt, as far as it told one."""
    return str(raw.get("command_id", ""))[:40] if isinstance(raw, Mapping) else ""


def read_envelope(raw: Any) -> Envelope:
    """Read a command's envelope.

    Raises Refused: commands.unreadable (field), commands.unknown (name), commands.newer (version), commands.too_big (field).
    """
    if not isinstance(raw, Mapping):
        raise Refused("commands.unreadable", field="body")
    bodies.tame(raw)
    name, body = str(raw.get("name", "")), raw.get("body")
    if name not in table():
        raise Refused("commands.unknown", name=name[:40])
    if not isinstance(body, Mapping):
        raise Refused("commands.unreadable", field="body")
    version = _int(raw, "version", 1)
    if version < 1:
        raise Refused("commands.unreadable", field="version")
    if version > VERSION:
        raise Refused("commands.newer", version=version)
    occurred = moment_of(raw, "occurred_at")
    if occurred is None:
        raise Refused("commands.unreadable", field="occurred_at")
    device = raw.get("device_id")
    return Envelope(
        uuid_of(raw, "command_id"), uuid_of(raw, "device_id") if device else None, _int(raw, "seq", 0), name, version, occurred,
        _int(raw, "clock_offset_ms", 0), str(raw.get("rules_version") or ""), str(raw.get("actor") or ""), body,
    )  # fmt: skip


def _int(raw: Mapping[str, Any], field: str, otherwise: int) -> int:
    value = raw.get(field, otherwise)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
        raise Refused("commands.unreadable", field=field)
    return value
