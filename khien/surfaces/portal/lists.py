"""Lists of firms, schools and wards: template, upload, what was read of them, sent. For clerks and list keepers."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.interchange import lists as sheets
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places
from khien.places.types import OrganizationInfo
from khien.plumbing import audit, jobs
from khien.registration import actions as registration
from khien.registration import queries as registrations
from khien.registration.types import ListCard
from khien.surfaces.portal import list_notices, remarks
from khien.surfaces.web import guard
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    "reading": _("Đang đọc"), "staged": _("Chờ xem và gửi"), "sending": _("Đang gửi"), "sent": _("Đã gửi"), "unreadable": _("Không đọc được"),
}  # fmt: skip
KINDS = {"firm": _("Cơ quan, doanh nghiệp"), "ward": _("Xã, phường"), "school": _("Trường học")}
BUSY = ("reading", "sending")
CORRECTIONS = "registration.read_corrections"


class UploadForm(PageForm):
    """One file, and that its people know of it."""

    file = forms.FileField(label=_("Tệp danh sách"), error_messages={"empty": _("Tệp không có gì. Mời mở tệp xem lại rồi gửi tệp có danh sách.")}, help_text=_(".xlsx, .xls hoặc .csv, tối đa 20 MB và 60.000 dòng"))
    known = forms.BooleanField(
        label=_("Người trong danh sách đã được báo và đồng ý đăng ký"),
        error_messages={"required": _("Mời báo cho mọi người trong danh sách trước, rồi đánh dấu")},
    )  # fmt: skip


class AgainForm(PageForm):
    """The file of errors, corrected."""

    file = forms.FileField(
        label=_("Tệp báo lỗi đã sửa"), error_messages={"empty": _("Tệp không có gì. Mời mở tệp xem lại rồi gửi tệp có danh sách.")}
    )


def place_of_organization(organization_id: UUID) -> PlaceFacts | None:
    """Where an organisation has its seat, for the guard."""
    return places.organization_place(organization_id)


def place_of_list(list_id: UUID) -> PlaceFacts | None:
    """Where the sender of a list has its seat, for the guard."""
    card = registrations.list_view(list_id)
    return places.organization_place(card.organization_id) if card else None


def place_of_row(row_id: UUID) -> PlaceFacts | None:
    """Where the sender of a row's list has its seat, for the guard."""
    row = registrations.list_row(row_id)
    return place_of_list(row.list_id) if row else None


def welcome(request: HttpRequest) -> HttpResponse:
    """How a list is sent, for whoever comes; the template needs no sign-in."""
    return render(request, "portal/lists_welcome.html", {"kinds": KINDS})


