"""Vietnamese text: clean it, fold it for search, order it, and tell a Vietnamese syllable from damage."""

import re
import unicodedata
from functools import lru_cache

# Order of the alphabet; f, j, w and z stand in their Latin places (foreign and ethnic-minority names).
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("A") + place) if place < 26 else chr(ord("a") + place - 26) for place, letter in enumerate(ALPHABET)}

# Tones in the order of Vietnamese dictionaries: level, huyền, hỏi, ngã, sắc, nặng.
TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
LEVEL = "1"

_VOWEL_MARKS = {"\u0302", "\u0306", "\u031b"}
_LOOKALIKES = str.maketrans({
    "Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ",
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u02bb": "'", "\u2032": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u3000": " ",
    "\u0340": "\u0300", "\u0341": "\u0301",
    # What nobody sees but what turns the line around it, or ends it for the database.
    **dict.fromkeys([*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u061c"]),
    "\u200b": None, "\u200c": None, "\u200d": None, "\u200e": None, "\u200f": None, "\u2060": None, "\ufeff": None, "\u00ad": None,
})

_CONTROLS = {code: None for code in (*range(0x20), 0x7F) if not chr(code).isspace()}
_LOOKALIKES |= _CONTROLS

_NUCLEI = " ".join((
    "iêu yêu oai oao oay oeo uai uao uây uôi uya uyê uyu ươi ươu uêu uơi",
    "ai ao au ay âu ây eo êu ia iê iu oa oă oe oi oo ôi ôô ơi ua uâ uă uê ui uô uơ uy ưa ưi ươ ưu yê",
    "a ă â e ê i o ô ơ u ư y",
)).split()
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|g|kh|k|ph|th|tr|t|ch|c|qu|q|b|d|đ|h|l|m|n|p|r|s|v|x)?"
    rf"(?:{'|'.join(sorted(_NUCLEI, key=len, reverse=True))})(?:ch|ng|nh|c|m|n|p|t)?"
)


def clean(text: str) -> str:
    """Compose (NFC), unify lookalike letters, quotes, dashes and spaces, drop invisible characters, collapse spaces."""
    if text.isascii():
        return " ".join((text if text.isprintable() else text.translate(_CONTROLS)).replace("`", "'").split())
    return " ".join(unicodedata.normalize("NFC", text.translate(_LOOKALIKES)).split())


def fold(text: str) -> str:
    """Lower case without any mark: "Đặng Thuý" -> "dang thuy"."""
    if text.isascii():
        return clean(text).lower()
    plain = unicodedata.normalize("NFD", clean(text).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("đ", "d")


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Fold and keep only letters, digits and single spaces: what headers and labels are compared by."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", fold(text)).split())


@lru_cache(maxsize=8192)
def split_tone(word: str) -> tuple[str, str]:
    """Part a word into its letters (with ă â ê ô ơ ư, lower case) and its tones as digits, "1" when level.

    The tone's place is lost on purpose: "hoà" and "hòa" both give ("hoa", "2").
    """
    plain: list[str] = []
    tones: list[str] = []
    for c in unicodedata.normalize("NFD", clean(word).casefold()):
        (tones if c in TONES else plain).append(TONES.get(c, c))
    return unicodedata.normalize("NFC", "".join(plain)), "".join(sorted(tones)) or LEVEL


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Say whether the word is spelt as a Vietnamese syllable, with one tone at most."""
    plain, tones = split_tone(word)
    return len(tones) == 1 and _SYLLABLE.fullmatch(plain) is not None


def is_vietnamese(text: str) -> bool:
    """Say whether every word is a Vietnamese syllable."""
    words = re.split(r"[\s,.;/()-]+", text)
    return any(words) and all(is_syllable(word) for word in words if word)


def has_marks(text: str) -> bool:
    """Say whether any letter carries a Vietnamese mark or is đ."""
    return any(c in TONES or c in _VOWEL_MARKS or c in "đĐ" for c in unicodedata.normalize("NFD", text))


def collation_key(word: str) -> str:
    """Key of one word whose byte order is the Vietnamese order: letters first, then the tone."""
    plain, tones = split_tone(word)
    coded = []
    for c in plain:
        if c not in _RANK and not c.isascii():
            c = "".join(b for b in unicodedata.normalize("NFD", c) if not unicodedata.combining(b))
        coded.append("".join(_RANK.get(b, b) for b in c))
    return "".join(coded) + tones


def sort_key(text: str) -> str:
    """Key of a text for Vietnamese order under COLLATE "C", word by word: places, organisations."""
    return " ".join(collation_key(word) for word in clean(text).split())
