"""A practice copy tells its scores: the one thing that leaves it."""

from dataclasses import asdict
from datetime import datetime

from django.conf import settings

from khien.plumbing import practice
from khien.readiness.scoring import scores_now


def tell(at: datetime) -> None:
    """Lay the present scores in the copy's own folder, where the real instance reads them when the technician closes it."""
    if settings.PRACTICE:
        practice.tell_scores(settings.DATA, [asdict(score) for score in scores_now()], at=at.isoformat())
