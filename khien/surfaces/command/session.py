"""One session: its hours, who is expected, who stands by; slips and lists to print."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from khien.access.roles import ROLES
from khien.booking import actions as booking_acts
from khien.booking import queries as booking
from khien.booking.types import AppointmentInfo, DayEntry, SessionInfo
from khien.campaigns import queries as campaigns
from khien.interchange import exports
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.people import queries as people
from khien.planning import queries as planning
from khien.registration import queries as registration
from khien.reporting import queries as reporting
from khien.surfaces.command import frame, where
from khien.surfaces.command.words import APPOINTMENT_STATES, INDICATORS, one
from khien.surfaces.web import downloads, say
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.paper import call_sheet_pdf, slips_pdf
from khien.surfaces.web.paper.facts import CallRow, SlipRow
from khien.surfaces.web.say_doses import birth_words, dose_name
from khien.visits import queries as visits

SHOWN = ("invited", "received", "injected", "observed", "deferred", "referred", "contraindicated", "refused", "left_early", "no_show", "reactions")
EXPECTED = ("active", "arrived", "done", "no_show")


def show(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A session with its numbers and hours; no names here."""
    place = where.session(session_id)
    at = frame.here(request, "command.board", place)
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    row = next((line for line in reporting.daily_lines(on=info.on_date, scopes=[Scope("session", str(session_id))]) if line.session_id == session_id), None)
    return frame.page(
        request, "session", "plan", session=info, slots=booking.slots(session_id), row=row, indicators=INDICATORS, shown=SHOWN,
        paper=visits.paper_counts(session_id), standby=booking.standby(session_id), staffed=planning.staffing([info])[session_id], roles=ROLES, done=request.GET.get("xong", ""),
        can={may: at.staff.may(may, place) for may in ("plan.sessions", "plan.invite", "command.lists", "lists.call", "station.see", "plan.roster")},
    )  # fmt: skip


