"""How the machinery is doing, for the page of the system's state."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """Events that are due and not handled, for how long the oldest has been (seconds), and those given up."""

    waiting: int
    lag_seconds: float
    dead: int


def outbox(at: datetime) -> OutboxHealth:
    """The state of deliveries at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(due_at), (SELECT count(*) FROM outbox_delivery WHERE state = 'dead')"
            " FROM outbox_delivery WHERE state = 'pending' AND due_at <= %s",
            [at],
        )
        waiting, oldest, dead = cursor.fetchone()
    return OutboxHealth(waiting, (at - oldest).total_seconds() if oldest else 0.0, dead)
