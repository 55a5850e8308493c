"""Open and close a practice, keep a supervisor's check of a point, put a go / no-go before the committee and sign it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.plumbing import audit
from khien.readiness import models, queries, rules
from khien.readiness.crowd import call_next, lay_crowd
from khien.readiness.types import CheckInfo, DecisionInfo, DeskAsked, PracticeInfo
from khien.visits import checklist

__all__ = ["call_next", "check_point", "close_practice", "lay_crowd", "open_practice", "propose_decision", "sign_decision"]
LEAST_GUESTS = 3


def open_practice(*, site_id: UUID, desks: Iterable[DeskAsked], guests: int, by: Actor, at: datetime) -> PracticeInfo:
    """Keep that a practice of this point was opened: who practises at which desk with which script.

    Raises Refused: readiness.site_unknown, .no_desk, .script_unknown (desk), .too_many (most), .guests_count (least, most), .practice_open.
    """
    asked = list(desks)
    site = places.site(site_id)
    if site is None or not site.active:
        raise Refused("readiness.site_unknown")
    if not asked:
        raise Refused("readiness.no_desk")
    if len(asked) > rules.MOST_PEOPLE:
        raise Refused("readiness.too_many", most=rules.MOST_PEOPLE)
    if not LEAST_GUESTS <= guests <= rules.MOST_GUESTS:
        raise Refused("readiness.guests_count", least=LEAST_GUESTS, most=rules.MOST_GUESTS)
    for one in asked:
        if one.script not in rules.SCRIPTS.get(one.desk, ()):
            raise Refused("readiness.script_unknown")
    facts = [{"desk": one.desk, "script": one.script, "name": one.name.strip()[:80]} for one in asked]
    try:
        with transaction.atomic():
            row = models.Practice.objects.create(site_id=site_id, desks=facts, guests=guests, opened_at=at, opened_by=by.text)
            audit.record("readiness.practice_opened", by=by, at=at, subject=str(row.id), site=site_id, desks=len(facts), guests=guests)
    except IntegrityError:
        raise Refused("readiness.practice_open") from None
    return queries.practice_info(row)


@transaction.atomic
def close_practice(*, practice_id: UUID, scores: Iterable[Mapping[str, Any]], by: Actor, at: datetime) -> PracticeInfo:
    """Close a practice and keep each person's score; nothing else of the copy comes back. Closed already, it stays as it was.

    Raises Refused: readiness.practice_unknown.
    """
    row = models.Practice.objects.select_for_update().filter(id=practice_id).first()
    if row is None:
        raise Refused("readiness.practice_unknown")
    if row.state == "open":
        models.Practice.objects.filter(id=row.id).update(state="closed", closed_at=at, closed_by=by.text)
        kept = _scores(row, scores)
        models.PracticeScore.objects.bulk_create(kept)
        audit.record("readiness.practice_closed", by=by, at=at, subject=str(row.id), site=row.site_id, scores=len(kept))
        row.refresh_from_db()
    return queries.practice_info(row)


def _scores(row: models.Practice, told: Iterable[Mapping[str, Any]]) -> list[models.PracticeScore]:
    """The scores as told by the copy, each for a desk that was opened; what is not ours is left out."""
    kept = {}
    for one in told:
        number = int(one.get("number", -1))
        if not 0 <= number < len(row.desks):
            continue
        desk = row.desks[number]
        lessons = [[str(code), int(n)] for code, n in one.get("lessons", ()) if str(code) in rules.WEIGHTS]
        points = one.get("points")
        kept[number] = models.PracticeScore(
            practice_id=row.id, number=number, desk=desk["desk"], script=desk["script"], name=desk["name"],
            points=None if points is None else max(0, min(100, int(points))), served=max(0, int(one.get("served") or 0)),
            seconds=None if one.get("seconds") is None else int(one["seconds"]), lessons=lessons,
        )  # fmt: skip
    return [kept[number] for number in sorted(kept)]


def check_point(
    *, site_id: UUID, on: date, items: Mapping[str, Mapping[str, Any]], lots_ok: bool, notes: Mapping[str, str], note: str, name: str,
    by: Actor, at: datetime,
) -> CheckInfo:  # fmt: skip
    """Keep a supervisor's look at a point, judged by the opening checklist itself, as the next version.

    Raises Refused: readiness.site_unknown, .checked_meanwhile, visits.checklist_unknown_item, visits.checklist_unreadable (item).
    """
    if places.site(site_id) is None:
        raise Refused("readiness.site_unknown")
    lines = checklist.judge({code: facts for code, facts in items.items() if code != "lots"}, on=on, lots_ok=lots_ok)
    kept = {line.code: {"ok": line.ok, "facts": _plain(line.facts), "note": str(notes.get(line.code, "")).strip()[:300]} for line in lines}
    before = queries.latest_check(site_id)
    try:
        with transaction.atomic():
            row = models.PointCheck.objects.create(
                site_id=site_id, version=before.version + 1 if before else 1, on_date=on, items=kept, note=note.strip()[:1000],
                made_at=at, made_by=by.text, made_name=name,
            )  # fmt: skip
            audit.record("readiness.point_checked", by=by, at=at, subject=str(row.id), site=site_id, version=row.version, good=sum(line.ok for line in lines))
    except IntegrityError:
        raise Refused("readiness.checked_meanwhile") from None
    return queries.check_info(row)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): value if isinstance(value, bool | int) else str(value)[:100] for key, value in facts.items()}


def propose_decision(
    *, unit_key: str, decision: str, reasons: str, holds: Mapping[UUID, str], name: str, by: Actor, at: datetime,
    rehearsed: Mapping[str, Iterable[str]] | None = None,
) -> DecisionInfo:
    """Put a go or no-go for the points of a unit before its committee; `holds` are points that do not open, each with what it must fix.

    `rehearsed`: what a rehearsal found of each point, codes by its name. What was known of every point is kept as it stood. A later version is signed anew.
    Raises Refused: readiness.unit_unknown, .decision_unknown, .reasons_needed, .no_point, .hold_needs_fix, .decided_meanwhile.
    """
    if unit_key and places.unit(unit_key) is None:
        raise Refused("readiness.unit_unknown")
    if decision not in ("go", "no_go"):
        raise Refused("readiness.decision_unknown")
    standing = queries.standing_of_unit(unit_key)
    if not standing:
        raise Refused("readiness.no_point")
    fixes = {one.site_id: [*one.fixes, *(("rehearsal", code[:40], "") for code in dict.fromkeys((rehearsed or {}).get(one.name, ())))] for one in standing}
    if not reasons.strip() and (decision == "no_go" or any(fixes[one.site_id] for one in standing if one.site_id not in holds)):
        raise Refused("readiness.reasons_needed")
    if any(not text.strip() for text in holds.values()):
        raise Refused("readiness.hold_needs_fix")
    points = [
        {"site_id": str(one.site_id), "name": one.name, "go": decision == "go" and one.site_id not in holds,
         "fix": holds.get(one.site_id, "").strip()[:300], "fixes": [list(fix) for fix in fixes[one.site_id]],
         "check": one.check.version if one.check else None, "practice": str(one.practice.id) if one.practice else None}
        for one in standing
    ]  # fmt: skip
    before = queries.decision(unit_key)
    try:
        with transaction.atomic():
            row = models.GoDecision.objects.create(
                unit_key=unit_key, version=before.version + 1 if before else 1, decision=decision, reasons=reasons.strip()[:2000], points=points,
                made_at=at, made_by=by.text, made_name=name,
            )  # fmt: skip
            audit.record("readiness.decision_proposed", by=by, at=at, subject=str(row.id), unit=unit_key or "vn", version=row.version, decision=decision)
    except IntegrityError:
        raise Refused("readiness.decided_meanwhile") from None
    return queries.decision_info(row)


def sign_decision(*, decision_id: UUID, name: str, office: str, by: Actor, at: datetime) -> DecisionInfo:
    """Put one's name under the newest version of a decision.

    Raises Refused: readiness.decision_unknown, .newer_version, .already_signed, .staff_only.
    """
    row = models.GoDecision.objects.filter(id=decision_id).first()
    if row is None:
        raise Refused("readiness.decision_unknown")
    if by.kind != "staff" or by.id is None:
        raise Refused("readiness.staff_only")
    if models.GoDecision.objects.filter(unit_key=row.unit_key, version__gt=row.version).exists():
        raise Refused("readiness.newer_version")
    try:
        with transaction.atomic():
            models.GoSignature.objects.create(decision_id=row.id, staff_id=by.id, name=name, office=office, signed_at=at, signed_by=by.text)
            audit.record("readiness.decision_signed", by=by, at=at, subject=str(row.id), unit=row.unit_key or "vn", version=row.version, decision=row.decision)
    except IntegrityError:
        raise Refused("readiness.already_signed") from None
    return queries.decision_info(row)
