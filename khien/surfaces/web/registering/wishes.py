"""Work, groups, doses, health, days and consent."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns import queries as campaigns
from khien.immunizations import rules as immunizations
from khien.interchange.sheets.vocabulary import ETHNIC_GROUPS
from khien.places import queries as places
from khien.registration import rules
from khien.surfaces.web.countries import CountryField
from khien.surfaces.web.forms import DayField
from khien.surfaces.web.locale import lang
from khien.surfaces.web.registering import words
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.asking import Question

FURTHEST = timedelta(days=180)


class Work(Question):
    slug, page_title = "cong-viec", _("Công việc")
    draw = {"occupation": "text", "work_unit": "text", "ethnic": "select", "nationality": "select"}
    occupation = forms.CharField(label=_("Nghề nghiệp"), max_length=80, required=False)
    work_unit = forms.CharField(label=_("Nơi làm việc hoặc học"), max_length=120, required=False)
    ethnic = forms.ChoiceField(label=_("Dân tộc"), required=False)
    nationality = CountryField(label=_("Quốc tịch"))

    def heading(self) -> str:
        return self.said(_("Công việc của bà con"), _("Công việc của %(name)s"))

    def prepare(self) -> None:
        self.fields["ethnic"].choices = [("", gettext("Không ghi")), *ETHNIC_GROUPS.items()]

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        return super().told(answers) | {"nationality": answers.get("nationality") or answers.get("country") or "VN"}


class Groups(Question):
    slug, page_title = "nhom-uu-tien", _("Nhóm ưu tiên")
    draw = {"groups": "checkboxes"}
    why = (
        _("Nhóm ưu tiên dùng làm gì?"),
        _(
            "Khi vắc xin còn ít, các nhóm được mời theo thứ tự này (Quyết định 3355/QĐ-BYT). Ai cũng được tiêm. "
            "Điểm tiêm có thể hỏi giấy tờ của nhóm."
        ),
    )
    groups = forms.MultipleChoiceField(
        label=_("Bà con thuộc nhóm nào?"), help_text=_("Chọn mọi nhóm đúng. Không thuộc nhóm nào thì bỏ trống."),
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["groups"].label = self.said(_("Bà con thuộc nhóm nào?"), _("%(name)s thuộc nhóm nào?"))
        self.fields["groups"].choices = group_choices(self.answers)


def group_choices(answers: Answers) -> list[tuple[str, str]]:
    """The groups of the day, the province's own ones too."""
    key = answers.get("place")
    provinces = places.old_provinces(key) if key else ()
    return [(group.code, group.en if lang() == "en" else group.vi) for group in campaigns.groups(answers.on, *provinces)]


class Dose(Question):
    slug, page_title = "mui-tiem", _("Mũi cần tiêm")
    draw = {"dose": "radios"}
    dose = forms.ChoiceField(
        label=_("Bà con đã tiêm vắc xin COVID-19 chưa?"), widget=forms.RadioSelect,
        choices=[("first", _("Chưa, đăng ký mũi đầu")), ("next", _("Rồi, đăng ký mũi tiếp theo"))],
        error_messages={"required": _("Mời chọn: chưa tiêm, hay đã tiêm rồi")},
    )  # fmt: skip

    def prepare(self) -> None:
        label = self.said(_("Bà con đã tiêm vắc xin COVID-19 chưa?"), _("%(name)s đã tiêm vắc xin COVID-19 chưa?"))
        self.fields["dose"].label = label


class Previous(Question):
    slug, page_title = "mui-truoc", _("Các mũi đã tiêm")
    draw = {
        "previous_count": "radios",
        "previous_vaccine": "select",
        "previous_on": "day",
        "previous_place": "text",
        "previous_lot": "text",
    }
    why = (_("Không nhớ thì sao?"), _("Bỏ trống chỗ không nhớ. Điểm tiêm sẽ xem giấy xác nhận cũ và ghi lại cho đúng."))
    previous_count = forms.ChoiceField(
        label=_("Đã tiêm mấy mũi?"), widget=forms.RadioSelect,
        choices=[("1", _("1 mũi")), ("2", _("2 mũi")), ("3", _("3 mũi trở lên"))],
        error_messages={"required": _("Mời chọn số mũi đã tiêm")},
    )  # fmt: skip
    previous_vaccine = forms.ChoiceField(label=_("Vắc xin của mũi gần nhất"), required=False)
    previous_on = DayField(label=_("Ngày tiêm mũi gần nhất"), required=False, earliest=immunizations.FIRST_DOSES)
    previous_place = forms.CharField(label=_("Nơi tiêm"), max_length=160, required=False)
    previous_lot = forms.CharField(label=_("Số lô, nếu có trên giấy"), max_length=40, required=False)

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        return answers.get("dose") == "next"

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        known = super().told(answers)
        return known | {"previous_on": date.fromisoformat(known["previous_on"]) if known["previous_on"] else None}

    def prepare(self) -> None:
        self.fields["previous_on"].latest = self.answers.on
        offered = [(vaccine.code, vaccine.short(lang())) for vaccine in campaigns.vaccines(self.answers.on)]
        self.fields["previous_vaccine"].choices = [("", gettext("Không nhớ")), *offered]

    def kept(self) -> dict[str, Any]:
        on = self.cleaned_data["previous_on"]
        return super().kept() | {"previous_on": on.isoformat() if on else None}


