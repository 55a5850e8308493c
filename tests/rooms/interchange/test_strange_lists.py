"""Lists as strangers send them: abbreviated headings, parents' columns, crosses and counts, lines with a comma too many."""

from datetime import date

import pytest

from khien.interchange.sheets.reading import read_table
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, codes, csv, fields, staged, xls, xlsx

TODAY = date(2026, 11, 22)
CHILD = [1, "Nguyễn Bé An", "02/01/2015", "Nam"]


@pytest.mark.parametrize("head", [
    ["TT", "H.Tên", "Ng.sinh", "GT", "CMT", "SĐT"], ["Số TT", "Họ & tên", "NTN sinh", "Phái", "CCCD/CMND", "Đ/T"],
    ["STT", "HỌ VÀ TÊN", "N.SINH", "G.TÍNH", "SỐ C.C.C.D", "S.Đ.T"], ["STT", "Tên NLĐ", "NS", "Nam/Nữ", "CCCD", "ĐTDĐ"],
    ["No.", "Employee name", "D.O.B", "M/F", "ID No.", "Mobile no."], ["STT", "Họ tên NV", "Ngày sinh", "Giới", "Thẻ CC", "Số ĐTDĐ liên hệ"],
])
def test_headings_cut_short_are_understood(head):
    row = staged(xlsx(head, PERSON), today=TODAY)[0]
    assert not row.refusals
    assert (row.values["birth"], row.values["sex"], row.values["id_value"], row.values["phone"]) == ("1990-01-02", "female", "079190990001", "+84901990001")


@pytest.mark.parametrize("heading", ["CCCD cha/mẹ", "Số CCCD của mẹ", "CCCD (mẹ)", "CMND phụ huynh", "Số định danh người giám hộ", "CCCD bố"])
def test_the_number_of_a_parent_is_not_the_childs(heading):
    rows = staged(xlsx(["STT", "Họ và tên", "Ngày sinh", "Giới tính", heading], [*CHILD, "079190990001"], [2, "Nguyễn Bé Bình", "02/01/2016", "Nữ", "079190990001"]))
    assert ["id_value" in row.values or bool(row.refusals) for row in rows] == [False, False]


def test_the_birth_of_a_parent_is_not_the_childs_and_that_of_a_clerk_is_his():
    row = staged(xlsx(["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Năm sinh mẹ"], [1, "Nguyễn Bé An", None, "Nam", 1990]))[0]
    assert "birth" not in row.values
    assert staged(xlsx(["STT", "Họ tên cán bộ", "Ngày sinh cán bộ", "Giới tính"], CHILD))[0].values["birth"] == "2015-01-02"


def test_the_kind_of_paper_beside_its_number_is_no_number():
    head = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Giấy tờ tuỳ thân", None]
    row = staged(xlsx(head, [None, None, None, None, "Loại", "Số"], [*CHILD, "CCCD", "079215990001"], merge=("E1:F1",)))[0]
    assert (row.values["id_value"], row.refusals) == ("079215990001", ())


def test_a_given_name_in_a_column_without_a_heading_is_joined_and_said_so():
    rows = staged(xlsx(["STT", "Họ và tên", None, "Ngày sinh", "GT"], [1, "Nguyễn Thị", "Hoà", "1990", "Nữ"], [2, "Trần Văn", "Đức", "1985", "Nam"]))
    assert [row.values["full_name"] for row in rows] == ["Nguyễn Thị Hoà", "Trần Văn Đức"]
    assert [[one.why for one in row.repairs] for row in rows] == [["sheets.name_joined"]] * 2


