"""Staff and their posts within my places; devices of a point."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.access import actions as access
from khien.access import devices
from khien.access import queries as staff_reads
from khien.access.roles import ROLES
from khien.access.types import StaffCard
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.surfaces.command import frame, where
from khien.surfaces.command.register_forms import find_unit
from khien.surfaces.command.words import SCOPES, scope_words
from khien.surfaces.web import qr, visitor
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import DayField, PageForm

UNITS = ("province", "district", "commune")
KINDS = ("nation", "province", "district", "commune", "facility", "site", "organization")


class Post(PageForm):
    """A role at a place, for a time. The place is found by its name."""

    role = forms.ChoiceField(label=_("Việc"), choices=list(ROLES.items()))
    kind = forms.ChoiceField(label=_("Phạm vi"), choices=[(kind, SCOPES[kind]) for kind in KINDS])
    place = forms.CharField(label=_("Tên nơi"), max_length=160, required=False, help_text=_("Ví dụ: Quận 3, phường 15 Gò Vấp, Điểm tiêm Nhà văn hóa. Thêm 2025 cho địa giới từ 7/2025. Toàn quốc thì bỏ trống"))
    office = forms.CharField(label=_("Tên cơ quan"), max_length=160, help_text=_("Người dân thấy tên này khi hồ sơ của họ được mở"))
    until = DayField(label=_("Đến hết ngày"), required=False, help_text=_("Bỏ trống nếu không hạn"))

    def clean(self) -> dict[str, Any]:
        """The scope that the name means."""
        told = self.cleaned_data
        kind, name = told.get("kind", ""), (told.get("place") or "").strip()
        if kind == "nation":
            told["scope"] = Scope("nation")
        elif kind:
            found, wrong = _unit_named(kind, name) if kind in UNITS else (_named(kind, name), "")
            if len(found) == 1:
                told["scope"] = found[0]
            elif wrong:
                self.add_error("place", wrong)
            elif found:
                self.add_error("place", now_("Có nhiều nơi tên như vậy. Mời ghi đủ tên"))
            else:
                self.add_error("place", now_("Không thấy nơi này. Mời ghi lại tên, thêm quận, huyện hoặc tỉnh"))
        return told


def _unit_named(kind: str, name: str) -> tuple[list[Scope], str]:
    """The unit of this level with this name, or what to write so that one is meant: a right never goes to a place that was guessed."""
    unit, wrong = find_unit(name, kind)
    return ([Scope(unit.level, unit.code, unit.epoch)] if unit else []), wrong


def _named(kind: str, name: str) -> list[Scope]:
    """The places of this kind with this name."""
    if not name:
        return []
    reads: dict[str, Any] = {"site": places.sites, "facility": places.facilities, "organization": places.organizations}
    low = name.casefold()
    everything = reads[kind]()
    exact = [one for one in everything if one.name.casefold() == low]
    return [Scope(kind, str(one.id)) for one in exact or [one for one in everything if low in one.name.casefold()][:2]]


class Add(Post):
    """A new account with its first post."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=120)
    username = forms.CharField(label=_("Tên tài khoản"), max_length=60, help_text=_("Chữ không dấu, số, dấu chấm; ví dụ q3.lan"))
    title = forms.CharField(label=_("Chức danh"), max_length=80, required=False)
    phone = forms.CharField(label=_("Điện thoại"), max_length=30, required=False)
    password = forms.CharField(label=_("Mật khẩu đầu tiên"), max_length=200, help_text=_("Ít nhất 10 ký tự; người này đổi lại khi vào"))
    field_order = ("full_name", "username", "title", "phone", "password", "role", "kind", "place", "office", "until")


def index(request: HttpRequest) -> HttpResponse:
    """Staff who hold a post within my places; a search goes by POST, for no address holds a name."""
    at = frame.here(request, "staff.manage")
    text = request.POST.get("text", "").strip()
    rows = staff_reads.staff_list(scopes=frame.reach(at.scopes), text=text, at=at.at)
    places_said = {scope: scope_words(scope) for scope in {post.scope for one in rows for post in one.posts}}
    shown = [(one, [(post.role_name, places_said[post.scope]) for post in one.posts]) for one in rows]
    return frame.page(request, "staff", "staff", rows=shown, text=text, sites=places.sites(frame.reach(at.scopes)))


