"""The stop of a session by a doctor: nobody is received or injected until the lead doctor releases it with a reason.

The safety room stops and releases (Decree 104/2016: after a severe event the session stops); a plain pause is the lead's own
and goes on as before. A dose already in the arm is recorded whatever the session's state.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.booking import actions as booking
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit
from khien.visits import models, sessions, steps

STOP, RELEASE = sessions.STOPS


def stopped(session_id: UUID) -> models.Note | None:
    """Why and since when a doctor has stopped this session; None when it is not stopped."""
    last = models.Note.objects.filter(session_id=session_id, action__in=(STOP, RELEASE)).order_by("-recorded_at", "-id").first()
    return last if last is not None and last.action == STOP else None


@transaction.atomic
def stop_session(*, session_id: UUID, reason: str, by: Actor, at: datetime) -> bool:
    """Stop a session; say whether it ran until now. Called again it changes nothing.

    Raises Refused: visits.session_unknown, visits.reason_missing.
    """
    session = sessions.session_of(session_id)
    if stopped(session_id) is not None or session.state in ("closed", "cancelled"):
        return False
    steps.note(STOP, reason, site_id=session.site_id, session_id=session_id, before={"state": session.state}, by=by, at=at)
    if session.state == "open":
        booking.set_session_state(session_id=session_id, state="paused", by=by, at=at)
    audit.record("visits.session_stopped", by=by, at=at, subject=f"session:{session_id}")
    return True


@transaction.atomic
def release_session(*, session_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Release a stopped session: it goes on where it stood.

    Raises Refused: visits.session_unknown, visits.session_not_stopped, visits.reason_missing.
    """
    session = sessions.session_of(session_id)
    standing = stopped(session_id)
    if standing is None:
        raise Refused("visits.session_not_stopped")
    steps.note(RELEASE, reason, site_id=session.site_id, session_id=session_id, by=by, at=at)
    if session.state == "paused" and standing.before.get("state") == "open":  # a pause of the lead's own stays
        booking.set_session_state(session_id=session_id, state="open", by=by, at=at)
    audit.record("visits.session_released", by=by, at=at, subject=f"session:{session_id}")
