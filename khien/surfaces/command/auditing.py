"""The audit: its chains checked, its last acts; and what must hold in every instance, shown in a demo."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from khien.access import queries as staff_reads
from khien.kernel import clock
from khien.plumbing import access_log, audit
from khien.rehearsal import invariants
from khien.surfaces.command import frame

PAGE = 100
LATE = timedelta(minutes=10)
INVARIANTS = {
    "people_distinct": _("Một số giấy tờ, một người"), "appointments_within_capacity": _("Lịch hẹn không quá số chỗ"),
    "one_active_appointment": _("Mỗi người nhiều nhất một lịch hẹn đang chờ"), "stock_accounted": _("Liều đã tiêm bằng liều đã xuất, hoặc chênh lệch có tên"),
    "stock_balances": _("Sổ kho cộng đúng"), "doses_confirmed": _("Mỗi mũi tiêm xong có giấy xác nhận"),
    "doses_certified_or_held": _("Mỗi mũi có chứng nhận, hoặc lý do chưa cấp"), "paper_explained": _("Mỗi phiếu giấy được nhập, hủy hoặc ghi thất lạc"),
    "received_have_an_end": _("Mỗi người đã tiếp đón có kết quả"), "dose_claims_point_to_records": _("Mỗi mũi trong lịch ứng với một lần ghi"),
    "events_handled_once": _("Mỗi sự kiện xử lý đúng một lần"), "actions_audited": _("Mỗi mũi tiêm có dòng trong nhật ký"),
    "report_equals_records": _("Báo cáo bằng tổng hồ sơ, đến từng đơn vị"),
    "audit_intact": _("Nhật ký nguyên vẹn"), "certificates_verify": _("Mỗi chứng nhận kiểm tra được"), "reads_logged": _("Mỗi lần nhân viên xem hồ sơ được ghi lại"),
}  # fmt: skip


def index(request: HttpRequest) -> HttpResponse:
    """The last acts, narrowed by their kind; the chains are checked when asked."""
    at = frame.here(request, "audit.see")
    prefix = request.GET.get("viec", "").strip()
    broken = list(audit.verify()) if request.method == "POST" else None
    rows = access_log.latest(prefix=prefix, before=_moment(request.GET.get("truoc", "")), limit=PAGE + 1)
    shown = rows[:PAGE]
    names = staff_reads.names(filter(None, (_staff(row) for row in shown)))
    return frame.page(
        request, "audit", "audit", rows=[(row, names.get(_staff(row) or UUID(int=0), "")) for row in shown], prefix=prefix, broken=broken,
        before=shown[-1].at.isoformat() if len(rows) > PAGE else None, first=request.GET.get("truoc"), heads=len([one for one in audit.heads().values() if one[0]]),
        acts=sum(one[0] for one in audit.heads().values()), checked_at=at.at,
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    """The moment of an address, with its offset; None for any other text."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo and 1900 <= found.year < 2200 else None


def _staff(row: Any) -> UUID | None:
    try:
        return UUID(row.actor) if row.kind == "staff" else None
    except ValueError:
        return None


def promises(request: HttpRequest) -> HttpResponse:
    """Every promise of the system, checked on this instance now."""
    at = clock.now()
    found = invariants.check(at=at, late=at - LATE)
    rows = [(INVARIANTS.get(one.name, one.name), one) for one in found]
    return render(request, "command/promises.html", {"rows": rows, "at": at, "all": all(one.holds for one in found), "broken": sum(not one.holds for one in found)})
