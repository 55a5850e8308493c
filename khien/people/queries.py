"""What other rooms and pages may ask about people."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from khien.kernel import names, phones
from khien.kernel.births import PartialDate
from khien.kernel.cccd_card import Card
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, IdType
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.plumbing import once

from . import aliases, cards, keys, reading, rules
from .accounts import account_of_phone, account_ref, linked, links_of, may_open, opener, phone_of_record
from .holding import find_by_identifier, holder_born, holders
from .keys import number_hashes
from .matching import alike, match_many
from .meeting import facts_of
from .models import Guardian, Identifier, NameWord, Person, PersonVersion
from .otp import code_for_sending, opened_by_code, proof
from .pairs import cards_of, duplicates, merges_of
from .pins import pinned
from .reading import PEOPLE, account
from .types import (
    Basics,
    IdentifierCard,
    Match,
    PersonCard,
    PersonDetails,
    VersionInfo,
)
from .versions import opened

__all__ = [
    "PEOPLE",
    "account",
    "account_of_phone",
    "account_ref",
    "alike",
    "basics",
    "cards_of",
    "code_for_sending",
    "compare",
    "contact",
    "current_id",
    "current_ids",
    "death_told_as",
    "details",
    "died",
    "duplicates",
    "find_by_identifier",
    "holder_born",
    "holders",
    "identifiers_of",
    "ids_of",
    "linked",
    "links_of",
    "match_card",
    "match_many",
    "may_open",
    "members",
    "merges_of",
    "number_hash",
    "number_hashes",
    "opened_by_code",
    "opener",
    "person",
    "phone_hash",
    "phone_of_record",
    "pinned",
    "proof",
    "reach",
    "search",
    "versions",
]  # fmt: skip


def person(person_id: UUID) -> PersonCard | None:
    """The person as a card; a merged record gives its survivor."""
    now = aliases.current(person_id)
    row = reading.persons([now]).get(now)
    return cards.cards([row])[0] if row else None


def basics(person_ids: Iterable[UUID]) -> dict[UUID, Basics]:
    """Name, birth, sex and place of many, by the id asked; nothing sealed is opened."""
    current = aliases.currents(person_ids)
    rows = reading.persons(current.values())
    return {
        asked: Basics(
            row.id, row.full_name, cards.birth_of(row), row.sex, cards.place_of(row), row.neighbourhood, row.household,
            row.died_on, row.phone_hash,
        )
        for asked, now in current.items()
        if (row := rows.get(now))
    }  # fmt: skip


def reach(person_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Phone and address in clear of many, for a call sheet (the surface logs the reads)."""
    current = aliases.currents(person_ids)
    rows = reading.persons(current.values())
    return {
        asked: (keys.unseal(row.phone_cipher, "phone"), keys.unseal(row.address_cipher, "address"))
        for asked, now in current.items()
        if (row := rows.get(now))
    }


def current_id(person_id: UUID) -> UUID:
    """The record that survives; itself when it was never merged."""
    return aliases.current(person_id)


