"""A dose from a bad vial: in the record as it was, told alike everywhere, until a person with the right decides."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client

from khien.cases import actions as cases
from khien.cases import queries as case_queries
from khien.certificates import actions as certificates
from khien.certificates import queries as certificate_queries
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.immunizations.actions import Told
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.people import actions as people
from khien.visits import actions as visits
from tests import make
from tests.make_day import SURE, done_at, make_day, make_visit
from tests.surfaces.command.desk import CITY, DISTRICT, FAR, ROOT, officer, read, reads_of, send, words

TODAY = date(2021, 12, 14)


@pytest.fixture(autouse=True)
def automatic(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "DATA", tmp_path)


def bad_dose(person=None, **more):
    """A dose of a lot that had expired two days before, already in the arm."""
    day = make_day()
    person = person or make.make_person("Nguyễn Thị Lọ")
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=make.AT)
    made = make_visit(day, state="cleared", person_id=person)
    lot = make.make_lot(number_="AZ99-0388", expires_on=TODAY - timedelta(days=2), site_id=day.site_id)
    given = visits.give_dose(
        visit=made.visit, lot_id=lot, already_injected=True, performed=done_at(make.AT), by=make.BY, at=make.AT, **more
    )
    certificates.issue_for(record_id=given.record_id, by=SYSTEM, at=make.AT)
    return person, given.record_id


def only(person):
    history = records.history(person, TODAY)
    return history.doses[-1], history.next_dose, certificate_queries.of_person(person)[0]


def test_history_next_dose_and_certificate_say_the_same_of_a_dose_from_an_expired_vial(db):
    person, _record = bad_dose()
    dose, coming, certificate = only(person)
    assert (dose.validity, dose.validity_code) == ("uncertain", "stock.lot_expired")
    assert "hết hạn" in dose.sentence_vi
    assert "expired" in dose.sentence_en
    assert coming.ordinal == 2
    assert "chờ người có trách nhiệm xem lại" in coming.sentence_vi
    assert (certificate.state, certificate.hold) == ("held", "dose_uncertain")


def test_a_dose_that_counts_frees_its_certificate_and_ends_its_case(db):
    person, record = bad_dose()
    case = cases.open_case(kind="record", subject="record.marked_dose", person_id=person, record_id=record, by=SYSTEM, at=make.AT)
    doctor = officer("doctor_on_duty", scope=DISTRICT)
    assert "Nguyễn Thị Lọ" in read(doctor, "/mui-can-quyet")
    page = doctor.get(f"{ROOT}/mui-can-quyet/{record}").content.decode()
    assert "AZ99-0388" in page
    told = {"what": "counts", "why": "Hội đồng chuyên môn kết luận còn tác dụng", "version": "1"}
    assert send(doctor, f"/mui-can-quyet/{record}", **told).status_code == 302
    dose, coming, certificate = only(person)
    assert dose.validity == "valid"
    assert certificate.state == "issued"
    assert "chờ người" not in coming.sentence_vi
    assert case_queries.case(case.id, make.AT).line.state == "resolved"
    assert "dose_review" in reads_of(person)
    assert "Không có mũi nào chờ" in read(doctor, "/mui-can-quyet")


def test_a_dose_to_be_repeated_is_due_again_and_has_no_certificate(db):
    person, record = bad_dose()
    t3 = officer("t3_operations", scope=CITY)
    send(t3, f"/mui-can-quyet/{record}", what="repeat", why="Không bảo đảm", version="1")
    dose, coming, certificate = only(person)
    assert (dose.validity, coming.ordinal) == ("invalid", 1)
    assert (certificate.state, certificate.hold) == ("held", "dose_invalid")


def test_a_decision_needs_a_reason_and_is_made_once_on_the_version_that_was_seen(db):
    _person, record = bad_dose()
    doctor = officer("doctor_on_duty", scope=DISTRICT)
    assert send(doctor, f"/mui-can-quyet/{record}", what="counts", version="1").status_code == 422
    assert send(doctor, f"/mui-can-quyet/{record}", what="counts", why="Thử", version="7").status_code == 422
    send(doctor, f"/mui-can-quyet/{record}", what="counts", why="Thử", version="1")
    assert "không chờ quyết định" in words(send(doctor, f"/mui-can-quyet/{record}", what="repeat", why="Thử", version="2"))


def test_who_has_no_right_or_is_elsewhere_decides_nothing(db):
    _person, record = bad_dose()
    for client in (officer("planner", scope=CITY), officer("doctor_on_duty", scope=FAR), Client()):
        assert send(client, f"/mui-can-quyet/{record}", what="counts", why="Thử", version="1").status_code in (302, 403)
        assert records.record(record).validity == "uncertain"
    assert "Nguyễn Thị Lọ" not in read(officer("doctor_on_duty", scope=FAR), "/mui-can-quyet")


def test_a_bad_vial_stays_bad_when_the_person_had_told_of_the_dose_before(db):
    """The point's record joins what the person stated; the doubt about the vial is not lost."""
    person = make.make_person("Nguyễn Thị Kể")
    immunizations.record_elsewhere(person_id=person, told=Told("AZ", TODAY), evidence="statement", by=make.BY, at=make.AT)
    bad_dose(person)
    dose = records.history(person, TODAY).doses[-1]
    assert (dose.validity, dose.validity_code) == ("uncertain", "stock.lot_expired")


