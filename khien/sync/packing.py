"""What a desk takes along beside the session's pack, to decide without a line as it would decide with one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from khien.access import devices
from khien.access.permissions import StaffRef
from khien.access.types import DeviceRef
from khien.booking import queries as booking
from khien.campaigns.types import PastDose, Recipient
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.plumbing import sealing
from khien.stock import queries as stock
from khien.sync.types import GrantInfo
from khien.visits import commands, offline
from khien.visits import queries as visits


def offline_part(session_id: UUID, persons: Iterable[UUID], grant: GrantInfo, device: DeviceRef, staff: StaffRef, *, at: datetime) -> dict[str, Any]:
    """The facts of a session for a device without a line; JSON's own values, days and moments as text.

    `persons` are those expected and those inside; the caller logs that they were told. Raises Refused visits.session_unknown.
    """
    session = booking.session(session_id)
    if session is None:
        raise Refused("visits.session_unknown")
    key_id, public = sealing.current(settings.KEYS)
    told = {
        "made_at": at,
        "device": {"id": device.id, "letter": device.letter, "counter": visits.highest_number(session_id, device.letter)},
        "grant": {"staff": staff.id, "name": staff.full_name, "since": grant.given_at, "until": grant.until},
        "sealing": {"id": key_id, "key": sealing.text_of(public)},
        "devices": tablets(session.site_id),
        "session_province": session.place.province_2021, "stopped": visits.is_stopped(session_id),
        "people": _people(persons), "visits": visits.standings(session_id), "lots": _lots(session_id, session.site_id),
    }  # fmt: skip
    return commands.as_result(told)


def tablets(site_id: UUID) -> list[dict[str, Any]]:
    """The devices of a point that sign: by these keys a tablet proves another's slip."""
    return [
        {"id": str(one.id), "letter": one.letter, "public_key": sealing.text_of(one.public_key)}
        for one in devices.listed(site_id) if one.public_key
    ]  # fmt: skip


def shelf_keys(site_id: UUID) -> list[tuple[str, str]]:
    """Keys that only a page of the server brings to a device of this point: (id, base64url), the one in use last."""
    return [(key_id, sealing.text_of(key)) for key_id, key in sealing.shelf_keys(settings.KEYS, str(site_id))]


def _people(persons: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Each person as the rules and the desks need to know them."""
    cards = people.cards_of(persons)
    known = immunizations.known_of({card.id: (card.birth, card.sex) for card in cards.values()})
    rows = immunizations.rows_of(card.id for card in cards.values())
    numbers = {str(row.record_id): row.lot_number for several in rows.values() for row in several}
    return {asked: _person(card, *known[card.id], numbers) for asked, card in cards.items()}


def _person(card: PersonCard, recipient: Recipient, past: Iterable[PastDose], numbers: dict[str, str]) -> dict[str, Any]:
    return {
        "name": card.full_name, "birth": card.birth.iso(), "sex": card.sex, "last4": card.identifier_masked[-4:], "identity": card.identity_state,
        "place": card.place_text, "died_on": card.died_on, "settled_birth": recipient.facts.settled_birth,
        "history": [{**offline.dose_json(dose), "lot": numbers.get(dose.ref, "")} for dose in past],
    }  # fmt: skip


def _lots(session_id: UUID, site_id: UUID) -> list[dict[str, Any]]:
    """Every lot that the book knows, as it stands at this point: a strange vial is stopped without a line too."""
    chosen, thawed = visits.lots_chosen(session_id), stock.thaw_ends(site_id)
    known = stock.lots((lot.id for lot in stock.all_lots()), site_id)
    return [
        {**offline.lot_json(lot), "chosen": lot.id in chosen, "paused": chosen.get(lot.id, False), "thaw_before": offline.plain(thawed.get(lot.id))}
        for lot in known.values()
    ]
