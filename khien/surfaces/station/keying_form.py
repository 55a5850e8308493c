"""The form by which a paper is keyed: the serial first, then the person, then what is written, blank where the paper is blank."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khien.booking.types import SessionInfo
from khien.kernel import clock, names
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.people.types import NewPerson
from khien.surfaces.web.forms import BirthField, DayField, PageForm
from khien.visits import actions as visits
from khien.visits.types import ConsentGiven

YES_NO = [("no", gettext_lazy("Không")), ("yes", gettext_lazy("Có"))]
DECISIONS = [
    ("", gettext_lazy("Chưa khám, hoặc giấy không ghi")), ("eligible", gettext_lazy("Đủ điều kiện tiêm")), ("caution", gettext_lazy("Thận trọng, cho tiêm")),
    ("defer", gettext_lazy("Trì hoãn")), ("refer", gettext_lazy("Chuyển bệnh viện")), ("contraindicated", gettext_lazy("Chống chỉ định")),
]  # fmt: skip
ENDS = [
    ("closed", gettext_lazy("Đã theo dõi, ra về")), ("left_early", gettext_lazy("Về trước giờ")), ("refused", gettext_lazy("Từ chối tiêm")),
    ("withdrawn", gettext_lazy("Rút khỏi buổi")),
]  # fmt: skip
IDENTITY = [("typed", gettext_lazy("Nhìn căn cước")), ("spoken", gettext_lazy("Hỏi miệng")), ("slip", gettext_lazy("Phiếu hẹn"))]


class HourField(forms.CharField):
    """An hour of the session's day as people write it: 8h30, 08:30, 0830; gives (hour, minute)."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().lower()
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,2})\s*(?:h|:|\.|g|giờ)?\s*(\d{2})?", text) if len(text) != 4 or not text.isdigit() else re.fullmatch(r"(\d\d)(\d\d)", text)
        if not found or not (int(found[1]) < 24 and int(found[2] or 0) < 60):
            raise ValidationError(_("Ghi giờ và phút, ví dụ 8:30"))
        return int(found[1]), int(found[2] or 0)


