"""A queue of a million is read by key: no count, search or look at one person walks a whole table. Plans are asserted, never times."""

from uuid import uuid4

import pytest
from django.db import connection

from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.registration import queries
from khien.registration.models import Registration
from tests import make


@pytest.fixture
def plans(db):
    """Run a read; returns the plans of its statements on a table, where PostgreSQL takes an index if any serves."""

    def told(table, read):
        asked = []

        def keep(execute, sql, params, many, context):
            asked.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(keep):
            read()
        found = []
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
            for sql, params in asked:
                if f'FROM "{table}"' in sql:
                    cursor.execute(f"EXPLAIN {sql}", params)
                    found.append("\n".join(row[0] for row in cursor.fetchall()))
        assert found
        return found

    return told


@pytest.mark.parametrize("scope", [Scope("nation", ""), Scope("province", "79", "2021"), Scope("district", "765", "2021"), Scope("commune", "26734", "2025")])
def test_how_many_wait_is_counted_from_an_index_alone(plans, scope):
    make.make_registration()  # a table without a page has no plan to choose
    with connection.cursor() as cursor:  # as vacuum leaves a large table: what another test left behind says nothing of it
        cursor.execute("SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'registration', 'relpages', 9000, 'reltuples', 1e6::real, 'relallvisible', 9000)")
    for plan in plans("registration", lambda: queries.counts([scope])):
        assert "Index Only Scan" in plan


def test_the_registrations_of_a_person_are_found_by_key(plans):
    (plan,) = plans("registration", lambda: Registration.objects.filter(person_id__in=[uuid4()], previous_dose__visit="x").exists())
    assert "Index Cond: (person_id" in plan


def test_a_name_that_half_the_country_has_is_read_in_its_order(plans):
    (plan,) = plans("person", lambda: people.search("nguyen"))
    assert "Index Scan using person_name_order" in plan
