"""Keyed hashes and seals of this room: one place says which purpose seals what."""

from django.conf import settings

from khien.kernel import identifiers, phones
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, IdType


def number_hash(number: Identified) -> str:
    """The look-up hash of a number: type, issuing country and normalised value."""
    value = identifiers.hash_value(number.type, number.value)
    return settings.KEYS.hash(f"{number.type}|{number.country}|{value}", purpose="identifier")


def number_hashes(text: str) -> set[str]:
    """The look-up hashes of a number as typed, of whatever kind it may be."""
    hashes = set()
    for type in (None, IdType.CCCD, IdType.CMND, IdType.BHYT, IdType.PASSPORT):
        try:
            hashes.add(number_hash(identifiers.read_identifier(text, type)))
        except Refused:
            continue
    return hashes


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
