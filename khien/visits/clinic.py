"""Consent and screening: what was agreed, what the software proposed, what the doctor decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from khien.campaigns import queries as campaigns
from khien.campaigns import rules as campaign_rules
from khien.campaigns.types import Recipient
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Performed, VisitRef
from khien.kernel.sex import Sex
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.visits import ends, models, offline, rules, steps
from khien.visits.screening_types import DECIDED, MadeUnder, Proposal, Reason, Verdict
from khien.visits.states import State, check_move
from khien.visits.types import ConsentGiven, Moved, ScreeningReceipt

# "wait": measure again in a while; the visit stays where it stands.
WAIT = "wait"
_END_OF = {Verdict.DEFER: State.DEFERRED, Verdict.REFER: State.REFERRED, Verdict.CONTRAINDICATED: State.CONTRAINDICATED}


def person_of(row: models.Visit) -> PersonCard:
    """The person of a visit."""
    card = people.person(row.person_id)
    if card is None:
        raise Refused("visits.nobody_named")
    return card


@transaction.atomic
def consent(*, visit: VisitRef, given: ConsentGiven, performed: Performed, by: Actor, at: datetime) -> Moved:
    """Keep a consent, or a refusal, which ends the visit. A minor's guardian signs.

    Who agreed already may agree to another vaccine than before as well (`mixing_agreed`).

    Raises Refused: visits.wrong_state, visits.guardian_needed, visits.guardian_unnamed, visits.consent_unreadable, visits.in_the_future.
    """
    steps.check_time(performed, at)
    row = steps.visit_row(visit)
    if given.how not in ("screen", "paper") or given.signer not in ("self", "guardian"):
        raise Refused("visits.consent_unreadable")
    minor = campaign_rules.needs_guardian(campaigns.rulebook(row.on_date), Recipient(person_of(row).birth), row.on_date)
    if given.agreed and given.signer == "self" and minor:
        raise Refused("visits.guardian_needed")
    if given.signer == "guardian" and not given.guardian_name.strip():
        raise Refused("visits.guardian_unnamed")
    version = given.text_version or campaigns.consent_text(None, for_minor=minor, on=row.on_date).version
    if given.agreed and given.mixing_agreed and row.state in (State.CONSENTED, State.CLEARED):
        receipt = steps.moved(_agree_again(visit, row, by, at))
    elif given.agreed:
        changed = steps.move(
            visit,
            State.CONSENTED,
            action="consent",
            by=by,
            at=at,
            facts={"text": version, "signer": given.signer, "how": given.how},
        )
        receipt = steps.moved(changed)
    else:
        receipt = ends.end(visit=visit, end=State.REFUSED.value, reason="consent_refused", performed=performed, by=by, at=at)
    _keep_consent(row, given, version, performed, by, at)
    return receipt


def _agree_again(visit: VisitRef, row: models.Visit, by: Actor, at: datetime) -> steps.Row:
    """Another vaccine than before came up after the first consent: a second one is kept beside it, the visit stands where it stood."""
    now = State(row.state)
    return steps.move(visit, now, action="consent_to_mixing", by=by, at=at, sources=(now.value,), silent=True)


def _keep_consent(row: models.Visit, given: ConsentGiven, version: str, performed: Performed, by: Actor, at: datetime) -> None:
    keys = settings.KEYS
    models.Consent.objects.create(
        site_id=row.site_id, visit_id=row.id, text_version=version, agreed=given.agreed, signer=given.signer, how=given.how,
        guardian_name_cipher=keys.seal(given.guardian_name.strip(), purpose="name") if given.guardian_name.strip() else None,
        guardian_phone_cipher=keys.seal(given.guardian_phone.strip(), purpose="phone") if given.guardian_phone.strip() else None,
        relation=given.relation, mixing_agreed=given.mixing_agreed, performed_at=performed.at, recorded_at=at, recorded_by=by.text,
    )  # fmt: skip


def propose(*, visit: VisitRef, answers: Mapping[str, Any], vitals: Mapping[str, Any]) -> Proposal:
    """What the software would propose for these answers; nothing is kept. Raises Refused visits.unknown and the rules' own."""
    row = steps.visit_row(visit)
    return _propose(row, person_of(row), answers, vitals)


