"""A record opens for a purpose; what is done to it is done with a reason, and what a certificate says with a second pair of eyes."""

from datetime import date, timedelta
from uuid import UUID

from khien.cases import queries as cases
from khien.certificates import actions as certificate_acts
from khien.certificates import queries as certificates
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.people import actions as people_acts
from khien.people import queries as people
from khien.visits import queries as visits
from tests import make, make_day
from tests.surfaces.command.desk import DISTRICT, FAR, ROOT, day, officer, read, reads_of, send, words

HANOI_WARD = "2021-00001"


def test_a_person_is_found_without_accents_and_sees_that_they_were(db):
    person_id = make.make_person("Lê Thị Hường", sex="female")
    keeper = officer("list_keeper", scope=DISTRICT)
    assert "Lê Thị Hường" in words(send(keeper, "/ho-so", text="huong le"))
    assert reads_of(person_id) == ["search"]


def test_a_name_is_looked_for_within_my_place_only(db):
    make.make_person("Lê Thị Hường", sex="female")
    assert "Không tìm thấy ai" in words(send(officer("list_keeper", scope=FAR), "/ho-so", text="Lê Thị Hường"))


def test_a_record_stays_closed_until_a_purpose_is_said(db):
    person_id = make.make_person("Lê Thị Hường", sex="female", phone="0900000132")
    keeper = officer("list_keeper", scope=DISTRICT)
    closed = read(keeper, f"/ho-so/{person_id}")
    assert "Mở hồ sơ để làm gì?" in closed
    assert "Hường" not in closed
    assert reads_of(person_id) == []
    opened = read(keeper, f"/ho-so/{person_id}", vi="identity")
    assert "0900 000 132" in opened
    assert reads_of(person_id) == ["identity"]


def test_a_record_of_another_province_does_not_open(db):
    person_id = make.make_person()
    assert officer("list_keeper", scope=FAR).get(f"{ROOT}/ho-so/{person_id}", {"vi": "identity"}).status_code == 403


def test_the_point_that_received_a_person_opens_the_record_wherever_the_person_lives(db):
    inside = make_day.make_visit(make_day.make_day())
    lead = officer("point_lead", scope=make.site_scope(inside.visit.site_id))
    assert lead.get(f"{ROOT}/ho-so/{inside.person_id}", {"vi": "identity"}).status_code == 200
    assert lead.get(f"{ROOT}/ho-so/{make.make_person()}", {"vi": "identity"}).status_code == 403


def test_the_districts_of_all_points_that_received_a_person_open_the_record_and_only_its_home_corrects_it(db):
    at_home = make.make_site(facility_id=make.make_facility(unit_key="2021-001"), commune_key=HANOI_WARD)
    person_id = make.make_person(place_key=HANOI_WARD)
    for at, where in ((make.AT - timedelta(days=90), {}), (make.AT, {"site_id": at_home})):
        make_day.make_visit(make_day.make_day(on=clock.on_date(at), at=at, **where), person_id=person_id, at=at)
    for scope in (DISTRICT, FAR):
        assert officer("list_keeper", scope=scope).get(f"{ROOT}/ho-so/{person_id}", {"vi": "identity"}).status_code == 200
    assert officer("list_keeper", scope=Scope("district", "760", "2021")).get(f"{ROOT}/ho-so/{person_id}", {"vi": "identity"}).status_code == 403
    pages = {scope: officer("list_keeper", scope=scope).get(f"{ROOT}/ho-so/{person_id}/sua").status_code for scope in (DISTRICT, FAR)}
    assert pages == {DISTRICT: 403, FAR: 200}


def test_particulars_are_corrected_with_a_reason_and_the_old_ones_stay(db):
    person_id = make.make_person("Lê Thị Hướng", sex="female")
    keeper, page = officer("list_keeper", scope=DISTRICT), f"/ho-so/{person_id}/sua"
    assert "Lý do" in words(send(keeper, page, full_name="Lê Thị Hường"))
    assert people.person(person_id).full_name == "Lê Thị Hướng"
    answer = send(keeper, page, full_name="Lê Thị Hường", reason="Xem căn cước")
    assert answer["Location"].endswith("xong=corrected")
    assert people.person(person_id).full_name == "Lê Thị Hường"
    assert people.versions(person_id)[0].particulars["full_name"] == "Lê Thị Hướng"


def certified() -> UUID:
    """A person whose dose has its certificate."""
    person_id = make.make_person("Lê Thị Hướng", sex="female")
    people_acts.verify_identity(person=person_id, how="card_seen", by=make.BY, at=make.AT)
    made = make_day.make_visit(make_day.make_day(), state="closed", person_id=person_id)
    certificate_acts.issue_for(record_id=visits.visit(made.visit).record_id, by=make.BY, at=make.AT)
    return person_id


def test_what_a_certificate_says_is_changed_by_two_people(db):
    person_id = certified()
    assert [one.state for one in certificates.of_person(person_id)] == ["issued"]
    answer = send(officer("list_keeper", scope=DISTRICT), f"/ho-so/{person_id}/sua", full_name="Lê Thị Hường", reason="Xem căn cước")
    assert answer["Location"].endswith("xong=proposed")
    assert people.person(person_id).full_name == "Lê Thị Hướng"
    case = cases.of_person(person_id, at=clock.now())[0]
    assert cases.case(case.id, clock.now()).correction.state == "proposed"


