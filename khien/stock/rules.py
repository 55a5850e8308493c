"""What may be drawn, sent, opened: rules on lots, items, vials and consignments. Standard library only."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from khien.kernel.errors import Refused
from khien.stock import cold_rules
from khien.stock.types import Balance, Item, LotInfo, Proposed, Shelf

# What hands and scanners confuse on a vial: O with 0, I and l with 1.
_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})
WASTE_REASONS = (
    "open_vial", "short_vial", "spilled", "broken", "expired", "cold_chain", "frozen", "contaminated", "label_lost", "recalled", "other",
)  # fmt: skip
# Why what arrived is not what was sent.
DIFFERENCES = ("short", "excess", "broken", "warm", "frozen", "expired", "wrong_lot", "label_lost", "other")
# Those of them that may have spoiled a vaccine, as a hold's reason says it.
HARMED = {"warm": "bị nóng trên đường", "frozen": "bị đông đá trên đường"}
HARMED_EN = {"warm": "warm on the way", "frozen": "frozen on the way"}
# What a difference turned out to be: lost on the way, found at the sender's, arrived after all, never sent (or sent beyond the paper).
RESOLUTIONS = ("lost", "came_back", "arrived", "miscounted")
MOST_IN_VIAL = 50
EXTRA_DOSES = 2  # the most that low-dead-space syringes draw beyond a vial's label
CLOCK = timedelta(hours=24)  # a difference is explained within a day
OVERDUE = timedelta(days=3)  # a consignment that nobody received
SOON = timedelta(days=30)
CRITICAL = timedelta(days=7)
LOW_DAYS = 3  # days of stock at the mean of the last week
UNDATED = date(9999, 12, 31)  # goods that do not expire


@cache
def items() -> dict[str, Item]:
    """Everything on the ledger that is no vaccine: diluent, syringes by size, safety boxes, adrenaline."""
    told = json.loads((Path(__file__).parent / "data" / "items.json").read_text(encoding="utf-8"))
    return {one["code"]: Item(**one) for one in told}


def is_vaccine(code: str) -> bool:
    """Whether a lot of this item is a vaccine's."""
    return code not in items()


def check_vaccine(lot: LotInfo) -> LotInfo:
    """Return the lot if it is a vaccine's; a diluent, a syringe, a box or an ampoule of adrenaline is never a dose.

    Raises Refused: stock.not_a_vaccine (lot, item).
    """
    if not is_vaccine(lot.vaccine):
        item = items()[lot.vaccine]
        raise Refused("stock.not_a_vaccine", lot=lot.number, item_vi=item.vi, item_en=item.en)
    return lot


def number_key(number: str) -> str:
    """Fold a lot number so that case, spaces, dashes and O/0, I/l/1 do not matter."""
    return _characters(number).translate(_CONFUSED)


def same_number(written: str, number: str) -> bool:
    """Whether two writings of a lot number differ in case, spaces and dashes alone: no O was read as 0, no I or l as 1."""
    return _characters(written) == _characters(number)


