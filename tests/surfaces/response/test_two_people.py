"""A dose in the wrong person's book, one person in two books: both seen side by side, decided by another, open to be undone."""

from datetime import date

import pytest
from django.conf import settings

from khien.cases import actions, queries
from khien.cases.types import ContactPoint, CorrectionAsked
from khien.certificates import actions as certificates
from khien.certificates import queries as certificate_queries
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import SYSTEM, Scope
from khien.people import actions as people
from khien.people import queries as people_queries
from khien.plumbing.models import AccessLog
from tests import make


@pytest.fixture(autouse=True)
def automatic(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "DATA", tmp_path)


def text(answer):
    return answer.content.decode()


def someone(name: str, serial: str, day: int = 27):
    person = make.make_person(
        name, sex="female", birth=PartialDate(1957, 3, day), place_key=make.WARD, identifier=read_identifier(f"079157{serial}", "cccd")
    )
    people.verify_identity(person=person, how="card_seen", by=make.BY, at=make.AT)
    return person


def dose_of(person, on=date(2021, 9, 1)):
    record = make.make_immunization(person, on=on)
    immunizations.correct(record_id=record, changes={"evidence": "record"}, reason="có trong sổ", by=make.BY, at=make.AT)
    certificates.issue_for(record_id=record, by=SYSTEM, at=make.AT)
    return record


def asked(person):
    told = CorrectionAsked("wrong_data", words="Mũi này không phải của tôi")
    return actions.ask_correction(
        asked=told, contact=ContactPoint(phone="+84912345678"), person_id=person, channel="health_book", by=SYSTEM, at=make.AT
    ).id


def doses(person):
    return [one.record_id for one in records.history(person, date(2021, 12, 14)).doses]


def states(person):
    return sorted(one.state for one in certificate_queries.of_person(person, past=True))


def test_a_dose_of_another_person_is_moved_and_both_certificates_follow(signed_in):
    lan, hoa = someone("Nguyễn Thị Lan", "990001"), someone("Nguyễn Thị Hoa", "990002", 28)
    record = dose_of(lan)
    case = asked(lan)
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    page = text(technician.post(f"/mcc/{case}/de-nghi", {"act": "find", "q": "079157990002"}))
    assert str(hoa) in page
    assert "Nguyễn Thị Hoa" not in page
    page = text(technician.get(f"/mcc/{case}/de-nghi?kia={hoa}"))
    assert "Nguyễn Thị Hoa" in page
    assert "Hai hồ sơ cạnh nhau" in page
    assert AccessLog.objects.filter(person_id=hoa, purpose="correction").exists()
    assert technician.post(f"/mcc/{case}/de-nghi?kia={hoa}", {"give": str(record), "why": "Phiếu của bà Hoa"}).status_code == 302
    assert doses(lan) == [record]
    shown = text(supervisor.get(f"/mcc/{case}/duyet"))
    assert "sang hồ sơ người kia" in shown
    assert "Nguyễn Thị Hoa" in shown
    supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đúng phiếu"})
    assert doses(lan) == []
    assert len(doses(hoa)) == 1
    assert states(lan) == ["revoked"]
    assert states(hoa) == ["issued"]
    assert queries.case(case, make.AT).line.state == "resolved"


def test_a_dose_that_stands_in_another_book_comes_home(signed_in):
    lan, hoa = someone("Nguyễn Thị Lan", "990001"), someone("Nguyễn Thị Hoa", "990002", 28)
    record, case = dose_of(hoa), asked(lan)
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    technician.post(f"/mcc/{case}/de-nghi?kia={hoa}", {"move": str(record), "why": "Phiếu của bà Lan"})
    supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đúng phiếu"})
    assert len(doses(lan)) == 1
    assert doses(hoa) == []
    assert states(lan) == ["issued"]
    assert states(hoa) == ["revoked"]