def test_a_bad_vial_is_not_forgotten_when_the_same_dose_was_recorded_twice(db):
    person = make.make_person("Nguyễn Thị Hai Lần")
    first = make.make_immunization(person, on=TODAY - timedelta(days=1))
    _person, record = bad_dose(person)
    immunizations.mark_entered_in_error(record_id=first, reason="ghi thừa", by=make.BY, at=make.AT)
    immunizations.settle(person_id=person, by=SYSTEM, at=make.AT)
    stored = records.versions(record)[-1]
    assert (stored.validity, stored.validity_code) == ("uncertain", "stock.lot_expired")
    assert records.history(person, TODAY).doses[-1].validity == "uncertain"


def test_a_dose_that_two_records_claim_is_not_made_to_count_by_a_click(db):
    person, record = bad_dose()
    cases.decide_dose(record_id=record, counts=True, reason="Thử", by=make.BY, at=make.AT)
    with pytest.raises(Refused, match="dose_not_in_doubt"):
        cases.decide_dose(record_id=record, counts=False, reason="Thử", by=make.BY, at=make.AT)
    assert only(person)[0].validity == "valid"


def test_the_doses_of_one_bad_lot_at_one_point_are_decided_together_where_the_doctor_says_so(db):
    day = make_day()
    records_of_it = [made.record_id for made in (_given_after_a_cold_night(day, name) for name in ("Phạm Thị Ba", "Phạm Thị Bốn", "Phạm Thị Năm"))]
    apart = bad_dose()[1]
    doctor = officer("doctor_on_duty", scope=DISTRICT)
    first = records_of_it[0]
    assert "2 mũi khác" in words(doctor.get(f"{ROOT}/mui-can-quyet/{first}"))
    assert "mũi khác" not in words(doctor.get(f"{ROOT}/mui-can-quyet/{apart}"))
    version = records.record(first).version
    assert send(doctor, f"/mui-can-quyet/{first}", what="repeat", why="Vắc xin hỏng", version=version, together="on")["Location"].endswith("?xong=3")
    assert [records.record(one).validity for one in records_of_it] == ["invalid"] * 3
    assert records.record(apart).validity == "uncertain"


def _given_after_a_cold_night(day, name):
    made = make_visit(day, state="cleared", person_id=make.make_person(name))
    given = visits.give_dose(visit=made.visit, lot_id=day.lot_id, confirmed=SURE, performed=done_at(make.AT), by=make.BY, at=make.AT)
    immunizations.doubt_vial(record_id=given.record_id, code="stock.lot_cold_breach", by=SYSTEM, at=make.AT)
    return given
