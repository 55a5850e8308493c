"""A title before a name is taken off where it cannot be a part of it, and asked about where it may."""

import pytest

from tests.rooms.interchange.messy_lists import HEAD, staged, xlsx


def named(name, head=HEAD):
    return staged(xlsx(head, [1, name, "1990", "Nữ", "079190990001", None]))[0]


def whys(row) -> set[str]:
    return {one.why for one in row.repairs} | {one.code for one in row.warnings}


@pytest.mark.parametrize(("written", "name"), [
    ("Bà Nguyễn Thị Hoà", "Nguyễn Thị Hoà"), ("Chị Trần Lan", "Trần Lan"), ("BÀ NGUYỄN THỊ HOÀ", "Nguyễn Thị Hoà"), ("Bà NGUYỄN THỊ HOÀ", "Nguyễn Thị Hoà"),
    ("Bà Nguyen Thi Hoa", "Nguyen Thi Hoa"), ("Ông. Nguyễn Văn Đức", "Nguyễn Văn Đức"), ("Mr. Kim Min Su", "Kim Min Su"), ("Mrs Kim Min Ji", "Kim Min Ji"),
    ("BS. Lê Thị Hoà", "Lê Thị Hoà"), ("BS Lê Thị Hoà", "Lê Thị Hoà"), ("PGS.TS.Lê Văn Đức", "Lê Văn Đức"), ("ThS. BS. Lê Văn Đức", "Lê Văn Đức"),
    ("Ông/Bà Nguyễn Văn Đức", "Nguyễn Văn Đức"), ("Ông (Bà): Nguyễn Văn Đức", "Nguyễn Văn Đức"), ("1. Bà Nguyễn Thị Hoà", "Nguyễn Thị Hoà"),
    ("Cụ Nguyễn Thị Hoà", "Nguyễn Thị Hoà"), ("cháu Lê Bảo An", "Lê Bảo An"), ("Bé Trần Gia Hân", "Trần Gia Hân"), ("Thầy Lê Văn Đức", "Lê Văn Đức"),
    ("Đ/c Nguyễn Văn Đức", "Nguyễn Văn Đức"), ("Đồng chí Lê Văn Đức", "Lê Văn Đức"), ("Đại uý Nguyễn Văn Đức", "Nguyễn Văn Đức"), ("TRUNG TÁ LÊ VĂN ĐỨC", "Lê Văn Đức"),
    ("Đại đức Thích Minh Đạo", "Thích Minh Đạo"), ("Sư cô Thích Nữ Diệu Tâm", "Thích Nữ Diệu Tâm"), ("Thượng tọa Thích Minh Đạo", "Thích Minh Đạo"),
])
def test_a_title_that_is_no_part_of_a_name_is_taken_off_and_said_so(written, name):
    row = named(written)
    assert (row.values["full_name"], row.refusals) == (name, ())
    assert ("full_name", written, name, "sheets.title") in [(one.field, one.before, one.after, one.why) for one in row.repairs]


@pytest.mark.parametrize("name", ["Ông Ích Thử", "Ông Nguyễn Văn Đức", "Ông Thị Thử", "Anh Thư", "Anh Nguyễn Văn Đức", "Chị Lan", "Bà Thị Hoà", "Bà Sáu", "BS. Hoà", "Cụ Tư", "Em bé", "Con bà Nguyễn Thị Hoà"])
def test_a_first_word_that_may_be_a_name_is_left_and_asked_about(name):
    row = named(name)
    assert (row.values["full_name"], row.state) == (name, "accepted")
    assert whys(row) == {"sheets.maybe_title"}


@pytest.mark.parametrize("name", ["Chi Thị Lan", "Chu Văn Đức", "Bế Văn Đức", "Cù Thị Lan", "Thái Bé Ba", "Ba Thị Hoà", "Bá Văn Đức", "Tsằn Văn Đức", "Đỗ Anh Thư", "Lê Thị Bà", "Y Moan Niê", "H'Hen Niê", "Kso Thử", "Nguyễn Thị Hoà"])
def test_names_that_only_look_like_a_title_are_left_alone(name):
    row = named(name)
    assert (row.values["full_name"], whys(row)) == (name, set())


def test_the_title_of_a_guardian_is_taken_off_too():
    row = staged(xlsx([*HEAD, "Họ tên người giám hộ"], [1, "Nguyễn Bé An", "02/01/2015", "Nữ", None, None, "Bà Nguyễn Thị Hoà"]))[0]
    assert row.values["guardian_name"] == "Nguyễn Thị Hoà"
    assert [(one.field, one.why) for one in row.repairs] == [("guardian_name", "sheets.title")]


def test_a_title_in_the_column_of_family_names_is_taken_off():
    assert staged(xlsx(["Họ đệm", "Tên", "Ngày sinh", "Giới tính"], ["Bà Nguyễn Thị", "Hoà", "1990", "Nữ"]))[0].values["full_name"] == "Nguyễn Thị Hoà"
