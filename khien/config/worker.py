"""The background workers: each delivers the outbox; one of them leads and does the jobs, the messages and what is due each minute."""

import argparse
import importlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import Error, OperationalError, close_old_connections, connection

from khien.config.subscriptions import LOOPS, PERIODIC, PRACTISED
from khien.kernel import clock
from khien.plumbing import audit, jobs, outbox

log = logging.getLogger("khien.worker")
LEADER = 7_105_241
_stop = threading.Event()


def main(argv: list[str]) -> int:
    """Work until told to stop: threads for the outbox; in the worker that leads, others for messages, for jobs and for what is periodic."""
    argparse.ArgumentParser("khien worker", description="One background worker, until it is told to stop.").parse_args(argv)
    if not os.environ.get("DATABASE_URL"):
        # Where two wait for each other the worker gives way and tries again; a person at a desk does not.
        os.environ["PGOPTIONS"] = "-c deadlock_timeout=100ms"
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop.set())
    threads = _begin(_deliveries())
    leads = False
    while not _stop.is_set():
        if not leads and (leads := _lead()):
            threads += _begin(_duties())
        _stop.wait(3 if leads else 2)
        if leads and not _stop.is_set() and not _still_leads():
            return 1  # the supervisor starts a new worker, which waits for the lock
    for thread in threads:
        thread.join(5)
    if leads:
        with suppress(Error, OSError):
            copy_heads(settings.DATA, clock.now())
    return 0


type Steps = dict[str, Callable[[], bool]]


def _begin(steps: Steps) -> list[threading.Thread]:
    threads = [threading.Thread(target=_forever, args=(name, step), daemon=True) for name, step in steps.items()]
    for thread in threads:
        thread.start()
    return threads


def _lead() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER])
            return bool(cursor.fetchone()[0])
    except Error:
        connection.close()
        return False


def _still_leads() -> bool:
    """Whether the session that holds the lock still lives."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except Error:
        return False


def _deliveries() -> Steps:
    """What every worker does: several share the outbox."""
    return {
        "outbox": lambda: outbox.deliver_batch(clock.now()) > 0,
        "urgent": lambda: outbox.deliver_batch(clock.now(), urgent=True) > 0,
    }


def _duties() -> Steps:
    """What only the one that leads does."""
    steps: Steps = {"jobs": lambda: jobs.run_next(clock.now), "periodic": _Periodic().step}
    for path in LOOPS:
        module, name = path.rsplit(".", 1)
        function = getattr(importlib.import_module(f"khien.{module}"), name)
        steps[path] = lambda function=function: bool(function(clock.now()))  # type: ignore[misc]
    return steps


def _forever(name: str, step: Callable[[], bool]) -> None:
    rest = 0.05
    while not _stop.is_set():
        try:
            busy = step()
            rest = 0.0 if busy else min(0.5, max(0.05, rest * 1.5))
        except OperationalError:
            log.warning("%s: the database is away", name)
            rest = 1.0
        except Exception:
            log.exception("%s failed", name)
            rest = 2.0
        if rest:
            close_old_connections()
            connection.close()
            _stop.wait(rest)


class _Periodic:
    """Runs each listed function when its seconds have passed."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def step(self) -> bool:
        for path, seconds in {**PERIODIC, **(PRACTISED if settings.PRACTICE else {}), "": 60}.items():
            if time.monotonic() - self._last.get(path, -1e9) >= seconds:
                self._last[path] = time.monotonic()
                if path:
                    module, name = path.rsplit(".", 1)
                    getattr(importlib.import_module(f"khien.{module}"), name)(clock.now())
                else:
                    copy_heads(settings.DATA, clock.now())
        return False


def copy_heads(data: Path, at: datetime) -> None:
    """Copy the audit's heads to a file outside the database, so that a tail cut off shows.

    A chain that no longer holds the row that was copied keeps its old copy: the copy is the evidence.
    """
    target = data / "audit-heads.json"
    copied = read_heads(target) if target.exists() else {}
    lost = audit.lost(copied)
    if lost:
        log.error("audit: chains %s no longer hold what was copied; see bin/khien audit verify", lost)
    heads = {**audit.heads(), **{chain: copied[chain] for chain in lost}}
    scratch = target.with_suffix(".new")
    with scratch.open("w") as file:
        json.dump({"at": at.isoformat(), "heads": heads}, file)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(target)


def read_heads(path: Path) -> dict[int, tuple[int, str]]:
    """The copied heads: chain -> (number of its last row, its hash). Raises OSError, ValueError."""
    try:
        return {int(chain): (int(seq), str(digest)) for chain, (seq, digest) in json.loads(path.read_text())["heads"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a copy of the heads") from error
