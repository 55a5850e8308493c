"""The crowd of a rehearsal: the shares that it promises, the same crowd from the same seed."""

from collections import Counter
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khien.rehearsal.week.crowd import (
    FATES,
    PORTAL,
    SHARES,
    Visitor,
    bursts,
    count_of,
    gather,
    homes,
    of_day,
    shapes,
    walk_in_minute,
)
from khien.rehearsal.week.guest import Guest
from khien.synthetic.crowd import Crowd

COMMUNES = [["2021-1", "2021-2"], ["2021-3"], ["2021-4", "2021-5"]]
TODAY = date(2021, 8, 1)


@cache
def crowd(seed: int, people: int, days: int = 2, walk_in_day: tuple[int, int] | None = (1, 1)) -> list[Visitor]:
    maker = Crowd(seed, [key for keys in COMMUNES for key in keys], today=TODAY, adults_only=True, first_serial=5000, scattered=True)
    return gather(maker, people=people, days=days, communes=COMMUNES, seed=seed, walk_in_day=walk_in_day)


def having(found: list[Visitor], trait: str) -> int:
    return sum(one.has(trait) for one in found)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(1, 10_000), people=st.integers(60, 400))
def test_everything_that_goes_wrong_with_people_has_its_share(seed: int, people: int) -> None:
    found = crowd(seed, people)
    assert len(found) == people
    for trait, share in SHARES.items():
        if trait not in ("no_show", "wrong_qr", "early", "late", "mistyped", "no_id"):  # these make no sense for everybody who drew them
            assert abs(having(found, trait) - count_of(people, share)) <= 2 + having(found, "namesake"), trait
    without = sum(not one.person.cccd for one in found)
    assert 0.10 <= without / people <= 0.18, "twelve in a hundred have no good paper, and two more never had one"


def test_one_in_a_hundred_is_a_namesake_of_the_same_day_and_point_with_another_number() -> None:
    found = crowd(5, 1000)
    pairs = Counter((one.person.full_name, one.person.birth.iso(), one.day, one.site) for one in found if one.has("namesake"))
    assert sum(pairs.values()) == pytest.approx(10, abs=1)
    assert set(pairs.values()) == {2}
    numbers = [one.person.cccd for one in found if one.person.cccd]
    assert len(numbers) == len(set(numbers))
    assert all(number[6:8] == "99" for number in numbers), "synthetic people are known by their serial"


def test_nobody_has_two_fates_and_namesakes_have_none() -> None:
    for one in crowd(7, 800):
        assert len(one.traits & set(FATES)) <= 1
        assert not (one.has("namesake") and one.fate)


def test_the_same_seed_makes_the_same_crowd_and_another_seed_another() -> None:
    again = crowd.__wrapped__(11, 120)
    assert again == crowd(11, 120)
    assert again != crowd(12, 120)


def test_days_are_filled_evenly_and_families_come_together() -> None:
    found = crowd(3, 900, days=3, walk_in_day=None)
    loads = Counter(one.day for one in found)
    assert max(loads.values()) - min(loads.values()) < 30
    families: dict[str, set[int]] = {}
    for one in found:
        if not one.has("namesake"):
            families.setdefault(one.party, set()).add(one.day)
    assert all(len(days) == 1 for days in families.values())
    at = {one.party: set() for one in found}
    for one in found:
        at[one.party].add(round(one.walks_in_at) // 5)
    assert sum(len(hours) <= 2 for hours in at.values()) > 0.95 * len(at)


def test_on_the_walk_in_day_nobody_has_an_appointment_at_that_point() -> None:
    found = crowd(3, 300)
    assert {one.way for one in of_day(found, 1, 1)} == {"walk_in"}
    assert {one.way for one in of_day(found, 0, 1)} == {"walk_in", "invited"}
    assert not any(one.has("no_show") or one.has("wrong_qr") for one in found if one.way == "walk_in")


def test_a_rehearsal_has_a_point_with_a_tenth_of_everybody_and_a_hall_with_six_tenths() -> None:
    assert bursts(600, 1, 4) == bursts(600, 2, 2) == bursts(399, 2, 4) == {}, "one day, two points or few people have no day unlike the others"
    assert bursts(600, 2, 4) == {(1, 0): 60, (1, 2): 360}
    loads = bursts(15_000, 7, 3)
    assert loads == {(1, 0): 1_500, (2, 2): 9_000}
    maker = Crowd(4, homes(COMMUNES, 15_000, loads), today=TODAY, adults_only=True, first_serial=5000, scattered=True)
    found = Counter((one.day, one.site) for one in gather(maker, people=15_000, days=7, communes=COMMUNES, seed=4, walk_in_day=None, loads=loads))
    assert 1_300 < found[1, 0] < 2_100
    assert 8_000 < found[2, 2] < 9_500
    assert max(n for place, n in found.items() if place not in loads) < 700


def test_people_come_while_the_point_is_open_and_most_in_the_morning() -> None:
    from random import Random

    minutes = [walk_in_minute(Random(n)) for n in range(400)]
    assert all(7 * 60 + 30 <= minute < 17 * 60 for minute in minutes)
    assert sum(minute < 12 * 60 for minute in minutes) > 200
    assert PORTAL > 0


def test_a_number_typed_wrong_differs_in_one_digit_and_a_person_without_a_card_speaks() -> None:
    found = crowd(5, 1000)
    typed = next(one for one in found if one.has("mistyped") and one.way == "walk_in")
    guest = Guest(typed)
    assert guest.mistypes
    assert sum(a != b for a, b in zip(guest.mistyped(), typed.person.cccd, strict=True)) == 1
    without = next(one for one in found if not one.person.cccd)
    told = Guest(without).who()
    assert (told["identity_how"], "identifier" in told["person"]) == ("spoken", False)
    assert told["person"]["no_identifier_reason"]


def test_every_shape_of_the_crowd_is_counted_in_a_small_one_too() -> None:
    told = shapes(crowd(3, 60))
    assert set(told) == {*SHARES, "family", "walk_in"}
    assert all(told.values())
    assert told["family"] > told["swapped"] > 0
