"""What may be done with messages: the door of this room."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.messaging import models
from khien.messaging.again import resend_certificate
from khien.messaging.delivery import apply_receipt, deliver_due, tidy
from khien.messaging.outgoing import queue, withdraw
from khien.messaging.reminders import remind_due
from khien.plumbing import audit

__all__ = ["deliver_due", "queue", "record_receipt", "remind_due", "replay", "resend_certificate", "tidy", "withdraw"]


@transaction.atomic
def record_receipt(*, provider: str, provider_id: str, outcome: str, at: datetime) -> bool:
    """Keep what a provider says became of a message: "delivered", or a short code of why not.

    A receipt may come twice, or before the acknowledgement; it is kept until its message is known. Returns whether it was.
    """
    if apply_receipt(provider, provider_id, outcome, at):
        return True
    models.EarlyReceipt.objects.bulk_create(
        [models.EarlyReceipt(provider=provider, provider_id=provider_id, outcome=outcome[:40], received_at=at)],
        ignore_conflicts=True,
    )
    return False


@transaction.atomic
def replay(*, message_id: UUID, by: Actor, at: datetime) -> None:
    """Send once more what was refused for good (a gateway's setting was wrong), while it is worth sending.

    Raises Refused: messaging.message_unknown, messaging.cannot_replay.
    """
    row = models.Message.objects.select_for_update().filter(id=message_id).first()
    if row is None:
        raise Refused("messaging.message_unknown")
    if row.state != "failed_permanent" or row.text_cipher is None or row.expires_at <= at:
        raise Refused("messaging.cannot_replay")
    models.Message.objects.filter(id=row.id).update(state="pending", due_at=at, reason="replayed")
    audit.record("messaging.replayed", by=by, at=at, subject=f"message:{row.id}", person=row.person_id, template=row.template)
