"""Keyed hashes and seals of this room: one place says which purpose seals what."""

import re

from django.conf import settings

from khien.kernel import identifiers, phones
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, IdType

_EVERY_KIND = (None, IdType.CCCD, IdType.CMND, IdType.BHYT, IdType.PASSPORT)
_TWELVE_DIGITS = (IdType.CCCD, IdType.BHYT, IdType.PASSPORT)  # an identity card of any age reads as the personal number it holds
_TWELVE = re.compile("[0-9]{12}")


def number_hash(number: Identified) -> str:
    """The look-up hash of a number: type, issuing country and normalised value."""
    value = identifiers.hash_value(number.type, number.value)
    return settings.KEYS.hash(f"{number.type}|{number.country}|{value}", purpose="identifier")


def number_hashes(text: str) -> set[str]:
    """The look-up hashes of a number as typed, of whatever kind it may be."""
    read = set()
    for type in _TWELVE_DIGITS if _TWELVE.fullmatch(text) else _EVERY_KIND:
        try:
            number = identifiers.read_identifier(text, type)
        except Refused:
            continue
        read.add((number.type, number.country, identifiers.hash_value(number.type, number.value)))
    return {settings.KEYS.hash("|".join(one), purpose="identifier") for one in read}


def phone_hash(e164: str) -> str:
    return settings.KEYS.hash(e164, purpose="phone") if e164 else ""


def e164(phone: str) -> str:
    """A phone in one form; raises Refused phones.*."""
    return phones.read_phone(phone).e164 if phone else ""


def seal(text: str, purpose: str) -> bytes | None:
    """Sealed text, nothing for an empty one."""
    return settings.KEYS.seal(text, purpose=purpose) if text else None


def unseal(sealed: bytes | memoryview | None, purpose: str) -> str:
    return settings.KEYS.open(sealed, purpose=purpose)


def current_key() -> str:
    return settings.KEYS.current


NONE = IdType.NONE
