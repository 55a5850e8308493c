"""What pages may ask about cases. Opening the person behind a case is logged by the surface."""

import statistics
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from khien.access import queries as access
from khien.cases import models, opening, papers, rules, work
from khien.cases.board import by_district, help_clock
from khien.cases.knowledge import Passage, passage, suggest
from khien.cases.types import (
    CaseLine,
    CaseView,
    CitizenCase,
    Clock,
    ContactPoint,
    CorrectionView,
    Counts,
    Entry,
    QueueFilter,
)  # fmt: skip
from khien.kernel.refs import PlaceFacts, Scope
from khien.people import queries as people
from khien.places import queries as places

__all__ = [
    "Passage", "by_code", "by_district", "case", "case_place", "contact", "correction_clocks", "counts", "help_clock", "of_person", "overdue", "passage", "queue", "suggest",
]  # fmt: skip
UNRESOLVED = ("open", "taken", "waiting_citizen")
NO_FILTER = QueueFilter()
COLUMNS = ("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")


def _within(scopes: Iterable[Scope] | None) -> Q:
    return Q() if scopes is None else places.within(scopes, site="site_id", facility="facility_id", session="session_id")


def queue(
    scopes: Iterable[Scope] | None, *, at: datetime, filters: QueueFilter = NO_FILTER, after: str = "", limit: int = 50
) -> list[CaseLine]:
    """Cases inside these scopes (None: all): the most urgent first, then by their clock; paged by a line's `key`."""
    rows = _filtered(models.Case.objects.filter(_within(scopes)), filters, at)
    if after:
        priority, due, id = after.split("|")
        moment = datetime.fromisoformat(due)
        later = Q(due_at__gt=moment) | Q(due_at=moment, id__gt=UUID(id))
        rows = rows.filter(Q(priority__gt=priority) | Q(priority=priority) & later)
    return [line(row, at) for row in rows.order_by("priority", "due_at", "id")[:limit]]


def _filtered(rows: "QuerySet[models.Case]", filters: QueueFilter, at: datetime) -> "QuerySet[models.Case]":
    rows = rows.filter(state__in=filters.states or UNRESOLVED)
    for name, wanted in (("kind", filters.kinds), ("priority", filters.priorities), ("tier", filters.tiers)):
        if wanted:
            rows = rows.filter(**{f"{name}__in": list(wanted)})
    if filters.owner_id:
        rows = rows.filter(owner_id=filters.owner_id)
    if filters.unowned:
        rows = rows.filter(owner_id=None)
    if filters.overdue:
        rows = rows.filter(due_at__lt=at).exclude(state__in=["waiting_citizen", "resolved"])
    if filters.site_id:
        rows = rows.filter(site_id=filters.site_id)
    return rows.filter(code=_digits(filters.code)) if filters.code else rows


def _digits(code: str) -> str:
    return "".join(character for character in code if character.isdigit())


def overdue(scopes: Iterable[Scope] | None, *, at: datetime, limit: int = 50) -> list[CaseLine]:
    """Cases whose clock has run out, the most urgent first."""
    return queue(scopes, at=at, filters=QueueFilter(overdue=True), limit=limit)


def line(row: models.Case, at: datetime) -> CaseLine:
    """The row as a line of the queue."""
    return CaseLine(
        row.id, row.code, row.kind, row.subject, row.priority, row.tier, row.state, row.person_id, row.site_id, row.session_id, row.desk,
        row.channel, row.opened_at, row.due_at, row.waiting_since, row.owner_id, row.facts, _overdue(row, at), row.resolved_at,
    )  # fmt: skip


def _overdue(row: models.Case, at: datetime) -> bool:
    return row.state in ("open", "taken") and at > row.due_at


def open_of(dedupe: str) -> UUID | None:
    """The open case of this thing (see `actions.open_case`)."""
    return models.Case.objects.filter(dedupe=dedupe).exclude(state="resolved").values_list("id", flat=True).first()


def case(case_id: UUID, at: datetime) -> CaseView | None:
    """A whole case with its story, for who works on it."""
    row = models.Case.objects.filter(id=case_id).first()
    if row is None:
        return None
    correction = models.Correction.objects.filter(case_id=case_id).first()
    return CaseView(
        line=line(row, at), place=work.place_of(row), visit_id=row.visit_id, record_id=row.record_id, detail=opening.unseal(row.detail_cipher),
        contact=opening.contact_of(row), entries=_entries(row, to_citizen=False), owner_name=_name(row.owner_id), taken_at=row.taken_at,
        answered_at=row.answered_at, resolution=row.resolution, correction=_correction(correction) if correction else None,
    )  # fmt: skip


def _entries(row: models.Case, *, to_citizen: bool) -> tuple[Entry, ...]:
    lines = models.CaseEntry.objects.filter(case_id=row.id).order_by("at", "id")
    shown = list(lines.filter(Q(to_citizen=True) | Q(kind__in=["opened", "taken", "escalated"])) if to_citizen else lines)
    names = {} if to_citizen else access.names(filter(None, (_staff(entry.by) for entry in shown)))
    return tuple(
        Entry(
            entry.at, "" if to_citizen else entry.by, entry.kind, entry.to_citizen,
            opening.unseal(entry.text_cipher) if entry.to_citizen or not to_citizen else "", entry.facts, _named(entry.by, names),
        )
        for entry in shown
    )  # fmt: skip


def _named(by: str, names: dict[UUID, str]) -> str:
    staff = _staff(by)
    return names.get(staff, "") if staff else ""


