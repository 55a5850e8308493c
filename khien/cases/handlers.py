"""What arrives as a case by itself: disputed numbers, reactions, a desk's call for help, marked doses, missing stock, doses to confirm."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from khien.cases import actions, queries, rules
from khien.immunizations import actions as records_of
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import SYSTEM
from khien.people import queries as people
from khien.places import queries as places
from khien.safety import actions as safety
from khien.sync import queries as sync


def _id(data: dict[str, Any], name: str) -> UUID | None:
    value = data.get(name)
    return UUID(str(value)) if value else None


def identifier_disputed(data: dict[str, Any], at: datetime) -> None:
    """Two people hold one number: somebody looks at both, nobody is stopped meanwhile."""
    pair = "|".join(sorted((str(data["person_id"]), str(data["holder_id"]))))
    facts = {name: data.get(name) for name in ("holder_id", "identifier_id", "type")}
    actions.open_case(
        kind="identity",
        subject="identity.disputed",
        person_id=_id(data, "person_id"),
        facts=facts,
        dedupe=f"identity:{pair}",
        by=SYSTEM,
        at=at,
    )


@transaction.atomic
def reaction_reported(data: dict[str, Any], at: datetime) -> None:
    """A reaction: P1 goes before everything, to the point where the dose was given."""
    urgency = data["urgency"] if data["urgency"] in rules.PRIORITIES else "P2"
    found = actions.open_case(
        kind="reaction", subject="reaction.urgent" if urgency == "P1" else "reaction.reported", priority=urgency,
        person_id=_id(data, "person_id"), visit_id=_id(data, "visit_id"), record_id=_id(data, "record_id"), site_id=_id(data, "site_id"),
        facts={"reaction_id": data["reaction_id"], "severity": data.get("severity"), "anaphylaxis": data.get("anaphylaxis", False)},
        dedupe=f"reaction:{data['reaction_id']}", by=SYSTEM, at=at,
    )  # fmt: skip
    safety.join_case(reaction_id=UUID(str(data["reaction_id"])), case_id=found.id)


def aefi_unknown(data: dict[str, Any], at: datetime) -> None:
    """A reaction of someone for whom no record is found: somebody finds out who it is."""
    actions.open_case(
        kind="reaction", subject="reaction.unknown_person", priority=str(data.get("urgency") or "P2"), site_id=_id(data, "site_id"),
        facts={"aefi_id": data["aefi_id"]}, dedupe=f"aefi:{data['aefi_id']}", by=SYSTEM, at=at,
    )  # fmt: skip


def aefi_identified(data: dict[str, Any], at: datetime) -> None:
    """It is known who an AEFI case is about: the question is settled."""
    _resolve(f"aefi:{data['aefi_id']}", "settled", at)


def alarm_withdrawn(data: dict[str, Any], at: datetime) -> None:
    """A red flag was raised by mistake: nobody has to hurry any more."""
    _resolve(f"reaction:{data['reaction_id']}", "no_action", at)


def _resolve(dedupe: str, resolution: str, at: datetime) -> None:
    found = queries.open_of(dedupe)
    if found is not None:
        actions.resolve(case_id=found, resolution=resolution, by=SYSTEM, at=at)


def help_asked(data: dict[str, Any], at: datetime) -> None:
    """A desk asks for help: site, desk and the last error's code."""
    asked_by = str(data.get("asked_by") or "")
    actions.open_case(
        kind="desk_help", subject="desk.help", site_id=_id(data, "site_id"), session_id=_id(data, "session_id"), visit_id=_id(data, "visit_id"),
        desk=data["desk"], facts={"last_error": data.get("last_error"), "asked_by": asked_by},
        dedupe=f"help:{data['session_id']}:{data['desk']}", channel="desk", by=SYSTEM, at=at,
    )  # fmt: skip


def dose_marked(data: dict[str, Any], at: datetime) -> None:
    """A dose recorded as it was, against a rule: a person decides what follows."""
    marks = [str(mark) for mark in data.get("marks") or ()]
    if "second_injection" in marks:
        return  # its own case names both doses
    actions.open_case(
        kind="record", subject="record.marked_dose", priority=rules.priority_of_marks(marks), person_id=_id(data, "person_id"),
        visit_id=_id(data, "visit_id"), record_id=_id(data, "record_id"), site_id=_id(data, "site_id"), session_id=_id(data, "session_id"),
        facts={"marks": marks}, dedupe=f"marked:{data['record_id']}", by=SYSTEM, at=at,
    )  # fmt: skip


