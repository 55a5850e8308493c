"""Keeps every record's place in the course in step with the whole history, by new versions only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from khien.campaigns import queries as campaigns
from khien.campaigns import rules
from khien.campaigns.types import EvaluatedDose, PastDose
from khien.immunizations import models, queries
from khien.immunizations import rules as own_rules
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.plumbing import outbox, sqlcall

Item = dict[str, Any]


def evaluate(person_id: UUID, rows: list[models.Immunization], extra: Iterable[PastDose] = ()) -> dict[str, EvaluatedDose]:
    """Read these rows (and doses not yet stored; at least one of all) as one history; by record id."""
    basics = people.basics([person_id]).get(person_id)
    if basics is None:
        raise Refused("people.unknown")
    who = queries.recipient_of(basics.birth, basics.sex, rows, province=basics.place.province_2021)
    doses = [*(queries.past(row) for row in rows), *extra]
    latest = max(dose.on_date for dose in doses)
    return {read.dose.ref: read for read in rules.evaluate_history(campaigns.rulebook(latest), who, doses)}


def moved(rows: list[models.Immunization], read: dict[str, EvaluatedDose], *, reason: str) -> list[Item]:
    """A new version for each record whose place in the course, or whether it counts, is no longer what it says."""
    items = []
    for row in rows:
        now = read[str(row.record_id)]
        place = (now.dose_type.value, now.ordinal)
        held_twice = "duplicate_claim" in row.marks
        if (
            place == (row.dose_type, row.ordinal)
            and (now.validity == "invalid") == (row.validity == "invalid")
            and not held_twice
        ):
            continue
        items.append(item(row, placed(now, row), reason=reason))
    return items


def placed(read: EvaluatedDose, row: models.Immunization | None = None) -> dict[str, Any]:
    """What a version says about its place in the course; a doubt about the lot that nobody settled stays."""
    validity, code = read.validity.value, read.code
    doubt = own_rules.standing_doubt(row.validity_code, row.marks) if row is not None else ""
    if doubt in own_rules.LOT_DOUBTS and validity == "valid":
        validity, code = "uncertain", doubt
    return {"dose_type": read.dose_type.value, "ordinal": read.ordinal, "validity": validity, "validity_code": code}


def item(row: models.Immunization, changes: dict[str, Any], *, reason: str) -> Item:
    """One entry of `immunizations_correct`."""
    return {
        "record_id": row.record_id, "person_id": row.person_id, "expected_version": row.version, "changes": changes, "reason": reason,
        "on_date": changes.get("on_date", row.on_date),
    }  # fmt: skip


def write(people_ids: Iterable[UUID], items: list[Item], *, by: Actor, at: datetime, own: UUID | None = None) -> None:
    """Write the versions and move their claims in one call, in order of day; whoever counts hears of each but `own`, which its caller tells of."""
    if items:
        ordered = sorted(items, key=lambda entry: str(entry["on_date"]))
        sqlcall.call(
            "SELECT immunizations_correct(%s)",
            [sqlcall.as_json({"people": list(people_ids), "items": ordered, "at": at, "actor": by.text})],
        )
        others = [{"record_id": entry["record_id"]} for entry in items if entry["record_id"] != own]
        outbox.publish_many("immunizations.placed", at=at, rows=others)
