"""Titles that a list writes before a name: taken off where they cannot belong to it, asked about where they may.

The first word of a name is the family's, and Ông is a family name (Ông Ích Khiêm); Anh may begin a name that lost its own.
"""

import re
import unicodedata

from khien.kernel import names

# Never part of a name: no syllable of ours, a full stop after it, or two forms of address to choose from.
_NO_NAME = re.compile(
    r"(?:(?:mrs?|ms|dr|bs|ths|ts|pgs|gs|ds|ks)(?:\.\s*|\s+)|(?:ông|bà|anh|chị|cô)\s*\.\s*|(?:đ\s*/\s*c\s*[.:]?|đồng chí)\s+|"
    r"(?:(?:đại|thượng|trung|thiếu) (?:tướng|tá|úy|uý)|(?:thượng|trung|hạ) s[ĩỹ]|binh nh(?:ất|ì)|đại đức|thượng t(?:oạ|ọa)|h(?:oà|òa) thượng|ni (?:sư|cô)|sư cô)\s+|"
    r"(?:ông\s*/\s*bà|anh\s*/\s*chị|ông\s*\(bà\)|anh\s*\(chị\))[\s:]+)+",
    re.IGNORECASE,
)
_OF_ADDRESS = re.compile(r"(con (?:bà|ông|chị|anh|cô)|bà|chị|ông|anh|cô|cụ|bác|chú|dì|cậu|thầy|cháu|em|bé)\s+", re.IGNORECASE)
_NEVER_A_FAMILY = ("bà", "chị", "cụ", "bác", "chú", "dì", "cậu", "thầy", "cháu", "em", "bé")
_ROW_NUMBER = re.compile(r"\d{1,6}\s*[.)]\s*")


def off(text: str) -> tuple[str, str]:
    """The name without its title, and what to say: "sheets.title" (taken off), "sheets.maybe_title" (left), or nothing."""
    whole = unicodedata.normalize("NFC", text.strip())
    number = _ROW_NUMBER.match(whole)
    name = whole[number.end():] if number else whole
    sure, found = _NO_NAME.match(name), _OF_ADDRESS.match(name)
    if not sure and not found:
        return text, ""
    rest = name[(sure or found).end():]  # type: ignore[union-attr]
    certain = sure or (found and found[1].casefold() in _NEVER_A_FAMILY and names.begins_with_family(rest))
    return (rest, "sheets.title") if certain and len(rest.split()) > 1 else (text, "sheets.maybe_title")
