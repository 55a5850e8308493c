"""What pages may ask about messages: states, never texts, but for the demo's own page."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from khien.messaging import models, sms
from khien.messaging.types import DemoMessageInfo, MessageInfo
from khien.people import queries as people


def of_person(person_id: UUID, *, limit: int = 50) -> list[MessageInfo]:
    """The messages to a person, the latest first."""
    rows = models.Message.objects.filter(person_id__in=people.ids_of(person_id)).order_by("-recorded_at", "-id")
    return [_info(row) for row in rows[:limit]]


def of_cause(cause: str) -> list[MessageInfo]:
    """The messages that one thing caused."""
    return [_info(row) for row in models.Message.objects.filter(cause=cause).order_by("recorded_at", "id")]


def of_causes(prefix: str) -> dict[str, int]:
    """How many messages are in each state, of all causes that begin so (a recall's recipients)."""
    rows = models.Message.objects.filter(cause__startswith=prefix).values_list("state").annotate(n=Count("id"))
    return {state: n for state, n in rows.order_by()}


def troubled(*, after: UUID | None = None, limit: int = 50) -> list[MessageInfo]:
    """Messages that nobody got: refused for good, given up, or unknown; the latest first, paged by key."""
    rows = models.Message.objects.filter(state__in=["failed_permanent", "dead", "unknown"])
    rows = rows.filter(id__lt=after) if after else rows
    return [_info(row) for row in rows.order_by("-id")[:limit]]


def counts(since: datetime | None = None) -> dict[str, int]:
    """How many messages are in each state."""
    rows = models.Message.objects.filter(recorded_at__gte=since) if since else models.Message.objects.all()
    return Counter({state: total for state, total in rows.values_list("state").annotate(total=Count("id"))})


def demo_messages(limit: int = 100, address: str = "", template: str = "") -> list[DemoMessageInfo]:
    """What the demo's provider received, the latest first; only to one address, only of one template, when it is named."""
    rows = models.DemoMessage.objects.filter(**{name: value for name, value in (("address", address), ("template", template)) if value})
    return [_demo(row) for row in rows.order_by("-received_at", "-id")[:limit]]


def _demo(row: models.DemoMessage) -> DemoMessageInfo:
    cost = sms.cost(row.text) if row.channel == "sms" else sms.Cost("", 0, 0)
    return DemoMessageInfo(row.id, row.channel, row.address, row.text, row.template, row.received_at, cost.encoding, cost.parts)


def _info(row: models.Message) -> MessageInfo:
    return MessageInfo(
        row.id, row.person_id, row.cause, row.template, row.channel, row.language, row.state, row.reason, row.attempts, row.due_at,
        row.recorded_at, row.sent_at, row.delivered_at,
    )  # fmt: skip
