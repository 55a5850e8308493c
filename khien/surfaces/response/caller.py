"""What the desk does for a verified caller: the appointment, the message, a reaction, a request for correction."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.booking import actions as booking
from khien.booking import queries as bookings
from khien.campaigns import queries as campaigns
from khien.cases import actions as cases
from khien.cases import queries
from khien.cases.types import AskedDose, CorrectionAsked
from khien.certificates import queries as certificates
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.messaging import actions as messaging
from khien.people import actions as people_acts
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.registration import queries as registration
from khien.safety import actions as safety
from khien.safety import queries as safety_reads
from khien.safety import rules as signs
from khien.surfaces.response import person
from khien.surfaces.response.frame import Here, here, page, said
from khien.surfaces.response.words import FIELDS, SEXES
from khien.surfaces.web import say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from khien.surfaces.web.locale import lang

MOST_SLOTS = 30
SINCE = {"now": timedelta(0), "hours": timedelta(hours=4), "yesterday": timedelta(days=1), "days": timedelta(days=3)}


def opened(may: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Only with the record open in this conversation; each look is logged. Else back to the desk."""

    def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, case_id: UUID) -> HttpResponse:
            at = here(request, may, queries.case_place(case_id))
            id = person.open_person(request, case_id, at.at)
            card = people.person(id) if id else None
            if card is None:
                return back(case_id)
            at.looked(card.id, purpose="contact", once_since=at.at - person.OPEN_FOR)
            return view(request, case_id, at, card)

        return checked

    return guarded


def back(case_id: UUID) -> HttpResponseRedirect:
    """To the desk, at the person."""
    return HttpResponseRedirect(reverse("response:case", kwargs={"case_id": case_id}) + "#nguoi")


def _noted(case_id: UUID, at: Here, words: Any) -> HttpResponseRedirect:
    """What was done is a line of the story."""
    cases.note(case_id=case_id, text=str(words), by=at.by, at=at.at)
    return back(case_id)


def draw(request: HttpRequest, template: str, case_id: UUID, card: PersonCard, *, form: Any = None, **facts: Any) -> HttpResponse:
    """A page about the open record; the desk is one step back."""
    status = 422 if form is not None and form.errors else 200
    return page(request, template, status, case_id=case_id, card=card, form=form, **facts)


class SlotForm(PageForm):
    """Another hour, or the first one."""

    slot = forms.ChoiceField(label=_("Giờ tiêm"), widget=forms.RadioSelect)


@opened("people.register")
def appointment(request: HttpRequest, case_id: UUID, at: Here, card: PersonCard) -> HttpResponse:
    """Book, move or cancel at the person's word."""
    standing = bookings.appointment_of(card.id)
    standing = standing if standing and standing.state == "active" else None
    waiting, slots = registration.of_person(card.id), _slots(card, standing.vaccine if standing else "", at)
    act = request.POST.get("act", "")
    form = SlotForm(request.POST if act == "slot" else None)
    form.fields["slot"].choices = [(str(one.slot.id), _slot_words(one)) for one in slots]  # type: ignore[attr-defined]
    try:
        if act == "cancel" and standing:
            booking.cancel(appointment_id=standing.id, reason="own_wish", by=at.by, at=at.at)
            return _noted(case_id, at, _("Đã hủy lịch theo lời người gọi."))
        if act == "slot" and form.is_valid():
            slot_id = UUID(form.cleaned_data["slot"])
            if standing:
                booking.move(appointment_id=standing.id, slot_id=slot_id, reason="own_wish", by=at.by, at=at.at)
            elif waiting:
                booking.book(person_id=card.id, registration_id=waiting.id, slot_id=slot_id, by=at.by, at=at.at)
            return _noted(case_id, at, _("Đã đặt giờ tiêm theo lời người gọi."))
    except Refused as refusal:
        form.errors or form.is_valid()
        form.refused(refusal)
    session = bookings.session(standing.session_id) if standing else None
    return draw(
        request, "appointment", case_id, card, form=form, standing=standing, session=session, waiting=waiting, slots=slots,
        vaccine=short_vaccine(standing.vaccine) if standing else "",
    )  # fmt: skip