def _characters(number: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", number).upper())


def check_dates(number: str, expires_on: date | None, manufactured_on: date | None, on: date) -> None:
    """Look at a label's dates as it is entered.

    Raises Refused: stock.expiry_before_manufacture (lot, expires_on, manufactured_on), stock.made_in_future (lot, manufactured_on).
    """
    if expires_on and manufactured_on and expires_on <= manufactured_on:
        raise Refused("stock.expiry_before_manufacture", lot=number, expires_on=expires_on, manufactured_on=manufactured_on)
    if manufactured_on and manufactured_on > on:
        raise Refused("stock.made_in_future", lot=number, manufactured_on=manufactured_on)


def check_lot(lot: LotInfo | None, on: date, *, vaccine: str | None = None) -> LotInfo:
    """Return the lot if it may be injected on this day; it may through the day of its expiry.

    Raises Refused: stock.lot_unknown, stock.lot_other_vaccine (lot, expected, found), stock.lot_recalled,
    stock.lot_quarantined (lot, reason), stock.lot_expired (lot, expired_on).
    """
    if lot is None:
        raise Refused("stock.lot_unknown")
    if vaccine is not None and lot.vaccine != vaccine:
        raise Refused("stock.lot_other_vaccine", lot=lot.number, expected=vaccine, found=lot.vaccine)
    if lot.state == "recalled":
        raise Refused("stock.lot_recalled", lot=lot.number, reason=lot.state_reason)
    if lot.state == "quarantined":
        raise Refused("stock.lot_quarantined", lot=lot.number, reason=lot.state_reason, **in_both(lot.state_reason))
    if lot.expired(on):
        raise Refused("stock.lot_expired", lot=lot.number, expired_on=lot.expires_on)
    return lot


def in_both(reason: str) -> dict[str, str]:
    """The reason of a hold in both languages where a rule of the cold chain or the road gave it; a person's own words have one."""
    told = {one.vi: one.en for one in cold_rules.rules()} | {HARMED[code]: HARMED_EN[code] for code in HARMED}
    parts = [_part_in_english(part, told) for part in reason.split("; ")]
    return {"reason_vi": reason, "reason_en": "; ".join(parts)} if "; ".join(parts) != reason else {}


def _part_in_english(part: str, told: dict[str, str]) -> str:
    """One of the causes that a reason joins, as the cold chain and consignments write it: whose, and what happened."""
    vi = next((words for words in told if part.endswith(f": {words}")), "")
    return part.removesuffix(vi).replace("Chuyến hàng ", "Consignment ", 1) + told[vi] if vi else part


def can_use(lot: LotInfo | None, on: date, *, vaccine: str | None = None) -> bool:
    """Say whether the lot may be injected on this day."""
    try:
        check_lot(lot, on, vaccine=vaccine)
    except Refused:
        return False
    return True


def check_sent(lot: LotInfo, on: date) -> None:
    """Look at a lot, as it stands at its holder, before it is sent on to be used.

    Raises Refused: stock.stopped_not_sent (lot, reason), stock.expired_not_sent (lot, expired_on).
    """
    if lot.state != "released":
        raise Refused("stock.stopped_not_sent", lot=lot.number, reason=lot.state_reason, **in_both(lot.state_reason))
    if lot.expired(on):
        raise Refused("stock.expired_not_sent", lot=lot.number, expired_on=lot.expires_on)


def check_opened(opened_at: datetime, at: datetime) -> None:
    """A vial is opened now or was opened before. Raises Refused: stock.vial_in_future (opened_at)."""
    if opened_at > at + timedelta(minutes=2):
        raise Refused("stock.vial_in_future", opened_at=opened_at)


def use_until(opened_at: datetime, hours: int | None, thaw_before: datetime | None = None) -> datetime:
    """The end of an opened vial: its hours in use, or the end of its thawed days where that comes first."""
    by_use = opened_at + timedelta(hours=hours or 6)
    return min(by_use, thaw_before) if thaw_before else by_use


def check_shelf(shelf: Shelf, lot: LotInfo, moment: datetime, on: date) -> None:
    """Look at the clocks of the vial from which a dose of this lot comes at this moment; one that is still in time is enough.

    Vials nobody told of stop nothing, nor do those whose labelled doses are all drawn. Raises Refused: stock.vial_over (lot,
    opened_at, use_until), stock.thaw_over (lot, use_before).
    """
    open_ = [one for one in shelf.vials if one.opened_at <= moment and (one.ended_at is None or one.ended_at >= moment) and one.left > 0]
    if open_ and all(one.use_until < moment for one in open_):
        last = max(open_, key=lambda one: one.use_until)
        raise Refused("stock.vial_over", lot=lot.number, opened_at=last.opened_at, use_until=last.use_until)
    if not open_ and shelf.thaw_before is not None and on > shelf.thaw_before:
        raise Refused("stock.thaw_over", lot=lot.number, use_before=shelf.thaw_before)


def first_expired_first_out(held: Iterable[Balance], item: str, doses: int, on: date) -> list[Proposed]:
    """Propose which lots to send or to use: what expires first goes first; lots that may not be used are left out."""
    left, found = doses, []
    usable = [one for one in held if one.lot.vaccine == item and one.on_hand and can_use(one.lot, on)]
    for one in sorted(usable, key=lambda one: (one.lot.expires_on, one.lot.number)):
        if left <= 0:
            break
        part = min(left, one.on_hand)
        found.append(Proposed(one.lot, part))
        left -= part
    return found


def days_of_stock(on_hand: int, used: int, days: int = 7) -> float | None:
    """For how many days the doses last at the mean of the last days; None where nothing was used."""
    return on_hand / (used / days) if used > 0 else None
