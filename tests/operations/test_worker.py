"""The background worker: one leads, another takes over, and what waited is delivered when the database is back."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from khien.config.worker import LEADER, read_heads
from tests.operations.instance import ROOT, environment

Worker = subprocess.Popen[bytes]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the keys of the tests' database."""
    (tmp_path / "keys.json").write_text((Path(os.environ["KHIEN_TEST_BASE"]) / "keys.json").read_text())
    return tmp_path


@contextmanager
def worker(url: str, data: Path) -> Iterator[Worker]:
    """`khien worker` in a process of its own."""
    child = subprocess.Popen(
        [sys.executable, "-m", "khien", "worker"], cwd=ROOT, env=environment(DATABASE_URL=url, KHIEN_DATA=str(data))
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def ask(url: str, statement: str, *values: object) -> object:
    with psycopg.connect(url, autocommit=True) as session:
        found = session.execute(statement, values).fetchone()  # type: ignore[arg-type]
        return found[0] if found else None


def until(holds: object, what: str) -> None:
    end = time.monotonic() + 120
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, f"not in time: {what}"
        threading.Event().wait(0.05)


def leader(url: str) -> object:
    """The session that leads, with the process at its other end left to its worker."""
    return ask(
        url, "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND objid = %s"
        " AND granted AND datname = current_database()", LEADER,
    )  # fmt: skip


def publish(url: str) -> str:
    """An event that waits for its handler; returns its id."""
    event = str(uuid4())
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(
            "SELECT outbox_publish(%s, 'visits.moved', now(), jsonb_build_object('visit_id', gen_random_uuid()),"
            " ARRAY['reporting.handlers.visit_moved'], now(), NULL)",
            [event],
        )
    return event


def delivered(url: str, event: str) -> bool:
    return ask(url, "SELECT state FROM outbox_delivery WHERE event_id = %s", event) == "done"


def test_one_worker_leads_and_the_next_takes_over_when_it_is_killed(committed: str, data: Path) -> None:
    with worker(committed, data) as first:
        until(lambda: leader(committed), "one leads")
        with worker(committed, data) as second:
            event = publish(committed)
            until(lambda: delivered(committed, event), "the event is handled")
            led = leader(committed)
            first.kill()
            until(lambda: leader(committed) not in (None, led), "the second leads")
            event = publish(committed)
            until(lambda: delivered(committed, event), "the event is handled by the second")
            assert second.poll() is None


def test_a_worker_that_does_not_lead_delivers_as_well(committed: str, data: Path) -> None:
    with psycopg.connect(committed, autocommit=True) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [LEADER])
        with worker(committed, data):
            event = publish(committed)
            until(lambda: delivered(committed, event), "the event is handled by one that waits to lead")


def test_a_worker_that_lost_its_database_ends_and_the_next_one_delivers_what_waited(committed: str, data: Path) -> None:
    name = committed.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    admin = committed.replace(f"/{name}?", "/postgres?")
    with worker(committed, data) as first:
        until(lambda: leader(committed), "it leads")
        _allow(admin, name, False)
        ask(admin, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", name)
        assert first.wait(120) == 1, "it no longer leads; the supervisor starts another"
    _allow(admin, name, True)
    event = publish(committed)
    with worker(committed, data):
        until(lambda: delivered(committed, event), "what waited is handled")


def _allow(admin: str, name: str, yes: bool) -> None:
    with psycopg.connect(admin, autocommit=True) as session:
        session.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {str(yes).lower()}')  # type: ignore[arg-type]


def test_the_heads_of_the_audit_are_copied_when_it_begins_and_when_it_is_asked_to_stop(committed: str, data: Path) -> None:
    with worker(committed, data) as child:
        until((data / "audit-heads.json").exists, "the heads are copied")
        ask(committed, "SELECT audit_append(now(), 'system:test', 'test.act', '', NULL, '{}'::jsonb)")
        until(lambda: leader(committed), "it leads")
        child.terminate()
        assert child.wait(120) == 0
    assert sum(seq for seq, _ in read_heads(data / "audit-heads.json").values()) == ask(
        committed, "SELECT count(*) FROM audit_row"
    )
