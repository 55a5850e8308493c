"""Reads of AEFI cases: the line list paged by key, one whole case, its core variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q

from khien.access import queries as access
from khien.kernel import clock
from khien.kernel.refs import PlaceFacts, Scope
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.places import queries as places
from khien.safety import core, dosing, kept, models
from khien.safety.states import OPEN, State
from khien.safety.types import AefiLine, AefiView, Change, LineFilter, ReactionView

CODE = "VN-KHIEN-"  # before the case's own number it is the world-wide unique one


def _where(scopes: Iterable[Scope] | None, filters: LineFilter, at: datetime) -> Q:
    found = Q() if scopes is None else places.within(scopes, site="site_id", facility="facility_id", session="session_id")
    if filters.states:
        found &= Q(state__in=filters.states)
    elif not filters.code:
        found &= ~Q(state__in=[State.JOINED.value, State.WITHDRAWN.value])
    if filters.severe:
        found &= Q(severe=True) | Q(anaphylaxis=True) | ~Q(serious=[])
    if filters.overdue:
        found &= Q(due_at__lt=at)
    for name in ("vaccine", "cause", "code"):
        if value := getattr(filters, name):
            found &= Q(**{name: value})
    if filters.lot:
        found &= Q(lot_number__iexact=filters.lot.strip())
    if filters.sign:
        found &= Q(anaphylaxis=True) if filters.sign == "anaphylaxis" else Q(signs__contains=[filters.sign])
    if filters.site_id:
        found &= Q(site_id=filters.site_id)
    return found & _days(filters.first, filters.last)


def _days(first: date | None, last: date | None) -> Q:
    found = Q()
    if first:
        found &= Q(opened_at__gte=clock.at_local(first))
    if last:
        found &= Q(opened_at__lt=clock.at_local(date.fromordinal(last.toordinal() + 1)))
    return found


def line_list(
    scopes: Iterable[Scope] | None, *, at: datetime, filters: LineFilter = LineFilter(), after: str = "", limit: int = 50  # noqa: B008
) -> list[AefiLine]:  # fmt: skip
    """Cases inside these scopes (None: all), the latest first, a page at a time; `after` is the key of the last line seen."""
    rows = models.AefiCase.objects.filter(_where(scopes, filters, at))
    if after:
        rows = rows.filter(_before(after))
    return [line_of(row, at) for row in rows.order_by("-opened_at", "-id")[:limit]]


def _before(key: str) -> Q:
    moment, _bar, last = key.partition("|")
    try:
        opened, aefi_id = datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        return Q(pk__in=[])
    return Q(opened_at__lte=opened) & ~Q(opened_at=opened, id__gte=aefi_id)  # one range of the index, wherever the page stands


def line_of(row: models.AefiCase, at: datetime) -> AefiLine:
    """The row as a line."""
    plain = {one.name: getattr(row, one.name) for one in fields(AefiLine) if one.name not in ("signs", "serious", "overdue")}
    return AefiLine(**plain, signs=tuple(row.signs), serious=tuple(row.serious), overdue=bool(row.due_at and row.due_at < at))


def place_of(aefi_id: UUID) -> PlaceFacts | None:
    """Where a case belongs: the point of its dose, else the person's home."""
    row = models.AefiCase.objects.filter(id=aefi_id).first()
    return _place(row) if row else None


def _place(row: models.AefiCase) -> PlaceFacts:
    return PlaceFacts(
        row.province_2021, row.district_2021, row.commune_2021, row.province_2025, row.commune_2025, row.facility_id, row.site_id, row.session_id
    )  # fmt: skip


def aefi(aefi_id: UUID, *, at: datetime) -> AefiView | None:
    """One whole case with its reports and story; the person's other cases stand beside it."""
    row = models.AefiCase.objects.filter(id=aefi_id).first()
    if row is None:
        return None
    changes = list(models.AefiChange.objects.filter(aefi_id=aefi_id).order_by("recorded_at", "id"))
    names = names_of([change.recorded_by for change in changes] + [row.reported_by, row.investigation_by, row.investigated_by, row.assessed_by, row.opened_by])
    others = models.AefiCase.objects.filter(person_id__in=people.ids_of(row.person_id)).exclude(id=row.id) if row.person_id else []
    return AefiView(
        line=line_of(row, at), version=row.version, place=_place(row), record_id=row.record_id, dose_doubt=dosing.doubt(row), visit_id=row.visit_id, lot_id=row.lot_id,
        told=kept.told_of(row), facts=kept.unseal(row.facts_cipher), died_on=row.died_on, opened_by=_name(row.opened_by, names), noticed_at=row.noticed_at,
        reported_by=_name(row.reported_by, names), investigation_at=row.investigation_at, investigation_by=_name(row.investigation_by, names),
        investigated_at=row.investigated_at, investigated_by=_name(row.investigated_by, names), assessed_at=row.assessed_at,
        assessed_by=_name(row.assessed_by, names), ended_at=row.ended_at, joined_into=row.joined_into, clocks=kept.clocks_of(row),
        reports=tuple(views(models.Reaction.objects.filter(aefi_id=aefi_id).order_by("recorded_at", "id"))),
        changes=tuple(_change(change, names) for change in changes), related=tuple(line_of(one, at) for one in others),
    )  # fmt: skip


