"""Ready to open: what each point still must fix, and a supervisor's look at one by the opening checklist."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.readiness import actions
from khien.readiness import queries as readiness
from khien.readiness.types import PointStanding
from khien.surfaces.command import frame, where
from khien.surfaces.web import checklists, practice_words
from khien.surfaces.web.checklists import ASKS
from khien.surfaces.web.errors import not_found
from khien.visits import checklist

UNITS = ("nation", "province", "district")


def index(request: HttpRequest) -> HttpResponse:
    """The points within my places: last look, last practice, what to fix; and the decisions that are mine to see."""
    at = frame.here(request, "readiness.see")
    rows = readiness.standing(frame.reach(at.scopes))
    units = [(key, _name(key), readiness.decision(key)) for key in _units(at.scopes)]
    running = readiness.open_practice()
    site = places.site(running.site_id) if running else None
    return frame.page(
        request, "ready", "ready", rows=rows, units=units, running=running, running_at=site, words=practice_words, labels=labels(),
        ready=sum(not one.fixes for one in rows),
    )  # fmt: skip


def labels() -> dict[str, tuple[str, str]]:
    """The lines of the opening checklist, in both languages."""
    from khien.kernel import clock

    return {line.code: (line.vi, line.en) for line in checklist.judge({}, on=clock.on_date(clock.now()), lots_ok=False)}


def _units(scopes: tuple[Scope, ...]) -> list[str]:
    """The units whose points open together, within my places; "" is the whole country."""
    return list(dict.fromkeys("" if scope.kind == "nation" else f"{scope.epoch}-{scope.key}" for scope in scopes if scope.kind in UNITS))


def _name(unit_key: str) -> str:
    found = places.unit(unit_key) if unit_key else None
    return found.full_name if found else ""


def standing_of(site_id: UUID) -> PointStanding | None:
    """One point as it stands."""
    return next(iter(readiness.standing((Scope("site", str(site_id)),))), None)


def point(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """One point: what to fix, every look at it, every practice."""
    site = places.site(site_id)
    if site is None:
        return not_found(request)
    place = where.site(site_id)
    staff = request.staff  # type: ignore[attr-defined]
    return frame.page(
        request, "ready_point", "ready", site=site, standing=standing_of(site_id), checks=readiness.checks(site_id), practices=readiness.practices(site_id),
        words=practice_words, labels=labels(), may_check=staff.may("readiness.check", place), may_practise=staff.may("practice.open", place),
    )  # fmt: skip


def check(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Fill in the opening checklist as a supervisor, with a note beside each line."""
    at = frame.here(request, "readiness.check", where.site(site_id))
    site = places.site(site_id)
    if site is None:
        return not_found(request)
    told = request.POST if request.method == "POST" else None
    wrong = ""
    if told is not None:
        try:
            actions.check_point(
                site_id=site_id, on=at.on, items=checklists.read(told), lots_ok=bool(told.get("lots-ok")), name=at.staff.full_name, note=told.get("note", ""),
                notes={code: told.get(f"{code}-note", "") for code in ASKS}, by=at.by, at=at.at,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("command:ready_point", kwargs={"site_id": site_id}))
        except Refused as refusal:
            wrong = frame.said(refusal)
    return frame.page(request, "ready_check", "ready", site=site, lines=_lines(site_id, told), wrong=wrong, told=told or {}, status=409 if wrong else 200, by=at)


def _lines(site_id: UUID, told: Any) -> list[tuple[Any, dict[str, str], str]]:
    """Each line with its boxes: as typed, else as in the last look, and its note."""
    before = readiness.latest_check(site_id)
    kept = {line.code: line for line in before.lines} if before else {}
    found = []
    for code, (vi, en) in labels().items():
        if told is not None:
            values, note = checklists.typed(told, code), str(told.get(f"{code}-note", ""))
        else:
            values = checklists.shown(code, kept[code].facts) if code in kept else dict.fromkeys((fact for fact, _ in ASKS[code]), "")
            note = before.notes.get(code, "") if before else ""
        found.append(((code, vi, en, ASKS[code]), values, note))
    return found
