"""The map of reactions in both geographies, for the nation and for whoever sees a unit of either."""

import re
from datetime import timedelta

import pytest

from khien.kernel.refs import Scope
from khien.safety import actions, queries
from tests import make
from tests.make import AT, BY, NATION
from tests.make_day import make_day, make_visit
from tests.surfaces.command.desk import officer

MAP = "/dieu-phoi/an-toan/ban-do"


@pytest.fixture(autouse=True)
def one_of_two(db):
    """Two doses at a point of the city, one of them followed by a reaction."""
    day = make_day()
    made = [make_visit(day, state="closed") for _ in range(2)]
    actions.report_reaction(person_id=made[0].person_id, symptoms=["seizure"], onset_at=AT + timedelta(hours=1), source="desk", by=BY, at=AT + timedelta(hours=1))
    actions.rebuild(AT)
    return make.place_of_site(day.site_id)


def rows(client, query=""):
    """The table: place, doses, events, rate; and how many shapes are drawn."""
    answer = client.get(f"{MAP}{query}")
    assert answer.status_code == 200
    told = [re.sub(r"<[^>]+>", " ", row).split("  ") for row in re.findall(r"<tr>(.*?)</tr>", answer.text[answer.text.index("<tbody>") :], re.DOTALL)]
    return [[cell.strip() for cell in row if cell.strip()] for row in told], len(re.findall(r"<g class=\"kh-map__", answer.text)), answer.text


@pytest.mark.parametrize(
    ("scope", "query", "first", "shapes"),
    [
        (NATION, "", "Thành phố Hồ Chí Minh", 63),
        (NATION, "?ky=2025", "Thành phố Hồ Chí Minh", 34),
        (NATION, "?ky=1999", "Thành phố Hồ Chí Minh", 63),
        (Scope("province", "79", "2021"), "", "Quận Bình Thạnh", 22),
        (Scope("province", "79", "2025"), "", "Phường", 0),
        (Scope("province", "79", "2025"), "?ky=2021", "Thành phố Hồ Chí Minh", 63),
        (Scope("province", "79", "2021"), "?ky=2025", "Phường", 0),
        (Scope("district", make.BINH_THANH, "2021"), "", "Quận Bình Thạnh", 22),
    ],
)
def test_the_rates_are_told_and_drawn_by_the_units_of_either_geography(scope, query, first, shapes):
    found, drawn, text = rows(officer("safety_officer", scope=scope), query)
    (row,) = found
    assert row[0].startswith(first)
    assert row[1:] == ["2", "1", "50.000,0"]
    assert drawn >= shapes if shapes else "kh-bars" in text
    assert {"Địa giới 2021", "Địa giới 2025"} <= set(re.findall(r"Địa giới \d{4}", text))


def test_a_unit_of_the_other_geography_may_be_chosen_and_what_is_far_is_not_shown():
    nation = officer("safety_officer", scope=NATION)
    assert rows(nation, "?noi=2025-79")[0][0][1:] == ["2", "1", "50.000,0"]
    assert "Chưa có số liệu" in nation.get(f"{MAP}?noi=2021-01&ky=2025").text
    far = officer("safety_officer", scope=Scope("province", make.OTHER_PROVINCE, "2021")).get(f"{MAP}?ky=2025&noi=2025-79").text
    assert "50.000,0" not in far


def test_the_sum_of_the_communes_is_the_province_in_either_geography(one_of_two):
    for column in ("province_2021", "district_2021", "province_2025", "commune_2025"):
        assert queries.by_unit(column, scopes=None) == {getattr(one_of_two, column): (1, 2)}