def test_a_paper_that_was_seen_verifies_the_number(db):
    person_id = make.make_person()
    answer = send(officer("list_keeper", scope=DISTRICT), f"/ho-so/{person_id}/giay-to", how="card_seen")
    assert answer["Location"].endswith("xong=verified")
    assert people.person(person_id).identity_state == "verified"


def test_a_phone_is_linked_in_person_and_locked_when_lost(db):
    person_id = make.make_person()
    keeper, page = officer("list_keeper", scope=DISTRICT), f"/ho-so/{person_id}/noi-so"
    assert send(keeper, page, phone="0900000132", relation="self").status_code == 200
    send(keeper, page, phone="0900000132", relation="self", seen="on")
    assert len(people.links_of(person_id)) == 1
    send(keeper, page, act="lost")
    assert people.links_of(person_id) == []


def test_an_earlier_dose_from_elsewhere_is_added_with_its_evidence(db):
    person_id = make.make_person()
    told = {"vaccine": "AZ", **day("on_date", date(2021, 9, 1)), "lot": "ABV0001", "place": "Trạm y tế thử", "evidence": "document"}
    assert send(officer("list_keeper", scope=DISTRICT), f"/ho-so/{person_id}/mui", **told)["Location"].endswith("xong=dose")
    dose = immunizations.history(person_id, date(2021, 12, 14)).doses[0]
    assert (dose.vaccine, dose.origin, dose.evidence) == ("AZ", "elsewhere", "document")


def twins() -> tuple:
    """Two records that look alike, in the order of the pair."""
    from khien.people.models import DuplicateCandidate

    first, second = sorted((make.make_person("Lê Thị Hường", sex="female"), make.make_person("Lê Thị Hường", sex="female")))
    pair = DuplicateCandidate.objects.filter(first_id=first, second_id=second).first()
    pair = pair or DuplicateCandidate.objects.create(first_id=first, second_id=second, why=["full_name", "birth"], found_at=make.AT)
    return pair.id, first, second


def test_two_records_are_merged_by_two_persons_and_taken_apart_again(db):
    pair, first, second = twins()
    support = officer("t2_technician", scope=DISTRICT)
    assert "cùng họ tên" in read(support, "/ho-so/trung")
    assert "Cần ghi lý do" in words(send(support, "/ho-so/trung", pair=str(pair), decision="merged", survivor=str(first)))
    send(support, "/ho-so/trung", pair=str(pair), decision="merged", survivor=str(first), reason="Cùng căn cước")
    assert people.current_id(second) == second
    assert "Chờ người thứ hai" in read(support, "/ho-so/trung")
    assert "người khác" in words(send(support, "/ho-so/trung", pair=str(pair), decision="merged", reason="Vẫn thế"))
    assert people.current_id(second) == second
    colleague = officer("t2_technician", scope=DISTRICT)
    page = read(colleague, "/ho-so/trung")
    assert "đề nghị gộp lúc" in page
    assert "Cùng căn cước" in page
    send(colleague, "/ho-so/trung", pair=str(pair), decision="merged", reason="Đã gọi hỏi")
    assert people.current_id(second) == first
    assert people.merges_of(first)[0].reason == "Cùng căn cước. Đã gọi hỏi"
    merge = people.merges_of(first)[0]
    send(support, f"/ho-so/{first}/quyet", act="undo", id=str(merge.id), why="Hai chị em")
    assert "cần người khác" in words(send(support, f"/ho-so/{first}/quyet", act="undo", id=str(merge.id), why="Vẫn thế"))
    assert people.current_id(second) == first
    assert "Hai chị em" in read(colleague, f"/ho-so/{first}/quyet")
    assert "Cần ghi lý do" in words(send(colleague, f"/ho-so/{first}/quyet", act="undo", id=str(merge.id)))
    send(colleague, f"/ho-so/{first}/quyet", act="undo", id=str(merge.id), why="Đã xem căn cước")
    assert people.current_id(second) == second


def test_a_proposal_to_merge_may_be_withdrawn_or_turned_down_by_another(db):
    pair, first, second = twins()
    support, colleague = (officer("t2_technician", scope=DISTRICT) for _ in range(2))
    send(support, "/ho-so/trung", pair=str(pair), decision="merged", survivor=str(second), reason="Cùng căn cước")
    send(support, "/ho-so/trung", pair=str(pair), decision="withdrawn")
    assert "Chờ người thứ hai" not in read(support, "/ho-so/trung")
    send(support, "/ho-so/trung", pair=str(pair), decision="merged", survivor=str(second), reason="Cùng căn cước")
    send(colleague, "/ho-so/trung", pair=str(pair), decision="different")
    assert people.current_id(first) == first
    assert people.duplicates() == []


def test_pairs_of_another_province_are_not_decided(db):
    pair, first, second = twins()
    send(officer("t2_technician", scope=FAR), "/ho-so/trung", pair=str(pair), decision="merged", survivor=str(first), reason="Thử")
    assert people.current_id(second) == second


def test_a_disputed_number_is_settled_with_a_reason(db):
    number = make.make_number()
    people_acts.verify_identity(person=make.make_person(identifier=number), how="card_seen", by=make.BY, at=make.AT)
    other = make.make_person("Hồ Văn Khác", identifier=number)
    row = next(one for one in people.identifiers_of(other) if one.type == "cccd")
    assert row.state == "disputed"
    support, page = officer("t2_technician", scope=DISTRICT), f"/ho-so/{other}/quyet"
    assert send(support, page, act="settle", id=str(row.id), why="").status_code == 200
    send(support, page, act="settle", id=str(row.id), why="Đã gặp cả hai người")
    assert people.person(other).identity_state == "verified"