def _slots(card: PersonCard, vaccine: str, at: Here) -> list[Any]:
    """Open places near the person, of the vaccine that stands, else of every vaccine in use."""
    codes = [vaccine] if vaccine else [one.code for one in campaigns.vaccines(clock.on_date(at.at))]
    found = [one for code in codes for one in bookings.open_slots(code, card.place, at.at, limit=MOST_SLOTS)]
    return sorted(found, key=lambda one: (one.near, one.slot.starts_at))[:MOST_SLOTS]


def _slot_words(one: Any) -> str:
    return f"{say.dmyhm(one.slot.starts_at)}, {short_vaccine(one.slot.vaccine)}, {one.site.name}"


@opened("cases.answer")
def resend(request: HttpRequest, case_id: UUID, at: Here, card: PersonCard) -> HttpResponse:
    """Send the message of a certificate once more."""
    issued = [one for one in certificates.of_person(card.id) if one.state == "issued"]
    wrong = ""
    if request.method == "POST":
        chosen = next((one for one in issued if str(one.id) == request.POST.get("certificate")), None)
        try:
            if chosen is None:
                raise Refused("messaging.not_issued")
            messaging.resend_certificate(certificate_id=chosen.id, by=at.by, at=at.at)
            return _noted(case_id, at, _("Đã gửi lại tin nhắn chứng nhận."))
        except Refused as refusal:
            wrong = said(refusal)
    return draw(request, "resend", case_id, card, issued=issued, wrong=wrong, short_vaccine=short_vaccine)


@opened("people.lock_phone")
def lost_phone(request: HttpRequest, case_id: UUID, at: Here, card: PersonCard) -> HttpResponse:
    """Lock a lost phone at the caller's word: the one named among those that open the book, else the person's own number."""
    links, wrong = people.links_of(card.id), ""
    if request.method == "POST":
        chosen = next((one.link_id for one in links if str(one.link_id) == request.POST.get("link")), None)
        try:
            if request.POST.get("link") and chosen is None:
                raise Refused("people.link_unknown")
            people_acts.report_lost_phone(person=card.id, link=chosen, by=at.by, at=at.at)
            return _noted(case_id, at, _("Đã khóa số điện thoại bị mất theo lời người gọi."))
        except Refused as refusal:
            wrong = said(refusal)
    return draw(request, "lost_phone", case_id, card, links=links, wrong=wrong)


