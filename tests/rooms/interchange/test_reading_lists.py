"""Lists as they come: headings anywhere, any encoding, any layout."""

import unicodedata
from datetime import date

import openpyxl
import pytest

from khien.interchange.sheets.reading import read_table
from khien.interchange.sheets.types import FormulaError
from khien.kernel.errors import Refused
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, csv, fields, saved, staged, xls, xlsx


def assert_hoa(row):
    assert row.values["full_name"] == "Nguyễn Thị Hoà"
    assert (row.values["birth"], row.values["sex"], row.values["id_value"], row.values["phone"]) == ("1990-01-02", "female", "079190990001", "+84901990001")


@pytest.mark.parametrize(("data", "name"), [
    (xlsx(HEAD, PERSON), "a.xlsx"), (xls(HEAD, PERSON), "a.xls"), (csv(HEAD, PERSON), "a.csv"),
    (csv(HEAD, PERSON, separator=";"), "a.csv"), (csv(HEAD, PERSON, separator="\t"), "a.csv"), (csv(HEAD, PERSON, separator="|"), "a.txt"),
    (csv(HEAD, PERSON, encoding="utf-8-sig"), "a.csv"), (csv(HEAD, PERSON, encoding="utf-16"), "a.csv"), (csv(HEAD, PERSON, encoding="utf-16-le"), "a.csv"),
    (b"\xfe\xff" + csv(HEAD, PERSON, encoding="utf-16-be"), "a.csv"), (b"sep=;\r\n" + csv(HEAD, PERSON, separator=";"), "a.csv"),
    (csv(HEAD, PERSON, newline="\n"), "a.csv"), (xlsx(HEAD, PERSON), "a.csv"),
])
def test_a_list_is_read_whatever_its_format_encoding_and_separator(data, name):
    assert_hoa(staged(data, name)[0])


def test_a_csv_of_windows_vietnamese_is_read():
    text = "STT;Họ và tên;Ngày sinh;Giới tính;Số CCCD;Điện thoại\r\n1;Nguyễn Thị Hoà;02/01/1990;Nữ;079190990001;0901990001\r\n"
    # Code page 1258 keeps vowels with their hat and writes tones as marks of their own.
    parts = []
    for c in text:
        plain = unicodedata.normalize("NFD", c)
        tone = next((mark for mark in plain[1:] if mark in "\u0300\u0301\u0303\u0309\u0323"), "")
        parts.append(unicodedata.normalize("NFC", plain.replace(tone, "")) + tone if tone else c)
    assert_hoa(staged("".join(parts).encode("cp1258"), "a.csv")[0])


def test_a_csv_of_an_old_font_is_mended_in_headings_and_names():
    text = "STT,Hä vµ tªn,Ngµy sinh,Giíi tÝnh,Sè CCCD,§iÖn tho¹i\r\n1,NguyÔn ThÞ Hoµ,02/01/1990,N÷,079190990001,0901990001\r\n"
    row = staged(text.encode("cp1252"), "a.csv")[0]
    assert_hoa(row)
    assert ("full_name", "names.legacy.tcvn3") in {(repair.field, repair.why) for repair in row.repairs}


@pytest.mark.parametrize("head", [
    ["stt", "ho va ten", "ngay sinh", "gioi tinh", "so cccd", "dien thoai"], ["TT", "HỌ TÊN (*)", "NGÀY, THÁNG, NĂM SINH", "Phái", "CMND/CCCD", "SĐT"],
    ["No.", "Full name", "Date of birth", "Sex", "ID number", "Phone"], [unicodedata.normalize("NFD", text) for text in HEAD],
    ["STT", "Họ và tên\n(chữ in hoa)", "Ngày sinh (dd/mm/yyyy)", "Giới  tính", "Số CMND/CCCD/Hộ chiếu/Mã định danh *", "Số điện thoại liên hệ"],
    ["STT", "Họ tên người tiêm", "Ngày tháng năm sinh", "GT", "Căn cước công dân", "Số ĐT"],
])
def test_headings_in_any_wording_case_and_accents_are_understood(head):
    assert_hoa(staged(xlsx(head, PERSON))[0])


def test_title_rows_blank_columns_and_a_shifted_heading_are_passed_over():
    data = xlsx(["CÔNG TY TNHH X"], [], [None, "DANH SÁCH ĐĂNG KÝ TIÊM CHỦNG"], [], [None, None, *HEAD[:3], None, *HEAD[3:]],
                [None, None, "(1)", "(2)", "(3)", None, "(4)", "(5)", "(6)"], [None, None, *PERSON[:3], None, *PERSON[3:]], [],
                [None, None, *OTHER[:3], None, *OTHER[3:]], [None, None, "Tổng cộng: 2 người"], [None, None, None, None, None, None, "Ngày 01 tháng 9 năm 2021"])
    table = read_table(data, "a.xlsx")
    assert [row.number for row in table.rows] == [7, 9]
    assert [(skip.number, skip.why) for skip in table.skipped] == [(6, "numbering"), (10, "total"), (11, "footer")]
    assert_hoa(staged(data)[0])