def _change(row: models.AefiChange, names: Mapping[UUID, str]) -> Change:
    return Change(row.kind, row.recorded_at, row.recorded_by, _name(row.recorded_by, names), row.facts, kept.unseal(row.words_cipher))


def names_of(actors: Iterable[str | None]) -> dict[UUID, str]:
    """Names of the staff among these actors."""
    ids = [UUID(text.removeprefix("staff:")) for text in actors if text and text.startswith("staff:") and _is_id(text[6:])]
    return access.names(dict.fromkeys(ids)) if ids else {}


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _name(actor: str | None, names: Mapping[UUID, str]) -> str:
    if not actor or not actor.startswith("staff:") or not _is_id(actor[6:]):
        return ""
    return names.get(UUID(actor[6:]), "")


name_of = _name


def core_values(view: AefiView, card: PersonCard | None) -> dict[str, Any]:
    """WHO's 25 core variables of a case, by code; empty where nobody told. `card` is the person, whose reading the surface logs."""
    told = view.told
    values = _core(view.line, view.facts, view.opened_by, view.reports[0].recorded_at if view.reports else None)
    return values | {
        "location": card.place_text if card else told.address if told else "", "patient": card.full_name if card else told.full_name if told else "",
        "birth": (card.birth.display() if card.birth else "") if card else told.birth if told else "",
    }  # fmt: skip


def core_lines(lines: Iterable[AefiLine]) -> dict[UUID, dict[str, Any]]:
    """The core variables of many cases at once, and the reporter's profession. Who and where of a known person are left to the surface; birth is the age at onset."""
    kept_lines = {line.id: line for line in lines}
    rows = list(models.AefiCase.objects.filter(id__in=list(kept_lines)))
    names = names_of({row.opened_by for row in rows})
    reports = models.Reaction.objects.filter(aefi_id__in=list(kept_lines)).values_list("aefi_id").annotate(at=Min("recorded_at"))
    firsts = dict(reports)
    found = {}
    for row in rows:
        line, told, facts = kept_lines[row.id], kept.told_of(row), kept.unseal(row.facts_cipher)
        found[row.id] = _core(line, facts, _name(row.opened_by, names), firsts.get(row.id)) | {
            "qualification": facts.get("qualification", ""),
            "location": told.address if told else "", "patient": told.full_name if told else "",
            "birth": line.age_years if line.age_years is not None else told.birth if told else "",
        }  # fmt: skip
    return found


def _core(line: AefiLine, facts: Mapping[str, str], opened_by: str, first: datetime | None) -> dict[str, Any]:
    """The 25 in their order; who, where and birth are filled in by who asks."""
    return {
        "received_on": line.reported_at or line.opened_at, "country": "VN", "location": "", "unique_number": f"{CODE}{line.code}", "patient": "", "birth": "",
        "sex": line.sex, "history": facts.get("history", ""), "vaccine": line.vaccine, "other_vaccines": facts.get("other_vaccines", ""),
        "batch": line.lot_number, "dose_number": line.ordinal, "vaccinated_at": line.dosed_at or line.dosed_on, "onset_at": line.onset_at,
        "event": (*(("anaphylaxis",) if line.anaphylaxis else ()), *line.signs) or facts.get("diagnosis") or facts.get("description") or (),
        "outcome": line.outcome, "serious": bool(line.serious), "severity": line.serious, "reporter": facts.get("reporter") or opened_by,
        "institution": facts.get("institution", ""), "position": facts.get("position", ""), "email": facts.get("email", ""),
        "phone": facts.get("phone", ""), "first_level_on": first or line.opened_at, "comments": facts.get("comments", ""),
    }  # fmt: skip


def missing(values: Mapping[str, Any], *, critical: bool = True) -> tuple[str, ...]:
    """Codes of the variables that are still to be asked."""
    return core.missing(values, critical=critical)


def counts(scopes: Iterable[Scope] | None, *, at: datetime) -> dict[str, int]:
    """How the cases of these scopes stand: by state, severe ones, overdue ones."""
    rows = models.AefiCase.objects.filter(_where(scopes, LineFilter(), at))
    found = dict(rows.values_list("state").annotate(n=Count("id")))
    running = rows.filter(due_at__isnull=False)
    return {state.value: found.get(state.value, 0) for state in OPEN} | {
        "closed": found.get(State.CLOSED.value, 0), "overdue": running.filter(due_at__lt=at).count(), "running": running.count(),
    }  # fmt: skip


def of_reaction(reaction_id: UUID) -> UUID | None:
    """The case in which a reaction meets others."""
    return models.Reaction.objects.filter(id=reaction_id).values_list("aefi_id", flat=True).first()


def views(rows: Iterable[models.Reaction]) -> list[ReactionView]:
    """Reactions as types."""
    return [
        ReactionView(
            row.id, row.person_id, row.record_id, row.visit_id, row.site_id, row.source, tuple(row.symptoms), row.severity, row.urgency,
            "anaphylaxis" in row.symptoms, row.onset_at, settings.KEYS.open(row.detail_cipher, purpose="case"), row.action_taken, row.outcome,
            row.recorded_at, row.recorded_by, row.aefi_id,
        )
        for row in rows
    ]  # fmt: skip


