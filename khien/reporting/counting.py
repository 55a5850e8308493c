"""What each subject counts as now, brought to the rollups; what moves a signed day is kept with its cause.

A subject is held before it is read: another worker may count it just now.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from khien.booking import queries as booking
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.kernel.refs import PlaceFacts
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import subjects
from khien.registration import queries as registration
from khien.reporting import rules, tallies
from khien.reporting.rules import Cell, EventFacts, VisitFacts
from khien.safety import queries as safety
from khien.visits import queries as visits

_SIGNED = "SELECT coalesce(max(version), 0) FROM site_report WHERE site_id = %s AND on_date = %s"
_CHANGED = """
INSERT INTO report_change (id, site_id, on_date, version, kind, subject_id, cause, moved, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def recount(subject: UUID, kind: str, cells: Iterable[Cell], *, at: datetime, cause: str = "") -> None:
    """Let this subject count as exactly these cells of the boards from now on."""
    _tell(tallies.move(tallies.DAY, subject, kind, [cell.as_json() for cell in cells], at=at), subject, kind, lambda _part: cause or kind, at)


def _tell(moved: tallies.Moved, subject: UUID, kind: str, cause: Callable[[tallies.Moved], str], at: datetime) -> None:
    """Tell the signed days of what moved."""
    days: dict[tuple[str, str], tallies.Moved] = {}
    for key, change in moved.items():
        if key[1] != str(rules.NIL):
            days.setdefault((key[1], key[0]), {})[key] = change
    for (site_id, on), part in days.items():
        _tell_signed(site_id, on, part, subject, kind, cause(part), at)


def _tell_signed(site_id: str, on: str, moved: tallies.Moved, subject: UUID, kind: str, cause: str, at: datetime) -> None:
    columns, products = rules.moved_columns(moved)
    if not columns and not products:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED, [site_id, on])
        if version := cursor.fetchone()[0]:
            cursor.execute(_CHANGED, [uuid7(), site_id, on, version, kind, subject, cause, json.dumps({**columns, "products": products}), at])


def _place(session_id: UUID) -> tuple[str, str, str, str, str]:
    found = booking.session_place(session_id)
    return tuple(getattr(found, name) if found else "" for name in rules.PLACE)  # type: ignore[return-value]


def visit(visit_id: UUID, *, at: datetime, cause: str = "") -> None:
    """Count a visit as it stands, and how soon its dose could be seen."""
    subjects.hold([visit_id])
    found = visits.count_facts(visit_id)
    if found is None:
        return
    facts = VisitFacts(**found)
    recount(visit_id, "visit", rules.visit_cells(facts, _place(facts.session_id)), at=at, cause=cause or _late(facts))
    tallies.move(tallies.TIMES, visit_id, "time", _times(facts), at=at)


def _late(facts: VisitFacts) -> str:
    return "paper_keyed" if facts.paper else "visit_recorded"


def _times(facts: VisitFacts) -> list[list[str]]:
    if not facts.dosed or facts.dosed_at is None or facts.dosed_recorded_at is None:
        return []
    local = clock.local(facts.dosed_at)
    same_day = clock.on_date(facts.dosed_recorded_at) == facts.on_date
    bucket = rules.bucket(facts.dosed_at, facts.dosed_recorded_at, same_day=same_day)
    return [[facts.on_date.isoformat(), str(facts.site_id), str(local.hour), "paper" if facts.paper else "desk", bucket]]


def appointment(appointment_id: UUID, *, at: datetime) -> None:
    """Count an appointment: invited while it stands or was used, no-show when nobody came, nothing once moved or cancelled."""
    subjects.hold([appointment_id])
    found = booking.appointment(appointment_id)
    if found is None:
        return
    indicators = {"active": ("invited",), "arrived": ("invited",), "done": ("invited",), "no_show": ("invited", "no_show")}
    place = _place(found.session_id)
    cells = [
        Cell(found.on_date, name, place, found.site_id, found.session_id, found.vaccine, f"{found.dose_type}-{found.ordinal}")
        for name in indicators.get(found.state, ())
    ]
    recount(appointment_id, "appointment", cells, at=at)
    if found.registration_id:
        registered(found.registration_id, at=at)


