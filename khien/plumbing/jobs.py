"""Long work in the background, with progress that a page can show and leave."""

import importlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.kernel.refs import Actor

from .models import Job

log = logging.getLogger("khien.jobs")
Work = Callable[["Progress", dict[str, Any], datetime], None]
STALE = timedelta(minutes=2)
MAX_ATTEMPTS = 3


@cache
def kinds() -> dict[str, str]:
    """Which function does which kind of job: kept in `khien.config.subscriptions`."""
    listed: dict[str, str] = importlib.import_module("khien.config.subscriptions").JOBS
    return listed


def ask(kind: str, *, by: Actor, at: datetime, total: int = 0, **args: Any) -> UUID:
    """Put a job in the queue; it runs after this transaction commits."""
    if kind not in kinds():
        raise LookupError(kind)
    return Job.objects.create(kind=kind, args=args, asked_at=at, asked_by=by.text, total=total).id


def get(job_id: UUID) -> Job | None:
    """The job, for the page that shows its progress."""
    return Job.objects.filter(id=job_id).first()


class Progress:
    """Tells how far a job is, in a transaction apart from the work."""

    def __init__(self, job_id: UUID, clock: Callable[[], datetime]) -> None:
        self.job_id, self._clock, self._told = job_id, clock, clock()

    def tell(self, done: int, total: int, note: str = "", *, force: bool = False) -> None:
        now = self._clock()
        if force or now - self._told > timedelta(milliseconds=400):
            Job.objects.filter(id=self.job_id).update(progress=done, total=total, note=note, beat_at=now)
            self._told = now


def run_next(clock: Callable[[], datetime]) -> bool:
    """Take the oldest waiting job (or one whose worker died) and run it. False when there is none.

    A job does its own transactions, so that its progress is seen and a restart goes on where it stopped.
    """
    at = clock()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM job WHERE state = 'waiting' OR (state = 'running' AND beat_at < %s)"
            " ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED",
            [at - STALE],
        )
        found = cursor.fetchone()
        if not found:
            return False
        job = Job.objects.get(id=found[0])
        job.state, job.started_at, job.beat_at, job.attempts = "running", at, at, job.attempts + 1
        job.save()
    module, name = kinds()[job.kind].rsplit(".", 1)
    try:
        getattr(importlib.import_module(f"khien.{module}"), name)(Progress(job.id, clock), job.args, at)
        Job.objects.filter(id=job.id).update(state="done", ended_at=clock(), error="")
    except Exception as error:
        log.exception("job %s %s failed", job.kind, job.id)
        state = "waiting" if job.attempts < MAX_ATTEMPTS else "failed"
        Job.objects.filter(id=job.id).update(state=state, ended_at=clock(), error=type(error).__name__)
    return True
