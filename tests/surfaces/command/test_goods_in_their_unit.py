"""Doses, pieces and ampoules of one consignment make no sum: every page says each in its unit."""

from datetime import timedelta

import pytest

from khien.stock import actions as acts
from khien.stock import queries as stock
from tests import make
from tests.make import AT, BY
from tests.make_stock import done, fill, make_store
from tests.surfaces.command.desk import CITY, officer, read, send

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def goods():
    """A store, a point, and 1,200 doses, 500 syringes and 40 ampoules on their way from one to the other."""
    store, site = make_store(), make.make_site()
    lots = {code: make.make_lot(code) for code in ("ADRENALINE-1", "SYRINGE-0.5", "AZ")}
    sent = {lots["ADRENALINE-1"]: 40, lots["SYRINGE-0.5"]: 500, lots["AZ"]: 1200}
    for lot, n in sent.items():
        fill(store, lot, n)
    one = acts.send(from_id=store, to_id=site, doses=sent, document="PXK 7", kind="supply", performed=done(), by=BY, at=AT)
    return store, site, lots, one


def test_a_consignment_of_vaccine_and_supplies_is_told_in_doses_pieces_and_ampoules(goods):
    _store, site, _lots, _one = goods
    keeper = officer("stock_keeper", scope=CITY)
    for page in ("/kho", "/kho/chuyen", f"/kho/{site}"):
        told = read(keeper, page)
        assert "1.200 liều, 40 ống, 500 cái" in told or "1.200 liều, 500 cái, 40 ống" in told, page
        assert "1.740" not in told


def test_what_differs_is_told_in_the_unit_of_what_differs(goods):
    _store, site, lots, one = goods
    keeper, lead = officer("stock_keeper", scope=CITY), officer("point_lead", scope=make.site_scope(site))
    az, syringe, adrenaline = lots["AZ"], lots["SYRINGE-0.5"], lots["ADRENALINE-1"]
    counted = {f"lo-{az}": "1197", f"vi-{az}": "broken", f"lo-{syringe}": "490", f"vi-{syringe}": "short", f"lo-{adrenaline}": "40"}
    assert send(lead, f"/kho/chuyen-den/{one}", act="accept", **counted).status_code == 302
    work = read(keeper, "/kho/viec")
    assert "3 liều, 10 cái" in work
    assert "13 liều" not in work
    page = read(keeper, f"/kho/chuyen-di/{one}")
    assert "10 cái ở đâu?" in page
    assert "3 liều ở đâu?" in page


def test_goods_long_on_the_way_and_supplies_taken_by_their_label_are_told_in_their_unit(goods):
    _store, site, _lots, _one = goods
    acts.watch(AT + timedelta(days=4))
    keeper = officer("stock_keeper", scope=CITY)
    assert "1.740 liều" not in read(keeper, "/kho/viec")
    assert "1.200 liều" in read(keeper, "/kho/viec")
    box = make.make_lot("SAFETY-BOX-5", "HOP7")
    acts.accept_label(site_id=site, lot_id=box, doses=12, performed=done(), by=BY, at=AT)
    assert stock.unmatched_labels(site) == {box: 12}
    assert "12 cái nhận theo nhãn" in read(keeper, f"/kho/{site}")
