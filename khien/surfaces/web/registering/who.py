"""Who is to be vaccinated, and who fills this in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.kernel import names, phones
from khien.kernel.births import OLDEST, PartialDate
from khien.kernel.errors import Refused
from khien.surfaces.web.forms import BirthField
from khien.surfaces.web.registering import words
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.asking import Question


def clean_name(form: Question, field: str) -> str:
    """The name with single spaces and right accents; errors name the remedy."""
    text = names.normalise(form.cleaned_data.get(field) or "")
    try:
        names.check(text)
    except Refused as refusal:
        form.refused(refusal, field)
    return text


class Whom(Question):
    slug, page_title = "cho-ai", _("Đăng ký tiêm cho ai?")
    draw = {"whom": "radios"}
    lead = _("Miễn phí, không cần tài khoản, mất khoảng 10 phút. Bận thì dừng: những gì đã ghi được giữ 7 ngày trên máy này.")
    whom = forms.ChoiceField(
        label=_("Đăng ký tiêm cho ai?"), widget=forms.RadioSelect,
        choices=[("self", _("Cho tôi")), ("relative", _("Cho người thân, hoặc người tôi giúp"))],
        error_messages={"required": _("Mời chọn: cho mình, hay cho người thân")},
    )  # fmt: skip


class Helper(Question):
    slug, page_title = "nguoi-giup", _("Người đăng ký giúp là ai?")
    draw = {"helper_name": "text", "relation": "radios"}
    why = (
        _("Vì sao hỏi người đăng ký giúp?"),
        _("Để điểm tiêm biết gọi ai khi cần, và để người được tiêm biết ai đã đăng ký."),
    )
    helper_name = forms.CharField(label=_("Họ và tên của người đăng ký giúp"), max_length=100)
    relation = forms.ChoiceField(
        label=_("Người được tiêm là"), widget=forms.RadioSelect, choices=list(words.RELATIONS.items()),
        error_messages={"required": _("Mời chọn người được tiêm là ai với mình")},
    )  # fmt: skip

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        return answers.relative

    def clean_helper_name(self) -> str:
        return clean_name(self, "helper_name")


class FullName(Question):
    slug, page_title = "ho-ten", _("Họ và tên")
    draw = {"full_name": "text"}
    by_card = True
    why = (_("Vì sao cần đúng như giấy tờ?"), _("Tên sai một dấu là chứng nhận sau này có thể không khớp với căn cước."))
    full_name = forms.CharField(
        label=_("Họ và tên của bà con"), help_text=_("Ghi đủ dấu, như trên căn cước hoặc giấy khai sinh"), max_length=120
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        return {"full_name": answers.get("full_name", None), "seen": ""}

    def prepare(self) -> None:
        self.doubts: list[str] = []
        if self.answers.relative:
            self.fields["full_name"].label = gettext("Họ và tên người được tiêm")

    def clean_full_name(self) -> str:
        return clean_name(self, "full_name")

    @property
    def to_show(self) -> bool:
        """Whether a name typed without marks should be looked at once more; whoever cannot type them goes on as it is."""
        name = self.cleaned_data["full_name"]
        return names.lacks_marks(name) and self.cleaned_data.get("seen") != name

    def as_read(self) -> "FullName":
        """The same question with the doubt said."""
        data = self.data.copy()
        data["full_name"] = data["seen"] = self.cleaned_data["full_name"]
        again = FullName(data, answers=self.answers)
        again.doubts = [gettext("Tên chưa có dấu. Trên giấy tờ có dấu thì mời ghi đủ dấu; không gõ được thì cứ bấm Tiếp tục.")]
        return again

    def kept(self) -> dict[str, Any]:
        return {"full_name": self.cleaned_data["full_name"]}


class Birth(Question):
    slug, page_title = "ngay-sinh", _("Ngày sinh")
    draw = {"birth": "day", "only_year": "check"}
    unsettles = ("so-giay-to",)
    why = (_("Vì sao hỏi ngày sinh?"), _("Để chọn đúng vắc xin theo tuổi, và để không nhầm với người trùng tên."))
    birth = BirthField(
        label=_("Bà con sinh ngày nào?"),
        help_text=_("Ghi như trên căn cước, ví dụ 27 3 1951"),
        error_messages={"required": _("Mời ghi ngày sinh")},
    )
    only_year = forms.BooleanField(label=_("Chỉ nhớ năm sinh"), required=False)

    def prepare(self) -> None:
        self.fields["birth"].label = self.said(_("Bà con sinh ngày nào?"), _("%(name)s sinh ngày nào?"))

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        parts = answers.get("birth", None)
        return {"birth": tuple(parts) if parts else None, "only_year": bool(parts and not parts[2])}

    def clean(self) -> dict[str, Any]:
        found, only_year = self.cleaned_data.get("birth"), self.cleaned_data.get("only_year")
        if not found:
            return self.cleaned_data
        year, month, day = found
        if only_year:
            self.cleaned_data["birth"] = (year, None, None)
        elif not month or not day:
            part = "day" if not day else "month"
            self.add_error(
                "birth", ValidationError(gettext("Mời ghi đủ ngày và tháng, hoặc đánh dấu Chỉ nhớ năm sinh"), code=part)
            )
            return self.cleaned_data
        born = PartialDate(*self.cleaned_data["birth"])
        if born.is_after(self.answers.on):
            self.add_error("birth", ValidationError(gettext("Ngày sinh này ở tương lai. Mời xem lại năm"), code="year"))
        elif born.age_min(self.answers.on) > OLDEST:
            self.add_error(
                "birth",
                ValidationError(
                    gettext("Năm sinh này cho tuổi trên %(most)s. Mời xem lại năm") % {"most": OLDEST}, code="year"
                ),
            )
        return self.cleaned_data

    def kept(self) -> dict[str, Any]:
        return {"birth": list(self.cleaned_data["birth"])}


class Sex(Question):
    slug, page_title = "gioi-tinh", _("Giới tính")
    draw = {"sex": "radios"}
    unsettles = ("so-giay-to",)
    sex = forms.ChoiceField(
        label=_("Giới tính trên giấy tờ"), widget=forms.RadioSelect, choices=list(words.SEXES.items()),
        error_messages={"required": _("Mời chọn giới tính")},
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["sex"].label = self.said(_("Giới tính trên giấy tờ"), _("Giới tính của %(name)s trên giấy tờ"))


class Guardian(Question):
    slug, page_title = "giam-ho", _("Người giám hộ")
    draw = {"guardian_name": "text", "guardian_relation": "radios", "guardian_phone": "phone"}
    why = (
        _("Vì sao cần người giám hộ?"),
        _("Người dưới 18 tuổi được tiêm khi cha, mẹ hoặc người giám hộ đồng ý. Ý kiến của trẻ cũng được hỏi."),
    )
    guardian_name = forms.CharField(label=_("Họ và tên"), max_length=100)
    guardian_relation = forms.ChoiceField(
        label=_("Là gì của trẻ"), widget=forms.RadioSelect, choices=list(words.GUARDIANS.items()),
        error_messages={"required": _("Mời chọn người giám hộ là gì của trẻ")},
    )  # fmt: skip
    guardian_phone = forms.CharField(label=_("Số điện thoại"), max_length=30)

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        return answers.minor

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        known = super().told(answers)
        if known["guardian_name"] is None and answers.relative:
            known["guardian_name"] = answers.get("helper_name")
        return known

    def heading(self) -> str:
        return self.said(_("Ai là người giám hộ?"), _("Ai là người giám hộ của %(name)s?"))

    def clean_guardian_name(self) -> str:
        return clean_name(self, "guardian_name")

    def clean_guardian_phone(self) -> str:
        return read_phone(self, "guardian_phone")


def read_phone(form: Question, field: str) -> str:
    """The number in E.164; errors name the remedy."""
    try:
        return phones.read_phone(form.cleaned_data.get(field) or "").e164
    except Refused as refusal:
        form.refused(refusal, field)
        return ""


class Phone(Question):
    slug, page_title = "dien-thoai", _("Số điện thoại nhận tin")
    draw = {"phone": "phone", "no_phone": "check"}
    why = (
        _("Vì sao hỏi số điện thoại?"),
        _(
            "Để nhắn ngày, giờ, nơi tiêm và mã xác nhận. Cả nhà dùng chung một số cũng được. Chúng tôi không hỏi mật khẩu hay tiền."
        ),
    )
    phone = forms.CharField(
        label=_("Nhắn tin mời tiêm tới số nào?"),
        help_text=_("Số của người đăng ký giúp cũng được"),
        max_length=30,
        required=False,
    )
    no_phone = forms.BooleanField(
        label=_("Không có điện thoại"), help_text=_("Trạm y tế xã sẽ in giấy mời và đưa tận nhà"), required=False
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def prepare(self) -> None:
        self.doubts: list[str] = []

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        known = answers.get("phone", None)
        if known is None and answers.minor:
            known = answers.get("guardian_phone", None)
        return {
            "phone": phones.display(known) if known else "",
            "no_phone": cls.slug in answers.done and not answers.get("phone"),
            "seen": "",
        }

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("no_phone") and self.cleaned_data.get("phone"):
            self.add_error("phone", gettext("Đã ghi số điện thoại mà lại đánh dấu Không có điện thoại. Mời bỏ dấu, hoặc xóa số"))
        elif self.cleaned_data.get("no_phone"):
            self.cleaned_data["phone"] = ""
        elif "phone" in self.errors:
            pass  # said already
        elif not self.cleaned_data.get("phone"):
            self.add_error("phone", gettext("Mời ghi số điện thoại, hoặc đánh dấu Không có điện thoại"))
        else:
            self.cleaned_data["phone"] = read_phone(self, "phone")
        return self.cleaned_data

    @property
    def to_show(self) -> bool:
        """Whether a landline should be looked at once more; whoever has no other number goes on with it."""
        phone = self.cleaned_data["phone"]
        return bool(phone) and not phones.takes_sms(phone) and self.cleaned_data.get("seen") != phone

    def as_read(self) -> "Phone":
        """The same question, with what a landline cannot receive."""
        data = self.data.copy()
        data["seen"] = self.cleaned_data["phone"]
        again = Phone(data, answers=self.answers)
        again.doubts = [
            gettext("Số này là máy bàn: không nhận được tin nhắn và mã."),
            gettext("Có số di động, của người nhà cũng được, thì mời ghi số đó. Không có thì cứ bấm Tiếp tục: trạm y tế xã gọi số này hoặc đưa giấy mời tới nhà."),
        ]
        return again

    def kept(self) -> dict[str, Any]:
        return {"phone": self.cleaned_data["phone"]}
