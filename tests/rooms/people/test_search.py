"""A person is found by any part of the name, a number or a phone."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khien.kernel import names
from khien.kernel.births import PartialDate
from khien.kernel.refs import Scope
from khien.people import queries
from tests import make


@pytest.fixture
def crowd(db):
    return {
        name: make.make_person(name, birth=PartialDate(year, 5, 6), identifier=None)
        for name, year in (("Đặng Thị Thuý Hằng", 1980), ("Đặng Thuý Hằng", 1981), ("H'Hen Niê", 1992), ("Y Moan Êban", 1957))
    }


@pytest.mark.parametrize(
    "asked", ["Đặng Thị Thuý Hằng", "dang thi thuy hang", "HANG THUY DANG THI", "thị hằng", "Đặng Thị Thúy Hằng", "han thi dan"]
)
def test_a_name_is_found_with_and_without_accents_in_any_order_and_by_part(crowd, asked):
    assert queries.search(asked)[0].id == crowd["Đặng Thị Thuý Hằng"]


def test_the_name_as_written_comes_before_the_ones_that_only_hold_its_words(crowd):
    assert [card.full_name for card in queries.search("Đặng Thuý Hằng")] == ["Đặng Thuý Hằng", "Đặng Thị Thuý Hằng"]


def test_names_of_other_peoples_are_found_too(crowd):
    assert queries.search("hhen")[0].full_name == "H'Hen Niê"
    assert queries.search("eban moan")[0].full_name == "Y Moan Êban"


def test_a_birth_date_narrows_and_a_year_alone_is_enough(crowd):
    assert len(queries.search("dang hang", birth=PartialDate(1980))) == 1
    assert len(queries.search("dang hang", birth=PartialDate(1980, 5, 6))) == 1
    assert queries.search("dang hang", birth=PartialDate(1980, 6, 5)) == []


def test_one_whose_birth_is_known_by_its_year_is_found_by_the_whole_date(db):
    person = make.make_person("Lê Thị Già", sex="female", birth=PartialDate(1940))
    assert queries.search("le thi gia", birth=PartialDate(1940, 7, 8))[0].id == person


def test_a_number_with_lost_zeros_and_a_phone_find_their_people(db):
    number = make.make_number()
    person = make.make_person(identifier=number, phone="0912345678")
    other = make.make_person(phone="0912345678")
    assert [card.id for card in queries.search(number.value)] == [person]
    assert [card.id for card in queries.search(number.value.lstrip("0"))] == [person]
    assert {card.id for card in queries.search("0912 345 678")} == {person, other}
    assert {card.id for card in queries.search("+84912345678")} == {person, other}


def test_a_search_stays_inside_the_places_of_the_post(db):
    person = make.make_person("Đinh Văn Xa")
    assert [card.id for card in queries.search("dinh xa", scopes=[Scope("district", make.BINH_THANH, "2021")])] == [person]
    assert queries.search("dinh xa", scopes=[Scope("province", make.OTHER_PROVINCE, "2021")]) == []


def test_a_card_shows_the_commune_in_words_and_the_numbers_masked(db):
    card = queries.person(make.make_person(phone="0912345678"))
    assert card.commune
    assert card.district
    assert card.phone_masked.endswith("678")
    assert "912345" not in card.phone_masked


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_choice_of_beginnings_in_any_order_finds_the_person(crowd, data):
    name = data.draw(st.sampled_from(sorted(crowd)))
    words = names.words(name)
    chosen = data.draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    asked = " ".join(word[: data.draw(st.integers(min_value=1, max_value=len(word)))] for word in chosen)
    assert crowd[name] in {card.id for card in queries.search(asked)}
