"""The demo's stores, consignments, open vials and fridges, one of which failed last night: no page of stock is empty."""

import math
from datetime import date, datetime, timedelta
from itertools import batched
from uuid import UUID

from khien.access import queries as access
from khien.booking import queries as booking
from khien.demo.accounts import CITY
from khien.demo.city import City
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Performed, PlaceFacts
from khien.places import queries as places
from khien.stock import actions as stock
from khien.stock import queries as stock_reads
from khien.stock.cold_types import Key

HOUR = timedelta(hours=1)
WARM_POINT = 2  # whose fridge failed last night
KEEPER = "Trịnh Thủ Kho"
SUPPLIES = (("DILUENT-NACL", "NACL2108", 400, 4_000), ("SYRINGE-0.3-LDS", "BKT0321", None, 90_000), ("SAFETY-BOX-5", "HOP0121", None, 2_000), ("ADRENALINE-1", "ADR0921", 240, 600))


def fill(city: City, today: date, at: datetime) -> UUID:
    """Fill the stores and send goods down; a few days of the city's vaccine. Returns the city's store."""
    province = places.unit_place("2021-79")
    nation = stock.add_store(kind="national", name="Kho vắc xin quốc gia", name_en="National vaccine store", place=PlaceFacts(), by=SYSTEM, at=at)
    stock.add_store(kind="institute", name="Kho Viện Pasteur Thành phố Hồ Chí Minh", name_en="Pasteur Institute store", place=province, by=SYSTEM, at=at)
    stock.add_store(kind="military", name="Kho Cục Hậu cần Quân khu 7", name_en="Military Region 7 store", place=province, by=SYSTEM, at=at)
    store = stock.add_store(kind="province", name="Kho vắc xin Thành phố", name_en="City vaccine store", place=province, address="699 Trần Hưng Đạo", phone="028 3823 0000", by=SYSTEM, at=at)
    lots = [*city.lots.values(), *(_supply(*told, today=today, at=at) for told in SUPPLIES)]
    for number, lot in enumerate(lots):
        _enter(nation, lot, 200_000, f"NK-{today:%y}-{number + 1:03d}", at - timedelta(days=14))
    _down(nation, store, dict.fromkeys(lots, 30_000), f"PXK-QG-{today:%y%m}-018", at - timedelta(days=8))
    for number, site in enumerate(city.sites):
        told = {lot: 40 for lot in lots[-4:]} | {lots[0]: 300}
        _down(store, site, told, f"PXK-TP-{today:%y%m}-{100 + number}", at - timedelta(days=2))
    _on_the_road(store, nation, city, lots, today, at)
    _work(city, lots[0], at)
    _ask_recall(city, at)
    return store


def _supply(item: str, number: str, days: int | None, _: int, *, today: date, at: datetime) -> UUID:
    expires = today + timedelta(days=days) if days else None
    return stock.add_lot(vaccine=item, number=number, expires_on=expires, doses_per_vial=1, by=SYSTEM, at=at)


def _done(at: datetime) -> Performed:
    return Performed(at, clock.on_date(at), by_name=KEEPER)


def _enter(holder: UUID, lot: UUID, doses: int, document: str, at: datetime) -> None:
    stock.receive(site_id=holder, lot_id=lot, doses=doses, document=document, performed=_done(at), by=SYSTEM, at=at)


def _down(sender: UUID, receiver: UUID, doses: dict[UUID, int], document: str, at: datetime) -> None:
    sent = stock.send(from_id=sender, to_id=receiver, doses=doses, document=document, performed=_done(at), by=SYSTEM, at=at)
    stock.accept(consignment_id=sent, performed=_done(at + timedelta(hours=5)), by=SYSTEM, at=at + timedelta(hours=5))


def _on_the_road(store: UUID, nation: UUID, city: City, lots: list[UUID], today: date, at: datetime) -> None:
    """One consignment on its way to the city, two to points; one that arrived short."""
    lot = lots[0]
    stock.send(from_id=nation, to_id=store, doses={lot: 12_000, lots[1]: 6_000}, document=f"PXK-QG-{today:%y%m}-027", performed=_done(at - timedelta(hours=6)), by=SYSTEM, at=at - timedelta(hours=6))
    for number in (0, 3):
        stock.send(from_id=store, to_id=city.sites[number], doses={lot: 200}, document=f"PXK-TP-{today:%y%m}-{201 + number}", performed=_done(at - timedelta(hours=2)), by=SYSTEM, at=at - timedelta(hours=2))
    short = stock.send(from_id=store, to_id=city.sites[4], doses={lot: 250}, document=f"PXK-TP-{today:%y%m}-199", performed=_done(at - timedelta(days=1)), by=SYSTEM, at=at - timedelta(days=1))
    stock.accept(consignment_id=short, counted={lot: 240}, reasons={lot: "broken"}, performed=_done(at - timedelta(hours=20)), by=SYSTEM, at=at - timedelta(hours=20))


