"""Names of people: one full-name field as on the ID; parts only for sorting and for certificates."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from khien.kernel import legacy_text, vietnamese
from khien.kernel.errors import Refused

LONGEST = 100
_ROW_NUMBER = re.compile(r"^\d{1,6}\s*[.)]\s*(?=\D)")
_FORBIDDEN = re.compile(r"[^\w\s'.·-]|_")
_WORD_START = re.compile(r"(^|[\s'-])(\w)")
# Where y and i write the same sound: Lý = Lí, Mỹ = Mĩ, Quý = Quí. Without a tone mark they are different names (My, Mi).
_OPEN_Y = re.compile(r"(h|k|l|m|qu|s|t)y")
# A syllable as it looks without marks; English and French names seldom do.
_PLAIN_SYLLABLE = re.compile(r"(ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(ch|ng|nh|[cmnpt])?")
# Common family names that are always written with a mark: without one the whole name was typed without marks.
_MARKED_FAMILIES = frozenset((
    "nguyen", "tran", "le", "pham", "hoang", "huynh", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong",
    "ly", "truong", "dinh", "doan", "luong", "ha", "trinh", "dao", "chau", "ta", "phung", "quach", "luu",
))  # fmt: skip


_FAMILIES = _MARKED_FAMILIES | {"phan", "mai", "cao", "lam", "thai"}


@dataclass(frozen=True, slots=True)
class ReadName:
    """A name as we keep it; repairs and warnings are codes ("legacy.tcvn3", "case", "row_number")."""

    value: str
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameParts:
    """First word and the rest, as the certificate names them; `given` is empty for a single-word name."""

    family: str
    given: str


class Match(IntEnum):
    """How alike two names are; only EXACT and SPELLING may match without a person looking."""

    EXACT = 1
    SPELLING = 2
    FOLDED = 3
    NEAR = 4
    DIFFERENT = 5


def normalise(text: str) -> str:
    """The name as we keep it: composed, single spaces, Đ as U+0110; tone placement stays as it was written."""
    return vietnamese.clean(text)


def read_name(text: str) -> ReadName:
    """Read a name from a form or a list and repair what is certain.

    Raises Refused: names.empty, names.too_long (longest), names.damaged, names.digits, names.characters, names.no_letter.
    """
    repairs: list[str] = []
    mended = legacy_text.repair(text.strip())
    if mended:
        text = _capitals(mended[0], text) if mended[1] == "tcvn3" and mended[0][:1].isupper() else mended[0]
        repairs.append(f"legacy.{mended[1]}")
    value = normalise(text)
    stripped = _ROW_NUMBER.sub("", value)
    if stripped != value:
        value = stripped
        repairs.append("row_number")
    value = value.strip(" .,;-")
    check(value)
    titled = title_case(value)
    if titled != value:
        value = titled
        repairs.append("case")
    odd = not all(c.isascii() or vietnamese.fold(c).isascii() for c in value)
    return ReadName(value, tuple(repairs), ("names.foreign_script",) if odd else ())


def _capitals(text: str, before: str) -> str:
    """Begin each word with a capital: the TCVN3 font has no capitals with a tone mark, so Ánh was typed as ánh.

    Where every plain letter is a capital the whole name was written in capitals.
    """
    plain = [c for c in before if c.isascii() and c.isalpha()]
    if len(plain) > 1 and all(c.isupper() for c in plain):
        return title_case(text.upper())
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def check(value: str) -> None:
    """Accept a legal name: 1 to 100 characters, one word is enough, apostrophes and hyphens allowed, no digits.

    Raises Refused: names.empty, names.too_long, names.damaged, names.digits, names.characters, names.no_letter.
    """
    if not value:
        raise Refused("names.empty")
    if len(value) > LONGEST:
        raise Refused("names.too_long", longest=LONGEST)
    if legacy_text.is_damaged(value):
        raise Refused("names.damaged")
    if any(c.isdigit() for c in value):
        raise Refused("names.digits")
    if _FORBIDDEN.search(value):
        raise Refused("names.characters")
    if not any(c.isalpha() for c in value):
        raise Refused("names.no_letter")


def lacks_marks(name: str) -> bool:
    """Say whether a Vietnamese name was surely typed without its marks ("Tran Thi Man"; never "Mai Thu Trang")."""
    found = words(name)
    if not found or found[0] not in _MARKED_FAMILIES or vietnamese.has_marks(name):
        return False
    return all(_PLAIN_SYLLABLE.fullmatch(word) for word in found)


def begins_with_family(name: str) -> bool:
    """Say whether the first word is a family name that very many people have, with its marks or without."""
    return words(name)[:1] != [] and words(name)[0] in _FAMILIES


def title_case(name: str) -> str:
    """Write a name typed all in capitals or all in small letters as on the card; leave mixed case alone."""
    if not (name.isupper() or name.islower()) or len(name) == 1:
        return name
    lowered = unicodedata.normalize("NFC", name.lower())
    return _WORD_START.sub(lambda found: found[1] + found[2].upper(), lowered)


def words(text: str) -> list[str]:
    """The folded words of a name: apostrophes and dots join, hyphens part ("H'Hen Niê" -> hhen, nie)."""
    folded = vietnamese.fold(text).replace("'", "").replace(".", " ").replace("-", " ").replace("·", " ")
    return folded.split()


def name_key(text: str) -> str:
    """Search key: folded words in order, a space before each ("Đỗ Thị Hoà" -> " do thi hoa").

    A part typed by a user matches when each of its words, with a space before, is found in the key: any order, any beginning.
    """
    return "".join(f" {word}" for word in words(text))


def finds(query: str, key: str) -> bool:
    """Say whether a query finds a name key: every word begins some word of the name."""
    return all(f" {word}" in key for word in words(query))


def spelling_key(text: str) -> str:
    """Key that is equal for two spellings of one name: tone placement (hoà, hòa), y/i (Lý, Lí), case."""
    spelt = []
    for word in normalise(text).split():
        plain, tone = vietnamese.split_tone(word)
        if tone != vietnamese.LEVEL and _OPEN_Y.fullmatch(plain):
            plain = plain[:-1] + "i"
        spelt.append(plain + tone)
    return " ".join(spelt)


def sort_key(text: str) -> str:
    """Vietnamese order by given name (last word), then family and middle names; byte order, so COLLATE "C"."""
    parts = normalise(text).split()
    return " ".join(vietnamese.collation_key(word) for word in parts[-1:] + parts[:-1])


def split(text: str) -> NameParts:
    """Part a name for the certificate: family is the first word, given the rest (a single word is the family's)."""
    first, _, rest = normalise(text).partition(" ")
    return NameParts(first, rest)


def transliterate(text: str) -> str:
    """Write a name for machines (ICAO 9303): capitals without marks, Đ as D, "<" between words; at most 80 characters."""
    plain = re.sub(r"[-\s·]+", "<", vietnamese.fold(text).upper())
    return re.sub(r"[^A-Z<]", "", plain).strip("<")[:80]


def compare(one: str, other: str) -> Match:
    """Say how alike two names are, in tiers."""
    left, right = normalise(one), normalise(other)
    if left.casefold() == right.casefold():
        return Match.EXACT
    if spelling_key(left) == spelling_key(right):
        return Match.SPELLING
    a, b = words(left), words(right)
    if a == b:
        return Match.FOLDED
    if _near(a, b):
        return Match.NEAR
    return Match.DIFFERENT


def _near(a: list[str], b: list[str]) -> bool:
    """One edit apart, the same words in another order, or middle words missing."""
    if not a or not b:
        return False
    if sorted(a) == sorted(b) or "".join(a) == "".join(b):
        return True
    if one_edit(" ".join(a), " ".join(b)):
        return True
    short, long = sorted((a, b), key=len)
    if len(short) == len(long) or len(short) < 2 or short[0] != long[0] or short[-1] != long[-1]:
        return False
    rest = iter(long)
    return all(word in rest for word in short)


def one_edit(a: str, b: str) -> bool:
    """Say whether two texts differ by one letter added, left out, changed, or two neighbours swapped."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1 or a == b:
        return False
    start = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[start:] == b[start + 1:]
    if a[start + 1:] == b[start + 1:]:
        return True
    return a[start:start + 2] == b[start:start + 2][::-1] and a[start + 2:] == b[start + 2:]
