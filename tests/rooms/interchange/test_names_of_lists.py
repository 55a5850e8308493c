"""A name's cell that holds more than a name is asked about: nobody is registered under two names or a remark."""

import pytest

from tests.rooms.interchange.messy_lists import HEAD, PERSON, codes, staged, xlsx


def named(text):
    (row,) = staged(xlsx(HEAD, [1, text, *PERSON[2:]]))
    return row


@pytest.mark.parametrize(
    "cell",
    [
        "Nguyễn Văn An\nTrần Thị Bình",
        "NGUYỄN VĂN AN\r\nBÙI THỊ MAI\r\nLÊ VĂN TƯ",
        "NGUYỄN VĂN AN - NGUYỄN THỊ BÌNH",
        "Nguyễn Văn An - đã chuyển đi",
        "Nguyễn Văn An – Tổ trưởng",
    ],
)
def test_two_names_or_a_remark_in_a_cell_are_refused_in_their_cell(cell):
    row = named(cell)
    assert codes(row) == {("full_name", "sheets.more_than_a_name")}
    assert "full_name" not in row.values


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Nguyễn Văn\nAn", "Nguyễn Văn An"),
        ("Nguyễn Thị\nThanh Hà", "Nguyễn Thị Thanh Hà"),
        ("- Nguyễn Văn An", "Nguyễn Văn An"),
        ("Nguyễn Văn An -", "Nguyễn Văn An"),
        ("Jean-Luc Trần", "Jean-Luc Trần"),
    ],
)
def test_a_name_that_its_cell_wrapped_is_one_name(cell, name):
    assert named(cell).values["full_name"] == name
