"""A sheet of yesterday evening that is found today: the scene is laid with yesterday's hours, then keyed and closed over HTTP."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khien.access import queries as access
from khien.booking import actions as booking
from khien.demo.city import City
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.rehearsal.browser import Counter, Surprise
from khien.rehearsal.officers import closing, sign_day
from khien.rehearsal.product import told
from khien.rehearsal.shelf import Shelf, at_once
from khien.rehearsal.staff import Desk, Officer
from khien.stock import queries as stock
from khien.stock.types import LotInfo
from khien.synthetic.crowd import Somebody
from khien.visits import actions as visits
from khien.visits import queries

DOSED = 20  # minutes after the session was opened
HOURS = (("evening", 17, 19), ("afternoon", 19, 21), ("morning", 21, 23), ("whole_day", 5, 7))


@dataclass(frozen=True)
class Evening:
    """A session of yesterday that could not close: the power went, one sheet was written and not found."""

    session_id: UUID
    point: int
    serials: tuple[str, ...]
    site_id: UUID
    lot: LotInfo
    opened_at: datetime


def lay(city: City, *, sites: int) -> Evening:
    """Plan, open and print yesterday, as its own staff did. Raises Surprise when every point's day is full."""
    day = clock.on_date(clock.now()) - timedelta(days=1)
    for number in range(sites):
        balance = next((one for one in stock.lots_at(city.sites[number], on=day) if one.on_hand > 0 and stock.rules.is_vaccine(one.lot.vaccine)), None)
        if balance is None:
            continue
        for shift, first, last in HOURS:
            opened_at = clock.at_local(day, first)
            lead, planner = _staff(f"diem{number + 1:02d}.truong", opened_at), _staff("thanhpho", opened_at)
            try:
                session_id = booking.plan_session(
                    site_id=city.sites[number], on_date=day, shift=shift, starts_at=opened_at, ends_at=clock.at_local(day, last), mode="walk_in",
                    vaccines=[balance.lot.vaccine], by=planner, at=opened_at - timedelta(hours=2),
                )  # fmt: skip
            except Refused as refusal:
                if refusal.code in ("booking.session_exists", "booking.session_overlaps"):
                    continue
                raise
            _open(session_id, balance.lot.id, lead, opened_at)
            serials = visits.print_forms(session_id=session_id, count=3, by=lead, at=opened_at)
            return Evening(session_id, number + 1, tuple(serials), city.sites[number], balance.lot, opened_at)
    raise Surprise("no point has an hour of yesterday left")


def _staff(username: str, at: datetime) -> Actor:
    found = access.staff_by_username(username)
    staff = access.staff_ref(found, at=clock.now()) if found else None
    if staff is None:
        raise Surprise(f"{username} holds no post")
    return staff.actor()


def _open(session_id: UUID, lot_id: UUID, lead: Actor, at: datetime) -> None:
    later = (clock.on_date(at) + timedelta(days=200)).isoformat()
    items = {
        "anaphylaxis_kit": {"expires_on": later}, "adrenaline": {"ampoules": 5, "expires_on": later}, "doctor": {"name": "Trần Bác Sĩ"},
        "fridge": {"celsius": "4,5"}, "printer": {"ok": True}, "paper_pack": {"ok": True}, "hospital_phone": {"phone": "115"},
    }  # fmt: skip
    visits.choose_lot(session_id=session_id, lot_id=lot_id, by=lead, at=at)
    visits.sign_checklist(session_id=session_id, items=items, by=lead, at=at)
    visits.open_session(session_id=session_id, by=lead, at=at)


def settle(base: str, evening: Evening, one: Somebody, *, counter: Counter) -> tuple[str, str]:
    """Today: the clerk keys the sheet that was found, explains the others, and the lead closes yesterday.

    Returns who printed the confirmation, and of which visit.
    """
    address = f"/diem/{evening.session_id}"
    lot_id, day = str(evening.lot.id), clock.on_date(evening.opened_at)
    with Officer(base, f"diem{evening.point:02d}.nhaplieu", counter=counter) as clerk:
        shelf = Shelf(at_once(Desk(clerk, str(evening.session_id))), str(evening.site_id), day)
        shelf.ready(evening.lot, evening.opened_at + timedelta(minutes=DOSED - 1))
        _key(clerk, address, evening, one)
        shelf.drew(lot_id, evening.opened_at + timedelta(minutes=DOSED))
        shelf.clear(evening.opened_at + timedelta(minutes=DOSED + 35))
    with Officer(base, f"diem{evening.point:02d}.truong", counter=counter) as lead:
        early = lead.get(f"{address}/ket-thuc")
        refused = lead.send(early, closing(early), {})
        if refused.status != 409:
            raise Surprise(f"yesterday closes although two sheets are not explained ({refused.status})")
        for serial, act in zip(evening.serials[1:], ("missing", "void"), strict=True):
            page = lead.get(f"{address}/phieu")
            lead.send(page, page.form("serial", "reason"), {"serial": serial, "reason": "Mất điện, không thấy phiếu"}, button=act)
        page = lead.get(f"{address}/ket-thuc")
        done = lead.send(page, closing(page), {})
        if done.status != 200:
            raise Surprise(f"yesterday does not close ({done.status})")
        sign_day(lead, str(evening.site_id), day)  # not while another session of that day was left open
        desk = Desk(lead, str(evening.session_id))
        visit = str(told(lambda: queries.visits_of_session(evening.session_id))[0].ref.visit_id)
        desk.confirmation(visit)
    return desk.actor, visit


def _key(clerk: Officer, address: str, evening: Evening, one: Somebody) -> None:
    """Key the whole sheet on its page, with yesterday's hours."""
    page = clerk.get(f"{address}/nhap-phieu", phieu=evening.serials[0])
    form = page.form("full_name", "lot_number")
    hour = clock.local(evening.opened_at).hour
    told = {
        "full_name": one.full_name, "birth_day": one.birth.day or "", "birth_month": one.birth.month or "", "birth_year": one.birth.year, "sex": one.sex,
        "identifier": one.cccd, "phone": one.phone, "received": f"{hour}h05", "temperature": "36,8", "pulse": "78", "pressure": "120/80",
        "decision": "eligible", "screened": f"{hour}:12", "doctor": "Trần Bác Sĩ", "injected": f"{hour}:{DOSED}", "injector": "Phạm Thị Điều Dưỡng",
        "vaccine": evening.lot.vaccine, "lot_number": evening.lot.number, "end": "closed", "ended": f"{hour}:55",
        **{name: "no" for name in form.choices if name.startswith("item_")},
    }  # fmt: skip
    done = clerk.send(page, form, told, button="key")
    if done.status != 200 or not re.search(r"xong=\d", done.url):
        raise Surprise(f"yesterday's sheet is not taken ({done.status})")
