"""A clerk's list on the pages: uploaded, read, looked at row by row, mended, decided, sent, followed."""

import re
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from khien.access.permissions import StaffRef
from khien.kernel.refs import Scope
from khien.people import actions as people_acts
from khien.people import queries as people
from khien.people.models import Person
from khien.registration import actions as acts
from khien.registration import handlers, queries
from tests import make


def text(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def firm(db: None) -> UUID:
    return make.make_organization(name="Công ty May Thử")


def signed_in(staff: StaffRef) -> Client:
    client = Client()
    session = client.session
    session["staff_id"] = str(staff.id)
    session.save()
    client.cookies["khien"] = session.session_key
    return client


@pytest.fixture
def clerk(firm: UUID) -> Client:
    return signed_in(make.make_staff("organization_clerk", scope=Scope("organization", str(firm))))


def rows(list_id: UUID, state: str = "") -> list[Any]:
    return queries.list_rows(list_id, state)


def test_the_template_opens_in_excel_without_signing_in(db):
    book = openpyxl.load_workbook(BytesIO(Client().get("/to-chuc/mau/firm.xlsx").content))
    assert "Danh sách" in book.sheetnames
    assert Client().get("/to-chuc/mau/khac.xlsx").status_code == 404


def test_a_list_is_uploaded_read_in_the_background_and_shown_row_by_row(clerk, firm):
    assert "Công ty May Thử" in text(clerk.get("/to-chuc/danh-sach"))
    data = f"Họ và tên,Ngày sinh,Giới tính,Số CCCD\nNguyễn Thị Lan,12/03/1984,Nữ,{make.make_number(sex='female').value}\n"
    file = SimpleUploadedFile("cong-nhan.csv", data.encode(), "text/csv")
    refused = clerk.post(f"/to-chuc/{firm}", {"file": SimpleUploadedFile("x.csv", b"a")})
    assert refused.status_code == 422
    page = clerk.post(f"/to-chuc/{firm}", {"file": file, "known": "on"}, follow=True)
    assert "Đang đọc danh sách" in text(page)
    address = page.redirect_chain[-1][0]
    assert "HX-Refresh" not in clerk.get(f"{address}/tien-do").headers
    make.work()
    assert clerk.get(f"{address}/tien-do").headers["HX-Refresh"] == "true"
    shown = text(clerk.get(address))
    assert "Nguyễn Thị Lan" in shown
    assert "Gửi đăng ký một người" in shown


def test_a_refused_row_is_mended_on_the_page(clerk, firm):
    list_id = make.make_list("Lê Văn Sai,31/02/1988,Nam,,", organization_id=firm)
    row = rows(list_id)[0]
    page = text(clerk.get(f"/to-chuc/danh-sach/{list_id}?loc=refused"))
    assert "Không có ngày này trong lịch" in page
    assert "“31/02/1988”" in page
    form = clerk.get(f"/to-chuc/dong/{row.id}")
    assert "31/02/1988" in text(form)
    still = clerk.post(f"/to-chuc/dong/{row.id}", {"full_name": "Lê Văn Sai", "birth_date": "32/02/1988", "sex": "Nam"})
    assert still.status_code == 422
    clerk.post(f"/to-chuc/dong/{row.id}", {"full_name": "Lê Văn Sai", "birth_date": "28/02/1988", "sex": "Nam"})
    assert rows(list_id)[0].state in ("accepted", "repaired")


def test_the_error_file_comes_back_corrected(clerk, firm):
    list_id = make.make_list("Lê Văn Sai,31/02/1988,Nam,,", organization_id=firm)
    file = clerk.get(f"/to-chuc/danh-sach/{list_id}/dong-can-sua.xlsx")
    book = openpyxl.load_workbook(BytesIO(file.content))
    sheet = book.active
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "31/02/1988")
    cell.value = "28/02/1988"
    out = BytesIO()
    book.save(out)
    clerk.post(f"/to-chuc/danh-sach/{list_id}/sua", {"file": SimpleUploadedFile("sua.xlsx", out.getvalue())})
    assert "Đang đọc tệp đã sửa" in text(clerk.get(f"/to-chuc/danh-sach/{list_id}"))
    make.work()
    assert "Đã thay một dòng theo tệp đã sửa" in text(clerk.get(f"/to-chuc/danh-sach/{list_id}"))
    assert rows(list_id)[0].state in ("accepted", "repaired")


def test_a_corrected_file_that_cannot_be_read_says_so_and_changes_nothing(clerk, firm):
    list_id = make.make_list("Lê Văn Sai,31/02/1988,Nam,,", organization_id=firm)
    clerk.post(f"/to-chuc/danh-sach/{list_id}/sua", {"file": SimpleUploadedFile("sua.csv", b"chi co chu\nkhong co cot\n")})
    make.work()
    assert "Không đọc được tệp đã sửa" in text(clerk.get(f"/to-chuc/danh-sach/{list_id}"))
    assert rows(list_id)[0].state == "refused"