def appointments(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Who is expected, by hour; each read is logged and shown to the person."""
    at = frame.here(request, "command.lists", where.session(session_id))
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    entries = _expected(info)
    at.looked(*(entry.card.id for entry in entries), purpose="list")
    return frame.page(request, "appointments", "plan", session=info, entries=entries, states=APPOINTMENT_STATES)


def _expected(info: SessionInfo, states: tuple[str, ...] = EXPECTED) -> list[DayEntry]:
    """Who is expected in these states; at a cancelled session whoever held a place to its end, for each of them must be told."""
    if info.state != "cancelled":
        return booking.day_list(info.id, states=states)
    return [entry for entry in booking.day_list(info.id, states=("cancelled",)) if entry.appointment.end_reason == "session_cancelled"]


class Standby(PageForm):
    code = forms.CharField(label=_("Mã đăng ký của người dự phòng"), max_length=30, help_text=_("In trên giấy đăng ký; người này đến được trong vài giờ cuối"))


def standby(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The standby list: add someone who waits, call the next one when a place is left."""
    place = where.session(session_id)
    at = frame.here(request, "plan.invite", place)
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    form = Standby(request.POST if request.POST.get("act") == "join" else None)
    if form.is_bound and form.is_valid():
        try:
            _join(session_id, form.cleaned_data["code"], at)
        except Refused as refusal:
            form.refused(refusal, "code")
        else:
            return HttpResponseRedirect(request.path)
    if request.POST.get("act") == "call":
        booked = booking_acts.call_standby(session_id=session_id, by=at.by, at=at.at)
        return HttpResponseRedirect(f"{request.path}?goi={booked.appointment_id if booked else 0}")
    waiting = booking.standby(session_id)
    cards = people.cards_of(entry.person_id for entry in waiting)
    at.looked(*cards, purpose="list")
    rows = [(entry, cards.get(entry.person_id)) for entry in waiting]
    called = next((card for entry, card in rows if entry.state == "called" and str(entry.appointment_id) == request.GET.get("goi")), None)
    return frame.page(request, "standby", "plan", session=info, form=form, rows=rows, called=called, nobody=request.GET.get("goi") == "0")


def _join(session_id: UUID, code: str, at: frame.Here) -> None:
    found = registration.registration_by_code(codes.read_slip_code(code))
    if found is None:
        raise Refused("registration.unknown")
    booking_acts.join_standby(session_id=session_id, person_id=found.person_id, registration_id=found.id, by=at.by, at=at.at)


def slips(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Invitation slips to cut apart, six to a page."""
    at = frame.here(request, "plan.invite", where.session(session_id))
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    entries = booking.day_list(session_id, states=("active",))
    at.looked(*(entry.card.id for entry in entries), purpose="list")
    data = slips_pdf([_slip(entry, info) for entry in entries], made=at.at)
    return downloads.answer(data, f"giay-moi-{info.on_date:%Y%m%d}.pdf")


def _slip(entry: DayEntry, info: SessionInfo) -> SlipRow:
    return slip_of(entry.card.full_name, entry.appointment, info)


def slip_of(full_name: str, booked: AppointmentInfo, info: SessionInfo) -> SlipRow:
    """The invitation of one person."""
    known = campaigns.rulebook(info.on_date).vaccines.get(booked.vaccine)
    when = f"{say.hm(booked.starts_at)}, {say.long_day(info.on_date)}"
    vaccine = f"{known.short_vi if known else booked.vaccine}, {dose_name(booked.dose_type, booked.ordinal)}"
    return SlipRow(full_name, when, info.site.name, info.site.full_address, vaccine, booked.code, booked.code)


def call_sheet(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Those expected at a session with their phones, to be called the day before; at a cancelled one, to be told so."""
    at = frame.here(request, "lists.call", where.session(session_id))
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    entries = _expected(info, ("active",))
    reach = people.reach(entry.card.id for entry in entries)
    at.looked(*(entry.card.id for entry in entries), purpose="call_sheet")
    rows = [
        CallRow(
            entry.card.full_name, birth_words(entry.card.birth), say.phone(reach.get(entry.card.id, ("", ""))[0]), say.hm(entry.appointment.starts_at),
            reach.get(entry.card.id, ("", ""))[1],
        )
        for entry in entries
    ]  # fmt: skip
    title = f"{'Gọi báo hủy buổi' if info.state == 'cancelled' else 'Gọi nhắc hẹn'} {say.long_day(info.on_date)}"
    return downloads.answer(call_sheet_pdf(rows, title=title, site=info.site.name, made=at.at), f"goi-nhac-{info.on_date:%Y%m%d}.pdf")


def workbook(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The day's list as an Excel file, numbers masked."""
    at = frame.here(request, "command.lists", where.session(session_id))
    info = booking.session(session_id)
    if info is None:
        return not_found(request)
    entries = _expected(info)
    at.looked(*(entry.card.id for entry in entries), purpose="list")
    heads = [
        _("STT"), _("Giờ hẹn"), _("Họ và tên"), _("Ngày sinh"), _("Giới tính"), _("Số giấy tờ"), _("Điện thoại"), _("Nơi ở"), _("Vắc xin"), _("Mũi"),
        _("Mã hẹn"), _("Tình trạng"),
    ]  # fmt: skip
    rows = [[number, *_line(entry)] for number, entry in enumerate(entries, 1)]
    sheet = exports.Sheet(str(_("Danh sách")), [str(head) for head in heads], rows, title=f"{info.site.name}, {say.long_day(info.on_date)}")
    return downloads.answer(exports.workbook([sheet]), f"danh-sach-{info.on_date:%Y%m%d}.xlsx")


def _line(entry: DayEntry) -> list[Any]:
    card, booked = entry.card, entry.appointment
    return [
        say.hm(clock.local(booked.starts_at)), card.full_name, birth_words(card.birth), str({"male": _("Nam"), "female": _("Nữ")}.get(card.sex, "")),
        card.identifier_masked, card.phone_masked, card.place_text, booked.vaccine, dose_name(booked.dose_type, booked.ordinal), say.groups(booked.code),
        one(APPOINTMENT_STATES, booked.state),
    ]  # fmt: skip