def chill(store: UUID, city: City, at: datetime) -> None:
    """After the days of the points were played, for what lay in the fridge that failed is held: a fridge at each point and two at the store, with a day and a half of readings; one failed at night, one fell silent, one told nonsense."""
    first, now = at - timedelta(hours=30), at - timedelta(minutes=3)
    holders = [(store, "Tủ lạnh lớn số 1", "fridge"), (store, "Tủ âm sâu", "ultra"), *((site, f"Tủ vắc xin điểm {i + 1}", "fridge") for i, site in enumerate(city.sites))]
    for number, (holder, name, profile) in enumerate(holders):
        device = stock.add_device(site_id=holder, code=f"TL-{number + 1:02d}", name=name, profile=profile, by=SYSTEM, at=first)
        warm, silent = holder == city.sites[WARM_POINT], number == len(holders) - 1
        rows = [(str(device), when.isoformat(), _degrees(when, profile, number, at if warm else None)) for when in _every(first, now - timedelta(hours=4 if silent else 0))]
        if number == 5:
            rows.append((str(device), now.isoformat(), 850.0))
        stock.take_readings(rows, key=Key(None, holder, None), at=now)
    stock.watch(at)
    _decide_one(city, at)
    vials(clock.on_date(at), at)


def _decide_one(city: City, at: datetime) -> None:
    """The lot that the point injects from was looked at and released in the morning; the others still wait for a decision."""
    for held in stock_reads.holds(site_id=city.sites[WARM_POINT], lot_id=city.lots["AZ"]):
        stock.decide_hold(
            hold_id=held.id, decision="released", reason="Nhãn theo dõi nhiệt còn tốt, nhà sản xuất đồng ý dùng tiếp", performed=_done(at), by=SYSTEM, at=at
        )


def _every(first: datetime, last: datetime) -> list[datetime]:
    return [first + timedelta(minutes=5 * i) for i in range(int((last - first).total_seconds() // 300) + 1)]


def _degrees(when: datetime, profile: str, number: int, failed: datetime | None) -> float:
    """A quiet curve; where the fridge failed it warms from 22 hours to 4 hours before now."""
    wave = math.sin(when.timestamp() / 3000 + number) * 0.7
    if profile == "ultra":
        return round(-74 + wave * 3, 1)
    if failed is not None and timedelta(hours=3) < failed - when < timedelta(hours=16):
        warmed = (timedelta(hours=16) - (failed - when)).total_seconds() / 3600
        return round(min(4.5 + warmed * 2.2, 13.8) + wave, 1)
    return round(4.6 + wave, 1)


def _work(city: City, lot: UUID, at: datetime) -> None:
    """A count that differs, doses taken into use from a label."""
    site = city.sites[1]
    held = stock_reads.balance(site, lot)
    stock.count(site_id=site, on=clock.on_date(at - timedelta(days=1)), counted={lot: stock.Counted(max(held.on_hand - 4, 0))}, by=SYSTEM, at=at - timedelta(hours=14))
    stock.accept_label(site_id=city.sites[5], lot_id=lot, doses=60, performed=_done(at - timedelta(hours=3)), by=SYSTEM, at=at - timedelta(hours=3))


def _ask_recall(city: City, at: datetime) -> None:
    """A recall asked for by operations: it waits for a second person."""
    staff_id = access.staff_by_username("hotro3")
    staff = access.staff_ref(staff_id, at=at) if staff_id else None
    lot = next((one for one in stock_reads.all_lots("AZ") if one.id != city.lots["AZ"]), None)
    if staff and lot:
        stock.ask_recall(lot_id=lot.id, scope=CITY, reason="Mẫu kiểm nghiệm có tạp chất, chờ kết quả lần hai", document="CV-218/QLD", by=staff.actor(), at=at - HOUR * 5)


def vials(today: date, at: datetime) -> None:
    """The vials of every point that is open today: those of the doses given so far, the last of each lot still open, one at least."""
    for session in booking.sessions(None, on=today, states=("open", "paused")):
        usable = [one.lot for one in stock_reads.lots_at(session.site_id, on=today) if one.lot.vaccine in session.vaccines and one.lot.doses_per_vial > 1]
        given = {lot.id: sorted(line.performed_at for line in stock_reads.movements(session.site_id, lot_id=lot.id, on=today) if line.kind == "drawn") for lot in usable}
        if usable and not any(given.values()):
            given[usable[0].id] = [at - timedelta(minutes=5)]  # nobody yet: it was opened for whoever comes first
        for lot in usable:
            for doses in batched(given[lot.id], lot.doses_per_vial, strict=False):
                vial = stock.open_vial(
                    site_id=session.site_id, session_id=session.id, lot_id=lot.id, performed=_done(doses[0] - timedelta(minutes=1)), by=SYSTEM, at=at
                )
                if len(doses) == lot.doses_per_vial:
                    stock.end_vial(site_id=session.site_id, vial_id=vial.id, left=0, performed=_done(doses[-1]), by=SYSTEM, at=at)
