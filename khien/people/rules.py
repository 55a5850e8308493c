"""Who is who: the comparisons, without a database."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from khien.kernel import names
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.names import Match as NameMatch

# Numbers of which one person can hold one; an old identity card (CMND) alone does not decide who somebody is.
DECISIVE = ("cccd", "passport", "bhyt")
DIRECTORY = (*DECISIVE, "cmnd")
ADULT = 18

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
PROOF_LIFE = timedelta(minutes=30)
LONG_CODE_AFTER = 10  # wrong tries on a number within a day
DIGITS, LONG_DIGITS = 6, 8
UNUSED_PHONE = timedelta(days=365)
PIN_DIGITS, PIN_TRIES = 6, 5
PIN_LIFE = timedelta(days=180)  # then the phone proves itself again: numbers change hands

RELATIONS = ("self", "child", "parent", "spouse", "grandparent", "other")
GUARDIAN_RELATIONS = ("father", "mother", "grandparent", "relative", "institution", "other")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared: the numbers are keyed hashes by type."""

    name: str
    birth: PartialDate
    sex: str
    phone_hash: str = ""
    numbers: tuple[tuple[str, str], ...] = ()

    def number(self, type: str) -> str:
        """The hash of this person's number of a type, empty when there is none."""
        return next((value for kind, value in self.numbers if kind == type), "")


def differences(known: Facts, told: Facts) -> tuple[str, ...]:
    """Name the fields in which two tellings differ; an unknown sex differs from nothing."""
    found = []
    if names.compare(known.name, told.name) > NameMatch.SPELLING:
        found.append("full_name")
    if not known.birth.agrees_with(told.birth):
        found.append("birth")
    if known.sex != told.sex and "unknown" not in (known.sex, told.sex):
        found.append("sex")
    found += [type for type in DECISIVE if known.number(type) and told.number(type) and known.number(type) != told.number(type)]
    return tuple(found)


def same_by_number(known: Facts, told: Facts, type: str) -> bool:
    """Say whether two who told one number are one person, sure enough that nobody needs to look.

    Names alike but for tone placement or y/i, or but for the accents when the births agree (domain: tiers 1-2 match by
    themselves, the others are looked at by a person). The number itself carries the year: a day or month told otherwise
    does not make two people, another year does.
    """
    if type != "cccd" and known.number("cccd") and told.number("cccd") and known.number("cccd") != told.number("cccd"):
        return False
    alike = names.compare(known.name, told.name)
    agree = known.birth.agrees_with(told.birth)
    if type not in DECISIVE:
        return alike <= NameMatch.SPELLING and agree and not differences(known, told)
    if alike <= NameMatch.SPELLING:
        return agree or known.birth.year == told.birth.year
    return alike == NameMatch.FOLDED and agree


def same_without_number(known: Facts, told: Facts) -> bool:
    """Say whether somebody told without a common number is this person: name, whole birth date, sex and phone agree.

    A commune is not enough: in 10,000 people about one pair shares name and birth date.
    """
    if not known.phone_hash or known.phone_hash != told.phone_hash:
        return False
    if known.numbers and told.numbers:
        return False
    return _one_telling(known, told) and names.compare(known.name, told.name) <= NameMatch.SPELLING


def may_be_one(known: Facts, told: Facts) -> tuple[str, ...]:
    """Why two records may be one person, for a human to decide; empty when nothing speaks for it."""
    if known.number("cccd") and told.number("cccd") and known.number("cccd") != told.number("cccd"):
        return ()
    alike = names.compare(known.name, told.name)
    if alike > NameMatch.NEAR or not known.birth.agrees_with(told.birth) or "sex" in differences(known, told):
        return ()
    why = ["name" if alike <= NameMatch.SPELLING else "name_alike", "birth" if _whole(known, told) else "birth_year"]
    if known.phone_hash and known.phone_hash == told.phone_hash:
        why.append("phone")
    enough = (_whole(known, told) and alike <= NameMatch.FOLDED) or "phone" in why
    return tuple(why) if enough else ()


def worth_asking(known: Facts, told: Facts, *, home: bool) -> tuple[str, ...]:
    """Why somebody of the same folded name and an agreeing birth is worth a question at the desk; empty when it would be noise."""
    if any(known.number(type) and told.number(type) and known.number(type) != told.number(type) for type in DECISIVE):
        return ()
    why = ["name" if names.compare(known.name, told.name) <= NameMatch.SPELLING else "name_alike", "birth" if _whole(known, told) else "birth_year"]
    if known.phone_hash and known.phone_hash == told.phone_hash:
        why.append("phone")
    if home:
        why.append("home")
    if not (known.numbers and told.numbers):
        why.append("papers")
    return tuple(why) if len(why) > 2 or _whole(known, told) else ()


def _whole(known: Facts, told: Facts) -> bool:
    return known.birth.precision == told.birth.precision == "day"


def _one_telling(known: Facts, told: Facts) -> bool:
    return _whole(known, told) and known.birth == told.birth and known.sex == told.sex


def is_minor(birth: PartialDate, on: date) -> bool:
    """Say whether a guardian must answer: surely under 18 on that day."""
    return birth.age_max(on) < ADULT


def masked_number(value: str) -> str:
    """Only the last four characters."""
    return "•" * max(0, len(value) - 4) + value[-4:] if len(value) > 4 else "•" * len(value)


def masked_name(full_name: str) -> str:
    """First word and the first letters of the rest: enough to know one's own row, too little to look a stranger up."""
    first, *rest = full_name.split()
    return " ".join([first, *(f"{word[0]}." for word in rest)])


def check_pin(pin: str) -> None:
    """Refuse a PIN that is no six digits, or that anyone would try first.

    Raises Refused: people.pin_length (digits), people.pin_weak.
    """
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise Refused("people.pin_length", digits=PIN_DIGITS)
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) < 3:
        raise Refused("people.pin_weak")
