"""A walk-in's facts as a desk tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khien.kernel import cccd_card, clock, names
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import IdType, read_identifier, without_papers
from khien.kernel.sex import Sex
from khien.people.rules import GUARDIAN_RELATIONS
from khien.people.types import NewGuardian, NewPerson
from khien.visits.bodies import part, text


def new_person(raw: Any, at: datetime) -> NewPerson:
    """A walk-in's facts: from the text of a scanned card (`scan`), or as typed.

    Raises Refused: visits.name_mangled, cards.*, births.*, identifiers.*, commands.unreadable.
    """
    if not isinstance(raw, Mapping):
        raise Refused("commands.unreadable", field="person")
    guardian, reason = part(raw, "guardian"), text(raw, "no_identifier_reason")
    if reason:
        without_papers(reason)
    contact: dict[str, Any] = {
        "phone": text(raw, "phone"), "place_key": text(raw, "place_key"), "address": text(raw, "address"),
        "occupation": text(raw, "occupation"), "work_unit": text(raw, "work_unit"), "no_identifier_reason": reason,
        "guardian": new_guardian(guardian) if guardian else None,
    }  # fmt: skip
    if raw.get("scan"):
        card = cccd_card.read_card(text(raw, "scan"))
        contact["address"] = contact["address"] or card.address
        others = (card.former,) if card.former else ()
        name = _name(text(raw, "full_name")) if card.mangled else card.name
        if not name:
            raise Refused("visits.name_mangled")  # an input method altered the scan: the name is typed from the card
        return NewPerson(name, card.birth, card.sex, identifier=card.number, other_identifiers=others, **contact)
    birth = PartialDate.from_iso(text(raw, "birth"))
    if birth.is_after(clock.on_date(at)):
        raise Refused("births.in_future")
    sex = text(raw, "sex", Sex.UNKNOWN.value)
    if sex not in set(Sex):
        raise Refused("commands.unreadable", field="sex")
    number_text = text(raw, "identifier")
    kind = text(raw, "identifier_type")
    if kind not in ("", *IdType):
        raise Refused("commands.unreadable", field="identifier_type")
    identifier = read_identifier(number_text, kind or None) if number_text else None
    return NewPerson(_name(text(raw, "full_name")), birth, sex, identifier=identifier, **contact)


def _name(typed: str) -> str:
    """A name as on the card, also where a hurried hand typed it in small letters or all in capitals."""
    return names.title_case(names.normalise(typed))


def new_guardian(raw: Mapping[str, Any]) -> NewGuardian:
    """Who answers for a minor. Raises Refused: people.relation_unknown, commands.unreadable, commands.too_long."""
    relation = text(raw, "relation", "other")
    if relation not in GUARDIAN_RELATIONS:
        raise Refused("people.relation_unknown")
    return NewGuardian(_name(text(raw, "full_name", most=200)), text(raw, "phone"), relation)
