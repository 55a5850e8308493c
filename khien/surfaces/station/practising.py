"""A practice copy, at the desks: who stands before me and what they say, my score so far, the clock that may be moved on."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access.permissions import StaffRef
from khien.booking import queries as booking
from khien.kernel import clock
from khien.plumbing import practice
from khien.readiness import actions
from khien.readiness import queries as readiness
from khien.surfaces.web import practice_words
from khien.surfaces.web.guard import refuse

AHEAD = timedelta(minutes=30)
# What someone says at a desk, by their situation there.
SAYS = {
    "code": _("“Tôi có tin nhắn hẹn, mã của tôi đây.”"),
    "card": _("“Căn cước của tôi đây.”"),
    "namesake": _("“Tôi để quên giấy tờ ở nhà.”"),
    "no_papers": _("“Tôi không mang giấy tờ, cũng chưa đăng ký.”"),
    "well": _("“Tôi khỏe, không dị ứng gì.” Nhiệt độ 36,7; mạch 78; huyết áp 118/76."),
    "fever": _("“Sáng nay tôi sốt, giờ còn mệt.” Nhiệt độ 38,4; mạch 92; huyết áp 124/80."),
    "allergy": _("“Mũi trước tôi khó thở, phải đi cấp cứu vì phản vệ.” Nhiệt độ 36,6; mạch 80; huyết áp 120/78."),
    "good_vial": _("Lọ trên tay bạn ghi lô TAP-0001."),
    "wrong_vial": _("Lọ trên tay bạn ghi lô TAP-0666. Nhìn lô trước khi tiêm."),
    "fine": _("“Tôi thấy bình thường.”"),
    "faint": _("“Tôi hoa mắt, chóng mặt”, rồi ngất, da tái, mạch chậm; nằm xuống một lúc thì tỉnh."),
}
# Which state of a visit stands before which desk.
BEFORE = (("screener", ("checked_in", "consented")), ("injector", ("cleared",)), ("observer", ("dosed",)))


def index(request: HttpRequest) -> HttpResponse:
    """Who stands before me, whom my desk waits for, and my score."""
    session_id = readiness.practised_session() if settings.PRACTICE else None
    if session_id is None:
        return refuse(request, 404)
    staff: StaffRef = request.staff  # type: ignore[attr-defined]
    place = booking.session_place(session_id)
    crowd = readiness.crowd(session_id)
    actor = f"staff:{staff.id}"
    front = next((guest for guest, card in reversed(crowd) if guest.called_by == actor and card is None), None)
    scores = readiness.scores_now()
    own = readiness.practised_by(staff.id)
    context = {
        "session": session_id, "site": booking.session(session_id), "staff": staff, "receives": _stands(staff, "reception"), "front": front,
        "left": sum(1 for guest, _card in crowd if guest.called_at is None), "desks": _waiting(crowd, staff), "says": SAYS,
        "sheets": [guest for guest, _card in crowd if "sheet" in guest.situations] if staff.may("visit.key_paper", place) else [],
        "scores": [one for one in scores if staff.may("practice.open") or one.number in own], "words": practice_words, "all": staff.may("practice.open"),
    }  # fmt: skip
    return render(request, "station/practice.html", context)


def _stands(staff: StaffRef, desk: str) -> bool:
    """Whether this desk is theirs here; a right that a clerk has besides calls nobody to them."""
    return any(post.role in (desk, "point_lead") for post in staff.posts)


def _waiting(crowd: list[Any], staff: StaffRef) -> list[tuple[str, list[Any]]]:
    """For each of my desks, who sits there now and what they say."""
    found = []
    for desk, states in BEFORE:
        here = [(guest, card) for guest, card in crowd if card is not None and card.state in states]
        if here and _stands(staff, desk):
            found.append((desk, sorted(here, key=lambda one: one[1].number)))
    return found


def call(request: HttpRequest) -> HttpResponse:
    """The next one comes to my desk."""
    session_id = readiness.practised_session() if settings.PRACTICE else None
    if session_id is None:
        return refuse(request, 404)
    if request.method == "POST":
        staff: StaffRef = request.staff  # type: ignore[attr-defined]
        actions.call_next(session_id=session_id, by=staff.actor("visit.receive", booking.session_place(session_id)), at=clock.now())
    return HttpResponseRedirect(reverse("station:practice"))


def ahead(request: HttpRequest) -> HttpResponse:
    """Move this copy's own clock half an hour on: nobody waits thirty real minutes under observation."""
    if not settings.PRACTICE:
        return refuse(request, 404)
    if request.method == "POST":
        practice.move_clock(settings.DATA, AHEAD)
    return HttpResponseRedirect(reverse("station:practice"))
