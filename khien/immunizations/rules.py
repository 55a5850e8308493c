"""What may be written into the record. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused

CORRECTABLE = frozenset({
    "vaccine", "on_date", "lot_number", "lot_id", "volume_ml", "performed_at", "performed_by", "performed_by_name", "facility_id",
    "facility_name", "country", "evidence", "evidence_file",
})  # fmt: skip
DECISIONS = {True: ("valid", "campaigns.marked_valid"), False: ("invalid", "campaigns.marked_invalid"), None: ("valid", "")}

# Doubts that only a person settles: what stands beside the rules' own reading, with its sentence in both languages.
DOUBTS: dict[str, tuple[str, str]] = {
    "immunizations.duplicate_claim": (
        "Hai lần ghi cùng giữ một mũi trong phác đồ, cần người xem lại.",
        "Two records hold the same dose of the course; a person must decide.",
    ),
    "stock.lot_expired": (
        "Lô {lot} đã hết hạn khi tiêm ({expired_on}), cần người xem lại.",
        "Lot {lot} had expired when it was given ({expired_on}); a person must decide.",
    ),
    "stock.lot_recalled": ("Lô {lot} đã bị thu hồi, cần người xem lại.", "Lot {lot} had been recalled; a person must decide."),
    "stock.lot_quarantined": (
        "Lô {lot} đang được giữ lại khi tiêm, cần người xem lại.",
        "Lot {lot} was held back when it was given; a person must decide.",
    ),
    "stock.vial_over": (
        "Lọ của lô {lot} đã quá giờ dùng khi tiêm, cần người xem lại.",
        "The vial of lot {lot} was past its time in use when it was given; a person must decide.",
    ),
    "stock.thaw_over": (
        "Lô {lot} đã quá hạn sau rã đông khi tiêm ({use_before}), cần người xem lại.",
        "Lot {lot} was past its days after thawing when it was given ({use_before}); a person must decide.",
    ),
    "stock.lot_cold_breach": (
        "Lô {lot} đã hỏng vì nhiệt độ trước khi tiêm, cần người xem lại.",
        "Lot {lot} had been harmed by its temperature before it was given; a person must decide.",
    ),
    "visits.lot_provisional": (
        "Lô {lot} chưa có giấy tờ, cần người xem lại.",
        "Lot {lot} has no papers yet; a person must decide.",
    ),
}
LOT_DOUBTS = frozenset(DOUBTS) - {"immunizations.duplicate_claim"}
LOT_MARKS = {code.split(".", 1)[1]: code for code in sorted(LOT_DOUBTS)}  # what the desk marked on a dose already in the arm
_DECIDED = frozenset({"campaigns.marked_valid", "campaigns.marked_invalid"})


def standing_doubt(code: str, marks: Iterable[str]) -> str:
    """What a person has still to decide about a dose: the doubt that is stored, or what the desk marked on its vial; empty: nothing.

    A bad vial stays bad when the dose was first thought too early, or recorded twice, and that was put right.
    """
    if code in _DECIDED:
        return ""
    if code in LOT_DOUBTS:
        return code
    return next((LOT_MARKS[mark] for mark in marks if mark in LOT_MARKS), code if code in DOUBTS else "")


AWAITED = (
    "Tính cả mũi đang chờ người có trách nhiệm xem lại; quyết định xong ngày này có thể đổi.",
    "This counts a dose that a person has still to decide about; the day may change with that decision.",
)


def doubt(code: str, lot: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The sentence of a doubt, in Vietnamese and English."""
    told = {"lot": lot} | {name: str(value) for name, value in facts.items()}
    vi, en = DOUBTS[code]
    if "expired_on" not in told:
        vi, en = vi.replace(" ({expired_on})", ""), en.replace(" ({expired_on})", "")
    return vi.format_map(told), en.format_map(told)


FIRST_DOSES = date(2020, 7, 1)  # no COVID-19 vaccine was given to the public anywhere before


def check_told(vaccine: str, on_date: date, birth: PartialDate, *, today: date) -> None:
    """Check what a dose says of itself: nothing is given tomorrow, or before birth.

    Raises Refused: immunizations.vaccine_missing, immunizations.date_in_future, immunizations.before_birth, immunizations.before_any_vaccine.
    """
    if not vaccine.strip():
        raise Refused("immunizations.vaccine_missing")
    if on_date > today:
        raise Refused("immunizations.date_in_future", on_date=on_date)
    if on_date < birth.earliest():
        raise Refused("immunizations.before_birth", on_date=on_date)
    if on_date < FIRST_DOSES:
        raise Refused("immunizations.before_any_vaccine", on_date=on_date, first=FIRST_DOSES)


def columns(changes: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a correction into columns; `dose` is what the paper states, `valid` a person's decision.

    Raises Refused immunizations.not_correctable (field).
    """
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "dose":
            kept = {key: kept for key, kept in facts.items() if key != "stated"}
            found["validity_facts"] = kept | (
                {"stated": [str(getattr(value[0], "value", value[0])), value[1]]} if value else {}
            )
        elif name == "valid":
            found["validity"], found["validity_code"] = DECISIONS[value]
        elif name in CORRECTABLE:
            found[name] = value
        else:
            raise Refused("immunizations.not_correctable", field=name)
    return found
