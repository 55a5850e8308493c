"""A day in one box: day first in whatever language a browser is; what is no day is named and stays as typed."""

import re
from datetime import date
from pathlib import Path

import pytest

import khien.surfaces
from khien.surfaces.web import days
from tests.surfaces.command.desk import ROOT, officer, words


@pytest.mark.parametrize("text", ["04/12/2021", "4/12/2021", "4-12-2021", "4.12.2021", "4 12 2021", "04122021", " 04/12/2021 ", "2021-12-04"])
def test_the_day_stands_before_the_month(text):
    assert days.read(text) == date(2021, 12, 4)


@pytest.mark.parametrize("text", ["", None, "31/02/2026", "12/31/2021", "4/12", "hôm nay", "4/12/21", "01/01/0001", "²/12/2021", "2021-12", "1/1/9999"])
def test_what_is_no_day_is_not_guessed(text):
    assert days.read(text) is None


def test_a_page_shows_the_day_first_and_keeps_what_it_could_not_read(db):
    told = officer("planner").get(f"{ROOT}/buoi", {"tu": "14/12/2021", "den": "31/02/2021"})
    page = told.content.decode()
    assert 'value="14/12/2021"' in page
    assert 'value="31/02/2021"' in page
    assert words(told).count("Không đọc được ngày") == 1
    assert 'type="date"' not in page


def test_no_page_leaves_a_date_or_an_hour_to_the_language_of_the_browser():
    pages = [path for path in Path(next(iter(khien.surfaces.__path__))).rglob("*") if path.suffix in {".html", ".js", ".py"} and "static/js/htmx" not in str(path)]
    assert len(pages) > 300
    assert [path.name for path in pages if re.search(r"""type\s*=\s*["'](date|time|month|week|datetime-local)["']""", path.read_text())] == []
