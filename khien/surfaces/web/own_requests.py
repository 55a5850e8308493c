"""A person's own request: what was asked in words, and the answer to a question that the office sent back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from khien.cases.types import CitizenCase
from khien.kernel.births import PartialDate
from khien.kernel.refs import Actor
from khien.plumbing import files
from khien.surfaces.web import evidence, say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.forms import PageForm

FIELDS = {
    "full_name": _("Họ và tên"), "birth": _("Ngày sinh"), "sex": _("Giới tính"), "identifier": _("Số giấy tờ"),
    "phone": _("Số điện thoại"), "address": _("Nơi ở"),
}  # fmt: skip
SEXES = {"female": _("Nữ"), "male": _("Nam"), "other": _("Khác")}


class PhotoForm(PageForm):
    """A form that may carry one photo of a paper."""

    photo = forms.FileField(label=_("Ảnh giấy tờ hoặc giấy xác nhận"), required=False)

    def clean_photo(self) -> Any:
        photo = self.cleaned_data.get("photo")
        if photo and not evidence.media_type(photo):
            raise forms.ValidationError(_("Chỉ nhận ảnh (JPG, PNG, HEIC, WebP) hoặc tệp PDF. Mời chọn tệp khác."))
        return photo

    def kept(self, *, by: Actor, at: datetime) -> UUID | None:
        """Keep the photo as evidence, where there is one. Raises Refused: plumbing.file_too_large."""
        photo = self.cleaned_data.get("photo")
        if not photo:
            return None
        return files.keep(photo.read(), name="anh-giay", media_type=evidence.media_type(photo), purpose="evidence", by=by, at=at)


class ReplyForm(PhotoForm):
    """What the person answers to the office's question, with a photo where one was asked for."""

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