def test_a_dose_changed_in_between_stops_the_move(signed_in):
    lan, hoa = someone("Nguyễn Thị Lan", "990001"), someone("Nguyễn Thị Hoa", "990002", 28)
    record, case = dose_of(hoa), asked(lan)
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    technician.post(f"/mcc/{case}/de-nghi?kia={hoa}", {"move": str(record), "why": "Phiếu của bà Lan"})
    immunizations.correct(record_id=record, changes={"lot_number": "KHAC1"}, reason="số lô", by=make.BY, at=make.AT)
    assert supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đúng phiếu"}).status_code == 409
    assert doses(hoa) == [record]


def test_two_records_of_one_person_are_merged_by_two_people_and_taken_apart_again(signed_in):
    lan, twin = someone("Nguyễn Thị Lan", "990001"), someone("Nguyễn Thị Lang", "990003")
    first, second = dose_of(lan, date(2021, 8, 1)), dose_of(twin, date(2021, 10, 15))
    case = asked(lan)
    technician, supervisor = signed_in("t2_technician"), signed_in("supervisor")
    both = {"merge": "on", "move": str(second), "why": "Một người"}
    assert "bỏ đánh dấu chuyển mũi" in text(technician.post(f"/mcc/{case}/de-nghi?kia={twin}", both))
    technician.post(f"/mcc/{case}/de-nghi?kia={twin}", {"merge": "on", "why": "Một người, hai hồ sơ"})
    assert "Gộp hồ sơ" in text(supervisor.get(f"/mcc/{case}/duyet"))
    supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Đã xem căn cước"})
    assert people_queries.current_id(twin) == lan
    assert doses(lan) == [first, second]
    assert [one.ordinal for one in records.history(lan, date(2021, 12, 14)).doses] == [1, 2]
    assert states(lan).count("issued") == 2
    assert "Đề nghị tách ra như cũ" in text(supervisor.get(f"/mcc/{case}/duyet"))
    supervisor.post(f"/mcc/{case}/duyet", {"act": "undo", "reason": "Hai chị em"})
    assert "Chờ người thứ hai xem và tách" in text(supervisor.get(f"/mcc/{case}/duyet"))
    assert supervisor.post(f"/mcc/{case}/duyet", {"act": "undo", "reason": "Hai chị em"}).status_code == 409
    assert people_queries.current_id(twin) == lan
    supervisor.post(f"/mcc/{case}/duyet", {"act": "keep"})
    supervisor.post(f"/mcc/{case}/duyet", {"act": "undo", "reason": "Hai chị em"})
    second_look = signed_in("t2_technician")
    assert "Hai chị em" in text(second_look.get(f"/mcc/{case}/duyet"))
    second_look.post(f"/mcc/{case}/duyet", {"act": "undo", "reason": "Đã xem cả hai căn cước"})
    assert "merge_undo" not in text(technician.get(f"/mcc/{case}"))
    assert people_queries.current_id(twin) == twin
    assert doses(lan) == [first]
    assert doses(twin) == [second]
    assert states(twin).count("issued") == 1


def test_a_person_of_another_province_is_neither_shown_nor_touched(signed_in):
    lan = someone("Nguyễn Thị Lan", "990001")
    far = make.make_person("Trần Thị Xa", place_key="2021-00001")
    case = asked(lan)
    technician = signed_in("t2_technician")
    assert technician.get(f"/mcc/{case}/de-nghi?kia={far}").status_code == 403
    assert technician.post(f"/mcc/{case}/de-nghi?kia={far}", {"merge": "on", "why": "Thử"}).status_code == 403
    nation = signed_in("t2_technician", scope=Scope("nation"))
    nation.post(f"/mcc/{case}/de-nghi?kia={far}", {"merge": "on", "why": "Một người"})
    supervisor = signed_in("supervisor")
    page = text(supervisor.get(f"/mcc/{case}/duyet"))
    assert "chuyển yêu cầu lên cấp trên" in page
    assert "Trần Thị Xa" not in page
    assert supervisor.post(f"/mcc/{case}/duyet", {"act": "accept", "reason": "Thử"}).status_code == 409
    assert people_queries.current_id(far) == far
