"""The things that need me now: what is wrong or due at my place, the gravest first, each with one act."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.cases import queries as cases
from khien.kernel import clock
from khien.places import queries as places
from khien.registration import queries as registration
from khien.reporting import queries as reporting
from khien.stock import queries as stock
from khien.surfaces.command.frame import Here, reach
from khien.surfaces.command.signing import KINDS, held_for
from khien.surfaces.command.spot import Spot
from khien.surfaces.web import say
from khien.surfaces.web.locale import lang
from khien.surfaces.web.say_stock import item_unit
from khien.visits import queries as visits

MOST = 5
LATE = timedelta(minutes=15)
SOON = timedelta(days=14)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Todo:
    """One thing: its state, what, why, until when, and the one act."""

    tone: str
    img: str
    what: str
    why: str
    when: str
    act: str
    href: str
    rank: int = 5


def current(at: Here, spot: Spot, sessions: list[SessionInfo]) -> list[Todo]:
    """Everything that needs someone at this place now; the page shows the first five."""
    found = [*_begin(at), *_stock(at, spot), *_sessions(at, sessions), *_cases(at, spot), *_draws(at, spot), *_lists(at), *_signing(at), *_places(at, spot)]
    return sorted(found, key=lambda todo: todo.rank)


def _begin(at: Here) -> list[Todo]:
    """The first steps at a place where no point stands yet: a real instance begins with nothing."""
    if not at.staff.may("places.manage") or places.has_sites(reach(at.staff.scopes("places.manage"))):
        return []
    why = _("Thêm cơ sở y tế và điểm tiêm trước; rồi giao vị trí cho người làm ở đó, nhận vắc xin, lập buổi tiêm.")
    return [Todo("wait", "plus", _("Chưa có điểm tiêm nào"), why, _("trước tiên"), _("Thêm cơ sở"), reverse("command:register") + "?loai=co-so", 0)]


def _n(count: int) -> str:
    return say.thousands(count, lang())


def _stock(at: Here, spot: Spot) -> list[Todo]:
    if not at.staff.may("stock.see"):
        return []
    found: list[Todo] = []
    stopped: dict[Any, list[Any]] = defaultdict(list)
    soon: dict[Any, list[Any]] = defaultdict(list)
    short: list[Any] = []
    for one in stock.held(spot.reach):
        if one.on_hand and one.lot.state != "released":
            stopped[one.lot].append(one)
        elif one.on_hand and one.lot.expires_on <= at.on + SOON:
            soon[one.lot].append(one)
        if one.shortfall and stock.rules.is_vaccine(one.lot.vaccine):
            short.append(one)
    for lot, held in stopped.items():
        facts = {"lot": lot.number, "n": _n(sum(one.on_hand for one in held)), "unit": item_unit(lot.vaccine)}
        what = _("Lô %(lot)s bị thu hồi, còn %(n)s %(unit)s") if lot.state == "recalled" else _("Lô %(lot)s đang tạm giữ, còn %(n)s %(unit)s")
        why = _("Ở %(n)s điểm. Khóa lại, không tiêm; gửi trả hoặc hủy có ghi lý do.") % {"n": len(held)}
        tone, rank = ("stop", 0) if lot.state == "recalled" else ("wait", 3)
        found.append(Todo(tone, "stop", what % facts, why, _("ngay"), _("Xem lô"), f"{reverse('command:lots')}?lo={lot.id}", rank))
    for lot, held in soon.items():
        days = (lot.expires_on - at.on).days
        when = _("đã hết hạn") if days < 0 else _("hôm nay") if days == 0 else _("còn %(n)s ngày") % {"n": days}
        what = _("%(n)s %(unit)s lô %(lot)s sắp hết hạn") if days >= 0 else _("%(n)s %(unit)s lô %(lot)s đã hết hạn")
        facts = {"lot": lot.number, "n": _n(sum(one.on_hand for one in held)), "unit": item_unit(lot.vaccine)}
        why = _("Hạn dùng %(day)s, ở %(n)s điểm. Dùng trước hoặc điều chuyển.") % {"day": say.dmy(lot.expires_on), "n": len(held)}
        tone = "wait" if days >= 0 else "stop"
        found.append(Todo(tone, "truck", what % facts, why, when, _("Xem lô"), f"{reverse('command:lots')}?lo={lot.id}", 4 if days >= 0 else 1))
    if short:
        what = _("Sổ kho thiếu %(n)s liều so với số đã tiêm") % {"n": _n(sum(one.shortfall for one in short))}
        why = _("Ở %(n)s điểm: thường do chưa nhập phiếu xuất.") % {"n": len({one.site_id for one in short})}
        found.append(Todo("wait", "vial", what, why, _("hôm nay"), _("Xem kho"), reverse("command:stock"), 6))
    return found


def _sessions(at: Here, sessions: list[SessionInfo]) -> list[Todo]:
    found = []
    for one in sessions:
        page = reverse("command:session", kwargs={"session_id": one.id})
        if one.state == "planned" and one.starts_at + LATE < at.at < one.ends_at:
            what = _("%(site)s chưa mở buổi %(hour)s") % {"site": one.site.name, "hour": say.hm(one.starts_at)}
            why = _("%(n)s người hẹn hôm nay. Gọi trưởng điểm: %(phone)s") % {"n": _n(one.taken), "phone": say.phone(one.site.phone) or _("chưa có số")}
            found.append(Todo("stop", "clock", what, why, _late(at.at - one.starts_at), _("Xem buổi tiêm"), page, 2))
        elif one.state in ("open", "paused") and at.at > one.ends_at + timedelta(hours=1):
            what = _("%(site)s quá giờ mà chưa kết thúc ngày") % {"site": one.site.name}
            found.append(Todo("wait", "clock", what, _("Hết giờ lúc %(hour)s.") % {"hour": say.hm(one.ends_at)}, _("hôm nay"), _("Xem buổi tiêm"), page, 5))
    return found + _papers(sessions)


def _papers(sessions: list[SessionInfo]) -> list[Todo]:
    running = {one.id: one for one in sessions if one.state in ("open", "paused")}
    left = [(running[session_id], n) for session_id, n in visits.papers_open(running).items()]
    if not left:
        return []
    worst = max(left, key=lambda pair: pair[1])[0]
    what = _("%(n)s phiếu giấy chưa nhập ở %(sites)s điểm") % {"n": _n(sum(n for _one, n in left)), "sites": len(left)}
    why = _("Nhiều nhất: %(site)s. Ngày chưa khép lại được khi còn phiếu chưa giải trình.") % {"site": worst.site.name}
    return [Todo("wait", "doc", what, why, _("cuối ngày"), _("Xem buổi tiêm"), reverse("command:session", kwargs={"session_id": worst.id}), 7)]


def _late(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return _("chậm %(n)s phút") % {"n": minutes} if minutes < 120 else _("chậm %(n)s giờ") % {"n": minutes // 60}


def _cases(at: Here, spot: Spot) -> list[Todo]:
    counts = cases.counts(spot.reach, at=at.at)
    wanted = counts.by_kind.get("correction", 0) if at.staff.may("cases.decide_correction") else 0
    return [*_overdue(at, counts.overdue), *_corrections(wanted)]


def _corrections(count: int) -> list[Todo]:
    if not count:
        return []
    what = _("%(n)s yêu cầu sửa sai đang chờ") % {"n": _n(count)}
    why = _("Xem bằng chứng, đề nghị hoặc duyệt; người đề nghị không tự duyệt.")
    return [Todo("wait", "pencil", what, why, _("theo hạn"), _("Xem yêu cầu"), reverse("command:corrections"), 5)]


def _overdue(at: Here, count: int) -> list[Todo]:
    if not count:
        return []
    what = ngettext("Một yêu cầu quá hạn trả lời", "%(n)s yêu cầu quá hạn trả lời", count) % {"n": _n(count)}
    why = _("Người dân thấy đồng hồ này trên trang công khai.")
    href, act = ("/mcc/", _("Mở bàn trả lời")) if at.staff.may("cases.see") else (reverse("command:corrections"), _("Xem theo nơi"))
    return [Todo("wait", "pencil", what, why, _("quá hạn"), act, href, 3)]


def _draws(at: Here, spot: Spot) -> list[Todo]:
    if not at.staff.may("plan.allocate"):
        return []
    found = []
    for one in booking.allocations(limit=50):
        if one.state != "committed" or (one.unit_key and not at.staff.may("plan.allocate", places.unit_place(one.unit_key))):
            continue
        what = _("Đợt phân bổ %(code)s đã công bố, chưa rút thăm") % {"code": say.groups(one.code)}
        why = _("%(n)s người đang chờ kết quả từ %(at)s.") % {"n": _n(one.candidates), "at": say.dmyhm(one.committed_at)}
        found.append(Todo("wait", "list", what, why, _("hôm nay"), _("Xem và rút thăm"), reverse("command:allocation", kwargs={"code": one.code}), 4))
    return found


def _lists(at: Here) -> list[Todo]:
    if not at.staff.may("lists.decide"):
        return []
    waiting = [one for one in registration.lists(scopes=reach(at.staff.scopes("lists.decide"))) if one.refused or one.possible]
    rows = sum(one.refused + one.possible for one in waiting)
    if not rows:
        return []
    what = _("%(n)s dòng danh sách cần xem lại") % {"n": _n(rows)}
    why = _("Trong %(n)s danh sách: dòng bị từ chối hoặc có thể trùng người.") % {"n": len(waiting)}
    return [Todo("wait", "list", what, why, _("trước khi gửi"), _("Mở danh sách"), "/to-chuc/danh-sach", 6)]


def _signing(at: Here) -> list[Todo]:
    if not at.staff.may("certificates.sign"):
        return []
    held = sum(len(held_for(at.staff.scopes("certificates.sign"), hold, at.on, limit=500)) for hold in KINDS)
    if not held:
        return []
    what = _("%(n)s chứng nhận chờ chữ ký") % {"n": _n(held)}
    return [Todo("wait", "pencil", what, _("Mũi tiêm đã đủ; chỉ còn thiếu chữ ký."), _("hôm nay"), _("Xem và ký"), reverse("command:signing"), 5)]


def _places(at: Here, spot: Spot) -> list[Todo]:
    """People who wait while no session of the coming week has a place for them."""
    if not at.staff.may("plan.sessions"):
        return []
    waiting = reporting.queue(spot.reach).get("waiting", 0)
    coming = booking.sessions(spot.reach, first=at.on + timedelta(days=1), last=at.on + WEEK, states=("planned", "open"))
    free = sum(one.free for one in coming)
    if waiting <= free:
        return []
    what = _("%(n)s người đang chờ, tuần tới chỉ còn %(free)s chỗ") % {"n": _n(waiting), "free": _n(free)}
    why = _("Lập thêm buổi tiêm, hoặc phân bổ chỗ theo thứ tự ưu tiên.")
    return [Todo("wait", "calendar", what, why, _("trong tuần"), _("Lập buổi tiêm"), reverse("command:plan"), 8)]


def elapsed(sessions: list[SessionInfo], now: datetime) -> float:
    """How many places should have been served by now, if each session goes evenly from its first minute to its last."""
    due = 0.0
    for one in sessions:
        span = (one.ends_at - one.starts_at).total_seconds() or 1
        due += one.capacity * min(max((now - one.starts_at).total_seconds() / span, 0), 1)
    return due


def hour(at: datetime | None) -> str:
    """The hour of a moment in Viet Nam."""
    return say.hm(clock.local(at)) if at else ""
