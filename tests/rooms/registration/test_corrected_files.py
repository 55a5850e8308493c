"""The file of errors comes back: each of its rows finds its own, and overwrites nothing that was put right meanwhile."""

from io import BytesIO

import openpyxl

from khien.interchange import lists as sheets
from khien.plumbing.models import Job
from khien.registration import actions, queries
from tests.rooms.registration.test_lists import BY, HEADS, book, line, staged, work

TEAMS = ("Danh sách tiêm vắc xin - Tổ 1", "Danh sách tiêm vắc xin - Tổ 2")  # alike in their first 25 letters


def two_teams(*second):
    made = openpyxl.Workbook()
    for place, (name, rows) in enumerate(zip(TEAMS, ([line(1, "Nguyễn Văn An"), line(2, "Lê Văn Sai", birth="31/02/1988")], second), strict=True)):
        sheet = made.active if not place else made.create_sheet()
        sheet.title = name
        for row in (HEADS, *rows):
            sheet.append(list(row))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def error_book(list_id):
    return openpyxl.load_workbook(BytesIO(sheets.error_file(list_id, lambda field, code, facts: code)))


def send_back(list_id, made):
    out = BytesIO()
    made.save(out)
    actions.receive_corrections(list_id=list_id, data=out.getvalue(), name="sua.xlsx", **BY)
    work()
    return Job.objects.get(kind="registration.read_corrections").note


def mend(made, wrong, right):
    for cell in (cell for sheet in made for row in sheet.iter_rows() for cell in row if cell.value == wrong):
        cell.value = right


def people(list_id):
    return [(row.section, row.source_row, row.values.get("full_name", ""), row.state) for row in queries.list_rows(list_id)]


def test_a_row_finds_its_own_sheet_whatever_the_sheets_are_called(db):
    list_id = staged(two_teams(line(1, "Trần Thị Sai", birth="30/02/1990", sex="Nữ")))
    made = error_book(list_id)
    mend(made, "31/02/1988", "28/02/1988")
    mend(made, "30/02/1990", "28/02/1990")
    for number, sheet in enumerate(made.worksheets):
        sheet.title = f"Sheet{number + 1}"
    assert send_back(list_id, made) == "placed:2:0"
    assert people(list_id) == [
        (0, 2, "Nguyễn Văn An", "accepted"), (0, 3, "Lê Văn Sai", "accepted"), (1, 2, "Trần Thị Sai", "accepted"),
    ]  # fmt: skip


def test_the_file_of_another_list_overwrites_nobody(db):
    mine = staged(book(line(1, "Nguyễn Văn An"), line(2, "Phạm Văn Tư")))
    other = staged(book(line(1, "Lê Văn Sai", birth="31/02/1988"), line(2, "Đỗ Thị Sai", birth="31/02/1990", sex="Nữ")))
    assert send_back(mine, error_book(other)) == "placed:0:2"
    assert [name for _, _, name, _ in people(mine)] == ["Nguyễn Văn An", "Phạm Văn Tư"]


def test_a_number_without_its_mark_is_placed_by_the_name_of_its_sheet_or_not_at_all(db):
    list_id = staged(two_teams(line(1, "Trần Thị Sai", birth="30/02/1990", sex="Nữ")))
    made = error_book(list_id)
    for sheet, title in zip(made.worksheets, ("Tổ hai", TEAMS[1]), strict=True):
        sheet.title = title
        for row in sheet.iter_rows(min_row=2, max_col=1):
            row[0].value = row[0].value.partition(" ")[0]
    mend(made, "30/02/1990", "28/02/1990")
    assert send_back(list_id, made) == "placed:1:1"
    assert people(list_id)[2] == (1, 2, "Trần Thị Sai", "accepted")


def test_what_the_page_put_right_meanwhile_stays_when_the_file_still_has_it_wrong(db):
    list_id = staged(book(line(1, "Lê Văn Sai", birth="31/02/1988"), line(2, "Đỗ Thị Sai", birth="31/02/1990", sex="Nữ"), line(3, "Bùi Văn Bỏ", birth="31/02/1991")))
    made = error_book(list_id)
    first, _second, third = queries.list_rows(list_id)
    sheets.edit_row(row=first.id, fields=sheets.row_form(first, queries.list_view(list_id)) | {"birth_date": "28/02/1988"}, **BY)
    actions.decide_row(row=third.id, decision="skip", **BY)
    mend(made, "31/02/1990", "28/02/1990")
    assert send_back(list_id, made) == "placed:1:0"
    assert [state for *_, state in people(list_id)] == ["accepted", "accepted", "skipped"]
