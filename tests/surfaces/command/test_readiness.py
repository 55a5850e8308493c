"""Pages of readiness: a practice opened and its cards, a supervisor's look, the committee's page; who may do which where."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from khien.plumbing import practice
from khien.readiness import queries
from tests import make
from tests.surfaces.command.desk import CITY, DISTRICT, FAR, officer, read, send, words

UNIT = f"/san-sang/quyet/2021-{make.BINH_THANH}"
PEOPLE = {"reception-names": "Lê Thị Tập Thử\nTrần Văn Tập Thử", "reception-script": "namesakes", "guests": "6"}


@pytest.fixture
def site(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A point of the district; orders of practice copies lie in the test's own folder."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    return f"/san-sang/diem/{make.make_site(name='Điểm tiêm Nhà văn hóa Thử')}"


def test_a_technician_of_the_district_opens_a_practice_and_gets_a_card_for_each_person_once(site: str) -> None:
    technician = officer("t2_technician", scope=DISTRICT)
    page = words(send(technician, f"{site}/tap", **PEOPLE))
    order = practice.ordered(settings.DATA)
    assert order is not None
    assert [desk["name"] for desk in order["desks"]] == ["Lê Thị Tập Thử", "Trần Văn Tập Thử"]
    assert order["site"]["name"] == "Điểm tiêm Nhà văn hóa Thử"
    passwords = [desk["password"] for desk in order["desks"]]
    assert len(set(passwords)) == 2
    assert all(password in page for password in passwords)
    assert "tap01" in page
    again = read(technician, "/san-sang/tap")
    assert not any(password in again for password in passwords)


def test_the_order_of_a_practice_holds_no_person_of_the_real_instance(site: str) -> None:
    make.make_person("Nguyễn Văn Thật Thử", phone="0912345678")
    send(officer("t2_technician"), f"{site}/tap", **PEOPLE)
    told = (settings.DATA / practice.ORDER).read_text()
    assert "Thật" not in told
    assert "0912345678" not in told
    assert (settings.DATA / practice.ORDER).stat().st_mode & 0o077 == 0


def test_passwords_leave_the_order_when_the_copy_is_built(site: str) -> None:
    send(officer("t2_technician"), f"{site}/tap", **PEOPLE)
    practice.forget_passwords(settings.DATA)
    assert "password" not in (settings.DATA / practice.ORDER).read_text()


def test_closing_keeps_the_scores_that_the_copy_told_and_wipes_the_order(site: str) -> None:
    technician = officer("t2_technician")
    send(technician, f"{site}/tap", **PEOPLE)
    found = queries.open_practice()
    assert found is not None
    practice.say(settings.DATA, "running", port=8001, order=str(found.id))
    (settings.DATA / practice.FOLDER).mkdir()
    score = {"number": 0, "desk": "reception", "script": "namesakes", "name": "Lê Thị Tập Thử", "points": 75, "served": 4, "seconds": 40, "lessons": [["wrong_person", 1]]}
    practice.tell_scores(settings.DATA / practice.FOLDER, [score], at="2021-12-14T08:30:00")
    assert "75 điểm" in read(technician, "/san-sang/tap")
    assert send(technician, "/san-sang/tap").status_code == 302
    assert practice.ordered(settings.DATA) is None
    page = read(technician, site)
    assert "75 điểm" in page
    assert "Nhận nhầm người" in page
    assert "Lê Thị Tập Thử (tiếp đón) tập lại" in page


def test_a_failed_copy_says_why_and_can_be_closed(site: str) -> None:
    technician = officer("t2_technician")
    send(technician, f"{site}/tap", **PEOPLE)
    practice.say(settings.DATA, "failed", why="Port 8001 is in use")
    assert "Port 8001 is in use" in read(technician, "/san-sang/tap")
    assert send(technician, "/san-sang/tap").status_code == 302


def test_a_second_practice_and_a_name_with_digits_are_told_in_words(site: str) -> None:
    technician = officer("t2_technician")
    told = send(technician, f"{site}/tap", **{**PEOPLE, "reception-names": "Máy 12"})
    assert told.status_code == 409
    assert practice.ordered(settings.DATA) is None
    send(technician, f"{site}/tap", **PEOPLE)
    assert "Một bản tập khác đang mở" in words(send(technician, f"{site}/tap", **PEOPLE))


def test_who_is_no_technician_or_of_another_province_opens_no_practice(site: str) -> None:
    for client in (officer("planner"), officer("supervisor"), officer("t2_technician", scope=FAR)):
        assert send(client, f"{site}/tap", **PEOPLE).status_code == 403
    send(officer("t2_technician"), f"{site}/tap", **PEOPLE)
    stranger = officer("t2_technician", scope=FAR)
    assert "Bản tập này của nơi khác" in read(stranger, "/san-sang/tap")
    assert send(stranger, "/san-sang/tap").status_code == 403


def test_a_supervisor_fills_in_the_same_checklist_and_the_point_shows_what_to_fix(site: str) -> None:
    supervisor = officer("supervisor", scope=DISTRICT)
    facts = {
        "anaphylaxis_kit-expires_on": "30/06/2030", "adrenaline-ampoules": "5", "adrenaline-expires_on": "30/06/2030", "doctor-name": "Bác sĩ Thử",
        "fridge-celsius": "12", "printer-ok": "1", "paper_pack-ok": "1", "hospital_phone-phone": "115", "lots-ok": "1", "fridge-note": "Gọi thợ",
    }  # fmt: skip
    assert send(supervisor, f"{site}/kiem", **facts).status_code == 302
    page = read(supervisor, site)
    assert "đủ 7 trên 8 mục" in page
    assert "Gọi thợ" in page
    assert 'value="30/06/2030"' in supervisor.get(f"/dieu-phoi{site}/kiem").content.decode()
    assert send(officer("t2_technician"), f"{site}/kiem", **facts).status_code == 403
    assert send(officer("supervisor", scope=FAR), f"{site}/kiem", **facts).status_code == 403


def test_an_unreadable_fact_keeps_what_was_typed(site: str) -> None:
    told = send(officer("supervisor"), f"{site}/kiem", **{"adrenaline-ampoules": "năm", "note": "Đường ngập"})
    assert told.status_code == 409
    assert "Đường ngập" in told.content.decode()
    assert 'value="năm"' in told.content.decode()


def test_two_members_sign_by_name_and_the_page_says_that_it_stands(site: str) -> None:
    planner, other = officer("planner", scope=DISTRICT), officer("safety_officer", scope=CITY)
    assert send(planner, f"{UNIT}/trinh", decision="go", reasons="Tập lại hôm mai").status_code == 302
    page = read(planner, UNIT)
    assert "Cần ít nhất 2 chữ ký" in page
    decision = queries.decision(f"2021-{make.BINH_THANH}")
    assert decision is not None
    for client in (planner, other):
        assert send(client, f"{UNIT}/ky", decision=decision.id).status_code == 302
    assert "Đủ chữ ký" in read(planner, UNIT)
    assert "Bạn đã ký bản này" in words(send(planner, f"{UNIT}/ky", decision=decision.id))


def test_a_point_that_does_not_open_is_named_with_what_it_must_fix(site: str) -> None:
    planner, site_id = officer("planner"), site.rsplit("/", 1)[1]
    told = {"decision": "go", "reasons": "", f"hold-{site_id}": "1", f"fix-{site_id}": "Mua adrenalin"}
    assert send(planner, f"{UNIT}/trinh", **told).status_code == 302
    assert "Mua adrenalin" in read(planner, UNIT)
    refused = send(planner, f"{UNIT}/trinh", decision="no_go", reasons="")
    assert refused.status_code == 409
    assert "Mời ghi lý do" in words(refused)


def test_what_a_rehearsal_found_of_a_point_stands_beside_its_checks(site: str) -> None:
    planner = officer("planner")
    told = {"site_days": [{"name": "Điểm tiêm Nhà văn hóa Thử", "to_fix": [["wait", {"desk": "dose"}], ["lost", {"n": 1}], ["lost", {"n": 2}]]}]}
    file = SimpleUploadedFile("dien-tap.json", json.dumps(told).encode())
    assert send(planner, f"{UNIT}/trinh", decision="go", reasons="x", rehearsal=file).status_code == 302
    page = read(planner, UNIT)
    assert "Diễn tập: chờ quá lâu ở một bàn" in page
    assert page.count("Diễn tập: mất bản ghi") == 1
    for wrong in (b"{", b"[]", b'{"site_days": [{"name": 1}]}'):
        refused = send(planner, f"{UNIT}/trinh", decision="go", reasons="x", rehearsal=SimpleUploadedFile("khac.json", wrong))
        assert "không phải kết quả diễn tập" in words(refused)


def test_who_may_propose_and_who_may_sign_is_told_by_role_and_place(site: str) -> None:
    assert send(officer("supervisor"), f"{UNIT}/trinh", decision="go", reasons="x").status_code == 403
    assert send(officer("planner", scope=FAR), f"{UNIT}/trinh", decision="go", reasons="x").status_code == 403
    send(officer("planner"), f"{UNIT}/trinh", decision="go", reasons="x")
    decision = queries.decision(f"2021-{make.BINH_THANH}")
    assert decision is not None
    for role in ("point_lead", "t2_technician"):
        assert send(officer(role), f"{UNIT}/ky", decision=decision.id).status_code == 403
    assert send(officer("planner"), f"{UNIT}/ky", decision="").status_code == 409


def test_the_list_of_points_shows_only_those_within_my_places(site: str) -> None:
    assert "Điểm tiêm Nhà văn hóa Thử" in read(officer("supervisor", scope=DISTRICT), "/san-sang")
    assert "Điểm tiêm Nhà văn hóa Thử" not in read(officer("supervisor", scope=FAR), "/san-sang")
