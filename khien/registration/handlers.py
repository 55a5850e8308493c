"""What the queue does when events reach it; each handler reads the state again and may run twice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import SYSTEM
from khien.people import queries as people
from khien.plumbing import outbox

from . import events, queries, queue, registering, rules
from .models import Registration
from .types import Wish


def visit_closed(data: dict[str, Any], at: datetime) -> None:
    """A dose was given: the wish is done, or waits again for the dose that comes next, from its first lawful day on."""
    if not data.get("record_id"):
        return
    person, visit = UUID(str(data["person_id"])), str(data["visit_id"])
    if Registration.objects.filter(person_id__in=people.ids_of(person), previous_dose__visit=visit).exists():
        return
    row = queries.active_row(person)
    due = immunizations.history(person, clock.on_date(at)).next_dose
    told = {"visit": visit, "record": str(data["record_id"])}
    if due.primary_complete or due.complete or due.earliest_on is None:
        if row:
            Registration.objects.filter(person_id=row.person_id, id=row.id).update(
                state="done", ended_at=at, end_reason="dose_given", previous_dose=told
            )
            _moved(row, at)
        return
    if row is None:
        made = registering.register(
            person_id=person,
            way="walk_in",
            source_id=UUID(visit),
            by=SYSTEM,
            at=at,
            wish=Wish(declared_dose="next", wished_from=due.earliest_on),
        )
        Registration.objects.filter(id=made.registration_id).update(previous_dose=told)
        return
    Registration.objects.filter(person_id=row.person_id, id=row.id).update(
        state="waiting", declared_dose="next", wished_from=due.earliest_on, wished_shift="", previous_dose=told, call_outcome=""
    )
    _moved(row, at)


def _moved(row: Registration, at: datetime) -> None:
    outbox.publish(events.MOVED, at=at, registration_id=row.id, person_id=row.person_id)


def merged(data: dict[str, Any], at: datetime) -> None:
    """One person keeps one place: the booked one, else the survivor's; the other is closed under the alias's name."""
    survivor = UUID(str(data["survivor_id"]))
    _at_home(survivor)
    rows = list(
        Registration.objects.filter(person_id__in=people.ids_of(survivor), state__in=rules.ACTIVE, course=registering.COURSE)
    )
    if len(rows) < 2:
        return
    rows.sort(key=lambda row: (row.state != "booked", row.person_id != survivor, row.recorded_at))
    for row in rows[1:]:
        queue.end(row, "closed", f"merged:{data['alias_id']}", by=SYSTEM, at=at)


def merge_undone(data: dict[str, Any], at: datetime) -> None:
    """Two people again: the place that the merge closed waits again."""
    for row in Registration.objects.filter(state="closed", end_reason=f"merged:{data['alias_id']}"):
        if queries.active_row(row.person_id) is None:
            Registration.objects.filter(person_id=row.person_id, id=row.id).update(
                state="waiting", ended_at=None, end_reason=""
            )
            _moved(row, at)
    for name in ("loser_id", "survivor_id"):
        if data.get(name):
            _at_home(UUID(str(data[name])))


def _at_home(person: UUID) -> None:
    """Keep beside the active registrations of a person where they live within their commune."""
    found = people.basics([person]).get(person)
    if found:
        rows = Registration.objects.filter(person_id__in=people.ids_of(person), state__in=rules.ACTIVE)
        rows.update(neighbourhood=found.neighbourhood, household=found.household or str(found.id))


def died(data: dict[str, Any], at: datetime) -> None:
    """Nobody calls the dead."""
    row = queries.active_row(UUID(str(data["person_id"])))
    if row:
        queue.end(row, "closed", "died", by=SYSTEM, at=at)


def lives(data: dict[str, Any], at: datetime) -> None:
    """A death written in error: the place in the queue that it closed waits again, unless there is another."""
    person = UUID(str(data["person_id"]))
    if queries.active_row(person) is not None or people.died([person]):
        return
    ended = Registration.objects.filter(person_id__in=people.ids_of(person), state="closed", end_reason="died", course=registering.COURSE)
    row = ended.order_by("-ended_at").first()
    if row:
        Registration.objects.filter(person_id=row.person_id, id=row.id).update(
            state="waiting", ended_at=None, end_reason="", call_outcome="", called_at=None, called_by=None
        )
        _moved(row, at)


def corrected(data: dict[str, Any], at: datetime) -> None:
    """A new address moves the place in the queue to the new ward."""
    changed, person = set(data.get("changed", [])), UUID(str(data["person_id"]))
    if changed & {"place_key", "address", "neighbourhood", "household"}:
        _at_home(person)
    if "place_key" not in changed:
        return
    row, basics = queries.active_row(person), people.basics([person]).get(person)
    if row and basics:
        place = basics.place
        called = {"call_outcome": "", "called_at": None, "called_by": None} if row.call_outcome == "moved" else {}  # the new ward calls anew
        Registration.objects.filter(person_id=row.person_id, id=row.id).update(
            **called, province_2021=place.province_2021, district_2021=place.district_2021, commune_2021=place.commune_2021,
            province_2025=place.province_2025, commune_2025=place.commune_2025,
        )  # fmt: skip
        _moved(row, at)
