"""A person's own request: what was asked in words, and the answer to a question that the office sent back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khien.cases.types import CitizenCase
from khien.kernel.births import PartialDate
from khien.surfaces.web import say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import PageForm

FIELDS = {
    "full_name": _("Họ và tên"), "birth": _("Ngày sinh"), "sex": _("Giới tính"), "identifier": _("Số giấy tờ"),
    "phone": _("Số điện thoại"), "address": _("Nơi ở"),
}  # fmt: skip
SEXES = {"female": _("Nữ"), "male": _("Nam"), "other": _("Khác")}


class ReplyForm(PageForm):
    """What the person answers to the office's question."""

    reply = forms.CharField(
        label=_("Trả lời của bà con"), widget=forms.Textarea, max_length=1000, error_messages={"required": _("Mời ghi câu trả lời")}
    )


def asked_lines(case: CitizenCase) -> list[tuple[str, str]]:
    """What was asked to be put right, line by line: name and words."""
    if case.asked is None:
        return []
    lines = [(str(FIELDS.get(field, field)), _right(field, value)) for field, value in case.asked.right.items()]
    for dose in case.asked.doses:
        told = (short_vaccine(dose.vaccine) if dose.vaccine else "", say.dmy(dose.on_date), dose.place, dose.lot)
        lines.append((str(_("Mũi thiếu")), ", ".join(filter(None, told))))
    return [*lines, (str(_("Lời kể")), case.asked.words)] if case.asked.words else lines


def _right(field: str, value: Any) -> str:
    if field == "birth":
        return PartialDate(*map(int, str(value).split("-"))).display()
    return str(SEXES.get(value, value)) if field == "sex" else str(value)
