"""Go or no-go: what each point still must fix, put before the committee, signed by its members by name."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.readiness import actions, rules
from khien.readiness import queries as readiness
from khien.surfaces.command import frame, ready, where
from khien.surfaces.web import practice_words

LARGEST = 20 << 20


def show(request: HttpRequest, unit_key: str) -> HttpResponse:
    """The decision of a unit as it stands, with its signatures, and the forms for who may propose or sign."""
    return _page(request, unit_key)


def propose(request: HttpRequest, unit_key: str) -> HttpResponse:
    """Put a decision before the committee; a later one is a new version."""
    at = frame.here(request, "readiness.propose", where.unit(unit_key))
    if request.method != "POST":
        return _back(unit_key)
    told = request.POST
    standing = readiness.standing_of_unit(_key(unit_key))
    holds = {one.site_id: told.get(f"fix-{one.site_id}", "") for one in standing if told.get(f"hold-{one.site_id}")}
    try:
        rehearsed = _rehearsed(request.FILES.get("rehearsal"))
        actions.propose_decision(
            unit_key=_key(unit_key), decision=told.get("decision", ""), reasons=told.get("reasons", ""), holds=holds, name=at.staff.full_name,
            rehearsed=rehearsed, by=at.by, at=at.at,
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, unit_key, wrong=frame.said(refusal))
    return _back(unit_key)


def _rehearsed(file: Any) -> dict[str, list[str]]:
    """What the file of `bin/khien rehearse --days N --json` found of each point: codes by its name.

    Raises Refused: readiness.rehearsal_unreadable.
    """
    if file is None:
        return {}
    try:
        if file.size > LARGEST:
            raise ValueError("too large")
        found: dict[str, list[str]] = {}
        for day in json.loads(file.read())["site_days"]:
            found.setdefault(str(day["name"]), []).extend(str(code) for code, _facts in day["to_fix"])
        return found
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("readiness.rehearsal_unreadable") from None


def sign(request: HttpRequest, unit_key: str) -> HttpResponse:
    """Put my name under the version that I read."""
    place = where.unit(unit_key)
    at = frame.here(request, "readiness.sign", place)
    if request.method != "POST":
        return _back(unit_key)
    try:
        decision_id = UUID(request.POST.get("decision", ""))
    except ValueError:
        return _page(request, unit_key, wrong=frame.said(Refused("readiness.decision_unknown")))
    found = readiness.decision_by_id(decision_id)
    try:
        if found is None or found.unit_key != _key(unit_key):
            raise Refused("readiness.decision_unknown")
        actions.sign_decision(decision_id=decision_id, name=at.staff.full_name, office=at.staff.office("readiness.sign", place), by=at.by, at=at.at)
    except Refused as refusal:
        return _page(request, unit_key, wrong=frame.said(refusal))
    return _back(unit_key)


def _key(unit_key: str) -> str:
    return "" if unit_key == where.NATION else unit_key


def _back(unit_key: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("command:go", kwargs={"unit_key": unit_key}))


def _page(request: HttpRequest, unit_key: str, *, wrong: str = "") -> HttpResponse:
    key, place = _key(unit_key), where.unit(unit_key)
    unit = places.unit(key) if key else None
    staff = request.staff  # type: ignore[attr-defined]
    versions = readiness.decisions(key)
    current = versions[0] if versions else None
    signed = current is not None and any(one.staff_id == staff.id for one in current.signatures)
    return frame.page(
        request, "go", "ready", unit_key=unit_key, place=unit.full_name if unit else gettext("Toàn quốc"), standing=readiness.standing_of_unit(key),
        current=current, earlier=versions[1:], wrong=wrong, may_propose=staff.may("readiness.propose", place), told=request.POST,
        may_sign=current is not None and not signed and staff.may("readiness.sign", place), least=rules.LEAST_SIGNATURES, words=practice_words,
        labels=ready.labels(), status=409 if wrong else 200,
    )  # fmt: skip
