"""What the point's lead puts right afterwards: the lot, who injected, a dose that never was; alone until the day closes, by two after."""

from datetime import timedelta

import pytest

from khien.immunizations import actions as record
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing.models import AuditRow
from khien.stock import queries as stock
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")


def test_the_lead_puts_the_lot_right_and_the_stock_follows():
    day = make_day()
    made = make_visit(day, state="closed")
    other = make.make_lot("AZ", site_id=day.site_id)
    late = AT + timedelta(hours=1)
    version = visits.correct_dose(visit=made.visit, changes={"lot_id": other}, reason="đọc nhầm số lô", by=BY, at=late)
    assert version == 2
    record = immunizations.record(queries.visit(made.visit).record_id)
    assert record.lot_number == stock.lot(other).number
    assert [stock.balance(day.site_id, lot).drawn for lot in (day.lot_id, other)] == [0, 1]


def test_a_supply_is_never_the_right_lot_of_a_dose():
    day = make_day()
    made, syringes = make_visit(day, state="closed"), make.make_lot("SYRINGE-0.5", site_id=day.site_id)
    with pytest.raises(Refused, match=r"stock\.not_a_vaccine"):
        visits.correct_dose(visit=made.visit, changes={"lot_id": syringes}, reason="đọc nhầm", by=BY, at=AT + timedelta(hours=1))
    assert queries.visit(made.visit).lot_id == day.lot_id
    assert [stock.balance(day.site_id, lot).drawn for lot in (day.lot_id, syringes)] == [1, 0]


def test_the_lot_of_a_dose_that_was_moved_to_the_right_person_is_put_right_in_their_record():
    day = make_day()
    made, right = make_visit(day, state="closed"), make.make_person("Lê Thị Đúng")
    other, late = make.make_lot("AZ", site_id=day.site_id), AT + timedelta(hours=1)
    moved = record.move_to_person(record_id=queries.visit(made.visit).record_id, person_id=right, reason="nhầm người", by=BY, at=late)
    visits.correct_dose(visit=made.visit, changes={"lot_id": other}, reason="đọc nhầm số lô", by=BY, at=late)
    assert immunizations.record(moved.record_id).lot_number == stock.lot(other).number
    assert [stock.balance(day.site_id, lot).drawn for lot in (day.lot_id, other)] == [0, 1]


def test_a_dose_that_was_moved_and_then_was_never_given_is_struck_where_it_stands_and_its_stock_is_back():
    day = make_day()
    made, right = make_visit(day, state="closed"), make.make_person("Lê Thị Đúng")
    late = AT + timedelta(hours=1)
    moved = record.move_to_person(record_id=queries.visit(made.visit).record_id, person_id=right, reason="nhầm người", by=BY, at=late)
    assert visits.cancel_dose(visit=made.visit, reason="không tiêm", by=BY, at=late) == moved.record_id
    assert immunizations.record(moved.record_id).status == "entered_in_error"
    assert (stock.balance(day.site_id, day.lot_id).drawn, queries.visit(made.visit).record_id) == (0, None)


def test_after_the_day_is_closed_a_second_person_agrees():
    day = make_day()
    made = make_visit(day, state="closed")
    late = AT + timedelta(hours=5)
    visits.close_session(session_id=day.session_id, by=BY, at=late)
    lead, second = (Actor("staff", make.make_staff("point_lead").id) for _ in range(2))
    told = {
        "visit": made.visit,
        "changes": {"performed_by_name": "ĐD. Thử"},
        "reason": "ghi nhầm người tiêm",
        "by": lead,
        "at": late,
    }
    with pytest.raises(Refused, match=r"visits\.second_person_needed"):
        visits.correct_dose(**told)
    with pytest.raises(Refused, match=r"visits\.second_person_same"):
        visits.correct_dose(**told, second_by=lead)
    visits.correct_dose(**told, second_by=second)
    assert immunizations.record(queries.visit(made.visit).record_id).performed_by_name == "ĐD. Thử"


def test_a_visit_of_a_closed_day_whose_dose_never_was_ends_as_withdrawn():
    day = make_day()
    made = make_visit(day, state="closed")
    late = AT + timedelta(hours=5)
    visits.close_session(session_id=day.session_id, by=BY, at=late)
    lead, second = (Actor("staff", make.make_staff("point_lead").id) for _ in range(2))
    visits.cancel_dose(visit=made.visit, reason="không có mũi này", by=lead, at=late, second_by=second)
    card = queries.visit(made.visit)
    assert (card.state, card.record_id) == ("withdrawn", None)


def test_what_the_lead_corrects_is_named_and_audited():
    day = make_day()
    made = make_visit(day)
    with pytest.raises(Refused, match=r"visits\.not_correctable"):
        visits.correct_step(visit=made.visit, changes={"person_id": make.make_person()}, reason="nhầm", by=BY, at=AT)
    visits.correct_step(visit=made.visit, changes={"identity_how": "spoken"}, reason="chưa xem căn cước", by=BY, at=AT)
    assert queries.visit(made.visit).identity_how == "spoken"
    assert AuditRow.objects.filter(action="visits.correct_step").count() == 1
