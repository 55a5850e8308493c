"""Numbers by which papers name a person: read, validated, repaired where certain, and normalised for the keyed hash.

Sources: Decree 137/2015 art. 13 and Circular 07/2016/TT-BCA (personal number), Decision 1351/QD-BHXH (insurance).
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from khien.kernel import vietnamese
from khien.kernel.births import PartialDate
from khien.kernel.countries import COUNTRIES
from khien.kernel.errors import Refused
from khien.kernel.sex import Sex


class IdType(StrEnum):
    """Kinds of papers."""

    CCCD = "cccd"
    CMND = "cmnd"
    PASSPORT = "passport"
    BHYT = "bhyt"
    BIRTH_CERTIFICATE = "birth_certificate"
    NONE = "none"


# Why a person has no number: kept beside type NONE.
NO_PAPERS = ("newborn", "never_issued", "lost", "being_issued", "held_by_other", "undocumented_foreigner", "declined")

# Where a birth was registered: the 63 provinces of 2021; numbers do not change with the merger of 2025.
PROVINCES = frozenset({
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020", "022", "024", "025",
    "026", "027", "030", "031", "033", "034", "035", "036", "037", "038", "040", "042", "044", "045", "046", "048",
    "049", "051", "052", "054", "056", "058", "060", "062", "064", "066", "067", "068", "070", "072", "074", "075",
    "077", "079", "080", "082", "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096",
})

_LABEL = re.compile(
    r"^(?:(?P<cccd>cccd|can cuoc(?: cong dan)?|dinh danh|ddcn)|(?P<cmnd>cmnd|cmt|cmtnd|chung minh(?: nhan dan| thu)?)"
    r"|(?P<passport>ho chieu|passport|(?:hc|pp)(?=[\s:.]))|(?P<bhyt>bhyt|the bhyt|bao hiem y te|bhxh))?(?:\s*so)?\s*[:.\s#-]*", re.IGNORECASE)
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_BHYT = re.compile(r"[A-Z]{2}[1-5]\d{12}")


@dataclass(frozen=True, slots=True)
class Identified:
    """A number read: repairs say what we changed, warnings what disagrees but may lawfully be so."""

    type: IdType
    country: str
    value: str
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a personal number says: place of birth registration, sex, year of birth."""

    province: str
    sex: Sex
    year: int


def number_facts(value: str) -> NumberFacts:
    """Read the parts PPP G YY of a 12-digit personal number; it has no check digit."""
    century, female = divmod(int(value[3]), 2)
    return NumberFacts(value[:3], Sex.FEMALE if female else Sex.MALE, 1900 + 100 * century + int(value[4:6]))


def hash_value(type: IdType | str, value: str) -> str:
    """The part that is hashed for look-up: insurance numbers of 10 and 15 characters meet in their last 10 digits."""
    return value[-10:] if type == IdType.BHYT else value


def without_papers(reason: str) -> Identified:
    """Say why a person has no number. Raises Refused identifiers.reason_unknown."""
    if reason not in NO_PAPERS:
        raise Refused("identifiers.reason_unknown")
    return Identified(IdType.NONE, "VN", reason)


def read_identifier(text: str | int | float, type: IdType | str | None = None, sex: Sex | str | None = None,
                    birth: PartialDate | None = None, country: str | None = None) -> Identified:
    """Read a number from a form, a cell or a scan; without a type it is told by its shape.

    Raises Refused: identifiers.empty, .exponent, .fraction, .several, .length (digits, expected), .characters, .shape, .placeholder,
    .country_missing, .country_unknown, .type_unclear (digits).
    """
    if country is not None and country not in COUNTRIES:
        raise Refused("identifiers.country_unknown")
    wanted = IdType(type) if type else None
    raw, repairs = _unfloat(text)
    if wanted is IdType.BIRTH_CERTIFICATE:
        return _birth_certificate(raw, repairs)
    raw, labelled = _unlabel(raw)
    wanted = wanted or labelled
    compact = _compact(raw, repairs)
    if wanted is IdType.PASSPORT or (wanted is None and re.search(r"[A-Z]", compact) and len(compact) < 12):
        if wanted is None and re.fullmatch(r"[0-9OIL]+", compact):
            return _national(compact, None, sex, birth, repairs)
        return _passport(compact, country, repairs)
    if wanted is IdType.BHYT or (wanted is None and re.fullmatch(r"[A-Z]{2}[0-9OIL]{13}", compact)):
        return _insurance(compact, sex, birth, repairs)
    return _national(compact, wanted, sex, birth, repairs)