def _staff(by: str) -> UUID | None:
    kind, _, key = by.partition(":")
    return UUID(key) if kind == "staff" else None


def _name(staff_id: UUID | None) -> str:
    return access.names([staff_id]).get(staff_id, "") if staff_id else ""


def _correction(row: models.Correction) -> CorrectionView:
    proposal, versions = papers.proposal(row.proposal_cipher) if row.proposal_cipher else (None, {})
    return CorrectionView(
        kind=row.kind, state=row.state, asked=papers.asked(row.asked_cipher), evidence_file=row.evidence_file,
        proposal=proposal, versions=versions, proposed_by=row.proposed_by or "",
        proposed_at=row.proposed_at, decided_by=row.decided_by or "", decided_at=row.decided_at, decision_reason=row.decision_reason,
    )  # fmt: skip


def by_code(code: str, at: datetime) -> CitizenCase | None:
    """A case as the person who asked may see it; the surface proves who asks (the code, and a code to the phone)."""
    row = models.Case.objects.filter(code=_digits(code)).first()
    return _for_citizen(row, at) if row else None


def contact_by_code(code: str) -> tuple[str, ContactPoint] | None:
    """A case's code as kept, and how to reach who asked: one statement whether there is such a case or not."""
    row = models.Case.objects.filter(code=_digits(code)).first()
    return (row.code, opening.contact_of(row)) if row else None


def of_person(person_id: UUID, at: datetime, *, limit: int = 50) -> list[CitizenCase]:
    """A person's own requests, the latest first: what they asked themselves, not what the house noticed."""
    rows = (
        models.Case.objects.filter(person_id__in=people.ids_of(person_id))
        .exclude(channel="system")
        .order_by("-opened_at", "-id")
    )
    return [_for_citizen(row, at) for row in rows[:limit]]


def _for_citizen(row: models.Case, at: datetime) -> CitizenCase:
    correction = models.Correction.objects.filter(case_id=row.id).first()
    state, asked = (correction.state, papers.asked(correction.asked_cipher)) if correction else ("", None)
    return CitizenCase(
        row.id, row.code, row.kind, row.subject, row.state, row.opened_at, row.due_at, _overdue(row, at), row.tier, _body(row),
        _entries(row, to_citizen=True), row.resolution, row.resolved_at, state, asked,
    )  # fmt: skip


def _body(row: models.Case) -> str:
    """The name of the point or unit that answers at this tier."""
    if row.tier == rules.POINT and row.site_id:
        site = places.site(row.site_id)
        return site.name if site else ""
    if row.tier <= rules.DISTRICT and row.facility_id and row.kind == "evidence":
        facility = places.facility(row.facility_id)
        return facility.name if facility else ""
    keys = [f"2021-{row.district_2021}"] if row.tier <= rules.DISTRICT and row.district_2021 else []
    keys += [f"2021-{row.province_2021}"] if row.province_2021 else [f"2025-{row.province_2025}"] if row.province_2025 else []
    unit = next(filter(None, map(places.unit, keys)), None)
    return unit.full_name if unit else ""


def counts(scopes: Iterable[Scope] | None, *, at: datetime) -> Counts:
    """How the queue stands inside these scopes."""
    rows = models.Case.objects.filter(_within(scopes), state__in=UNRESOLVED)
    states, priorities, kinds, tiers = Counter[str](), Counter[str](), Counter[str](), Counter[int]()
    grouped = rows.values_list("state", "priority", "kind", "tier").annotate(total=Count("id"))
    for state, priority, kind, tier, total in grouped:
        for counter, key in ((states, state), (priorities, priority), (kinds, kind)):
            counter[key] += total
        tiers[tier] += total
    late = rows.filter(due_at__lt=at).exclude(state="waiting_citizen").count()
    return Counts(states["open"], states["taken"], states["waiting_citizen"], late, priorities, kinds, tiers)


def case_place(case_id: UUID) -> PlaceFacts | None:
    """Where a case is, for guards."""
    row = models.Case.objects.filter(id=case_id).first()
    return work.place_of(row) if row else None


def contact(case_id: UUID) -> ContactPoint | None:
    """How to reach who asked, in clear: for messaging, and for the surface that proves who asks."""
    row = models.Case.objects.filter(id=case_id).first()
    return opening.contact_of(row) if row else None


def correction_clocks(column: str, *, at: datetime, since: datetime | None = None) -> list[Clock]:
    """How corrections stand by unit (`column`: province_2021, district_2021, commune_2021, province_2025, commune_2025)."""
    if column not in COLUMNS:
        raise LookupError(column)
    rows = models.Case.objects.filter(kind="correction")
    rows = rows.filter(opened_at__gte=since) if since else rows
    found: dict[str, list[tuple[datetime, datetime, datetime | None]]] = {}
    for code, opened, due, resolved in rows.values_list(column, "opened_at", "due_at", "resolved_at").iterator(chunk_size=5000):
        found.setdefault(code, []).append((opened, due, resolved))
    return [_clock(code, entries, at) for code, entries in sorted(found.items())]


def _clock(code: str, entries: list[tuple[datetime, datetime, datetime | None]], at: datetime) -> Clock:
    days = [(resolved - opened).total_seconds() / 86400 for opened, _, resolved in entries if resolved]
    late = sum((resolved or at) > due for _, due, resolved in entries)
    median = round(statistics.median(days), 1) if days else None
    return Clock(code, len(entries), len(days), late, len(entries) - len(days), median)
