"""Which paper names the person, its number, and the insurance card."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.kernel import identifiers
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified
from khien.surfaces.web.countries import CountryField
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.registering import words
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.asking import Question
from khien.surfaces.web.say import identity_number

WHY_NUMBER = (
    _("Vì sao hỏi số giấy tờ?"),
    _(
        "Mỗi người một hồ sơ: số giấy tờ giúp các mũi tiêm ở mọi nơi về đúng một người, và chứng nhận in đúng tên. "
        "Số được mã hóa; ai xem hồ sơ đều được ghi lại cho bà con thấy."
    ),
)


class Paper(Question):
    slug, page_title = "giay-to", _("Giấy tờ")
    draw = {"paper": "radios"}
    why = WHY_NUMBER
    unsettles = ("so-giay-to", "ly-do-chua-co")
    paper = forms.ChoiceField(
        label=_("Bà con có giấy tờ nào?"), widget=forms.RadioSelect, choices=list(words.PAPERS.items()),
        error_messages={"required": _("Mời chọn một loại giấy tờ, hoặc Chưa có giấy tờ nào")},
    )  # fmt: skip
    hints = {
        "cccd": _("Trẻ em: 12 số định danh in trên giấy khai sinh"),
        "none": _("Vẫn đăng ký và tiêm được bình thường"),
    }

    def prepare(self) -> None:
        self.fields["paper"].label = self.said(_("Bà con có giấy tờ nào?"), _("%(name)s có giấy tờ nào?"))


class Number(Question):
    slug, page_title = "so-giay-to", _("Số giấy tờ")
    template = "registering/number.html"
    draw = {"country": "select", "number": "text"}
    why = WHY_NUMBER
    country = CountryField(label=_("Nước cấp hộ chiếu"), required=False)
    number = forms.CharField(label=_("Số giấy tờ"), max_length=40)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        return answers.get("paper") in ("cccd", "cmnd", "passport")

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        return {"number": identity_number(answers.get("number")), "country": answers.get("country") or "VN", "seen": ""}

    def prepare(self) -> None:
        self.changed: list[str] = []
        self.doubts: list[str] = []
        paper = self.answers.get("paper")
        self.fields["number"].label = words.number_label(paper)
        self.fields["number"].help_text = {
            "cccd": gettext("12 chữ số, có số 0 ở đầu thì ghi cả số 0"),
            "cmnd": gettext("9 chữ số"),
            "passport": gettext("Như trên trang có ảnh, ví dụ C1234567"),
        }.get(paper, "")
        if paper != "passport":
            self.fields.pop("country")

    def heading(self) -> str:
        label = words.number_label(self.answers.get("paper"))
        if not self.answers.relative:
            return label
        return gettext("%(label)s của %(name)s") % {"label": label, "name": self.answers.name}

    def clean(self) -> dict[str, Any]:
        text = self.cleaned_data.get("number")
        if not text:
            return self.cleaned_data
        paper, country = self.answers.get("paper"), self.cleaned_data.get("country") or None
        try:
            self.read: Identified = identifiers.read_identifier(
                text, paper, self.answers.get("sex") or None, self.answers.birth, country
            )
        except Refused as refusal:
            self.refused(refusal, "number")
            return self.cleaned_data
        # Spaces are how people write; anything else that we changed or doubt is shown once before going on.
        self.changed = [
            word(Refused(f"identifiers.{code}"), lang()) for code in self.read.repairs if code not in ("separators", "case")
        ]
        self.doubts = [word(Refused(f"identifiers.{code}"), lang()) for code in self.read.warnings if code != "country_assumed"]
        return self.cleaned_data

    @property
    def to_show(self) -> bool:
        """Whether the person should look at the number again before going on."""
        return bool(self.changed or self.doubts) and self.cleaned_data.get("seen") != self.read.value

    def as_read(self) -> "Number":
        """The same question with the number as we understood it."""
        data = self.data.copy()
        data["number"], data["seen"] = identity_number(self.read.value), self.read.value
        again = Number(data, answers=self.answers)
        again.is_valid()
        again.changed, again.doubts = self.changed, self.doubts
        return again

    def kept(self) -> dict[str, Any]:
        return {"number": self.read.value, "number_type": str(self.read.type), "country": self.read.country, "no_paper": None}


class NoPaper(Question):
    slug, page_title = "ly-do-chua-co", _("Lý do chưa có giấy tờ")
    draw = {"no_paper": "radios"}
    no_paper = forms.ChoiceField(
        label=_("Vì sao chưa có giấy tờ?"), widget=forms.RadioSelect, choices=list(words.NO_PAPERS.items()),
        help_text=_("Vẫn được tiêm. Lý do chỉ để xã biết ai cần được giúp làm giấy tờ."),
        error_messages={"required": _("Mời chọn một lý do")},
    )  # fmt: skip

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        return answers.get("paper") == "none"

    def kept(self) -> dict[str, Any]:
        return {"no_paper": self.cleaned_data["no_paper"], "number": None, "number_type": None}


class Insurance(Question):
    slug, page_title = "bao-hiem", _("Thẻ bảo hiểm y tế")
    draw = {"insurance": "text"}
    insurance = forms.CharField(
        label=_("Số thẻ bảo hiểm y tế"),
        help_text=_("15 ký tự, hoặc 10 số in trên thẻ mới. Không có thì bỏ trống."),
        max_length=30,
        required=False,
    )

    def clean_insurance(self) -> str:
        text = self.cleaned_data.get("insurance") or ""
        if not text.strip():
            return ""
        try:
            return identifiers.read_identifier(text, "bhyt").value
        except Refused as refusal:
            self.refused(refusal, "insurance")
            return text