@pytest.mark.parametrize("beside", [("Kinh", "Kinh", "Kinh", "Kinh"), ("Nam", "Nữ", "Nam", "Nữ"), ("12", "14", "15", "16"), (None, "bận", None, None)])
def test_what_is_no_given_name_is_not_joined(beside):
    people = [[n, f"Nguyễn Thị {name}", word, "1990", "Nữ"] for n, (name, word) in enumerate(zip(("An", "Bình", "Cúc", "Dung"), beside, strict=True), 1)]
    assert [row.values["full_name"] for row in staged(xlsx(["STT", "Họ và tên", None, "Ngày sinh", "GT"], *people))] == [one[1] for one in people]


def test_the_family_name_comes_first_wherever_its_column_stands():
    assert staged(xlsx(["Tên", "Họ", "Giới tính", "Năm sinh"], ["Hoà", "Nguyễn Thị", "Nữ", 1990]))[0].values["full_name"] == "Nguyễn Thị Hoà"


def test_a_year_of_birth_beside_its_day_and_month_is_one_birth_date():
    row = staged(xlsx(["Họ và tên", "Giới tính", "Năm sinh", "Ngày", "Tháng"], ["Nguyễn Thị Hoà", "Nữ", 1990, 2, 1]))[0]
    assert row.values["birth"] == "1990-01-02"


def test_nam_and_nu_marked_with_one_and_nought_are_one_sex():
    rows = staged(xlsx(["STT", "Họ và tên", "Ngày sinh", "Nam", "Nữ"], [1, "Lê An", "1990", 0, 1], [2, "Lê Bình", "1991", "1", "-"], [3, "Lê Cúc", "1992", "không", "x"]))
    assert [(row.values.get("sex"), row.refusals) for row in rows] == [("female", ()), ("male", ()), ("female", ())]


def test_years_under_nam_and_nu_without_a_wider_heading_are_births():
    rows = staged(xlsx(["STT", "Họ và tên", "Nam", "Nữ", "SĐT"], [1, "Lê An", None, 1990, None], [2, "Lê Bình", "03/04/1985", None, None]))
    assert [(row.values["birth"], row.values["sex"]) for row in rows] == [("1990", "female"), ("1985-04-03", "male")]


def test_a_lone_column_of_women_names_the_women_and_asks_about_the_others():
    rows = staged(xlsx(["STT", "Họ và tên", "Ngày sinh", "Nữ"], [1, "Lê An", "1990", "x"], [2, "Lê Bình", "1991", None]))
    assert rows[0].values["sex"] == "female"
    assert codes(rows[1]) == {("sex", "sheets.missing")}


def test_a_cross_in_the_sex_column_is_asked_about_and_a_cross_is_no_name():
    assert codes(staged(xlsx(HEAD, [1, "Lê An", "1990", "x", None, None]))[0]) == {("sex", "sex.unreadable")}
    assert codes(staged(xlsx(HEAD, [1, "x", "1990", "Nữ", None, None]))[0]) == {("full_name", "sheets.missing")}


def test_a_person_born_in_words_is_not_taken_for_the_line_of_signatures():
    table = read_table(xlsx(HEAD, [1, "Lê An", "ngày 02 tháng 01 năm 1990", "Nữ", None, None], [None, None, "Quận 3, ngày 05 tháng 08 năm 2021"]), "a.xlsx")
    assert ([row.number for row in table.rows], [one.number for one in table.skipped]) == ([2], [3])


def test_a_sum_written_in_the_column_of_numbers_is_nobody():
    table = read_table(xlsx(HEAD, PERSON, ["Cộng", 1]), "a.xlsx")
    assert [one.why for one in table.skipped] == ["total"]


@pytest.mark.parametrize(("number", "country"), [("M12345678", "Hàn Quốc"), ("512345678", "Mỹ")])
def test_a_foreigners_passport_in_the_column_of_everybodys_card_is_a_passport(number, country):
    row = staged(xlsx([*HEAD, "Quốc tịch"], [1, "Kim Min Su", "1990", "Nam", number, None, country]))[0]
    assert (row.values["id_type"], row.values["id_value"]) == ("passport", number)
    assert not row.refusals


