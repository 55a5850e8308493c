"""Take what is due, leave the database, hand it over, write down what came of it.

A try that broke in the middle is `unknown`: the template says whether a second copy does no harm or a receipt is waited for.
"""

import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from khien.messaging import models, outgoing, providers, templates
from khien.messaging.types import Outgoing, Sent
from khien.people import queries as people

log = logging.getLogger("khien.messaging")
LEASE = timedelta(minutes=5)  # longer than a whole batch of timeouts
RECEIPT_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=1)
ONE_MORE = 2  # tries of a template that waits for its receipt first
Jitter = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class _Outcome:
    id: UUID
    state: str
    reason: str = ""
    provider: str = ""
    provider_id: str = ""
    due_at: datetime | None = None

    @property
    def wiped(self) -> bool:
        """Address and text are of no use any more."""
        return self.state == "delivered"


def deliver_due(at: datetime, size: int = 100, jitter: Jitter = random.uniform) -> bool:
    """Send what is due, one batch; say whether there was any."""
    batch = _lease(at, size)
    if not batch:
        return False
    if not connection.in_atomic_block:
        connection.close()  # no session is held while a provider takes its time
    by_channel: dict[str, list[models.Message]] = {}
    for row in batch:
        by_channel.setdefault(row.channel, []).append(row)
    outcomes = [one for channel, rows in by_channel.items() for one in _hand_over(channel, rows, at, jitter)]
    _record(outcomes, at)
    return True


@transaction.atomic
def _lease(at: datetime, size: int) -> list[models.Message]:
    """Mark a batch as being sent, in order of lane; what must not be sent (any more) is settled here."""
    rows = list(
        models.Message.objects.select_for_update(skip_locked=True)
        .filter(state="pending", due_at__lte=at)
        .order_by("lane", "due_at")[:size]
    )
    if not rows:
        return []
    over = {row.id for row in rows if row.expires_at <= at}
    for row in rows:
        if row.id in over:
            _settle([row.id], "dead" if row.attempts else "expired", row.reason or "too_late")
    rows = [row for row in rows if row.id not in over]
    rows = _not_suppressed(rows)
    rows = _not_at_night(rows, at)
    models.Message.objects.filter(id__in=[row.id for row in rows]).update(
        state="leased", leased_until=at + LEASE, attempts=models.models.F("attempts") + 1
    )
    for row in rows:
        row.attempts += 1
    return rows


def _not_suppressed(rows: list[models.Message]) -> list[models.Message]:
    """Nothing is sent to the dead, nor under a record that was merged into another."""
    ids = {row.person_id for row in rows if row.person_id}
    merged = {id for id, now in people.current_ids(ids).items() if now != id} if ids else set()
    dead = people.died(ids) if ids else set()
    for row in rows:
        if row.person_id in merged or row.person_id in dead:
            _settle([row.id], "suppressed", "merged" if row.person_id in merged else "died")
    return [row for row in rows if row.person_id not in merged and row.person_id not in dead]


def _not_at_night(rows: list[models.Message], at: datetime) -> list[models.Message]:
    """A retry that falls into the quiet hours waits for the morning."""
    kept = []
    for row in rows:
        morning = outgoing.awake(at, any_hour=templates.ALL[row.template].any_hour)
        if morning == at:
            kept.append(row)
        else:
            models.Message.objects.filter(id=row.id).update(due_at=morning)
    return kept


def _settle(ids: list[UUID], state: str, reason: str) -> None:
    """End messages that will not be sent; nothing of them stays but that they were."""
    models.Message.objects.filter(id__in=ids).update(state=state, reason=reason, address_cipher=None, text_cipher=None)


def _hand_over(channel: str, rows: list[models.Message], at: datetime, jitter: Jitter) -> list[_Outcome]:
    provider = providers.for_channel(channel)
    if provider is None:
        return [_later(row, "no_provider", at, jitter) for row in rows]
    texts = [(row, _opened(row)) for row in rows]
    if provider.width == 1:
        return [_one(provider, row, text, at, jitter) for row, text in texts]
    with ThreadPoolExecutor(provider.width) as pool:
        return list(pool.map(lambda pair: _one(provider, pair[0], pair[1], at, jitter), texts))


def _opened(row: models.Message) -> Outgoing:
    """The message in clear, in memory only."""
    if row.address_cipher:
        address = settings.KEYS.open(row.address_cipher, purpose="message")
    else:
        phone, email, _ = people.contact(row.person_id) if row.person_id else ("", "", "")
        address = phone if row.channel == "sms" else email
    text = settings.KEYS.open(row.text_cipher, purpose="message")
    return Outgoing(row.id, row.channel, address, text, templates.ALL[row.template].subject(row.language), row.template)


