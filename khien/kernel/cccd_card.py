"""The QR on a CCCD card: number|old number|name|ddMMyyyy|sex|address|ddMMyyyy; who knows no day was born MMyyyy, or yyyy.

Keyboard scanners type its text; a Vietnamese input method that is on (Telex, VNI) alters letters, never the digits.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from khien.kernel import legacy_text, names, vietnamese
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, IdType, number_facts, read_identifier
from khien.kernel.sex import Sex


@dataclass(frozen=True, slots=True)
class Card:
    """What the card says. A mangled name is there to compare folded with the person found, and is never saved."""

    number: Identified
    former: Identified | None
    name: str
    birth: PartialDate
    sex: Sex
    address: str
    issued_on: date | None
    mangled: bool


def looks_like_card(text: str) -> bool:
    """Say whether scanned text can be a card's QR: twelve digits first, a birth date and more after them."""
    return re.match(r"\s*\D{0,3}\d{12}\D.*\d{8}", text, re.DOTALL) is not None


def read_card(text: str) -> Card:
    """Read a card's QR text, clean or mangled on its way.

    Raises Refused: cards.not_a_card, cards.birth_unreadable, and those of identifiers.
    """
    scan = unicodedata.normalize("NFC", text).strip().strip("\ufeff")
    fields = scan.split("|")
    if len(fields) >= 6 and re.fullmatch(r"\d{12}", fields[0].strip()):
        return _from_fields([field.strip() for field in fields])
    return _from_digits(scan)


def _date(text: str) -> PartialDate | None:
    """ddMMyyyy, zeros or nothing where the card knows no day or month; None when it is no date."""
    if not re.fullmatch(r"\d{4}|\d{6}|\d{8}", text):
        return None
    text = text.zfill(8)
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        return PartialDate(year, month or None, (day or None) if month else None)
    except Refused:
        return None


def _sex(text: str, number: str) -> Sex:
    """Nam or anything else that begins with N; the number decides when the scan lost the word."""
    word = vietnamese.letters(text)
    if word.startswith("nam"):
        return Sex.MALE
    return Sex.FEMALE if word.startswith("n") else number_facts(number).sex


def _from_fields(fields: list[str]) -> Card:
    """The seven fields stand in their places."""
    number, former, name, born, sex, address = fields[:6]
    birth = _date(re.sub(r"\D", "", born))
    if birth is None:
        raise Refused("cards.birth_unreadable")
    mangled = sex not in ("Nam", "Nữ") or _is_mangled(name, address)
    issued = _date(fields[6]) if len(fields) > 6 else None
    read_sex = _sex(sex, number)
    return Card(
        number=read_identifier(number, IdType.CCCD, read_sex, birth), former=_former(former), name=names.normalise(name), birth=birth,
        sex=read_sex, address=names.normalise(address), issued_on=issued.earliest() if issued and issued.day else None, mangled=mangled,
    )


def _former(text: str) -> Identified | None:
    """The old identity card's number, which many cards do not carry."""
    digits = re.sub(r"\D", "", text)
    try:
        return read_identifier(digits, IdType.CMND) if len(digits) == 9 else None
    except Refused:
        return None


def _is_mangled(name: str, address: str) -> bool:
    """Doubt the letters: signs of damage, no mark anywhere, or a word that is neither Vietnamese nor plainly a name."""
    whole = f"{name} {address}"
    if not name or legacy_text.is_damaged(whole) or legacy_text.repair(name) or legacy_text.repair(address):
        return True
    if re.search(r"\d|[^\w\s'.·-]", name) or not vietnamese.has_marks(whole):
        return True
    if vietnamese.is_vietnamese(name):
        return False
    # Names of ethnic minorities are not Vietnamese syllables; trust them when the address came through whole.
    return bool(re.search(r"[wzfj]|[aeo]{3}|dd", vietnamese.fold(name))) or not vietnamese.has_marks(address)


def _from_digits(scan: str) -> Card:
    """Separators were lost or changed: read the 12 digits, the dates and the sex by their order.

    A birth without its day may as well be a house number: the personal number must tell the same year.
    """
    found = re.match(r"\D{0,3}(\d{12})(?!\d)", scan)
    if not found:
        raise Refused("cards.not_a_card")
    number, rest = found[1], scan[found.end():]
    dates = [(at, value) for at in re.finditer(r"(?<!\d)(?:\d{8}|\d{6}|\d{4})(?!\d)", rest) if (value := _date(at.group()))]
    while dates and dates[0][1].day is None and dates[0][1].year != number_facts(number).year:
        dates.pop(0)
    if not dates:
        raise Refused("cards.birth_unreadable")
    at, birth = dates[0]
    before, after = rest[:at.start()], rest[at.end():]
    former = re.match(r"\D{0,3}(\d{9})(?!\d)", before)
    name = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", before[former.end():] if former else before)
    sex = re.search(r"[^\W\d_]+", after)
    read_sex = _sex(sex.group() if sex else "", number)
    issued = dates[-1][1] if len(dates) > 1 else None
    return Card(
        number=read_identifier(number, IdType.CCCD, read_sex, birth), former=_former(former[1]) if former else None,
        name=names.normalise(name), birth=birth, sex=read_sex, address="",
        issued_on=issued.earliest() if issued and issued.day else None, mangled=True,
    )
