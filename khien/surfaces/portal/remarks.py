"""A staged row as its page shows it: fields in words, what was repaired, refused, asked about, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from khien.booking import queries as booking
from khien.booking.types import AppointmentInfo
from khien.interchange import lists as sheets
from khien.kernel import phones
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.places import queries as places
from khien.registration import queries as registrations
from khien.registration.types import ListCard, ListTotals, RegistrationView, RowView
from khien.surfaces.portal import list_notices
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word
from khien.surfaces.web.registering import words
from khien.surfaces.web.say import identity_number

PAGE, SENT_PAGE = 50, 25
COMMUNE_DIGITS = 5
STATES = {
    "accepted": (_("Đúng"), "ready"), "repaired": (_("Đã sửa giúp"), "ready"), "possible": (_("Có thể trùng"), "wait"),
    "refused": (_("Cần sửa"), "stop"), "sent": (_("Đã gửi"), "ready"), "skipped": (pgettext_lazy("dòng", "Bỏ qua"), ""),
}  # fmt: skip
FIELDS = {
    "full_name": _("Họ và tên"), "birth": _("Ngày sinh"), "birth_date": _("Ngày sinh"), "sex": _("Giới tính"), "identifier": _("Số giấy tờ"),
    "id_value": _("Số giấy tờ"), "cccd": _("Số căn cước"), "cmnd": _("Số CMND cũ"), "former_id": _("Số CMND cũ"), "passport": _("Hộ chiếu"),
    "insurance": _("Số thẻ BHYT"), "phone": _("Điện thoại"), "email": _("Email"), "address": _("Số nhà, đường"),
    "neighbourhood": _("Tổ, thôn"), "commune": _("Xã, phường"), "district": _("Quận, huyện"), "province": _("Tỉnh, thành phố"),
    "ethnic": _("Dân tộc"), "nationality": _("Quốc tịch"), "occupation": _("Nghề nghiệp"), "work_unit": _("Nơi làm việc"),
    "priority_group": _("Nhóm ưu tiên"), "priority_groups": _("Nhóm ưu tiên"), "wished_date": _("Ngày muốn tiêm"),
    "wished_session": _("Buổi"), "guardian_name": _("Người giám hộ"), "guardian_phone": _("Điện thoại người giám hộ"),
}  # fmt: skip
SHOWN = ("full_name", "birth", "sex", "id_value", "phone", "commune")
WHY = {
    "name": _("cùng họ tên"), "name_alike": _("họ tên gần giống"), "birth": _("cùng ngày sinh"), "birth_year": _("cùng năm sinh"),
    "phone": _("cùng điện thoại"), "number": _("cùng số giấy tờ"), "identifier": _("cùng số giấy tờ"),
}  # fmt: skip
QUEUE = {
    "waiting": _("Đang chờ đến lượt"), "booked": _("Đã có hẹn"), "done": _("Đã xong"), "withdrawn": _("Đã rút"), "closed": _("Đã đóng"),
}  # fmt: skip
RESULTS = {
    "new": _("Hồ sơ mới"), "known": _("Đã có hồ sơ"), "already": _("Đã đăng ký từ trước"), "disputed": _("Số giấy tờ trùng người khác, đang làm rõ"),
}  # fmt: skip


@dataclass(frozen=True)
class RowFacts:
    """A row and its words."""

    row: RowView
    state: str
    tone: str
    cells: tuple[tuple[str, str], ...]
    repairs: tuple[str, ...]
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    registration: RegistrationView | None = None
    appointment: AppointmentInfo | None = None
    sheet: str = ""
    result: str = ""
    queue: str = ""


def row_facts(row: RowView, card: ListCard) -> RowFacts:
    """The row for its page: a refused one with what stood in its cells, a sent one with its place in the queue and its appointment."""
    name, tone = STATES[row.state]
    asked = _asked(row.registration_id) if row.state == "sent" and row.registration_id else None
    appointment = booking.standing_of([asked.person_id]).get(asked.person_id) if asked else None
    return RowFacts(
        row, str(name), tone, (*_cells(row), *_as_sent(row, card)), tuple(_repair(one) for one in row.repairs), tuple(remark(one) for one in row.refusals),
        tuple(remark(one) for one in row.warnings), asked, appointment, list_notices.sheet_of(card, row.section), str(RESULTS.get(row.result, "")), str(QUEUE[asked.state]) if asked else "",
    )  # fmt: skip


def _asked(registration_id: UUID) -> RegistrationView | None:
    """The row's place in the queue; where a merge closed it, the one that its person has instead."""
    found = registrations.registration(registration_id)
    if found is None or not found.end_reason.startswith("merged:"):
        return found
    others = registrations.history_of_person(found.person_id)
    return next((one for one in others if not one.end_reason.startswith("merged:")), found)


