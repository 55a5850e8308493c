"""What a practice copy stands on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from khien.demo.chain import Desk
from khien.kernel import clock


@dataclass(frozen=True)
class Scene:
    """What the copy stands on: its point, session, lots, and the hand that played what nobody practises."""

    site_id: UUID
    session_id: UUID
    vaccine: str
    good: UUID
    wrong: UUID | None
    desk: Desk
    communes: tuple[str, ...]
    at: datetime

    def before(self, minutes: int) -> datetime:
        """So long ago, but today."""
        return earlier(self.at, minutes)

    @property
    def today(self) -> date:
        return clock.on_date(self.at)


def earlier(at: datetime, minutes: int) -> datetime:
    """So long before, but on the same day in Viet Nam."""
    return max(at - timedelta(minutes=minutes), clock.at_local(clock.on_date(at), 0, 1))
