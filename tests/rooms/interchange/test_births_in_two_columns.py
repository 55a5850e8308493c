"""A birth date beside a column of its year: they agree, complete each other, or are asked about."""

from datetime import date

import pytest

from tests.rooms.interchange.messy_lists import codes, staged, xlsx

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
