"""Safety desk: the line list, a case to the council, rates and signals, papers and files."""

import io
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as tree  # noqa: N813

import pytest
from django.test import Client
from openpyxl import load_workbook

from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.plumbing.models import AccessLog
from khien.safety import actions, core, queries
from khien.safety.types import ToldPatient
from tests import make
from tests.make import AT, BY
from tests.make_day import make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
CITY = Scope("province", "79", "2021")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon():
    """The day after the doses, at noon."""
    moved = AT + 28 * HOUR - datetime.now(UTC)
    clock.shift_by(lambda: moved)
    yield
    clock.shift_by(timedelta)


def officer(*roles, scope=CITY):
    client = Client()
    session = client.session
    session["staff_id"] = str(make.make_staff(*roles, scope=scope).id)
    session.save()
    return client


@pytest.fixture
def case():
    """A severe reaction at a point of the city, reported at the desk."""
    made = make_visit(make_day(), state="closed", person_id=make.make_person("Trần Thị Mận Thử"))
    at = AT + HOUR
    told = actions.report_reaction(person_id=made.person_id, symptoms=["seizure"], onset_at=at, source="desk", by=BY, at=at)
    actions.rebuild(at)
    return made, told.aefi_id


def test_the_line_list_shows_the_case_to_its_places_only_and_each_person_sees_that_it_was_read(case):
    made, _aefi = case
    text = officer("safety_officer").get("/dieu-phoi/an-toan").text
    assert "Trần Thị Mận Thử" in text
    assert "Co giật" in text
    assert AccessLog.objects.filter(person_id=made.person_id, purpose="reaction").count() == 1
    assert "Trần Thị Mận" not in officer("safety_officer", scope=Scope("province", "01", "2021")).get("/dieu-phoi/an-toan").text
    assert officer("planner").get("/dieu-phoi/an-toan").status_code == 403


def test_a_case_goes_from_its_report_to_the_councils_decision_page_by_page(case):
    _made, aefi_id = case
    page = f"/dieu-phoi/an-toan/ho-so/{aefi_id}"
    desk, council = officer("safety_officer"), officer("safety_council")
    assert "Báo Sở Y tế, 24 giờ" in desk.get(page).text
    assert desk.post(f"{page}/bao", {"hour": "09:40"}).status_code == 302
    assert desk.post(f"{page}/dieu-tra", {}).status_code == 302
    assert desk.post(f"{page}/dieu-tra", {"act": "found", "findings": ""}).status_code == 409
    assert desk.post(f"{page}/dieu-tra", {"act": "found", "findings": "Tiêm đúng quy trình"}).status_code == 302
    assert desk.post(f"{page}/hoi-dong", {"cause": "A1"}).status_code == 403
    refused = council.post(f"{page}/hoi-dong", {"cause": "", "reason": "x"})
    assert "Chọn một phân loại nguyên nhân" in refused.text
    assert council.post(f"{page}/hoi-dong", {"cause": "A1", "reason": "Y văn có nêu", "q_product": "1", "q_in_time": "1"}).status_code == 302
    assert desk.post(f"{page}/viec", {"act": "close", "reason": ""}).status_code == 302
    text = council.get(page).text
    assert "A1. Liên quan đến sản phẩm vắc xin" in text
    assert "Tiêm đúng quy trình" in text
    assert queries.aefi(aefi_id, at=clock.now()).line.state == "closed"


def test_an_edit_keeps_what_stood_there_and_a_wrong_day_is_refused_in_words(case):
    _made, aefi_id = case
    page = f"/dieu-phoi/an-toan/ho-so/{aefi_id}"
    desk = officer("safety_officer")
    version = queries.aefi(aefi_id, at=AT).version
    told = {"version": version, "onset_on_0": "14", "onset_on_1": "12", "onset_on_2": "2021", "onset_hour": "09:30", "severe": "on", "outcome": "recovered", "history": "Động kinh"}
    names = desk.get(f"{page}/sua").text
    assert 'name="onset_on' in names
    assert desk.post(f"{page}/sua", _dated(names, told)).status_code == 302
    assert queries.aefi(aefi_id, at=AT).facts["history"] == "Động kinh"
    early = _dated(names, told | {"version": version + 1, "onset_hour": "01:00"})
    assert "không thể bắt đầu trước lúc tiêm" in desk.post(f"{page}/sua", early).text
    assert "Người khác vừa sửa" in desk.post(f"{page}/sua", _dated(names, told | {"history": "x"})).text


def _dated(page, told):
    """The day's boxes by the names that the page gives them."""
    import re

    boxes = re.findall(r'name="(onset_on[^"]*)"', page)
    values = [told.pop(f"onset_on_{n}") for n in range(3)] if "onset_on_0" in told else ["14", "12", "2021"]
    return told | dict(zip(boxes, values, strict=True))


