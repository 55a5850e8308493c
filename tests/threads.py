"""Many clients at once: each thread has a connection of its own, and all start at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def together[T](many: int, work: Callable[[int], T], *, at_once: int = 32) -> list[T]:
    """Run `work(index)` for each index, `at_once` of them together; returns the answers in order."""
    pool_was: Any = connection.settings_dict["OPTIONS"].get("pool")
    connection.close()
    connection.close_pool()
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": at_once + 2, "timeout": 30}
    gate = threading.Barrier(min(many, at_once))
    opened = threading.local()

    def one(index: int) -> T:
        if not getattr(opened, "yes", False):
            opened.yes = True
            if index < gate.parties:
                gate.wait(timeout=30)
        try:
            return work(index)
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(min(many, at_once)) as workers:
            return list(workers.map(one, range(many)))
    finally:
        connection.close_pool()
        connection.settings_dict["OPTIONS"]["pool"] = pool_was