def _one(provider: providers.Provider, row: models.Message, text: Outgoing, at: datetime, jitter: Jitter) -> _Outcome:
    try:
        if not text.address:
            raise providers.Permanent("no_address")
        sent: Sent = provider.send(text)
    except providers.Temporary as trouble:
        return _later(row, str(trouble), at, jitter, provider.name)
    except providers.Permanent as trouble:
        return _Outcome(row.id, "failed_permanent", str(trouble), provider.name)
    except providers.Unsure as trouble:
        return _Outcome(row.id, "unknown", str(trouble), provider.name)
    except Exception as trouble:
        log.warning("message %s: %s failed (%s)", row.id, provider.name, type(trouble).__name__)
        return _Outcome(row.id, "unknown", type(trouble).__name__, provider.name)
    return _Outcome(row.id, "delivered" if sent.final else "submitted", "", provider.name, sent.provider_id)


def _later(row: models.Message, reason: str, at: datetime, jitter: Jitter, provider: str = "") -> _Outcome:
    """Wait before the next try: full jitter under a bound that doubles, up to an hour."""
    first = templates.ALL[row.template].first_wait
    bound = min(LONGEST_WAIT, first * 2 ** min(row.attempts - 1, 12))
    wait = timedelta(seconds=jitter(first.total_seconds() / 2, bound.total_seconds()))
    return _Outcome(row.id, "pending", reason, provider, due_at=at + wait)


_WRITE = """
UPDATE message m SET state = o.state, reason = o.reason, provider = o.provider, provider_id = o.provider_id, leased_until = o.until,
  due_at = coalesce(o.due, m.due_at), sent_at = CASE WHEN o.state IN ('submitted', 'delivered') THEN %s ELSE m.sent_at END,
  delivered_at = CASE WHEN o.state = 'delivered' THEN %s ELSE m.delivered_at END,
  address_cipher = CASE WHEN o.wiped THEN NULL ELSE m.address_cipher END, text_cipher = CASE WHEN o.wiped THEN NULL ELSE m.text_cipher END
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::bool[])
  AS o(id, state, reason, provider, provider_id, due, until, wiped)
WHERE m.id = o.id AND m.state = 'leased'
"""


@transaction.atomic
def _record(outcomes: list[_Outcome], at: datetime) -> None:
    until = at + RECEIPT_WAIT
    columns: list[list[Any]] = [
        [one.id for one in outcomes], [one.state for one in outcomes], [one.reason for one in outcomes],
        [one.provider for one in outcomes], [one.provider_id for one in outcomes], [one.due_at for one in outcomes],
        [until if one.state == "unknown" else None for one in outcomes], [one.wiped for one in outcomes],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [at, at, *columns])
    named = {one.provider_id for one in outcomes if one.state == "submitted" and one.provider_id}
    for early in models.EarlyReceipt.objects.filter(provider_id__in=named) if named else ():
        apply_receipt(early.provider, early.provider_id, early.outcome, at)


def apply_receipt(provider: str, provider_id: str, outcome: str, at: datetime) -> bool:
    """Write down what became of a submitted message; False when no message is known under this id yet."""
    rows = models.Message.objects.filter(provider=provider, provider_id=provider_id)
    found: UUID | None = rows.values_list("id", flat=True).first()
    if found is None:
        return False
    open_rows = models.Message.objects.filter(id=found, state__in=["submitted", "unknown", "leased", "pending"])
    state = "delivered" if outcome == "delivered" else "failed_permanent"
    done = {"delivered_at": at} if outcome == "delivered" else {"reason": outcome}
    open_rows.update(state=state, address_cipher=None, text_cipher=None, **done)
    models.EarlyReceipt.objects.filter(provider=provider, provider_id=provider_id).delete()
    return True


def tidy(at: datetime) -> bool:
    """Take back what a dead worker held, decide what stayed unknown, and wipe what is over. Returns whether there was work."""
    held = models.Message.objects.filter(state="leased", leased_until__lt=at).update(
        state="unknown", reason="worker_lost", leased_until=at + RECEIPT_WAIT
    )
    again = [name for name, form in templates.ALL.items() if form.on_unknown == templates.RESEND]
    unknown = models.Message.objects.filter(state="unknown")
    resent = unknown.filter(template__in=again, expires_at__gt=at).update(state="pending", due_at=at)
    waited = unknown.exclude(template__in=again).filter(leased_until__lt=at, expires_at__gt=at)
    resent += waited.filter(attempts__lt=ONE_MORE).update(state="pending", due_at=at)
    waited.filter(attempts__gte=ONE_MORE).update(state="dead", address_cipher=None, text_cipher=None)
    over = models.Message.objects.filter(expires_at__lte=at, text_cipher__isnull=False)
    wiped = over.filter(state="pending", attempts=0).update(
        state="expired", reason="too_late", address_cipher=None, text_cipher=None
    )
    wiped += over.filter(state__in=["pending", "unknown"]).update(state="dead", address_cipher=None, text_cipher=None)
    wiped += over.exclude(state="leased").update(address_cipher=None, text_cipher=None)
    models.EarlyReceipt.objects.filter(received_at__lt=at - timedelta(days=7)).delete()
    return bool(held + resent + wiped)
