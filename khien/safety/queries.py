"""Reads of reactions."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from khien.people import queries as people
from khien.safety import models, rules
from khien.safety.actions import ANAPHYLAXIS
from khien.safety.types import ReactionView
from khien.visits import queries as visits

SIGNS = rules.SIGNS


def reactions(person_id: UUID) -> list[ReactionView]:
    """Every reaction of a person, the latest first."""
    return _views(models.Reaction.objects.filter(person_id__in=people.ids_of(person_id)).order_by("-onset_at"))


def reaction(reaction_id: UUID) -> ReactionView | None:
    """One reaction."""
    return next(iter(_views(models.Reaction.objects.filter(id=reaction_id))), None)


def of_session(session_id: UUID) -> list[ReactionView]:
    """Reactions of the people of one session, the latest first."""
    ids = [card.ref.visit_id for card in visits.visits_of_session(session_id, limit=10_000)]
    return _views(models.Reaction.objects.filter(visit_id__in=ids).order_by("-onset_at"))


def of_visits(visit_ids: Iterable[UUID]) -> list[ReactionView]:
    """Reactions reported at these visits, the latest first."""
    return _views(models.Reaction.objects.filter(visit_id__in=list(visit_ids)).order_by("-onset_at", "id"))


def counts_of_visits(visit_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many reactions each of these visits has."""
    rows = models.Reaction.objects.filter(visit_id__in=list(visit_ids)).values_list("visit_id").annotate(n=Count("id"))
    return {visit_id: n for visit_id, n in rows if visit_id}


def _views(rows: Iterable[models.Reaction]) -> list[ReactionView]:
    return [
        ReactionView(
            row.id, row.person_id, row.record_id, row.visit_id, row.site_id, row.source, tuple(row.symptoms), row.severity, row.urgency,
            ANAPHYLAXIS in row.symptoms, row.onset_at, settings.KEYS.open(row.detail_cipher, purpose="case"), row.action_taken, row.outcome,
            row.recorded_at, row.recorded_by,
        )
        for row in rows
    ]  # fmt: skip
