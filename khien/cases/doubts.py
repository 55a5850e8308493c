"""A dose in doubt (a bad vial, the same dose twice): a person decides whether it counts or is to be repeated."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.cases import models, work
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor


@transaction.atomic
def decide_dose(*, record_id: UUID, counts: bool, reason: str, by: Actor, at: datetime, expected_version: int | None = None) -> None:
    """Say that a dose in doubt counts, or that it does not and is to be given again; its certificate and case follow at once.

    Raises Refused: immunizations.record_unknown, cases.dose_not_in_doubt, cases.text_missing,
    cases.dose_claimed_twice, immunizations.changed_meanwhile.
    """
    if not reason.strip():
        raise Refused("cases.text_missing")
    dose = records.record(record_id)
    if dose is None or dose.status != "completed":
        raise Refused("immunizations.record_unknown")
    if dose.validity != "uncertain":
        raise Refused("cases.dose_not_in_doubt")
    immunizations.correct(
        record_id=record_id, changes={"valid": counts}, reason=reason, by=by, at=at, expected_version=expected_version
    )
    now = records.record(record_id)
    if now is None or now.validity == "uncertain":
        raise Refused("cases.dose_claimed_twice")
    certificates.reissue(person_id=dose.person_id, by=by, at=at, record_ids=[record_id])
    open_ones = models.Case.objects.select_for_update().filter(kind="record", record_id=record_id).exclude(state="resolved")
    for case in open_ones.order_by("id"):
        work.close(case, "settled", by=by, at=at, text=reason)


def decide_doses(*, record_ids: Iterable[UUID], counts: bool, reason: str, by: Actor, at: datetime) -> int:
    """Decide alike about many doses, each by itself; one that was settled meanwhile stays as it is. Returns how many were decided."""
    decided = 0
    for record_id in record_ids:
        with suppress(Refused):
            decide_dose(record_id=record_id, counts=counts, reason=reason, by=by, at=at)
            decided += 1
    return decided
