"""The template and the error file: filled in, sent back, corrected, sent again."""

import io
import zipfile

import openpyxl
import pytest

from khien.interchange.sheets.reading import read_table
from khien.interchange.sheets.writing import KINDS, ErrorRow, ErrorSheet, error_sheets, write_error_file, write_template
from khien.kernel.errors import Refused
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, codes, saved, staged, xlsx


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_filled_in_below_its_example_is_read_back_whole(kind):
    book = opened(write_template(kind))
    sheet = book["Danh sách"]
    heads = [cell.value for cell in sheet[1]]
    given = {"STT": "1", "Họ và tên *": "Nguyễn Thị Hoà", "Ngày sinh *": "02/01/1990", "Giới tính *": "Nữ", "Số CCCD / CMND / hộ chiếu": "079190990001",
             "Số điện thoại": "0901990001", "Xã / phường": "Phường Bến Nghé", "Quận / huyện (bỏ trống nếu theo địa giới mới)": "Quận 1",
             "Tỉnh / thành phố": "Thành phố Hồ Chí Minh", "Nhóm đối tượng ưu tiên": "15. Người lao động tự do"}
    for column, head in enumerate(heads, start=1):
        sheet.cell(3, column, given.get(head))
    table = read_table(saved(book), "mau.xlsx")
    assert [skip.why for skip in table.skipped] == ["example"]
    assert table.unread_sheets == ("Hướng dẫn - Guide",)
    row = staged(saved(book))[0]
    assert (row.state, row.values["id_value"], row.values["commune"], row.values["priority_groups"]) == ("accepted", "079190990001", "26740", "15")


def test_a_template_sent_back_empty_holds_nobody():
    with pytest.raises(Refused, match=r"sheets\.no_rows"):
        read_table(write_template("firm"), "mau.xlsx")


def test_cells_of_the_template_are_text_so_that_first_zeros_stay():
    sheet = opened(write_template("firm"))["Danh sách"]
    assert {sheet.column_dimensions[letter].width > 0 for letter in "ABCDE"} == {True}
    assert sheet["E2"].number_format == "@"
    assert isinstance(sheet["E2"].value, str)
    lists = [validation for validation in sheet.data_validations.dataValidation if validation.type == "list"]
    assert len(lists) == 3


def bad_list() -> bytes:
    return xlsx([*HEAD, "Mã nội bộ"], [*PERSON, "=1+1 là hai"], [2, "Trần Văn Đức", "31/02/1985", "Nam", "079085990002", "+84901990002", "-5"],
                [3, "Lê Thị 5", "1985", "Nữ", None, None, "@cmd"], name="Xưởng 1")


def error_file(data: bytes) -> bytes:
    table = read_table(data, "a.xlsx")
    problems = [(raw, "; ".join(remark.code for remark in row.refusals)) for raw, row in zip(table.rows, staged(data), strict=True) if row.refusals]
    return write_error_file(error_sheets(problems))


def test_the_error_file_keeps_the_original_columns_the_row_numbers_and_the_reasons():
    sheet = opened(error_file(bad_list())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][2:] == [*HEAD, "Mã nội bộ"]
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    assert "births.no_such_day" in rows[1][1]
    assert rows[1][2:] == ["2", "Trần Văn Đức", "31/02/1985", "Nam", "079085990002", "+84901990002", "-5"]


def test_a_corrected_error_file_is_read_again_and_its_own_columns_do_not_pile_up():
    book = opened(error_file(bad_list()))
    sheet = book.active
    sheet["E2"] = "28/02/1985"
    rows = staged(saved(book))
    assert [codes(row) for row in rows] == [set(), {("full_name", "names.digits")}]
    assert rows[0].values["birth"] == "1985-02-28"
    again = opened(error_file(saved(book))).active
    assert [cell.value for cell in again[1]] == [cell.value for cell in sheet[1]]
    assert again["A2"].value == "4"


def test_an_error_file_corrected_in_every_row_leaves_nothing_to_correct():
    book = opened(error_file(bad_list()))
    book.active["E2"], book.active["D3"] = "28/02/1985", "Lê Thị Năm"
    assert not any(row.refusals for row in staged(saved(book)))


@pytest.mark.parametrize("text", ["=HYPERLINK(\"http://x\")", "+84901", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "http://example.org"])
def test_what_looks_like_a_formula_is_written_as_text(text):
    data = write_error_file([ErrorSheet("=x", [text, "Họ tên"], [ErrorRow(2, [text, "Lê An"], text)])])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet
    assert opened(data).active["C2"].value.strip() == text.strip()


def test_rows_of_several_sheets_go_back_to_sheets_of_their_names():
    data = xlsx(HEAD, [1, "Lê 1", *PERSON[2:]], name="Lớp 6A", more={"Lớp 6B": [HEAD, [1, "Lê 2", *OTHER[2:]]]})
    assert opened(error_file(data)).sheetnames == ["Lớp 6A", "Lớp 6B (2)"]
