"""Check a certificate: by its text, a picture of it, or the camera. What it says is shown only when it is true."""

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.certificates import picture
from khien.certificates import queries as certificates
from khien.certificates.verify import REASONS, Verdict
from khien.kernel import clock, codes
from khien.kernel.errors import Refused
from khien.plumbing import limits
from khien.surfaces.web import installed, say, visitor
from khien.surfaces.web.assets import static
from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.locale import lang

log = logging.getLogger("khien.portal.verify")
LONGEST = 10_000
KEEP_SECONDS = 30
WORKER = Path(__file__).with_name("worker.js")
SCRIPTS = ("js/camera.js", "js/dcc-read.js", "js/dcc-judge.js", "js/check.js")
READER = tuple(f"/static/vendor/qr/0.7.0/{name}.js" for name in ("decode", "index"))  # imported by camera.js, which knows no content hash
SHELL = ("theme.css", "asking.css", "portal.css", "mark.svg", *SCRIPTS)
PER_HOUR = 600  # one address: a school gate checks a few hundred an hour

HEADS = {
    "ok": ("ready", "check", _("Hợp lệ"), _("Chữ ký đúng, chưa bị thu hồi, còn hạn.")),
    "expired": ("wait", "clock", _("Hết hạn"), _("Chứng nhận thật nhưng mã đã quá hạn. Chủ chứng nhận mở sổ sức khỏe để lấy mã mới.")),
    "not_yet_valid": ("wait", "clock", _("Chưa tới ngày có hiệu lực"), _("Xem lại ngày giờ, hoặc hỏi nơi cấp.")),
    "revoked": ("stop", "stop", _("Đã thu hồi"), _("Nơi cấp đã thu hồi chứng nhận này. Không nhận.")),
}  # fmt: skip
OTHER = "other_code"  # a broken text that does not even say that it is a certificate
UNKNOWN = (
    "stop",
    "stop",
    _("Không xác nhận được"),
    _("Không phải chứng nhận, bị sửa, hoặc người ký không có trong danh sách tin cậy. Không nhận."),
)
WHY = {
    "broken_text": _("Đoạn chữ hoặc mã QR không phải chứng nhận, hoặc bị thiếu."),
    OTHER: _(
        "Không bắt đầu bằng HC1: nên đây là mã khác (thẻ căn cước, trang web, ứng dụng...), hoặc chép thiếu đoạn đầu. "
        "Mã của chứng nhận có trên tờ chứng nhận và trong sổ sức khỏe của người đưa."
    ),
    "schema": _("Nội dung không đúng mẫu chứng nhận."),
    "algorithm": _("Cách ký không được chấp nhận."),
    "unknown_signer": _("Người ký không có trong danh sách tin cậy."),
    "signature": _("Chữ ký không đúng: nội dung đã bị sửa."),
    "key_usage": _("Người ký không được quyền ký loại chứng nhận này."),
}


def _help() -> str:
    return gettext("Ảnh rõ, thấy cả mã, tối đa %(megabytes)s MB") % {"megabytes": picture.MEGABYTES}


_picture_help = lazy(_help, str)()


class TextForm(PageForm):
    """The certificate's text, or a picture of its code."""

    text = forms.CharField(label=_("Đoạn chữ bắt đầu bằng HC1:"), required=False, max_length=LONGEST, widget=forms.Textarea)
    photo = forms.FileField(label=_("Hình chụp mã QR"), required=False, help_text=_picture_help, error_messages={"empty": _("Tệp không có gì. Mời chọn hình khác.")})

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        told["found"] = (told.get("text") or "").strip()
        if photo := told.get("photo"):
            try:
                told["found"] = self._in_picture(photo.read())
            except picture.Unreadable as trouble:
                self.refused(trouble, "photo")
        elif not told["found"] and "text" not in self.errors:
            self.add_error("text", gettext("Mời dán đoạn chữ, hoặc chọn hình chụp mã QR"))
        return told

    def _in_picture(self, data: bytes) -> str:
        """The one certificate in the picture, or else a slip's code, or any; two certificates are not told apart by us."""
        texts = picture.read(data)
        if (many := picture.certificates(texts)) > 1:
            self.add_error("photo", gettext("Hình có %(n)s chứng nhận. Mời chụp từng mã một") % {"n": many})
        return texts[0] if many else next(filter(codes.is_slip_code, texts), texts[0])


