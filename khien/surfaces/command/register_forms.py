"""What is told of a facility, a point, an organisation or a store; places are found by their names as people write them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.kernel import vietnamese
from khien.places import queries as places
from khien.places.types import Unit
from khien.surfaces.command.spot import EPOCHS
from khien.surfaces.web.forms import DayField, PageForm
from khien.surfaces.web.whole import WholeField

SITE_KINDS = {"fixed": _("Cố định"), "mobile": _("Lưu động"), "home": _("Tiêm tại nhà")}
ORGANIZATION_KINDS = {
    "firm": _("Doanh nghiệp"), "school": _("Trường học"), "ward": _("Phường, xã"), "office": _("Cơ quan"), "hospital": _("Bệnh viện"), "other": _("Khác"),
}  # fmt: skip
STORE_KINDS = {
    "national": _("Kho quốc gia"), "institute": _("Kho viện khu vực"), "military": _("Kho quân khu"), "province": _("Kho tỉnh, thành phố"),
    "district": _("Kho quận, huyện"), "facility": _("Kho cơ sở y tế"),
}  # fmt: skip
LEVEL_OF_STORE = {"institute": "province", "military": "province", "province": "province", "district": "district"}
LEVELS = {"commune": _("Một xã, phường"), "district": _("Cả quận, huyện"), "province": _("Cả tỉnh, thành phố")}
COMMUNE = {"label": _("Xã, phường"), "max_length": 160, "help_text": _("Ví dụ: phường 15 quận 10; xã mới từ 7/2025 cũng được")}


def find_unit(text: str, level: str) -> tuple[Unit | None, str]:
    """The unit that these words name; a year among them says the epoch, else the campaign's comes first. None and what to do."""
    years = [year for year in EPOCHS if re.search(rf"\b{year}\b", text)]
    text, working = re.sub(r"[(]?\b(?:2021|2025)\b[)]?", " ", text), campaigns.campaign().epoch
    in_turn = years or sorted(EPOCHS, key=lambda one: one != working)
    by_epoch = [places.search_units(text, epoch=epoch, level=level, limit=4) for epoch in in_turn] if text.strip() else []
    if whole := next((one for found in by_epoch for one in found if one.path == text.strip()), None):
        return whole, ""
    for found in sorted(by_epoch, key=lambda found: not any(_says(text, one) for one in found)):  # a name of its own before one that only stands in a path
        said = [one for one in found if not one.name.isdecimal() and _says(text, one)]
        if len(said) == 1:
            other = next((one for later in by_epoch for one in later if _elsewhere(said[0], one)), None)
            return (None, _several(said[0], other)) if other else (said[0], "")
        if len(found) > 1 and (found[0].full_name == found[1].full_name or not _says(text, found[0])):
            return None, _several(found[0], found[1])
        if found:
            return found[0], ""
    return None, now_("Không thấy nơi này. Mời ghi lại tên, thêm quận, huyện hoặc tỉnh")


def _several(one: Unit, other: Unit) -> str:
    """What to write so that one of these is meant."""
    both = [f"{unit.path} ({unit.epoch})" if one.epoch != other.epoch else unit.path for unit in (one, other)]
    return now_("Có nhiều nơi khớp với tên này: %(one)s; %(two)s. Mời ghi đủ tên, thêm quận, huyện, tỉnh, hoặc 2021, 2025") % {"one": both[0], "two": both[1]}


def _elsewhere(one: Unit, other: Unit) -> bool:
    """Whether this unit of the same name, of the other map, lies in another place: nobody is put there by a guess."""
    if one.epoch == other.epoch or vietnamese.fold(one.full_name) != vietnamese.fold(other.full_name):
        return False
    old, new = sorted((one, other), key=lambda unit: unit.epoch)
    return new.key not in {taker.key for taker, _ in places.successors(old.key)}


def _says(text: str, unit: Unit) -> bool:
    """Whether the whole name of the unit stands among these words."""
    words = f" {' '.join(vietnamese.fold(text).replace(',', ' ').split())} "
    return any(f" {vietnamese.fold(name)} " in words for name in (unit.name, unit.full_name))


class _Placed(PageForm):
    """A form that names a unit in `unit`; the key is kept in `cleaned_data["unit_key"]`."""

    level = "commune"

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        text = told.get("unit", "")
        if "unit" in self.errors or (not text and not self.fields["unit"].required):
            return told
        found, wrong = find_unit(text, str(told.get("level") or self.level))
        if found is None:
            self.add_error("unit", wrong)
        else:
            told["unit_key"] = found.key
        return told


