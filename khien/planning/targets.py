"""Targets of a unit by priority group: proposed from the plan above and the population, recorded with their day and source."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.planning.types import Target
from khien.plumbing import audit
from khien.reporting import actions as reporting_acts
from khien.reporting import queries as reporting
from khien.reporting.actions import FigureLine
from khien.reporting.types import Figure

ADULT, OLD, OLDEST = 18, 65, 120  # years
ELDERLY = "9"  # group 9 of Decision 3355/QD-BYT: chronic diseases, people over 65
EVERY_ADULT = "16."  # groups that provinces decide under 16


def targets(unit_key: str, *, on: date) -> list[Target]:
    """Every priority group of a unit on a day ("" is the nation): its newest target, and what the known numbers propose."""
    own = _newest(unit_key)
    over, above = _above(unit_key)
    people, all_above = _population(unit_key), _population(over) if above else []
    found = []
    for group in campaigns.groups(on, *_provinces(unit_key)):
        recorded = own.get(group.code)
        proposed, basis = _propose(group.code, above.get(group.code), people, all_above)
        found.append(Target(group.code, recorded[0] if recorded else None, recorded[1] if recorded else None, proposed, basis))
    return found


def _above(unit_key: str) -> tuple[str, dict[str, tuple[int, date]]]:
    """The nearest unit above with targets, and them; a level may be skipped."""
    unit = places.unit(unit_key) if unit_key else None
    while unit is not None:
        found = _newest(unit.parent_key)
        if found or not unit.parent_key:
            return unit.parent_key, found
        unit = places.unit(unit.parent_key)
    return "", {}


def _propose(group: str, above: tuple[int, date] | None, people: list[Figure], all_above: list[Figure]) -> tuple[int | None, str]:
    whole, here = _between(all_above, 0), _between(people, 0)
    if above and whole and here:
        return round(above[0] * here / whole), "share"
    if group == ELDERLY and people and (old := _between(people, OLD)):
        return old, "over_65"
    if group.startswith(EVERY_ADULT) and people and (adults := _between(people, ADULT)):
        return adults, "adults"
    return None, ""


def _between(figures: list[Figure], low: int) -> int:
    """People of these bands that begin at this age or later."""
    return sum(one.people for one in figures if one.age_from >= low)


def _population(unit_key: str) -> list[Figure]:
    """The newest population of a unit, band by band; figures of a priority group are not people of an age."""
    rows = [one for one in reporting.figures("population", unit_keys=[unit_key]) if not one.group]
    return [one for one in rows if one.as_of == rows[0].as_of]


def _newest(unit_key: str) -> dict[str, tuple[int, date]]:
    found: dict[str, tuple[int, date]] = {}
    for one in reporting.figures("target", unit_keys=[unit_key]):  # the newest first
        if one.group and (one.group not in found or found[one.group][1] == one.as_of):
            found[one.group] = (found.get(one.group, (0, one.as_of))[0] + one.people, one.as_of)
    return found


def _provinces(unit_key: str) -> tuple[str, ...]:
    return places.old_provinces(unit_key) if unit_key else ()


def record_targets(*, unit_key: str, people: Mapping[str, int], as_of: date, source: str, by: Actor, at: datetime) -> int:
    """Record how many people of each priority group a unit ("" is the nation) means to reach, as of a day; other days' numbers stay.

    A group that is not told keeps its newest number, 0 takes it away. Returns for how many groups. Raises Refused: planning.targets_empty,
    .group_unknown (group), .target_date_ahead, reporting.source_needed, .unit_unknown, .people_negative.
    """
    if not people:
        raise Refused("planning.targets_empty")
    if as_of > clock.on_date(at):
        raise Refused("planning.target_date_ahead")
    known = {one.code for one in campaigns.groups(as_of, *_provinces(unit_key))}
    for group in people:
        if group not in known:
            raise Refused("planning.group_unknown", group=group)
    same_day = [one for one in reporting.figures("target", unit_keys=[unit_key]) if one.as_of == as_of and one.group not in people]
    lines = [FigureLine(unit_key, one.age_from, one.age_to, one.people, one.group) for one in same_day]
    lines += [FigureLine(unit_key, 0, OLDEST, count, group) for group, count in people.items()]
    before = sum(count for count, _day in _newest(unit_key).values())
    with transaction.atomic():
        reporting_acts.import_figures(kind="target", lines=lines, as_of=as_of, source=source, by=by, at=at)
        audit.record(
            "planning.targets_recorded", by=by, at=at, subject=unit_key or "vn", groups=len(people), before=before,
            people=sum(count for count, _day in _newest(unit_key).values()), as_of=as_of,
        )  # fmt: skip
    return len(people)
