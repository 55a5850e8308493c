"""Send once more what a person says never came."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.certificates import queries as certificates
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.messaging import outgoing, wording
from khien.people import queries as people
from khien.plumbing import audit


@transaction.atomic
def resend_certificate(*, certificate_id: UUID, by: Actor, at: datetime) -> None:
    """Tell again that a certificate is ready, at most once an hour. Raises Refused: messaging.not_issued, messaging.sent_already."""
    found = certificates.certificate(certificate_id)
    card = people.person(found.person_id) if found else None
    if found is None or card is None or found.state != "issued":
        raise Refused("messaging.not_issued")
    facts = {"name": wording.name(card), "day": wording.day(found.on_date), "link": wording.link("/so", card.language)}
    cause = f"certificate:{found.id}:{at:%Y%m%d%H}"
    if not outgoing.queue(cause=cause, template="certificate", facts=facts, person_id=card.id, at=at):
        raise Refused("messaging.sent_already")
    audit.record("messaging.certificate_resent", by=by, at=at, subject=f"certificate:{found.id}", person=card.id)
