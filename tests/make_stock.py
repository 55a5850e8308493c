"""Makes stores, consignments and the cold chain's devices, through the stock room's own actions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, Performed, PlaceFacts
from khien.places import queries as places
from khien.plumbing import sqlcall
from khien.stock import actions as stock
from khien.stock.cold_types import Key
from tests.make import AT, BY, WARD, number

TODAY = date(2021, 12, 14)


def done(at: datetime = AT) -> Performed:
    """Done at this moment."""
    return Performed(at, clock.on_date(at))


def someone() -> Actor:
    """A staff member of whom only the id is known."""
    return Actor("staff", uuid7())


def make_store(kind: str = "province", *, place: PlaceFacts | None = None, at: datetime = AT) -> UUID:
    """A store; by default of the province in which tests' points stand."""
    here = place or places.unit_place("2021-79")
    if kind in ("district", "facility") and place is None:
        here = places.unit_place(WARD)
        here = PlaceFacts(here.province_2021, here.district_2021, "", here.province_2025, "")
    return stock.add_store(kind=kind, name=f"Kho thử {number()}", place=here, by=BY, at=at)


def fill(holder: UUID, lot: UUID, doses: int, *, at: datetime = AT) -> None:
    """Doses that came in from outside the ledger."""
    stock.receive(site_id=holder, lot_id=lot, doses=doses, document=f"NK{number()}", performed=done(at), by=BY, at=at)


def send(sender: UUID, receiver: UUID, lot: UUID, doses: int, *, document: str = "", at: datetime = AT, kind: str = "supply") -> UUID:
    """A consignment on its way."""
    return stock.send(
        from_id=sender, to_id=receiver, doses={lot: doses}, document=document or f"PX{number()}", kind=kind, performed=done(at), by=BY, at=at
    )


def draw(site: UUID, lot: UUID, *, at: datetime = AT, visit: UUID | None = None, recorded: datetime | None = None) -> tuple[UUID, int]:
    """A dose drawn for a visit, as the injection's own transaction draws it: the visit and the shortfall."""
    visit = visit or uuid7()
    told = sqlcall.call(
        "SELECT stock_draw(%s, %s, %s, %s, 1, %s, %s, %s, %s, %s)",
        [site, lot, visit, uuid7(), clock.on_date(at), at, recorded or at, "staff:x", None],
    )
    return visit, told[0]


def draw_back(site: UUID, visit: UUID, *, at: datetime = AT) -> int:
    """The dose is undone."""
    return int(sqlcall.call("SELECT stock_draw_back(%s, %s, %s, %s)", [site, visit, at, "staff:x"])[0])


def make_fridge(site: UUID, *, code: str = "", profile: str = "fridge", at: datetime = AT) -> tuple[UUID, Key]:
    """A device and the key of its holder's gateway."""
    device = stock.add_device(site_id=site, code=code or f"TL{number()}", name="Tủ vắc xin", profile=profile, by=BY, at=at)
    return device, Key(None, site, None)


def report(device: UUID, key: Key, values: list[float], *, first: datetime, every: int = 5, at: datetime | None = None) -> object:
    """Readings one after another from a moment on."""
    moments = [first + timedelta(minutes=every * i) for i in range(len(values))]
    return stock.take_readings([(str(device), one.isoformat(), value) for one, value in zip(moments, values, strict=True)], key=key, at=at or moments[-1])