def test_somebody_unknown_is_kept_and_joined_to_a_record_later(case):
    made, _aefi = case
    desk = officer("safety_officer")
    page = desk.get("/dieu-phoi/an-toan/moi").text
    import re

    boxes = dict(zip(re.findall(r'name="(onset_on[^"]*)"', page), ["15", "12", "2021"], strict=True))
    told = boxes | {"full_name": "Nguyễn Thị Chưa Rõ", "phone": "0900000123", "symptoms": ["breathing"], "onset_hour": "08:00"}
    done = desk.post("/dieu-phoi/an-toan/moi", told)
    assert done.status_code == 302, done.text[:500]
    assert "Chưa rõ là ai" in desk.get(done["Location"]).text
    empty = desk.post(f"{done['Location']}/viec", {"act": "identify", "slip": " "})
    assert (empty.status_code, "Mời ghi mã trên giấy hẹn" in empty.text) == (409, True)
    code = make_code(made)
    assert desk.post(f"{done['Location']}/viec", {"act": "identify", "slip": code}).status_code == 302
    assert "Trần Thị Mận Thử" in desk.get(done["Location"]).text
    nobody = desk.post("/dieu-phoi/an-toan/moi", boxes | {"symptoms": ["fever"]})
    assert "Ghi ít nhất tên" in nobody.text


def make_code(made):
    from khien.visits import queries as visits

    return visits.visit(made.visit).code


def test_rates_signals_and_map_stand_on_the_counted_doses(case):
    desk = officer("safety_officer")
    for by in queries.BY:
        text = desk.get(f"/dieu-phoi/an-toan/ty-le?theo={by}").text
        assert "100.000" in text, by
    assert "AstraZeneca" in desk.get("/dieu-phoi/an-toan/ty-le").text
    assert desk.get("/dieu-phoi/an-toan/tin-hieu").status_code == 200
    assert "kh-map" in desk.get("/dieu-phoi/an-toan/ban-do").text
    assert officer("planner").get("/dieu-phoi/an-toan/ty-le").status_code == 200
    (rate,) = queries.rates("vaccine", scopes=None)
    assert (rate.doses, rate.events, rate.severe) == (1, 1, 1)
    assert queries.rates("age", scopes=[Scope("province", "01", "2021")]) == []


def test_the_list_takes_any_day_and_the_rates_say_how_many_cases_they_leave_out(case):
    desk = officer("safety_officer")
    assert desk.get("/dieu-phoi/an-toan?tu=0001-01-01&den=9999-12-31").status_code == 200
    assert "chưa tính vào tỷ lệ" not in desk.get("/dieu-phoi/an-toan/ty-le").text
    told = ToldPatient(full_name="Lê Văn Lạ", vaccine="AZ")
    actions.open_unknown(told=told, symptoms=("fever",), onset_at=AT, place=make.place_of_site(make.make_site()), by=BY, at=AT + HOUR)
    assert "Một ca báo trong những ngày này" in desk.get("/dieu-phoi/an-toan/ty-le").text
    assert desk.get("/dieu-phoi/an-toan/ty-le?tu=0001-01-01&den=9999-12-31").status_code == 200


def test_the_who_form_is_a_pdf_and_the_message_an_e2b_file(case):
    made, aefi_id = case
    page = f"/dieu-phoi/an-toan/ho-so/{aefi_id}"
    desk = officer("safety_officer")
    paper = desk.get(f"{page}/phieu.pdf")
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    root = tree.fromstring(desk.get(f"{page}/icsr.xml").content)  # noqa: S314 (our own)
    assert root.tag == "{urn:hl7-org:v3}MCCI_IN200100UV01"
    assert root.find(".//{urn:hl7-org:v3}player1/{urn:hl7-org:v3}name").text == "TTMT"
    assert AccessLog.objects.filter(person_id=made.person_id, purpose="report").count() == 2
    assert officer("point_lead", scope=make.site_scope(make_site_of(made))).get(f"{page}/icsr.xml").status_code == 403


def make_site_of(made):
    return made.visit.site_id