def _cells(row: RowView) -> tuple[tuple[str, str], ...]:
    """The main fields as understood; a refused row as it was sent."""
    if not row.values:
        return tuple(("", cell) for cell in row.cells if cell)[:8]
    found = [(str(FIELDS[field]), _said(field, row.values)) for field in SHOWN]
    return tuple((name, text) for name, text in found if text)


def _as_sent(row: RowView, card: ListCard) -> tuple[tuple[str, str], ...]:
    """The cells that could not be read, as they were sent: whoever mends them sees what was written."""
    if row.state != "refused" or not row.values:
        return ()
    sent, shown = sheets.row_form(row, card), {name for name, _text in _cells(row)}
    refused = dict.fromkeys(one["field"] for one in row.refusals)
    lines = [(str(FIELDS.get(field, field)), sent.get("birth_date" if field == "birth" else field, "")) for field in refused]
    beyond = [("", text) for text in row.cells[len(card.sections[row.section]["fields"]):]] if row.section < len(card.sections) else []
    return tuple((name, f"“{text}”") for name, text in (*lines, *beyond) if text and name not in shown)


def _said(field: str, values: Mapping[str, str]) -> str:
    text = values.get(field, "")
    if not text:
        return ""
    if field == "birth":
        return PartialDate.from_iso(text).display()
    if field == "sex":
        return str(words.SEXES.get(text, text))
    if field == "phone":
        return phones.display(text)
    if field == "commune":
        unit = places.unit(f"{values.get('epoch', '2021')}-{text}")
        return unit.path if unit else text
    return identity_number(text) if field == "id_value" else text


def remark(one: Mapping[str, Any]) -> str:
    """A refusal or a warning in words, with its field."""
    return worded(one["field"], one["code"], one.get("facts", {}))


def worded(field: str, code: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a code under the name of its field: also what the file of errors says."""
    sentence = word(Refused(code, **dict(facts)), lang())
    return f"{FIELDS[field]}: {sentence}" if field in FIELDS else sentence


def _named(value: str) -> str:
    """A commune's code as its name: nobody knows the codes by heart."""
    unit = places.unit(f"2021-{value}") if len(value) == COMMUNE_DIGITS and value.isdecimal() else None
    return unit.full_name if unit else value


def _repair(one: Mapping[str, Any]) -> str:
    before, after = str(one.get("before", "")), _named(str(one.get("after", "")))
    if one["field"] == "sex":
        after = str(words.SEXES.get(after, after))
    reason = word(Refused(str(one.get("why", ""))), lang())
    changed = gettext("%(field)s: “%(before)s” thành “%(after)s”.") % {
        "field": FIELDS.get(one["field"], one["field"]),
        "before": before,
        "after": after,
    }
    return f"{changed} {reason}" if before and before != after and after else f"{FIELDS.get(one['field'], one['field'])}: {reason}"


def filters(totals: ListTotals, card: ListCard) -> list[tuple[str, str, int]]:
    """The filters with their counts: (state, words, count); those without rows are left out, all comes first."""
    found = [(state, str(name), getattr(totals, state)) for state, (name, _tone) in STATES.items()]
    return [("", gettext("Tất cả"), card.rows), *(one for one in found if one[2])]