def second_injection(data: dict[str, Any], at: datetime) -> None:
    """Two needles for one person at one session, told by desks without a line: both doses stand, one case names both."""
    marks = [str(mark) for mark in data.get("marks") or ()]
    records, both = sorted((str(data["record_id"]), str(data["other_record_id"]))), sorted((str(data["visit_id"]), str(data["other_visit_id"])))
    actions.open_case(
        kind="record", subject="record.second_injection", priority=rules.priority_of_marks(marks), person_id=_id(data, "person_id"),
        visit_id=_id(data, "visit_id"), record_id=_id(data, "record_id"), site_id=_id(data, "site_id"), session_id=_id(data, "session_id"),
        facts={"marks": marks, "records": records, "visits": both}, dedupe=f"second:{'|'.join(records)}", by=SYSTEM, at=at,
    )  # fmt: skip


def command_kept_apart(data: dict[str, Any], at: datetime) -> None:
    """What a tablet sent cannot be recorded without a person, or waited a day for the step before: one case for a tablet and a session."""
    waited = data.get("state") == "stranded"
    actions.open_case(
        kind="record", subject="sync.waited" if waited else "sync.kept_apart", tier=rules.POINT if waited else rules.DISTRICT,
        site_id=_id(data, "site_id"), session_id=_id(data, "session_id"), facts={"device_id": data.get("device_id"), "last_error": data.get("reason")},
        dedupe=_tablet(data), by=SYSTEM, at=at,
    )  # fmt: skip


def command_judged(data: dict[str, Any], at: datetime) -> None:
    """Somebody has decided about a command; with the last one of its tablet the case is settled."""
    if not sync.open_of_device(_id(data, "device_id"), _id(data, "session_id")):
        _resolve(_tablet(data), "settled", at)


def _tablet(data: dict[str, Any]) -> str:
    return f"held:{data.get('device_id') or ''}:{data.get('session_id') or ''}"


def shortfall(data: dict[str, Any], at: datetime) -> None:
    """More doses given than the paper stock held: a named difference for each site, lot and day."""
    facts = {"lot_id": data["lot_id"], "doses": data.get("doses")}
    actions.open_case(
        kind="stock", subject="stock.shortfall", site_id=_id(data, "site_id"), facts=facts,
        dedupe=f"stock:{data['site_id']}:{data['lot_id']}:{clock.on_date(at)}", by=SYSTEM, at=at,
    )  # fmt: skip


def recorded_elsewhere(data: dict[str, Any], at: datetime) -> None:
    """A dose given elsewhere: the facility that is named (or who took it over) confirms it."""
    named = _id(data, "facility_id")
    facility = places.legal_successor(named, clock.on_date(at)) if named else None
    if facility is None or data.get("origin") != "elsewhere":
        return
    actions.open_case(
        kind="evidence", subject="evidence.confirm_dose", person_id=_id(data, "person_id"), record_id=_id(data, "record_id"),
        facility_id=facility.id, facts={"evidence": data.get("evidence"), "named_facility": named}, dedupe=f"evidence:{data['record_id']}",
        by=SYSTEM, at=at,
    )  # fmt: skip


@transaction.atomic
def merged(data: dict[str, Any], at: datetime) -> None:
    """Two records became one person: doses that both still claim, once the course is read as one, are for a person to decide."""
    survivor = people.current_id(UUID(str(data["survivor_id"])))
    records_of.settle(person_id=survivor, by=SYSTEM, at=at, reason="merged")
    for kind, ordinal, records in immunizations.colliding_claims(people.ids_of(survivor)):
        actions.open_case(
            kind="duplicate", subject="duplicate.same_dose_twice", person_id=survivor, facts={"dose": [kind, ordinal], "records": records},
            dedupe=f"claims:{survivor}:{kind}:{ordinal}", by=SYSTEM, at=at,
        )  # fmt: skip
