"""Where somebody of a list lives: the present home counts before the registered one, the place of origin never."""

import pytest

from khien.interchange.sheets.headings import field_of
from khien.interchange.sheets.reading import read_table
from tests.rooms.interchange.messy_lists import HEAD, PERSON, fields, staged, xlsx

ADDRESS = "12 Lê Lợi, Phường 05, Quận 3, TP.HCM"
OLD = "5 Hai Bà Trưng, Phường Bến Nghé, Quận 1, TP.HCM"


@pytest.mark.parametrize(
    ("registered", "now"),
    [
        ("Địa chỉ thường trú", "Địa chỉ tạm trú"),
        ("HKTT", "Chỗ ở hiện nay"),
        ("Nơi đăng ký HKTT", "Nơi ở hiện tại"),
        ("Hộ khẩu thường trú", "Tạm trú (nếu khác)"),
        ("Permanent address", "Current address"),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_where_somebody_lives_now_counts_before_the_registered_home(registered, now, swapped):
    heads, cells = [registered, now], [OLD, ADDRESS]
    if swapped:
        heads, cells = heads[::-1], cells[::-1]
    (here,) = staged(xlsx([*HEAD, *heads], [*PERSON, *cells]))
    assert (here.values["address"], here.values["district"]) == (ADDRESS, "770")
    (home,) = staged(xlsx([*HEAD, registered, now], [*PERSON, OLD, None]))
    assert (home.values["address"], home.values["district"]) == (OLD, "760")


def test_the_units_beside_a_home_are_of_that_home():
    head = [*HEAD, "Thường trú", "Phường", "Quận", "Tỉnh/TP", "Tạm trú", "Phường/xã tạm trú", "Quận/huyện tạm trú", "Tỉnh/TP tạm trú"]
    old, new = ["5 Hai Bà Trưng", "Phường Bến Nghé", "Quận 1", "TP HCM"], ["12 Lê Lợi", "Phường 05", "Quận 3", "TP HCM"]
    here, home = staged(xlsx(head, [*PERSON, *old, *new], [2, "Trần Văn Đức", "03/04/1985", "Nam", "", "", *old]))
    assert (here.values["address"], here.values["commune"], here.values["district"]) == ("12 Lê Lợi", "27151", "770")
    assert (home.values["address"], home.values["commune"], home.values["district"]) == ("5 Hai Bà Trưng", "26740", "760")


def test_a_registered_home_alone_is_the_home_with_the_units_beside_it():
    head = [*HEAD, "Địa chỉ thường trú", "Phường", "Quận", "Tỉnh/TP"]
    (row,) = staged(xlsx(head, [*PERSON, "12 Lê Lợi", "Phường 05", "Quận 3", "TP HCM"]))
    assert (row.values["address"], row.values["commune"]) == ("12 Lê Lợi", "27151")


@pytest.mark.parametrize("heading", ["Quê quán", "Nguyên quán", "Quê quán (xã, huyện, tỉnh)", "Place of birth"])
def test_the_place_of_origin_is_nobodys_district(heading):
    data = xlsx([*HEAD, heading], [*PERSON, "Quận 1"])
    assert fields(read_table(data, "ds.xlsx"))[heading] == ""
    assert "district" not in staged(data)[0].values


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("HKTT", "address"), ("Nơi ĐKHKTT", "address"), ("Đ/c", "address"), ("ĐC", "address"), ("Phường/Xã thường trú", "commune"), ("Quận/Huyện nơi ở", "district"),
        ("Tỉnh/TP tạm trú", "province"), ("Quận/huyện", "district"), ("Quản lý", None), ("Địa chỉ tạm trú", "address"),
    ],
)  # fmt: skip
def test_headings_of_a_home_are_understood(heading, field):
    assert field_of(heading) == field