def _unfloat(text: str | int | float) -> tuple[str, list[str]]:
    """Undo what spreadsheets do to numbers."""
    repairs: list[str] = []
    if isinstance(text, float):
        if not text.is_integer():
            raise Refused("identifiers.fraction")
        return str(int(text)), ["float"]
    raw = unicodedata.normalize("NFKC", str(text)).strip().strip("'\"").strip()
    if not raw:
        raise Refused("identifiers.empty")
    if found := _EXPONENT.fullmatch(raw.replace(" ", "")):
        first, rest, power = found[1], found[2] or "", int(found[3])
        if len(rest) != power:
            raise Refused("identifiers.exponent")
        return first + rest, ["float"]
    if found := re.fullmatch(r"(\d+)[.,](0{1,2})", raw):
        raw = found[1]
        repairs.append("float")
    return raw, repairs


def _bare(raw: str) -> bool:
    """Say whether nothing but digits is there, as a reader or a careful hand gives them."""
    return raw.isascii() and raw.isdigit()


def _unlabel(raw: str) -> tuple[str, IdType | None]:
    """Take off a label typed before the number ("CMND: 0123...") and learn the kind from it."""
    if _bare(raw):
        return raw, None
    found = _LABEL.match(vietnamese.fold(raw))
    if not found or len(vietnamese.fold(raw)) != len(raw):
        return raw, None
    rest = raw[found.end():]
    if not found.lastgroup or not re.search(r"\d", rest):
        return raw, None
    return rest, IdType(found.lastgroup)


def _compact(raw: str, repairs: list[str]) -> str:
    """Capitals without separators; several numbers in one cell are refused, not guessed."""
    if _bare(raw):
        return raw
    if re.fullmatch(r"\s*\w{8,15}\s*(?:[/;,|]|\s-\s|\n)\s*\w{8,15}\s*", raw):
        raise Refused("identifiers.several")
    compact = re.sub(r"[\s.,'\-_/]+", "", vietnamese.clean(raw)).upper()
    if compact != raw.strip():
        repairs.append("separators" if compact != raw.strip().upper() else "case")
    if not compact:
        raise Refused("identifiers.empty")
    if not re.fullmatch(r"[A-Z0-9]+", compact):
        raise Refused("identifiers.characters")
    return compact


def _to_digits(text: str, repairs: list[str]) -> str:
    """O for 0, I and l for 1, where only digits can stand."""
    digits = text.translate(str.maketrans("OIL", "011"))
    if digits != text:
        repairs.append("letters_for_digits")
    if not digits.isdigit():
        raise Refused("identifiers.characters")
    return digits


def _national(text: str, wanted: IdType | None, sex: Sex | str | None, birth: PartialDate | None, repairs: list[str]) -> Identified:
    """A personal number of 12 digits or an old identity card of 9."""
    digits = _to_digits(text, repairs)
    if len(set(digits)) == 1 and len(digits) > 6:
        raise Refused("identifiers.placeholder")
    if len(digits) == 12:
        return _personal_number(digits, wanted, sex, birth, repairs)
    if len(digits) == 9:
        if wanted is IdType.CCCD:
            repairs.append("old_card_number")
        return Identified(IdType.CMND, "VN", digits, tuple(repairs), _made_up(digits))
    if len(digits) == 8 and digits[0] != "0" and wanted is not IdType.CCCD:  # one that kept its zero lost another digit
        return Identified(IdType.CMND, "VN", "0" + digits, (*repairs, "leading_zero"))
    if len(digits) in (10, 11) and wanted is not IdType.CMND:
        return _lost_zeros(digits, wanted, sex, birth, repairs)
    raise Refused("identifiers.length", digits=len(digits), expected=9 if wanted is IdType.CMND else 12)