def test_a_heading_of_two_rows_with_day_month_and_year_is_read():
    data = xlsx(["STT", "Họ và tên", "Ngày sinh", None, None, "Giới tính", "Số CCCD", "Điện thoại"], [None, None, "Ngày", "Tháng", "Năm"],
                [1, "Nguyễn Thị Hoà", 2, 1, 1990, "Nữ", "079190990001", "0901990001"],
                merge=["A1:A2", "B1:B2", "C1:E1", "F1:F2", "G1:G2", "H1:H2"])
    assert_hoa(staged(data)[0])


def test_a_birth_year_under_nam_or_nu_gives_year_and_sex():
    data = xlsx(["STT", "Họ và tên", "Năm sinh", None, "Số CCCD"], [None, None, "Nam", "Nữ", None],
                [1, "Nguyễn Thị Hoà", None, 1990, "079190990001"], [2, "Trần Văn Đức", "1985", None, "079085990002"],
                merge=["A1:A2", "B1:B2", "C1:D1", "E1:E2"])
    rows = staged(data)
    assert [(row.values["birth"], row.values["sex"]) for row in rows] == [("1990", "female"), ("1985", "male")]


def test_a_sex_marked_with_a_cross_is_read_and_two_crosses_are_refused():
    data = xlsx(["Họ và tên", "Ngày sinh", "Nam", "Nữ", "Điện thoại"], ["Nguyễn Thị Hoà", "02/01/1990", None, "x", "0901990001"],
                ["Trần Văn Đức", "03/04/1985", "X", "X", "0901990002"])
    rows = staged(data)
    assert rows[0].values["sex"] == "female"
    assert ("sex", "sheets.both_sexes") in {(remark.field, remark.code) for remark in rows[1].refusals}


@pytest.mark.parametrize(("head", "cells", "merge"), [
    (["Họ đệm", "Tên"], ["Nguyễn Thị", "Hoà"], []), (["Họ", "Tên đệm", "Tên"], ["Nguyễn", "Thị", "Hoà"], []), (["Họ và tên", None], ["Nguyễn Thị", "Hoà"], ["B1:C1"]),
    (["Họ và tên", "Tên"], ["Nguyễn Thị", "Hoà"], []), (["Tên"], ["Nguyễn Thị Hoà"], []),
])
def test_a_name_in_several_columns_is_put_together(head, cells, merge):
    data = xlsx(["STT", *head, *HEAD[2:]], [1, *cells, *PERSON[2:]], merge=merge)
    assert_hoa(staged(data)[0])


def test_a_cell_merged_down_a_household_belongs_to_each_of_its_rows_but_a_name_never_does():
    data = xlsx([*HEAD, "Địa chỉ"], [*PERSON, "12 Lê Lợi"], [*OTHER, None], merge=["G2:G3"])
    assert [row.values["address"] for row in staged(data)] == ["12 Lê Lợi", "12 Lê Lợi"]
    data = xlsx(HEAD, PERSON, [2, None, *OTHER[2:]], merge=["B2:B3"])
    assert ("full_name", "sheets.missing") in {(remark.field, remark.code) for remark in staged(data)[1].refusals}


def test_every_sheet_with_a_list_is_read_and_one_without_is_named():
    data = xlsx(HEAD, PERSON, name="Lớp 6A", more={"Lớp 6B": [HEAD, OTHER], "Ghi nhớ": [["gọi cô Lan"], ["nộp thứ Hai"]]})
    table = read_table(data, "a.xlsx")
    assert [row.section.sheet for row in table.rows] == ["Lớp 6A", "Lớp 6B"]
    assert table.unread_sheets == ("Ghi nhớ",)


def test_a_heading_repeated_on_each_printed_page_is_no_person():
    table = read_table(xlsx(HEAD, PERSON, HEAD, OTHER), "a.xlsx")
    assert len(table.rows) == 2
    assert [skip.why for skip in table.skipped] == ["heading"]


def test_rows_that_only_number_empty_lines_are_blank():
    assert len(read_table(xlsx(HEAD, PERSON, [2], [3], [4]), "a.xlsx").rows) == 1


def test_the_original_row_is_kept_as_people_saw_it():
    row = read_table(xlsx(HEAD, [1.0, "Nguyễn Thị Hoà", date(1990, 1, 2), "Nữ", 79190990001.0, 901990001]), "a.xlsx").rows[0]
    assert row.texts == ("1", "Nguyễn Thị Hoà", "02/01/1990", "Nữ", "79190990001", "901990001")