def screening_facts(visit: VisitRef) -> dict[str, Any]:
    """What a proposal stands on besides the answers, as `offline.propose` takes it. Raises Refused visits.unknown."""
    row = steps.visit_row(visit)
    card = person_of(row)
    return {"on": row.on_date.isoformat(), "birth": card.birth.iso(), "sex": card.sex, "vaccine": row.vaccine}


def _propose(row: models.Visit, card: PersonCard, answers: Mapping[str, Any], vitals: Mapping[str, Any]) -> Proposal:
    vaccine = campaigns.rulebook(row.on_date).vaccines.get(row.vaccine)
    return offline.proposal((card.birth, Sex(card.sex)), vaccine, answers, vitals, row.on_date)


@transaction.atomic
def record_screening(
    *,
    visit: VisitRef,
    answers: Mapping[str, Any],
    vitals: Mapping[str, Any],
    decision: str,
    reason: str = "",
    vaccine: str = "",
    observe_minutes: int | None = None,
    settled_birth: date | None = None,
    return_on: date | None = None,
    detail: Mapping[str, Any] | None = None,
    as_on_paper: bool = False,
    seen: int | None = None,
    made: MadeUnder | None = None,
    performed: Performed,
    by: Actor,
    at: datetime,
) -> ScreeningReceipt:
    """Keep a screening: the software's proposal and the doctor's decision, both with reasons; each time a new version.

    `decision` is a verdict (eligible, caution, defer, refer, contraindicated) or "wait" (measure again). `vaccine` changes what
    the person is to get; `settled_birth` settles an open age, with a reason; a deferral may name the day to come again, a referral
    the hospital in `detail`. `seen`: the last version that the doctor saw (0 for none); a colleague's newer one is told first and
    nothing is written until the doctor has seen it. `as_on_paper` keeps a decision taken on paper as it was, blanks and missing reasons included.
    `made`: the rules and the form that a device without a line had, and what they proposed; where those of now are others, the record says
    which ones the doctor saw, and tells what those of now would propose.
    Raises Refused: visits.decided_already, visits.wrong_state, visits.decision_unknown, visits.decision_needs_reason, visits.screening_incomplete,
    visits.return_day_past, visits.return_day_far, visits.observation_too_short, visits.vaccine_unknown, visits.in_the_future and those of reading answers and measures.
    """
    steps.check_time(performed, at)
    row = steps.visit_row(visit)
    steps.known_vaccine(vaccine, row.on_date)
    card = person_of(row)
    proposal = _propose(row, card, answers, vitals)
    decided = _decision(decision)
    if decided is not None and not as_on_paper:
        rules.check_decision(proposal, decided, reason)
    if settled_birth is not None and not reason.strip():
        raise Refused("visits.decision_needs_reason", proposal=proposal.verdict.value, decision=decision)
    minutes = _minutes(row, observe_minutes, vaccine)
    columns = {"observe_minutes": minutes, **({"vaccine": vaccine} if vaccine else {})}
    kept = {"answers": {**rules.read_answers(answers).as_json(), **({"settled_birth": settled_birth.isoformat()} if settled_birth else {})},
            "vitals": {code: str(value) for code, value in rules.read_vitals(vitals).items()}}  # fmt: skip
    steps.locked(visit)
    _check_seen(row, seen, decision, performed)
    state = _move(visit, row, decided, columns, reason, return_on, detail, performed, by, at)
    seen_by_doctor, rules_version = _as_made(proposal, made)
    version = _keep_screening(row, seen_by_doctor, rules_version, decision, reason, kept, performed, by, at)
    told = tuple(_reason(reason) for reason in seen_by_doctor.reasons)
    return ScreeningReceipt(visit, state, version, seen_by_doctor.verdict.value, told, decision, minutes)


def _as_made(proposal: Proposal, made: MadeUnder | None) -> tuple[Proposal, str]:
    """The proposal that the doctor saw and the rules it came from; what the rules of now say instead stands first among its reasons."""
    now = campaigns.rules_version()
    if made is None or not made.rules_version or (made.rules_version, made.form or proposal.form) == (now, proposal.form):
        return proposal, now
    then = replace(proposal, form=made.form or proposal.form)
    if made.verdict is None or made.verdict is proposal.verdict:
        return then, made.rules_version
    vi, en = DECIDED[proposal.verdict.value]
    changed = Reason(
        "", "rules_changed", proposal.verdict, f"Máy làm theo quy tắc trước khi đổi; theo quy tắc bây giờ máy đề nghị: {vi}",
        f"The tablet had the rules of before a change; those of now propose: {en}",
    )  # fmt: skip
    return replace(then, verdict=made.verdict, reasons=(changed, *proposal.reasons)), made.rules_version


