"""Telephone numbers: one form inside (E.164), readable outside, masked where a stranger may look.

A phone is never a person's key: families share one. Source of the renumbering of 2018: Decision 798/QD-BTTTT.
"""

import re
import unicodedata
from dataclasses import dataclass

from khien.kernel.errors import Refused

# The 11-digit mobile numbers of before 2018-11 and what they became.
OLD_PREFIXES = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058", "0199": "059",
}


@dataclass(frozen=True, slots=True)
class Phone:
    """A number read: kind is mobile, landline or foreign; repairs are codes.

    leading_zero, float, old_number, letters_for_digits, first_of_several, words_dropped.
    """

    e164: str
    kind: str
    repairs: tuple[str, ...] = ()

    @property
    def display(self) -> str:
        """As people write it here: 0912 345 678."""
        return display(self.e164)

    @property
    def masked(self) -> str:
        """Only the last three digits."""
        return masked(self.e164)


def read_phone(text: str | int | float) -> Phone:
    """Read a number as typed, scanned or spoilt by a spreadsheet.

    Raises Refused: phones.empty, phones.exponent, phones.characters, phones.placeholder, phones.length (digits), phones.prefix.
    """
    repairs: list[str] = []
    raw = _unfloat(text, repairs)
    pieces = [piece for piece in re.split(r"\s*(?:[/;,\n|]|\s-\s|\bhoac\b|\bhoặc\b|\bva\b|\bvà\b)\s*", raw) if len(re.sub(r"\D", "", piece)) >= 8]
    if len(pieces) == 1 and re.fullmatch(r"(0(?:[ .]?\d){9})[\s-]+(0(?:[ .]?\d){9})", raw):
        pieces = re.findall(r"0(?:[ .]?\d){9}", raw)  # two with only a space or a dash between
    if len(pieces) > 1:
        raw = pieces[0]
        repairs.append("first_of_several")
    digits, international = _digits(_alone(raw, repairs), repairs)
    if international and not digits.startswith("84"):
        return _foreign(digits, repairs)
    national = _national(digits, international, repairs)
    if len(set(national[2:])) == 1:
        raise Refused("phones.placeholder")
    return Phone("+84" + national[1:], _kind(national), tuple(repairs))


def _unfloat(text: str | int | float, repairs: list[str]) -> str:
    """Undo what spreadsheets do to numbers."""
    if isinstance(text, float):
        if not text.is_integer():
            raise Refused("phones.characters")
        text = int(text)
        repairs.append("float")
    raw = unicodedata.normalize("NFKC", str(text)).strip().strip("'\"").strip()
    if not raw:
        raise Refused("phones.empty")
    if found := re.fullmatch(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})", raw):
        if len(found[2] or "") != int(found[3]):
            raise Refused("phones.exponent")
        repairs.append("float")
        return found[1] + (found[2] or "")
    if found := re.fullmatch(r"(\d{8,})[.,]0{1,2}", raw):
        repairs.append("float")
        return found[1]
    return raw


def _alone(raw: str, repairs: list[str]) -> str:
    """The number without what stands before its first digit and after its last: "Zalo 0901...", "0901... (mẹ)", "0901...;".

    O and l that belong to the number stay, to be read as 0 and 1. Letters that touch it are another kind of number's, or an address's.
    """
    text = re.sub(r"^(?:sđt|sdt|đt|dt|tel|phone|mobile|di động)\s*[:.]?\s*", "", raw, flags=re.IGNORECASE)
    found = re.fullmatch(r"([^\d+]*)(\+?\d(?:.*\d)?)(\D*)", text, re.DOTALL)
    if not found:
        return text
    before, number, after = found.groups()
    first = re.search(r"(?<![^\W\d_])[OolI]+[\s.-]*$", before)
    last = re.match(r"[OolI]+(?![^\W\d_])", after)
    before, number = (before[:first.start()], first[0] + number) if first else (before, number)
    after, number = (after[last.end():], number + last[0]) if last else (after, number)
    if "@" in text or before[-1:].isalpha() or after[:1].isalpha():
        return text
    if re.sub(r"[\s.\-()_/,]+", "", before + after):
        repairs.append("words_dropped")
    return number


def _digits(text: str, repairs: list[str]) -> tuple[str, bool]:
    """Digits, and whether they begin with a country code."""
    fixed = re.sub(r"[oO]", "0", re.sub(r"[lI]", "1", text))
    if fixed != text:
        repairs.append("letters_for_digits")
    compact = re.sub(r"[\s.\-()_/,]+", "", fixed)
    if not re.fullmatch(r"\+?[0-9]+", compact):
        raise Refused("phones.characters")
    if compact.startswith("+"):
        return compact[1:], True
    if compact.startswith("00"):
        if not compact.strip("0"):
            raise Refused("phones.placeholder")
        return compact[2:], True
    return compact, False


def _national(digits: str, international: bool, repairs: list[str]) -> str:
    """The national form with its 0; numbers of before 2018 become today's."""
    if international or (digits.startswith("84") and len(digits) in (11, 12)):
        digits = "0" + digits[2:].removeprefix("0")
    elif not digits.startswith("0"):
        if len(digits) not in (9, 10):
            raise Refused("phones.length", digits=len(digits))
        digits = "0" + digits
        repairs.append("leading_zero")
    if len(digits) == 11 and digits[:4] in OLD_PREFIXES:
        digits = OLD_PREFIXES[digits[:4]] + digits[4:]
        repairs.append("old_number")
    return digits


def _kind(national: str) -> str:
    """Tell mobile from landline. Raises Refused phones.length, phones.prefix."""
    if re.match(r"02", national):
        if len(national) in (10, 11):
            return "landline"
    elif re.match(r"0[35789]", national):
        if len(national) == 10:
            return "mobile"
    else:
        raise Refused("phones.prefix")
    raise Refused("phones.length", digits=len(national))


def _foreign(digits: str, repairs: list[str]) -> Phone:
    """Another country's number: 8 to 15 digits after the plus (E.164)."""
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise Refused("phones.length", digits=len(digits))
    return Phone("+" + digits, "foreign", tuple(repairs))


def takes_sms(e164: str) -> bool:
    """Whether a text message can reach this number: no landline receives one, and nothing reaches no number."""
    return bool(e164) and not e164.startswith("+842")


def for_sms(e164: str) -> str:
    """The number, where a text message has to reach it. Said of its digits alone. Raises Refused phones.landline."""
    if e164 and not takes_sms(e164):
        raise Refused("phones.landline")
    return e164


def display(e164: str) -> str:
    """0912 345 678, 028 3812 3456, or +CC... for another country."""
    if not e164.startswith("+84"):
        return e164
    national = "0" + e164[3:]
    if national.startswith("02"):
        cut = 3 if national[:3] in ("024", "028") else 4
        return f"{national[:cut]} {national[cut:-4]} {national[-4:]}"
    return f"{national[:4]} {national[4:7]} {national[7:]}"


def masked(e164: str) -> str:
    """Only the last three digits: enough for its owner to know it, too little for anyone else."""
    return f"•••• ••• {e164[-3:]}"
