"""Where the person lives: any commune of before or after July 2025, as people write it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.places import queries as places
from khien.places.types import Unit
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.asking import Question

MOST = 12
UNKNOWN = "unknown"


def old_name(unit: Unit) -> str:
    """Which of the two geographies a name belongs to, in words."""
    return gettext("Tên từ tháng 7/2025") if unit.epoch == "2025" else gettext("Tên trước tháng 7/2025")


class Commune(Question):
    """Type, press, pick; pressing again with other words searches again."""

    slug, page_title = "noi-o", _("Nơi đang ở")
    template = "registering/commune.html"
    unsettles = ("xa-moi",)
    why = (
        _("Vì sao hỏi nơi ở?"),
        _("Để mời tiêm ở điểm gần nhà. Ghi nơi đang ở bây giờ, dù khác với nơi đăng ký thường trú."),
    )
    q = forms.CharField(
        label=_("Bà con đang ở xã, phường nào?"), max_length=120,
        help_text=_("Tên cũ hay tên mới đều được, không dấu cũng được. Thêm quận, huyện hoặc tỉnh để dễ tìm, ví dụ: phuong 15 go vap"),
        error_messages={"required": _("Mời ghi tên xã, phường hoặc thị trấn")},
    )  # fmt: skip
    place = forms.CharField(label=_("Nơi ở"), required=False)
    asked = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        known = places.unit(answers.get("place")) if answers.get("place") else None
        return {
            "q": answers.get("place_asked") or (known.path if known else ""),
            "place": answers.get("place"),
            "asked": answers.get("place_asked"),
        }

    def prepare(self) -> None:
        self.fields["q"].label = self.said(_("Bà con đang ở xã, phường nào?"), _("%(name)s đang ở xã, phường nào?"))
        text = self.data.get("q") if self.is_bound else self.initial.get("asked")
        self.found: list[Unit] = places.search_units(text, limit=MOST) if text else []

    @property
    def searching(self) -> bool:
        """Whether this post only asks for names: other words than those the choices belong to, or nothing picked yet."""
        return self.data.get("q") != self.data.get("asked") or not self.data.get("place")

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("q") and not self.found:
            self.add_error("q", gettext("Không thấy nơi nào tên như vậy. Mời ghi lại, hoặc chỉ ghi tên xã và tên tỉnh"))
        elif not self.searching and self.cleaned_data.get("place") not in {unit.key for unit in self.found}:
            self.add_error("place", gettext("Mời chọn một nơi trong danh sách"))
        return self.cleaned_data

    def kept(self) -> dict[str, Any]:
        return {"place": self.cleaned_data["place"], "place_asked": self.cleaned_data["q"], "commune_2025": None}


class Divided(Question):
    """An old commune that went to several new ones: only the person knows which."""

    slug, page_title = "xa-moi", _("Nơi ở theo tên mới")
    draw = {"commune_2025": "radios"}
    commune_2025 = forms.ChoiceField(
        label="", widget=forms.RadioSelect, error_messages={"required": _("Mời chọn một nơi, hoặc Không rõ")}
    )

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        key = str(answers.get("place"))
        return key.startswith("2021-") and len(places.successors(key)) > 1

    def prepare(self) -> None:
        unit = places.unit(self.answers.get("place"))
        self.fields["commune_2025"].label = gettext("%(name)s nay thuộc nơi nào?") % {"name": unit.full_name if unit else ""}
        self.fields["commune_2025"].help_text = gettext("Xã này được chia cho nhiều xã mới từ tháng 7/2025.")
        named = [(new.code, new.path) for new, _default in places.successors(self.answers.get("place"))]
        self.fields["commune_2025"].choices = [*named, (UNKNOWN, gettext("Không rõ"))]

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        default = next((new.code for new, chosen in places.successors(answers.get("place")) if chosen), UNKNOWN)
        return {"commune_2025": answers.get("commune_2025", UNKNOWN if cls.slug in answers.done else default)}

    def kept(self) -> dict[str, Any]:
        chosen = self.cleaned_data["commune_2025"]
        return {"commune_2025": None if chosen == UNKNOWN else chosen}


class House(Question):
    slug, page_title = "so-nha", _("Số nhà, đường, thôn")
    draw = {"address": "text", "neighbourhood": "text"}
    address = forms.CharField(label=_("Số nhà, tên đường"), max_length=200, required=False)
    neighbourhood = forms.CharField(label=_("Tổ dân phố, khu phố, thôn, ấp"), max_length=80, required=False)

    def heading(self) -> str:
        return gettext("Nhà ở đâu trong xã, phường?")