def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The Excel template."""
    if kind not in KINDS:
        return guard.refuse(request, 404)
    return _excel(sheets.template(kind), f"mau-danh-sach-{kind}")


def _excel(octets: bytes, name: str) -> HttpResponse:
    response = HttpResponse(octets, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def index(request: Any) -> HttpResponse:
    """My organisations and their lists."""
    mine = places.organizations(request.staff.scopes("lists.upload"))
    if len(mine) == 1:
        return _organization(request, mine[0], UploadForm())
    text = request.GET.get("q", "").strip().lower()
    shown = [one for one in mine if text in one.name.lower()] if text else mine
    return render(request, "portal/lists_index.html", {"organizations": shown[:100], "text": text, "kinds": KINDS})


def organization(request: Any, organization_id: UUID) -> HttpResponse:
    """One organisation: upload, and the lists it has sent."""
    found = places.organization(organization_id)
    if found is None:
        return guard.refuse(request, 404)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _receive(request, found, form)
        except Refused as refusal:
            form.refused(refusal, "file")
    return _organization(request, found, form, 422 if request.method == "POST" else 200)


def _receive(request: Any, found: OrganizationInfo, form: UploadForm) -> HttpResponse:
    file, ward = form.cleaned_data["file"], found.kind == "ward"
    received = registration.receive_list(
        organization=found.id, data=file.read(), name=file.name, way="ward" if ward else "organization",
        commune_key=f"2021-{found.place.commune_2021}" if ward and found.place.commune_2021 else "", consent_basis="declared_by_sender",
        by=request.staff.actor("lists.upload", found.place), at=clock.now(),
    )  # fmt: skip
    return HttpResponseRedirect(
        reverse("portal:list", kwargs={"list_id": received.list_id}) + ("?lai=1" if received.again else "")
    )


def _organization(request: Any, found: OrganizationInfo, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {
        "organization": found, "form": form, "lists": registrations.lists([found.id]), "states": STATES, "kinds": KINDS,
        "kind": found.kind if found.kind in KINDS else "firm",
    }  # fmt: skip
    return render(request, "portal/lists_organization.html", context, status=status)


def one(request: Any, list_id: UUID) -> HttpResponse:
    """One list: how far it is, or its rows to look at, decide and send."""
    card = _card(list_id)
    if _busy(card):
        return render(request, "portal/list_busy.html", _frame(card) | _progress(card))
    if card.state == "unreadable":
        why = word(Refused(card.refusal, **dict(card.refusal_facts)), lang())
        return render(request, "portal/list_unreadable.html", _frame(card) | {"why": why})
    return _rows(request, card, AgainForm())


def _card(list_id: UUID) -> ListCard:
    card = registrations.list_view(list_id)
    assert card is not None  # the guard found it
    return card


def _frame(card: ListCard) -> dict[str, Any]:
    return {"card": card, "organization": places.organization(card.organization_id), "states": STATES}


def _busy(card: ListCard) -> bool:
    """Whether work in the background goes on: a list read or sent, a file of errors read back."""
    return card.state in BUSY or bool((job := _mending(card)) and job.state in ("waiting", "running"))


def _mending(card: ListCard) -> Any:
    """The job that read the last file of errors, when that is what was done last."""
    job = jobs.get(card.job_id) if card.job_id else None
    return job if job and job.kind == CORRECTIONS else None


def _mended(card: ListCard) -> dict[str, Any]:
    """What became of the last file of errors: rows put in place and not, or why it could not be read."""
    job = _mending(card)
    kind, _colon, rest = (job.note if job and job.state == "done" else "").partition(":")
    if kind == "refused":
        return {"mended_wrong": word(Refused(rest), lang())}
    placed, _colon, lost = rest.partition(":")
    return {"mended": (int(placed), int(lost))} if kind == "placed" else {}


def _progress(card: ListCard) -> dict[str, Any]:
    job = jobs.get(card.job_id) if card.job_id else None
    total = job.total if job else 0
    return {
        "done": job.progress if job else 0,
        "total": total,
        "failed": bool(job and job.state == "failed"),
        "waiting": not total,
    }


def progress(request: Any, list_id: UUID) -> HttpResponse:
    """How far a busy list is, for the page that renews this part; once done it asks for the whole page."""
    card = _card(list_id)
    response = render(request, "portal/_list_progress.html", _frame(card) | _progress(card))
    if not _busy(card):
        response["HX-Refresh"] = "true"
    return response


def _rows(request: Any, card: ListCard, again: AgainForm, wrong: str = "", status: int = 200) -> HttpResponse:
    state = request.GET.get("loc", "")
    after = int(text) if (text := request.GET.get("sau", "")).isdecimal() and len(text) < 8 else 0
    size = remarks.SENT_PAGE if state == "sent" else remarks.PAGE
    rows = registrations.list_rows(card.id, state if state in remarks.STATES else "", after, size)
    told = [remarks.row_facts(row, card) for row in rows]
    _looked(request, card, told)
    totals = registrations.totals(card.id)
    context = _frame(card) | _mended(card) | {
        "rows": told, "state": state, "after": after, "totals": totals, "filters": remarks.filters(totals, card),
        "next": rows[-1].number if len(rows) == size else None, "again": again, "wrong": wrong, "same_file": request.GET.get("lai") == "1",
        "skipped": list_notices.left_out(card), "unread": list_notices.unread_sheets(card), "hidden": list_notices.put_away(card),
        "queue": registrations.invited(card.id) if card.sent else {},
    }  # fmt: skip
    return render(request, "portal/list.html", context, status=status)


def _looked(request: Any, card: ListCard, told: list[remarks.RowFacts]) -> None:
    """Log whose record a row brought onto the page: those it may be, masked, and those it registered."""
    persons = {other.person_id for one in told for other in one.row.possible if other.person_id} | {one.registration.person_id for one in told if one.registration}
    place, at = places.organization_place(card.organization_id), clock.now()
    audit.read_many(
        persons=list(persons), by=_by(request, card), at=at, purpose="list", office=request.staff.office("lists.upload", place), route="portal.lists",
        once_since=at.replace(minute=0, second=0, microsecond=0),
    )  # fmt: skip


def send(request: Any, list_id: UUID) -> HttpResponse:
    """Send every row that can be sent."""
    card = _card(list_id)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:list", kwargs={"list_id": list_id}))
    try:
        registration.send_list(list_id=list_id, by=_by(request, card), at=clock.now())
    except Refused as refusal:
        return _rows(request, card, AgainForm(), word(refusal, lang()), 409)
    return HttpResponseRedirect(reverse("portal:list", kwargs={"list_id": list_id}))


def _by(request: Any, card: ListCard) -> Any:
    return request.staff.actor("lists.upload", places.organization_place(card.organization_id))


def errors(request: Any, list_id: UUID) -> HttpResponse:
    """The refused rows as Excel, each with its reason."""
    card = _card(list_id)
    try:
        return _excel(sheets.error_file(list_id, remarks.worded), "dong-can-sua")
    except Refused as refusal:
        return _rows(request, card, AgainForm(), word(refusal, lang()), 409)


def corrections(request: Any, list_id: UUID) -> HttpResponse:
    """The file of errors comes back corrected."""
    card = _card(list_id)
    form = AgainForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            registration.receive_corrections(
                list_id=list_id, data=file.read(), name=file.name, by=_by(request, card), at=clock.now()
            )
        except Refused as refusal:
            form.refused(refusal, "file")
        else:
            return HttpResponseRedirect(reverse("portal:list", kwargs={"list_id": list_id}))
    return _rows(request, card, form if form.is_bound else AgainForm(), status=422 if request.method == "POST" else 200)


class RowForm(PageForm):
    """A row's fields as text; understood again as the file was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in sheets.FIELDS:
            self.fields[field] = forms.CharField(label=remarks.FIELDS.get(field, field), required=False, max_length=300)


