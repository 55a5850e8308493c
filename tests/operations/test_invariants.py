"""Every promise is able to fail: each is broken on purpose at the database, and is then named."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from khien.booking import actions as booking
from khien.kernel import clock
from khien.rehearsal import invariants
from khien.visits import actions as visits
from tests import make
from tests.make_book import make_certified
from tests.make_day import make_day

# name of the promise: what somebody with the database's password does to it
BROKEN = {
    "people_distinct": "UPDATE identifier SET person_id = '{other}' WHERE person_id = '{person}'",
    "appointments_within_capacity": "UPDATE slot SET capacity = taken - 1 WHERE taken > 0",
    "one_active_appointment": "INSERT INTO appointment SELECT (jsonb_populate_record(a, jsonb_build_object('id', '{new}', 'code', '99999999990'))).*"
    " FROM appointment a WHERE state = 'active' LIMIT 1",
    "stock_accounted": "DELETE FROM stock_movement WHERE kind = 'drawn'",
    "stock_balances": "UPDATE stock_balance SET on_hand = on_hand + 1",
    "doses_confirmed": "DELETE FROM immunization WHERE record_id = '{record}'",
    "doses_certified_or_held": "DELETE FROM certificate WHERE record_id = '{record}'",
    "certificates_verify": "DELETE FROM signer",
    "paper_explained": "UPDATE session SET state = 'closed'",
    "received_have_an_end": "UPDATE visit SET state = 'observed'; UPDATE paper_form SET state = 'voided'; UPDATE session SET state = 'closed'",
    "dose_claims_point_to_records": "UPDATE dose_claim SET record_id = '{new}'",
    "events_handled_once": "UPDATE outbox_delivery SET state = 'dead' WHERE id = (SELECT id FROM outbox_delivery LIMIT 1)",
    "report_equals_records": "UPDATE day_count SET count = count + 1 WHERE indicator = 'injected'",
    "actions_audited": "DELETE FROM audit_row WHERE action LIKE '%%dose%%'",
    "audit_intact": "UPDATE audit_row SET actor = 'staff:' || '{new}' WHERE action LIKE '%%dose%%'",
}


@pytest.fixture
def facts(db, monkeypatch, tmp_path) -> dict[str, str]:
    """One person vaccinated with a certificate, one waiting with an appointment, a sheet printed: every promise holds."""
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "DATA", tmp_path)
    day = make_day(at=make.AT - timedelta(hours=1))
    person, other = make.make_person(identifier=make.make_number()), make.make_person(identifier=make.make_number())
    record, _certificate = make_certified(person, day)
    visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=make.AT)
    slot = make.make_slot()
    booking.book(person_id=other, registration_id=make.make_registration(other), slot_id=slot.id, by=make.BY, at=make.AT)
    assert not broken()
    return {"person": str(person), "other": str(other), "record": str(record), "new": str(uuid4())}


def broken() -> dict[str, tuple[str, ...]]:
    """The promises that do not hold, and what breaks each."""
    # `handle` hears events an hour ahead: the certificate begins then. No worker runs, so nothing in the outbox is late.
    return {one.name: one.broken for one in invariants.check(at=clock.now() + timedelta(hours=2), late=make.AT - timedelta(days=1)) if not one.holds}


def tamper(sql: str) -> None:
    """Write past every guard of the tables, as a mistake or a hand at the database would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        for kind, table, name in _guards(cursor):
            cursor.execute(f'DROP INDEX "{name}"' if kind == "index" else f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}" CASCADE')
        cursor.execute(sql.replace("%%", "%"))
        cursor.execute("SET session_replication_role = origin")


def _guards(cursor) -> list[tuple[str, str, str]]:
    """Checks and unique rules of the tables that are tampered with."""
    cursor.execute(
        "SELECT 'constraint', conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('c', 'u')"
        " AND conrelid IN ('slot'::regclass, 'appointment'::regclass, 'stock_balance'::regclass, 'visit'::regclass)"
        " UNION ALL SELECT 'index', tablename, indexname FROM pg_indexes i WHERE tablename = 'appointment' AND indexdef LIKE 'CREATE UNIQUE%'"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
    )
    return cursor.fetchall()


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_promise_that_is_broken_at_the_database_is_named(name: str, facts: dict[str, str]) -> None:
    tamper(BROKEN[name].format(**facts))
    found = broken()
    assert found.get(name), f"{name} did not see it: {found}"


def test_every_promise_is_broken_once_by_these_tests(db) -> None:
    assert {one.name for one in invariants.check(at=make.AT, late=make.AT)} == set(BROKEN)