def test_a_possible_duplicate_is_shown_masked_and_decided(clerk, firm):
    known = make.make_person("Nguyễn Quảng Đại", birth=make.PartialDate(1979, 6, 28), sex="male")
    list_id = make.make_list("Nguyễn Quảng Đại,28/06/1979,Nam,,", organization_id=firm)
    row = rows(list_id, "possible")[0]
    page = text(clerk.get(f"/to-chuc/danh-sach/{list_id}?loc=possible"))
    assert "Nguyễn Q. Đ." in page
    assert people.details(known).identifier not in page
    clerk.post(f"/to-chuc/dong/{row.id}/quyet-dinh", {"decision": f"same:{known}"})
    clerk.post(f"/to-chuc/danh-sach/{list_id}/gui")
    make.work()
    assert Person.objects.count() == 1
    assert queries.of_person(known) is not None


def test_sending_registers_and_the_page_follows_who_waits(clerk, firm):
    list_id = make.make_list(organization_id=firm)
    clerk.post(f"/to-chuc/danh-sach/{list_id}/gui")
    make.work()
    page = text(clerk.get(f"/to-chuc/danh-sach/{list_id}?loc=sent"))
    assert "Đang chờ đến lượt" in page
    nothing = clerk.post(f"/to-chuc/danh-sach/{list_id}/gui")
    assert nothing.status_code == 409


def test_a_sent_row_says_what_became_of_its_person_also_of_who_withdrew_and_whose_records_were_joined(clerk, firm):
    list_id = make.make_list("Lê Văn Một,12/02/1988,Nam,,", "Trần Văn Hai,13/04/1985,Nam,,", organization_id=firm)
    clerk.post(f"/to-chuc/danh-sach/{list_id}/gui")
    make.work()
    sent = [queries.registration(row.registration_id) for row in rows(list_id, "sent")]
    page = f"/to-chuc/danh-sach/{list_id}?loc=sent"
    acts.withdraw(registration=sent[0].id, reason="moved", by=make.BY, at=make.AT)
    assert "Đã rút</p>" in text(clerk.get(page))
    other = make.make_person("Trần Văn Hai")
    make.make_registration(other)
    alias = people_acts.merge(loser=sent[1].person_id, survivor=other, reason="một người", by=make.BY, at=make.AT)
    handlers.merged({"alias_id": str(alias), "loser_id": str(sent[1].person_id), "survivor_id": str(other)}, make.AT)
    assert queries.registration(sent[1].id).state == "closed"
    shown = text(clerk.get(page))
    assert "Đang chờ đến lượt" in shown
    assert "Đã đóng</p>" not in shown


def test_whoever_should_not_be_sent_is_left_out_on_the_page_and_taken_in_again(clerk, firm):
    list_id = make.make_list(organization_id=firm)
    one = rows(list_id)[0]
    assert one.state in ("accepted", "repaired")
    page = clerk.get(f"/to-chuc/danh-sach/{list_id}")
    form = re.search(rf'<form method="post" action="(/to-chuc/dong/{one.id}/quyet-dinh)">.*?name="decision" value="(\w+)".*?Bỏ dòng này', text(page), re.S)
    assert form is not None
    assert form[2] == "skip"
    clerk.post(form[1], {"decision": form[2]})
    assert rows(list_id)[0].state == "skipped"
    assert "Lấy lại dòng này" in text(clerk.get(f"/to-chuc/danh-sach/{list_id}"))
    clerk.post(form[1], {"decision": "keep"})
    assert rows(list_id)[0].state == one.state


def test_a_file_that_is_no_list_says_why(clerk, firm):
    page = clerk.post(
        f"/to-chuc/{firm}", {"file": SimpleUploadedFile("x.csv", b"chi co chu\nkhong co cot\n"), "known": "on"}, follow=True
    )
    make.work()
    assert "Không đọc được tệp này" in text(clerk.get(page.redirect_chain[-1][0]))


def test_a_clerk_sees_no_other_firms_list(clerk):
    other = make.make_list()
    assert clerk.get(f"/to-chuc/danh-sach/{other}").status_code == 403
    assert clerk.post(f"/to-chuc/dong/{rows(other)[0].id}/quyet-dinh", {"decision": "skip"}).status_code == 403


def test_a_wards_list_keeper_uses_the_same_pages(db):
    ward = make.make_organization(kind="ward", name="Ủy ban nhân dân phường thử")
    keeper = signed_in(make.make_staff("list_keeper", scope=Scope("commune", make.WARD[5:], "2021")))
    assert "Ủy ban nhân dân phường thử" in text(keeper.get("/to-chuc/danh-sach"))
    assert keeper.get(f"/to-chuc/{ward}").status_code == 200
