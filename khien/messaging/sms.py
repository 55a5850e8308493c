"""What a text costs as SMS: accented Vietnamese travels as UCS-2, 70 characters a part; without marks as GSM-7, 160.

Source: GSM 03.38 (3GPP TS 23.038); joined parts lose room to their header.
"""

import unicodedata
from dataclasses import dataclass

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Cost:
    """How a text travels: gsm7 or ucs2, its length in units, and how many parts are paid for."""

    encoding: str
    units: int
    parts: int


def cost(text: str) -> Cost:
    """Count the parts of a text."""
    if all(character in _GSM7 or character in _EXTENDED for character in text):
        units = sum(2 if character in _EXTENDED else 1 for character in text)
        return Cost("gsm7", units, 1 if units <= 160 else -(-units // 153))
    units = len(text.encode("utf-16-be")) // 2
    return Cost("ucs2", units, 1 if units <= 70 else -(-units // 67))


def unaccented(text: str) -> str:
    """The text without Vietnamese marks, so that it fits GSM-7."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").replace("–", "-").replace("…", "..."))
    return "".join(character for character in plain if not unicodedata.combining(character))


def short_name(full_name: str) -> str:
    """A name for a text on a phone that a family shares: initials and the last word (Đ.T. Hoà)."""
    *before, last = full_name.split() or [""]
    return f"{''.join(f'{word[0]}.' for word in before)} {last}".strip()
