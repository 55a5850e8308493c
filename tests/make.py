"""Makes what tests need, through the rooms' own actions. Each room adds its own `make_*`; people are synthetic."""

import itertools
import os
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from khien.access import actions as access
from khien.access import queries as access_queries
from khien.access.permissions import StaffRef
from khien.booking.types import SlotInfo
from khien.immunizations import actions as immunizations
from khien.immunizations.actions import Told
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import Identified, read_identifier
from khien.kernel.ids import uuid7
from khien.kernel.refs import SYSTEM, Actor, Performed, PlaceFacts, Scope
from khien.people import actions as people
from khien.people import queries as people_queries
from khien.people.types import AccountRef, NewPerson
from khien.places import actions as places
from khien.places import queries as places_queries
from khien.registration import actions as registration
from khien.registration.types import Wish
from khien.stock import actions as stock

AT = datetime(2021, 12, 14, 1, 30, tzinfo=UTC)  # 08:30 in Viet Nam, Tuesday 14 December 2021
BY: Actor = SYSTEM
NATION = Scope("nation")
BINH_THANH = "765"  # a district of Ho Chi Minh City
WARD = "2021-26956"
OTHER_PROVINCE = "01"
PASSWORD = "thong tuan mua la xanh"
_numbers = itertools.count(1)


def number() -> int:
    """The next number of this run."""
    return next(_numbers)


def _apart() -> None:
    """What is made in the database that all tests share must be taken back: ask for `db` or `committed`."""
    shared = connection.settings_dict["NAME"] == f"khien_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    assert connection.in_atomic_block or not shared, "this test leaves rows to the others: it needs the fixture db or committed"


def make_facility(*, unit_key: str = f"2021-{BINH_THANH}", at: datetime = AT, **more: Any) -> UUID:
    """A health centre of a district."""
    _apart()
    count = number()
    more = {"code": f"{10000 + count}", "name": f"Trung tâm Y tế thử {count}"} | more
    return places.add_facility(unit_key=unit_key, by=BY, at=at, **more)


def make_site(*, facility_id: UUID | None = None, commune_key: str = WARD, kind: str = "fixed", at: datetime = AT, **more: Any) -> UUID:
    """A point where people are vaccinated, in its own facility unless one is named."""
    count = number()
    more = {"name": f"Điểm tiêm thử {count}", "address": f"{count} Đường Thử", "tables": 2} | more
    facility_id = facility_id or make_facility(unit_key=commune_key, at=at)
    return places.add_site(facility_id=facility_id, kind=kind, commune_key=commune_key, by=BY, at=at, **more)


def make_organization(*, commune_key: str = WARD, kind: str = "firm", at: datetime = AT, **more: Any) -> UUID:
    """A firm that sends lists."""
    _apart()
    more = {"name": f"Công ty thử {number()}"} | more
    return places.add_organization(kind=kind, commune_key=commune_key, by=BY, at=at, **more)


def make_staff(*roles: str, scope: Scope = NATION, at: datetime = AT, office: str = "Phòng thử") -> StaffRef:
    """A staff member with these roles at one place, without a password: for the `by` of actions and the sessions of pages."""
    _apart()
    count = number()
    staff_id = _plain_staff(f"canbo{count}", f"Cán Bộ Thử {_letters(count)}", at)
    for role in roles:
        access.give_post(staff_id=staff_id, role=role, scope=scope, office=office, by=BY, at=at)
    found = access_queries.staff_ref(staff_id, at=at)
    assert found is not None
    return found


def _plain_staff(username: str, full_name: str, at: datetime) -> UUID:
    from khien.access.models import Staff

    return Staff.objects.create(username=username, full_name=full_name, password="!", created_at=at, created_by=BY.text).id


def _letters(count: int) -> str:
    """A number as letters: names hold no digits."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(count))


def site_scope(site_id: UUID) -> Scope:
    """The scope of one point."""
    return Scope("site", str(site_id))


def place_of_site(site_id: UUID) -> PlaceFacts:
    """Where a point stands."""
    found = places_queries.site_place(site_id)
    assert found is not None
    return found


def make_number(*, year: int = 1984, sex: str = "male", province: str = "079") -> Identified:
    """A synthetic personal number: the serial begins with 99."""
    century = (year - 1900) // 100 * 2 + (sex == "female")
    return read_identifier(f"{province}{century}{year % 100:02}99{number() % 10_000:04}", "cccd")


def told_person(full_name: str = "", **more: Any) -> NewPerson:
    """A person as told at a desk: with a number, a birth date and a ward; `identifier=None` for nobody's number."""
    birth = more.pop("birth", PartialDate(1984, 3, 12))
    sex = more.pop("sex", "male")
    if "identifier" not in more:
        more["identifier"] = make_number(year=birth.year, sex=sex)
    more = {"place_key": WARD} | more
    return NewPerson(full_name=full_name or f"Nguyễn Văn Thử {_letters(number())}", birth=birth, sex=sex, **more)


def make_person(full_name: str = "", *, at: datetime = AT, by: Actor = BY, **more: Any) -> UUID:
    """A recorded person."""
    _apart()
    return people.record_person(person=told_person(full_name, **more), by=by, at=at, source="test").person_id


