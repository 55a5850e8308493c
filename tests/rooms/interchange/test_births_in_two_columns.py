"""A birth date beside a column of its year, and a year in a column of dates: they agree, complete each other, or are asked about."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
import xlwt

from tests.rooms.interchange.messy_lists import codes, saved, staged, xlsx

HEAD = ["Họ và tên", "Ngày sinh", "Năm sinh", "Giới tính"]


def born(day, year):
    (row,) = staged(xlsx(HEAD, ["Nguyễn Văn An", day, year, "Nam"]), today=date(2021, 11, 23))
    return row


@pytest.mark.parametrize("day", ["02/01", "2-1", "02/01/1990", date(1990, 1, 2)])
@pytest.mark.parametrize("year", [1990, "1990"])
def test_a_day_and_month_take_their_year_from_its_column(day, year):
    assert born(day, year).values["birth"] == "1990-01-02"


def test_the_year_alone_is_the_birth_and_a_date_alone_too():
    assert born(None, 1990).values["birth"] == "1990"
    assert born("02/01/1990", None).values["birth"] == "1990-01-02"


@pytest.mark.parametrize("day", [date(2021, 1, 2), "02/01/1991"])  # the first is what Excel makes of 02/01
def test_a_year_that_disagrees_is_asked_about(day):
    row = born(day, 1990)
    assert codes(row) == {("birth", "sheets.birth_years_differ")}
    assert row.refusals[0].facts == {"year": "1990"}
    assert "birth" not in row.values


def as_days(old):
    """A list whose column of births is formatted as days, with a year and a day typed into it."""
    rows = [HEAD[:2] + HEAD[3:], ["Nguyễn Văn An", 1990, "Nam"], ["Lê Văn Ba", date(1990, 1, 2), "Nam"]]
    if old:
        book, style = xlwt.Workbook(encoding="utf-8"), xlwt.easyxf(num_format_str="DD/MM/YYYY")
        sheet = book.add_sheet("Danh sach")
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(place, column, value, *([style] if column == 1 and place else []))
        out = BytesIO()
        book.save(out)
        return out.getvalue()
    made = openpyxl.load_workbook(BytesIO(xlsx(*rows)))
    for row in (2, 3):
        made.active.cell(row, 2).number_format = "dd/mm/yyyy"
    return saved(made)


@pytest.mark.parametrize("old", [False, True])
def test_a_year_typed_into_a_cell_of_days_is_the_year_and_says_so(old):
    year, day = staged(as_days(old), today=date(2021, 11, 23))
    assert (year.values["birth"], day.values["birth"]) == ("1990", "1990-01-02")
    assert [(one.before, one.after, one.why) for one in year.repairs] == [("12/06/1905", "1990", "births.year_became_date")]
    assert not day.repairs
