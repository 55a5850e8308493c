"""Offers: what the rules allowed for one person and one slot, sealed for a quarter of an hour, so that taking it is one call."""

import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings

from khien.booking import due, kept, queries
from khien.booking.types import Dose, Offer, OpenSlot
from khien.campaigns import queries as campaigns
from khien.campaigns import rules
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.people import queries as people

LASTS = timedelta(minutes=15)
FIRST = ("primary", 1)


def offers(person_id: UUID, registration_id: UUID, *, at: datetime, limit: int = 40) -> list[Offer]:
    """The slots near home that the rules allow this person, each with the seal that `book_own` asks for."""
    card = people.person(person_id)
    since = max(at, clock.at_local(clock.on_date(at)))
    who, past = immunizations.recipient(person_id), immunizations.past_doses(person_id)
    book = campaigns.rulebook(clock.on_date(at))
    found: list[Offer] = []
    closed: dict[tuple[UUID, str], bool] = {}
    for vaccine in due.vaccines_for(person_id, clock.on_date(at)):
        for slot in queries.open_slots(vaccine, card.place if card else None, since, limit=limit):
            verdict = rules.check_dose(book, who, past, vaccine, slot.on_date)
            if verdict.allowed:
                dose = Dose(verdict.dose_type.value, verdict.ordinal)
                if (dose.dose_type, dose.ordinal) == FIRST and _closed(slot, closed):
                    continue
                found.append(Offer(slot, dose, seal(person_id, registration_id, slot.slot.site_id, slot.slot.id, dose, at=at)))
    return sorted(found, key=lambda one: (one.slot.near, one.slot.slot.starts_at, one.slot.slot.id))[:limit]


def _closed(slot: OpenSlot, asked: dict[tuple[UUID, str], bool]) -> bool:
    """Whether first doses may not take this session's places; asked once for each session and product."""
    key = (slot.slot.session_id, slot.slot.vaccine)
    if key not in asked:
        asked[key] = kept.kept_for_later(*key, slot.on_date) is not None
    return asked[key]


def seal(person_id: UUID, registration_id: UUID, site_id: UUID, slot_id: UUID, dose: Dose, *, at: datetime) -> str:
    """The seal of an offer: until when, which dose, and a keyed hash over all of it."""
    told = f"{int((at + LASTS).timestamp())}.{dose.dose_type}.{dose.ordinal}"
    return f"{told}.{_hash(told, person_id, registration_id, site_id, slot_id)}"


def read(text: str, person_id: UUID, registration_id: UUID, site_id: UUID, slot_id: UUID, *, at: datetime) -> Dose:
    """The dose that a seal allows these ids. Raises Refused booking.offer_over for a false or an old one."""
    told, _, proof = text.rpartition(".")
    right = _hash(told, person_id, registration_id, site_id, slot_id)
    if not hmac.compare_digest(proof.encode(), right.encode()):
        raise Refused("booking.offer_over")
    until, dose_type, ordinal = told.split(".")
    if datetime.fromtimestamp(int(until), UTC) < at:
        raise Refused("booking.offer_over")
    return Dose(dose_type, int(ordinal))


def _hash(told: str, *ids: UUID) -> str:
    return settings.KEYS.hash("|".join((told, *map(str, ids))), purpose="offer")[:40]