@pytest.mark.parametrize("data", [
    xls(HEAD, [1, "Nguyễn\x00 Thị Hoà", "02/01/1990", "Nữ", "0791\x0090990001", "0901\x00990001"]),
    csv(HEAD, [1, "Nguyễn\x00 Thị Hoà", "02/01/1990", "Nữ", "0791\x0090990001", "0901\x00990001"]),
])
def test_a_control_sign_in_a_cell_goes_nowhere(data):
    row = staged(data, "a.xls", today=TODAY)[0]
    assert row.values["id_value"] == "079190990001"
    assert not any("\x00" in text for one in row.repairs for text in (one.before, one.after))
    assert not row.refusals


def test_a_number_kept_as_text_by_a_formula_in_a_csv_is_the_number():
    line = '1,Nguyễn Thị Hoà,02/01/1990,Nữ,"=""079190990001""",="0901990001"'
    row = staged(f"{','.join(HEAD)}\n{line}\n".encode(), "a.csv", today=TODAY)[0]
    assert (row.values["id_value"], row.values["phone"], row.refusals) == ("079190990001", "+84901990001", ())


def test_a_comma_that_nobody_quoted_is_told_and_its_row_not_read_askew():
    head = "STT,Họ và tên,Ngày sinh,Giới tính,Địa chỉ"
    rows = staged(f'{head}\n1,Lê An,1990,Nữ,12 Lê Lợi, Phường 5\n2,Lê Bình,1991,Nam,"5 Lê Lợi, Q3"\n3,Lê Cúc,1992,Nữ,5 Lê Lợi,,\n'.encode(), "a.csv")
    assert [codes(row) for row in rows] == [{("", "sheets.more_cells")}, set(), set()]


def test_the_cells_too_many_are_kept_beside_the_others():
    data = "STT,Họ và tên,Ngày sinh,Giới tính,Địa chỉ\n1,Lê An,1990,Nữ,12 Lê Lợi, Phường 5, Quận 3\n2,Lê Bình,1991,Nam,5 Lê Lợi\n".encode()
    assert [row.texts[4:] for row in read_table(data, "a.csv").rows] == [("12 Lê Lợi", "Phường 5", "Quận 3"), ("5 Lê Lợi",)]


def test_a_quotation_mark_left_open_in_a_short_list_swallows_nobody():
    text = f'{";".join(HEAD)}\n1;"Lê An;1990;Nữ;;\n2;Lê Bình;1991;Nam;;\n3;Lê Cúc;1992;Nữ;;\n'
    assert [row.values.get("full_name") for row in staged(text.encode(), "a.csv")][1:] == ["Lê Bình", "Lê Cúc"]


def test_a_text_list_under_an_excel_name_is_read():
    assert len(read_table(csv(HEAD, PERSON, OTHER), "danh-sach.xlsx").rows) == 2


def test_a_number_never_calculated_is_asked_for_in_words():
    assert codes(staged(xlsx(HEAD, [1, "Lê An", "1990", "Nữ", '=TEXT(1,"0")', None]))[0]) == {("identifier", "sheets.formula_unsaved")}


def test_a_name_in_capitals_of_an_old_font_is_written_as_on_the_card():
    rows = staged(xlsx(HEAD, [1, "TRÇN V¡N §øC", "1990", "Nam", None, None], [2, "TrÇn V¨n §øc", "1991", "Nam", None, None]))
    assert [row.values["full_name"] for row in rows] == ["Trần Văn Đức"] * 2


def test_a_heading_of_a_contact_is_not_the_person():
    found = fields(read_table(xlsx(["STT", "Họ tên người liên hệ", "Họ và tên", "Ngày sinh"], [1, "Trần Văn Chồng", "Nguyễn Thị Hoà", "1990"]), "a.xlsx"))
    assert [heading for heading, field in found.items() if field == "full_name"] == ["Họ và tên"]


