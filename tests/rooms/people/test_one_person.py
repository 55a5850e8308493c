"""One number makes one person; nobody's record is written over."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import SYSTEM
from khien.people import actions, queries
from khien.people.models import DuplicateCandidate, Identifier, IdentifierHolder, Person
from khien.people.types import NewGuardian
from khien.plumbing.models import Event
from tests import make


def record(person, **more):
    return actions.record_person(person=person, by=SYSTEM, at=make.AT, source="test", **more)


def test_a_number_told_again_finds_the_same_person(db):
    told = make.told_person("Trần Thị Hoà")
    first = record(told)
    again = record(replace(told, full_name="TRẦN THỊ HÒA"))
    assert first.created
    assert not again.created
    assert again.person_id == first.person_id
    assert not again.disputed


def test_a_name_without_accents_and_the_same_birth_is_the_same_person(db):
    told = make.told_person("Trần Thị Hoà", sex="female")
    first = record(told)
    assert record(replace(told, full_name="Tran Thi Hoa")).person_id == first.person_id


def test_what_stands_on_a_record_is_never_written_over_and_only_gaps_are_filled(db):
    told = make.told_person("Lê Văn Thử", phone="0912000001", occupation="thợ may")
    first = record(told)
    again = record(replace(told, phone="0912000002", occupation="lái xe", work_unit="Xưởng thử", ethnic_code="01"))
    assert set(again.filled) == {"work_unit", "ethnic_code"}
    known = queries.details(first.person_id)
    assert known.phone == "+84912000001"
    assert known.card.occupation == "thợ may"
    assert known.card.work_unit == "Xưởng thử"


def test_a_stranger_who_knows_a_number_cannot_put_a_phone_on_the_record(db):
    told = make.told_person("Lê Văn Thử")
    first = record(told)
    record(replace(told, phone="0912000002", email="a@example.org"), fill_contact=False)
    assert queries.contact(first.person_id) == ("", "", "vi")


def test_a_number_that_belongs_to_somebody_else_is_disputed_and_stops_nobody(db):
    holder = make.told_person("Phạm Thị Lan", sex="female")
    first = record(holder)
    clash = record(replace(holder, full_name="Đỗ Văn Hùng", sex="male"))
    assert clash.created
    assert clash.disputed
    assert clash.person_id != first.person_id
    assert set(clash.differences) == {"full_name", "sex"}
    assert queries.person(clash.person_id).identity_state == "disputed"
    assert queries.person(first.person_id).identity_state == "claimed"
    assert queries.find_by_identifier(holder.identifier) == first.person_id
    assert queries.holders(holder.identifier) == [first.person_id, clash.person_id]
    event = Event.objects.get(kind="people.identifier_disputed")
    assert event.data["person_id"] == str(clash.person_id)


def test_one_letter_off_under_one_number_waits_for_a_human(db):
    told = make.told_person("Nguyễn Bảo Lộc")
    first = record(told)
    second = record(replace(told, full_name="Nguyễn Bửu Lộc"))
    assert second.disputed
    pair = queries.duplicates()[0]
    assert {pair.first.id, pair.second.id} == {first.person_id, second.person_id}


def test_an_old_identity_card_alone_does_not_decide_who_somebody_is(db):
    cmnd = read_identifier("024990001", "cmnd")
    first = record(make.told_person("Lý Văn Thử", identifier=cmnd))
    other_year = record(make.told_person("Lý Văn Thử", identifier=cmnd, birth=PartialDate(1984, 3, 13)))
    assert other_year.person_id != first.person_id


def test_nine_people_on_one_phone_are_nine_people(db):
    names = ["An", "Bình", "Chi", "Dũng", "Em", "Phúc", "Giang", "Hà", "Khánh"]
    found = {
        record(make.told_person(f"Võ Thị {name}", sex="female", identifier=None, phone="0912000009", birth=PartialDate(1960 + i)))
        .person_id
        for i, name in enumerate(names)
    }  # fmt: skip
    assert len(found) == 9


def test_two_namesakes_born_on_one_day_in_one_ward_are_two_people(db):
    first = record(make.told_person("Nguyễn Văn Hùng", phone="0912000010"))
    second = record(make.told_person("Nguyễn Văn Hùng", phone="0912000011"))
    assert first.person_id != second.person_id
    assert not second.disputed
    assert not DuplicateCandidate.objects.exists()


def test_the_same_child_told_twice_without_a_number_is_one_child(db):
    child = make.told_person(
        "Trần Gia Bảo", identifier=None, no_identifier_reason="never_issued", birth=PartialDate(2014, 5, 6), phone="0912000012",
        guardian=NewGuardian("Trần Văn Thử", "0912000012", "father"),
    )  # fmt: skip
    first, again = record(child), record(child)
    assert again.person_id == first.person_id
    assert queries.person(first.person_id).guardian.relation == "father"
    assert queries.person(first.person_id).identity_state == "none"


def test_a_card_brought_by_someone_listed_without_a_number_is_joined_by_a_human_not_by_the_ward(db):
    listed = record(make.told_person("Nguyễn Thị Tư", sex="female", identifier=None, birth=PartialDate(1950, 2, 3)))
    came = record(make.told_person("Nguyễn Thị Tư", sex="female", birth=PartialDate(1950, 2, 3)))
    assert came.person_id != listed.person_id
    assert DuplicateCandidate.objects.count() == 1


def test_insurance_numbers_of_ten_and_fifteen_characters_meet(db):
    short, long = read_identifier("7999000123", "bhyt"), read_identifier("DN4797999000123", "bhyt")
    first = record(make.told_person("Hồ Thị Thử", sex="female", identifier=None, insurance=short))
    again = record(make.told_person("Hồ Thị Thử", sex="female", identifier=None, insurance=long))
    assert again.person_id == first.person_id


def test_a_number_stands_in_the_database_only_sealed_and_hashed(db):
    told = make.told_person()
    record(told)
    row = Identifier.objects.get()
    assert told.identifier.value.encode() not in bytes(row.value_cipher)
    assert told.identifier.value not in row.value_hash
    assert queries.search(told.identifier.value)[0].identifier_masked == "••••••••" + told.identifier.value[-4:]


def test_the_same_person_twice_in_one_batch_is_one_person(db):
    told = make.told_person("Bùi Thị Thử", sex="female")
    other = make.told_person("Bùi Thị Khác", sex="female")
    answers = actions.record_people([told, other, told], by=SYSTEM, at=make.AT, source="list")
    assert [answer.created for answer in answers] == [True, True, False]
    assert answers[0].person_id == answers[2].person_id


def at_once(work, times=32):
    from django.db import connection

    def one(i):
        try:
            return work(i)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_however_many_requests_arrive_at_once_one_number_makes_one_person(committed):
    told = make.told_person("Phan Thị Đồng Thời", sex="female")
    answers = at_once(lambda i: record(replace(told, occupation=f"nghề {i}")))
    assert len({answer.person_id for answer in answers}) == 1
    assert sum(answer.created for answer in answers) == 1
    assert Person.objects.count() == Identifier.objects.count() == IdentifierHolder.objects.count() == 1


def test_thirty_two_clashing_claims_at_once_leave_one_holder_and_every_other_disputed(committed):
    told = make.told_person("Phan Văn Đồng Thời")
    names = [f"Người Khác {chr(65 + i % 26)}{'x' * (i // 26)}" for i in range(32)]
    answers = at_once(lambda i: record(replace(told, full_name=names[i])))
    assert sum(not answer.disputed for answer in answers) >= 1
    assert IdentifierHolder.objects.count() == 1
    assert Identifier.objects.filter(state="claimed").count() == 1


def test_batches_in_opposite_orders_never_block_each_other(committed):
    crowd = [make.told_person() for _ in range(60)]
    answers = at_once(
        lambda i: actions.record_people(crowd if i % 2 else crowd[::-1], by=SYSTEM, at=make.AT, source="list"), times=8
    )
    assert Person.objects.count() == 60
    assert sum(answer.created for batch in answers for answer in batch) == 60


@pytest.mark.parametrize("year", [1950, 1951])
def test_a_birth_known_by_its_year_is_kept_as_a_year(db, year):
    found = queries.person(make.make_person(birth=PartialDate(year)))
    assert found.birth == PartialDate(year)
    assert found.birth.display() == str(year)
