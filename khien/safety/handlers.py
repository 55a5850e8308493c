"""What the safety room does when it hears of the day at a point."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.kernel.refs import SYSTEM
from khien.safety import follow_ups, tallies
from khien.visits import queries as visits


def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """Who left before the time was over is followed on the same day."""
    if data.get("end") == "left_early" and data.get("record_id"):
        follow_ups.plan_follow_up(record_id=UUID(str(data["record_id"])), day=follow_ups.EARLY, by=SYSTEM, at=at)


def dose_changed(data: dict[str, Any], at: datetime) -> None:
    """A dose was given, taken back or corrected: its site's day is counted again."""
    found = visits.visit(UUID(str(data["visit_id"]))) if data.get("visit_id") else visits.visit_by_record(UUID(str(data["record_id"])))
    if found is not None:
        for on in {found.on_date, *_days(data)}:
            tallies.mark(found.ref.site_id, on, at=at)


def _days(data: dict[str, Any]) -> set[date]:
    return {date.fromisoformat(str(data[name])) for name in ("on_date", "was_on_date") if data.get(name)}