class Health(Question):
    slug, page_title = "suc-khoe", _("Sức khỏe")
    template = "registering/health.html"
    why = (
        _("Câu trả lời dùng làm gì?"),
        _(
            "Để xếp đúng nơi tiêm an toàn cho bà con. Bác sĩ sẽ hỏi và khám lại trước khi tiêm; trả lời Có không có nghĩa là không được tiêm."
        ),
    )

    def __init__(self, *args: Any, answers: Answers, **kwargs: Any) -> None:
        self.asked = [
            question for question in rules.HISTORY if question != "pregnant_breastfeeding" or _may_be_pregnant(answers)
        ]
        super().__init__(*args, answers=answers, **kwargs)

    def prepare(self) -> None:
        for question in self.asked:
            self.fields[question] = forms.ChoiceField(
                label=words.HISTORY[question], choices=list(words.ANSWERS.items()), widget=forms.RadioSelect,
                error_messages={"required": gettext("Mời trả lời: %(question)s") % {"question": _short(question)}},
            )  # fmt: skip

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        return dict(answers.get("history", {}))

    def heading(self) -> str:
        return self.said(_("Bà con có điều nào dưới đây không?"), _("%(name)s có điều nào dưới đây không?"))

    def kept(self) -> dict[str, Any]:
        return {"history": {question: self.cleaned_data[question] for question in self.asked}}


def _short(question: str) -> str:
    text = str(words.HISTORY[question]).split(":", maxsplit=1)[0].split(",", maxsplit=1)[0]
    return text[:1].lower() + text[1:]


def _may_be_pregnant(answers: Answers) -> bool:
    return answers.get("sex") != "male" and (answers.birth is None or 10 <= answers.birth.age_max(answers.on) <= 60)


class Days(Question):
    slug, page_title = "ngay-tiem", _("Ngày muốn tiêm")
    draw = {"wished_from": "day", "shift": "radios"}
    wished_from = DayField(label=_("Đi tiêm được từ ngày nào?"), help_text=_("Bỏ trống nếu càng sớm càng tốt"), required=False)
    shift = forms.ChoiceField(label=_("Buổi nào tiện?"), widget=forms.RadioSelect, required=False)

    def heading(self) -> str:
        return gettext("Ngày và buổi đi tiêm được")

    def prepare(self) -> None:
        self.fields["wished_from"].earliest, self.fields["wished_from"].latest = self.answers.on, self.answers.on + FURTHEST
        self.fields["shift"].choices = list(words.SHIFTS.items())

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        wished = answers.get("wished_from")
        return {"wished_from": date.fromisoformat(wished) if wished else None, "shift": answers.get("shift") or "day"}

    def kept(self) -> dict[str, Any]:
        wished = self.cleaned_data["wished_from"]
        return {"wished_from": wished.isoformat() if wished else None, "shift": self.cleaned_data["shift"] or "day"}


class Consent(Question):
    slug, page_title = "dong-y", _("Đồng ý tiêm chủng")
    template = "registering/consent.html"
    agree = forms.BooleanField(
        label=_("Tôi đã đọc, đã hiểu và đồng ý tiêm chủng"),
        error_messages={"required": _("Mời đọc rồi đánh dấu đồng ý; chưa đồng ý thì dừng ở đây cũng được")},
    )
    version = forms.CharField(widget=forms.HiddenInput)

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        return {"agree": cls.slug in answers.done and _wording(answers).version == answers.get("consent_version")}

    def prepare(self) -> None:
        self.wording = _wording(self.answers)
        self.points = (self.wording.text_en if lang() == "en" else self.wording.text_vi).split("\n")
        if self.answers.minor:
            self.fields["agree"].label = gettext(
                "Tôi là cha, mẹ hoặc người giám hộ: đã đọc, đã hiểu và đồng ý cho trẻ tiêm chủng"
            )
        elif self.answers.relative:
            self.fields["agree"].label = gettext("%(name)s đã đọc hoặc nghe đọc, đã hiểu và đồng ý tiêm chủng") % {
                "name": self.answers.name
            }

    def clean_version(self) -> str:
        if self.cleaned_data["version"] != self.wording.version:
            raise ValidationError(gettext("Bản đồng ý vừa đổi. Mời đọc lại rồi đánh dấu"))
        return self.wording.version

    def kept(self) -> dict[str, Any]:
        return {"consent_version": self.wording.version}


def _wording(answers: Answers) -> campaigns.ConsentWording:
    return campaigns.consent_text(for_minor=answers.minor, on=answers.on)


def consent_stands(answers: Answers) -> bool:
    """Whether the wording agreed to is the one for this person today (a birth date changed later may ask for another)."""
    return answers.get("consent_version") == _wording(answers).version
