"""What is known of practices, checks and decisions."""

from collections.abc import Iterable
from uuid import UUID

from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.readiness import models, rules
from khien.readiness.scoring import crowd, practised_by, practised_session, scores_now
from khien.readiness.types import (
    CheckInfo,
    DecisionInfo,
    DeskAsked,
    PointStanding,
    PracticeInfo,
    ScoreInfo,
    SignatureInfo,
)
from khien.visits import checklist
from khien.visits.types import ChecklistItem

__all__ = [
    "check", "checks", "crowd", "decision", "decision_by_id", "decisions", "latest_check", "open_practice", "practice", "practices", "practised_by", "practised_session",
    "scores_now", "standing", "standing_of_unit",
]  # fmt: skip


def practice(practice_id: UUID) -> PracticeInfo | None:
    """One practice with its scores."""
    row = models.Practice.objects.filter(id=practice_id).first()
    return practice_info(row) if row else None


def open_practice() -> PracticeInfo | None:
    """The practice that is open now, of whichever point."""
    row = models.Practice.objects.filter(state="open").first()
    return practice_info(row) if row else None


def practices(site_id: UUID, *, limit: int = 20) -> list[PracticeInfo]:
    """Practices of a point, the newest first."""
    return [practice_info(row) for row in models.Practice.objects.filter(site_id=site_id).order_by("-opened_at")[:limit]]


def practice_info(row: models.Practice) -> PracticeInfo:
    """A row as its type."""
    found = models.PracticeScore.objects.filter(practice_id=row.id).order_by("number")
    scores = tuple(
        ScoreInfo(one.number, one.desk, one.script, one.name, one.points, one.served, one.seconds, tuple((code, n) for code, n in one.lessons))
        for one in found
    )
    return PracticeInfo(row.id, row.site_id, tuple(DeskAsked(**desk) for desk in row.desks), row.guests, row.opened_at, row.closed_at, scores)


def latest_check(site_id: UUID) -> CheckInfo | None:
    """The newest look at a point."""
    row = models.PointCheck.objects.filter(site_id=site_id).order_by("-version").first()
    return check_info(row) if row else None


def check(check_id: UUID) -> CheckInfo | None:
    """One look at a point."""
    row = models.PointCheck.objects.filter(id=check_id).first()
    return check_info(row) if row else None


def checks(site_id: UUID, *, limit: int = 20) -> list[CheckInfo]:
    """Every look at a point, the newest first."""
    return [check_info(row) for row in models.PointCheck.objects.filter(site_id=site_id).order_by("-version")[:limit]]


def check_info(row: models.PointCheck) -> CheckInfo:
    """A row as its type, with the lines as they were judged then."""
    told = checklist.judge({}, on=row.on_date, lots_ok=False)
    lines = tuple(
        ChecklistItem(line.code, line.vi, line.en, bool(kept.get("ok")), line.overridable, kept.get("facts", {}))
        for line in told
        for kept in [row.items.get(line.code, {})]
    )
    notes = {code: kept["note"] for code, kept in row.items.items() if kept.get("note")}
    return CheckInfo(row.id, row.site_id, row.version, row.on_date, lines, notes, row.note, row.made_at, row.made_name)


def standing(scopes: Iterable[Scope] | None) -> list[PointStanding]:
    """Every active point in these scopes (None: everywhere) with its last check, its last closed practice, and what it must still fix."""
    sites = places.sites(scopes)
    ids = [site.id for site in sites]
    looked = {row.site_id: row for row in models.PointCheck.objects.filter(site_id__in=ids).order_by("site_id", "version")}
    trained = {row.site_id: row for row in models.Practice.objects.filter(site_id__in=ids, state="closed").order_by("site_id", "opened_at")}
    found = []
    for site in sites:
        seen = check_info(looked[site.id]) if site.id in looked else None
        done = practice_info(trained[site.id]) if site.id in trained else None
        found.append(PointStanding(site.id, site.name, seen, done, _fixes(seen, done)))
    return found


def standing_of_unit(unit_key: str) -> list[PointStanding]:
    """The same for the points of one unit; "" is the whole country."""
    unit = places.unit(unit_key) if unit_key else None
    return standing((Scope(unit.level, unit.code, unit.epoch),) if unit else None)


def _fixes(seen: CheckInfo | None, done: PracticeInfo | None) -> tuple[tuple[str, str, str], ...]:
    """What a point must still fix: lines of the checklist, people who should repeat a script, or that nobody looked or practised."""
    fixes: list[tuple[str, str, str]] = []
    if seen is None:
        fixes.append(("unchecked", "", ""))
    else:
        fixes += [("item", line.code, seen.notes.get(line.code, "")) for line in seen.missing]
    if done is None:
        fixes.append(("unpractised", "", ""))
    else:
        fixes += [("repeat", one.desk, one.name) for one in done.scores if one.points is None or one.points < rules.PASS]
    return tuple(fixes)


def decision(unit_key: str) -> DecisionInfo | None:
    """The newest version of a unit's decision."""
    row = models.GoDecision.objects.filter(unit_key=unit_key).order_by("-version").first()
    return decision_info(row) if row else None


def decision_by_id(decision_id: UUID) -> DecisionInfo | None:
    """One version of a decision."""
    row = models.GoDecision.objects.filter(id=decision_id).first()
    return decision_info(row) if row else None


def decisions(unit_key: str, *, limit: int = 20) -> list[DecisionInfo]:
    """Every version of a unit's decision, the newest first."""
    return [decision_info(row) for row in models.GoDecision.objects.filter(unit_key=unit_key).order_by("-version")[:limit]]


def decision_info(row: models.GoDecision) -> DecisionInfo:
    """A row as its type, with the names under it."""
    names = tuple(
        SignatureInfo(one.staff_id, one.name, one.office, one.signed_at)
        for one in models.GoSignature.objects.filter(decision_id=row.id).order_by("signed_at", "id")
    )
    return DecisionInfo(
        row.id, row.unit_key, row.version, row.decision, row.reasons, tuple(row.points), row.made_at, row.made_name, names,
        len(names) >= rules.LEAST_SIGNATURES,
    )  # fmt: skip
