"""Practices as the real instance keeps them, a supervisor's look, the decision of a committee."""

import pytest

from khien.kernel.errors import Refused
from khien.plumbing.models import AuditRow
from khien.readiness import actions, queries
from khien.readiness.models import PracticeGuest
from khien.readiness.types import DeskAsked
from tests import make
from tests.make_day import KIT

DESK = DeskAsked("reception", "namesakes", "Lê Thị Tập Thử")
WARD = f"2021-{make.BINH_THANH}"


@pytest.fixture(autouse=True)
def records(db: None) -> None:
    """Each test in a database that forgets it."""


def opened(site_id=None, *desks: DeskAsked):
    return actions.open_practice(site_id=site_id or make.make_site(), desks=desks or [DESK], guests=6, by=make.BY, at=make.AT)


def looked(site_id, **items):
    return actions.check_point(
        site_id=site_id, on=make.AT.date(), items={**KIT, **items}, lots_ok=True, notes={"printer": "hết mực"}, note="", name="Giám Sát Thử",
        by=make.BY, at=make.AT,
    )  # fmt: skip


def proposed(decision="go", reasons="Đủ điều kiện", **more):
    told = {"unit_key": WARD, "holds": {}, "name": "Kế Hoạch Thử", "by": make.BY, "at": make.AT, **more}
    return actions.propose_decision(decision=decision, reasons=reasons, **told)


def signed(found, who=None):
    who = who or make.make_staff("planner")
    return actions.sign_decision(decision_id=found.id, name=who.full_name, office="Sở Y tế", by=who.actor(), at=make.AT)


def test_one_practice_is_open_at_a_time():
    opened()
    with pytest.raises(Refused, match=r"readiness\.practice_open"):
        opened()


def test_a_practice_without_people_or_with_another_desks_script_is_refused():
    with pytest.raises(Refused, match=r"readiness\.no_desk"):
        actions.open_practice(site_id=make.make_site(), desks=[], guests=6, by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"readiness\.script_unknown"):
        opened(None, DeskAsked("reception", "fainting", "Lê Thị Tập Thử"))
    with pytest.raises(Refused, match=r"readiness\.guests_count"):
        actions.open_practice(site_id=make.make_site(), desks=[DESK], guests=0, by=make.BY, at=make.AT)


def test_only_the_scores_of_the_desks_that_were_opened_come_back():
    found = opened()
    told = [
        {"number": 0, "points": 75, "served": 4, "seconds": 40, "lessons": [["wrong_person", 1], ["a_name_of_somebody", 1]], "full_name": "Nguyễn Văn Lạ"},
        {"number": 7, "points": 100, "lessons": []},
    ]  # fmt: skip
    closed = actions.close_practice(practice_id=found.id, scores=told, by=make.BY, at=make.AT)
    [score] = closed.scores
    assert (score.name, score.points, score.lessons) == ("Lê Thị Tập Thử", 75, (("wrong_person", 1),))
    assert not PracticeGuest.objects.exists()
    assert actions.close_practice(practice_id=found.id, scores=[], by=make.BY, at=make.AT).scores == closed.scores
    opened()


def test_opening_and_closing_leave_their_rows_in_the_audit():
    found = opened()
    actions.close_practice(practice_id=found.id, scores=[], by=make.BY, at=make.AT)
    assert AuditRow.objects.filter(subject=str(found.id)).count() == 2


def test_a_supervisors_look_is_judged_by_the_opening_checklist_itself():
    site_id = make.make_site()
    found = looked(site_id, adrenaline={"ampoules": 5, "expires_on": "2020-01-01"}, fridge={"celsius": "12"})
    assert {line.code for line in found.missing} == {"adrenaline", "fridge"}
    assert found.good == len(found.lines) - 2
    assert found.notes == {"printer": "hết mực"}


def test_a_later_look_is_a_version_and_both_stay():
    site_id = make.make_site()
    looked(site_id, fridge={"celsius": "12"})
    assert looked(site_id).version == 2
    assert [one.version for one in queries.checks(site_id)] == [2, 1]
    assert queries.latest_check(site_id).missing == ()


def test_a_point_still_must_fix_what_its_last_look_and_its_last_practice_say():
    site_id = make.make_site()
    [before] = queries.standing_of_unit(WARD)
    assert {kind for kind, _code, _text in before.fixes} == {"unchecked", "unpractised"}
    assert before.hard
    looked(site_id, fridge={"celsius": "12"})
    found = opened(site_id)
    actions.close_practice(practice_id=found.id, scores=[{"number": 0, "points": 60, "lessons": [["wrong_person", 1]]}], by=make.BY, at=make.AT)
    [after] = queries.standing_of_unit(WARD)
    assert after.fixes == (("item", "fridge", ""), ("repeat", "reception", "Lê Thị Tập Thử"))
    assert not after.hard


def test_who_reached_eighty_need_not_repeat():
    site_id = make.make_site()
    looked(site_id)
    found = opened(site_id)
    actions.close_practice(practice_id=found.id, scores=[{"number": 0, "points": 80, "lessons": []}], by=make.BY, at=make.AT)
    assert queries.standing_of_unit(WARD)[0].fixes == ()


def test_a_decision_stands_when_two_members_have_signed_it():
    make.make_site()
    found = proposed()
    assert not signed(found).stands
    done = signed(found)
    assert done.stands
    assert len(done.signatures) == 2


def test_nobody_signs_twice():
    make.make_site()
    found, who = proposed(), make.make_staff("planner")
    signed(found, who)
    with pytest.raises(Refused, match=r"readiness\.already_signed"):
        signed(found, who)


def test_a_changed_decision_is_signed_anew():
    make.make_site()
    first = proposed()
    signed(first)
    second = proposed("no_go", "Thiếu bác sĩ")
    assert (second.version, second.signatures) == (2, ())
    with pytest.raises(Refused, match=r"readiness\.newer_version"):
        signed(first)


def test_a_point_is_held_with_what_it_must_fix_and_go_despite_findings_needs_reasons():
    site_id = make.make_site()
    with pytest.raises(Refused, match=r"readiness\.hold_needs_fix"):
        proposed(holds={site_id: " "})
    with pytest.raises(Refused, match=r"readiness\.reasons_needed"):
        proposed(reasons="")
    held = proposed(reasons="", holds={site_id: "Mua adrenalin"})
    [point] = held.points
    assert (point["go"], point["fix"]) == (False, "Mua adrenalin")


def test_what_was_known_of_each_point_is_kept_as_it_stood_at_the_decision():
    site_id = make.make_site()
    found = proposed()
    looked(site_id)
    assert ["unchecked", "", ""] in queries.decision_by_id(found.id).points[0]["fixes"]


def test_a_no_go_needs_reasons_and_a_unit_without_points_no_decision():
    with pytest.raises(Refused, match=r"readiness\.no_point"):
        proposed(unit_key="2021-01")
    make.make_site()
    with pytest.raises(Refused, match=r"readiness\.reasons_needed"):
        proposed("no_go", " ")
