"""Numbers verified, disputed, settled; corrections, merges and deaths."""

from dataclasses import replace
from datetime import date

import pytest

from khien.kernel.births import PartialDate
from khien.kernel.cccd_card import read_card
from khien.kernel.errors import Refused
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import SYSTEM
from khien.people import actions, queries
from khien.people.models import IdentifierHolder
from khien.plumbing.models import Event
from tests import make

BY = {"by": SYSTEM, "at": make.AT}


def test_a_card_seen_verifies_the_number_and_its_holder_alone(db):
    person = make.make_person()
    assert actions.verify_identity(person=person, how="card_scanned", **BY).state == "verified"
    assert queries.person(person).identity_state == "verified"
    assert IdentifierHolder.objects.get().verified


def test_whoever_shows_the_card_holds_the_number_and_the_mistyped_one_is_disputed(db):
    told = make.told_person("Phạm Thị Lan", sex="female")
    wrong = actions.record_person(person=replace(told, full_name="Đỗ Thị Sai"), source="list", **BY).person_id
    right = actions.record_person(person=told, source="desk", **BY).person_id
    assert actions.verify_identity(person=right, how="card_scanned", **BY).state == "verified"
    assert queries.find_by_identifier(told.identifier) == right
    assert queries.person(wrong).identity_state == "disputed"


def test_two_who_both_showed_a_card_stay_disputed_until_a_person_decides(db):
    told = make.told_person("Phạm Thị Lan", sex="female")
    first = actions.record_person(person=told, source="desk", **BY).person_id
    actions.verify_identity(person=first, how="card_seen", **BY)
    second = actions.record_person(person=replace(told, full_name="Đỗ Thị Hai"), source="desk", **BY).person_id
    answer = actions.verify_identity(person=second, how="card_scanned", **BY)
    assert answer.state == "disputed"
    actions.settle_identifier(identifier=answer.identifier_id, reason="thẻ thật đã xem", **BY)
    assert queries.find_by_identifier(told.identifier) == second
    assert queries.person(second).identity_state == "verified"
    assert queries.person(first).identity_state == "none"


def test_a_withdrawn_number_goes_to_the_one_who_told_it_too(db):
    told = make.told_person("Phạm Thị Lan", sex="female")
    wrong = actions.record_person(person=replace(told, full_name="Đỗ Thị Sai"), source="list", **BY).person_id
    right = actions.record_person(person=told, source="desk", **BY).person_id
    row = queries.identifiers_of(wrong)[0]
    actions.withdraw_identifier(identifier=row.id, reason="gõ nhầm", **BY)
    assert queries.find_by_identifier(told.identifier) == right
    assert queries.person(right).identity_state == "claimed"


def test_a_former_number_still_finds_the_person(db):
    old = read_identifier("024990002", "cmnd")
    person = make.make_person("Lý Thị Cũ", sex="female", identifier=old)
    new = make.make_number(sex="female")
    actions.add_identifier(person=person, identifier=new, reason="cấp CCCD", supersede=True, **BY)
    assert queries.find_by_identifier(old) == person
    assert queries.find_by_identifier(new) == person
    assert [card.id for card in queries.search("024990002")] == [person]
    assert {row.state for row in queries.identifiers_of(person)} == {"former", "claimed"}
    assert queries.person(person).identifier_type == "cccd"


def test_a_correction_keeps_what_the_record_said_before(db):
    person = make.make_person("Nguyễn Bửu Lộc", birth=PartialDate(1984, 3, 12))
    actions.correct_particulars(
        person=person, changes={"full_name": "Nguyễn Bảo Lộc", "birth": PartialDate(1984, 12, 3)}, reason="theo CCCD", **BY
    )
    now, before = queries.person(person), queries.versions(person)[0]
    assert now.full_name == "Nguyễn Bảo Lộc"
    assert now.birth == PartialDate(1984, 12, 3)
    assert now.version == 2
    assert before.particulars["full_name"] == "Nguyễn Bửu Lộc"
    assert (before.version, before.changed) == (1, ("birth", "full_name"))
    assert [card.id for card in queries.search("bao loc")] == [person]
    assert queries.search("bửu lộc") == []
    assert Event.objects.filter(kind="people.particulars_corrected").count() == 1


def test_a_correction_without_a_reason_or_a_change_is_refused(db):
    person = make.make_person("Nguyễn Bảo Lộc")
    with pytest.raises(Refused, match=r"people\.reason_needed"):
        actions.correct_particulars(person=person, changes={"sex": "female"}, reason=" ", **BY)
    with pytest.raises(Refused, match=r"people\.nothing_changed"):
        actions.correct_particulars(person=person, changes={"full_name": "Nguyễn Bảo Lộc"}, reason="x", **BY)


def test_a_corrected_number_that_another_holds_is_disputed_and_the_old_one_still_finds(db):
    other = make.told_person("Phạm Thị Lan", sex="female")
    actions.record_person(person=other, source="desk", **BY)
    mine = make.told_person("Lê Thị Nga", sex="female")
    person = actions.record_person(person=mine, source="desk", **BY).person_id
    actions.correct_particulars(person=person, changes={"identifier": other.identifier}, reason="đơn", **BY)
    assert queries.person(person).identity_state == "disputed"
    assert queries.find_by_identifier(mine.identifier) == person