def current_ids(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The surviving record of each."""
    return aliases.currents(person_ids)


def phone_hash(phone: str) -> str:
    """The look-up hash of a phone, to compare with a proof. Raises Refused phones.*."""
    return keys.phone_hash(keys.e164(phone))


def number_hash(identified: Identified) -> str:
    """The look-up hash of a number."""
    return keys.number_hash(identified)


def ids_of(person_id: UUID) -> list[UUID]:
    """Every id under which this person's rows may stand, the surviving one first."""
    return aliases.all_ids(person_id)


def members(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Every id under which rows of these surviving people may stand -> the surviving id."""
    return aliases.members(person_ids)


def died(person_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these people are recorded as dead, by the id asked."""
    current = aliases.currents(person_ids)
    dead = set(Person.objects.filter(id__in=set(current.values()), died_on__isnull=False).values_list("id", flat=True))
    return {asked for asked, now in current.items() if now in dead}


def death_told_as(person_id: UUID) -> str:
    """The reason under which a person's death was written on the record; "" for the living."""
    now = aliases.current(person_id)
    if not Person.objects.filter(id=now, died_on__isnull=False).exists():
        return ""
    told = PersonVersion.objects.filter(person_id=now, changed__contains=["died_on"]).order_by("-version")
    return told.values_list("reason", flat=True).first() or ""


def details(person_id: UUID) -> PersonDetails | None:
    """A person's facts in clear: for the person, and for staff whose desk needs them (the surface logs the read)."""
    row = Person.objects.filter(id=aliases.current(person_id)).first()
    if row is None:
        return None
    rows = list(Identifier.objects.filter(person_id=row.id).order_by("recorded_at"))
    number = cards.main_numbers([row.id]).get(row.id)
    insurance = next((n for n in rows if n.type == IdType.BHYT and n.state != "former"), None)
    guardian = Guardian.objects.filter(person_id=row.id, ended_at=None).order_by("-recorded_at").first()
    return PersonDetails(
        card=cards.cards([row])[0],
        identifier=keys.unseal(number.value_cipher, "identifier") if number and number.type != "none" else "",
        insurance=keys.unseal(insurance.value_cipher, "identifier") if insurance else "",
        phone=keys.unseal(row.phone_cipher, "phone"),
        email=keys.unseal(row.email_cipher, "address"),
        address=keys.unseal(row.address_cipher, "address"),
        identifiers=tuple(_identifier_card(n) for n in rows),
        guardian_phone=keys.unseal(guardian.phone_cipher, "phone") if guardian else "",
    )


def _identifier_card(row: Identifier) -> IdentifierCard:
    return IdentifierCard(row.id, row.type, row.country, cards.masked(row), row.state, row.how, row.reason, row.recorded_at)


def identifiers_of(person_id: UUID) -> list[IdentifierCard]:
    """Every number the person was known by, former ones too."""
    rows = Identifier.objects.filter(person_id__in=aliases.all_ids(person_id)).order_by("recorded_at")
    return [_identifier_card(row) for row in rows]


def versions(person_id: UUID) -> list[VersionInfo]:
    """Particulars as they stood before each correction, the latest first."""
    rows = PersonVersion.objects.filter(person_id__in=aliases.all_ids(person_id)).order_by("-recorded_at")
    return [
        VersionInfo(
            row.version, tuple(row.changed), opened(row.particulars_cipher), row.reason, row.recorded_at, row.recorded_by
        )
        for row in rows
    ]


COMMON = 100_000
_NAMED = "to_tsvector('simple'::regconfig, person.name_key) @@ to_tsquery('simple'::regconfig, %s)"  # the index person_name_words


def search(
    text: str, birth: PartialDate | None = None, scopes: Iterable[Scope] | None = None, limit: int = 20, sex: str = ""
) -> list[PersonCard]:
    """Find people by name (any order, by part, with or without accents), by a number of theirs, or by a phone.

    `scopes` narrows a name or phone to places; a number finds its holder wherever registered. Best matches come first.
    """
    text = text.strip()
    if any(c.isdigit() for c in text):
        found = _by_number(text, scopes)
        return cards.cards(found[:limit])
    words = names.words(text)
    if not words and birth is None:
        return []
    rows = _narrow(_by_words(words), birth, scopes, sex)
    found = list(rows.order_by("name_sort", "id")[: max(limit * 5, 100)])
    return cards.cards(_ranked(_survivors(found), text)[:limit])


def _by_words(words: list[str]) -> QuerySet[Person]:
    """People of whose names every word asked begins some word; the index of words is asked for those that few names have."""
    rows = Person.objects.all()
    for word in words:
        rows = rows.filter(name_key__contains=f" {word}")
    whole = [word for word in dict.fromkeys(words) if word.isalpha()]
    telling = [word for word in whole if not _common(word)] or whole
    return rows.extra(where=[_NAMED], params=[" & ".join(f"{word}:*" for word in telling)]) if telling else rows  # noqa: S610 - bound


@lru_cache(maxsize=4096)
def _common(word: str) -> bool:
    """Say whether very many names have a word that begins so: reading them all would take longer than reading whom the rarer words find.

    Counted once a process: a word that becomes common is only slower to look for until the next start.
    """
    return NameWord.objects.filter(word__startswith=word)[:COMMON].count() == COMMON


def _narrow(rows: QuerySet[Person], birth: PartialDate | None, scopes: Iterable[Scope] | None, sex: str) -> QuerySet[Person]:
    if birth is not None:
        rows = rows.filter(birth_year=birth.year)
        for part, value in (("birth_month", birth.month), ("birth_day", birth.day)):
            if value:
                rows = rows.filter(Q(**{part: value}) | Q(**{f"{part}__isnull": True}))
    if sex:
        rows = rows.filter(sex=sex)
    if scopes is not None:
        rows = rows.filter(places.within(scopes))
    return rows


def _by_number(text: str, scopes: Iterable[Scope] | None) -> list[Person]:
    hashes = keys.number_hashes(text)
    ids = once.shelf("people.of_numbers").get(frozenset(hashes))
    if ids is None:
        ids = set(Identifier.objects.filter(value_hash__in=hashes).values_list("person_id", flat=True))
    found = list(reading.persons(ids).values())
    try:
        phone = keys.phone_hash(phones.read_phone(text).e164)
    except Refused:
        return _survivors(found)
    return _survivors([*found, *_narrow(Person.objects.filter(phone_hash=phone), None, scopes, "").order_by("name_sort")[:100]])


def _survivors(rows: list[Person]) -> list[Person]:
    """Each person once: a merged record stands for its survivor."""
    current = aliases.currents(row.id for row in rows)
    here = {row.id: row for row in rows}
    away = {now for now in current.values() if now not in here}
    here |= {row.id: row for row in Person.objects.filter(id__in=away)} if away else {}
    return [here[id] for id in dict.fromkeys(current[row.id] for row in rows) if id in here]


def _ranked(rows: list[Person], text: str) -> list[Person]:
    """As written before as spelt before folded; within these, Vietnamese order."""
    asked, folded = names.normalise(text).casefold(), names.words(text)

    def rank(row: Person) -> tuple[int, str]:
        if row.full_name.casefold() == asked:
            return 0, row.name_sort
        if asked in row.full_name.casefold():
            return 1, row.name_sort
        own = row.name_key.split()
        return (2 if own == folded else 3 if set(folded) <= set(own) else 4), row.name_sort

    return sorted(rows, key=rank)


def match_card(card: Card) -> Match:
    """Find the holder of a scanned card and say how the record agrees with it."""
    for number in (card.number, card.former):
        holder = find_by_identifier(number) if number else None
        if holder:
            return compare(card, holder)
    return Match("none", None)


def compare(card: Card, person_id: UUID) -> Match:
    """Say whether what a card tells agrees with a record, and name the fields that differ (to staff only).

    A name that an input method mangled is compared without its accents.
    """
    current = aliases.current(person_id)
    known = facts_of([current]).get(current)
    if known is None:
        return Match("none", None)
    told = rules.Facts(card.name, card.birth, str(card.sex), numbers=((str(card.number.type), keys.number_hash(card.number)),))
    differences = list(rules.differences(known, told))
    if card.mangled and "full_name" in differences and names.compare(known.name, card.name) <= names.Match.NEAR:
        differences.remove("full_name")
    if not differences:
        return Match("exact", current)
    return Match("none" if {"full_name", "birth"} <= set(differences) else "probable", current, tuple(differences))


def contact(person_id: UUID) -> tuple[str, str, str]:
    """The phone that a text reaches, e-mail and language in clear, for messaging alone; the guardian's phone when a child has none."""
    now = aliases.current(person_id)
    row = reading.persons([now]).get(now)
    if row is None:
        return "", "", "vi"
    phone = keys.unseal(row.phone_cipher, "phone")
    if not phones.takes_sms(phone):
        guardian = Guardian.objects.filter(person_id=row.id, ended_at=None, phone_cipher__isnull=False).first()
        phone = keys.unseal(guardian.phone_cipher, "phone") if guardian else ""
    return phone if phones.takes_sms(phone) else "", keys.unseal(row.email_cipher, "address"), row.language
