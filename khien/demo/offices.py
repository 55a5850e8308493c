"""What the offices of the demo work on: lists that were sent in, draws, requests to put something right, calls, desks that ask for help."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.db import transaction

from khien.access import queries as access
from khien.booking import actions as booking
from khien.booking import queries as sessions
from khien.cases import actions as cases
from khien.cases.types import ContactPoint, CorrectionAsked, Proposal
from khien.demo.city import POINTS, City
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.registration import actions as registration
from khien.visits import queries as visits
from khien.visits.views import VisitCard

log = logging.getLogger("khien.demo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEAD = "STT;Họ và tên;Ngày sinh;Giới tính;Số CCCD;Điện thoại;Phường/Xã;Quận/Huyện;Tỉnh"
# What really stands in such lists: numbers that lost their zero or became decimals, +84, a year only, a date that is none, a line
# copied down, a number that cannot be. {n} makes each list's people its own.
FIRM = (
    "Nguyễn Thị Thùy Dương;12/03/1991;Nữ;079191990{n}01;0905110001", "Trần Quốc Bảo;05/11/1988;Nam;79088990{n}02;+84905110002",
    "Lê Minh Khôi;23/07/1995;Nam;79095990{n}03.0;0905110003", "Phạm Ngọc Hân;1979;Nữ;079179990{n}04;0905110004",
    "Võ Thị Mỹ Duyên;31/02/1990;Nữ;079190990{n}05;0905110005", "Đặng Hoàng Long;17/09/1985;Nam;079085990{n}06;01685110006",
    "Đặng Hoàng Long;17/09/1985;Nam;079085990{n}06;01685110006", "Bùi Gia Hưng;02/02/1993;Nam;79093;0905110008",
    "Huỳnh Thị Kim Chi;28/12/1998;Nữ;079198990{n}09;0905110009", "Ngô Thanh Tùng;09/06/1982;Nam;079082990{n}10;0905110010",
)  # fmt: skip
WARD = (
    "Nguyễn Văn Sáu;1942;Nam;079042991{n}01;", "Trần Thị Bảy;1945;Nữ;079145991{n}02;", "Lý Thị Năm;03/05/1950;Nữ;79150991{n}03;0905120003",
    "Phan Văn Út;19/08/1948;Nam;;0905120003", "Cao Thị Lành;1939;Nữ;079139991{n}05;", "Đỗ Văn Tám;30/04/1951;Nam;079051991{n}06;0905120006",
)  # fmt: skip


def build(city: City, at: datetime) -> None:
    """Give each office its work; what an older demo cannot have is left out."""
    works: tuple[Callable[[City, datetime], None], ...] = (_lists, partial(_draw, 0, drawn=True), partial(_draw, 2, drawn=False), _corrections, _calls)
    for work in works:
        try:
            with transaction.atomic():
                work(city, at)
        except Refused as refusal:
            log.info("an office of the demo has less to do: %s", refusal.code)


def actor(username: str, at: datetime) -> Actor:
    staff_id = access.staff_by_username(username)
    staff = access.staff_ref(staff_id, at=at) if staff_id else None
    if staff is None:
        raise LookupError(username)
    return staff.actor()


def _lists(city: City, at: datetime) -> None:
    """A firm's list and a ward's, read in the background: rows taken, repaired, refused, perhaps twice."""
    for organization, way, rows, point, name in ((city.firm, "organization", FIRM, 6, "congty"), (city.ward, "ward", WARD, 0, "phuong")):
        key = city.communes[point][0]
        unit = places.unit(key)
        home = ";".join(unit.path.split(", ")) if unit else ";;"
        lines = [f"{i};{row.format(n=point)};{home}" for i, row in enumerate(rows, 1)]
        registration.receive_list(
            organization=organization, data="\ufeff".encode() + "\r\n".join([HEAD, *lines]).encode(), name=f"danh-sach-{name}.csv", way=way,
            commune_key=key if way == "ward" else "", by=actor(name, at), at=at,
        )  # fmt: skip


def _draw(i: int, city: City, at: datetime, *, drawn: bool) -> None:
    """People from 50 on of one district, for the sessions of the days to come: announced, and for one district drawn."""
    today, planner = clock.on_date(at), actor("thanhpho", at)
    free = sessions.sessions(None, site_id=city.sites[i], first=today + DAY, last=today + 7 * DAY, states=("planned", "open"))
    chosen = [one.id for one in free if one.mode == "invited" and one.free]
    if not chosen:
        return
    made = booking.commit_allocation(
        unit_key=f"2021-{POINTS[i][0]}", criteria=booking.Criteria(min_age=50, note="Đợt trình diễn: người từ 50 tuổi"), session_ids=chosen,
        by=planner, at=at - 2 * HOUR,
    )  # fmt: skip
    if drawn:
        booking.draw_allocation(code=made.code, by=planner, at=at - HOUR)


def _injected(city: City, at: datetime) -> Iterator[VisitCard]:
    """People injected before today, some at each point; others than those of the adverse events."""
    today = clock.on_date(at)
    for site in reversed(city.sites):
        for session in sessions.sessions(None, site_id=site, first=today - 7 * DAY, last=today - DAY):
            yield from [card for card in visits.visits_of_session(session.id, states=("closed",), limit=30) if card.dosed_at][:2]


def _corrections(city: City, at: datetime) -> None:
    """Four requests: one put right, one declined with its reason, one that waits for the second person, one that nobody took yet."""
    technician, supervisor = actor("hotro2", at), actor("giamsat", at)
    for n, guest in enumerate(islice(_injected(city, at), 4)):
        asked_at, address = at - timedelta(days=3 - n, hours=2), f"{14 + n} Đường Mới"
        asked = CorrectionAsked("wrong_data", right={"address": address}, words="Địa chỉ trên giấy xác nhận là nhà cũ, nhờ sửa lại")
        found = cases.ask_correction(
            asked=asked, contact=ContactPoint(phone=f"+8490513000{n}"), person_id=guest.person_id, by=Actor("citizen", label="portal"), at=asked_at,
        )  # fmt: skip
        if n == 3:
            return
        if n == 1:
            cases.decide_correction(case_id=found.id, accept=False, reason="Địa chỉ trên giấy đúng với căn cước đã xem", by=supervisor, at=asked_at + 9 * HOUR)
            continue
        cases.propose(case_id=found.id, proposal=Proposal(particulars={"address": address}), text="Đã gọi hỏi", by=technician, at=asked_at + 3 * HOUR)
        if n == 0:
            cases.decide_correction(case_id=found.id, accept=True, reason="Đúng với căn cước", by=supervisor, at=asked_at + 5 * HOUR)


def _calls(city: City, at: datetime) -> None:
    """A call at the contact desk, and two desks of points that ask for help; one was helped."""
    agent, lead = actor("tongdai", at), actor("diem02.truong", at)
    cases.open_case(
        kind="information", subject="asked.information", detail="Hỏi điểm tiêm nào còn nhận người đến thẳng", channel="hotline", by=agent, at=at - HOUR,
        contact=ContactPoint(phone="+84905140001", name="Bà Hai"), place=places.site_place(city.sites[1]),
    )  # fmt: skip
    for n, (desk, words) in enumerate((("injection", "Máy quét không đọc được mã trên phiếu"), ("reception", "Máy in hết giấy"))):
        helped = cases.open_case(
            kind="desk_help", subject="desk.help", site_id=city.sites[1 + n], desk=desk, detail=words, channel="desk", by=lead,
            at=at - timedelta(minutes=14 - 8 * n),
        )  # fmt: skip
        if n == 0:
            supporter = actor("hotro2", at)
            cases.take(case_id=helped.id, by=supporter, at=at - timedelta(minutes=11))
            cases.resolve(case_id=helped.id, resolution="helped", text="Tắt bộ gõ tiếng Việt rồi quét lại", by=supporter, at=at - timedelta(minutes=6))
