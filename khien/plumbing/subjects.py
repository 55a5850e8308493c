"""One after another for each subject: who counts or tells of it reads it and then writes, and several workers do so side by side."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

_WAIT = "SELECT count(pg_advisory_xact_lock(hashtextextended(s, 109))) FROM unnest(%s::text[]) s"
_TRY = "SELECT s FROM unnest(%s::text[]) s WHERE pg_try_advisory_xact_lock(hashtextextended(s, 109))"
_held: ContextVar[frozenset[str]] = ContextVar("khien_subjects", default=frozenset())


def hold(subjects: Iterable[object]) -> None:
    """Wait until nobody else has these (ids), and have them until the transaction ends; in one order for everybody."""
    wanted = sorted({str(one) for one in subjects} - _held.get())
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_WAIT, [wanted])


def take_free(subjects: Iterable[object]) -> set[str]:
    """Have those of these that nobody has, until the transaction ends; return which. Whoever waits for none stands in nobody's way."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [sorted({str(one) for one in subjects})])
        return {row[0] for row in cursor.fetchall()}


@contextmanager
def held(subjects: Iterable[str]) -> Iterator[None]:
    """These were taken: within the block nobody asks for them again."""
    token = _held.set(frozenset(subjects))
    try:
        yield
    finally:
        _held.reset(token)
