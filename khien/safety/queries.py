"""Reads of reactions."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count

from khien.people import queries as people
from khien.plumbing import once
from khien.safety import models, rules
from khien.safety.counted import count_facts, reports_of, visits_with_events
from khien.safety.doses import onset_about
from khien.safety.following import (
    early,
    early_leavers,
    follow_up,
    follow_up_by_token,
    follow_up_counts,
    follow_ups_of,
    to_call,
    wants_none,
)
from khien.safety.rates import BY, Signal, as_of, by_unit, outside_rates, rates, screen
from khien.safety.reading import CODE, aefi, core_lines, core_values, counts, line_list, missing, of_reaction, place_of, views
from khien.safety.timeline import alarm, alarm_of_reaction, alarms_of_session
from khien.safety.types import ReactionView

__all__ = [
    "BY", "CODE", "REACTIONS", "SIGNS", "Signal", "aefi", "alarm", "alarm_of_reaction", "alarms_of_session", "as_of", "by_unit", "core_lines", "core_values", "count_facts", "counts", "counts_of_visits", "early",
    "early_leavers", "follow_up", "follow_up_by_token", "follow_up_counts", "follow_ups_of", "line_list", "missing", "of_reaction", "of_visits",
    "onset_about", "outside_rates", "place_of", "rates", "reaction", "reactions", "reports_of", "screen", "to_call", "visits_with_events", "wants_none",
]  # fmt: skip

SIGNS = rules.SIGNS


def reactions(person_id: UUID) -> list[ReactionView]:
    """Every reaction of a person, the latest first."""

    def fetch(ids: list[UUID]) -> Iterable[tuple[UUID, models.Reaction]]:
        return ((row.person_id, row) for row in models.Reaction.objects.filter(person_id__in=ids))

    return views(sorted(once.rows("safety.reactions", people.ids_of(person_id), fetch), key=lambda row: row.onset_at, reverse=True))


def _keep(ids: list[UUID], told: list[dict[str, Any]]) -> None:
    once.keep("safety.reactions", ids, ((row.person_id, row) for row in (once.instance(models.Reaction, one) for one in told)))


REACTIONS = once.Part("safety_told(x.ids)", _keep)


def reaction(reaction_id: UUID) -> ReactionView | None:
    """One reaction."""
    return next(iter(views(models.Reaction.objects.filter(id=reaction_id))), None)


def of_visits(visit_ids: Iterable[UUID]) -> list[ReactionView]:
    """Reactions reported at these visits, the latest first."""
    return views(models.Reaction.objects.filter(visit_id__in=list(visit_ids)).order_by("-onset_at", "id"))


def counts_of_visits(visit_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many reactions each of these visits has."""
    rows = models.Reaction.objects.filter(visit_id__in=list(visit_ids)).values_list("visit_id").annotate(n=Count("id"))
    return {visit_id: n for visit_id, n in rows if visit_id}


