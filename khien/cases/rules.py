"""Clocks, tiers and priorities of cases. Standard library only.

Sources: the platform's three tiers in Ho Chi Minh City (point, district, steering committee); Decree 356/2025 for the answer to
corrections of personal data within days, of which three working days are our promise.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from khien.kernel import clock, workdays
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts, Scope

POINT, DISTRICT, STEERING = 1, 2, 3
TIERS = (POINT, DISTRICT, STEERING)
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
CLOSE_OF_DAY = 17  # o'clock: the end of the last working day


@dataclass(frozen=True, slots=True)
class Span:
    """How long a case may take: `acknowledge` until somebody takes it, `answer` to the end, or in working days.

    `rise` is the wait before the next tier once a deadline has passed.
    """

    answer: timedelta = timedelta()
    working_days: int = 0
    acknowledge: timedelta | None = None
    rise: timedelta = timedelta()


SPANS = {
    "P1": Span(answer=timedelta(minutes=15), acknowledge=timedelta(seconds=60), rise=timedelta(minutes=2)),
    "P2": Span(answer=timedelta(minutes=30), rise=timedelta(minutes=30)),
    "P3": Span(answer=timedelta(minutes=15), rise=timedelta(minutes=15)),
    "P4": Span(working_days=3, rise=timedelta(days=1)),
    "P5": Span(answer=timedelta(hours=4), rise=timedelta(hours=4)),
}
# What a kind is worth when nobody says otherwise, and where it begins.
DEFAULTS: dict[str, tuple[str, int]] = {
    "reaction": ("P2", POINT), "desk_help": ("P3", POINT), "appointment": ("P3", DISTRICT), "correction": ("P4", DISTRICT),
    "identity": ("P4", DISTRICT), "certificate": ("P4", DISTRICT), "record": ("P4", DISTRICT), "evidence": ("P4", DISTRICT),
    "duplicate": ("P4", DISTRICT), "stock": ("P4", POINT), "privacy": ("P4", DISTRICT), "registration": ("P5", DISTRICT),
    "information": ("P5", DISTRICT),
}  # fmt: skip
# Who works at each tier.
ROLES = {
    POINT: ("t1_supporter", "point_lead"),
    DISTRICT: ("t2_technician", "contact_agent", "list_keeper"),
    STEERING: ("t3_operations", "supervisor"),
}
# What may become of a case; words go beside it, sealed.
RESOLUTIONS = (
    "answered", "helped", "followed_up", "explained", "corrected", "declined", "settled", "confirmed", "not_found", "referred", "duplicate",
    "no_action",
)  # fmt: skip
# Marks of a dose that a doctor should look at today.
_MEDICAL = frozenset(
    {"lot_expired", "lot_recalled", "lot_quarantined", "lot_cold_breach", "vial_over", "thaw_over", "contraindicated", "not_cleared", "too_young", "not_for_pregnant"}
)


def due(priority: str, at: datetime, *, taken: bool = False, holidays: Collection[date] = ()) -> datetime:
    """The moment by which a case must be acknowledged (while nobody has it), else answered."""
    span = SPANS[priority]
    if span.acknowledge is not None and not taken:
        return at + span.acknowledge
    if span.working_days:
        return clock.at_local(workdays.working_days_after(clock.on_date(at), span.working_days, holidays), CLOSE_OF_DAY)
    return at + span.answer


def priority_of_marks(marks: Collection[str]) -> str:
    """How urgent a marked dose is: what may harm the person is looked at within half an hour."""
    return "P2" if _MEDICAL & set(marks) else "P4"


def scopes_over(place: PlaceFacts) -> list[Scope]:
    """Every scope of a post that would cover this place, the nearest first."""
    found = [
        ("session", place.session_id, ""), ("site", place.site_id, ""), ("facility", place.facility_id, ""),
        ("commune", place.commune_2021, "2021"), ("commune", place.commune_2025, "2025"), ("district", place.district_2021, "2021"),
        ("province", place.province_2021, "2021"), ("province", place.province_2025, "2025"),
    ]  # fmt: skip
    return [Scope(kind, str(key), epoch) for kind, key, epoch in found if key] + [Scope("nation")]


def check_kind(kind: str, priority: str, tier: int) -> None:
    """Refuse what is no kind, priority or tier. Raises Refused: cases.kind_unknown, cases.priority_unknown, cases.tier_unknown."""
    if kind not in DEFAULTS:
        raise Refused("cases.kind_unknown")
    if priority not in SPANS:
        raise Refused("cases.priority_unknown")
    if tier not in TIERS:
        raise Refused("cases.tier_unknown")


def check_eyes(proposed_by: str, decided_by: str) -> None:
    """Refuse that who proposed a change decides it too. Raises Refused cases.second_pair_of_eyes."""
    if proposed_by == decided_by:
        raise Refused("cases.second_pair_of_eyes")
