"""Limits on tries, counted in PostgreSQL so that all workers share them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from khien.kernel.errors import Refused

_COUNT = """
INSERT INTO rate_limit (key, window_start, count) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN rate_limit.window_start < %s THEN 1 ELSE rate_limit.count + 1 END,
  window_start = CASE WHEN rate_limit.window_start < %s THEN EXCLUDED.window_start ELSE rate_limit.window_start END
RETURNING count
"""


def count(what: str, who: str, *, within: timedelta, at: datetime) -> int:
    """Count one try of `what` by `who` (hashed) and return the tries in this window."""
    key = f"{what}:{settings.KEYS.hash(who, purpose='limit')[:32]}"
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, at, at - within, at - within])
        return int(cursor.fetchone()[0])


def counted(what: str, who: str, *, within: timedelta, at: datetime) -> int:
    """How many tries of `what` by `who` stand in this window; nothing is counted."""
    key = f"{what}:{settings.KEYS.hash(who, purpose='limit')[:32]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count FROM rate_limit WHERE key = %s AND window_start >= %s", [key, at - within])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def brake(what: str, who: str, *, most: int, within: timedelta, at: datetime) -> None:
    """Refuse once more than `most` tries were made in the window."""
    if count(what, who, within=within, at=at) > most:
        raise Refused("plumbing.too_many_tries", minutes=max(1, int(within.total_seconds() // 60)))


def give_back(what: str, who: str) -> None:
    """Uncount one try that turned out right: a brake is for those who guess, not for sixty colleagues behind one address."""
    key = f"{what}:{settings.KEYS.hash(who, purpose='limit')[:32]}"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rate_limit SET count = count - 1 WHERE key = %s AND count > 0", [key])
