"""Signing in by a code to the phone, then by a PIN on this device; signing out."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as draw
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.people import actions as people
from khien.people import queries
from khien.people.types import AccountRef
from khien.surfaces.healthbook.book import posted, render
from khien.surfaces.web import late, visitor
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang

CHALLENGE, NEXT, TAIL = "so_challenge", "so_next", "so_tail"


class PhoneForm(PageForm):
    phone = forms.CharField(label=_("Số điện thoại"), max_length=30)


class CodeForm(PageForm):
    code = forms.CharField(label=_("Mã xác nhận"), max_length=20)


class PinForm(PageForm):
    pin = forms.CharField(label=_("Mã PIN"), max_length=12)


class NewPinForm(PageForm):
    pin = forms.CharField(label=_("Mã PIN mới, 6 chữ số"), max_length=12)
    again = forms.CharField(label=_("Ghi lại mã PIN"), max_length=12)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("pin") and self.cleaned_data.get("again") and self.cleaned_data["pin"] != self.cleaned_data["again"]:
            self.add_error("again", _("Hai lần ghi không giống nhau. Mời ghi lại."))
        return self.cleaned_data


def there(request: Any) -> str:
    """Where the person was going; only inside the health book or the registration. First to a form that came too late."""
    if request.session.get(late.KEPT):
        return reverse("healthbook:resend")
    wanted = str(request.session.get(NEXT) or "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(("/so/", "/dang-ky"))
    return wanted if safe else reverse("healthbook:home")


def sign_in(request: Any) -> HttpResponse:
    """Ask for the phone; on a device with a PIN, for the PIN first."""
    if "tiep" in request.GET:
        request.session[NEXT] = request.GET["tiep"][:300]
    if request.account is not None:
        return HttpResponseRedirect(there(request))
    known = queries.pinned(visitor.device(request), clock.now()) if "dien-thoai" not in request.GET else None
    if request.method == "POST" and "pin" in request.POST:
        return _by_pin(request, known)
    if request.method == "POST":
        return _ask(request)
    if known is not None:
        return render(request, "pin.html", form=PinForm(), phone=known.phone_masked)
    return render(request, "sign_in.html", form=PhoneForm())


def _ask(request: Any) -> HttpResponse:
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            challenge = people.ask_code(
                phone=form.cleaned_data["phone"], purpose="sign_in", device=visitor.device(request), at=clock.now(), language=lang(),
                address=visitor.address(request),
            )  # fmt: skip
        except Refused as refusal:
            form.refused(refusal, "phone")
        else:
            digits = [c for c in form.cleaned_data["phone"] if c.isdigit()]
            request.session[CHALLENGE], request.session[TAIL] = str(challenge), "".join(digits[-3:])
            return HttpResponseRedirect(reverse("healthbook:code"))
    return render(request, "sign_in.html", form=form)


def code(request: Any) -> HttpResponse:
    """Type the code that came to the phone."""
    challenge = request.session.get(CHALLENGE)
    if not challenge:
        return HttpResponseRedirect(reverse("healthbook:sign_in"))
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        device, at = visitor.device(request), clock.now()
        try:
            people.check_code(challenge=UUID(challenge), code=form.cleaned_data["code"], device=device, at=at)
            account = people.open_account(challenge=UUID(challenge), device=device, at=at, language=lang())
        except Refused as refusal:
            form.refused(refusal, "code")
        else:
            _enter(request, account)
            if queries.pinned(device, at) is None and queries.linked(account.id):
                return HttpResponseRedirect(reverse("healthbook:set_pin"))
            return HttpResponseRedirect(there(request))
    return render(request, "code.html", form=form, tail=request.session.get(TAIL, ""))


def _by_pin(request: Any, known: AccountRef | None) -> HttpResponse:
    form = PinForm(request.POST)
    if known is not None and form.is_valid():
        try:
            account = people.check_pin(device=visitor.device(request), pin=form.cleaned_data["pin"].strip(), at=clock.now())
        except Refused as refusal:
            if refusal.code == "people.pin_over":
                over = PhoneForm()
                return render(request, "sign_in.html", form=over, refusal=refusal)
            form.refused(refusal, "pin")
        else:
            _enter(request, account)
            return HttpResponseRedirect(there(request))
    if known is None:
        return render(request, "sign_in.html", form=PhoneForm(), refusal=Refused("people.pin_over"))
    return render(request, "pin.html", form=form, phone=known.phone_masked)


def _enter(request: Any, account: AccountRef) -> None:
    """A new session key for a newly known person; what another account chose is forgotten."""
    request.session.cycle_key()
    for key in (CHALLENGE, TAIL, "person_id", "felt", "link_challenge"):
        request.session.pop(key, None)
    request.session["account_id"] = str(account.id)


def set_pin(request: Any) -> HttpResponse:
    """Choose a PIN for this device; it may be left for later."""
    form = NewPinForm(posted(request))
    if request.method == "POST" and form.is_valid():
        account = request.account.id
        try:
            people.set_pin(
                account=account, device=visitor.device(request), pin=form.cleaned_data["pin"].strip(), by=Actor("citizen", account), at=clock.now()
            )
        except Refused as refusal:
            form.refused(refusal, "pin")
        else:
            return HttpResponseRedirect(there(request))
    return render(request, "set_pin.html", form=form, later=there(request), known=queries.pinned(visitor.device(request), clock.now()))


def sign_out(request: Any) -> HttpResponse:
    """Leave; with `quen`, this device forgets its PIN too. What was kept on the device goes with it."""
    if request.method == "POST":
        for key in ("account_id", "person_id", "felt", NEXT, CHALLENGE, TAIL, "link_challenge"):
            request.session.pop(key, None)
        request.session.cycle_key()
        if request.POST.get("quen"):
            people.forget_device(device=visitor.device(request))
    return HttpResponseRedirect(reverse("healthbook:signed_out"))


def signed_out(request: HttpRequest) -> HttpResponse:
    """The page after signing out: the device clears what it kept."""
    response = render(request, "signed_out.html")
    response["X-Khien-Book"] = "none"
    return response


def lost_phone(request: HttpRequest) -> HttpResponse:
    """What to do when the phone is lost or the number changed hands."""
    return render(request, "lost_phone.html", signed_in=getattr(request, "account", None) is not None)


def resend(request: Any) -> HttpResponse:
    """Offer the form that came when the session was over, to who may send it; asked once, it is forgotten."""
    found = late.kept(request)
    late.forget(request)
    if found is None or not _may_send(request.account.id, found[0]):
        return HttpResponseRedirect(there(request))
    return draw(request, "errors/late.html", {"head": late.HEAD, "action": found[0], "fields": found[1]})


def _may_send(account: UUID, path: str) -> bool:
    """A form about a person belongs to who may open that person's book."""
    try:
        person = resolve(urlsplit(path).path).kwargs.get("person")
    except Resolver404:
        return False
    return person is None or queries.may_open(account, person)
