"""Builds one practice copy from what the technician ordered: the point under its own name, the desks, stock, a crowd. Once."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.access import actions as access
from khien.access import queries as staff_reads
from khien.booking import actions as booking
from khien.demo.chain import Desk, open_day
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Actor, Performed, Scope
from khien.places import actions as places
from khien.places import queries as where
from khien.plumbing import marks, practice
from khien.plumbing.postgres import CannotStart
from khien.practice import crowd
from khien.practice.scene import Scene
from khien.readiness import rules
from khien.readiness.scoring import MARK
from khien.stock import actions as stock
from khien.visits import actions as visits

TECHNICIAN = "t2_technician"
UNUSED_SHEETS = 1  # one serial more than was written on: it must be explained too


def ensure() -> None:
    """Build what was ordered, once; a second start finds it. Raises CannotStart where nothing was ordered."""
    if not settings.PRACTICE:
        raise CannotStart("A practice copy is started by bin/khien up, when a technician opens it.")
    if marks.get(MARK):
        return
    order = practice.ordered(settings.DATA.parent)
    if order is None:
        raise CannotStart("No practice was ordered.")
    with transaction.atomic():
        build(order, clock.now())


def build(order: dict[str, Any], at: datetime) -> Scene:
    """Build the point, the accounts, the stock, the session and its crowd."""
    scripts = {desk["desk"]: desk["script"] for desk in order["desks"]}
    site_id, communes = _site(order["site"], at)
    hand = _account("tap.he.thong", "Máy tập", order["technician"]["password"][::-1], ("point_lead", "screener"), site_id, at)
    _account(order["technician"]["username"], "Kỹ thuật viên", order["technician"]["password"], (TECHNICIAN, "point_lead"), site_id, at)
    desks = _desks(order["desks"], site_id, at)
    vaccine = order["vaccines"][0]
    good, wrong = _lots(vaccine, site_id, at, wrong="wrong_lot" in scripts.values())
    session_id = booking.plan_session(
        site_id=site_id, on_date=clock.on_date(at), shift="whole_day", starts_at=clock.at_local(clock.on_date(at), 7, 30),
        ends_at=clock.at_local(clock.on_date(at), 16, 30), mode="open", vaccines=[vaccine], tables=order["site"]["tables"], per_table=100,
        by=hand, at=at - timedelta(days=2),
    )  # fmt: skip
    scene = Scene(site_id, session_id, vaccine, good, wrong, Desk(hand, hand, hand, hand, hand), communes, at)
    if "point_lead" not in scripts:
        open_day(session_id, [good, *([wrong] if wrong else [])], scene.desk, scene.before(50))
    if wrong:
        asked = stock.ask_recall(lot_id=wrong, scope=Scope("nation"), reason="Bài tập: lô bị thu hồi", by=SYSTEM, at=at)
        stock.confirm_recall(recall_id=asked.id, by=hand, at=at)
    sheets = _sheets(scene, scripts, order["guests"])
    crowd.lay(scene, scripts, order["guests"], sheets, Random(order["id"]))
    marks.put(MARK, {"session": str(session_id), "site": str(site_id), "desks": desks, "order": order["id"], "wrong_lot": str(wrong or "")})
    return scene


def _site(told: dict[str, Any], at: datetime) -> tuple[UUID, tuple[str, ...]]:
    """The point under its own name, with its own id here."""
    key = told["commune_key"]
    unit = where.unit(key)
    around = tuple(one.key for one in where.children(unit.parent_key)) if unit and unit.parent_key else (key,)
    facility = places.add_facility(code=told["facility_code"], name=told["facility_name"], unit_key=key, phone=told["phone"], address=told["address"], by=SYSTEM, at=at)
    site = places.add_site(
        facility_id=facility, name=told["name"], name_en=told["name_en"], kind=told["kind"], commune_key=key, commune_2025=told["commune_2025"],
        tables=told["tables"], phone=told["phone"], address=told["address"], hospital=told["hospital"], hospital_phone=told["hospital_phone"],
        lat=told["lat"], lon=told["lon"], by=SYSTEM, at=at,
    )  # fmt: skip
    return site, around


def _account(username: str, name: str, password: str, roles: tuple[str, ...], site_id: UUID, at: datetime) -> Actor:
    added = access.add_staff(username=username, full_name=name, password=password, title="", by=SYSTEM, at=at)
    for role in roles:
        access.give_post(staff_id=added.staff_id, role=role, scope=Scope("site", str(site_id)), office="Bản tập", by=SYSTEM, at=at - timedelta(days=3))
    found = staff_reads.staff_ref(added.staff_id, at=at)
    if found is None:
        raise LookupError(username)
    return found.actor()


def _desks(told: list[dict[str, Any]], site_id: UUID, at: datetime) -> list[dict[str, Any]]:
    """An account for each person who practises; who stands before a step that nobody practises does that step too."""
    cover = rules.covering(desk["desk"] for desk in told)
    kept = []
    for number, desk in enumerate(told):
        roles = (desk["desk"], *(step for step, by in cover.items() if by == desk["desk"]))
        actor = _account(desk["username"], desk["name"], desk["password"], roles, site_id, at)
        kept.append({"number": number, "desk": desk["desk"], "script": desk["script"], "name": desk["name"], "staff": str(actor.id)})
    return kept


def _lots(vaccine: str, site_id: UUID, at: datetime, *, wrong: bool) -> tuple[UUID, UUID | None]:
    """A good lot on the shelf, and one that will be recalled."""
    today = clock.on_date(at)
    lots = []
    for number in ("TAP-0001", *(("TAP-0666",) if wrong else ())):
        lot = stock.add_lot(
            vaccine=vaccine, number=number, manufactured_on=today - timedelta(days=120), expires_on=today + timedelta(days=120), doses_per_vial=10,
            by=SYSTEM, at=at - timedelta(days=3),
        )  # fmt: skip
        before = at - timedelta(days=2)
        stock.receive(site_id=site_id, lot_id=lot, doses=600, document=f"PXK-{number}", performed=Performed(before, clock.on_date(before)), by=SYSTEM, at=before)
        lots.append(lot)
    return lots[0], lots[1] if wrong else None


def _sheets(scene: Scene, scripts: dict[str, str], guests: int) -> list[str]:
    """Serials of the sheets that were filled in while the power was out, and one that was not."""
    if "data_clerk" not in scripts:
        return []
    return visits.print_forms(session_id=scene.session_id, count=max(2, guests // 4) + UNUSED_SHEETS, by=scene.desk.lead, at=scene.before(45))
