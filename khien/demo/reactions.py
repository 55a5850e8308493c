"""Adverse events of the demo, in every step from a first word to the council's decision, and the accounts that work on them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from khien.access import queries as access
from khien.booking import queries as booking
from khien.demo import city as built
from khien.demo.accounts import OFFICES, Account
from khien.demo.city import POINTS, City
from khien.kernel import clock
from khien.kernel.refs import Actor, PlaceFacts, Scope
from khien.places import queries as places
from khien.safety import actions
from khien.safety.types import ToldPatient
from khien.visits import queries as visits
from khien.visits.views import VisitCard

HOUR = timedelta(hours=1)
DOCTORS = ("Tôn Nữ Bác Sĩ Trực", "Khúc Bác Sĩ Trực", "Thạch Thị Bác Sĩ Trực")


def build(city: City, at: datetime) -> None:
    """Open the accounts that an older demo lacks, and play a few events among the people injected in the last days."""
    for account in OFFICES:
        _account(account, account.scope if isinstance(account.scope, Scope) else None, at)
    for i, site in enumerate(city.sites):
        _account(Account(f"diem{i + 1:02d}.truc", DOCTORS[i % 3], ("doctor_on_duty",), "", POINTS[i][1]), Scope("site", str(site)), at)
    officer, council, observer = (_actor(name, at) for name in ("antoan", "hoidong", "diem01.theodoi"))
    guests = _injected(city, at)
    _mild(guests, observer, at)
    _to_report(guests, observer, at)
    _investigated(guests, observer, officer, at)
    _decided(guests, observer, officer, council, at)
    _unknown(city, officer, at)


def _account(account: Account, scope: Scope | None, at: datetime) -> None:
    if scope is not None and access.staff_by_username(account.username) is None:
        built.open_account(account._replace(scope=scope), scope, at)


def _actor(username: str, at: datetime) -> Actor:
    staff_id = access.staff_by_username(username)
    staff = access.staff_ref(staff_id, at=at) if staff_id else None
    if staff is None:
        raise LookupError(username)
    return staff.actor()


def _injected(city: City, at: datetime) -> Iterator[VisitCard]:
    """People injected at the points of the city before today, from the longest ago."""
    today = clock.on_date(at)
    sessions = [one for site in city.sites[:5] for one in booking.sessions(None, site_id=site, first=today - timedelta(days=7), last=today - timedelta(days=1))]
    for session in sorted(sessions, key=lambda one: one.on_date):
        found = [card for card in visits.visits_of_session(session.id, states=("closed",), limit=60) if card.dosed_at]
        yield from found[3:9:2]


def _tell(card: VisitCard, symptoms: list[str], after: timedelta, source: str, by: Actor, at: datetime, detail: str = "") -> tuple[UUID, datetime]:
    """A report of this person so long after the dose, never later than now."""
    assert card.dosed_at is not None
    when = min(card.dosed_at + after, at)
    told = actions.report_reaction(
        person_id=card.person_id, record_id=card.record_id, symptoms=symptoms, onset_at=when - timedelta(minutes=20) if after > HOUR else when, source=source,
        detail=detail, by=by, at=when,
    )  # fmt: skip
    assert told.aefi_id is not None
    return told.aefi_id, when


def _mild(guests: Iterator[VisitCard], by: Actor, at: datetime) -> None:
    for signs, after, source in ((["fever", "tiredness"], 20 * HOUR, "health_book"), (["muscle_ache"], 9 * HOUR, "portal"), (["pain_at_site"], 30 * HOUR, "follow_up")):
        if card := next(guests, None):
            _tell(card, signs, after, source, by, at)
            if source == "health_book":
                _tell(card, ["mild_headache"], 26 * HOUR, "hotline", by, at, "Gọi hỏi có cần đi khám không")


def _to_report(guests: Iterator[VisitCard], by: Actor, at: datetime) -> None:
    """One whose report is late, one that is fresh."""
    if card := next(guests, None):
        _tell(card, ["rash", "vomiting"], 30 * HOUR, "health_book", by, at, "Nổi mề đay khắp người từ trưa")
    if card := next(guests, None):
        actions.report_reaction(
            person_id=card.person_id, record_id=card.record_id, symptoms=["high_fever"], onset_at=at - 2 * HOUR, source="hotline", by=by, at=at - HOUR
        )  # fmt: skip


def _investigated(guests: Iterator[VisitCard], by: Actor, officer: Actor, at: datetime) -> None:
    for steps in (1, 2, 3):
        card = next(guests, None)
        if card is None:
            return
        aefi_id, when = _tell(card, [["chest_pain"], ["fainting"], ["seizure"]][steps - 1], 3 * HOUR, "desk", by, at)
        when = min(when + 5 * HOUR, at)
        actions.edit_aefi(aefi_id=aefi_id, serious=["hospitalisation"], facts={"hospital": "Bệnh viện Bình Dân", "history": "Tăng huyết áp, đang uống thuốc"}, by=officer, at=when)
        actions.report_aefi(aefi_id=aefi_id, by=officer, at=when)
        if steps > 1:
            actions.investigate_aefi(aefi_id=aefi_id, by=officer, at=when)
        if steps > 2:
            actions.finish_investigation(aefi_id=aefi_id, findings="Bảo quản 2-8 độ, tiêm đúng vị trí; hai người khác cùng lô không có phản ứng nặng", by=officer, at=when)


def _decided(guests: Iterator[VisitCard], by: Actor, officer: Actor, council: Actor, at: datetime) -> None:
    for cause, reason, signs in (("A1", "Phản vệ xảy ra trong 15 phút, y văn có nêu", ["breathing", "rash"]), ("A4", "Ngất do lo sợ khi tiêm, hồi phục sau 10 phút", ["fainting"])):
        card = next(guests, None)
        if card is None:
            return
        aefi_id, when = _tell(card, signs, timedelta(minutes=15), "desk", by, at)
        steps: list[Callable[..., None]] = [
            partial(actions.report_aefi, by=officer), partial(actions.investigate_aefi, by=officer),
            partial(actions.finish_investigation, findings="Đã xem hồ sơ khám và hộp lạnh", by=officer),
            partial(actions.assess_aefi, cause=cause, reason=reason, answers={"in_time": True}, by=council),
        ]  # fmt: skip
        for step in steps:
            when = min(when + 4 * HOUR, at)
            step(aefi_id=aefi_id, at=when)
        actions.edit_aefi(aefi_id=aefi_id, outcome="recovered", by=officer, at=when)
        if cause == "A4":
            actions.close_aefi(aefi_id=aefi_id, by=officer, at=when)


def _unknown(city: City, officer: Actor, at: datetime) -> None:
    place = places.site_place(city.sites[1]) or PlaceFacts()
    told = ToldPatient(full_name="Nguyễn Thị Hàng Xóm Kể", address="Hẻm 12 đường Thử, không rõ số nhà", vaccine="AZ", place="Điểm tiêm Trường THCS Tân Định")
    actions.open_unknown(
        told=told, symptoms=("swelling",), onset_at=at - 3 * HOUR, place=replace(place, session_id=None), description="Hàng xóm gọi tổng đài: sưng mặt sau tiêm", by=officer, at=at,
    )  # fmt: skip
