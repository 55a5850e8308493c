"""What a command's function is told: the body, who acts in which session, when it was done, and whether that was without a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from khien.access import queries as access
from khien.access.permissions import StaffRef
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed, PlaceFacts, VisitRef
from khien.visits import bodies, steps
from khien.visits.bodies import moment_of, uuid_of


@dataclass(frozen=True, slots=True)
class Late:
    """What was done without a line, on a device that took this session along `since` then; `after`: the command it stands on.

    `judged`: a person has looked and lets it stand, whatever the rights of the one who did it.
    """

    device_id: UUID
    letter: str
    session_id: UUID | None
    since: datetime
    after: UUID | None = None
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a command's function gets: the body, who acts in which session, when it was done and when it is recorded."""

    body: Mapping[str, Any]
    staff: StaffRef
    by: Actor
    session_id: UUID
    site_id: UUID
    occurred_at: datetime
    at: datetime
    place: PlaceFacts
    command_id: UUID
    late: Late | None = None
    clamped: bool = False  # the device's clock told a moment that cannot be
    rules_version: str = ""  # of the rules that the device had
    ref: VisitRef | None = None  # the visit that stands for the one which the body names

    @property
    def visit(self) -> VisitRef:
        """The visit that the body names, or the one that stands for it; its rights were checked at its own session."""
        return self.ref or VisitRef(self.site_id, uuid_of(self.body, "visit_id"))

    def performed(self) -> Performed:
        """Who did it and when: as told for another (a clerk keys), else who is signed in, at the command's own moment.

        Raises Refused: commands.unreadable (field), visits.in_the_future, visits.before_the_session (on_date),
        visits.doer_unknown, visits.doer_elsewhere (then the name alone is written).
        """
        told = moment_of(self.body, "performed_at")
        if told and self.late:
            return self._performed(max(min(told, self.at), min(self.late.since, self.at)))
        when = told or self.occurred_at
        if when > self.at:
            raise Refused("visits.in_the_future", performed_at=when)
        if told:
            steps.check_day(told, self.session_id)
        return self._performed(when)

    def _performed(self, when: datetime) -> Performed:
        """The one named in the body, else who is signed in. Raises as `performed`."""
        name, by = bodies.text(self.body, "performed_by_name", most=200), bodies.uuid_or_none(self.body, "performed_by")
        if by and by != self.staff.id:
            return Performed(when, clock.on_date(when), by, self.doer(by, when))
        if name and not by:
            return Performed(when, clock.on_date(when), None, name)
        return Performed(when, clock.on_date(when), self.staff.id, self.staff.full_name)

    def doer(self, staff_id: UUID, when: datetime) -> str:
        """The name of who did it, if they stood here that day. Raises Refused: visits.doer_unknown, visits.doer_elsewhere."""
        name, here = access.stood(staff_id, self.place, on=clock.on_date(when), at=self.at)
        if not name:
            raise Refused("visits.doer_unknown")
        if not here:
            raise Refused("visits.doer_elsewhere", name=name)
        return name


Command = Callable[[Told], Any]
