"""What the pages of stock and cold chain call things."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from khien.access import queries as access
from khien.campaigns import queries as campaigns
from khien.stock import queries as stock
from khien.surfaces.web.locale import lang

HOLDERS: dict[str, Any] = {
    "national": _("Kho quốc gia"), "institute": _("Kho viện khu vực"), "military": _("Kho quân y"), "province": _("Kho tỉnh"),
    "district": _("Kho huyện"), "facility": _("Kho cơ sở y tế"), "site": _("Điểm tiêm"),
}  # fmt: skip
CONSIGNMENTS: dict[str, tuple[Any, str]] = {
    "sent": (_("Đang trên đường"), "wait"), "accepted": (_("Đã nhận đủ"), "ready"), "differs": (_("Nhận có chênh lệch"), "stop"),
    "refused": (_("Từ chối nhận"), "stop"), "settled": (_("Đã giải trình"), "ready"),
}  # fmt: skip
KINDS: dict[str, Any] = {"supply": _("Cấp xuống"), "return": _("Gửi trả về"), "transfer": _("Điều chuyển ngang")}
DIFFERENCES: dict[str, Any] = {
    "short": _("Thiếu so với phiếu"), "excess": _("Thừa so với phiếu"), "broken": _("Vỡ khi vận chuyển"), "warm": _("Bị nóng trên đường"),
    "frozen": _("Bị đông đá"), "expired": _("Đã hết hạn"), "wrong_lot": _("Sai lô"), "label_lost": _("Mất nhãn"), "other": _("Lý do khác"),
}  # fmt: skip
ENDS: dict[str, Any] = {
    "lost": _("Mất hoặc hỏng trên đường"), "came_back": _("Đã về lại kho gửi"), "arrived": _("Đã đến nơi nhận sau đó"), "miscounted": _("Kho gửi ghi nhầm số"),
}  # fmt: skip
WORK: dict[str, Any] = {
    "count": _("Đếm khác sổ"), "paper": _("Phiếu giấy khác số mũi đã ghi"), "record": _("Mũi đã ghi khác liều đã rút"), "label": _("Nhận theo nhãn, chưa có phiếu xuất"),
    "consignment": _("Hàng nhận khác phiếu gửi"), "overdue": _("Hàng gửi lâu chưa ai nhận"), "vial": _("Lọ thiếu liều chưa rõ"),
    "shortfall": _("Tiêm nhiều hơn sổ có"), "excursion": _("Tủ lệch nhiệt độ, lô đang giữ"), "silent": _("Tủ không gửi nhiệt độ"),
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "book_corrected": _("Đã sửa sổ theo số đếm"), "miscounted": _("Đếm nhầm"), "explained": _("Đã rõ lý do, ghi bên cạnh"), "paper_keyed": _("Đã nhập đủ phiếu"),
    "record_corrected": _("Đã sửa hồ sơ mũi tiêm"), "paper_came": _("Phiếu xuất đã về"), "no_paper": _("Không có phiếu, đã báo cấp trên"),
    "on_the_way": _("Đã xác minh: còn trên đường"), "keyed_late": _("Mũi được nhập muộn"), "wasted": _("Đã ghi hủy"), "logger_mended": _("Đã sửa máy ghi"),
    "cleared": _("Tự hết chênh lệch"),
}  # fmt: skip
EXCURSIONS: dict[str, Any] = {"too_warm": _("Quá nóng"), "too_cold": _("Quá lạnh")}
HOLDS: dict[str, Any] = {"paused": _("Điểm tạm dừng"), "excursion": _("Lệch nhiệt độ")}
DECISIONS: dict[str, Any] = {"released": pgettext_lazy("lô", "Cho dùng lại"), "destroyed": _("Hủy số còn lại"), "noted": _("Đã ghi nhận"), "": _("Chờ quyết định")}
RECALLS: dict[str, tuple[Any, str]] = {
    "asked": (_("Chờ người thứ hai"), "wait"), "confirmed": (_("Đang thu hồi"), "stop"), "declined": (_("Không thu hồi"), ""), "lifted": (_("Đã thôi thu hồi"), "ready"),
}  # fmt: skip
ALERTS: dict[str, tuple[Any, str]] = {"low": (_("Sắp hết hàng"), "wait"), "expiring": (_("Sắp hết hạn"), "wait"), "expired": (_("Đã hết hạn"), "stop")}
PROBLEMS: dict[str, Any] = {
    "reading_impossible": _("Không thể có, máy ghi hỏng"), "reading_in_future": _("Giờ ở tương lai"), "reading_too_old": _("Quá cũ"),
    "reading_unreadable": _("Không đọc được"), "device_unknown": _("Không có tủ này ở đây"),
}  # fmt: skip


def item_names(on: Any) -> dict[str, str]:
    """Everything on the ledger by its code, as people call it."""
    english = lang() == "en"
    found = {one.code: one.short_en if english else one.short_vi for one in campaigns.vaccines(on)}
    return found | {code: one.en if english else one.vi for code, one in stock.rules.items().items()}


def rule_words() -> dict[str, str]:
    """The rules by which lots are held, in words."""
    return {one.code: one.en if lang() == "en" else one.vi for one in stock.cold_rules()}


def hold_reason(reason: str) -> str:
    """Why a lot is held: the cold chain's rules in the reader's language, a person's reason as it was written."""
    return stock.rules.in_both(reason).get(f"reason_{lang()}", reason)


def people_of(texts: Iterable[str | None]) -> dict[str, str]:
    """Who acted ("staff:<id>"), by name; the ledger's own acts by the platform's name."""
    ids = {}
    for text in texts:
        if text and text.startswith("staff:"):
            ids[text] = UUID(text.removeprefix("staff:"))
    names = access.names(ids.values())
    return {text: names.get(one, "") for text, one in ids.items()} | {"system:khien": gettext("Hệ thống")}