class KeyForm(PageForm):
    """One sheet. `find` looks for the person; `who` is the person chosen, or "new"."""

    find = forms.CharField(label=gettext_lazy("Mã phiếu hẹn, số giấy tờ hoặc họ tên"), max_length=200, required=False)
    full_name = forms.CharField(label=gettext_lazy("Họ và tên"), max_length=200, required=False)
    birth = BirthField(label=gettext_lazy("Ngày sinh"), required=False)
    sex = forms.ChoiceField(label=gettext_lazy("Giới tính"), required=False, widget=forms.RadioSelect, choices=[("male", gettext_lazy("Nam")), ("female", gettext_lazy("Nữ"))])
    identifier = forms.CharField(label=gettext_lazy("Số giấy tờ"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("Điện thoại"), max_length=20, required=False)
    all_no = forms.BooleanField(label=gettext_lazy("Giấy ghi Không ở mọi câu hỏi"), required=False)
    identity_how = forms.ChoiceField(label=gettext_lazy("Đã xem giấy tờ thế nào"), choices=IDENTITY)
    received = HourField(label=gettext_lazy("Giờ đón"))
    agreed = forms.ChoiceField(label=gettext_lazy("Đồng ý tiêm"), widget=forms.RadioSelect, choices=[("yes", gettext_lazy("Đồng ý")), ("no", gettext_lazy("Không đồng ý"))])
    guardian_name = forms.CharField(label=gettext_lazy("Người giám hộ ký"), max_length=200, required=False)
    decision = forms.ChoiceField(label=gettext_lazy("Bác sĩ quyết định"), choices=DECISIONS, required=False)
    screened = HourField(label=gettext_lazy("Giờ khám"), required=False)
    doctor = forms.CharField(label=gettext_lazy("Bác sĩ"), max_length=120, required=False)
    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=500, required=False)
    return_on = DayField(label=gettext_lazy("Hẹn lại ngày"), required=False)
    temperature = forms.CharField(label=gettext_lazy("Nhiệt độ (°C)"), max_length=6, required=False)
    pulse = forms.CharField(label=gettext_lazy("Mạch"), max_length=4, required=False)
    pressure = forms.CharField(label=gettext_lazy("Huyết áp"), max_length=9, required=False)
    injected = HourField(label=gettext_lazy("Giờ tiêm"), required=False)
    injector = forms.CharField(label=gettext_lazy("Người tiêm"), max_length=120, required=False)
    vaccine = forms.ChoiceField(label=gettext_lazy("Vắc xin"), required=False)
    lot_number = forms.CharField(label=gettext_lazy("Số lô"), max_length=40, required=False)
    end = forms.ChoiceField(label=gettext_lazy("Kết thúc"), choices=ENDS)
    ended = HourField(label=gettext_lazy("Giờ ra về"), required=False)
    end_reason = forms.CharField(label=gettext_lazy("Lý do kết thúc"), max_length=200, required=False)

    def __init__(self, data: Any, *, session: SessionInfo, form: Any, vaccines: list[tuple[str, str]], checked: bool = True) -> None:
        """`checked` is false while the person is still looked for: what stands there is kept, and nothing is called missing yet."""
        super().__init__(data if checked else None, initial={"identity_how": "typed", "agreed": "yes", "end": "closed"})
        self.session, self.items = session, [item for item in form.items if not item.computed]
        self.fields["vaccine"].choices = vaccines if len(vaccines) == 1 else [("", "-"), *vaccines]  # type: ignore[attr-defined]
        for item in self.items:
            self.fields[f"item_{item.no}"] = forms.ChoiceField(label=item.vi, choices=YES_NO, widget=forms.RadioSelect, required=False)
        if not checked:
            self.initial = {name: field.widget.value_from_datadict(data, {}, name) for name, field in self.fields.items()}

    @property
    def answered(self) -> bool:
        """Whether any question was answered one by one."""
        return any(self[f"item_{item.no}"].value() for item in self.items)

    def at(self, name: str) -> datetime | None:
        """The moment of an hour field on the session's day."""
        told = self.cleaned_data.get(name)
        return clock.at_local(self.session.on_date, *told) if told else None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("injected") and not told.get("lot_number"):
            self.add_error("lot_number", _("Mời ghi số lô như trên giấy"))
        if told.get("lot_number") and not told.get("injected"):
            self.add_error("injected", _("Mời ghi giờ tiêm"))
        if told.get("decision") in ("defer", "refer", "contraindicated") and told.get("injected"):
            self.add_error("decision", _("Giấy ghi cả mũi tiêm và quyết định không tiêm: xem lại, chọn theo việc đã làm"))
        return told

    def person(self) -> NewPerson:
        """The person as written on the sheet. Raises Refused names.*, births.*, identifiers.*."""
        told = self.cleaned_data
        birth = PartialDate(*told["birth"])
        number = read_identifier(told["identifier"], None, told["sex"] or None, birth) if told["identifier"] else None
        return NewPerson(names.title_case(names.normalise(told["full_name"])), birth, told["sex"] or "unknown", identifier=number, phone=told["phone"])

    def facts(self) -> dict[str, Any]:
        """What `key_paper` takes, but for serial and person."""
        told, received = self.cleaned_data, self.at("received")
        consent = ConsentGiven(
            agreed=told["agreed"] == "yes", how="paper", signer="guardian" if told["guardian_name"] else "self", guardian_name=told["guardian_name"],
        )  # fmt: skip
        return {
            "received_at": received, "consent": consent, "identity_how": told["identity_how"], "screening": self._screening(),
            "dose_given": self._dose(), "end": self._end(consent.agreed),
        }  # fmt: skip

    def _screening(self) -> visits.PaperScreening | None:
        told = self.cleaned_data
        if not told["decision"]:
            return None
        systolic, _slash, diastolic = told["pressure"].partition("/")
        vitals = {"temperature_c": told["temperature"], "pulse_bpm": told["pulse"], "bp_systolic": systolic, "bp_diastolic": diastolic}
        return visits.PaperScreening(
            decision=told["decision"], answers={"items": self._answers()},
            vitals={code: value for code, value in vitals.items() if value}, reason=told["reason"], at=self.at("screened"), doctor=told["doctor"],
            return_on=told["return_on"] if isinstance(told["return_on"], date) else None,
        )  # fmt: skip

    def _answers(self) -> dict[int, str]:
        """The answers by question; with `all_no` every question that was not answered one by one is "no"."""
        otherwise = "no" if self.cleaned_data["all_no"] else ""
        told = {item.no: self.cleaned_data[f"item_{item.no}"] or otherwise for item in self.items}
        return {number: answer for number, answer in told.items() if answer}

    def _dose(self) -> visits.PaperDose | None:
        at = self.at("injected")
        told = self.cleaned_data
        return visits.PaperDose(at=at, injector=told["injector"], vaccine=told["vaccine"], lot_number=told["lot_number"]) if at else None

    def _end(self, agreed: bool) -> visits.PaperEnd | None:
        told = self.cleaned_data
        if not agreed or told["decision"] in ("defer", "refer", "contraindicated"):
            return None  # the refusal or the doctor's decision is the end
        return visits.PaperEnd(end=told["end"], at=self.at("ended"), reason=told["end_reason"])


def chosen(text: str) -> UUID | None:
    """The person chosen among those found; None for a new one or none."""
    try:
        return UUID(text)
    except ValueError:
        return None
