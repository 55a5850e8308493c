"""A lot recalled at 10:05 while three points inject it: two persons decide, every desk stops, who had it is listed and told."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.stock import queries as stock
from khien.visits import actions as visits
from tests import make
from tests.journeys.steps import TUESDAY, Desks
from tests.journeys.town import Town, id_of
from tests.make_day import Day, make_day, make_visit
from tests.make_stock import fill

CITY = Scope("province", "79", "2021")
STOP = "Dừng. Không tiêm lọ này."


@dataclass
class Table:
    """An injection table of one point: its day, the browser at it, the people who wait."""

    day: Day
    desks: Desks
    numbers: list[int]


def table(town: Town, lot: UUID) -> Table:
    """A point that injects this lot, another one beside it in the fridge; two people wait."""
    day = make_day()
    fill(day.site_id, lot, 50)
    visits.choose_lot(session_id=day.session_id, lot_id=lot, by=make.BY, at=clock.now())
    waiting = [make_visit(day, state="cleared", person_id=make.make_person(phone=f"0912{make.number():06}")) for _ in range(2)]
    lead = town.office("point_lead", scope=make.site_scope(day.site_id))
    desks = Desks(lead, f"/diem/{day.session_id}")
    desks.desk(3)
    return Table(day, desks, [one.number for one in waiting])


def begin(one: Table, number: int) -> None:
    """Somebody sits down, the dose is on the screen, two facts are asked."""
    one.desks.scan(one.desks.card(number).code)
    one.desks.page.wait_for_selector(".kh-dose__title")


@pytest.mark.usefixtures("town")
def test_a_lot_recalled_at_five_past_ten_while_three_points_inject_it(town):
    town.at(TUESDAY, 10, 0)
    lot = make.make_lot(number_="ABV905")
    tables = [table(town, lot) for _ in range(3)]
    for one in tables:  # before the recall each point injects one person from it
        begin(one, one.numbers[0])
        one.desks.sees("ABV905")
        one.desks.press("Enter")
        one.desks.synced()
        begin(one, one.numbers[1])  # and the next one sits in the chair
    given = [one.desks.card(one.numbers[0]).record_id for one in tables]
    assert all(given)

    # 10:05: one person asks, after reading what it touches; nothing stops yet
    town.at(TUESDAY, 10, 5)
    planner = town.office("planner", scope=CITY)
    planner.go(f"/dieu-phoi/kho/lo?lo={lot}").follow("Đề nghị thu hồi")
    planner.sees("Mũi đã tiêm").type("Lý do thu hồi", "Bộ báo nghi nhiễm khuẩn").type("Số công văn", "CV 905")
    planner.tick("Tôi đã đọc số mũi").press("Gửi đề nghị thu hồi").sees("Bạn là người đề nghị")
    recall = id_of(planner.page.url)
    assert planner.page.get_by_role("button", name="Xác nhận thu hồi").count() == 0
    assert stock.lot(lot, tables[0].day.site_id).state == "released"
    assert not any(one.desks.page.get_by_text(STOP).count() for one in tables)

    # a second person confirms, and each desk with a needle ready stops by itself within seconds
    second = town.office("planner", scope=CITY)
    second.go(f"/dieu-phoi/kho/thu-hoi/{recall}")
    assert "3 mũi đã tiêm từ lô này" in second.reads()
    second.press("Xác nhận thu hồi").sees("Thôi thu hồi cần một người khác")
    for one in tables:
        one.desks.page.get_by_text(STOP).wait_for(timeout=15_000)
        one.desks.sees("Bộ báo nghi nhiễm khuẩn", "Chưa có gì được ghi vào sổ")
    tables[0].desks.shot("recall-stop")
    tables[0].desks.hands.judge("thu hồi: bàn tiêm dừng")

    # the points go on with the other lot of their fridge
    for one in tables:
        other = stock.lot(one.day.lot_id)
        one.desks.page.fill("#lo-moi", other.number)
        one.desks.press("Enter")
        one.desks.page.wait_for_selector(".kh-dose__title")
        one.desks.sees(other.number)
        one.desks.press("Enter")
        one.desks.synced()
        assert one.desks.card(one.numbers[1]).record_id is not None

    # who received it: three people, by name, each look logged; each was told
    second.go(f"/dieu-phoi/kho/thu-hoi/{recall}").press("Xem danh sách", role="link")
    assert second.page.locator("#nguoi ~ * tbody tr, #nguoi ~ table tbody tr").count() == 3
    doses = immunizations.recipients_of_lot(lot, None)
    assert sorted(dose.record_id for dose in doses) == sorted(given)
    told = town.until(lambda: _told(town, recall), "messages to all three")
    assert told == 3
    second.go(f"/dieu-phoi/kho/thu-hoi/{recall}").sees("Đã soạn 3 tin")
    assert stock.differing() == []


def _told(town: Town, recall: UUID) -> int:
    from khien.messaging import queries as messaging

    counts = messaging.of_causes(f"recall:{recall}:")
    return sum(counts.values()) if sum(counts.values()) == 3 else 0
