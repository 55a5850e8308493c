"""The page of a signed day says what changed since and why."""

from datetime import timedelta
from uuid import uuid4

import pytest

from khien.kernel.refs import Actor, Performed
from khien.plumbing import outbox
from khien.reporting import actions, models
from khien.stock import actions as stock
from khien.stock import queries as stock_reads
from khien.visits import actions as visits
from tests import make
from tests.make_day import Day, done_at, make_day, make_visit
from tests.surfaces.command.desk import officer, read

DAY = make.AT.date()
EVENING = make.AT + timedelta(hours=12)
LATER = EVENING + timedelta(hours=1)


def signed(day: Day) -> None:
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    outbox.drain(lambda: EVENING)
    actions.sign_day(site_id=day.site_id, on=DAY, name="Trưởng điểm", by=make.BY, at=EVENING)


@pytest.fixture
def day(db) -> Day:
    made = make_day(vaccines=("AZ", "MODERNA"))
    make_visit(made, state="closed")
    return made


@pytest.fixture
def lead(day):
    return officer("point_lead", scope=make.site_scope(day.site_id))


def page(lead, day) -> str:
    return read(lead, f"/bao-cao/diem/{day.site_id}", ngay=DAY.isoformat())


def test_a_day_signed_with_syringes_among_its_doses_says_why_it_differs_and_is_signed_again(day, lead):
    syringes = make.make_lot("SYRINGE-0.5", site_id=day.site_id)
    stock.waste(site_id=day.site_id, lot_id=syringes, doses=4, reason="broken", performed=done_at(make.AT), by=make.BY, at=make.AT)
    signed(day)
    assert "Báo cáo đã ký và số không đổi" in page(lead, day)
    row = models.SiteReport.objects.get()
    models.SiteReport.objects.update(numbers=row.numbers | {"wasted": 4}, vaccines=row.vaccines | {"SYRINGE-0.5": {"used": 0, "wasted": 4}})
    told = page(lead, day)
    assert "4 vật tư (bơm tiêm, hộp, thuốc) được tính vào liều đã hủy; nay chỉ tính vắc xin (Liều đã hủy -4)" in told
    assert "Ký lại với số mới" in told


def test_a_dose_of_another_product_shows_by_product_with_its_cause(day, lead):
    given = make_visit(day, state="closed")
    signed(day)
    lot = next(one.lot.id for one in stock_reads.lots_at(day.site_id) if one.lot.vaccine == "MODERNA")
    visits.correct_dose(visit=given.visit, changes={"lot_id": lot}, reason="Nhìn lại lọ", second_by=Actor("staff", uuid4()), by=make.BY, at=EVENING)
    outbox.drain(lambda: LATER)
    told = page(lead, day)
    assert "Mũi 1 AstraZeneca 2 1 -1" in told
    assert "Mũi 1 Spikevax (Moderna) 0 1 +1" in told or "Mũi 1 Spikevax 0 1 +1" in told
    assert "AstraZeneca: Mũi 1 -1, Cộng mũi tiêm -1" in told
    assert "Ký lại với số mới" in told


def test_doses_wasted_after_the_signature_are_told_with_lot_reason_and_who_entered_them(day, lead):
    signed(day)
    keeper = make.make_staff("stock_keeper", scope=make.site_scope(day.site_id))
    for at, doses in ((EVENING - timedelta(minutes=1), 1), (LATER, 3)):
        stock.waste(
            site_id=day.site_id, lot_id=day.lot_id, doses=doses, reason="spilled", performed=Performed(make.AT, DAY), by=Actor("staff", keeper.id), at=at
        )  # fmt: skip
    told = page(lead, day)
    assert "Liều đã hủy 0 4 +4" in told
    lot = next(one.lot.number for one in stock_reads.lots_at(day.site_id) if one.lot.id == day.lot_id)
    assert f"Hủy {lot} AstraZeneca 3 Rơi, đổ khi rút {keeper.full_name}" in told
    assert told.count("Rơi, đổ khi rút") == 1
    syringes = make.make_lot("SYRINGE-0.5", site_id=day.site_id)
    stock.waste(site_id=day.site_id, lot_id=syringes, doses=9, reason="broken", performed=Performed(make.AT, DAY), by=make.BY, at=LATER)
    assert "Vỡ" not in page(lead, day)
