"""Words of stock that several systems say."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.stock import queries as stock
from khien.stock.types import ConsignmentInfo
from khien.surfaces.web import say
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


def amounts(goods: Iterable[tuple[str, int]]) -> str:
    """How much there is of these items, each in what it is counted in, vaccine first: doses and pieces make no sum."""
    found: dict[str, int] = {}
    for code, n in sorted(goods, key=lambda one: not stock.rules.is_vaccine(one[0])):
        found[item_unit(code)] = found.get(item_unit(code), 0) + n
    return ", ".join(f"{say.thousands(n, lang())} {unit}" for unit, n in found.items() if n)


def amount_sent(one: ConsignmentInfo) -> str:
    """How much is in a consignment."""
    return amounts((line.lot.vaccine, line.sent) for line in one.lines)


def amount_open(one: ConsignmentInfo) -> str:
    """How much of a consignment is not where its paper says, too little or too much, and not explained."""
    return amounts((line.lot.vaccine, abs(line.open)) for line in one.lines)
