"""Words of stock that several systems say."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.stock import queries as stock
from khien.surfaces.web.locale import lang

WASTES: dict[str, Any] = {
    "open_vial": _("Lọ mở quá giờ, không dùng hết"), "short_vial": _("Lọ không đủ liều"), "spilled": _("Rơi, đổ khi rút"), "broken": _("Vỡ"),
    "expired": _("Hết hạn"), "cold_chain": _("Đứt dây chuyền lạnh"), "frozen": _("Đông đá"), "contaminated": _("Nhiễm bẩn"), "label_lost": _("Mất nhãn"),
    "recalled": _("Thu hồi"), "other": _("Lý do khác"),
}  # fmt: skip


def supply_name(code: str) -> str:
    """Goods that are no vaccine, as people call them."""
    one = stock.rules.items()[code]
    return one.en if lang() == "en" else one.vi


def item_unit(code: str) -> str:
    """What an item is counted in."""
    units = {"vial": gettext("lọ"), "piece": gettext("cái"), "ampoule": gettext("ống")}
    known = stock.rules.items().get(code)
    return units[known.unit] if known else gettext("liều")
