"""Calls that share one commit: what several threads ask while one of them is at work goes together in the next call.

Nobody waits for company: a call alone goes at once. A commit flushes for all of its calls, so a crowd at one row waits for the
disk once for each handful instead of once for each.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


class _Ticket[A, R]:
    def __init__(self, asked: A) -> None:
        self.asked = asked
        self.turn = threading.Event()
        self.answer: R | BaseException | None = None
        self.answered = False


class Gather[A, R]:
    """`work` takes some arguments and returns an answer for each: a value, or an exception for that one alone."""

    def __init__(self, work: Callable[[Sequence[A]], Sequence[R | BaseException]], *, most: int = 32) -> None:
        self.work, self.most = work, most
        self._lock = threading.Lock()
        self._waiting: list[_Ticket[A, R]] = []
        self._busy = False

    def __call__(self, asked: A) -> R:
        """Have this done, with whatever else waits. Inside a transaction it is done alone, for that may still be undone."""
        if connection.in_atomic_block:
            return _given(self.work([asked])[0])
        ticket: _Ticket[A, R] = _Ticket(asked)
        with self._lock:
            self._waiting.append(ticket)
            leads, self._busy = not self._busy, True
        if not leads:
            ticket.turn.wait()
        if not ticket.answered:
            self._lead()
        return _given(ticket.answer)

    def _lead(self) -> None:
        with self._lock:
            some, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
        try:
            answers = list(self.work([ticket.asked for ticket in some]))
        except BaseException as error:
            answers = [error] * len(some)
        with self._lock:
            after = self._waiting[0] if self._waiting else None
            self._busy = after is not None
        for ticket, answer in zip(some, answers, strict=True):
            ticket.answer, ticket.answered = answer, True
            ticket.turn.set()
        if after is not None:
            after.turn.set()


def _given(answer: Any) -> Any:
    if isinstance(answer, BaseException):
        raise answer
    return answer
