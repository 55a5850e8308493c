"""What lies on a point's table, as hands count it: vials opened when one is empty, the rest thrown away, the shelf counted in the evening."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from khien.rehearsal import product
from khien.rehearsal.browser import Surprise
from khien.rehearsal.staff import Desk, Officer
from khien.stock import queries as stock
from khien.stock.types import LotInfo

TOO_OLD = "expired"  # why a vial whose hours are over is thrown away in the middle of the day
IN_USE = timedelta(hours=6)  # of a vial whose hours the product has not told yet
LEFT_OVER = "open_vial"  # why doses of an opened vial are thrown away in the evening
# How a command leaves the table: its name, what it says once what stands before it was answered, who hears the answer.
Post = Callable[[str, Callable[[], dict[str, Any]], datetime, Callable[[dict[str, Any]], None]], None]


def at_once(desk: Desk) -> Post:
    """Send each command now, and be sure that it is accepted."""
    return lambda name, body, at, then: then(desk.must(name, performed_at=at.isoformat(), **body()))


@dataclass
class Vial:
    """An opened vial in the nurse's hand."""

    lot_id: str
    doses: int
    used: int = 0
    id: str = ""  # once the product answered
    until: datetime | None = None  # what is left in it then is thrown away
    last: datetime | None = None  # the latest dose: two tables draw, and one of them may look at a clock that is some seconds ahead

    def opened(self, told: dict[str, Any]) -> None:
        self.id = told["vial_id"]
        if told.get("use_until"):
            self.until = datetime.fromisoformat(str(told["use_until"]))


class Shelf:
    """Counts by hand, apart from the ledger: what the two say is compared in the evening."""

    def __init__(self, post: Post, site_id: str, day: date) -> None:
        self.post, self.site_id, self.day = post, site_id, day
        self.open: dict[str, Vial] = {}
        self.lots: set[str] = set()
        self.opened = self.given = self.wasted = 0
        self.hand = {str(one.lot.id): one.on_hand for one in product.told(lambda: stock.lots_at(UUID(site_id), on=day))}

    def begin(self, lot_id: str, at: datetime) -> None:
        """Before the first dose: what others left open of this lot is ended, as nobody injects from a stranger's vial."""
        for vial in product.told(lambda: stock.vials(UUID(self.site_id), self.day, open_only=True)):
            if str(vial.lot.id) == lot_id and lot_id not in self.open:
                self._end(Vial(lot_id, vial.doses, min(vial.drawn, vial.doses), str(vial.id)), at)

    def gone(self, lot_id: str, doses: int) -> None:
        """Doses that left yesterday on a sheet that nobody has keyed yet: the ledger still holds them, the shelf does not."""
        self.hand[lot_id] = self.hand.get(lot_id, 0) - doses

    def ready(self, lot: LotInfo, at: datetime) -> bool:
        """Have a vial open for a dose at this moment; False when its lot is held back and none may be opened."""
        lot_id = str(lot.id)
        if (vial := self.open.get(lot_id)) is not None and vial.until is not None and at >= vial.until:
            self._end(self.open.pop(lot_id), vial.until, TOO_OLD)
        if lot_id in self.open:
            return True
        self.open[lot_id] = vial = Vial(lot_id, lot.doses_per_vial, until=at + IN_USE)
        self.lots.add(lot_id)
        self.opened += 1
        self.post("open_vial", lambda: {"lot_id": lot_id}, at, vial.opened)
        return lot_id in self.open

    def stopped(self, lot_id: str) -> None:
        """The vial in the hand may not be opened: its lot is held back."""
        if self.open.pop(lot_id, None) is not None:
            self.opened -= 1

    def drew(self, lot_id: str, at: datetime) -> None:
        """A dose left the vial in the hand, if there is one; an empty one is ended."""
        self.given += 1
        self.hand[lot_id] = self.hand.get(lot_id, 0) - 1
        vial = self.open.get(lot_id)
        if vial is None:
            return
        vial.used += 1
        vial.last = max(at, vial.last or at)
        if vial.used >= vial.doses:
            self._end(self.open.pop(lot_id), vial.last)

    def put_back(self, lot_id: str) -> None:
        """A dose held ready was not given: it stays in its vial, or on the shelf when the vial was put away meanwhile."""
        self.given -= 1
        self.hand[lot_id] = self.hand.get(lot_id, 0) + 1
        if lot_id in self.open and self.open[lot_id].used:
            self.open[lot_id].used -= 1

    def _end(self, vial: Vial, at: datetime, reason: str = LEFT_OVER) -> None:
        left = vial.doses - vial.used
        self.post("end_vial", lambda: {"vial_id": vial.id, "left": left, "reason": reason if left else ""}, at, lambda _: None)
        self.wasted += left
        self.hand[vial.lot_id] = self.hand.get(vial.lot_id, 0) - left

    def clear(self, at: datetime, lot_id: str = "", reason: str = LEFT_OVER) -> None:
        """Throw away what is left in open vials (of one lot, where one is named)."""
        for key in [key for key in self.open if not lot_id or key == lot_id]:
            self._end(self.open.pop(key), at, reason)

    def count(self, lead: Officer) -> None:
        """The lead counts the shelf in the evening, on the page where it stands beside the ledger."""
        page = lead.get(f"/dieu-phoi/kho/{self.site_id}/doi-chieu", ngay=self.day.isoformat())
        form = next((form for form in page.forms if form.values.get("act") == ["count"]), None)
        if form is None:
            raise Surprise(f"{lead.username}: the shelf cannot be counted ({page.status})")
        told = {f"dem-{lot_id}": doses for lot_id, doses in self.hand.items() if f"dem-{lot_id}" in form.values}
        done = lead.send(page, form, told)
        if done.status != 200:
            raise Surprise(f"{lead.username}: the count is not taken ({done.status})")


def unaccounted(site_id: str, day: date, lots: set[str]) -> list[str]:
    """Doses of these lots that the vials, the records, the ledger and the hand's count tell differently, each by what differs."""
    return [
        f"{site_id}/{line.lot.id} {what}"
        for line in product.told(lambda: stock.reconcile(UUID(site_id), day))
        if str(line.lot.id) in lots
        for what in (*line.differences, *(["uncounted"] if line.counted is None else []))
    ]


def soon(at: datetime) -> datetime:
    """A minute before: when the vial for a dose was opened."""
    return at - timedelta(minutes=1)
