"""The door of all staff pages: account, password and the six digits of the phone; and the way out."""

from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access import actions as access
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.surfaces.web import door, visitor
from khien.surfaces.web.forms import PageForm


class SignInForm(PageForm):
    """Account, password, code."""

    username = forms.CharField(label=_("Tài khoản"), max_length=60)
    password = forms.CharField(label=_("Mật khẩu"), max_length=200)
    totp = forms.CharField(
        label=_("Mã 6 số trên điện thoại"), max_length=12, required=False,
        help_text=_("Mở ứng dụng tạo mã. Máy của điểm đã đăng ký thì bỏ trống được với người đứng bàn."),
    )  # fmt: skip


def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is; then on to the page that was wanted."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff = access.sign_in(
                **form.cleaned_data, device=visitor.address(request), enrolled=visitor.enrolled(request), at=clock.now()
            )
        except Refused as refusal:
            form.refused(refusal)
        else:
            door.enter(request, staff)
            return HttpResponseRedirect(door.wanted(request) or door.home_of(staff))
    return render(request, "command/sign_in.html", {"form": form, "badge": f"/diem/the?{urlencode({'tiep': door.wanted(request)})}"})


def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave: the session is forgotten, what the browser keeps of the device stays."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    request.session.flush()
    return HttpResponseRedirect(reverse("command:sign_in"))
