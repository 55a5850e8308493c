"""The opening checklist: what must be there before the first injection, what a named person may override.

Pure: standard library only. Sources: Decree 104/2016/ND-CP (kit, staff, hospital), Decision 3588/QD-BYT (point and papers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from khien.kernel.errors import Refused
from khien.visits.types import ChecklistItem

FRIDGE_LOW, FRIDGE_HIGH = Decimal(2), Decimal(8)  # degrees Celsius, where vaccine is kept at the point
MOST_DIGITS = 6  # of a count; more is a key held down

LABELS: dict[str, tuple[str, str]] = {
    "anaphylaxis_kit": ("Hộp chống sốc còn hạn", "Anaphylaxis kit in date"),
    "adrenaline": ("Adrenalin còn hạn, để ngay tại bàn tiêm", "Adrenaline in date, at the injection table"),
    "doctor": ("Bác sĩ trực", "Doctor on duty"),
    "fridge": ("Nhiệt độ tủ, phích vắc xin", "Reading of the vaccine fridge or box"),
    "lots": ("Đã chọn lô, lô còn hạn", "Lots chosen and in date"),
    "printer": ("Máy in chạy", "Printer works"),
    "paper_pack": ("Tập phiếu giấy phòng mất điện", "Paper pack for a power cut"),
    "hospital_phone": ("Số điện thoại bệnh viện hỗ trợ", "Phone of the supporting hospital"),
}
NEVER_OVERRIDDEN = frozenset({"adrenaline", "doctor"})


def judge(items: Mapping[str, Mapping[str, Any]], *, on: date, lots_ok: bool) -> tuple[ChecklistItem, ...]:
    """Judge each line of the list; what is not told is not there. The lots are judged by the caller from what was chosen.

    Raises Refused: visits.checklist_unknown_item (item), visits.checklist_unreadable (item, item_vi, item_en).
    """
    for code in items:
        if code not in LABELS:
            raise Refused("visits.checklist_unknown_item", item=str(code)[:40])
    lines = []
    for code, (vi, en) in LABELS.items():
        facts = dict(items.get(code) or {})
        ok = lots_ok if code == "lots" else bool(facts) and _judge_one(code, facts, on)
        lines.append(ChecklistItem(code, vi, en, ok, code not in NEVER_OVERRIDDEN, facts))
    return tuple(lines)


def check(lines: Iterable[ChecklistItem], overrides: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Check that every missing line is overridden by name and reason; return the overrides that were needed.

    Raises Refused: visits.checklist_missing (items, items_vi, items_en), visits.checklist_never_overridden (the same facts),
    visits.override_needs_name_and_reason (item).
    """
    given = {str(entry.get("item", "")): entry for entry in overrides}
    missing = [line for line in lines if not line.ok]
    hard = [line for line in missing if not line.overridable]
    if hard:
        raise Refused("visits.checklist_never_overridden", **_named(hard))
    open_lines = [line for line in missing if line.code not in given]
    if open_lines:
        raise Refused("visits.checklist_missing", **_named(open_lines))
    kept = []
    for line in missing:
        name, reason = (str(given[line.code].get(part, "")).strip() for part in ("name", "reason"))
        if not name or not reason:
            raise Refused("visits.override_needs_name_and_reason", item=line.code, item_vi=line.vi, item_en=line.en)
        kept.append({"item": line.code, "name": name[:200], "reason": reason[:500]})
    return kept


def _named(lines: Iterable[ChecklistItem]) -> dict[str, list[str]]:
    """Lines as facts of a refusal."""
    several = list(lines)
    return {
        "items": [line.code for line in several],
        "items_vi": [line.vi for line in several],
        "items_en": [line.en for line in several],
    }


def _judge_one(code: str, facts: Mapping[str, Any], on: date) -> bool:
    """Say whether one line holds by what was told of it."""
    if code == "anaphylaxis_kit":
        return _in_date(code, facts, on)
    if code == "adrenaline":
        return _count(code, facts.get("ampoules")) >= 1 and _in_date(code, facts, on)
    if code == "doctor":
        return bool(str(facts.get("name") or "").strip())
    if code == "fridge":
        return FRIDGE_LOW <= _celsius(facts.get("celsius")) <= FRIDGE_HIGH
    if code == "hospital_phone":
        return sum(letter.isdigit() for letter in str(facts.get("phone") or "")) >= 3
    return facts.get("ok") is True or str(facts.get("ok", "")).lower() in ("true", "yes", "on", "1")


def _in_date(code: str, facts: Mapping[str, Any], on: date) -> bool:
    value = facts.get("expires_on")
    if not value:
        return False
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))) >= on
    except ValueError:
        raise _unreadable(code) from None


def _count(code: str, value: Any) -> int:
    text = str(value if value is not None else "0").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise _unreadable(code)
    return int(text)


def _celsius(value: Any) -> Decimal:
    """A reading in degrees Celsius; none at all is far out of range."""
    if value is None or str(value).strip() == "":
        return Decimal(-273)
    try:
        read = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite():
        raise _unreadable("fridge")
    return read


def _unreadable(code: str) -> Refused:
    vi, en = LABELS[code]
    return Refused("visits.checklist_unreadable", item=code, item_vi=vi, item_en=en)