def _check_seen(row: models.Visit, seen: int | None, decision: str, performed: Performed) -> None:
    """Tell of a colleague's decision that this doctor has not seen. Raises Refused visits.decided_already (who, when, both decisions)."""
    if seen is None:
        return
    last = models.Screening.objects.filter(site_id=row.site_id, visit_id=row.id, version__gt=seen).order_by("-version").first()
    if last is None or (last.performed_by is not None and last.performed_by == performed.by):
        return
    (theirs_vi, theirs_en), (own_vi, own_en) = (DECIDED.get(one, (one, one)) for one in (last.decision, decision))
    raise Refused(
        "visits.decided_already", number=row.number, version=last.version, decided_at=last.performed_at, doctor=last.performed_by_name,
        theirs_vi=theirs_vi, theirs_en=theirs_en, own_vi=own_vi, own_en=own_en, ended=_decision(last.decision) in _END_OF,
    )  # fmt: skip


def _decision(text: str) -> Verdict | None:
    if text == WAIT:
        return None
    try:
        return Verdict(text)
    except ValueError:
        raise Refused("visits.decision_unknown") from None


def _minutes(row: models.Visit, asked: int | None, vaccine: str) -> int:
    """Minutes of observation: the campaign's for this vaccine, raised by the doctor, never below."""
    book = campaigns.rulebook(row.on_date)
    return rules.observation_minutes(book.on(row.on_date).observation_minutes(vaccine or row.vaccine or None), asked)


def _move(
    visit: VisitRef,
    row: models.Visit,
    decided: Verdict | None,
    columns: dict[str, Any],
    reason: str,
    return_on: date | None,
    detail: Mapping[str, Any] | None,
    performed: Performed,
    by: Actor,
    at: datetime,
) -> str:
    """Move the visit as the doctor decided; return its state."""
    again = (State.CONSENTED.value, State.CLEARED.value)
    if decided is None or decided.clears:
        if row.state == State.CHECKED_IN.value:
            check_move(row.state, State.CLEARED)  # refuses: consent comes first
        to = State.CONSENTED if decided is None else State.CLEARED
        changed = steps.move(
            visit,
            to,
            action="screen",
            by=by,
            at=at,
            sources=again,
            facts={"decision": decided.value if decided else WAIT},
            **columns,
        )
        return str(changed["state"])
    steps.move(
        visit,
        State(row.state),
        action="screen",
        by=by,
        at=at,
        sources=again,
        silent=True,
        facts={"decision": decided.value},
        **columns,
    )
    end = ends.end(
        visit=visit, end=_END_OF[decided].value, reason=f"screening_{decided.value}", detail={**(detail or {}), "note": reason.strip()},
        return_on=return_on, performed=performed, by=by, at=at,
    )  # fmt: skip
    return end.state


def _keep_screening(
    row: models.Visit,
    proposal: Proposal,
    rules_version: str,
    decision: str,
    reason: str,
    kept: dict[str, Any],
    performed: Performed,
    by: Actor,
    at: datetime,
) -> int:
    """Append a version; the visit's lock is held by this transaction."""
    last = (
        models.Screening.objects.filter(site_id=row.site_id, visit_id=row.id)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    version = (last or 0) + 1
    models.Screening.objects.create(
        site_id=row.site_id, visit_id=row.id, version=version, form=proposal.form, proposal=proposal.verdict.value,
        proposal_reasons=[_reason(told) for told in proposal.reasons], decision=decision, decision_reason=reason.strip()[:1000],
        rules_version=rules_version, performed_at=performed.at, performed_by=performed.by, performed_by_name=performed.by_name,
        recorded_at=at, recorded_by=by.text, **kept,
    )  # fmt: skip
    return version


def _reason(told: Any) -> dict[str, Any]:
    return {**asdict(told), "verdict": told.verdict.value}