def test_the_workbook_names_people_by_initials(case):
    book = load_workbook(io.BytesIO(officer("safety_officer").get("/dieu-phoi/an-toan/danh-sach.xlsx").content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert "T.T.M.T." in cells
    assert not [text for text in cells if "Mận" in text]


def test_the_workbook_has_the_25_core_variables_of_every_case_known_or_not(case):
    _made, aefi_id = case
    desk = officer("safety_officer")
    told = ToldPatient(full_name="Lê Văn Lạ", address="Ấp Thử", birth="40 tuổi", vaccine="AZ")
    unknown = actions.open_unknown(told=told, symptoms=("fever",), onset_at=AT, place=make.place_of_site(make.make_site()), by=BY, at=AT + HOUR)
    actions.edit_aefi(aefi_id=aefi_id, facts={"history": "Hen suyễn", "institution": "Trạm Y tế thử", "email": "thu@example.vn", "position": "Trưởng trạm", "qualification": "physician"}, by=BY, at=AT + 2 * HOUR)
    sheet = load_workbook(io.BytesIO(desk.get("/dieu-phoi/an-toan/danh-sach.xlsx").content))["25 biến cốt lõi"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows() if sum(cell.value is not None for cell in row) > 5]
    assert lines[0] == [one.vi for one in core.VARIABLES]
    by_code = {line[3]: dict(zip([one.code for one in core.VARIABLES], line, strict=True)) for line in lines[1:]}
    known, other = (by_code[f"VN-KHIEN-{queries.aefi(one, at=AT).line.code}"] for one in (aefi_id, unknown))
    assert (known["patient"], known["history"], known["institution"], known["email"], known["country"]) == ("T.T.M.T.", "Hen suyễn", "Trạm Y tế thử", "thu@example.vn", "VN")
    assert known["position"] == "Trưởng trạm, Bác sĩ"
    assert (known["vaccinated_at"].year, known["onset_at"].year, known["event"], bool(known["location"])) == (2021, 2021, "Co giật", True)
    assert (other["patient"], other["location"], other["birth"], other["batch"]) == ("L.V.L.", "Ấp Thử", "40 tuổi", None)


def test_who_left_early_is_called_from_the_office_too(case):
    from khien.safety import handlers
    from khien.visits import actions as visits
    from tests.make_day import done_at

    made = make_visit(make_day(), state="dosed")
    at = AT + timedelta(minutes=10)
    visits.end(visit=made.visit, end="left_early", reason="Bận", performed=done_at(at), by=BY, at=at)
    record = queries.reactions(made.person_id)
    assert record == []
    from khien.visits import queries as visit_queries

    handlers.visit_closed({"end": "left_early", "record_id": str(visit_queries.visit(made.visit).record_id)}, at)
    desk = officer("safety_officer")
    assert "Một người cần gọi" in desk.get("/dieu-phoi/an-toan/hoi-tham").text
    (row,) = queries.early(None, since=clock.on_date(AT))
    assert desk.post(f"/dieu-phoi/an-toan/hoi-tham/{row.id}", {"outcome": ""}).status_code == 409
    assert desk.post(f"/dieu-phoi/an-toan/hoi-tham/{row.id}", {"outcome": "well", "signs": ""}).status_code == 302
    assert queries.early(None, since=clock.on_date(AT)) == []
    assert ToldPatient()


def test_a_step_done_yesterday_is_written_as_it_was_and_what_was_typed_stays_when_it_is_refused(case):
    _made, aefi_id = case
    page = f"/dieu-phoi/an-toan/ho-so/{aefi_id}"
    desk, council = officer("safety_officer"), officer("safety_council")
    assert "Giờ ghi như 14:30" in desk.post(f"{page}/bao", {"day": "2021-01-01", "hour": ""}).text
    assert "không đọc được" in desk.post(f"{page}/bao", {"day": "hôm qua", "hour": "09:00"}).text
    assert "không thể trước bước liền trước" in desk.post(f"{page}/bao", {"day": "2021-01-01", "hour": "09:00"}).text
    assert desk.post(f"{page}/bao", {"day": "2021-12-14", "hour": "20:10"}).status_code == 302
    assert queries.aefi(aefi_id, at=clock.now()).line.reported_at == clock.at_local(date(2021, 12, 14), 20, 10)
    desk.post(f"{page}/dieu-tra", {})
    kept = desk.post(f"{page}/dieu-tra", {"act": "found", "findings": "Tủ lạnh đạt, tiêm đúng", "hour": "25:70"})
    assert (kept.status_code, "Tủ lạnh đạt, tiêm đúng" in kept.text) == (409, True)
    desk.post(f"{page}/dieu-tra", {"act": "found", "findings": "Tủ lạnh đạt, tiêm đúng"})
    kept = council.post(f"{page}/hoi-dong", {"cause": "B1", "reason": "", "q_product": "1"})
    assert 'value="B1" selected' in kept.text
    assert 'name="q_product" value="1" checked' in kept.text


def test_an_hour_that_is_no_hour_is_refused_beside_its_field_and_the_form_is_kept(case):
    _made, aefi_id = case
    page = f"/dieu-phoi/an-toan/ho-so/{aefi_id}/sua"
    desk = officer("safety_officer")
    told = {"version": 1, "onset_hour": "25:99", "outcome": "unknown", "history": "Hen suyễn từ nhỏ"}
    refused = desk.post(page, _dated(desk.get(page).text, told))
    assert "Giờ ghi như 14:30" in refused.text
    stale = desk.post(page, _dated(desk.get(page).text, told | {"version": "9" * 5000, "onset_hour": "09:30"}))
    assert "Người khác vừa sửa" in stale.text
    assert "Hen suyễn từ nhỏ" in refused.text
