"""Workbooks that offices really send: a paper's number over its day and place of issue, days counted from 1904."""

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from khien.interchange.sheets import headings
from tests.rooms.interchange.messy_lists import HEAD, saved, staged, xlsx

PAPER = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "{}", None, None, "Địa chỉ"]
BELOW = [None, None, None, None, "Số", "Ngày cấp", "Nơi cấp", None]
NUMBER = "079084990301"


@pytest.mark.parametrize("heading", ["CCCD", "CCCD/CMND", "Giấy tờ", "Giấy tờ tuỳ thân", "Căn cước công dân"])
def test_the_day_and_place_of_a_papers_issue_are_nobodys_number_or_address(heading):
    told = xlsx([cell and cell.format(heading) for cell in PAPER], BELOW,
                [1, "Lê Văn An", "02/03/1984", "Nam", NUMBER, "01/01/2021", "Cục Cảnh sát", "1 Lê Lợi"],
                [2, "Lê Văn Bình", "02/03/1985", "Nam", None, "01/01/2021", "Cục Cảnh sát", "2 Lê Lợi"], merge=("E1:G1",))
    with_number, without = staged(told)
    assert (with_number.values["id_value"], with_number.values["address"]) == (NUMBER, "1 Lê Lợi")
    assert (without.values.get("id_value"), without.values["address"], without.refusals) == (None, "2 Lê Lợi", ())


def test_a_heading_of_a_smaller_group_is_still_a_neighbourhood():
    assert [headings.field_of(text) for text in ("Tổ", "Tổ dân phố", "Giấy tờ", "Ngày cấp")] == ["neighbourhood", "neighbourhood", "identifier", ""]


def from_1904(cells: list[int]) -> list[bytes]:
    """The same list in both formats of Excel, its days numbered from 1904 and shown as bare numbers."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    old = xlwt.Workbook()
    old.dates_1904 = True
    sheet, old_sheet = book.active, old.add_sheet("A")
    rows = [HEAD[:4], *([place, f"Lê Văn {'ABCDE'[place]}n", cell, "Nam"] for place, cell in enumerate(cells))]
    for place, row in enumerate(rows):
        sheet.append(row)
        for column, value in enumerate(row):
            old_sheet.write(place, column, value)
    return [saved(book), saved(old)]  # type: ignore[arg-type]  # both write themselves into a stream


def test_days_counted_from_1904_are_the_days_that_were_meant():
    for data in from_1904([29291, 1984, 12031984]):
        assert [row.values["birth"] for row in staged(data)] == ["1984-03-12", "1984", "1984-03-12"]