def proved_phone(phone: str, *, device: str = "may-thu", at: datetime = AT, purpose: str = "sign_in") -> UUID:
    """A challenge whose code this device typed right; returns its id."""
    challenge = people.ask_code(phone=phone, purpose=purpose, device=device, at=at)
    code = people_queries.code_for_sending(challenge)
    assert code is not None
    people.check_code(challenge=challenge, code=code.code, device=device, at=at)
    return challenge


def make_account(phone: str = "", *, at: datetime = AT) -> AccountRef:
    """The account of a phone that proved itself."""
    phone = phone or f"09{number() % 10**8:08}"
    return people.open_account(challenge=proved_phone(phone, at=at), device="may-thu", at=at)


def make_lot(
    vaccine: str = "AZ", number_: str = "", *, site_id: UUID | None = None, doses: int = 100, expires_on: date = date(2022, 6, 30),
    at: datetime = AT, **more: Any,
) -> UUID:  # fmt: skip
    """A released lot; with a point, its doses are there."""
    lot_id = stock.add_lot(vaccine=vaccine, number=number_ or f"LO{number():04}", expires_on=expires_on, by=BY, at=at, **more)
    if site_id and doses:
        done = Performed(at, clock.on_date(at))
        stock.receive(site_id=site_id, lot_id=lot_id, doses=doses, document=f"PX{number()}", performed=done, by=BY, at=at)
    return lot_id


def recall_lot(lot_id: UUID, *, reason: str = "thông báo của Bộ", at: datetime = AT) -> None:
    """Recall a lot everywhere: one asks, another confirms."""
    asked = stock.ask_recall(lot_id=lot_id, scope=Scope("nation"), reason=reason, by=BY, at=at)
    stock.confirm_recall(recall_id=asked.id, by=Actor("staff", uuid7()), at=at)


def make_session(
    *, site_id: UUID | None = None, on: date = date(2021, 12, 14), shift: str = "morning", hours: tuple[int, int] = (8, 11),
    mode: str = "invited", vaccines: tuple[str, ...] = ("AZ",), tables: int = 1, per_table: int = 30, at: datetime = AT, **more: Any,
) -> UUID:  # fmt: skip
    """A planned session at a point: by default a morning with ten places an hour."""
    from khien.booking import actions as booking

    return booking.plan_session(
        site_id=site_id or make_site(at=at), on_date=on, shift=shift, starts_at=clock.at_local(on, hours[0]), ends_at=clock.at_local(on, hours[1]),
        mode=mode, vaccines=vaccines, tables=tables, per_table=per_table, by=BY, at=at, **more,
    )  # fmt: skip


def make_slot(*, places: int = 10, on: date = date(2021, 12, 16), mode: str = "open", vaccine: str = "AZ", **more: Any) -> SlotInfo:
    """The one slot of a session of one hour with so many places."""
    from khien.booking import queries as booking_queries

    reason = "thử tải" if places > 100 else ""
    session_id = make_session(on=on, hours=(8, 9), mode=mode, vaccines=(vaccine,), per_table=places, reason=reason, **more)
    return booking_queries.slots(session_id)[0]


def make_immunization(
    person_id: UUID, *, vaccine: str = "AZ", on: date = date(2021, 9, 1), evidence: str = "document", at: datetime = AT, **more: Any
) -> UUID:
    """An earlier dose of a person, given elsewhere, with a paper."""
    told = Told(vaccine, on, lot=more.pop("lot", "ABV0001"), place=more.pop("place", "Trạm Y tế thử"), **more)
    return immunizations.record_elsewhere(person_id=person_id, told=told, evidence=evidence, by=BY, at=at)


def make_registration(person_id: UUID | None = None, *, way: str = "portal", at: datetime = AT, by: Actor = BY, **wish: Any) -> UUID:
    """A place in the queue, for a new person unless one is named."""
    person_id = person_id or make_person(at=at)
    return registration.register(person_id=person_id, way=way, wish=Wish(**wish), by=by, at=at).registration_id


def work(at: datetime = AT) -> None:
    """Run every job that waits."""
    from khien.plumbing import jobs

    while jobs.run_next(lambda: at):
        pass


def make_list(*rows: str, organization_id: UUID | None = None, at: datetime = AT) -> UUID:
    """A firm's list, read and staged; rows are lines of CSV: name, birth, sex, number, phone."""
    heads = "Họ và tên,Ngày sinh,Giới tính,Số CCCD,Điện thoại,Xã/Phường,Quận/Huyện,Tỉnh"
    place = "Phường 26,Quận Bình Thạnh,Thành phố Hồ Chí Minh"
    told = rows or (f"Nguyễn Thị {_letters(number())},12/03/1984,Nữ,{make_number(sex='female').value},", "Lê Văn Sai,31/02/1988,Nam,12345,")
    data = "\n".join([heads, *(f"{row},{place}" for row in told)]).encode()
    received = registration.receive_list(
        organization=organization_id or make_organization(at=at), data=data, name="danh-sach.csv", way="organization", by=BY, at=at
    )
    work(at)
    return received.list_id
