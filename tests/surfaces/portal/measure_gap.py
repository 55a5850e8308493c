"""Measure by hand how far the answers to a known and an unknown number lie apart in time; nothing is asserted.

`bin/test tests/surfaces/portal/measure_gap.py -s -n 0`, with KHIEN_TIMINGS=2000 for as many of each; milliseconds. The two kinds take
turns, each in a browser of its own, and the clock goes on an hour at a time, so that no brake bites.
"""

import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from time import perf_counter

from django.test import Client

from khien.kernel import clock, codes
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from tests import make
from tests.make_book import signed_in

TIMES = int(os.environ.get("KHIEN_TIMINGS", "300"))
NUMBER, UNKNOWN = "079151990132", "079151990999"
BORN = {"birth_day": "27", "birth_month": "3", "birth_year": "1951"}


def took(path: str, told: dict[str, str], prepare: Callable[[Client], object] = lambda client: None) -> float:
    """The milliseconds of one answer to a browser of its own."""
    client = Client()
    prepare(client)
    client.get(path)
    began = perf_counter()
    answer = client.post(path, told)
    taken = (perf_counter() - began) * 1000
    assert answer.status_code == 302
    return taken


def compare(what: str, known: Callable[[], float], unknown: Callable[[], float]) -> None:
    """Take turns and print the gap: of the fastest tenths, of the medians."""
    found: tuple[list[float], list[float]] = ([], [])
    began = datetime.now(UTC)
    for turn in range(TIMES + 20):
        moved = make.AT - began + timedelta(hours=2) * turn
        clock.shift_by(lambda moved=moved: moved)  # type: ignore[misc]
        for kind in (0, 1) if turn % 2 else (1, 0):
            gc.collect(0)
            taken = (known, unknown)[kind]()
            if turn >= 20:
                found[kind].append(taken)
    fast = [mean(sorted(times)[: max(1, len(times) // 10)]) for times in found]
    mid = [median(times) for times in found]
    print(
        f"\n{what}: fastest tenth {fast[0]:.2f} known, {fast[1]:.2f} unknown, gap {fast[0] - fast[1]:+.2f} ms; "
        f"medians {mid[0]:.2f}, {mid[1]:.2f}, gap {mid[0] - mid[1]:+.2f} ms ({TIMES} of each)"
    )


def test_the_gap_of_the_look_up_by_number(committed):
    make.make_person(
        "Trần Thị Mận",
        birth=PartialDate(1951, 3, 27),
        sex="female",
        phone="0901000132",
        identifier=read_identifier(NUMBER, "cccd"),
    )
    told = {"paper": "cccd", **BORN}
    compare(
        "look-up by number",
        lambda: took("/tra-cuu", {**told, "number": NUMBER}),
        lambda: took("/tra-cuu", {**told, "number": UNKNOWN}),
    )


def test_the_gap_of_the_look_up_by_code(committed):
    person = make.make_person(phone="0901000132")
    code = make.make_registration(person)
    from khien.registration import queries

    own = queries.registration(code)
    assert own is not None
    path = "/tra-cuu?cach=ma"
    compare("look-up by code", lambda: took(path, {"code": own.code}), lambda: took(path, {"code": codes.slip_code(1)}))


def test_the_gap_of_joining_a_book(committed):
    person = make.make_person(phone="0901000132", identifier=read_identifier(NUMBER, "cccd"))
    from khien.registration import queries

    own, account = queries.registration(make.make_registration(person)), make.make_account("0912000345")
    assert own is not None
    told = {"relation": "parent", "paper": "cccd"}
    compare(
        "joining a book",
        lambda: took(
            "/so/gia-dinh/noi", {**told, "number": NUMBER, "slip": own.code}, lambda client: signed_in(account, client)
        ),
        lambda: took(
            "/so/gia-dinh/noi",
            {**told, "number": UNKNOWN, "slip": codes.slip_code(1)},
            lambda client: signed_in(account, client),
        ),
    )