class DegreesField(forms.FloatField):
    """A decimal comma is what people here write; a point is what a map gives them."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class FacilityChange(PageForm):
    name = forms.CharField(label=_("Tên cơ sở"), max_length=160)
    name_en = forms.CharField(label=_("Tên tiếng Anh"), max_length=160, required=False)
    phone = forms.CharField(label=_("Điện thoại của cơ sở"), max_length=30, required=False)
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, required=False)


class Facility(_Placed, FacilityChange):
    code = forms.CharField(label=_("Mã cơ sở"), max_length=5, min_length=5, help_text=_("Đúng 5 ký tự, như trên giấy phép; không đổi được về sau"))
    level = forms.ChoiceField(label=_("Phục vụ"), choices=list(LEVELS.items()), initial="district")  # type: ignore[assignment]
    unit = forms.CharField(label=_("Tên xã, quận hoặc tỉnh đó"), max_length=160)
    field_order = ("code", "name", "name_en", "level", "unit", "phone", "address")


class SiteChange(_Placed):
    owner = forms.CharField(label=_("Mã cơ sở y tế phụ trách"), max_length=5, min_length=5, help_text=_("5 ký tự; xem ở trang Cơ sở y tế"))
    name = forms.CharField(label=_("Tên điểm tiêm"), max_length=160)
    name_en = forms.CharField(label=_("Tên tiếng Anh"), max_length=160, required=False)
    unit = forms.CharField(**COMMUNE)
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, required=False)
    phone = forms.CharField(label=_("Điện thoại của điểm"), max_length=30, required=False, help_text=_("Nên là số di động: tin báo động khi có phản ứng nặng không đến được số cố định"))
    tables = WholeField(label=_("Số bàn tiêm"), min_value=1, max_value=200, initial=1)
    hospital = forms.CharField(label=_("Bệnh viện tiếp nhận khi cấp cứu"), max_length=160, required=False)
    hospital_phone = forms.CharField(label=_("Điện thoại bệnh viện"), max_length=30, required=False)
    lat = DegreesField(label=_("Vĩ độ"), required=False, min_value=-90, max_value=90, localize=False)
    lon = DegreesField(label=_("Kinh độ"), required=False, min_value=-180, max_value=180, localize=False)

    def clean_owner(self) -> Any:
        """The facility of this code."""
        found = places.facility_by_code(self.cleaned_data["owner"])
        if found is None:
            raise forms.ValidationError(now_("Không có cơ sở mang mã này. Mời thêm cơ sở trước"))
        return found


class Site(SiteChange):
    kind = forms.ChoiceField(label=_("Loại điểm"), choices=list(SITE_KINDS.items()))
    field_order = ("owner", "kind", "name", "name_en", "unit", "address", "phone", "tables", "hospital", "hospital_phone", "lat", "lon")


class OrganizationChange(PageForm):
    name = forms.CharField(label=_("Tên đơn vị"), max_length=160)
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, required=False)
    tax_code = forms.CharField(label=_("Mã số thuế"), max_length=20, required=False)
    contact_name = forms.CharField(label=_("Người phụ trách danh sách"), max_length=120, required=False)
    contact_phone = forms.CharField(label=_("Điện thoại người phụ trách"), max_length=30, required=False, help_text=_("Chỉ để liên lạc về danh sách; không mở được hồ sơ của ai"))


class Organization(_Placed, OrganizationChange):
    kind = forms.ChoiceField(label=_("Loại đơn vị"), choices=list(ORGANIZATION_KINDS.items()))
    unit = forms.CharField(**COMMUNE)
    field_order = ("kind", "name", "unit", "address", "tax_code", "contact_name", "contact_phone")


class StoreChange(PageForm):
    name = forms.CharField(label=_("Tên kho"), max_length=160)
    name_en = forms.CharField(label=_("Tên tiếng Anh"), max_length=160, required=False)
    unit = forms.CharField(label=_("Tỉnh, quận hoặc mã cơ sở"), max_length=160, required=False, help_text=_("Kho quốc gia thì bỏ trống; kho cơ sở thì ghi mã 5 ký tự"))
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, required=False)
    phone = forms.CharField(label=_("Điện thoại"), max_length=30, required=False)

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind == "national":
            del self.fields["unit"]

    def clean(self) -> dict[str, Any]:
        """Where the store stands: nowhere for the nation's, at its facility, or in the unit of its level."""
        told, text = self.cleaned_data, self.cleaned_data.get("unit", "").strip()
        kind = self.kind or told.get("kind", "")
        if kind == "facility":
            owner = places.facility_by_code(text)
            told["place"] = owner.place if owner else None
            wrong = "" if owner else now_("Không có cơ sở mang mã này. Mời thêm cơ sở trước")
        elif kind in LEVEL_OF_STORE:
            found, wrong = find_unit(text, LEVEL_OF_STORE[kind])
            told["place"] = places.unit_place(found.key) if found else None
        else:
            wrong = ""
        if wrong:
            self.add_error("unit", wrong)
        return told


class Store(StoreChange):
    kind = forms.ChoiceField(label=_("Loại kho"), choices=list(STORE_KINDS.items()), initial="province")
    field_order = ("kind", "name", "name_en", "unit", "address", "phone")


class Successor(PageForm):
    heir = forms.CharField(label=_("Mã cơ sở tiếp nhận"), max_length=5, min_length=5)
    day = DayField(label=_("Từ ngày"))

    def clean_heir(self) -> Any:
        """The facility of this code."""
        found = places.facility_by_code(self.cleaned_data["heir"])
        if found is None:
            raise forms.ValidationError(now_("Không có cơ sở mang mã này. Mời thêm cơ sở trước"))
        return found
