"""Logs say what broke and where, never whose record it was."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from khien.config.logs import Lines

NAME = "Trần Thị Mận"


def line(cause: Callable[[], object]) -> str:
    """What is logged of a fault."""
    try:
        cause()
    except Exception:
        record = logging.getLogger("khien.test").makeRecord("khien.test", logging.ERROR, __file__, 1, "it failed", (), None)
        record.exc_info = sys.exc_info()
        return Lines("%(levelname)s %(name)s %(message)s").format(record)
    raise AssertionError("nothing failed")


def test_a_fault_keeps_its_kind_and_its_way_and_not_its_text() -> None:
    def wrapped() -> None:
        try:
            int(NAME)
        except ValueError as error:
            raise LookupError(f"nobody is called {NAME}") from error

    said = line(wrapped)
    assert NAME not in said
    assert said.startswith("ERROR khien.test it failed\n")
    assert said.index("builtins.ValueError") < said.index("builtins.LookupError")
    assert f"{__file__}:" in said


def test_developers_may_see_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHIEN_TRACE", "1")
    assert NAME in line(lambda: int(NAME))


def test_a_row_that_the_database_refuses_is_in_no_log(db: None) -> None:
    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO outbox_delivery (id, event_id, handler, state) VALUES (gen_random_uuid(), NULL, %s, 'x')", [NAME]
            )

    said = line(insert)
    assert NAME not in said
    assert "django.db.utils.IntegrityError" in said
    assert "(23502)" in said, "the SQLSTATE tells what kind of refusal it was"


def test_the_servers_own_log_holds_no_value(committed: str) -> None:
    with psycopg.connect(committed) as session:
        for statement in ("SELECT %s::text::int", "SELECT 1 FROM no_such_table WHERE name = %s"):
            with pytest.raises(psycopg.Error):
                session.execute(statement, [NAME])
            session.rollback()
    assert NAME not in (Path(os.environ["KHIEN_TEST_BASE"]) / "postgres.log").read_text()
