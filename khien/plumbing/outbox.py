"""The outbox: events published in the truth's own transaction, delivered to order-free handlers."""

import importlib
import json
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel.ids import uuid7
from khien.plumbing import once, subjects

log = logging.getLogger("khien.outbox")
Handler = Callable[[dict[str, Any], datetime], None]
MAX_ATTEMPTS = 12
TOGETHER = 200


type Touches = Callable[[dict[str, Any]], Iterable[object]]


@dataclass(frozen=True, slots=True)
class Together:
    """How a handler hears many deliveries at once: the name in the data of what each is about, all that it reads and writes, and what the batch is done within."""

    subject: str
    touches: Touches
    within: Callable[[], AbstractContextManager[None]]


def together(
    subject: str, within: Callable[[], AbstractContextManager[None]] = nullcontext, touches: Touches | None = None
) -> Callable[[Handler], Handler]:
    """Say of a handler that a batch of its deliveries may share a transaction, and that one call for each subject is enough.

    For what counts a subject again as it now stands and writes no audit row: no head of a chain is held meanwhile. `touches`: the
    ids of what it counts, where that is more than the subject.
    """

    def marked(handler: Handler) -> Handler:
        handler.together = Together(subject, touches or (lambda data: (data[subject],)), within)  # type: ignore[attr-defined]
        return handler

    return marked


@cache
def subscriptions() -> dict[str, tuple[str, ...]]:
    """Who hears which event: the one list, kept in `khien.config.subscriptions`."""
    listed: dict[str, tuple[str, ...]] = importlib.import_module("khien.config.subscriptions").SUBSCRIPTIONS
    return listed


@cache
def _handler(path: str) -> Handler:
    module, name = path.rsplit(".", 1)
    handler: Handler = getattr(importlib.import_module(f"khien.{module}"), name)
    return handler


def publish(kind: str, *, at: datetime, key: UUID | None = None, delay: timedelta = timedelta(), **data: Any) -> UUID:
    """Publish an event (ids and codes only) to all who subscribe to its kind.

    `key` names what an undo cancels; `delay` holds the handlers back (a dose: five minutes).
    """
    event_id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outbox_publish(%s, %s, %s, %s, %s, %s, %s)",
            [event_id, kind, at, json.dumps(data, default=str), list(subscriptions()[kind]), at + delay, key],
        )
    return event_id


def publish_many(kind: str, *, at: datetime, rows: list[dict[str, Any]]) -> None:
    """Publish one event for each row (ids and codes only) in one statement."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(outbox_publish(i, %s, %s, d::jsonb, %s, %s, NULL))"
            " FROM unnest(%s::uuid[], %s::text[]) AS t(i, d)",
            [kind, at, list(subscriptions()[kind]), at, [uuid7() for _ in rows], [json.dumps(row, default=str) for row in rows]],
        )


def hasten(key: UUID, *, at: datetime) -> None:
    """Make the held deliveries of this key due now (the visit is closed: nothing can be undone)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_delivery SET due_at = %s WHERE key = %s AND state = 'pending' AND due_at > %s", [at, key, at]
        )


