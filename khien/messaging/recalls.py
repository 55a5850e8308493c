"""A confirmed recall told to everyone who received the lot: page after page, each person once for each dose."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.immunizations import queries as immunizations
from khien.messaging import outgoing, wording
from khien.people import queries as people
from khien.plumbing import outbox
from khien.stock import queries as stock

PAGE = 300


@transaction.atomic
def recalled(data: dict[str, Any], at: datetime) -> None:
    """Write a page of messages and ask for the next; a recall lifted in the meantime tells nobody more."""
    recall = stock.recall(UUID(str(data["recall_id"])))
    if recall is None or recall.state != "confirmed":
        return
    after = UUID(str(data["after_id"])) if data.get("after_id") else None
    scopes = None if recall.scope.kind == "nation" else (recall.scope,)
    page = immunizations.recipients_of_lot(recall.lot.id, scopes, after=after, limit=PAGE)
    cards = people.cards_of([dose.person_id for dose in page])
    for dose in page:
        card = cards.get(dose.person_id)
        if card is None:
            continue
        facts = wording.hotlines() | {
            "name": wording.name(card), "day": wording.day(dose.on_date), "link": wording.link("/so/", card.language)
        }
        outgoing.queue(cause=f"recall:{recall.id}:{dose.record_id}", template="lot_recalled", facts=facts, person_id=card.id, at=at)
    if len(page) == PAGE:
        outbox.publish("messaging.recall_continued", at=at, recall_id=recall.id, after_id=page[-1].record_id)
