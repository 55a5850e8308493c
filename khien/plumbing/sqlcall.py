"""Calls a SQL function; its named SQLSTATE comes back as a refusal."""

import json
import random
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.utils import DatabaseError, OperationalError

from khien.kernel.errors import Refused

NAMED = "KH001"
WAITED = ("40P01", "40001")


def call(statement: str, params: list[Any]) -> Any:
    """Run one statement and return its first row (None when it returns none).

    A function refuses by `RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'room.reason', DETAIL = '{"fact": 1}'`.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchone() if cursor.description else None
    except DatabaseError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is not None and diagnosis.sqlstate == NAMED:
            facts = json.loads(diagnosis.message_detail) if diagnosis.message_detail else {}
            raise refusal(diagnosis.message_primary, facts) from None
        raise


def again[T](work: Callable[[], T], *, times: int = 3) -> T:
    """Do a whole transaction; where PostgreSQL ended it because two waited for each other, do it again, a few times at most."""
    for left in reversed(range(times)):
        try:
            return work()
        except OperationalError as error:
            if not left or connection.in_atomic_block or getattr(error.__cause__, "sqlstate", "") not in WAITED:
                raise
            # At once it would step in front of the one that was let through, and both would stand as before.
            time.sleep(random.uniform(0.03, 0.15) * (times - left))  # noqa: S311 (jitter, not a secret)
    raise AssertionError("unreachable")


def refusal(code: str, facts: dict[str, Any] | None) -> Refused:
    """A refusal as a SQL function told it."""
    return Refused(code, **{name: _typed(name, value) for name, value in (facts or {}).items()})


def _typed(name: str, value: Any) -> Any:
    """A fact named `..._at` is a moment, `..._on` or `on_date` a day, as in every table."""
    if not isinstance(value, str) or not value:
        return value
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_on") or name == "on_date" else value


def read(value: Any) -> Any:
    """JSON as the driver gives it, text or read."""
    return json.loads(value) if isinstance(value, str | bytes) else value


def as_json(facts: dict[str, Any]) -> str:
    """A JSON argument: moments, dates and ids as text."""
    return json.dumps(facts, default=str)
