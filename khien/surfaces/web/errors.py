"""Pages for what went wrong: what happened, what was kept, what to do next. In Vietnamese and English."""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils.translation import gettext_lazy as _

from khien.kernel.errors import Refused
from khien.surfaces.web import door, late
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

log = logging.getLogger("khien.web.errors")
CALM = "Khiên: xin thử lại sau ít phút. Please try again in a few minutes. 1900 9095"
HOMES = (
    ("/diem/", _("Về bàn làm việc")),
    ("/dieu-phoi/", _("Về bảng chung")),
    ("/mcc/", _("Về bàn trả lời")),
    ("/so/", _("Về sổ sức khỏe")),
)


@dataclass(frozen=True)
class Words:
    """What a page of one status says."""

    head: Any
    what: Any
    next: tuple[Any, ...] = field(default=())
    keep: Any = ""


WORDS = {
    400: Words(
        _("Trang không hiểu yêu cầu này"),
        _("Đường dẫn hoặc biểu mẫu gửi lên không đọc được."),
        (_("Quay lại trang trước và thử lại."), _("Nếu chép đường dẫn từ tin nhắn, xem đã chép đủ chưa.")),
    ),
    401: Words(
        _("Mời đăng nhập"),
        _("Trang này cần biết ai đang xem."),
        (_("Đăng nhập rồi mở lại trang này."),),
    ),
    403: Words(
        _("Trang này không mở cho tài khoản này"),
        _("Có thể phiên làm việc đã hết, hoặc việc này thuộc về người khác."),
        (_("Đăng nhập lại rồi mở lại trang."), _("Nhân viên: hỏi người phụ trách để được giao đúng vị trí.")),
    ),
    404: Words(
        _("Không có trang này"),
        _("Đường dẫn có thể gõ thiếu, hoặc trang đã chuyển chỗ."),
        (_("Xem lại đường dẫn."), _("Hoặc bắt đầu lại từ trang chính.")),
    ),
    405: Words(
        _("Trang này không làm được việc đó"),
        _("Trang chỉ nhận cách gửi khác."),
        (_("Quay lại trang trước và bấm nút trên trang, đừng tải lại địa chỉ này."),),
    ),
    413: Words(
        _("Tệp gửi lên quá lớn"),
        _("Ảnh giấy tờ tối đa 5 MB; hình chụp mã QR và danh sách tối đa 20 MB."),
        (_("Chụp lại ảnh ở cỡ nhỏ hơn, hoặc chia danh sách làm hai tệp."), _("Rồi gửi lại.")),
        _("Chưa có gì được lưu từ lần gửi này."),
    ),
    429: Words(
        _("Thử lại hơi nhiều lần"),
        _("Để giữ an toàn cho mọi người, trang này tạm nghỉ với máy này."),
        (_("Chờ vài phút rồi thử lại một lần."), _("Cần gấp thì gọi hỏi đáp.")),
    ),
    500: Words(
        _("Trang gặp lỗi"),
        _("Lỗi ở phía chúng tôi và đã được ghi lại."),
        (_("Chờ một phút rồi thử lại."), _("Vẫn lỗi thì gọi hỏi đáp và đọc số ở cuối trang.")),
        _("Việc đang làm dở có thể chưa được lưu. Mời tra cứu trước khi làm lại."),
    ),
    503: Words(
        _("Hệ thống đang bận"),
        _("Đang quá đông người hoặc đang bảo trì. Dữ liệu vẫn an toàn."),
        (_("Chờ một phút rồi tải lại trang."), _("Tại điểm tiêm: vẫn tiêm theo phiếu giấy, ghi vào sổ sau.")),
    ),
}
CSRF = Words(
    _("Biểu mẫu đã mở quá lâu"),
    _("Để tránh người khác gửi thay, biểu mẫu chỉ nhận từ chính trang vừa mở, và trình duyệt phải nhận cookie."),
    (
        _("Bấm nút quay lại của trình duyệt: những gì đã gõ vẫn còn ở đó."),
        _("Tải lại trang nếu được hỏi, rồi gửi lần nữa."),
        _("Nếu vẫn vậy, cho phép cookie cho trang này."),
    ),
    _("Chưa có gì được lưu từ lần gửi này."),
)


def page(
    request: HttpRequest, status: int, *, words: Words | None = None, retry_after: int | None = None, trace: str = ""
) -> HttpResponse:
    """Draw the page of a status; plain words when even that cannot be drawn."""
    words = words or WORDS.get(status, WORDS[500 if status >= 500 else 400])
    home, home_name = next((h for h in HOMES if _under(request.path, h[0])), ("/", _("Về trang chính")))
    staff = getattr(request, "staff", None) if status == 403 else None
    if staff is not None and not door.opens(staff, home):  # that one is closed to them too
        home, home_name = door.home_of(staff), _("Về trang làm việc của tôi")
    facts = {
        "status": status, "head": words.head, "what": words.what, "next": words.next, "keep": words.keep,
        "home": home, "home_name": home_name, "trace": trace,
    }  # fmt: skip
    try:
        html = engines["jinja2"].get_template("errors/page.html").render(facts, request)
    except Exception:
        log.exception("errors: page of %s not drawn", status)
        html = CALM
    response = HttpResponse(html, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    response["Cache-Control"] = "no-store"
    return response


def _under(path: str, root: str) -> bool:
    return path.startswith(root) or path == root.rstrip("/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 where the form or the file is too large."""
    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; the trace is the request's id where the middleware gave one."""
    return page(request, 500, trace=getattr(request, "trace", ""))


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """409 (404 for something that is not there): a refusal in words, when the view did not put it beside a field."""
    status = 404 if refused.code.endswith(("not_found", "unknown")) else 409
    words = Words(_("Chưa làm được việc này"), word(refused, lang()), (_("Quay lại trang trước và sửa, rồi gửi lại."),))
    return page(request, status, words=words)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token did not match: the way back keeps what was typed."""
    log.info("csrf refused")
    return _again(request, late.HEAD) or page(request, 403, words=CSRF)


def late_at_the_door(request: HttpRequest, door: str) -> HttpResponse | None:
    """403 for a form of staff whose session is over: they sign in beside it and send it again; None where nothing was typed."""
    return _again(request, late.HEAD, what=_("Đăng nhập ở thẻ mới, rồi quay lại thẻ này bấm Gửi lại."), door=door)


def barred(request: HttpRequest) -> HttpResponse:
    """403 for staff without the post that this takes; `Khien-Barred` tells the desks so. What was typed is kept."""
    what = _("Vị trí của tài khoản này có thể đã hết. Hỏi người phụ trách; được giao lại rồi thì bấm Gửi lại.")
    response = _again(request, WORDS[403].head, what=what) or page(request, 403)
    response["Khien-Barred"] = "1"
    return response


def _again(request: HttpRequest, head: Any, **more: Any) -> HttpResponse | None:
    """403 with what was typed, to be sent again; None where there is nothing to offer."""
    fields = late.typed(request)
    if fields is None:
        return None
    facts = {"head": head, "action": request.get_full_path(), "fields": fields, **more}
    response = HttpResponse(engines["jinja2"].get_template("errors/late.html").render(facts, request), status=403)
    response["Cache-Control"] = "no-store"
    return response


def dress(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a bare 405, 413 or 429 its page; leave the API and answers with a body of their own alone."""
    bare = not response.streaming and not response.content
    if response.status_code not in (405, 413, 429, 503) or not bare or request.path.startswith("/api"):
        return response
    dressed = page(request, response.status_code)
    for name in ("Allow", "Retry-After"):
        if name in response:
            dressed[name] = response[name]
    return dressed