def row(request: Any, row_id: UUID) -> HttpResponse:
    """One row to correct on the page."""
    found = registrations.list_row(row_id)
    assert found is not None  # the guard found it
    card = _card(found.list_id)
    back = reverse("portal:list", kwargs={"list_id": card.id}) + f"?loc={found.state}"
    form = RowForm(request.POST or None, initial=sheets.row_form(found, card))
    if request.method == "POST" and form.is_valid():
        try:
            state = sheets.edit_row(row=row_id, fields=form.cleaned_data, by=_by(request, card), at=clock.now())
        except Refused as refusal:
            form.refused(refusal)
        else:
            if state != "refused":
                return HttpResponseRedirect(back)
            found = registrations.list_row(row_id) or found
            for one in found.refusals:
                form.add_error(one["field"] if one["field"] in form.fields else None, remarks.remark(one))
    context = _frame(card) | {"row": remarks.row_facts(found, card), "form": form, "back_to": back, "fields": sheets.FIELDS}
    return render(request, "portal/list_row.html", context, status=422 if request.method == "POST" else 200)


def decide(request: Any, row_id: UUID) -> HttpResponse:
    """New person, the same as one shown, left out, or taken back in."""
    found = registrations.list_row(row_id)
    assert found is not None  # the guard found it
    card = _card(found.list_id)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:list", kwargs={"list_id": card.id}))
    decision, _colon, person = request.POST.get("decision", "").partition(":")
    try:
        registration.decide_row(
            row=row_id, decision=decision, person=UUID(person) if person else None, by=_by(request, card), at=clock.now()
        )
    except (Refused, ValueError) as wrong:
        refusal = wrong if isinstance(wrong, Refused) else Refused("registration.decision_unknown")
        return _rows(request, card, AgainForm(), word(refusal, lang()), 409)
    state = request.POST.get("loc", "")
    after = f"&sau={max(0, found.number - 1)}" if state else ""
    return HttpResponseRedirect(reverse("portal:list", kwargs={"list_id": card.id}) + f"?loc={state}{after}")
