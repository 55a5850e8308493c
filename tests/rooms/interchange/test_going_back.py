"""What a sender gets back to correct says the same as what was sent, and goes back in as it was first understood."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlwt

from khien.interchange.sheets import correcting, writing
from khien.interchange.sheets.reading import read_table
from khien.interchange.sheets.staging import stage_table
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, PLACES, codes, saved, staged, xlsx

TODAY = date(2021, 8, 1)
NUMBER = "079181991202"
APART = xlsx(["STT", "Họ và tên", "Ngày sinh", None, None, "Giới tính", "Số CCCD"], [None, None, "Ngày", "Tháng", "Năm"],
             [1, "Lê Thị Hai", 29, 2, 1981, "Nữ", NUMBER], merge=("C1:E1",))
YEAR_UNDER_SEX = xlsx(["STT", "Họ và tên", "Năm sinh", None, "Số CCCD"], [None, None, "Nam", "Nữ"], [1, "Lê Thị Hai", None, 2035, NUMBER], merge=("C1:D1",))
NAME_OVER_TWO = xlsx(["STT", "Họ và tên", None, "Ngày sinh", "Giới tính", "Số CCCD"], [1, "Lê Thị", "Hai", "29/02/1981", "Nữ", NUMBER], merge=("B1:C1",))
SEX_MARKED = xlsx(["STT", "Họ và tên", "Giới tính", None, "Ngày sinh", "Số CCCD"], [None, None, "Nam", "Nữ"],
                  [1, "Lê Thị Hai", None, "x", "29/02/1981", NUMBER], merge=("C1:D1",))


@pytest.mark.parametrize("data", [APART, YEAR_UNDER_SEX, NAME_OVER_TWO, SEX_MARKED])
def test_the_error_file_of_a_heading_over_several_columns_is_understood_as_the_list_was(data):
    table = read_table(data, "x.xlsx")
    first = list(stage_table(table, PLACES, today=TODAY))
    back = writing.write_error_file(writing.error_sheets([(raw, "sai") for raw in table.rows]))
    again = staged(back, today=TODAY)
    assert [(row.values, codes(row)) for row in again] == [(row.values, codes(row)) for row in first]


def test_a_birth_date_in_three_cells_is_shown_whole_to_whoever_mends_it():
    table = read_table(APART, "x.xlsx")
    fields = [column.field for column in table.sections[0].columns]
    form = correcting.together(fields, table.rows[0].texts)
    assert (form["birth_date"], form["full_name"], form["identifier"]) == ("29/2/1981", "Lê Thị Hai", NUMBER)
    cells = correcting.apart(fields, table.rows[0].texts, form | {"birth_date": "28/2/1981"})
    assert correcting.together(fields, cells)["birth_date"] == "28/2/1981"
    assert correcting.apart(fields, table.rows[0].texts, form) == table.rows[0].texts


@pytest.mark.parametrize("heads", [["family_name", "full_name"], ["full_name", "name_part"]])
def test_a_name_in_two_columns_is_shown_and_written_back_whole(heads):
    assert correcting.together(heads, ["Trần Văn", "B0n"])["full_name"] == "Trần Văn B0n"
    assert correcting.apart(heads, ["Trần Văn", "B0n"], {"full_name": "Trần Văn Bốn"}) == ("Trần Văn", "Bốn")


def test_a_hidden_sheet_with_people_is_named_and_not_passed_over():
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(PERSON)
    hidden = book.create_sheet("Tổ 2")
    hidden.append(HEAD)
    hidden.append(OTHER)
    hidden.sheet_state = "hidden"
    table = read_table(saved(book), "x.xlsx")
    assert (len(table.rows), table.hidden_sheets) == (1, ("Tổ 2",))
    assert read_table(writing_of_template(), "mau.xlsx").hidden_sheets == ()


def writing_of_template() -> bytes:
    """The template with one person: its hidden lists of words hold nobody."""
    book = openpyxl.load_workbook(BytesIO(writing.write_template("firm")))
    for place, text in enumerate(PERSON[1:5], start=2):
        book["Danh sách"].cell(3, place, text)
    return saved(book)


def test_a_sum_with_its_count_in_another_column_is_nobody():
    table = read_table(xlsx(HEAD, PERSON, OTHER, [None, "Tổng cộng", 2]), "x.xlsx")
    assert (len(table.rows), [one.why for one in table.skipped]) == (2, ["total"])


def test_a_sex_in_an_old_font_is_read_and_said_so():
    for word, font in (("Nöõ", "vni"), ("N÷", "tcvn3")):
        row = staged(xlsx(HEAD, [1, "Nguyễn Thị Hoà", "02/01/1990", word, "079190990001", ""]))[0]
        assert (row.values["sex"], [one.why for one in row.repairs]) == ("female", [f"names.legacy.{font}"])


def test_a_heading_in_an_old_font_is_read_with_its_neighbours():
    head = ["STT", "Hä vµ tªn", "Ngµy sinh", "Giíi tÝnh", "Sè CCCD", "§iÖn tho¹i"]
    assert staged(xlsx(head, [1, "NguyÔn V¨n §øc", "02/01/1990", "Nam", "", "0901990001"]))[0].values["sex"] == "male"


def test_a_formula_never_calculated_is_asked_for_and_not_shown_as_a_code():
    row = staged(xlsx(HEAD, [1, "Nguyễn Thị Hoà", "=DATE(1990,1,2)", "Nữ", "079190990001", ""]))[0]
    assert codes(row) == {("birth", "sheets.formula_unsaved")}


def test_the_reason_for_no_number_is_taken_from_the_note_as_the_guide_says():
    head = [*HEAD, "Ghi chú"]
    assert staged(xlsx(head, [1, "Nguyễn Thị Hoà", "02/01/1990", "Nữ", "", "", "Mất giấy tờ"]))[0].values["no_papers"] == "lost"


def in_old_excel(*rows: list[Any]) -> tuple[Any, Any]:
    """A workbook of Excel 97 and its one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Danh sach")
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(place, column, value)
    return book, sheet


@pytest.mark.parametrize("old", [False, True])
def test_the_rows_that_a_filter_hides_are_read_and_said_to_be_hidden(old):
    if old:
        book, sheet = in_old_excel(HEAD, PERSON, OTHER)
        sheet.row(2).hidden = True
    else:
        book = openpyxl.load_workbook(BytesIO(xlsx(HEAD, PERSON, OTHER)))
        book.active.row_dimensions[3].hidden = True
    out = BytesIO()
    book.save(out)
    first, second = staged(out.getvalue())
    assert read_table(out.getvalue(), "ds.xls" if old else "ds.xlsx").hidden_columns == ()
    assert [("", "sheets.hidden_row") in [(one.field, one.code) for one in row.warnings] for row in (first, second)] == [False, True]
    assert second.state == "accepted"


@pytest.mark.parametrize("old", [False, True])
def test_a_hidden_column_that_was_read_is_named(old):
    if old:
        book, sheet = in_old_excel(HEAD, PERSON, OTHER)
        for place in (0, 4):
            sheet.col(place).hidden = True
    else:
        book = openpyxl.load_workbook(BytesIO(xlsx(HEAD, PERSON, OTHER)))
        for letter in "AE":
            book.active.column_dimensions[letter].hidden = True
    out = BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), "ds.xls" if old else "ds.xlsx")
    assert [heading for _, heading in table.hidden_columns] == [HEAD[4]]  # the first column only counts the rows