def add(request: HttpRequest) -> HttpResponse:
    """Open an account and give its first post; the secret of the codes is shown once."""
    at = frame.here(request, "staff.manage")
    form = Add(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            access.check_may_give(at.scopes, told["scope"])
            account = {name: told[name] for name in ("username", "full_name", "password", "title", "phone")}
            made = access.add_staff_at(**account, **_post(told), by=at.by, at=at.at)
        except Refused as refusal:
            form.refused(refusal, _FIELD_OF.get(refusal.code, _FIELD_OF.get(refusal.code.split(".")[0])))
        else:
            return _secret(request, made, told["full_name"], told["username"])
    return frame.page(request, "staff_add", "staff", form=form)


_FIELD_OF = {
    "access.username_taken": "username", "access.username_bad": "username", "access.password_weak": "password", "access.place_not_yours": "place",
    "access.unknown_place": "place", "access.ends_before_start": "until", "names": "full_name", "phones": "phone",
}  # fmt: skip


def _post(told: dict[str, Any]) -> dict[str, Any]:
    """The post that a form tells of."""
    ends = clock.at_local(told["until"] + timedelta(days=1)) if told["until"] else None
    return {"role": told["role"], "scope": told["scope"], "office": told["office"], "ends_at": ends}


def _secret(request: HttpRequest, made: Any, full_name: str, username: str) -> HttpResponse:
    facts = {"made": made, "full_name": full_name, "username": username, "qr_code": qr.svg(made.totp_uri, str(_("Mã để ứng dụng quét")))}
    return frame.page(request, "staff_secret", "staff", **facts)


def _mine(staff_id: UUID, at: frame.Here) -> StaffCard | None:
    """A staff member of my places."""
    return next((one for one in staff_reads.staff_list(scopes=frame.reach(at.scopes), at=at.at, limit=100_000) if one.id == staff_id), None)


def show(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """One staff member: posts, a new post, an end, a new secret, a new password, the account closed."""
    at = frame.here(request, "staff.manage")
    card = _mine(staff_id, at)
    if card is None:
        return not_found(request)
    act = request.POST.get("act", "")
    form = Post(request.POST if act == "give" else None)
    error = ""
    try:
        if form.is_bound and form.is_valid():
            access.check_may_give(at.scopes, form.cleaned_data["scope"])
            access.give_post(staff_id=staff_id, **_post(form.cleaned_data), by=at.by, at=at.at)
            return HttpResponseRedirect(request.path)
        if act in ("totp", "password", "close", "reopen"):
            _whole(card, at)
        if act == "totp":
            return _secret(request, access.new_totp(staff_id=staff_id, by=at.by, at=at.at), card.full_name, card.username)
        if act and not form.is_bound and _acted(act, request, card, at):
            return HttpResponseRedirect(request.path)
    except Refused as refusal:
        error = "" if form.is_bound else frame.said(refusal)
        if form.is_bound:
            form.refused(refusal, _FIELD_OF.get(refusal.code))
    posts = [(post, scope_words(post.scope), any(staff_reads.inside(post.scope, scope) for scope in at.scopes)) for post in card.posts]
    return frame.page(request, "staff_one", "staff", card=card, posts=posts, form=form, error=error)


def _whole(card: StaffCard, at: frame.Here) -> None:
    """Check that every post of this account lies within my places: a secret is not taken over by who manages a part of them."""
    for post in card.posts:
        access.check_may_give(at.scopes, post.scope)


def _acted(act: str, request: HttpRequest, card: StaffCard, at: frame.Here) -> bool:
    """Do one of the small acts; False when it is none of them."""
    if act == "end":
        post = next((one for one in card.posts if str(one.id) == request.POST.get("post")), None)
        if post is not None:
            access.check_may_give(at.scopes, post.scope)
            access.end_post(post_id=post.id, by=at.by, at=at.at)
    elif act == "password":
        access.set_password(staff_id=card.id, password=request.POST.get("password", ""), by=at.by, at=at.at)
    elif act == "close":
        access.close_staff(staff_id=card.id, reason="closed", by=at.by, at=at.at)
    elif act == "reopen":
        access.reopen_staff(staff_id=card.id, reason="reopened", by=at.by, at=at.at)
    else:
        return False
    return True


def site_devices(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """The devices of a point: enrol this browser, end one that is lost."""
    at = frame.here(request, "staff.manage", where.site(site_id))
    info = places.site(site_id)
    if info is None:
        return not_found(request)
    listed = devices.listed(site_id)
    if request.method == "POST":
        ended = next((one for one in listed if str(one.id) == request.POST.get("end")), None)
        name = request.POST.get("name", "").strip()[:60]
        if ended is not None:
            devices.revoke(device_id=ended.id, by=at.by, at=at.at)
        elif name:
            _device, secret = devices.enrol(name=name, site_id=site_id, by=at.by, at=at.at)
            visitor.keep_enrolled(request, secret)
        return HttpResponseRedirect(reverse("command:devices", kwargs={"site_id": site_id}))
    own = devices.find(visitor.enrolled(request))
    return frame.page(request, "devices", "staff", site=info, devices=listed, own=own)
