"""What the safety room does when it hears of the day at a point."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.immunizations import queries as immunizations
from khien.kernel.refs import SYSTEM
from khien.safety import dosing, follow_ups, tallies


def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """Who left before the time was over is followed on the same day."""
    if data.get("end") == "left_early" and data.get("record_id"):
        follow_ups.plan_follow_up(record_id=UUID(str(data["record_id"])), day=follow_ups.EARLY, by=SYSTEM, at=at)


def dose_changed(data: dict[str, Any], at: datetime) -> None:
    """A dose was given, taken back, corrected, moved, or is another of its course now: its site's days are counted again, the former one too."""
    _mark(immunizations.site_days(UUID(str(data["record_id"]))), at)


def dose_corrected(data: dict[str, Any], at: datetime) -> None:
    """A dose that was recorded is told otherwise now: its AEFI cases and the questions after it follow."""
    record_id = UUID(str(data["record_id"]))
    dosing.follow(record_id, at=at)
    follow_ups.follow_dose(record_id)


def dose_written(data: dict[str, Any], at: datetime) -> None:
    """A dose was given, or told of: it may be one that was taken back and written again, with an AEFI case that waits for it."""
    dosing.written_anew(UUID(str(data["record_id"])), at=at)


def person_changed(data: dict[str, Any], at: datetime) -> None:
    """A birth or sex was put right: rates by age and sex follow."""
    for record_id in immunizations.record_ids(UUID(str(data["person_id"]))):
        _mark(immunizations.site_days(record_id), at)


def _mark(days: Iterable[tuple[UUID, date]], at: datetime) -> None:
    for site_id, on in sorted(days):
        tallies.mark(site_id, on, at=at)
