"""Messages to people: address and text encrypted, wiped after delivery or expiry."""

from django.db import models

from khien.messaging.states import NEXT
from khien.plumbing.base import Row, one_of


class Message(Row):
    """One message to one address; a row made in the fact's own transaction. One queue, read by one leader: local."""

    placement = "local"
    person_id = models.UUIDField(null=True)
    cause = models.TextField()
    template = models.TextField()
    language = models.TextField(default="vi")
    channel = models.TextField()
    address_cipher = models.BinaryField(null=True)
    text_cipher = models.BinaryField(null=True)
    lane = models.SmallIntegerField(default=5)
    state = models.TextField(default="pending")
    reason = models.TextField(default="")
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    provider = models.TextField(default="")
    provider_id = models.TextField(default="")
    recorded_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        constraints = [
            one_of("channel", ["sms", "email"], "message_channel"),
            one_of(
                "state",
                list(NEXT),
                "message_state",
            ),
            models.UniqueConstraint("cause", "template", "channel", name="message_once"),
        ]
        indexes = [
            models.Index("lane", "due_at", name="message_due", condition=models.Q(state="pending")),
            models.Index("leased_until", name="message_leased", condition=models.Q(state__in=["leased", "unknown"])),
            models.Index("expires_at", name="message_unwiped", condition=models.Q(text_cipher__isnull=False)),
            models.Index("provider", "provider_id", name="message_provider", condition=~models.Q(provider_id="")),
            models.Index("person_id", models.F("recorded_at").desc(), name="message_person"),
        ]


class EarlyReceipt(Row):
    """A provider's receipt that came before its acknowledgement: kept until the message is known."""

    provider = models.TextField()
    provider_id = models.TextField()
    outcome = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "message_receipt"
        constraints = [models.UniqueConstraint("provider", "provider_id", name="message_receipt_once")]


class DemoMessage(Row):
    """What the demo's provider received: shown at one page, only in a demo."""

    channel = models.TextField()
    address = models.TextField()
    text = models.TextField()
    template = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "demo_message"
        indexes = [models.Index(models.F("received_at").desc(), name="demo_message_at")]
