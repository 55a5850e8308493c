"""Text damaged on its way: UTF-8 read as Latin, and the old TCVN3 (ABC) and VNI fonts of Windows.

Tables: TCVN 5712:1993 VN3 and VNI-Windows, as their fonts lay them out over code page 1252.
"""

import re
import unicodedata
from functools import lru_cache

from khien.kernel import vietnamese

_TCVN3 = dict(zip(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
    strict=True,
))
_TCVN3_ONLY = set("µ¸¶·¹¨»¾¼½Æ©ÇÈË®Î¡¢§£¤¥¦ªÖ×ØÜÞßäåæçë¬îïñ«Ï\u00adø÷ûüþö")

_VNI_SINGLE = dict(zip("ñÑôÔöÖíìæóòîÍÌÆÓÒÎ", "đĐơƠưƯíìỉĩịỵÍÌỈĨỊỴ", strict=True))
_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_A = {"ê": "ă", "é": "ắ", "è": "ằ", "ú": "ẳ", "ü": "ẵ", "ë": "ặ"}
_VNI_HAT = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_PAIR = re.compile(
    r"[aA][êéèúüëÊÉÈÚÜË]|[aeoAEO][âáàåãäÂÁÀÅÃÄ]|[aeouyôöAEOUYÔÖ][ùøûõïÙØÛÕÏ]|[ñÑôÔöÖíìæóòîÍÌÆÓÒÎ]"
)


def _vni_letter(found: re.Match[str]) -> str:
    """Compose one VNI letter from its base and its mark."""
    pair = found.group()
    base, mark = pair[0], pair[1:].lower()
    if not mark:
        return _VNI_SINGLE[base]
    if base in "aA" and mark in _VNI_A:
        return _VNI_A[mark].upper() if base == "A" else _VNI_A[mark]
    if mark in _VNI_HAT:
        return unicodedata.normalize("NFC", base + "\u0302" + _VNI_HAT[mark])
    return unicodedata.normalize("NFC", _VNI_SINGLE.get(base, base) + _VNI_TONES[mark])


# A first byte of a longer UTF-8 letter and a following one, as code page 1252 or Latin-1 shows them.
_UTF8_AS_LATIN = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)


def from_tcvn3(text: str) -> str:
    """Read the characters of a TCVN3 (ABC) font as Unicode."""
    return "".join(_TCVN3.get(c, c) for c in text)


def from_vni(text: str) -> str:
    """Read the characters of a VNI font as Unicode."""
    return _VNI_PAIR.sub(_vni_letter, unicodedata.normalize("NFC", text))


def from_latin(text: str) -> str | None:
    """Read text that was UTF-8 and was decoded as code page 1252 or Latin-1; None when it was not."""
    raw = bytearray()
    for c in text:
        try:
            raw += c.encode("cp1252")
        except UnicodeEncodeError:
            if ord(c) > 0xFF:
                return None
            raw.append(ord(c))  # the five bytes that code page 1252 leaves empty come through as controls
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=4096)
def repair(text: str) -> tuple[str, str] | None:
    """Undo the damage when it is certain: (text, how) with how "utf8", "tcvn3" or "vni"; None otherwise.

    Certain means that what stands there is not Vietnamese and what comes out is, in every word.
    """
    if text.isascii():
        return None
    read, again = text, from_latin(text) if _UTF8_AS_LATIN.search(text) else None
    while again is not None and again != read:
        read, again = again, from_latin(again)
    if read != text and not any(unicodedata.category(c) == "Cc" for c in read):
        return unicodedata.normalize("NFC", read), "utf8"
    if vietnamese.is_vietnamese(text):
        return None
    if any(c in _TCVN3_ONLY for c in text):
        fixed = from_tcvn3(text)
        if vietnamese.has_marks(fixed) and vietnamese.is_vietnamese(fixed):
            return fixed, "tcvn3"
    fixed = from_vni(text)
    if fixed != text and vietnamese.is_vietnamese(fixed):
        return fixed, "vni"
    return None


def is_damaged(text: str) -> bool:
    """Say whether letters were lost for good ("Nguy?n", U+FFFD) or damage stands that `repair` cannot undo."""
    if "\ufffd" in text or re.search(r"\w\?|\?\w", text):
        return True
    return any(unicodedata.category(c) in ("So", "Sc", "Cc", "Cn", "Co", "No") for c in text)
