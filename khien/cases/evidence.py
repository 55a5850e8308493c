"""A facility says of a dose told of from elsewhere: yes, given here; or no."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from khien.cases import work
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor


@transaction.atomic
def confirm_dose(*, case_id: UUID, confirmed: bool, reason: str, by: Actor, at: datetime) -> None:
    """Confirm a dose from the facility's own book (it counts as recorded, and its certificate is freed), or say it is not there.

    Not found leaves the record as it was told, for a correction to decide. One transaction with the case's end.
    Raises Refused: cases.unknown, cases.resolved, cases.not_evidence, cases.text_missing, immunizations.*.
    """
    case = work.locked(case_id)
    if case.kind != "evidence" or case.record_id is None:
        raise Refused("cases.not_evidence")
    if not reason.strip():
        raise Refused("cases.text_missing")
    if confirmed:
        dose = records.record(case.record_id)
        if dose is not None and dose.status == "completed" and dose.evidence != "record":
            immunizations.correct(record_id=case.record_id, changes={"evidence": "record"}, reason=reason, by=by, at=at)
            certificates.reissue(person_id=dose.person_id, by=by, at=at, record_ids=[case.record_id])
    work.close(case, "confirmed" if confirmed else "not_found", by=by, at=at, text=reason)
