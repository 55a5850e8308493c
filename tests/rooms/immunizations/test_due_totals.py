"""What is due to whom is summed for every unit as it moves: a plan reads as many rows as days, however many homes there are."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khien.immunizations import due
from khien.immunizations.models import DueCount, DueTotal
from khien.planning import queries as planning

DAY = date(2022, 1, 10)
HOMES = [("79", "760", "26734", "79", "26740"), ("79", "769", "27000", "79", "27001"), ("01", "", "", "01", "00004"), ("", "", "", "", "")]


def _expected():
    found = {}
    for row in DueCount.objects.all():
        keys = {"", f"2021-{row.province_2021}", f"2021-{row.district_2021}", f"2021-{row.commune_2021}", f"2025-{row.province_2025}", f"2025-{row.commune_2025}"}
        for key in keys - {"2021-", "2025-"}:
            cell = (key, row.due_on, row.vaccine, row.dose_type, row.ordinal)
            found[cell] = found.get(cell, 0) + row.people
    return {cell: n for cell, n in found.items() if n}


def _kept():
    return {(row.unit_key, row.due_on, row.vaccine, row.dose_type, row.ordinal): row.people for row in DueTotal.objects.exclude(people=0)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(range(4)), st.sampled_from(range(3)), st.sampled_from((1, 2)), st.integers(-3, 5)), max_size=12))
def test_the_sums_follow_every_change_of_the_cells(db, moves):
    DueCount.objects.all().delete()
    assert _kept() == {}
    with connection.cursor() as cursor:
        for home, days, ordinal, people in moves:
            cursor.execute(due._ADD, [DAY + timedelta(days=days), "AZ", "primary", ordinal, *HOMES[home], people])
    assert _kept() == _expected()
    DueCount.objects.filter(due_on=DAY).delete()
    assert _kept() == _expected()


def _crowd(homes: int) -> None:
    """People due on each of thirty days in so many communes of one province."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO due_count (due_on, vaccine, dose_type, ordinal, province_2021, district_2021, commune_2021, province_2025, commune_2025, people)"
            " SELECT %s::date + d, 'AZ', 'primary', 2, '79', '760', 'c' || h, '79', 'n' || h, 3 FROM generate_series(1, 30) d, generate_series(1, %s) h",
            [DAY, homes],
        )
        cursor.execute("ANALYZE due_count, due_total")


def _rows_read(read) -> int:
    asked = []

    def keep(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        read()
    found = 0
    with connection.cursor() as cursor:
        for sql, params in asked:
            if "due_" in sql and sql.startswith("SELECT"):
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                answer = cursor.fetchone()[0]
                found += _scanned((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"])
    return found


def _scanned(node: dict) -> int:
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] if str(node.get("Relation Name")).startswith("due_") else 0
    return int(own) + sum(_scanned(child) for child in node.get("Plans", ()))


@pytest.mark.parametrize("unit_key", ["", "2021-79", "2025-79"])
def test_a_plan_reads_as_many_sums_with_five_homes_as_with_five_hundred(db, unit_key):
    read = []
    for homes in (5, 500):
        DueCount.objects.all().delete()
        DueTotal.objects.all().delete()
        _crowd(homes)
        read.append(_rows_read(lambda: (planning.outlook(unit_key, on=DAY), planning.children(unit_key, on=DAY))))
    assert 0 < read[0] == read[1] <= 120
