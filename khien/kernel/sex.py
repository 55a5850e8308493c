"""Sex as papers name it, in the words that lists use."""

from enum import StrEnum

from khien.kernel import vietnamese
from khien.kernel.errors import Refused


class Sex(StrEnum):
    """Codes of FHIR's administrative gender."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


# 1 male, 2 female: the code of the national platform of 2021 and of the health-insurance lists.
_WORDS = {
    "nam": Sex.MALE, "male": Sex.MALE, "m": Sex.MALE, "1": Sex.MALE, "trai": Sex.MALE, "nam gioi": Sex.MALE, "ong": Sex.MALE,
    "nu": Sex.FEMALE, "female": Sex.FEMALE, "f": Sex.FEMALE, "2": Sex.FEMALE, "gai": Sex.FEMALE, "nu gioi": Sex.FEMALE,
    "ba": Sex.FEMALE, "other": Sex.OTHER, "khac": Sex.OTHER, "3": Sex.OTHER, "x": Sex.OTHER,
    "unknown": Sex.UNKNOWN, "khong ro": Sex.UNKNOWN,
}


def read_sex(text: str | int | float) -> Sex:
    """Read a sex word or code (Nam, Nữ, M, F, 1, 2).

    Raises Refused: sex.empty, sex.unreadable.
    """
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    word = vietnamese.letters(str(text)).removesuffix(" 0") if str(text).endswith(".0") else vietnamese.letters(str(text))
    if not word:
        raise Refused("sex.empty")
    if word not in _WORDS:
        raise Refused("sex.unreadable")
    return _WORDS[word]
