"""Figures of units as offices send them: what can be read is read right, the rest is told line by line."""

import unicodedata
from datetime import date

import pytest

from khien.interchange.sheets import figures

pytestmark = pytest.mark.usefixtures("db")
ON = date(2021, 4, 1)


def read(*lines, on=ON, **more):
    return figures.read([line.split("|") for line in lines], on=on, **more)


def told(wrong):
    return [(one.code.removeprefix("reporting."), one.facts["line"]) for one in wrong]


@pytest.mark.parametrize("people", ["150000", "150.000", "150,000", "150 000", "150\u00a0000", "150000.0"])
def test_thousands_are_read_as_people_write_them(people):
    found, wrong = read(f"770|18|64|{people}")
    assert ([one.people for one in found], wrong) == ([150_000], [])


@pytest.mark.parametrize("people", ["15O000", "1.5", "1,234.5", "rất đông", "12.34", "٣٤", "9" * 5000, "9" + ".999" * 2000])
def test_what_is_no_whole_number_is_told_and_not_guessed(people):
    assert told(read(f"770|18|64|{people}")[1]) == [("number_unreadable", 1)]


@pytest.mark.parametrize("name", ["Quận 3", "quan 03", "Q3", "QUẬN 3, TP HCM", unicodedata.normalize("NFD", "Quận 3")])
def test_a_unit_is_found_by_its_name_with_accents_in_any_form(name):
    found, wrong = read(f"{name}|18|64|100")
    assert ([one.unit_key for one in found], wrong) == (["2021-770"], [])


def test_a_name_that_many_places_have_is_told_unless_what_lies_above_it_says_which():
    assert told(read("Phường 5|0|150|100")[1]) == [("unit_ambiguous", 1)]
    found, wrong = read("Tỉnh|Quận, huyện|Xã, phường|Từ tuổi|Đến tuổi|Dân số", "Thành phố Hồ Chí Minh|Quận 3|Phường 5|0|150|9.100")
    assert (wrong, len(found), found[0].people) == ([], 1, 9100)
    own = found[0].unit_key
    assert read("Phường 5|0|150|100", mine=lambda key: key == own)[0][0].unit_key == own


def test_a_place_that_is_not_there_is_unknown_and_half_a_name_is_no_name():
    assert told(read("Quận 13|0|150|1", "Phú Nhu|0|150|1", "x|0|150|1")[1]) == [("unit_unknown", 1), ("unit_unknown", 2), ("unit_unknown", 3)]


def test_the_column_says_of_which_level_a_name_is():
    found, wrong = read("Quận, huyện|Tỉnh|Từ tuổi|Đến tuổi|Dân số", "Tân Phú|TP HCM|0|150|450.000", "TP Thủ Đức||0|150|1.013.795")
    assert ([one.unit_key for one in found], wrong) == (["2021-767", "2021-769"], [])


def test_headings_may_stand_below_a_title_and_in_any_order():
    found, wrong = read("Biểu 1: dân số năm 2020||||", "", "Số người|Đến tuổi|Từ tuổi|Mã đơn vị|Ghi chú", "1.200|64|18|770|", "300||65+|770|già")
    assert [(one.line, one.age_from, one.age_to, one.people) for one in found] == [(4, 18, 64, 1200), (5, 65, 150, 300)]
    assert wrong == []


def test_every_bad_line_is_told_by_its_number_in_the_file():
    _found, wrong = read("mã|từ|đến|người", "770|18|64|100", "|18|64|100", "770|18|64|90", "99999|0|1|2", "770|64|18|5", "770|0|17|-5", "770|0|17", "770|0|5|100|000")
    assert told(wrong) == [
        ("figure_line", 3), ("figure_twice", 4), ("unit_unknown", 5), ("ages_wrong", 6), ("people_negative", 7), ("figure_line", 8), ("figure_line", 9),
    ]  # fmt: skip


def test_a_target_may_be_of_a_group_in_force_and_a_thousand_with_a_comma_is_no_group():
    assert read("770|0|150|100|1", groups={"1"})[0][0].group == "1"
    assert told(read("770|0|150|100|000", groups={"1"})[1]) == [("group_unknown", 1)]


def test_a_code_without_its_leading_zeros_is_the_same_unit_and_one_of_both_geographies_is_of_the_figures_day():
    assert read("1|0|150|8.000.000")[0][0].unit_key == "2021-01"
    assert read("79|0|150|14.000.000", on=date(2026, 1, 1))[0][0].unit_key == "2025-79"
    assert read("2021-79|0|150|9.000.000", on=date(2026, 1, 1))[0][0].unit_key == "2021-79"
    assert read("770|0|150|190.000", on=date(2026, 1, 1))[0][0].unit_key == "2021-770"
