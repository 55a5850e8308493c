"""An AEFI case as papers and files for others: the WHO form as PDF, the E2B(R3) message as XML."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from khien.campaigns import queries as campaigns
from khien.interchange import e2b
from khien.people import queries as people
from khien.places import queries as places
from khien.safety import core, queries
from khien.surfaces.command import frame, where
from khien.surfaces.command import safety_words as words
from khien.surfaces.command.safety_list import initials
from khien.surfaces.web import downloads, say
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.paper import AefiFacts, aefi_form_pdf


def form(request: HttpRequest, aefi_id: UUID) -> HttpResponse:
    """The WHO AEFI reporting form, filled in."""
    at = frame.here(request, "safety.export", where.aefi(aefi_id))
    view = queries.aefi(aefi_id, at=at.at)
    if view is None:
        return not_found(request)
    card = people.person(view.line.person_id) if view.line.person_id else None
    if card:
        at.looked(card.id, purpose="report")
    values = queries.core_values(view, card)
    site = places.site(view.line.site_id) if view.line.site_id else None
    line = view.line
    said = {one.code: words.value_words(one.code, values[one.code], line) for one in core.VARIABLES}
    said["position"] = words.position_words(values["position"], view.facts.get("qualification", ""))
    told = view.told
    facts = AefiFacts(
        code=line.code, unique_number=f"{queries.CODE}{line.code}", values=said, more={one.code: view.facts.get(one.code, "") for one in core.MORE},
        patient_phone=card.phone_masked if card else told.phone if told else "", signs=tuple(line.signs), anaphylaxis=line.anaphylaxis, serious=tuple(line.serious),
        outcome=line.outcome, died_on=say.dmy(view.died_on) if view.died_on else "", site=site.name if site else told.place if told else "",
        interval=words.span_words(line.interval), dates=tuple(
            (label, say.dmyhm(moment) if moment else "")
            for label, moment in (("Báo cáo", line.reported_at), ("Bắt đầu điều tra", view.investigation_at), ("Điều tra xong", view.investigated_at), ("Hội đồng", view.assessed_at))
        ),
        cause=f"{line.cause}. {core.CAUSES[core.Cause(line.cause)][0]}" if line.cause else "", made=at.at,
    )  # fmt: skip
    return downloads.answer(aefi_form_pdf(facts), f"phieu-aefi-{line.code}.pdf")


def message(request: HttpRequest, aefi_id: UUID) -> HttpResponse:
    """The case as an E2B(R3) message, the patient named by initials."""
    at = frame.here(request, "safety.export", where.aefi(aefi_id))
    view = queries.aefi(aefi_id, at=at.at)
    if view is None:
        return not_found(request)
    card = people.person(view.line.person_id) if view.line.person_id else None
    if card:
        at.looked(card.id, purpose="report")
    line, facts = view.line, view.facts
    vaccine = campaigns.rulebook(at.on).vaccines.get(line.vaccine)
    signs = (*(("anaphylaxis",) if line.anaphylaxis else ()), *(sign for sign in line.signs if sign in e2b.TERMS))
    case = e2b.Icsr(
        unique_number=f"{queries.CODE}{line.code}", patient=initials(card.full_name if card else view.told.full_name if view.told else "").replace(".", "") or "UNKNOWN",
        sex=line.sex, birth=card.birth.earliest() if card and card.birth and card.birth.precision == "day" else None, age_years=line.age_years,
        history=facts.get("history", ""), signs=signs, onset_at=line.onset_at, serious=line.serious, outcome=line.outcome,
        vaccine=vaccine.name if vaccine else line.vaccine or "UNKNOWN", manufacturer=getattr(vaccine, "manufacturer", "") if vaccine else "", lot=line.lot_number,
        dosed_at=line.dosed_at, dosed_on=line.dosed_on, narrative=_narrative(view), comment=facts.get("comments", ""), received_at=line.opened_at,
        latest_at=view.changes[-1].recorded_at if view.changes else line.opened_at, expedited=line.severe or bool(line.serious),
        reporter=e2b.Reporter(
            facts.get("reporter") or view.opened_by, facts.get("institution", ""), facts.get("position", ""), core.profession(facts, line.source),
            facts.get("phone", ""), facts.get("email", ""),
        ), sender="Khien",
    )  # fmt: skip
    data = e2b.message([case], sender=f"VN-{line.province_2021 or '00'}", receiver="VN-MOH", made=at.at)
    response = HttpResponse(data, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="icsr-{line.code}.xml"'
    response["Cache-Control"] = "no-store"
    return response


def _narrative(view: object) -> str:
    facts = view.facts  # type: ignore[attr-defined]
    told = [facts.get(code, "") for code in ("description", "diagnosis", "treatment", "findings", "history", "other_vaccines")]
    return ". ".join(text for text in (words.sign_words(view.line), *told) if text)  # type: ignore[attr-defined]