@pytest.mark.parametrize("cell", ["0901990001 0902990002", "0901990001-0902990002", "0901 990 001 - 0902 990 002", "0901990001 và 0902990002"])
def test_two_phones_in_a_cell_are_the_first_and_said_so(cell):
    row = staged(xlsx(HEAD, [1, "Lê An", "1990", "Nữ", None, cell]))[0]
    assert row.values["phone"] == "+84901990001"
    assert "phones.first_of_several" in {one.why for one in row.repairs}


@pytest.mark.parametrize("over", ["Mẹ", "Phụ huynh", "Thông tin cha", "Người giám hộ"])
def test_what_stands_under_a_parents_heading_is_the_parents(over):
    head = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", over, None, None]
    row = staged(xlsx(head, [None] * 4 + ["Họ tên", "CCCD", "SĐT"], [*CHILD, "Lê Thị Mẹ", "079190990001", "0901990001"], merge=("E1:G1",)))[0]
    assert (row.values["full_name"], row.values["birth"], row.values["guardian_phone"]) == ("Nguyễn Bé An", "2015-01-02", "+84901990001")
    assert "id_value" not in row.values


def test_a_year_beside_a_parents_name_is_not_the_childs():
    row = staged(xlsx(["STT", "Họ và tên", "Ngày sinh", "GT", "Họ tên cha", "Năm sinh"], [1, "Nguyễn Bé An", None, "Nam", "Nguyễn Văn Cha", 1980]))[0]
    assert codes(row) == {("birth", "sheets.missing")}


def test_the_first_person_is_never_taken_for_a_second_row_of_headings():
    head = ["STT", "Họ đệm", "Tên", "Ngày sinh", "Nơi sinh", "Phái"]
    rows = staged(xlsx(head, [1, "Nguyễn Thị", "Hoà", "02/01/1990", "TP.HCM", "Nữ"], [2, "Trần Văn", "Đức", "03/04/1985", "Huế", "Nam"]))
    assert [row.values["full_name"] for row in rows] == ["Nguyễn Thị Hoà", "Trần Văn Đức"]


def test_a_name_in_three_columns_under_one_heading_is_whole():
    rows = staged(xlsx(["STT", "Họ và tên", None, None, "Ngày sinh"], [1, "Nguyễn", "Thị", "Hoà", "1990"], [2, "Trần", "Văn", "Đức", "1985"]))
    assert [row.values["full_name"] for row in rows] == ["Nguyễn Thị Hoà", "Trần Văn Đức"]


@pytest.mark.parametrize("cell", ["02-Jan-1990", "2-thg 1-1990", "02 thg 1 1990", "2 January 1990", "02/Jan/90", "02-Th1-1990", "2 tháng 1, 1990"])
def test_a_month_by_its_name_is_that_month(cell):
    row = staged(xlsx(HEAD, [1, "Lê An", cell, "Nữ", None, None]), today=TODAY)[0]
    assert (row.values["birth"], row.refusals) == ("1990-01-02", ())


def test_an_old_card_number_that_kept_its_zero_and_lost_another_digit_is_asked_about():
    head = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "CMND"]
    assert codes(staged(xlsx(head, [1, "Lê An", "1990", "Nữ", "02499000"]))[0]) == {("identifier", "identifiers.length")}


def test_a_second_table_beside_the_first_is_named_and_a_parents_columns_are_none():
    beside = read_table(xlsx([*HEAD, None, *HEAD], [*PERSON, None, *OTHER], name="Tổ 1"), "a.xlsx")
    assert (len(beside.rows), beside.doubled_sheets) == (1, ("Tổ 1",))
    empty = read_table(xlsx([*HEAD, None, *HEAD], PERSON), "a.xlsx")
    parent = read_table(xlsx(["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Họ tên mẹ", "Ngày sinh mẹ"], [*CHILD, "Trần Thị Mẫn", "02/01/1990"]), "a.xlsx")
    assert empty.doubled_sheets == parent.doubled_sheets == ()
