"""What may be drawn: rules on lots. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from khien.kernel.errors import Refused
from khien.stock.types import LotInfo

# What hands and scanners confuse on a vial: O with 0, I and l with 1.
_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})


def number_key(number: str) -> str:
    """Fold a lot number so that case, spaces, dashes and O/0, I/l/1 do not matter."""
    text = unicodedata.normalize("NFKC", number).upper()
    return re.sub(r"[^0-9A-Z]", "", text).translate(_CONFUSED)


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
        raise Refused("stock.lot_quarantined", lot=lot.number, reason=lot.state_reason)
    if on > lot.expires_on:
        raise Refused("stock.lot_expired", lot=lot.number, expired_on=lot.expires_on)
    return lot


def can_use(lot: LotInfo | None, on: date, *, vaccine: str | None = None) -> bool:
    """Say whether the lot may be injected on this day."""
    try:
        check_lot(lot, on, vaccine=vaccine)
    except Refused:
        return False
    return True
