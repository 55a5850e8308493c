"""A call sheet reads as many rows as it shows, however many wait in the ward: what PostgreSQL itself counted, never a time."""

import json
from itertools import groupby

import pytest
from django.db import connection

from khien.people import actions as people
from khien.people import merging
from khien.plumbing import outbox
from khien.registration import queries
from khien.registration.models import Registration
from tests import make

BY = {"by": make.BY, "at": make.AT}
WARD = "26734"


def _crowd(people_count: int) -> None:
    """So many who wait in one ward, forty homes to a neighbourhood: rows alone, as no other room is asked for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registration (id, person_id, code, state, course, way, priority_groups, best_group, wished_shift, declared_dose, previous_dose,"
            " history, risk, consent_version, phone_verified, province_2021, district_2021, commune_2021, province_2025, commune_2025, neighbourhood,"
            " household, recorded_at, recorded_by, end_reason, call_outcome)"
            " SELECT gen_random_uuid(), gen_random_uuid(), 'T' || n, 'waiting', 'covid-19', 'ward', '[]', '16', '', 'first', '{}', '{}', false, '',"
            " false, '79', '760', '26734', '79', '26740', 'Tổ ' || n / 160, 'H' || n / 4, now(), 'test', '',"
            " CASE WHEN n %% 3 = 0 THEN 'reached' ELSE '' END FROM generate_series(1, %s) n",
            [people_count],
        )
        cursor.execute("ANALYZE registration")


def _rows_read(read) -> int:
    """Rows that the scans of its statements on registrations gave or threw away."""
    asked = []

    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        read()
    with connection.cursor() as cursor:
        found = 0
        for sql, params in asked:
            if "registration" in sql and sql.lstrip().upper().startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                answer = cursor.fetchone()[0]
                found += _scanned((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"])
    return found


def _scanned(node: dict) -> int:
    own = 0
    if node.get("Relation Name") == "registration":
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return int(own) + sum(_scanned(child) for child in node.get("Plans", ()))


@pytest.mark.parametrize("ask", [{}, {"uncalled": True}, {"neighbourhood": "Tổ 2"}, {"neighbourhood": "Tổ 2", "uncalled": True}], ids=str)
def test_a_page_of_a_call_sheet_reads_the_same_rows_with_one_thousand_and_with_twenty_thousand_who_wait(db, ask):
    read = []
    for people_count in (1_000, 20_000):
        Registration.objects.all().delete()
        _crowd(people_count)
        read.append(_rows_read(lambda: queries.call_sheet(unit_key="2021-" + WARD, limit=50, **ask)))
    assert 50 <= read[1] <= read[0] + 5 <= 60


def test_the_next_page_starts_where_the_last_one_ended_and_reads_no_more(db):
    _crowd(20_000)
    ordered = list(Registration.objects.filter(commune_2025="26740").order_by("neighbourhood", "household", "id").values_list("id", flat=True))
    assert _rows_read(lambda: queries.call_sheet(unit_key="2025-26740", after=ordered[15_000], limit=50)) <= 55


def test_the_neighbourhoods_of_a_ward_are_stepped_over_not_counted_through(db):
    read = []
    for people_count in (4_000, 20_000):
        Registration.objects.all().delete()
        _crowd(people_count)
        Registration.objects.update(neighbourhood="Tổ 1")
        read.append(_rows_read(lambda: queries.neighbourhoods("2021-" + WARD)))
    assert read[0] == read[1] <= 110


def test_every_page_of_a_ward_shows_everybody_once_and_homes_together(db):
    people_of = {}
    for number in range(7):
        person = make.make_person(address=f"{number // 2} Lê Lợi", neighbourhood="Tổ 3" if number < 4 else "Tổ 4")
        people_of[make.make_registration(person)] = person
    seen, after = [], None
    while page := queries.call_sheet(unit_key=make.WARD, after=after, limit=3):
        seen += page
        after = queries.last_of(page)
    assert sorted(row.registration_id for row in seen) == sorted(people_of)
    homes = [row.address for row in seen]
    assert len([home for home, _rows in groupby(homes)]) == len(set(homes))
    assert queries.neighbourhoods(make.WARD) == {"Tổ 3": 4, "Tổ 4": 3}


def test_who_moves_within_the_ward_is_called_at_the_new_home(db):
    person = make.make_person(neighbourhood="Tổ 3")
    make.make_registration(person)
    people.correct_particulars(person=person, changes={"neighbourhood": "Tổ 9"}, reason="chuyển nhà", **BY)
    outbox.drain(lambda: make.AT)
    assert queries.neighbourhoods(make.WARD) == {"Tổ 9": 1}
    assert queries.call_sheet(unit_key=make.WARD, neighbourhood="Tổ 3") == []


def test_two_records_made_one_are_called_at_the_survivors_home(db):
    stays, goes = make.make_person(neighbourhood="Tổ 1"), make.make_person(neighbourhood="Tổ 2")
    make.make_registration(goes)
    alias = merging.merge(loser=goes, survivor=stays, reason="cùng người", **BY)
    outbox.drain(lambda: make.AT)
    assert queries.neighbourhoods(make.WARD) == {"Tổ 1": 1}
    merging.undo_merge(alias=alias, **BY)
    outbox.drain(lambda: make.AT)
    assert queries.neighbourhoods(make.WARD) == {"Tổ 2": 1}
