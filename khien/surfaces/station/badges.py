"""Helpers for a day: admitted by the lead in a minute, signed in by badge and PIN on a device of the point."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access import actions as access
from khien.access import devices
from khien.access.roles import DESK_ROLES, ROLES
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.surfaces.station.asking import here
from khien.surfaces.web import door, visitor
from khien.surfaces.web.forms import PageForm


class BadgeForm(PageForm):
    """The badge's digits as scanned, and the PIN."""

    badge = forms.CharField(label=_("Quét mã trên thẻ"), max_length=40)
    pin = forms.CharField(label=_("Mã PIN"), max_length=12)


class HelperForm(PageForm):
    """Who helps, at which work."""

    full_name = forms.CharField(label=_("Họ và tên người giúp"), max_length=120)
    role = forms.ChoiceField(label=_("Việc ở bàn"), choices=[(role, ROLES[role]) for role in sorted(DESK_ROLES)])


class DeviceForm(PageForm):
    """What this device is called at the point."""

    name = forms.CharField(label=_("Tên máy này"), max_length=60, help_text=_("Ví dụ: máy bàn 2"))


def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in a helper by badge and PIN; only on a device that the point's lead enrolled."""
    # A scanner ends the badge with Enter before there is a PIN: the page asks for it, nothing went wrong.
    badge = request.POST.get("badge", "").strip()
    scanned = bool(badge) and not request.POST.get("pin")
    form = BadgeForm(initial={"badge": badge}) if scanned else BadgeForm(request.POST or None)
    if not scanned and request.method == "POST" and form.is_valid():
        try:
            staff = access.sign_in_badge(**form.cleaned_data, device=visitor.enrolled(request), at=clock.now())
        except Refused as refusal:
            form.refused(refusal)
        else:
            door.enter(request, staff)
            return HttpResponseRedirect(door.wanted(request) or door.home_of(staff))
    return render(request, "station/badge_in.html", {"form": form, "enrolled": bool(visitor.enrolled(request)), "scanned": scanned})


def helper(request: HttpRequest, session: UUID) -> HttpResponse:
    """Admit a helper to this session; the badge and the PIN are shown once, to be printed and handed over."""
    at = here(request, session, "station.admit_helper")
    form = HelperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, role = form.cleaned_data["full_name"], form.cleaned_data["role"]
        try:
            badge = access.admit_helper(
                session_id=session, full_name=name, role=role, office=at.session.site.name, by=at.by, at=at.at, ends_at=None
            )
        except Refused as refusal:
            form.refused(refusal, "full_name" if refusal.code.startswith("names.") else None)
        else:
            shown = {"here": at, "badge": badge, "name": name, "role": ROLES[role], "digits": codes.display(badge.badge_code)}
            return render(request, "station/badge.html", shown)
    known = devices.find(visitor.enrolled(request))
    return render(request, "station/helper.html", {
        "here": at, "form": form, "device": known, "device_form": DeviceForm(), "devices": devices.listed(at.session.site_id),
    })  # fmt: skip


def enrol(request: HttpRequest, session: UUID) -> HttpResponse:
    """Enrol the device in the lead's hand at this point, or end a device's enrolment."""
    at = here(request, session, "station.admit_helper")
    if request.method == "POST" and request.POST.get("end"):
        mine = {str(device.id): device.id for device in devices.listed(at.session.site_id)}
        if request.POST["end"] in mine:
            devices.revoke(device_id=mine[request.POST["end"]], by=at.by, at=at.at)
    elif request.method == "POST":
        form = DeviceForm(request.POST)
        if form.is_valid():
            _device, secret = devices.enrol(name=form.cleaned_data["name"], site_id=at.session.site_id, by=at.by, at=at.at)
            visitor.keep_enrolled(request, secret)
    return HttpResponseRedirect(reverse("station:helper", kwargs={"session": session}) + "#may")
