"""The demo's provider: keeps what it was handed, for the demo's page of messages."""

from datetime import datetime

from khien.kernel import clock
from khien.messaging.models import DemoMessage
from khien.messaging.providers import Permanent
from khien.messaging.types import Outgoing, Sent


class Demo:
    """Delivers at once into a table that only a demo shows. The same message twice is kept once."""

    name = "demo"
    width = 1

    def send(self, message: Outgoing) -> Sent:
        """Keep the message. Raise Permanent for an empty address, as a real gateway does."""
        if not message.address:
            raise Permanent("no_address")
        DemoMessage.objects.bulk_create([_row(message, clock.now())], ignore_conflicts=True)
        return Sent(str(message.id), final=True)


def _row(message: Outgoing, at: datetime) -> DemoMessage:
    return DemoMessage(
        id=message.id,
        channel=message.channel,
        address=message.address,
        text=message.text,
        template=message.template,
        received_at=at,
    )
