"""Which dose a feeling follows, and about when it began."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.kernel import clock


def earliest(dose: ImmunizationView) -> datetime:
    """The hour of a dose; of one that is known by its day alone, that day's first minute."""
    return dose.performed_at or clock.at_local(dose.on_date)


def last_before(person_id: UUID, moment: datetime) -> ImmunizationView | None:
    """The last standing dose of a person up to this moment, given at a point or told from elsewhere."""
    told = [one for one in immunizations.history(person_id, clock.on_date(moment)).doses if earliest(one) <= moment]
    return max(told, key=earliest, default=None)


def onset_about(person_id: UUID, ago: timedelta, at: datetime, *, record_id: UUID | None = None) -> datetime:
    """When it began, told as so long ago: nobody's "about" lies before the injection that is asked about (None: the last one)."""
    dose = immunizations.record(record_id) if record_id else last_before(person_id, at)
    return min(at, max(at - ago, earliest(dose))) if dose else at - ago
