"""Pages that explain: guidance, how people are chosen, the state of the system, privacy, help, accessibility, the source."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.booking import queries as booking
from khien.campaigns import queries as campaigns
from khien.cases import queries as cases
from khien.kernel import clock
from khien.places import queries as places
from khien.plumbing import health
from khien.reporting import queries as reporting
from khien.surfaces.portal import figures
from khien.surfaces.web import guard
from khien.surfaces.web.locale import lang

GUIDANCE: tuple[tuple[Any, tuple[tuple[Any, Any], ...]], ...] = (
    (_("Trước khi tiêm"), (
        (_("Ai cần tiêm?"), _("Mọi người từ đủ tuổi của từng loại vắc xin. Khi vắc xin còn ít, người tuyến đầu, người già, người có bệnh nền được mời trước.")),
        (_("Chuẩn bị gì?"), _("Ăn uống bình thường, ngủ đủ, mặc áo dễ hở vai. Thuốc đang uống cứ uống như mọi ngày, mang theo đơn thuốc.")),
        (_("Đang sốt, đang ốm thì sao?"), _("Ở nhà nghỉ và báo đổi giờ. Khỏi rồi đi tiêm, không mất lượt.")),
        (_("Mang thai, cho con bú có tiêm được không?"), _("Báo với bác sĩ khi khám. Thai từ 13 tuần được tư vấn và tiêm ở nơi có cấp cứu sản khoa; cho con bú vẫn tiêm được với đa số vắc xin.")),
        (_("Dị ứng có tiêm được không?"), _("Dị ứng nhẹ thường vẫn tiêm được sau khi bác sĩ khám kỹ. Từng phản vệ nặng thì tiêm ở bệnh viện. Phản vệ với chính vắc xin đó thì không tiêm nữa.")),
        (_("Không có căn cước thì sao?"), _("Vẫn đăng ký và tiêm được. Khai lý do chưa có giấy tờ; sau này có số, hồ sơ được nối lại.")),
    )),
    (_("Tại điểm tiêm"), (
        (_("Có mấy bước?"), _("Năm bước: tiếp đón, khám sàng lọc, tiêm, ngồi theo dõi 30 phút, nhận giấy xác nhận.")),
        (_("Vì sao phải ngồi lại 30 phút?"), _("Phản ứng nặng hiếm gặp nhưng hay đến sớm. Ở điểm tiêm có bác sĩ, thuốc và người theo dõi từng người.")),
        (_("Được chọn loại vắc xin không?"), _("Điểm tiêm dùng loại được cấp cho buổi đó, hợp với tuổi và mũi trước. Chưa muốn tiêm loại này thì nói, không ai ép.")),
        (_("Ai đã xem hồ sơ của tôi?"), _("Mỗi lần nhân viên mở hồ sơ đều được ghi lại. Mở sổ sức khỏe, mục Ai đã xem, để biết nơi nào, lúc nào, vì việc gì.")),
    )),
    (_("Sau khi tiêm"), (
        (_("Thường gặp gì?"), _("Đau chỗ tiêm, mệt, sốt nhẹ, đau đầu, đau cơ, thường hết trong 1 đến 3 ngày. Uống đủ nước, nghỉ ngơi; sốt từ 38,5 độ thì dùng thuốc hạ sốt theo lời dặn.")),
        (_("Theo dõi bao lâu?"), _("28 ngày, kỹ nhất là 7 ngày đầu. Trong 3 ngày đầu nên có người ở bên, không uống rượu bia, không làm nặng.")),
        (_("Khi nào tiêm mũi tiếp?"), _("Giấy xác nhận và trang Tra cứu ghi ngày. Đến hẹn sẽ có tin nhắn.")),
        (_("Chưa thấy chứng nhận?"), _("Chứng nhận cần giấy tờ đã được xem và chữ ký của cơ sở tiêm. Trang Tra cứu nói rõ đang chờ điều gì; sai thì gửi yêu cầu sửa.")),
    )),
)  # fmt: skip
CRITERIA = {
    "second_dose": _("đến hạn mũi 2"), "age": _("tuổi cao trước"), "risk": _("có bệnh nền"), "outbreak": _("ở vùng dịch"), "group": _("nhóm ưu tiên"),
}  # fmt: skip
DANGER = (
    _("Khó thở, thở rít, tím môi"), _("Sưng môi, lưỡi, mặt; nổi mẩn khắp người"), _("Đau ngực, tim đập rất nhanh"), _("Ngất, co giật, lơ mơ"),
    _("Đau đầu dữ dội, nhìn mờ, yếu liệt tay chân"), _("Chảy máu bất thường, đau bụng dữ dội"), _("Sốt trên 39 độ không hạ"),
)  # fmt: skip


def guidance(request: HttpRequest) -> HttpResponse:
    """Short true answers; danger first."""
    return render(request, "portal/guidance.html", {"parts": GUIDANCE, "danger": DANGER})


def transparency(request: HttpRequest) -> HttpResponse:
    """How people are chosen, every draw with its hashes, and how fast corrections are answered."""
    at = clock.now()
    groups = [
        (group.code, group.en if lang() == "en" else group.vi)
        for group in campaigns.groups(clock.on_date(at))
        if group.province is None
    ]
    draws = figures.kept("draws", booking.public_allocations)
    decisions = figures.kept("reserve decisions", booking.public_decisions)
    sessions = figures.kept("sessions decided", lambda: {one.id: one for one in booking.sessions(None, ids={one.session_id for one in decisions if one.session_id})})
    named = places.units({draw.unit_key for draw in draws} | {f"2021-{one.province}" for one in decisions})
    return render(request, "portal/transparency.html", {"groups": groups, "draws": draws, "named": named, "decisions": decisions, "sessions": sessions})


def draw(request: HttpRequest, code: str) -> HttpResponse:
    """One draw: what was published before, what after, and how to do it again."""
    found = booking.allocation(code)
    if found is None:
        return guard.refuse(request, 404)
    sessions = booking.sessions(ids=found.session_ids)
    order = [str(CRITERIA.get(name, name)) for name in found.criteria.get("order", ())]
    context = {
        "draw": found,
        "unit": places.unit(found.unit_key),
        "sessions": sessions,
        "order": order,
        "back_to": reverse("portal:transparency"),
    }
    return render(request, "portal/draw.html", context)


def clocks(request: HttpRequest) -> HttpResponse:
    """How long corrections take, by province or (of one province) by commune."""
    at = clock.now()
    province = request.GET.get("tinh", "")
    column = "commune_2021" if province else "province_2021"
    rows = figures.kept(("clocks", column), lambda: cases.correction_clocks(column, at=at, since=at - timedelta(days=90)))
    named = places.units({f"2021-{row.code}" for row in rows})
    if province:
        rows = [row for row in rows if (unit := named.get(f"2021-{row.code}")) and unit.province_code == province]
    context = {
        "rows": rows,
        "named": named,
        "province": places.unit(f"2021-{province}") if province else None,
        "back_to": reverse("portal:transparency"),
    }
    return render(request, "portal/clocks.html", context)


def status(request: HttpRequest) -> HttpResponse:
    """Whether the parts work, told without detail that helps nobody."""
    at = clock.now()
    began = time.perf_counter()
    beat = health.outbox(at)
    answered = time.perf_counter() - began
    lag = beat.lag_seconds
    context = {
        "at": at, "milliseconds": round(answered * 1000, 1), "lag": lag, "late": lag > 120, "dead": beat.dead, "as_of": reporting.as_of(),
        "demo": settings.DEMO,
    }  # fmt: skip
    return render(request, "portal/status.html", context)


def plain(name: str) -> Any:
    """A page that only says something."""

    def view(request: HttpRequest) -> HttpResponse:
        return render(request, f"portal/{name}.html", {})

    view.__doc__ = f"The page {name}."
    return view
