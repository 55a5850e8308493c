"""People as pages show them: many at once, few look-ups, numbers masked."""

from collections.abc import Iterable
from uuid import UUID

from khien.kernel import phones
from khien.kernel.births import PartialDate
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places

from . import aliases, keys, reading, rules
from .models import Guardian, Identifier, Person
from .types import GuardianCard, PersonCard

# Which number stands on a card, and which state of it, when a person has several.
_TYPE_ORDER = {"cccd": 0, "passport": 1, "cmnd": 2, "bhyt": 3, "birth_certificate": 4, "none": 5}
_STATE_ORDER = {"verified": 0, "disputed": 1, "claimed": 1, "former": 9}


def birth_of(row: Person) -> PartialDate:
    return PartialDate(row.birth_year, row.birth_month, row.birth_day)


def place_of(row: Person) -> PlaceFacts:
    return PlaceFacts(row.province_2021, row.district_2021, row.commune_2021, row.province_2025, row.commune_2025)


def cards(rows: Iterable[Person]) -> list[PersonCard]:
    """A card for each row, in the same order."""
    people = list(rows)
    ids = [row.id for row in people]
    numbers = main_numbers(ids)
    guardians = {g.person_id: g for g in reading.guardians(ids)}
    words: dict[str, str] = {}
    return [_card(row, numbers.get(row.id), guardians.get(row.id), words) for row in people]


def main_numbers(ids: Iterable[UUID]) -> dict[UUID, Identifier]:
    """The number to show for each person: a CCCD before a passport, a present one before a former."""
    owner = aliases.members(ids)
    best: dict[UUID, Identifier] = {}
    for row in reading.identifiers(owner):
        known = best.get(owner[row.person_id])
        if known is None or _rank(row) < _rank(known):
            best[owner[row.person_id]] = row
    return best


def _rank(row: Identifier) -> tuple[bool, int, int]:
    return row.state == "former", _TYPE_ORDER[row.type], _STATE_ORDER[row.state]


def masked(number: Identifier | None) -> str:
    """The last four characters of a number, nothing for a person without one."""
    if number is None or number.type == "none":
        return ""
    return rules.masked_number(keys.unseal(number.value_cipher, "identifier"))


def unit_name(key: str, known: dict[str, str]) -> str:
    """The full name of a unit, asked once."""
    if key not in known:
        unit = places.unit(key)
        known[key] = unit.full_name if unit else ""
    return known[key]


def _card(row: Person, number: Identifier | None, guardian: Guardian | None, words: dict[str, str]) -> PersonCard:
    commune, district, province = _place_words(row, words)
    phone = keys.unseal(row.phone_cipher, "phone")
    return PersonCard(
        id=row.id, full_name=row.full_name, birth=birth_of(row), sex=row.sex, identity_state=row.identity_state,
        identifier_type=number.type if number else "", identifier_masked=masked(number),
        identifier_state=number.state if number else "", phone_masked=phones.masked(phone) if phone else "",
        takes_sms=phones.takes_sms(phone), phone_verified=row.phone_verified_at is not None, phone_contact_only=row.phone_contact_only,
        nationality=row.nationality, ethnic_code=row.ethnic_code, occupation=row.occupation, work_unit=row.work_unit,
        place=place_of(row), commune=commune, district=district, province=province, neighbourhood=row.neighbourhood,
        household=row.household, language=row.language, guardian=_guardian(guardian), died_on=row.died_on,
        recorded_at=row.recorded_at, source=row.source, version=row.version, has_email=row.email_cipher is not None,
    )  # fmt: skip


def _place_words(row: Person, words: dict[str, str]) -> tuple[str, str, str]:
    """Names of the epoch in which the place was told."""
    codes = (
        (row.commune_2025, "", row.province_2025)
        if row.epoch == "2025"
        else (row.commune_2021, row.district_2021, row.province_2021)
    )
    return tuple(unit_name(f"{row.epoch}-{code}", words) if code else "" for code in codes)  # type: ignore[return-value]


def _guardian(row: Guardian | None) -> GuardianCard | None:
    if row is None:
        return None
    phone = keys.unseal(row.phone_cipher, "phone")
    return GuardianCard(
        keys.unseal(row.name_cipher, "name"), phones.masked(phone) if phone else "", row.relation, row.guardian_person_id
    )
