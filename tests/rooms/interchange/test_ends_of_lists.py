"""What stands under a list is nobody: its sum, its date, who made it, who signed; and more lists as they really come."""

import datetime
import unicodedata

import pytest

from khien.interchange.sheets.reading import read_table
from khien.kernel.errors import Refused
from tests.rooms.interchange.messy_lists import HEAD, OTHER, PERSON, csv, staged, xls, xlsx

SIGNATURES = [
    [[None, "Người lập biểu"], [None, "Nguyễn Văn Lập"]],
    [[None, None, None, None, "Ngày 14 tháng 12 năm 2021"], [None, "NGƯỜI LẬP BIỂU", None, None, "GIÁM ĐỐC"], [], [], [None, "Trần Thị Lập", None, None, "Lê Văn Đốc"]],
    [["TP. Hồ Chí Minh, ngày .... tháng .... năm 2021"], [None, "(Ký, ghi rõ họ tên)", None, "(Ký tên, đóng dấu)"]],
    [[None, "Ký tên"]],
    [[None, "Tổng cộng: 2 người"], [None, "(Bằng chữ: hai người)"]],
    [["Danh sách này có 2 người./."], [None, "TM. ỦY BAN NHÂN DÂN"], [None, "KT. CHỦ TỊCH"], [None, "PHÓ CHỦ TỊCH"], [None, "Phạm Văn Chủ"]],
    [[None, "Xác nhận của nhà trường", None, "Giáo viên chủ nhiệm"], [None, "Hiệu trưởng"], [None, "Võ Thị Trưởng"]],
    [[None, "Nơi nhận:"], [None, "- Như trên"], [None, "- Lưu VP"]],
    [[None, "Ghi chú: người có tên trên mang theo CCCD"]],
    [["Ngày   tháng   năm"], [None, "Tổ trưởng tổ dân phố 5"], [None, "Đỗ Văn Tổ"]],
]


@pytest.mark.parametrize("end", SIGNATURES, ids=range(len(SIGNATURES)))
@pytest.mark.parametrize(("write", "name"), [(xlsx, "a.xlsx"), (xls, "a.xls"), (csv, "a.csv")], ids=["xlsx", "xls", "csv"])
def test_the_signatures_under_a_list_are_nobody_and_are_told(end, write, name):
    filled = [row or [None] for row in end]
    if write is csv:
        filled = [[str(cell or "").replace(",", " ") for cell in row] for row in filled]
    table = read_table(write(HEAD, PERSON, OTHER, *filled), name)
    assert [row.number for row in table.rows] == [2, 3]
    assert {one.why for one in table.skipped} <= {"footer", "total", "note"}
    assert len(table.skipped) == sum(any(row) for row in filled)


def test_a_person_below_a_line_of_the_leader_is_a_person():
    table = read_table(xlsx(HEAD, [None, "Tổ trưởng: Lê Văn Tổ"], PERSON, [None, "Khu phố 2"], OTHER, [None, "Tống Văn Cộng"]), "a.xlsx")
    assert [row.number for row in table.rows] == [3, 4, 5, 6]  # a lone name is asked about, never dropped
    assert [one.why for one in table.skipped] == ["note"]


def test_a_person_whose_birth_stands_below_the_signature_is_not_lost():
    table = read_table(xlsx(HEAD, PERSON, [None, "Người lập biểu"], OTHER), "a.xlsx")
    assert [row.number for row in table.rows] == [2, 4]


def one(cells, name="a.xlsx", head=HEAD, **options):
    (row,) = staged((csv if name.endswith(".csv") else xlsx)(head, cells), name, **options)
    return row


WHOLE = {"full_name": "Nguyễn Thị Hoà", "birth": "1990-01-02", "sex": "female", "id_value": "079190990001", "phone": "+84901990001"}


