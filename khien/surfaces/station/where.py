"""Where the things in the station's addresses stand."""

from typing import Any
from uuid import UUID

from khien.booking import queries as booking
from khien.kernel.refs import PlaceFacts
from khien.safety import queries as safety
from khien.visits import queries as visits


def session(session: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a session; None when there is none."""
    return booking.session_place(session)


def visit(session: UUID, visit: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a visit of this session; None when the visit is another session's."""
    found = visits.visit(visit)
    return booking.session_place(session) if found and found.session_id == session else None


def follow_up(session: UUID, follow_up: UUID, **_: Any) -> PlaceFacts | None:
    """The place of a question to somebody who was at this session."""
    found = safety.follow_up(follow_up)
    return booking.session_place(session) if found and found.session_id == session else None