def verify(request: HttpRequest) -> HttpResponse:
    """Ask, or answer with one big word."""
    form = TextForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _asked(request, TextForm())
    at = clock.now()
    try:
        limits.brake("verify", visitor.address(request), most=PER_HOUR, within=timedelta(hours=1), at=at)
    except Refused as refusal:
        form.is_valid()
        return _asked(request, form.refused(refusal), 429)
    if not form.is_valid():
        return _asked(request, form, 422)
    text = form.cleaned_data["found"]
    if codes.is_slip_code(text):
        return render(request, "portal/verify_slip.html", {})
    verdict = certificates.check(text, at)
    log.info("certificate judged %s", verdict.reason)
    return render(request, "portal/verified.html", _answer(verdict, text) | {"at": at})


def _asked(request: HttpRequest, form: PageForm, status: int = 200) -> HttpResponse:
    """The form; with every verdict in words and the products' names, for when this device judges by itself."""
    products = {one.eu_mp: one.short(lang()) for one in campaigns.rulebook().vaccines.values() if one.eu_mp}
    return render(request, "portal/verify.html", {"form": form, "verdicts": [_words(reason) for reason in (*REASONS, OTHER)], "products": products}, status=status)


def signers_and_revoked(request: HttpRequest) -> HttpResponse:
    """The list by which a device judges without a network: keys, hashes of the revoked, schemas; made anew every half minute."""
    at = clock.now()
    made, found = _made.get("list", (None, None))
    if made is None or found is None or not made <= at < made + timedelta(seconds=KEEP_SECONDS):
        made, found = at, json.dumps(certificates.list_for_browsers(at))
        _made["list"] = (made, found)
    return HttpResponse(found, content_type="application/json", headers={"Cache-Control": "no-cache"})


_made: dict[str, tuple[datetime, str]] = {}


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of this one page: it keeps page and list, so that a check needs no network."""
    response = installed.worker(installed.worker_code(WORKER, [*map(static, SHELL), *READER, *installed.BY_NAME]))
    response["Service-Worker-Allowed"] = reverse("portal:verify")
    return response


def _words(reason: str) -> dict[str, Any]:
    tone, img, head, what = HEADS.get(reason, UNKNOWN)
    return {"reason": reason, "tone": tone, "img": img, "head": head, "what": what, "why": WHY.get(reason, "")}


def _answer(verdict: Verdict, text: str) -> dict[str, Any]:
    other = verdict.reason == "broken_text" and not certificates.claims(text)
    return _words(OTHER if other else verdict.reason) | {
        "valid": verdict.valid,
        "rows": _rows(verdict.payload) if verdict.valid and verdict.payload else [], "verdict": verdict,
    }  # fmt: skip


def _rows(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """What a true certificate says, to compare with the paper of whoever shows it."""
    name, entry = payload.get("nam", {}), next(iter([*payload.get("v", []), *payload.get("r", []), *payload.get("t", [])]), {})
    full = " ".join(filter(None, (name.get("fn"), name.get("gn")))) or " ".join(
        filter(None, (name.get("fnt"), name.get("gnt")))
    ).replace("<", " ")
    rows = [(gettext("Họ và tên"), full), (gettext("Ngày sinh"), "/".join(reversed(str(payload.get("dob", "")).split("-"))))]
    if "dn" in entry:
        rows += [
            (gettext("Vắc xin"), _product(str(entry.get("mp", "")))),
            (gettext("Mũi"), gettext("%(dn)s trong %(sd)s") % {"dn": entry.get("dn"), "sd": entry.get("sd")}),
            (gettext("Ngày tiêm"), "/".join(reversed(str(entry.get("dt", "")).split("-")))),
        ]
    return [*rows, (gettext("Nơi cấp"), str(entry.get("is", ""))), (gettext("Nước"), say.country(str(entry.get("co", "")), lang()))]


def _product(code: str) -> str:
    """A product of the value set as people call it; other countries' codes stay as they are."""
    found = next((one for one in campaigns.rulebook().vaccines.values() if one.eu_mp == code), None)
    return found.short(lang()) if found else code
