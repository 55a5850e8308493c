"""Who looked at this book and what was written in it: office, hour, purpose, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from khien.access import queries as access
from khien.kernel import clock
from khien.plumbing import access_log
from khien.plumbing.access_log import Act, Read
from khien.surfaces.healthbook.book import Book, mine, render
from khien.surfaces.web import purposes

PAGE = 60
TOGETHER = timedelta(hours=1)  # reads of one office for one purpose within this are one visit to the record

# Acts that a person would want to know of; machinery (a certificate's signature in a queue) is told by its result.
ACTS: dict[str, Any] = {
    "safety.aefi_opened": _("Mở hồ sơ phản ứng sau tiêm"), "safety.aefi_told_again": _("Ghi thêm vào hồ sơ phản ứng"),
    "safety.aefi_edited": _("Sửa hồ sơ phản ứng"), "safety.aefi_reported": _("Báo phản ứng lên Sở Y tế"),
    "safety.aefi_investigation": _("Điều tra phản ứng"), "safety.aefi_investigated": _("Điều tra phản ứng xong"),
    "safety.aefi_assessed": _("Hội đồng kết luận về phản ứng"), "safety.aefi_closed": _("Khép hồ sơ phản ứng"),
    "safety.aefi_withdrawn": _("Rút hồ sơ phản ứng"), "safety.aefi_reopened": _("Mở lại hồ sơ phản ứng"),
    "safety.aefi_joined": _("Gộp hồ sơ phản ứng"), "safety.aefi_took_over": _("Gộp hồ sơ phản ứng"), "safety.aefi_told_apart": _("Tách hồ sơ phản ứng"),
    "safety.aefi_identified": _("Nối hồ sơ phản ứng với người"), "safety.alarm_raised": _("Báo động phản vệ"),
    "safety.alarm_acknowledged": _("Bác sĩ nhận báo động"), "safety.alarm_confirmed": _("Bác sĩ xác nhận phản vệ"),
    "safety.alarm_taken_back": _("Rút báo động"), "safety.alarm_stamped": _("Ghi việc xử trí phản vệ"), "safety.alarm_struck": _("Bỏ một việc xử trí ghi nhầm"),
    "safety.alarm_ended": _("Xử trí phản vệ xong"), "safety.follow_up_answered": _("Trả lời hỏi thăm"), "safety.follow_up_called": _("Gọi hỏi thăm"),
    "safety.follow_up_stopped": _("Thôi hỏi thăm"), "safety.follow_up_resumed": _("Hỏi thăm trở lại"),
    "registration.registered": pgettext_lazy("đã làm", "Đăng ký tiêm"),
    "registration.called": _("Gọi điện mời tiêm"),
    "registration.withdrawn": _("Rút đăng ký"),
    "registration.phone_verified": _("Xác nhận số điện thoại của đăng ký"),
    "registration.wish_set": _("Sửa ngày muốn tiêm"),
    "booking.invited": pgettext_lazy("đã làm", "Mời tiêm"),
    "booking.booked": _("Đặt giờ tiêm"),
    "booking.allocated": _("Mời tiêm theo đợt phân bổ"),
    "booking.reinvited": _("Mời tiêm lại"),
    "booking.standby": _("Gọi từ danh sách chờ"),
    "booking.moved": _("Đổi giờ tiêm"),
    "booking.confirmed": _("Xác nhận sẽ đến"),
    "booking.cancelled": _("Hủy giờ tiêm"),
    "booking.declined": _("Báo không đến được"),
    "booking.no_show": _("Ghi là không đến"),
    "booking.arrived": _("Đến điểm tiêm"),
    "visits.check_in": _("Tiếp đón tại điểm tiêm"),
    "visits.consent": _("Ghi ý kiến đồng ý tiêm"),
    "visits.screen": pgettext_lazy("đã làm", "Khám sàng lọc"),
    "visits.give_dose": _("Ghi mũi tiêm"),
    "visits.undo_dose": _("Rút lại mũi vừa ghi nhầm"),
    "visits.observe": _("Theo dõi sau tiêm xong"),
    "visits.end": _("Kết thúc lượt đến"),
    "visits.close": _("Kết thúc lượt tiêm"),
    "visits.undo_step": _("Lùi lại một bước tại điểm tiêm"),
    "visits.extend_observation": _("Theo dõi thêm"),
    "immunizations.recorded_elsewhere": _("Thêm mũi đã tiêm ở nơi khác"),
    "immunizations.corrected": _("Sửa mũi tiêm"),
    "immunizations.entered_in_error": _("Gạch mũi ghi nhầm"),
    "immunizations.facility_signed": _("Cơ sở tiêm ký mũi tiêm"),
    "certificates.issued": _("Cấp chứng nhận"),
    "certificates.revoked": _("Thu hồi chứng nhận"),
    "certificates.superseded": _("Gia hạn chứng nhận"),
    "people.recorded": _("Lập hồ sơ"),
    "people.corrected": _("Sửa thông tin cá nhân"),
    "people.identity_verified": pgettext_lazy("đã làm", "Kiểm tra giấy tờ"),
    "people.identifier_added": _("Thêm số giấy tờ"),
    "people.identifier_settled": _("Làm rõ số giấy tờ"),
    "people.identifier_withdrawn": _("Bỏ số giấy tờ ghi nhầm"),
    "people.phone_set": _("Đổi số điện thoại"),
    "people.phone_proved": pgettext_lazy("đã làm", "Xác nhận số điện thoại"),
    "people.guardian_set": _("Đổi người giám hộ"),
    "people.linked": _("Mở sổ cho một số điện thoại"),
    "people.link_ended": _("Thôi mở sổ cho một số điện thoại"),
    "people.died": _("Ghi người này đã mất"),
    "people.death_withdrawn": _("Rút lại ghi nhầm đã mất"),
    "people.merge_proposed": _("Đề nghị gộp hai hồ sơ của một người"),
    "people.merge_withdrawn": _("Rút đề nghị gộp hồ sơ"),
    "people.merged": _("Gộp hai hồ sơ của một người"),
    "people.merge_undo_proposed": _("Đề nghị tách hồ sơ đã gộp"),
    "people.merge_undo_withdrawn": _("Rút đề nghị tách hồ sơ"),
    "people.merge_undone": _("Tách hồ sơ đã gộp"),
    "safety.reaction_reported": pgettext_lazy("đã làm", "Báo phản ứng sau tiêm"),
    "safety.outcome": _("Ghi kết quả của phản ứng"),
    "cases.opened": pgettext_lazy("đã làm", "Mở yêu cầu"),
    "cases.resolved": pgettext_lazy("đã làm", "Giải quyết yêu cầu"),
    "cases.correction_done": _("Sửa theo yêu cầu"),
    "cases.correction_declined": _("Không sửa theo yêu cầu, có nêu lý do"),
}


@dataclass(frozen=True)
class Line:
    """One line of the page: when, who (an office, the family, the system), what; `times` reads together."""

    at: datetime
    who: str
    what: str
    times: int = 1
    read: bool = False


@mine
def readers(request: Any, book: Book) -> HttpResponse:
    """Reads and acts together, by day, the latest first, a page at a time."""
    before = _moment(request.GET.get("truoc", ""))
    reads = access_log.reads_of(book.person_ids, before=before, limit=PAGE)
    acts = access_log.acts_of(book.person_ids, before=before, limit=PAGE)
    lines, older = _page([*reads, *acts])
    offices = _offices((one for one in lines if isinstance(one, Act)), book.at)
    said = [line for one in lines if (line := _line(one, offices, book))]
    days = [(day, list(rows)) for day, rows in groupby(_together(said), key=lambda line: clock.on_date(line.at))]
    return render(request, "readers.html", book, days=days, older=older.isoformat() if older else "")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _page(found: list[Read | Act]) -> tuple[list[Read | Act], datetime | None]:
    """The latest of both kinds, and before which moment the next page begins."""
    ordered = sorted(found, key=lambda one: one.at, reverse=True)
    return ordered[:PAGE], ordered[PAGE - 1].at if len(ordered) > PAGE else None


def _offices(acts: Iterable[Act], at: datetime) -> dict[str, str]:
    """The office of each staff member who acted, by the post in force."""
    found = {}
    for actor in {one.actor for one in acts if one.kind == "staff"}:
        staff = access.staff_ref(UUID(actor), at=at)
        found[actor] = staff.office() if staff else ""
    return found


def _line(one: Read | Act, offices: dict[str, str], book: Book) -> Line | None:
    if isinstance(one, Read):
        return Line(one.at, one.office or gettext("Nhân viên y tế"), purposes.word(one.purpose), read=True)
    words = ACTS.get(one.action)
    return Line(one.at, _actor(one, offices, book), str(words)) if words else None


def _actor(act: Act, offices: dict[str, str], book: Book) -> str:
    if act.kind == "citizen":
        return gettext("Tài khoản này") if act.actor == str(book.account.id) else _outside(act.actor)
    if act.kind == "staff":
        return offices.get(act.actor) or gettext("Nhân viên y tế")
    return gettext("Hệ thống")


def _outside(actor: str) -> str:
    """Who acted without this account: another account, or nobody signed in (the portal, by the form or a code)."""
    if _is_id(actor):
        return gettext("Người nhà, hoặc người đăng ký giúp")
    return gettext("Qua cổng thông tin, không mở sổ: chính mình hoặc người đăng ký giúp")


def _is_id(actor: str) -> bool:
    try:
        UUID(actor)
    except ValueError:
        return False
    return True


def _together(lines: list[Line]) -> list[Line]:
    """Reads by one office for one purpose, one after the other, are one line."""
    found: list[Line] = []
    for line in lines:
        last = found[-1] if found else None
        if last and last.read and line.read and (last.who, last.what) == (line.who, line.what) and _near(last, line):
            found[-1] = Line(last.at, last.who, last.what, last.times + 1, True)
        else:
            found.append(line)
    return found


def _near(later: Line, line: Line) -> bool:
    same_day: tuple[date, date] = (clock.on_date(later.at), clock.on_date(line.at))
    return same_day[0] == same_day[1] and later.at - line.at <= TOGETHER
