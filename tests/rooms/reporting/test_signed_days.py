"""A site's day is reported from its records, signed by its lead, and a later change is told with its cause."""

from datetime import timedelta
from uuid import uuid4

import pytest

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import outbox
from khien.reporting import actions, models, queries
from khien.stock import actions as stock
from khien.stock import queries as stock_reads
from khien.visits import actions as visits
from tests import make
from tests.make_day import Day, done_at, make_day, make_visit

OTHER = Actor("staff", uuid4())
DAY = make.AT.date()
EVENING = make.AT + timedelta(hours=12)


def _end(day: Day, how: str) -> None:
    made = make_visit(day, state="consented" if how == "deferred" else "checked_in")
    visits.end(visit=made.visit, end=how, reason="sốt", performed=done_at(make.AT), by=make.BY, at=make.AT)


def _heard(at=EVENING):
    outbox.drain(lambda: at)


def _close(day: Day):
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    _heard()


def _sign(day: Day, note: str = "", at=EVENING):
    return actions.sign_day(site_id=day.site_id, on=DAY, note=note, name="Trưởng điểm", by=make.BY, at=at)


def test_the_report_of_a_day_has_the_columns_of_the_form_and_the_doses_of_its_ledger(db):
    day = make_day()
    make_visit(day, state="closed")
    _end(day, "deferred")
    _heard()
    report = queries.daily_report(on=DAY, at=make.AT, unit_key="2021-79")
    (site,) = report.sites
    assert (site.n("dose_1"), site.n("injected"), site.n("used"), site.n("deferred")) == (1, 1, 1, 1)
    assert site.state == "waiting"
    assert report.total.numbers == site.numbers
    assert [(unit.name, unit.n("injected")) for unit in report.units] == [("Quận Bình Thạnh", 1)]
    new = queries.daily_report(on=DAY, at=make.AT, unit_key="2021-79", epoch="2025")
    assert new.total.numbers == report.total.numbers


def test_a_day_with_an_open_session_is_not_signed(db):
    day = make_day()
    _heard()
    with pytest.raises(Refused, match=r"reporting\.sessions_open"):
        _sign(day)


def test_a_signed_day_says_who_signed_and_signing_again_without_news_is_refused(db):
    day = make_day()
    make_visit(day, state="closed")
    _close(day)
    signed = _sign(day, "Đủ thuốc")
    assert (signed.version, signed.numbers["injected"], signed.signed_name) == (1, 1, "Trưởng điểm")
    found = queries.site_day(day.site_id, DAY, at=EVENING)
    assert found is not None
    assert found.state == "signed"
    with pytest.raises(Refused, match=r"reporting\.nothing_new"):
        _sign(day, "Đủ thuốc")


def test_numbers_that_are_still_being_added_up_are_not_signed(db):
    day = make_day()
    make_visit(day, state="closed")
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    with pytest.raises(Refused, match=r"reporting\.still_counting"):
        _sign(day)


def test_a_dose_cancelled_after_the_signature_shows_as_a_difference_with_its_cause(db):
    day = make_day()
    given = make_visit(day, state="closed")
    make_visit(day, state="closed")
    _close(day)
    _sign(day)
    visits.cancel_dose(visit=given.visit, reason="wrong_person", second_by=OTHER, by=make.BY, at=EVENING)
    _heard(EVENING + timedelta(minutes=5))
    found = queries.site_day(day.site_id, DAY, at=EVENING)
    assert found is not None
    assert found.state == "changed"
    assert (found.changed["injected"], found.changed["dose_1"]) == (-1, -1)
    causes = queries.changes(day.site_id, DAY)
    assert any(one.moved.get("injected") == -1 for one in causes), causes
    assert _sign(day).version == 2
    assert [one.numbers["injected"] for one in queries.versions(day.site_id, DAY)] == [1, 2]
    assert queries.changes(day.site_id, DAY) == []


def test_an_unsigned_day_is_late_an_hour_after_its_last_session(db):
    day = make_day()
    found = queries.site_day(day.site_id, DAY, at=make.AT)
    assert found is not None
    assert found.state == "waiting"
    later = queries.site_day(day.site_id, DAY, at=found.due_at + timedelta(minutes=1))
    assert later is not None
    assert later.state == "late"


def test_a_report_of_a_day_equals_the_sum_of_its_visits(db):
    day = make_day()
    for state in ("closed", "dosed"):
        make_visit(day, state=state)
    _end(day, "refused")
    _heard()
    found = queries.site_day(day.site_id, DAY, at=make.AT)
    assert found is not None
    assert queries.equals_records(found)
    models.DayCount.objects.filter(indicator="refused").update(count=2)
    broken = queries.site_day(day.site_id, DAY, at=make.AT)
    assert broken is not None
    assert not queries.equals_records(broken)


def test_a_dose_counts_for_the_group_under_which_the_person_registered(db):
    day = make_day()
    person = make.make_person()
    make.make_registration(person, groups=("9",))
    make_visit(day, state="closed", person_id=person)
    _heard()
    assert dict(queries.by_group(on=DAY)) == {"9": 1}


def test_syringes_thrown_away_are_no_doses(db):
    day = make_day()
    make_visit(day, state="closed")
    for vaccine, doses in (("SYRINGE-0.5", 40), ("AZ", 3)):
        lot = make.make_lot(vaccine, site_id=day.site_id, doses=100)
        stock.waste(site_id=day.site_id, lot_id=lot, doses=doses, reason="broken", performed=done_at(make.AT), by=make.BY, at=make.AT)
    _heard()
    found = queries.site_day(day.site_id, DAY, at=EVENING)
    assert found is not None
    assert (found.n("used"), found.n("wasted"), list(found.vaccines)) == (1, 3, ["AZ"])


def test_a_dose_that_was_of_another_product_changes_a_signed_day_though_no_column_moves(db):
    day = make_day(vaccines=("AZ", "MODERNA"))
    given = make_visit(day, state="closed")
    _close(day)
    _sign(day)
    lot = next(one.lot.id for one in stock_reads.lots_at(day.site_id) if one.lot.vaccine == "MODERNA")
    visits.correct_dose(visit=given.visit, changes={"lot_id": lot}, reason="Nhìn lại lọ", second_by=OTHER, by=make.BY, at=EVENING)
    _heard(EVENING + timedelta(hours=1))
    found = queries.site_day(day.site_id, DAY, at=EVENING)
    assert found is not None
    assert (found.state, found.changed) == ("changed", {})
    assert {code: moved["injected"] for code, moved in found.changed_products.items()} == {"AZ": -1, "MODERNA": 1}
    assert [one.products["MODERNA"]["dose_1"] for one in queries.changes(day.site_id, DAY)] == [1]
    assert _sign(day).version == 2
    again = queries.site_day(day.site_id, DAY, at=EVENING)
    assert again is not None
    assert again.state == "signed"
