"""Doses kept for second doses: first doses do not eat them without a decision that is named."""

from datetime import timedelta

import pytest

from khien.booking import actions, queries
from khien.immunizations import due, models
from khien.kernel.errors import Refused
from khien.people import actions as people
from khien.plumbing import outbox
from khien.reporting import actions as reporting
from tests import make
from tests.make_day import make_day, make_visit

DAY = make.AT.date()
LATER = make.AT + timedelta(hours=2)
CITY = "2021-79"


def _dosed(**more):
    person = make.make_person(**more)
    make_visit(make_day(doses=1), state="closed", person_id=person)
    outbox.drain(lambda: LATER)
    return person


def _due(**more):
    return [(one.vaccine, one.ordinal, one.people) for one in due.due(until=DAY + timedelta(days=120), **more)]


def test_a_first_dose_makes_a_second_one_due_where_its_person_lives_now(db):
    person = _dosed(place_key=make.WARD)
    assert _due() == [("AZ", 2, 1)]
    (line,) = due.due(until=DAY + timedelta(days=120), by="province_2021")
    assert due.due_of_units(["2021-" + line.code, ""], until=DAY + timedelta(days=120)) == {"2021-" + line.code: line.people, "": line.people}
    assert due.due_by_day("", until=DAY + timedelta(days=120)) == {line.due_on: line.people}
    assert line.code == "79"
    people.correct_particulars(person=person, changes={"place_key": "2021-00001"}, reason="đã chuyển nhà", by=make.BY, at=LATER)
    outbox.drain(lambda: LATER)
    (line,) = due.due(until=DAY + timedelta(days=120), by="province_2021")
    assert line.code == "01"
    people.record_death(person=person, on=DAY, by=make.BY, at=LATER)
    outbox.drain(lambda: LATER)
    assert _due() == []


def test_what_is_due_counted_again_from_the_records_is_the_same(db):
    _dosed()
    before = _due()
    models.DueDose.objects.update(vaccine="PFIZER")
    reporting.rebuild(at=LATER)
    assert _due() == before


def _draw(session, **criteria):
    return actions.commit_allocation(
        unit_key=CITY, criteria=actions.Criteria(**criteria), session_ids=[session], by=make.BY, at=LATER
    )


def test_first_doses_do_not_take_what_is_kept_for_second_doses_without_a_decision(db):
    _dosed()
    on = due.due(until=DAY + timedelta(days=120))[0].due_on - timedelta(days=7)
    slot = make.make_slot(on=on, mode="invited", places=5)
    make.make_registration()
    held = queries.reserves(CITY, on)["AZ"]
    assert (held.on_hand, held.due, held.free) == (0, 1, 0)
    with pytest.raises(Refused, match=r"booking\.reserve_first"):
        _draw(slot.session_id)
    made = _draw(slot.session_id, decision="QĐ 12 của Sở Y tế: ổ dịch mới")
    assert made.criteria["decision"].startswith("QĐ 12")


@pytest.mark.parametrize("province", ["79", queries.NATION])
def test_a_draw_passes_under_a_standing_decision_and_names_it(db, province):
    _dosed()
    on = due.due(until=DAY + timedelta(days=120))[0].due_on - timedelta(days=7)
    slot = make.make_slot(on=on, mode="invited", places=5)
    make.make_registration()
    told = {"name": "Cán bộ", "by": make.BY, "at": LATER}
    actions.let_first_doses_in(decision="QĐ 1: chỉ Pfizer", vaccine="PFIZER", until=on, province=province, **told)
    actions.let_first_doses_in(decision="QĐ 2: hết trước buổi", until=on - timedelta(days=1), province=province, **told)
    with pytest.raises(Refused, match=r"booking\.reserve_first"):
        _draw(slot.session_id)
    actions.let_first_doses_in(decision="QĐ 55: ổ dịch", until=on, province=province, **told)
    assert _draw(slot.session_id).criteria["decision"] == "QĐ 55: ổ dịch"


def test_first_doses_pass_while_the_reserve_stays_whole(db):
    _dosed()
    on = due.due(until=DAY + timedelta(days=120))[0].due_on - timedelta(days=7)
    slot = make.make_slot(on=on, mode="invited", places=5)
    make.make_lot("AZ", site_id=slot.site_id, doses=2)
    make.make_registration()
    assert _draw(slot.session_id).state == "committed"


def test_syringes_are_no_doses_to_keep_for_anybody(db):
    make.make_lot("SYRINGE-0.5", site_id=make.make_site(), doses=1000)
    assert queries.reserves(CITY, DAY) == {}