def test_a_formula_error_is_seen_in_new_and_old_workbooks():
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(PERSON)
    book.active["E2"] = "#N/A"
    book.active["E2"].data_type = "e"
    book.active["F2"] = "=VLOOKUP(1,A:B,2)"
    row = read_table(saved(book), "a.xlsx").rows[0]
    assert row.value("cccd") == FormulaError("#N/A")
    assert isinstance(row.value("phone"), FormulaError)
    refused = staged(saved(book))[0]
    assert ("identifier", "sheets.formula_error") in {(remark.field, remark.code) for remark in refused.refusals}


@pytest.mark.parametrize(("data", "name", "code"), [
    (b"", "a.xlsx", "sheets.empty"), (b"  \r\n", "a.csv", "sheets.empty"), (b"PK\x03\x04rubbish", "a.xlsx", "sheets.not_a_spreadsheet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 900, "a.xls", "sheets.not_a_spreadsheet"), (b"%PDF-1.7 ...", "a.xlsx", "sheets.not_a_spreadsheet"),
    (b"\x89PNG\r\n\x1a\n....", "a.xlsx", "sheets.not_a_spreadsheet"), (b"<html><table><tr><td>x</td></tr></table></html>", "a.xls", "sheets.html_page"),
    (b"plain words\nwithout any list\n", "a.csv", "sheets.no_heading"), (csv(HEAD), "a.csv", "sheets.no_rows"), (xlsx(HEAD), "a.xlsx", "sheets.no_rows"),
    (xlsx(["a", "b"], [1, 2]), "a.xlsx", "sheets.no_heading"), (xlsx(), "a.xlsx", "sheets.empty"), (b"x" * (20 * 1024 * 1024 + 1), "a.csv", "sheets.too_big"),
    (bytes(range(32)) * 200, "a.csv", "sheets.not_a_spreadsheet"), (b"hello", "a.docx", "sheets.not_a_spreadsheet"),
])
def test_what_is_no_list_is_refused_by_name(data, name, code):
    with pytest.raises(Refused) as refusal:
        read_table(data, name)
    assert refusal.value.code == code


def test_a_list_of_more_than_sixty_thousand_rows_is_refused_by_name():
    data = csv(HEAD, *([[n, "Nguyễn Thị Hoà", "1990", "Nữ", "", ""] for n in range(60_001)]))
    with pytest.raises(Refused) as refusal:
        read_table(data, "a.csv")
    assert refusal.value.code == "sheets.too_many_rows"


def test_a_lone_quotation_mark_does_not_swallow_the_rows_after_it():
    lines = [f'{n},"Nguyễn Thị Hoà {"" if n else chr(34)},1990,Nữ,,' if n == 1 else f"{n},Nguyễn Thị Hoà,1990,Nữ,," for n in range(1, 60)]
    assert len(read_table((",".join(HEAD) + "\n" + "\n".join(lines)).encode(), "a.csv").rows) == 59


def test_known_headings_of_a_full_list_find_their_fields():
    head = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "CMND", "CCCD", "Hộ chiếu", "Quốc tịch", "Dân tộc", "Nghề nghiệp", "Đơn vị công tác", "Điện thoại",
            "Số thẻ BHYT", "Nhóm đối tượng", "Địa chỉ nơi ở hiện nay", "Xã/Phường", "Quận/Huyện", "Tỉnh/TP", "Ngày cấp", "Ngày tiêm mong muốn", "Buổi", "Ghi chú",
            "Họ tên phụ huynh", "SĐT phụ huynh", "Email", "Mã số nội bộ"]
    found = fields(read_table(xlsx(head, [1, "Nguyễn Thị Hoà", "1990", "Nữ", *[None] * 21, "x"]), "a.xlsx"))
    assert list(found.values()) == [
        "_ordinal", "full_name", "birth_date", "sex", "cmnd", "cccd", "passport", "nationality", "ethnic", "occupation", "work_unit", "phone", "insurance",
        "priority_group", "address", "commune", "district", "province", "", "wished_date", "wished_session", "note", "guardian_name", "guardian_phone", "email", ""]


def test_a_sum_in_the_name_column_is_nobody_and_a_lonely_name_is_somebody():
    rows = staged(xlsx(HEAD, PERSON, OTHER, [None, "Tổng cộng: 2 người"], [None, "Tống Văn Cộng"]))
    assert [row.values.get("full_name") for row in rows] == ["Nguyễn Thị Hoà", "Trần Văn Đức", "Tống Văn Cộng"]


@pytest.mark.parametrize("heading", ["Nam/Nữ", "Nam, Nữ", "nam hay nữ"])
def test_a_sex_column_named_by_its_values_is_read(heading):
    assert_hoa(staged(xlsx([heading if cell == "Giới tính" else cell for cell in HEAD], PERSON))[0])
