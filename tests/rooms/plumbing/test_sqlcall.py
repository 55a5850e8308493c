"""Two that wait for each other: the one that PostgreSQL ends is done again, and both are done."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from khien.plumbing import marks, sqlcall
from tests.threads import together


def test_two_that_wait_for_each_other_are_both_done(committed):
    for name in ("a", "b"):
        marks.put(name, 0)
    gate = threading.Barrier(2)
    begun: list[int] = []

    def both(index):
        def whole():
            with transaction.atomic(), connection.cursor() as cursor:
                for step, name in enumerate("ab" if index else "ba"):
                    if step and len(begun) < 2:
                        begun.append(index)
                        gate.wait(10)
                    cursor.execute("UPDATE setting SET value = to_jsonb((value::text)::int + 1) WHERE key = %s", [name])
            return index

        return sqlcall.again(whole)

    assert together(2, both, at_once=2) == [0, 1]
    assert (marks.get("a"), marks.get("b")) == (2, 2)


def test_another_trouble_is_not_done_again(committed):
    tries = []

    def fails():
        tries.append(1)
        raise OperationalError("away")

    with pytest.raises(OperationalError):
        sqlcall.again(fails)
    assert len(tries) == 1
