"""My own account: my posts, my language, a new password, a new secret for the codes."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from khien.access import actions as access
from khien.access import queries as staff_reads
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.surfaces.command import frame
from khien.surfaces.command.words import scope_words
from khien.surfaces.web import qr, visitor
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.middleware import LANGUAGE_COOKIE


class Prove(PageForm):
    """Password and code once more, before anything of the account is changed."""

    password = forms.CharField(label=_("Mật khẩu hiện nay"), max_length=200)
    totp = forms.CharField(label=_("Mã 6 số trên điện thoại"), max_length=12)


class NewPassword(Prove):
    fresh = forms.CharField(label=_("Mật khẩu mới"), max_length=200, help_text=_("Ít nhất 10 ký tự, không chứa tên tài khoản"))


def mine(request: HttpRequest) -> HttpResponse:
    """Show my account; change one thing of it."""
    at = frame.here(request, "signed_in")
    card = staff_reads.staff_card(at.staff.id, at=at.at)
    act = request.POST.get("act", "")
    if act == "language" and request.POST.get("language") in ("vi", "en"):
        return _language(at, request.POST["language"])
    password = NewPassword(request.POST if act == "password" else None, auto_id="mk-%s")
    renew = Prove(request.POST if act == "totp" else None, auto_id="ma-%s")
    facts: dict[str, Any] = {"done": "", "secret": None}
    for form, change in ((password, _password), (renew, _totp)):
        if form.is_bound and form.is_valid():
            try:
                _prove(request, card.username if card else "", form)
                facts |= change(at.staff.id, form, at)
            except Refused as refusal:
                form.refused(refusal, "fresh" if refusal.code == "access.password_weak" else None)
    posts = [(post.role_name, scope_words(post.scope), post.office, post.ends_at) for post in card.posts] if card else []
    return frame.page(request, "account", card=card, posts=posts, password=password, renew=renew, **facts)


def _prove(request: HttpRequest, username: str, form: Prove) -> None:
    access.sign_in(
        username=username, password=form.cleaned_data["password"], totp=form.cleaned_data["totp"], device=visitor.address(request),
        at=frame.here(request, "signed_in").at,
    )  # fmt: skip


def _password(staff_id: Any, form: Any, at: frame.Here) -> dict[str, Any]:
    access.set_password(staff_id=staff_id, password=form.cleaned_data["fresh"], by=Actor("staff", staff_id), at=at.at)
    return {"done": "password"}


def _totp(staff_id: Any, form: Any, at: frame.Here) -> dict[str, Any]:
    made = access.new_totp(staff_id=staff_id, by=Actor("staff", staff_id), at=at.at)
    return {"done": "totp", "secret": made.totp_secret, "qr_code": qr.svg(made.totp_uri, str(_("Mã để ứng dụng quét")))}


def _language(at: frame.Here, language: str) -> HttpResponse:
    access.set_language(staff_id=at.staff.id, language=language, by=at.by, at=at.at)
    response = HttpResponseRedirect("toi")
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="Lax", httponly=True)
    return response