def cancel(key: UUID, *, at: datetime) -> int:
    """Cancel the deliveries of an undone act that were not yet handled; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_delivery SET state = 'cancelled', done_at = %s WHERE key = %s AND state = 'pending'", [at, key]
        )
        return int(cursor.rowcount)


# Somebody waits for these with a phone in the hand: a loop of their own, so that no backlog stands before them.
URGENT = ("people.code_asked", "safety.reaction_reported", "visits.help_asked", "cases.opened", "cases.answered")


# Whose events are handled one after another, however many workers there are: a person's; where none is named, those of what they speak of.
_PEOPLE = ("person_id", "survivor_id", "loser_id")
_THINGS = ("case_id", "aefi_id", "certificate_id", "reaction_id", "registration_id", "appointment_id", "record_id", "visit_id", "recall_id")


def deliver_batch(at: datetime, *, size: int = 20, urgent: bool = False) -> int:
    """Handle due deliveries until `size` or more were taken, each in a transaction of its own (`together`: a batch in one). Returns how many.

    One transaction for all would hold the audit heads of many people at once, in no order: desks would wait, draws would deadlock.
    Several workers may do so side by side: a delivery is one's own, and so is its subject meanwhile.
    """
    taken, busy = 0, set[str]()
    while taken < size and (some := _deliver_next(at, urgent, busy)) is not None:
        taken += some
    return taken


def _deliver_next(at: datetime, urgent: bool, busy: set[str]) -> int | None:
    """How many deliveries were taken, None when none is left; a handler whose subjects another worker counts joins `busy` and is passed over."""
    with transaction.atomic(), connection.cursor() as cursor:
        rows = _due(cursor, at, "kind = ANY(%s)" if urgent else "NOT handler = ANY(%s)", [list(URGENT if urgent else busy)], 1)
        if not rows:
            return None
        batch: Together | None = None if urgent else getattr(_handler(rows[0][1]), "together", None)
        if batch:
            rows += _due(cursor, at, "handler = %s AND id <> %s", [rows[0][1], rows[0][0]], TOGETHER - 1)
            taken, done = _heard_together(cursor, rows, batch, at)
            if not taken:
                busy.add(rows[0][1])
        else:
            taken, done = 1, [row[0] for row in rows if _handled(cursor, *row, at=at)]
        if done:
            cursor.execute("UPDATE outbox_delivery SET state = 'done', done_at = %s, error = '' WHERE id = ANY(%s)", [at, done])
        return taken


def _due(cursor: Any, at: datetime, which: str, params: list[Any], most: int) -> list[tuple[UUID, str, Any, int]]:
    cursor.execute(
        "SELECT id, handler, data, attempts FROM outbox_delivery WHERE state = 'pending' AND due_at <= %s"
        f" AND {which} ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED",
        [at, *params, most],
    )
    return list(cursor.fetchall())


def _heard_together(cursor: Any, rows: list[tuple[UUID, str, Any, int]], batch: Together, at: datetime) -> tuple[int, list[UUID]]:
    """Handle the newest of each subject that no other worker has now, and leave the others; returns how many were taken, and which are done.

    Where one fails all are as before, and each is handled by itself.
    """
    told = [(row, _read(row[2])) for row in rows]
    touched = [{str(one) for one in batch.touches(data)} for _, data in told]
    free = subjects.take_free(one for some in touched for one in some)
    ours = [one for one, some in zip(told, touched, strict=True) if some <= free]
    newest = {str(data[batch.subject]): data for _, data in ours}
    try:
        with transaction.atomic(), once.reading(), subjects.held(free), batch.within():
            for data in newest.values():
                _handler(rows[0][1])(data, at)
        return len(ours), [row[0] for row, _ in ours]
    except Exception as error:
        log.info("a batch of %s failed (%s): one by one", rows[0][1], type(error).__name__)
        return len(ours), [row[0] for row, _ in ours if _handled(cursor, *row, at=at)]


def _read(data: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    return read


def _handled(cursor: Any, delivery_id: UUID, handler: str, data: Any, attempts: int, *, at: datetime) -> bool:
    try:
        read = _read(data)
        with transaction.atomic(), once.acting():
            subjects.hold([read[name] for name in _PEOPLE if read.get(name)] or [read[name] for name in _THINGS if read.get(name)])
            _handler(handler)(read, at)
        return True
    except Exception as error:
        attempts += 1
        log.warning("delivery %s to %s failed (%s), try %d", delivery_id, handler, type(error).__name__, attempts)
        wait = min(3600.0, 2.0**attempts) * random.uniform(0.5, 1.0)  # noqa: S311 (jitter, not a secret)
        cursor.execute(
            "UPDATE outbox_delivery SET attempts = %s, state = %s, due_at = %s, error = %s WHERE id = %s",
            [attempts, "dead" if attempts >= MAX_ATTEMPTS else "pending", at + timedelta(seconds=wait), type(error).__name__, delivery_id],
        )
        return False


def drain(clock: Callable[[], datetime], *, ahead: timedelta = timedelta()) -> int:
    """Deliver until nothing is due; `ahead` lets the rehearsal and tests not wait for held events."""
    total = 0
    while taken := deliver_batch(clock() + ahead):
        total += taken
    return total


@dataclass(frozen=True)
class Standing:
    """What waits for its handlers past its hour, how long the oldest has (seconds), and what was given up."""

    waiting: int
    oldest_seconds: int
    dead: int


def standing(at: datetime) -> Standing:
    """How the outbox stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'pending' AND due_at <= %s),"
            " coalesce(extract(epoch FROM %s - min(due_at) FILTER (WHERE state = 'pending' AND due_at <= %s)), 0)::int,"
            " count(*) FILTER (WHERE state = 'dead') FROM outbox_delivery WHERE state <> 'done'",
            [at, at, at],
        )
        return Standing(*cursor.fetchone())
