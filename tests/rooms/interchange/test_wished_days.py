"""The day that a list wishes for is kept, or asked about in its own words; it never refuses the person."""

from datetime import date

import pytest

from khien.interchange.sheets import headings
from khien.surfaces.web import refusals
from tests.rooms.interchange.messy_lists import HEAD, PERSON, staged, xlsx

TODAY = date(2026, 11, 22)


def wishing(cell, heading="Ngày muốn tiêm"):
    """The person of the tests with a wish."""
    row = staged(xlsx([*HEAD, heading], [*PERSON, cell]), today=TODAY)[0]
    assert not row.refusals
    return row


def asked(row) -> set[str]:
    return {remark.code for remark in row.warnings if remark.field == "wished_date"}


@pytest.mark.parametrize("cell", ["20/12/2026", "20/12/26", "20-12-26", "20.12.26", "ngày 20/12/26", "20-Dec-26", "2026-12-20", date(2026, 12, 20), 46376])
def test_a_wished_day_is_read_and_its_short_year_lies_ahead(cell):
    row = wishing(cell)
    assert (row.values["wished_date"], asked(row)) == ("2026-12-20", set())


def test_a_wished_day_that_was_written_otherwise_is_said_to_be():
    assert [(one.field, one.before, one.after, one.why) for one in wishing("20/12/26").repairs] == [("wished_date", "20/12/26", "20/12/2026", "sheets.day_rewritten")]
    assert wishing("20/12/2026").repairs == ()


@pytest.mark.parametrize(("cell", "why"), [
    ("bất kỳ", "sheets.day_unreadable"), ("sớm nhất có thể", "sheets.day_unreadable"), ("12/2026", "sheets.day_unreadable"), ("20/12", "sheets.day_unreadable"),
    ("31/11/2026", "sheets.day_unreadable"), ("01/02/2020", "sheets.day_past"), ("21/11/26", "sheets.day_past"), (date(1990, 1, 2), "sheets.day_past"),
])
def test_a_wish_that_names_no_day_to_come_is_asked_about_and_the_person_stands(cell, why):
    row = wishing(cell)
    assert ("wished_date" in row.values, asked(row)) == (False, {why})
    assert "sinh" not in refusals.wording()[why]


def test_a_wish_for_a_far_day_is_kept_and_asked_about():
    row = wishing("20/12/2062")
    assert (row.values["wished_date"], asked(row)) == ("2062-12-20", {"sheets.day_far"})


def test_a_formula_without_a_value_is_no_wish_and_refuses_nobody():
    assert asked(wishing("=TODAY()")) == {"sheets.formula_unsaved"}


@pytest.mark.parametrize("heading", ["Ngày sinh con dự kiến", "Ngày sinh con (dự kiến)", "Ngày dự kiến sinh", "Dự kiến ngày sinh", "Ngày dự sinh", "Expected date of delivery"])
def test_the_day_on_which_a_child_is_expected_is_no_wish_and_no_birth(heading):
    row = wishing("20/12/2026", heading)
    assert "wished_date" not in row.values
    assert row.values["birth"] == "1990-01-02"
    assert headings.field_of(heading) == ""


@pytest.mark.parametrize("heading", ["Ngày muốn tiêm", "Ngày dự kiến tiêm", "Ngày tiêm dự kiến", "Ngày tiêm mong muốn", "Ngày dự kiến", "Ngày mong muốn được tiêm",
                                     "Ngày đăng ký tiêm", "Ngày dự kiến tiêm cho học sinh", "Preferred date"])
def test_headings_of_a_wished_day_are_understood(heading):
    assert headings.field_of(heading) == "wished_date"


@pytest.mark.parametrize("heading", ["Ngày dự kiến nhập học", "Ngày dự kiến ra viện", "Ngày về nước dự kiến"])
def test_another_day_to_come_is_no_wish(heading):
    assert headings.field_of(heading) != "wished_date"
