"""Reads of follow-up: who left early and how they are, what was asked and answered, who should be called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.safety import follow_ups, kept, models
from khien.safety.types import FollowUpView

UNANSWERED = timedelta(hours=24)
NOT_ASKED = ("stopped", follow_ups.VOID)


def follow_up(follow_up_id: UUID) -> FollowUpView | None:
    """One question."""
    return next(iter(_views(models.FollowUp.objects.filter(id=follow_up_id))), None)


def follow_up_by_token(token: str, at: datetime) -> FollowUpView | None:
    """The question that a link opens, while it is good."""
    row = follow_ups.by_token(token, at)
    return _views([row])[0] if row else None


def follow_ups_of(record_ids: Iterable[UUID]) -> list[FollowUpView]:
    """What was asked after these doses, by day."""
    return _views(models.FollowUp.objects.filter(record_id__in=list(record_ids)).order_by("due_on", "day"))


def early_leavers(session_id: UUID) -> list[FollowUpView]:
    """Who left this session before the time was over, and what the follow-up found."""
    return _views(models.FollowUp.objects.filter(session_id=session_id, day=follow_ups.EARLY).exclude(answer=follow_ups.VOID).order_by("planned_at", "id"))


def early(scopes: Iterable[Scope] | None, *, since: date, limit: int = 200) -> list[FollowUpView]:
    """Who left early at the points of these scopes since a day and whom nobody has reached yet."""
    rows = models.FollowUp.objects.filter(day=follow_ups.EARLY, due_on__gte=since, answered_at__isnull=True).exclude(answer__in=NOT_ASKED)
    if scopes is not None:
        rows = rows.filter(places.within(scopes, units=None, site="site_id", session="session_id"))
    return _views(rows.order_by("due_on", "id")[:limit])


def to_call(scopes: Iterable[Scope] | None, *, at: datetime, limit: int = 100) -> list[FollowUpView]:
    """Who should be called: those who left early, and unanswered questions to people who had told of a reaction after this dose.

    Source: SmartVax (phoned non-repliers do not differ): not everyone is called, those at risk are.
    """
    on = clock.on_date(at - UNANSWERED)
    at_risk = Q(record_id__in=models.Reaction.objects.filter(record_id__isnull=False, severity="severe").values("record_id"), due_on__lte=on, due_on__gte=on - timedelta(days=7))
    rows = models.FollowUp.objects.filter(Q(day=follow_ups.EARLY, due_on__gte=on - timedelta(days=7)) | at_risk, answered_at__isnull=True)
    rows = rows.exclude(answer__in=NOT_ASKED).filter(calls__lt=3)
    if scopes is not None:
        rows = rows.filter(places.within(scopes, units=None, site="site_id", session="session_id"))
    return _views(rows.order_by("day", "due_on", "id")[:limit])


def follow_up_counts(scopes: Iterable[Scope] | None, *, at: datetime, since: date) -> dict[int, dict[str, int]]:
    """By day of the question: asked (a day ago at least), answered, told of something, not answered, stopped."""
    rows = models.FollowUp.objects.filter(due_on__gte=since, due_on__lte=clock.on_date(at - UNANSWERED)).exclude(answer=follow_ups.VOID)
    if scopes is not None:
        rows = rows.filter(places.within(scopes, units=None, site="site_id"))
    grouped = rows.values("day").annotate(
        asked=Count("id"), answered=Count("id", filter=Q(answered_at__isnull=False)), told=Count("id", filter=Q(reaction_id__isnull=False)),
        stopped=Count("id", filter=Q(answer="stopped")),
    ).order_by("day")  # fmt: skip
    return {
        row["day"]: {
            "asked": row["asked"], "answered": row["answered"], "told": row["told"], "stopped": row["stopped"],
            "silent": row["asked"] - row["answered"] - row["stopped"],
        }
        for row in grouped
    }  # fmt: skip


def wants_none(person_id: UUID) -> bool:
    """Whether the person asked not to be asked."""
    return follow_ups.stopped(person_id)


def _views(rows: Iterable[models.FollowUp]) -> list[FollowUpView]:
    return [
        FollowUpView(
            row.id, row.person_id, row.record_id, row.visit_id, row.session_id, row.site_id, row.day, row.due_on, row.answer, row.channel, row.calls,
            kept.unseal(row.words_cipher).get("text", ""), row.answered_at, row.reaction_id,
        )
        for row in rows
    ]  # fmt: skip
