"""DATABASE_URL: a server that is not ours is used, never started, and may go away and return."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.operations.instance import Citizens, Instance, folder

SLOW = pytest.mark.skipif(os.environ.get("KHIEN_SLOW") != "1", reason="waits for the city before its builders: KHIEN_SLOW=1")


@pytest.fixture
def up(committed: str) -> Iterator[Instance]:
    """A production instance on a database of the tests' own server."""
    with folder() as data:
        data.mkdir()
        shutil.copy(Path(os.environ["KHIEN_TEST_BASE"]) / "keys.json", data / "keys.json")
        instance = Instance(data, words=(), settings={"DATABASE_URL": committed, "KHIEN_MODE": "production"})
        try:
            yield instance
        finally:
            instance.kill_rest()


def test_an_outside_server_may_go_away_and_return(up: Instance, committed: str) -> None:
    up.start()
    assert not (up.data / "postgres").exists()
    assert httpx.get(f"{up.url}/demo/tin-nhan").status_code == 404
    citizens = Citizens(up.url)
    citizens.keep_coming()
    up.until(lambda: len(citizens.kept) > 2, "people can write")
    _away(committed, True)
    up.until(lambda: citizens.refused > 2, "nothing is acknowledged without the server")
    _away(committed, False)
    came = len(citizens.kept)
    up.until(lambda: len(citizens.kept) > came + 5, "people can write again")
    citizens.rest()
    assert citizens.missing() == []
    up.until(lambda: _delivered(committed), "the worker delivers again")
    assert up.stop() == 0


@pytest.mark.parametrize("builders", [0, pytest.param(2, marks=SLOW)])
def test_asked_to_stop_while_it_builds_the_demo_it_leaves_no_builder(up: Instance, builders: int) -> None:
    up.settings["KHIEN_MODE"] = "demo"
    threading.Thread(target=lambda: _started(up), daemon=True).start()
    up.until(lambda: "Building the demo" in up.text and len(up.named("demo", "-c")) >= builders, "the demo is being built")
    assert up.stop(signal.SIGINT) == 0
    assert up.processes() == []
    assert "Traceback" not in up.text


def _started(up: Instance) -> None:
    with suppress(AssertionError):
        up.start()


def _away(url: str, away: bool) -> None:
    """Let the database refuse everyone, its present sessions included; or take them again."""
    name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"false" if away else "true"}')  # type: ignore[arg-type]
        if away:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def _delivered(url: str) -> bool:
    """Publish once; say whether the event was handled."""
    with psycopg.connect(url, autocommit=True) as session:
        event = "01900000-0000-7000-8000-000000000001"
        known = session.execute("SELECT state FROM outbox_delivery WHERE event_id = %s", [event]).fetchone()
        if known is None:
            session.execute(
                "SELECT outbox_publish(%s, 'visits.moved', now(), jsonb_build_object('visit_id', gen_random_uuid()),"
                " ARRAY['reporting.handlers.visit_moved'], now(), NULL)",
                [event],
            )
        return known is not None and known[0] == "done"
