"""Build the vaccination certificate's payload (EU-DCC 1.3.0) from the facts of a record."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from khien.certificates import valuesets
from khien.certificates.transliterate import LONGEST, transliterate
from khien.certificates.types import TravelFields
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.names import split

VERSION = "1.3.0"
COUNTRY = "VN"
_UVCI_PREFIX = "URN:UVCI:01:"
_UVCI_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_LONGEST_UVCI = 72  # without its checksum; EU guidelines on verifiable vaccination certificates, annex 2


@dataclass(frozen=True, slots=True)
class DoseFacts:
    """What a certificate says of a person's latest dose. `ordinal` counts the valid doses received, this one included."""

    full_name: str
    born: PartialDate | None
    vaccine: str
    primary_doses: int
    ordinal: int
    given_on: date
    issuer: str
    identifier: str
    nationality: str = COUNTRY


def build(facts: DoseFacts) -> dict[str, Any]:
    """Build the payload.

    Raises Refused: certificates.vaccine_without_code, certificates.name_not_writable, certificates.birth_out_of_range.
    """
    product = valuesets.product(facts.vaccine)
    if product is None:
        raise Refused("certificates.vaccine_without_code", vaccine=facts.vaccine)
    number, series = dose_of_series(facts.ordinal, facts.primary_doses)
    return {
        "ver": VERSION,
        "nam": name(facts.full_name),
        "dob": birth(facts.born),
        "v": [
            {
                "tg": valuesets.COVID_19,
                "vp": product.vp,
                "mp": product.mp,
                "ma": product.ma,
                "dn": number,
                "sd": series,
                "dt": facts.given_on.isoformat(),
                "co": COUNTRY,
                "is": facts.issuer[:80],
                "ci": facts.identifier,
            }
        ],
    }


def name(full_name: str) -> dict[str, str]:
    """Part a name: the first word is the family's, the rest is given; as written, and as machines write it.

    Raises Refused certificates.name_not_writable when no letter of a part can be written in A to Z.
    """
    parts = split(unicodedata.normalize("NFC", full_name))
    written = {"fn": parts.family, "gn": parts.given}
    found: dict[str, str] = {}
    for field, text in written.items():
        if not text:
            continue
        machine = transliterate(text)
        if not machine:
            raise Refused("certificates.name_not_writable")
        found[field], found[field + "t"] = text[:LONGEST].strip(), machine
    return found


def birth(born: PartialDate | None) -> str:
    """Write a birth date as far as it is known: YYYY-MM-DD, YYYY-MM, YYYY, or nothing. Never an invented 1 January."""
    if born is None:
        return ""
    if not 1900 <= born.year <= 2099:
        raise Refused("certificates.birth_out_of_range", year=born.year)
    parts = [f"{born.year:04}"] + [f"{part:02}" for part in (born.month, born.day) if part]
    return "-".join(parts)


def dose_of_series(ordinal: int, primary_doses: int) -> tuple[int, int]:
    """The dose's number and the doses of its series (`dn`, `sd`).

    Within the primary series 1/2, 2/2; a booster after one dose 2/1; any other booster n/n.
    Source: Implementing Decision (EU) 2021/2288, annex.
    """
    if ordinal < 1 or primary_doses < 1:
        raise ValueError("doses are counted from one")
    if ordinal <= primary_doses or primary_doses == 1:
        return ordinal, primary_doses
    return ordinal, ordinal


def uvci(unique: str) -> str:
    """Make a certificate's identifier from an opaque text: URN:UVCI:01:VN:...#checksum (ISO/IEC 7812-1, modulo 38)."""
    body = f"{_UVCI_PREFIX}{COUNTRY}:{unique.upper()}"
    if not unique or len(body) > _LONGEST_UVCI or any(character not in _UVCI_ALPHABET for character in body):
        raise ValueError("letters, digits, / and : only, 72 characters in all")
    return f"{body}#{checksum(body)}"


def checksum(body: str) -> str:
    """The check character of an identifier."""
    size = len(_UVCI_ALPHABET)
    total = 0
    for place, character in enumerate(reversed(body)):
        product = _UVCI_ALPHABET.index(character) * (2 - place % 2)
        total += product // size + product % size
    return _UVCI_ALPHABET[-total % size]


def travel_fields(certificate: dict[str, Any], *, nationality: str, doses_received: int) -> TravelFields:
    """Lay a payload out as the eleven fields that are printed and shown beside the QR code."""
    entry, names = certificate["v"][0], certificate["nam"]
    return TravelFields(
        name=f"{names.get('fn', '')} {names.get('gn', '')}".strip(),
        born=certificate["dob"],
        nationality=nationality,
        disease=valuesets.display("disease-agent-targeted", entry["tg"]),
        doses_received=doses_received,
        date=date.fromisoformat(entry["dt"][:10]),
        dose_number=f"{entry['dn']}/{entry['sd']}",
        vaccine=valuesets.display("vaccine-prophylaxis", entry["vp"]),
        product=valuesets.display("vaccine-medicinal-product", entry["mp"]),
        maker=valuesets.display("vaccine-mah-manf", entry["ma"]),
        certificate_id=entry["ci"],
    )