@pytest.mark.parametrize(
    "cells",
    [
        [1, "Nguyễn Thị Hoà", "02/01/1990", "Nữ", 79190990001.0, 901990001.0],
        [1, "\u00a0Nguyễn  Thị\u00a0Hoà \u200b", "02/01/1990\u00a0", " Nữ ", "079 190 990 001\u00a0", "0901.990.001 "],
        [1, unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), "'02/01/1990", unicodedata.normalize("NFD", "Nữ"), "'079190990001", "'0901990001"],
        [1, "NguyÔn ThÞ Hoµ", "02/01/1990", "N÷", "079190990001", "0901990001"],
        [1, "Nguyeãn Thò Hoaø", "02/01/1990", "Nöõ", "079190990001", "84901990001"],
        [1, "NGUYỄN THỊ HOÀ", 32875, "F", "079190990001", "+84 901 990 001"],
        [1, "nguyễn thị hoà", datetime.datetime(1990, 1, 2, 0, 0), "nu", "079190990001", "0901990001 - 0901990002"],
        [1, "Nguyễn Thị Hoà", "1990-01-02T00:00:00", "Bà", "O79190990001", "O901990001/0901990003 (con)"],
        [1, "Nguyễn Thị Hoà", "2-1-1990", "Nữ", "CCCD: 079190990001", "ĐT 0901990001"],
    ],
    ids=["floats", "no-break spaces", "decomposed, apostrophes", "TCVN3", "VNI", "serial", "datetime, two phones", "O for 0", "labels"],
)  # fmt: skip
def test_one_person_written_in_nine_ways_is_one_person(cells):
    row = one(cells)
    assert row.refusals == ()
    assert {name: row.values[name] for name in WHOLE} == WHOLE


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ([1, "Nguyễn Thị Hoà", "02/01/1990", "Nữ", "7.91909E+10", ""], "identifier", "identifiers.exponent"),
        ([1, "Nguyễn Thị Hoà", "02/01/15", "Nữ", "", ""], "birth", "births.two_digit_year"),
        ([1, "Nguyễn Thị Hoà", "31/02/1990", "Nữ", "", ""], "birth", "births.no_such_day"),
        ([1, "Nguyễn Thị Hoà", "02/01/2090", "Nữ", "", ""], "birth", "births.in_future"),
        ([1, "Nguyễn Thị Hoà", "mùng 2 tháng Giêng", "Nữ", "", ""], "birth", "births.unreadable"),
        ([1, "Nguyễn Thị Hoà 0901990001", "1990", "Nữ", "", ""], "full_name", "names.digits"),
        ([1, "Nguyễn Thị Hoà", "1990", "Nữ", "079190990001 / 024123456", ""], "identifier", "identifiers.several"),
    ],
)
def test_what_cannot_be_known_is_refused_in_its_cell_and_the_rest_of_the_row_is_kept(cells, field, code):
    row = one(cells, today=datetime.date(2021, 12, 14))
    assert (field, code) in {(remark.field, remark.code) for remark in row.refusals}
    assert row.values.get("full_name") == "Nguyễn Thị Hoà" or field == "full_name"


def test_a_two_digit_year_is_read_where_only_one_century_is_possible():
    assert one([1, "Nguyễn Thị Hoà", "02/01/90", "Nữ", "", ""], today=datetime.date(2021, 12, 14)).values["birth"] == "1990-01-02"


@pytest.mark.parametrize(
    ("data", "name", "outcome"),
    [
        (xlsx(HEAD, PERSON), "a.xls", 1), (xls(HEAD, PERSON), "a.xlsx", 1), (csv(HEAD, PERSON), "a.xls", 1), (xlsx(name="Trống", more={"DS": [HEAD, PERSON]}), "a.xlsx", 1),
        (csv(HEAD, PERSON, separator="\t", encoding="utf-16"), "a.csv", 1), (csv(HEAD, PERSON, separator=";"), "a.csv", 1),
        (b"", "a.xlsx", "sheets.empty"), (b"\xef\xbb\xbf", "a.csv", "sheets.empty"), (b"%PDF-1.4", "a.xlsx", "sheets.not_a_spreadsheet"),
        (b"PK\x03\x04" + b"x" * 99, "a.xlsx", "sheets.not_a_spreadsheet"), (b"<html><table>", "a.xls", "sheets.html_page"), (csv(HEAD), "a.csv", "sheets.no_rows"),
    ],
)  # fmt: skip
def test_a_file_under_a_wrong_name_is_read_by_what_it_is_or_refused_by_name(data, name, outcome):
    if isinstance(outcome, int):
        assert len(staged(data, name)) == outcome
    else:
        with pytest.raises(Refused) as refusal:
            read_table(data, name)
        assert refusal.value.code == outcome
