"""The day comes first, in both languages."""

from datetime import date

import pytest
from django import forms
from django.utils import formats, translation

from khien.surfaces.web import say


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_09_12_2021_is_the_ninth_of_december(lang):
    with translation.override(lang):
        assert forms.DateField().clean("09/12/2021") == date(2021, 12, 9)
        assert forms.DateField().clean("9-12-2021") == date(2021, 12, 9)
        assert formats.date_format(date(2021, 12, 9), "DATE_FORMAT") == "09/12/2021"
        assert formats.date_format(date(2021, 12, 9), "SHORT_DATE_FORMAT") == "09/12/2021"


def test_numbers_are_grouped_with_a_dot_in_vietnamese_and_a_comma_in_english():
    assert say.thousands(1234567) == "1.234.567"
    assert say.thousands(1234.5, "en", 1) == "1,234.5"
    assert say.percent(0.784) == "78,4\u00a0%"


def test_days_and_hours_are_said_as_people_say_them():
    assert say.long_day(date(2021, 12, 14)) == "thứ Ba 14/12/2021"
    assert say.day_in_words(date(2021, 12, 4)) == "ngày 04 tháng 12 năm 2021"
    assert say.partial_date(1951) == "1951"


def test_codes_and_numbers_are_grouped_so_that_they_can_be_read_aloud():
    assert say.groups("VX7M4Q29KD") == "VX 7M4Q 29KD"
    assert say.identity_number("056151990132") == "056 151 990 132"
    assert say.phone("+84900000132") == "0900 000 132"
