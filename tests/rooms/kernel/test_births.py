"""Birth dates: whole, month only, year only, and all that lists make of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khien.kernel.births import PartialDate, read_birth, read_parts
from khien.kernel.errors import Refused

TODAY = date(2026, 11, 21)
days = st.dates(date(1905, 1, 1), date(2026, 11, 20))


@pytest.mark.parametrize(("text", "shown"), [
    ("01/02/1990", "01/02/1990"), ("1-2-1990", "01/02/1990"), ("1.2.1990", "01/02/1990"), (" 01 / 02 / 1990 ", "01/02/1990"),
    ("1990-02-01", "01/02/1990"), ("1990-02-01 00:00:00", "01/02/1990"), ("02/1990", "02/1990"), ("1990", "1990"), (1990, "1990"),
    (1990.0, "1990"), ("1990.0", "1990"), ("01021990", "01/02/1990"), ("19900201", "01/02/1990"), ("'01/02/1990", "01/02/1990"),
    ("ngày 1 tháng 2 năm 1990", "01/02/1990"), ("tháng 2 năm 1990", "02/1990"), ("sinh năm 1950", "1950"), ("Năm 1950", "1950"),
    ("29/02/2000", "29/02/2000"), (date(1990, 2, 1), "01/02/1990"), ("Ngày 1/2/1990", "01/02/1990"), ("sinh ngày: 01.02.1990", "01/02/1990"),
    (datetime(1990, 2, 1), "01/02/1990"),
])
def test_a_birth_date_is_read_day_first_as_written(text, shown):
    read = read_birth(text, today=TODAY)
    assert read.value.display() == shown
    assert read.repairs == ()


@pytest.mark.parametrize(("text", "shown", "repair"), [
    (32874, "01/01/1990", "excel_serial"), ("32874", "01/01/1990", "excel_serial"), (32874.5, "01/01/1990", "time_dropped"),
    ("1/2/90", "01/02/1990", "century_added"), ("12/31/1990", "31/12/1990", "month_first"), ("1021990", "01/02/1990", "leading_zero"),
    ("00/00/1950", "1950", "unknown_parts"), ("--/--/1950", "1950", "unknown_parts"), ("xx/05/1950", "05/1950", "unknown_parts"),
    ("O1/O2/199O", "01/02/1990", "typo"), ("01/02/1990 10:30", "01/02/1990", "time_dropped"),
    ("1990-01-31T17:00:00Z", "01/02/1990", "time_dropped"), (datetime(1990, 1, 31, 17, tzinfo=UTC), "01/02/1990", "time_dropped"),
])
def test_a_repaired_birth_date_says_what_was_repaired(text, shown, repair):
    read = read_birth(text, today=TODAY)
    assert read.value.display() == shown
    assert repair in read.repairs


@pytest.mark.parametrize(("text", "code"), [
    ("", "births.empty"), ("30/02/1990", "births.no_such_day"), ("29/02/1900", "births.no_such_day"), ("13/13/1990", "births.no_such_day"),
    ("01/02/20", "births.two_digit_year"), ("90", "births.two_digit_year"), ("01/01/2027", "births.in_future"), ("2027", "births.in_future"),
    ("01/01/1899", "births.too_old"), ("01/01/1500", "births.year_out_of_range"), ("hôm qua", "births.unreadable"),
    ("1/2/3/1990", "births.unreadable"), ("12", "births.two_digit_year"), (float("nan"), "births.unreadable"), (-5, "births.unreadable"),
])
def test_an_unreadable_birth_date_is_refused_by_name(text, code):
    with pytest.raises(Refused) as refusal:
        read_birth(text, today=TODAY)
    assert refusal.value.code == code


def test_a_two_digit_year_is_refused_when_today_is_not_known():
    with pytest.raises(Refused, match="two_digit_year"):
        read_birth("01/02/90")


def test_a_column_known_to_be_month_first_is_read_month_first():
    assert read_birth("05/06/1990", month_first=True).value == PartialDate(1990, 5 + 0, 6)


@pytest.mark.parametrize(("cells", "shown"), [
    ((1, 2, 1990), "01/02/1990"), (("01", "02", "1990"), "01/02/1990"), ((1.0, 2.0, 1990.0), "01/02/1990"), ((None, 2, 1990), "02/1990"),
    (("", "", "1950"), "1950"), ((None, None, 1950.0), "1950"),
])
def test_day_month_and_year_in_three_columns_make_one_birth_date(cells, shown):
    assert read_parts(*cells, today=TODAY).value.display() == shown


def test_three_empty_birth_cells_are_refused_as_empty_and_a_missing_year_by_name():
    with pytest.raises(Refused, match=r"births\.empty"):
        read_parts(None, "", None)
    with pytest.raises(Refused, match=r"births\.no_year"):
        read_parts(1, 2, None)


@given(days)
def test_a_whole_date_survives_every_form_in_which_we_write_it(day):
    value = PartialDate.of(day)
    assert read_birth(value.display()).value == value
    assert read_birth(value.iso()).value == value
    assert PartialDate.from_iso(value.iso()) == value
    assert read_birth(f"{day:%d%m%Y}").value == value
    assert value.earliest() == value.latest() == day


@given(days, st.integers(0, 130 * 365))
def test_the_age_of_a_year_only_birth_holds_every_possible_age_between(day, later):
    on = day + timedelta(days=later)
    for value in (PartialDate(day.year), PartialDate(day.year, day.month)):
        exact = PartialDate.of(day)
        assert value.age_min(on) <= exact.age_min(on) == exact.age_max(on) <= value.age_max(on)
        assert value.age_max(on) - value.age_min(on) <= 1
        assert value.agrees_with(exact)
        assert exact.agrees_with(value)


def test_a_person_born_on_29_february_comes_of_age_on_1_march_of_a_common_year():
    born = PartialDate(2004, 2, 29)
    assert born.age_min(date(2022, 2, 28)) == 17
    assert born.age_min(date(2022, 3, 1)) == 18
    assert born.age_min(date(2024, 2, 29)) == 20


def test_a_minimum_age_of_a_year_only_birth_counts_from_the_last_day_of_the_year():
    born = PartialDate(2008)
    assert born.age_min(date(2026, 11, 21)) == 17
    assert born.age_max(date(2026, 11, 21)) == 18
    assert born.age_min(date(2026, 12, 31)) == 18


def test_a_swap_of_day_and_month_is_offered_only_when_it_is_another_day():
    assert PartialDate(1990, 5, 6).swapped() == PartialDate(1990, 6, 5)
    assert PartialDate(1990, 5, 5).swapped() is None
    assert PartialDate(1990, 5, 16).swapped() is None
    assert PartialDate(1990, 5).swapped() is None


@pytest.mark.parametrize("parts", [(1990, 13), (1990, 0), (1990, None, 3), (1990, 2, 29), (1990, 4, 31), (20, 1, 1)])
def test_an_impossible_date_cannot_exist(parts):
    with pytest.raises(Refused):
        PartialDate(*parts)


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.from_regex(r"[0-9/.\- ]{1,14}", fullmatch=True)))
def test_anything_typed_as_a_birth_date_is_read_or_refused_by_name(raw):
    code = "births.read"
    try:
        assert read_birth(raw, today=TODAY).value.earliest() <= TODAY
    except Refused as refusal:
        code = refusal.code
    assert code.startswith("births.")
