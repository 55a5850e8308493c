"""Facts as the texts say them: days, hours, doses, links."""

from datetime import date, datetime

from django.conf import settings

from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.messaging import sms
from khien.people import queries as people
from khien.people.types import PersonCard

_DOSES = {
    "vi": {"primary": "mũi {n}", "booster": "mũi nhắc {n}", "additional": "mũi bổ sung {n}", "extra": "mũi tiêm"},
    "en": {"primary": "dose {n}", "booster": "booster {n}", "additional": "additional dose {n}", "extra": "a dose"},
}
_BOOK = {"vi": "Sổ sức khỏe", "en": "the health book"}
_NEXT = {
    "vi": {"complete": "Đã đủ mũi.", "later": "Mũi sau: từ {day}.", "none": ""},
    "en": {"complete": "All doses done.", "later": "Next dose: from {day}.", "none": ""},
}


def day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def short_day(moment: datetime) -> str:
    return f"{clock.local(moment):%d/%m}"


def hour(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"


def dose(kind: str, ordinal: int, language: str) -> str:
    """Which dose it was, in words."""
    words = _DOSES["en" if language == "en" else "vi"]
    return words.get(kind, words["extra"]).format(n=ordinal)


def vaccine(code: str, on: date, language: str) -> str:
    """The product's short name, which names no disease."""
    known = campaigns.rulebook(on).vaccines.get(code)
    return (known.short_en if language == "en" else known.short_vi) if known else code


def next_dose(complete: bool, earliest: date | None, language: str) -> str:
    """One sentence about what comes next, or nothing when no day is known."""
    words = _NEXT["en" if language == "en" else "vi"]
    if complete:
        return words["complete"]
    return words["later"].format(day=day(earliest)) if earliest else words["none"]


def link(path: str, language: str) -> str:
    """The address of a page; the page's name where this instance has no public address."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}" if settings.PUBLIC_URL else _BOOK["en" if language == "en" else "vi"]


def name(card: PersonCard | None) -> str:
    """How a person is named on a phone that a family shares."""
    return sms.short_name(card.full_name) if card else ""


def hotlines() -> dict[str, str]:
    return {"hotline": settings.HOTLINES["ministry"], "emergency": settings.HOTLINES["emergency"]}


def language_of(card: PersonCard | None) -> str:
    return card.language if card else "vi"


def card_of(person_id: object) -> PersonCard | None:
    from uuid import UUID

    return people.person(UUID(str(person_id)))
