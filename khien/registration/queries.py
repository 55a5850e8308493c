"""What other rooms and pages may ask about the queue."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts, Scope
from khien.people import queries as people
from khien.plumbing import once

from . import rules
from .calling import COUNTED, call_sheet, last_of, neighbourhoods
from .declared import declared_doses, declared_health
from .drafts import draft
from .list_queries import error_rows, invited, list_row, list_rows, list_view, lists, row_at, totals
from .models import Registration, RegistrationWay
from .narrowing import narrowed
from .types import QueueCard, RegistrationView, WaitingRow, WayInfo
from .waiting import still_waiting

__all__ = [
    "COUNTED", "active_row", "call_sheet", "codes_of", "counts", "declared_doses", "declared_health", "draft", "error_rows", "history_of_person", "holder_of_code", "invited", "last_of", "list_row", "list_rows", "list_view",
    "lists", "neighbourhoods", "of_person", "receipt", "registration", "registration_by_code", "row_at", "still_waiting", "totals",
    "waiting", "waiting_rows",
]  # fmt: skip


def registration(id: UUID) -> RegistrationView | None:
    """One registration with its ways."""
    found = Registration.objects.filter(id=id).first()
    return _view(found) if found else None


def registration_by_code(text: str) -> RegistrationView | None:
    """The registration of a slip's own code, as typed or scanned (a receipt's code gives nothing: see `receipt`)."""
    found = Registration.objects.filter(code=_typed(text)).first()
    return _view(found) if found else None


def codes_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The slips' codes of these registrations."""
    return dict(Registration.objects.filter(id__in=list(ids)).values_list("id", "code"))


def holder_of_code(text: str) -> UUID | None:
    """Whose registration has this code or this receipt, in one statement whether anybody has it or not."""
    own, typed = Registration.objects.values_list("person_id"), _typed(text)
    ways = RegistrationWay.objects.exclude(code="").filter(code=typed).values_list("person_id")
    found: list[tuple[UUID]] = list(own.filter(code=typed).union(ways))
    return found[0][0] if found else None


def receipt(text: str) -> tuple[UUID, datetime] | None:
    """The registration and the moment that a receipt or a slip confirms: enough to answer "received on", nothing more."""
    typed = _typed(text)
    found = Registration.objects.filter(code=typed).values_list("id", "recorded_at").first()
    return found or RegistrationWay.objects.filter(code=typed).exclude(code="").values_list("registration_id", "at").first()


def _typed(text: str) -> str:
    try:
        return codes.read_slip_code(text)
    except Refused:
        return "-"


def of_person(person_id: UUID) -> RegistrationView | None:
    """The person's active registration, over merged ids; None when there is none."""
    found = active_row(person_id)
    return _view(found) if found else None


def active_row(person_id: UUID) -> Registration | None:
    """The active row (for this room and its handlers); the booked one where a merge brought two."""

    def fetch(ids: list[UUID]) -> Iterable[tuple[UUID, Registration]]:
        return ((row.person_id, row) for row in Registration.objects.filter(person_id__in=ids, state__in=rules.ACTIVE))

    rows = once.rows("registration.active", people.ids_of(person_id), fetch)
    return min(rows, key=lambda row: (row.state != "booked", row.recorded_at), default=None)


def history_of_person(person_id: UUID) -> list[RegistrationView]:
    """Every registration the person ever had, the latest first."""
    return [_view(row) for row in Registration.objects.filter(person_id__in=people.ids_of(person_id)).order_by("-recorded_at")]