class ReactionForm(PageForm):
    """What the caller feels, danger signs first."""

    danger = forms.MultipleChoiceField(label=_("Có dấu hiệu nguy hiểm nào không?"), widget=forms.CheckboxSelectMultiple, required=False)
    other = forms.MultipleChoiceField(label=_("Còn thấy gì nữa?"), widget=forms.CheckboxSelectMultiple, required=False)
    since = forms.ChoiceField(
        label=_("Bị từ lúc nào?"), widget=forms.RadioSelect, initial="now",
        choices=[("now", _("Vừa mới đây")), ("hours", _("Vài giờ nay")), ("yesterday", _("Từ hôm qua")), ("days", _("Vài ngày nay"))],
    )  # fmt: skip
    detail = forms.CharField(label=_("Lời kể"), widget=forms.Textarea, required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, red in (("danger", True), ("other", False)):
            self.fields[name].choices = [  # type: ignore[attr-defined]
                (sign.code, sign.en if lang() == "en" else sign.vi) for sign in signs.SIGNS if bool(sign.red) is red
            ]


OUTCOMES = {
    "recovering": _("Đang đỡ"), "recovered": _("Đã khỏi"), "recovered_with_sequelae": _("Khỏi nhưng còn di chứng"), "not_recovered": _("Chưa đỡ"), "died": _("Đã mất"),
    "unknown": _("Chưa rõ"),
}  # fmt: skip


@opened("cases.answer")
def reaction(request: HttpRequest, case_id: UUID, at: Here, card: PersonCard) -> HttpResponse:
    """Report a reaction at the caller's word, and say what to do now; or how one that was reported went."""
    if request.POST.get("act") == "outcome":
        return _went(request, case_id, at, card)
    form = ReactionForm(request.POST or None)
    done = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            done = safety.report_reaction(
                person_id=card.id, symptoms=[*told["danger"], *told["other"]], onset_at=safety_reads.onset_about(card.id, SINCE.get(told["since"], SINCE["now"]), at.at), source="hotline",
                detail=told["detail"], by=at.by, at=at.at,
            )  # fmt: skip
            cases.note(case_id=case_id, text=str(_("Đã ghi phản ứng sau tiêm.")), by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal)
    return draw(request, "reaction", case_id, card, form=form, done=done, **_reported(card))


def _reported(card: PersonCard, wrong: str = "") -> dict[str, Any]:
    """The reactions on record, each with how it went."""
    names = {sign.code: sign.en if lang() == "en" else sign.vi for sign in signs.SIGNS}
    rows = [(one, ", ".join(names.get(code, code) for code in one.symptoms)) for one in safety_reads.reactions(card.id)[:10]]
    return {"reported": rows, "outcomes": {code: words for code, words in OUTCOMES.items() if code in set(signs.Outcome)}, "wrong": wrong}


def _went(request: HttpRequest, case_id: UUID, at: Here, card: PersonCard) -> HttpResponse:
    """Record how a reaction of this very person went."""
    mine = next((one for one in safety_reads.reactions(card.id) if str(one.id) == request.POST.get("reaction")), None)
    try:
        if mine is None:
            raise Refused("safety.reaction_unknown")
        safety.set_outcome(
            reaction_id=mine.id, outcome=request.POST.get("outcome", ""), action_taken=request.POST.get("action_taken", ""), by=at.by, at=at.at
        )
    except Refused as refusal:
        return draw(request, "reaction", case_id, card, form=ReactionForm(), done=None, **_reported(card, said(refusal)))
    return _noted(case_id, at, _("Đã ghi diễn biến của phản ứng."))


class AskForm(PageForm):
    """What is wrong, and the right value; empty boxes are right as they are."""

    full_name = forms.CharField(label=_("Họ và tên đúng"), max_length=100, required=False)
    birth = BirthField(label=_("Ngày sinh đúng"), required=False)
    sex = forms.ChoiceField(label=_("Giới tính đúng"), required=False, choices=[("", _("Không sửa")), *SEXES])
    identifier = forms.CharField(label=_("Số giấy tờ đúng"), max_length=40, required=False)
    phone = forms.CharField(label=_("Số điện thoại đúng"), max_length=30, required=False)
    vaccine = forms.ChoiceField(label=_("Mũi bị thiếu: vắc xin"), required=False)
    on_date = DayField(label=_("Mũi bị thiếu: ngày tiêm"), required=False)
    place = forms.CharField(label=_("Mũi bị thiếu: nơi tiêm"), max_length=200, required=False)
    words = forms.CharField(label=_("Lời kể"), widget=forms.Textarea, required=False, max_length=1000)

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.code, one.short_en if lang() == "en" else one.short_vi) for one in campaigns.vaccines(on)]
        self.fields["vaccine"].choices = [("", _("Không thiếu mũi nào")), *known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if bool(told.get("vaccine")) != bool(told.get("on_date")) and not self.errors:
            self.add_error("on_date" if told.get("vaccine") else "vaccine", _("Mũi bị thiếu cần cả vắc xin và ngày tiêm"))
        return told

    def asked(self) -> CorrectionAsked:
        """What is asked."""
        told = self.cleaned_data
        right = {name: told[name] for name in ("full_name", "sex", "identifier", "phone") if told.get(name)}
        if told.get("birth"):
            right["birth"] = PartialDate(*told["birth"]).iso()
        if told.get("vaccine"):
            return CorrectionAsked("one_shown", right=right, doses=(AskedDose(told["vaccine"], told["on_date"], "", told["place"]),), words=told["words"])
        return CorrectionAsked("wrong_data" if right else "no_certificate", right=right, words=told["words"])


@opened("cases.open")
def ask(request: HttpRequest, case_id: UUID, at: Here, card: PersonCard) -> HttpResponse:
    """Write down a request for correction; it is a case of its own with its own clock."""
    form = AskForm(request.POST or None, on=clock.on_date(at.at))
    if request.method == "POST" and form.is_valid():
        contact = queries.contact(case_id)
        try:
            found = cases.ask_correction(asked=form.asked(), person_id=card.id, contact=contact, channel="hotline", by=at.by, at=at.at)  # type: ignore[arg-type]
        except Refused as refusal:
            form.refused(refusal)
        else:
            cases.note(case_id=case_id, text=str(_("Đã ghi yêu cầu sửa %(code)s.")) % {"code": found.code}, by=at.by, at=at.at)
            person.keep(request, found.id, **person.state(request, case_id))
            return HttpResponseRedirect(reverse("response:case", kwargs={"case_id": found.id}))
    return draw(request, "ask", case_id, card, form=form, fields=FIELDS)
