"""Builds the demo once, and adds today's sessions on each later day."""

import logging

from django.db import transaction

from khien.demo import city
from khien.kernel import clock
from khien.plumbing import marks

log = logging.getLogger("khien.demo")


def ensure() -> None:
    """Build what is missing; a second start finds everything and is quick."""
    at = clock.now()
    today = clock.on_date(at)
    if marks.get("demo") is None:
        with transaction.atomic():
            city.build(today, at)
            marks.put("demo", {"built_on": today.isoformat()})