def _lost_zeros(digits: str, wanted: IdType | None, sex: Sex | str | None, birth: PartialDate | None, repairs: list[str]) -> Identified:
    """A personal number whose first zeros a spreadsheet dropped; only when province, sex and year then agree.

    Ten digits may as well be an insurance number: then birth or a declared kind must speak for it.
    """
    value = digits.zfill(12)
    certain = value[:3] in PROVINCES and int(value[3]) < 4 and not _disagreements(value, sex, birth)
    if certain and (len(digits) == 11 or wanted is IdType.CCCD or birth is not None):
        return Identified(IdType.CCCD, "VN", value, (*repairs, "leading_zero"), _made_up(value))
    if wanted is None and len(digits) == 10:
        raise Refused("identifiers.type_unclear", digits=10)
    raise Refused("identifiers.length", digits=len(digits), expected=12)


def _personal_number(digits: str, wanted: IdType | None, sex: Sex | str | None, birth: PartialDate | None,
                     repairs: list[str]) -> Identified:
    """Twelve digits; a 12-digit CMND of 2012-2016 is the same number as the CCCD after it."""
    warnings = list(_made_up(digits))
    if digits[:3] not in PROVINCES and not "100" <= digits[:3] <= "399":
        warnings.append("province_unknown")
    if wanted is IdType.CMND:
        repairs.append("card_is_cccd")
    return Identified(IdType.CCCD, "VN", digits, tuple(repairs), (*warnings, *_disagreements(digits, sex, birth)))


def _disagreements(value: str, sex: Sex | str | None, birth: PartialDate | None) -> tuple[str, ...]:
    """Where number and person disagree: a warning, for civil status may have been corrected."""
    facts, found = number_facts(value), []
    if sex in (Sex.MALE, Sex.FEMALE) and facts.sex != sex:
        found.append("sex_mismatch")
    if birth is not None and facts.year != birth.year:
        found.append("century_mismatch" if facts.year % 100 == birth.year % 100 else "year_mismatch")
    return tuple(found)


def _made_up(digits: str) -> tuple[str, ...]:
    """Warn of a number that runs 0123... or 1234..., typed to fill the box."""
    return ("looks_made_up",) if digits in "01234567890123" or digits in "98765432109876" else ()


def _passport(text: str, country: str | None, repairs: list[str]) -> Identified:
    """Viet Nam: a letter and 7 or 8 digits. Elsewhere 6 to 9 letters and digits, and the issuing country must be told."""
    vietnamese_shape = re.fullmatch(r"[A-Z][0-9O]{7,8}", text)
    if country in (None, "VN"):
        if not vietnamese_shape:
            raise Refused("identifiers.country_missing" if country is None else "identifiers.shape")
        value = text[0] + _to_digits(text[1:], repairs)
        return Identified(IdType.PASSPORT, "VN", value, tuple(repairs), () if country else ("country_assumed",))
    if not 6 <= len(text) <= 9 or not re.search(r"\d", text):
        raise Refused("identifiers.shape")
    return Identified(IdType.PASSPORT, country or "VN", text, tuple(repairs))


def _insurance(text: str, sex: Sex | str | None, birth: PartialDate | None, repairs: list[str]) -> Identified:
    """Ten digits, or fifteen characters that end in them; since 2025-08 a personal number may stand in its place."""
    if re.fullmatch(r"[0-9OIL]{12}", text):
        found = _personal_number(_to_digits(text, repairs), None, sex, birth, repairs)
        return Identified(found.type, found.country, found.value, (*found.repairs, "personal_number"), found.warnings)
    head, tail = (text[:2], text[2:]) if len(text) == 15 else ("", text)
    value = head + _to_digits(tail, repairs)
    if len(value) == 9:
        value = "0" + value
        repairs.append("leading_zero")
    if len(value) not in (10, 15):
        raise Refused("identifiers.length", digits=len(value), expected=10)
    if len(value) == 15 and not _BHYT.fullmatch(value):
        raise Refused("identifiers.shape")
    if len(set(value[-10:])) == 1:
        raise Refused("identifiers.placeholder")
    return Identified(IdType.BHYT, "VN", value, tuple(repairs), _made_up(value[-10:]))


def _birth_certificate(raw: str, repairs: list[str]) -> Identified:
    """Number in the civil-status book ("123/2019"): not unique in the country, so it never decides who a person is."""
    value = re.sub(r"\s+", "", vietnamese.clean(raw)).upper()
    if not re.fullmatch(r"[A-Z0-9Đ./-]{1,30}", value) or not re.search(r"\d", value):
        raise Refused("identifiers.shape")
    return Identified(IdType.BIRTH_CERTIFICATE, "VN", value, tuple(repairs))