def test_merged_records_are_found_as_one_and_part_again_on_undo(db):
    ward = make.make_person("Nguyễn Thị Tư", sex="female", identifier=None, birth=PartialDate(1950))
    desk_told = make.told_person("Nguyễn Thị Tư", sex="female", birth=PartialDate(1950, 2, 3))
    desk = actions.record_person(person=desk_told, source="desk", **BY).person_id
    alias = actions.merge(loser=desk, survivor=ward, reason="một người", **BY)
    assert queries.ids_of(desk) == [ward, desk]
    assert queries.current_id(desk) == ward
    assert queries.find_by_identifier(desk_told.identifier) == ward
    assert [card.id for card in queries.search("nguyen thi tu")] == [ward]
    assert queries.person(ward).identifier_masked.endswith(desk_told.identifier.value[-4:])
    actions.undo_merge(alias=alias, **BY)
    assert queries.ids_of(desk) == [desk]
    assert {card.id for card in queries.search("nguyen thi tu")} == {ward, desk}


def test_taking_records_apart_needs_two_people_as_joining_does(db):
    a, b = make.make_person(), make.make_person()
    alias = actions.merge(loser=a, survivor=b, reason="một người", **BY)
    other = make.make_staff("t2_technician").actor()
    with pytest.raises(Refused, match=r"people\.reason_needed"):
        actions.decide_undo(alias=alias, reason=" ", **BY)
    assert actions.decide_undo(alias=alias, reason="hai chị em", **BY) == "proposed"
    with pytest.raises(Refused, match=r"people\.second_person_to_part"):
        actions.decide_undo(alias=alias, reason="hai chị em", **BY)
    with pytest.raises(Refused, match=r"people\.reason_needed"):
        actions.decide_undo(alias=alias, reason="", by=other, at=make.AT, withdraw=True)
    assert queries.current_id(a) == b
    assert [(one.undo_by, one.undo_reason) for one in queries.merges_of(b)] == [(BY["by"].text, "hai chị em")]
    assert actions.decide_undo(alias=alias, reason="", **BY, withdraw=True) == "withdrawn"
    assert actions.decide_undo(alias=alias, reason="hai chị em", by=other, at=make.AT) == "proposed"
    assert actions.decide_undo(alias=alias, reason="đã xem căn cước", **BY) == "undone"
    assert queries.current_id(a) == a
    with pytest.raises(Refused, match=r"people\.merge_undone"):
        actions.decide_undo(alias=alias, reason="lại", by=other, at=make.AT)


def test_a_chain_of_merges_leads_to_the_last_survivor_and_never_turns_in_a_circle(db):
    a, b, c = (make.make_person() for _ in range(3))
    actions.merge(loser=a, survivor=b, reason="một người", **BY)
    actions.merge(loser=b, survivor=c, reason="một người", **BY)
    assert queries.current_id(a) == c
    assert set(queries.ids_of(a)) == {a, b, c}
    with pytest.raises(Refused, match=r"people\.same_record"):
        actions.merge(loser=c, survivor=a, reason="vòng", **BY)


def test_a_pair_is_decided_once_as_different_people(db):
    for birth in (PartialDate(1950, 2, 3), PartialDate(1950, 2, 3)):
        make.make_person("Nguyễn Thị Tư", sex="female", identifier=None, birth=birth)
    pair = queries.duplicates()[0]
    actions.decide_duplicate(pair=pair.id, decision="different", reason="", **BY)
    assert queries.duplicates() == []
    with pytest.raises(Refused, match=r"people\.pair_decided"):
        actions.decide_duplicate(pair=pair.id, decision="merged", reason="x", **BY)


def test_a_death_is_told_once_and_can_be_taken_back(db):
    person = make.make_person()
    for _ in range(2):
        actions.record_death(person=person, on=date(2021, 12, 1), **BY)
    assert queries.person(person).died_on == date(2021, 12, 1)
    assert Event.objects.filter(kind="people.died").count() == 1
    actions.withdraw_death(person=person, reason="nhầm người", **BY)
    assert queries.person(person).died_on is None


def test_a_scanned_card_is_compared_field_by_field_and_a_mangled_name_is_no_difference(db):
    number = make.make_number(sex="female")
    person = make.make_person("Trần Thị Hoà", sex="female", identifier=number)
    clean = read_card(f"{number.value}||Trần Thị Hoà|12031984|Nữ|1 Đường Thử|01012021")
    assert queries.match_card(clean) == queries.Match("exact", person)
    other_day = read_card(f"{number.value}||Trần Thị Hoà|13031984|Nữ|1 Đường Thử|01012021")
    assert queries.match_card(other_day).differences == ("birth",)
    assert queries.match_card(read_card(f"{make.make_number().value}||Lê A|12031984|Nam|x|01012021")).kind == "none"
