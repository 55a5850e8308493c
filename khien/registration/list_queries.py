"""Lists and their staged rows, as their pages show them."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.people import rules as people_rules
from khien.people.types import PersonCard
from khien.places import queries as places

from . import sealing
from .models import ListRow, PeopleList
from .types import ListCard, ListTotals, PossiblePerson, RowView


def lists(
    organization_ids: Iterable[UUID] | None = None,
    *,
    scopes: Iterable[Scope] | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[ListCard]:
    """The lists of these organisations, or of those inside the scopes, the latest first, paged by key."""
    rows = PeopleList.objects.order_by("-id")
    if scopes is not None:
        organization_ids = [one.id for one in places.organizations(scopes)]
    if organization_ids is not None:
        rows = rows.filter(organization_id__in=list(organization_ids))
    if after:
        rows = rows.filter(id__lt=after)
    return [_card(row) for row in rows[:limit]]


def list_view(list_id: UUID) -> ListCard | None:
    """One list with its counts and its job."""
    row = PeopleList.objects.filter(id=list_id).first()
    return _card(row, sendable_rows(list_id).count()) if row else None


def _card(row: PeopleList, sendable: int = 0) -> ListCard:
    return ListCard(
        id=row.id, organization_id=row.organization_id, way=row.way, name=row.name, state=row.state, rows=row.rows,
        accepted=row.accepted, repaired=row.repaired, refused=row.refused, possible=row.possible, sent=row.sent, skipped=row.skipped,
        shared_phones=len(row.shared_phones), uploaded_at=row.uploaded_at, sent_at=row.sent_at, job_id=row.job_id,
        refusal=row.refusal, refusal_facts=row.refusal_facts, commune_key=row.commune_key,
        skipped_rows=tuple(row.skipped_rows), sections=tuple(row.sections), sendable=sendable,
    )  # fmt: skip


def sendable_rows(list_id: UUID) -> QuerySet[ListRow]:
    """The rows that can be sent now."""
    decided = Q(state="possible", decision__in=["new", "same"])
    return ListRow.objects.filter(Q(state__in=["accepted", "repaired"]) | decided, list_id=list_id, wiped_at__isnull=True)


def totals(list_id: UUID) -> ListTotals:
    """How many rows stand in each state."""
    counted = ListRow.objects.filter(list_id=list_id).values("state").annotate(n=Count("id"))
    return ListTotals(**{row["state"]: row["n"] for row in counted})


def list_rows(list_id: UUID, state: str = "", after: int = 0, limit: int = 50) -> list[RowView]:
    """One page of staged rows by number; `after` is the last number of the page before."""
    found = ListRow.objects.filter(list_id=list_id, number__gt=after)
    if state:
        found = found.filter(state=state)
    batch = PeopleList.objects.get(id=list_id)
    return _views(batch, list(found.order_by("number")[:limit]))


def list_row(row_id: UUID) -> RowView | None:
    """One staged row."""
    found = ListRow.objects.filter(id=row_id).first()
    return _views(PeopleList.objects.get(id=found.list_id), [found])[0] if found else None


def row_at(list_id: UUID, section: int, source_row: int) -> UUID | None:
    """The row that stood there in the list's first file, for a corrected file."""
    found = ListRow.objects.filter(list_id=list_id, section=section, source_row=source_row)
    return found.values_list("id", flat=True).first()


def _views(batch: PeopleList, found: list[ListRow]) -> list[RowView]:
    shared = set(batch.shared_phones)
    wanted = {UUID(one["person"]) for row in found for one in row.possible_ids if one.get("person")}
    cards = people.cards_of(wanted) if wanted else {}
    return [_view(row, shared, cards) for row in found]


def _view(row: ListRow, shared: set[str], cards: dict[UUID, PersonCard]) -> RowView:
    values = sealing.unseal(row.values_cipher)
    sent, last = _cells(row)
    warnings = list(row.warnings)
    if shared and values.get("phone") and people.phone_hash(values["phone"]) in shared:
        warnings.append({"field": "phone", "code": "registration.shared_phone", "facts": {}})
    return RowView(
        id=row.id, list_id=row.list_id, number=row.number, section=row.section, source_row=row.source_row, state=row.state,
        cells=last, values=values, repairs=tuple(row.repairs), refusals=tuple(row.refusals),
        warnings=tuple(warnings), possible=tuple(shown for one in row.possible_ids if (shown := _possible(one, cards))),
        decision=row.decision, result=row.result, registration_id=row.registration_id, sent=sent,
    )  # fmt: skip


def _cells(row: ListRow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cells as they were sent first and as they were written last."""
    known = sealing.unseal(row.raw_cipher)
    return (tuple(known["sent"]), tuple(known["now"])) if isinstance(known, dict) else (tuple(known), tuple(known))


def _possible(one: dict[str, Any], cards: dict[UUID, PersonCard]) -> PossiblePerson | None:
    """Masked: enough to know somebody, too little to learn who they are."""
    if "row" in one:
        return PossiblePerson(None, "", 0, "", "", "", tuple(one["why"]), int(one["row"]))
    card = cards.get(UUID(one["person"]))
    if card is None:
        return None
    return PossiblePerson(
        card.id,
        people_rules.masked_name(card.full_name),
        card.birth.year,
        card.sex,
        card.identifier_masked,
        card.commune,
        tuple(one["why"]),
    )


def error_rows(list_id: UUID, chunk: int = 1000) -> Iterator[RowView]:
    """Every refused row in the order of the file, for the file of errors."""
    batch, after = PeopleList.objects.get(id=list_id), 0
    while found := list(ListRow.objects.filter(list_id=list_id, state="refused", number__gt=after).order_by("number")[:chunk]):
        yield from _views(batch, found)
        after = found[-1].number


def invited(list_id: UUID) -> dict[str, int]:
    """How the sent rows stand in the queue now: state -> count."""
    from .models import Registration

    ids = ListRow.objects.filter(list_id=list_id, registration_id__isnull=False).values("registration_id")
    return {
        one["state"]: one["n"] for one in Registration.objects.filter(id__in=ids).values("state").annotate(n=Count(F("id")))
    }
