"""A district short of 400 doses: the plan says so, the neighbour sends them, they are counted in, and the plan has an end again."""

import re
from datetime import timedelta

from khien.kernel.refs import PlaceFacts, Scope
from khien.places import queries as places
from khien.plumbing import outbox
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from tests import make
from tests.journeys.steps import TUESDAY
from tests.journeys.town import Town
from tests.make_stock import fill

HERE, NEIGHBOUR = f"2021-{make.BINH_THANH}", "2021-764"
WAITING, ON_HAND, SHORT = 420, 20, 400


def _store(unit_key: str, name: str):
    unit = places.unit_place(unit_key)
    return stock_acts.add_store(
        kind="district", name=name, place=PlaceFacts(unit.province_2021, unit.district_2021, "", unit.province_2025, ""), by=make.BY, at=make.AT
    )


def test_a_district_short_of_400_doses_is_helped_by_its_neighbour(town: Town):
    town.at(TUESDAY, 8)
    site = make.make_site(tables=2)
    lot = make.make_lot(number_="ABV400")
    near, here = _store(NEIGHBOUR, "Kho quận Gò Vấp"), _store(HERE, "Kho quận Bình Thạnh")
    fill(here, lot, ON_HAND)
    fill(near, lot, 900)
    for _ in range(WAITING):
        make.make_registration()
    while outbox.drain(lambda: make.AT + timedelta(hours=1)):  # the boards count who waits
        pass

    # the district's planner sees that the doses do not last, and from what
    planner = town.office("planner", scope=Scope("district", make.BINH_THANH, "2021"))
    planner.go(f"/dieu-phoi/ke-hoach?noi={HERE}").sees("Không xong được: còn thiếu 400 liều", "Điều giữ lại: số liều")
    planner.go(f"/dieu-phoi/ke-hoach?noi={HERE}&lieu={ON_HAND + SHORT}").sees("Xong ngày")  # what if 400 more came

    # the neighbour's keeper sends them, first expired first out
    keeper = town.office("stock_keeper", scope=Scope("district", "764", "2021"))
    keeper.go(f"/dieu-phoi/kho/{near}").follow("Gửi hàng đi")
    keeper.page.get_by_label("Nơi nhận").select_option(str(here))
    keeper.type("Số phiếu xuất", "PX-GV-17").type("ABV400", "950")
    keeper.press("Gửi đi")
    assert stock.balance(near, lot).on_hand == 900  # more than there is goes nowhere
    keeper.type("ABV400", str(SHORT)).press("Gửi đi").sees("PX-GV-17")
    assert (stock.balance(near, lot).on_hand, stock.balance(here, lot).on_hand) == (500, ON_HAND)
    planner.go(f"/dieu-phoi/ke-hoach?noi={HERE}").sees("còn thiếu 400 liều")  # on the road is not on the shelf

    # the district counts what came: two vials of ten are broken, and that is work for the two of them
    own = town.office("stock_keeper", scope=Scope("district", make.BINH_THANH, "2021"))
    own.go(f"/dieu-phoi/kho/{here}").follow("Đếm và nhận")
    own.type("Đếm được, lô ABV400", "380")
    own.page.get_by_label("Vì sao khác, lô ABV400").select_option("broken")
    own.press("Nhận vào kho").sees("20 liều ở đâu?")
    own.page.get_by_label("Giải trình").select_option("lost")
    own.press("Ghi giải trình")
    assert stock.balance(here, lot).on_hand == ON_HAND + 380

    # twenty more close the gap; the plan ends on a day, and a point gets its doses from the district
    second = stock_acts.send(
        from_id=near, to_id=here, doses={lot: 20}, document="PX-GV-18", kind="supply", performed=_now(), by=make.BY, at=_now().at
    )
    own.go(f"/dieu-phoi/kho/chuyen-den/{second}").press("Nhận vào kho")
    planner.go(f"/dieu-phoi/ke-hoach?noi={HERE}").sees("Xong ngày")
    assert re.search(r"420 liều có ở đây", planner.reads())
    own.go(f"/dieu-phoi/kho/{here}/gui")
    own.page.get_by_label("Nơi nhận").select_option(str(site))
    own.type("Số phiếu xuất", "PX-BT-3").type("ABV400", "100").press("Gửi đi")
    lead = town.office("point_lead", scope=make.site_scope(site))
    lead.go(f"/dieu-phoi/kho/{site}").follow("Đếm và nhận").press("Nhận vào kho")
    assert stock.balance(site, lot).on_hand == 100
    assert stock.differing() == []


def _now():
    from khien.kernel import clock
    from tests.make_stock import done

    return done(clock.now())