def _view(row: Registration) -> RegistrationView:
    def fetch(ids: list[UUID]) -> Iterable[tuple[UUID, RegistrationWay]]:
        return ((way.registration_id, way) for way in RegistrationWay.objects.filter(registration_id__in=ids))

    ways = sorted(once.rows("registration.way", [row.id], fetch), key=lambda way: (way.at, way.id))
    return RegistrationView(
        id=row.id, person_id=row.person_id, code=row.code, state=row.state, way=row.way,
        ways=tuple(WayInfo(w.way, w.source_id, w.at, w.by) for w in ways), organization_id=row.organization_id,
        priority_groups=tuple(row.priority_groups), best_group=row.best_group, wished_from=row.wished_from,
        wished_shift=row.wished_shift, declared_dose=row.declared_dose, previous_dose=row.previous_dose, history=row.history,
        risk=row.risk, consent_version=row.consent_version, phone_verified=row.phone_verified, place=_place(row),
        recorded_at=row.recorded_at, ended_at=row.ended_at, end_reason=row.end_reason, call_outcome=row.call_outcome,
        called_at=row.called_at,
    )  # fmt: skip


def _keep(ids: list[UUID], told: dict[str, Any]) -> None:
    rows = [once.instance(Registration, one) for one in told["active"]]
    ways = (once.instance(RegistrationWay, one) for one in told["ways"])
    once.keep("registration.active", ids, ((row.person_id, row) for row in rows))
    once.keep("registration.way", [row.id for row in rows], ((way.registration_id, way) for way in ways))


REGISTRATIONS = once.Part("registration_told(x.ids)", _keep)


def _place(row: Registration) -> PlaceFacts:
    return PlaceFacts(
        row.province_2021,
        row.district_2021,
        row.commune_2021,
        row.province_2025,
        row.commune_2025,
        organization_id=row.organization_id,
    )


def waiting_rows(
    unit_key: str = "", groups: Sequence[str] = (), organization_id: UUID | None = None, scopes: Iterable[Scope] | None = None
) -> list[WaitingRow]:
    """Everyone who waits in a unit, for the allocation; groups are those that count for each (the best)."""
    rows = narrowed(scopes, unit_key, groups, organization_id, ("waiting",))
    return [
        WaitingRow(
            row.id, row.person_id, row.best_group, tuple(row.priority_groups), row.risk, row.wished_from, row.wished_shift,
            row.organization_id, _place(row), row.declared_dose, row.recorded_at,
        )
        for row in rows.iterator(chunk_size=2000)
    ]  # fmt: skip


def waiting(
    scopes: Iterable[Scope] | None = None, *, unit_key: str = "", groups: Sequence[str] = (), organization_id: UUID | None = None,
    states: Sequence[str] = rules.ACTIVE, call_outcome: str | None = None, after: UUID | None = None, limit: int = 50,
) -> list[QueueCard]:  # fmt: skip
    """One page of the queue with names, the earliest registered first; `after` is the last id of the page before."""
    found = narrowed(scopes, unit_key, groups, organization_id, states)
    if call_outcome is not None:
        found = found.filter(call_outcome=call_outcome)
    if after:
        found = found.filter(id__gt=after)
    page = list(found.order_by("id")[:limit])
    cards = people.cards_of(row.person_id for row in page)
    return [
        QueueCard(
            row.id, row.person_id, row.code, card.full_name, card.birth, card.sex, card.identifier_masked, card.phone_masked,
            card.commune, card.neighbourhood, row.state, row.best_group, row.way, row.wished_from, row.call_outcome, row.called_at,
            row.recorded_at,
        )
        for row in page
        if (card := cards.get(row.person_id))
    ]  # fmt: skip


def counts(scopes: Iterable[Scope] | None = None, *, unit_key: str = "", organization_id: UUID | None = None) -> dict[str, int]:
    """How many registrations stand in each state; counted from one index, and once for a page."""
    scopes = None if scopes is None else tuple(scopes)
    kept, asked = once.shelf("registration.counts"), (scopes, unit_key, organization_id)
    if asked not in kept:
        found = narrowed(scopes, unit_key, (), organization_id, tuple(rules.NEXT))
        kept[asked] = {row["state"]: row["n"] for row in found.values("state").annotate(n=Count("*"))}
    return dict(kept[asked])
