"""Write a name for machines as ICAO Doc 9303 part 3, section 6 says: A to Z, and < between words."""

import unicodedata
from functools import lru_cache

# Letters that do not part into a base letter and marks, or that 9303 writes with two letters.
_LATIN = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ħ": "H", "ı": "I", "Ĳ": "IJ", "ĸ": "Q", "Ł": "L", "Ŀ": "L",
    "Ŋ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE", "ß": "SS", "ẞ": "SS", "Ŧ": "T", "Þ": "TH", "Ü": "UE", "Ə": "E",
}  # fmt: skip
_CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I", "Й": "I",
    "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F",
    "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU",
    "Я": "IA", "І": "I", "Ї": "I", "Є": "IE", "Ґ": "G", "Ў": "U",
}  # fmt: skip
_LETTERS = _LATIN | _CYRILLIC
_PARTS = frozenset(" -‐‑–—·,\t\n")

LONGEST = 80


def transliterate(text: str) -> str:
    """Write a name in A to Z and <; marks fall, Đ is D, an apostrophe joins, a hyphen parts. At most 80 characters.

    A letter of a script that 9303 does not cover falls; the answer may then be empty.
    """
    written = "".join(_letter(character) for character in unicodedata.normalize("NFC", text).strip())
    return _shortened("<".join(word for word in written.split("<") if word))


@lru_cache(maxsize=2048)
def _letter(character: str) -> str:
    upper = character.upper() if character not in "ßıĸ" else character
    if upper in _PARTS:
        return "<"
    if upper in _LETTERS:
        return _LETTERS[upper]
    return "".join(part for part in unicodedata.normalize("NFKD", upper) if "A" <= part <= "Z")


def _shortened(written: str) -> str:
    """Cut at 80 characters, at the end of a word where there is one."""
    if len(written) <= LONGEST:
        return written
    whole, _, rest = written[: LONGEST + 1].rpartition("<")
    return whole if rest and whole else written[:LONGEST]