def registered(registration_id: UUID, *, at: datetime) -> None:
    """Count a registration at the home of its person, for as long as it was not withdrawn, and as it stands in the queue."""
    subjects.hold([registration_id])
    found = registration.registration(registration_id)
    if found is None:
        return
    place = tuple(getattr(found.place, name) for name in rules.PLACE)
    on = clock.on_date(found.recorded_at)
    cells = [] if found.state in ("withdrawn", "closed") else [
        Cell(on, "registered", place, group=found.best_group, home_2021=found.place.commune_2021, home_2025=found.place.commune_2025)  # type: ignore[arg-type]
    ]  # fmt: skip
    recount(registration_id, "registration", cells, at=at)
    tallies.move(tallies.QUEUE, registration_id, "queue", [[*place, found.state]], at=at)


def event(aefi_id: UUID, *, at: datetime) -> None:
    """Count an event as its case stands. Its reports counted one by one before cases did: they no longer do."""
    subjects.hold([aefi_id])
    found = safety.count_facts(aefi_id)
    if found is None:
        return
    reports = tallies.counting(safety.reports_of(aefi_id), "reaction")
    subjects.hold(reports)
    facts = EventFacts(**found)
    cells = [cell.as_json() for cell in rules.event_cells(facts)]
    parts = [tallies.move(tallies.DAY, report, "reaction", [], at=at) for report in reports]
    parts.append(tallies.move(tallies.DAY, aefi_id, "event", cells, at=at))
    moved: tallies.Moved = {}
    for part in parts:
        for key, change in part.items():
            moved[key] = moved.get(key, 0) + change
    _tell({key: change for key, change in moved.items() if change}, aefi_id, "event", lambda part: _of_event(part, facts, reports), at)


def _of_event(moved: tallies.Moved, facts: EventFacts, reports: list[UUID]) -> str:
    """Why a day counts an event otherwise: it was told of, it is no more, its many reports are one, or more is known of it."""
    n = sum(change for key, change in moved.items() if key[3] == "reactions")
    if n > 0:
        return "reaction"
    if facts.ended:
        return "event_ended"
    return "event_once" if n < 0 and reports else "event_changed"


def dose(record_id: UUID, *, at: datetime) -> None:
    """Count a dose for coverage: at the present home of its person and at the place where it was given, ours or not."""
    subjects.hold([record_id])
    found = immunizations.count_facts(record_id)
    if found is None:
        return
    card = people.person(found["person_id"]) if found["counted"] else None
    cells = [] if card is None else [_coverage(found, card.place, card.birth.age_min(found["on_date"]))]
    tallies.move(tallies.COVERAGE, record_id, "dose", cells, at=at)


def _coverage(found: dict[str, object], home: PlaceFacts, age: int) -> list[str]:
    on = found["on_date"]
    assert isinstance(on, date)
    at_2021, at_2025 = str(found["at_2021"]), str(found["at_2025"])
    old, new = places.unit(f"2021-{at_2021}") if at_2021 else None, places.unit(f"2025-{at_2025}") if at_2025 else None
    province = old.province_code if old else str(found["at_province_2021"])
    new_province = new.province_code if new else _province_2025(province)
    return [
        on.replace(day=1).isoformat(), str(found["dose"]), str(found["vaccine"]), rules.age_band(age),
        home.commune_2021, home.commune_2025, at_2021, at_2025, "true" if found["elsewhere"] else "false",
        home.province_2021, home.district_2021, home.province_2025,
        province, old.district_code if old else "", new_province,
    ]  # fmt: skip


def _province_2025(code: str) -> str:
    """In which province of 2025 one of 2021 lies as a whole, though the commune may have been divided."""
    found = places.unit(f"2021-{code}") if code else None
    return places.unit_place(found.key).province_2025 if found else ""


def doses_of(person_id: UUID, *, at: datetime) -> None:
    """Count a person's doses again: the home may have changed."""
    for record_id in immunizations.record_ids(person_id):
        dose(record_id, at=at)
