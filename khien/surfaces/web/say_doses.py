"""How a dose and a person are named to people, on every surface."""

from django.utils.translation import gettext as _

from khien.kernel.births import PartialDate
from khien.surfaces.web import say

ELDER, ADULT, CHILD = 60, 18, 12


def dose_name(dose_type: str, ordinal: int) -> str:
    """Which dose of the course: "mũi 2", "mũi bổ sung", "mũi nhắc lại 1"."""
    if dose_type == "primary":
        return _("mũi %(n)s") % {"n": ordinal}
    if dose_type == "additional":
        return _("mũi bổ sung") if ordinal == 1 else _("mũi bổ sung %(n)s") % {"n": ordinal}
    if dose_type == "booster":
        return _("mũi nhắc lại %(n)s") % {"n": ordinal}
    return _("mũi ngoài lịch")


def who(full_name: str, sex: str, age: int, lang: str = "vi") -> str:
    """How to speak to or of a person: bà, ông, chị, anh, em, bé in Vietnamese; the given name in English."""
    if lang == "en":
        return given(full_name)
    if age >= ADULT:
        if sex not in ("male", "female"):
            return "bạn"
        pair = ("ông", "bà") if age >= ELDER else ("anh", "chị")
        return pair[sex == "female"]
    return "em" if age >= CHILD else "bé"


def given(full_name: str) -> str:
    """The given name as people call it."""
    return full_name.rsplit(maxsplit=1)[-1] if full_name.split() else full_name


def short_name(full_name: str, sex: str, age: int, lang: str = "vi") -> str:
    """A family's own word for a person: "Bà Mận", "Thu Hà", "Bé An"."""
    if lang == "vi" and (age >= ELDER or age < CHILD) and sex in ("male", "female"):
        word = who(full_name, sex, age)
        return f"{word[0].upper()}{word[1:]} {given(full_name)}"
    return " ".join(full_name.split()[-2:]) if len(full_name.split()) > 2 else full_name


def birth_words(birth: PartialDate | None) -> str:
    """A birth date as far as it is known: "27/03/1951", "03/1951", "1951"."""
    return say.partial_date(birth.year, birth.month, birth.day) if birth else ""
