"""The board of a place today: five things first, then the numbers against the plan, as a table and as a map."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.campaigns import queries as campaigns
from khien.places import queries as places
from khien.reporting import queries as reporting
from khien.reporting.types import Board, BoardRow
from khien.stock import queries as stock
from khien.surfaces.command import frame, todos
from khien.surfaces.command.spot import Spot, chosen
from khien.surfaces.command.where import unit as place_of_unit
from khien.surfaces.command.words import INDICATORS, LEVELS, scope_words
from khien.surfaces.web import charts, maps, say
from khien.surfaces.web.locale import lang

SHOWN = ("injected", "invited", "received", "registered", "observed", "deferred", "reactions")
ENDS = ("deferred", "referred", "contraindicated", "refused", "withdrawn", "left_early")
DAYS = 14
MOST_SITES = 40
COUNTED_DAYS = 999
BEHIND = 0.9  # below this share of where it should be, a place is behind
ON_PACE = 0.005  # nearer than half a percent: neither fast nor slow


@dataclass(frozen=True)
class Line:
    """One line of the table: its numbers, the plan, and where it leads."""

    name: str
    href: str
    row: BoardRow
    capacity: int
    due: float
    sessions: int
    opened: int
    paper: int = 0
    sub: str = ""

    @property
    def status(self) -> tuple[str, str]:
        """The word and tone of how this place keeps up."""
        if not self.sessions:
            return "", _("Không có buổi")
        if self.due and not self.opened:
            return "wait", _("Chưa mở buổi nào")
        if self.due and self.row.n("injected") < BEHIND * self.due:
            return "wait", _("Chậm kế hoạch")
        return ("ready", _("Đúng nhịp")) if self.due else ("", _("Chưa tới giờ"))


@dataclass(frozen=True)
class Plan:
    """One number beside what was planned for it."""

    name: str
    value: str
    of: str
    share: float | None
    tick: float | None
    tone: str
    word: str
    href: str


def home(request: HttpRequest) -> HttpResponse:
    """The board of my own place."""
    return unit(request)


def unit(request: HttpRequest, unit_key: str | None = None) -> HttpResponse:
    """The board of a unit, of the country, or of everything within my posts."""
    at = frame.here(request, "command.board", place_of_unit(unit_key) if unit_key else None)
    spot = chosen(request, at, unit_key)
    board = reporting.board(unit_key=spot.unit_key, on=spot.on, epoch=spot.epoch, scopes=spot.board_scopes)
    sessions = [one for one in booking.sessions(spot.reach, on=spot.on) if one.state != "cancelled"]
    number = request.GET.get("so") if request.GET.get("so") in INDICATORS else "injected"
    lines = _lines(at, spot, board, sessions)
    quiet = [line for line in lines if not line.sessions and not line.row.counts]
    shown = lines if request.GET.get("het") or len(quiet) in (0, len(lines)) else [line for line in lines if line not in quiet]
    needed = todos.current(at, spot, sessions) if spot.on == spot.today else []
    facts = {
        "spot": spot, "board": board, "lines": shown, "quiet": len(lines) - len(shown), "sites": _sites(board, sessions, at)[:MOST_SITES], "more_sites": len(sessions) > MOST_SITES,
        "todos": needed[: todos.MOST], "todos_more": max(len(needed) - todos.MOST, 0), "plans": _plans(at, spot, board, sessions),
        "number": number, "indicators": INDICATORS, "shown": SHOWN, "ends": ENDS, "map": _map(at, spot, board, lines, number), "crumbs": _crumbs(at, spot, board),
        "level": LEVELS.get(board.level, LEVELS[""]), "day_of": _day_of(spot), "days": _days(spot), "paper": sum(row.paper_open for row in board.sites),
        "before": spot.href(ngay=(spot.on - timedelta(days=1)).isoformat()), "after": spot.href(ngay=(spot.on + timedelta(days=1)).isoformat()),
        "mine": _others(at, spot),
    }  # fmt: skip
    return frame.page(request, "board", "board", **facts)


def _others(at: frame.Here, spot: Spot) -> list[tuple[str, str]]:
    """The other units that my posts hold at."""
    keys = {f"{scope.epoch}-{scope.key}": scope for scope in at.scopes if scope.kind in ("province", "district", "commune")}
    return [(scope_words(scope), reverse("command:unit", kwargs={"unit_key": key})) for key, scope in keys.items() if key != spot.unit_key]


def _day_of(spot: Spot) -> int:
    """Which day of the campaign this is, the first one counted; 0 when nobody counts its days any more."""
    day = (spot.on - campaigns.campaign().starts_on).days + 1
    return day if day <= COUNTED_DAYS else 0


def _lines(at: frame.Here, spot: Spot, board: Board, sessions: list[SessionInfo]) -> list[Line]:
    grouped: dict[str, list[SessionInfo]] = defaultdict(list)
    column = places.column(board.epoch, board.level) if board.level else ""
    for one in sessions:
        grouped[getattr(one.place, column, "") if column else ""].append(one)
    paper: dict[str, int] = defaultdict(int)
    where = {one.id: getattr(one.place, column, "") for one in sessions} if column else {}
    for row in board.sites:
        if row.session_id in where:
            paper[where[row.session_id]] += row.paper_open
    lines = []
    for row in board.rows:
        code = row.key.split("-", 1)[-1]
        here = grouped.get(code, [])
        # A unit of the other geography may reach beyond this post: it is shown, and not opened.
        open_to_me = row.key not in ("", spot.unit_key) and at.staff.may("command.board", place_of_unit(row.key))
        href = spot.href(unit_key=row.key) if open_to_me else ""
        if row.counts or here or spot.unit_key or not spot.own:
            lines.append(_line(row.name or _("Chưa rõ nơi"), href, row, here, at, paper[code]))
    return sorted(lines, key=lambda line: (line.status[0] != "wait", -line.row.n("injected"), -line.capacity, line.name))


def _line(name: str, href: str, row: BoardRow, sessions: list[SessionInfo], at: frame.Here, paper: int, sub: str = "") -> Line:
    opened = sum(one.state in ("open", "paused", "closed") for one in sessions)
    return Line(name, href, row, sum(one.capacity for one in sessions), todos.elapsed(sessions, at.at), len(sessions), opened, paper, sub)


def _sites(board: Board, sessions: list[SessionInfo], at: frame.Here) -> list[Line]:
    counted = {row.session_id: row for row in board.sites}
    lines = []
    for one in sessions:
        row = counted.get(one.id) or BoardRow(str(one.site_id), one.site.name, "site", {}, one.site_id, one.id)
        href = reverse("command:session", kwargs={"session_id": one.id})
        lines.append(_line(one.site.name, href, row, [one], at, row.paper_open, f"{say.hm(one.starts_at)}\u2013{say.hm(one.ends_at)}"))
    return lines


def _crumbs(at: frame.Here, spot: Spot, board: Board) -> list[tuple[str, str | None]]:
    """The way down from the country; what lies outside my posts is named and not opened."""
    steps: list[tuple[str, str | None]] = []
    if spot.own:
        return [(_("Các nơi tôi phụ trách"), None)]
    whole = at.staff.may("command.board", place_of_unit("vn"))
    steps.append((_("Toàn quốc"), spot.href(unit_key="vn") if whole and spot.unit_key else None))
    for key, name in board.parents:
        may = at.staff.may("command.board", place_of_unit(key))
        steps.append((name, spot.href(unit_key=key) if may and key != spot.unit_key else None))
    return steps


def _n(count: float) -> str:
    return say.thousands(count, lang())


def _plans(at: frame.Here, spot: Spot, board: Board, sessions: list[SessionInfo]) -> list[Plan]:
    total, capacity, due = board.total, sum(one.capacity for one in sessions), todos.elapsed(sessions, at.at)
    injected, opened = total.n("injected"), sum(one.state != "planned" for one in sessions)
    found = [Plan(
        _("Mũi tiêm hôm nay") if spot.on == spot.today else _("Mũi tiêm trong ngày"), _n(injected), _("trong %(n)s chỗ") % {"n": _n(capacity)},
        injected / capacity if capacity else None, due / capacity if capacity else None, *_pace(injected, due, capacity),
        spot.href("command:number", kind="injected"),
    )]  # fmt: skip
    invited, received = total.n("invited"), total.n("received")
    waits = received < invited * (due / capacity if capacity else 0) * BEHIND
    found.append(Plan(
        _("Đã đến so với được mời"), _n(received), _("trong %(n)s người") % {"n": _n(invited)}, min(received / invited, 1) if invited else None, None,
        "wait" if waits else "ready", _("%(n)s người không đến") % {"n": _n(total.n("no_show"))} if total.n("no_show") else _("Chưa ai bị ghi là không đến"),
        spot.href("command:number", kind="received"),
    ))  # fmt: skip
    late = sum(one.state == "planned" and one.starts_at < at.at for one in sessions)
    found.append(Plan(
        _("Buổi tiêm đã mở"), _n(opened), _("trong %(n)s buổi") % {"n": _n(len(sessions))}, opened / len(sessions) if sessions else None, None,
        "wait" if late else "ready", _("%(n)s buổi tới giờ mà chưa mở") % {"n": _n(late)} if late else _("Không buổi nào trễ giờ mở"),
        f"{reverse('command:sessions')}?tu={spot.on.isoformat()}&den={spot.on.isoformat()}",
    ))  # fmt: skip
    found += [_people(at, spot), *_doses(at, spot)]
    papers = sum(row.paper_open for row in board.sites)
    found.append(Plan(
        _("Phiếu giấy chưa nhập"), _n(papers), _("phiếu đã in"), None, None, "wait" if papers else "ready",
        _("Ngày chưa khép lại được khi còn phiếu") if papers else _("Mọi phiếu đã nhập hoặc giải trình"), "#diem",
    ))  # fmt: skip
    return found


def _pace(injected: int, due: float, capacity: int) -> tuple[str, str]:
    if not capacity:
        return "", _("Ngày này không có buổi tiêm")
    if not due:
        return "ready", _("Chưa tới giờ tiêm")
    ahead = injected / due - 1
    if abs(ahead) < ON_PACE:
        return "ready", _("Đúng nhịp")
    words = _("Nhanh hơn nhịp %(n)s") if ahead >= 0 else _("Chậm hơn nhịp %(n)s")
    tone = "ready" if ahead > 0 else "wait" if ahead < BEHIND - 1 else ""
    return tone, words % {"n": say.percent(min(abs(ahead), 9.99), lang(), 0)}


def _people(at: frame.Here, spot: Spot) -> Plan:
    waiting = reporting.queue(spot.reach).get("waiting", 0)
    coming = booking.sessions(spot.reach, first=spot.today, last=spot.today + timedelta(days=7), states=("planned", "open"))
    free = sum(one.free for one in coming)
    lacking = max(waiting - free, 0)
    return Plan(
        _("Đang chờ tiêm"), _n(waiting), _("còn %(n)s chỗ") % {"n": _n(free)}, free / waiting if waiting > free else 1.0, None,
        "wait" if lacking else "ready", _("7 ngày tới %(n)s người chưa có chỗ") % {"n": _n(lacking)} if lacking else _("7 ngày tới đủ chỗ cho mọi người"),
        reverse("command:waiting") + (f"?noi={spot.unit_key}" if spot.unit_key else "") if at.staff.may("command.lists") else "",
    )  # fmt: skip


def _doses(at: frame.Here, spot: Spot) -> list[Plan]:
    if not at.staff.may("stock.see"):
        return []
    held = [one for one in stock.held(spot.reach) if stock.rules.is_vaccine(one.lot.vaccine)]
    on_hand = sum(one.on_hand for one in held)
    soon = sum(one.on_hand for one in held if one.lot.expires_on <= spot.today + timedelta(days=30))
    return [Plan(
        _("Liều trong kho"), _n(on_hand), _("%(n)s sắp hết hạn") % {"n": _n(soon)}, soon / on_hand if on_hand else None, None,
        "wait" if soon else "ready", _("Dùng trước các lô hết hạn trong 30 ngày") if soon else _("Không lô nào sắp hết hạn"), reverse("command:stock"),
    )]  # fmt: skip


def _map(at: frame.Here, spot: Spot, board: Board, lines: list[Line], number: str) -> Any:
    """The chosen number as a map, or as bars where no map is drawn at this level."""
    values = {row.key.split("-", 1)[-1]: row.n(number) for row in board.rows if row.key}
    title = str(INDICATORS[number])
    keys = {row.key.split("-", 1)[-1]: row.key for row in board.rows}

    def opened(code: str) -> str:
        key = keys.get(code, f"{board.epoch}-{code}")
        return spot.href(unit_key=key) if at.staff.may("command.board", place_of_unit(key)) else ""

    if board.level == "province" and not spot.own:
        everywhere = dict.fromkeys(maps.names(board.epoch), 0) | values
        scale = maps.Scale.counts([n for n in values.values() if n] or [0])
        return maps.figure(everywhere, scale, title=title, epoch=board.epoch, href=opened)
    top = places.unit(board.unit_key) if board.unit_key else None
    if board.level == "district" and top:
        scale = maps.Scale.counts([n for n in values.values() if n] or [0])
        return maps.figure(values, scale, title=title, province=top.code, href=opened)
    most = max([*(row.n(number) for row in board.rows), 1])
    ranked = sorted((line for line in lines if line.row.n(number)), key=lambda line: -line.row.n(number))[:12]
    return charts.bars([charts.Line(line.name, line.row.n(number) / most, _n(line.row.n(number)), line.href) for line in ranked])


def _days(spot: Spot) -> Any:
    """Doses of the last two weeks, the last column still growing."""
    if spot.own:
        return None
    first = spot.on - timedelta(days=DAYS - 1)
    days = reporting.by_day(first=first, last=spot.on, unit_key=spot.unit_key)
    now = DAYS - 1 if spot.on == spot.today else None
    return charts.columns([n for _day, n in days], [say.dm(day) for day, _n in days], label=_("Mũi tiêm mỗi ngày, 14 ngày"), now=now)


def jump(request: HttpRequest) -> HttpResponse:
    """Find a unit or a point of my places by name, and go there."""
    at = frame.here(request, "command.board")
    text = request.GET.get("q", "").strip()
    units, points = [], []
    if text:
        found = [one for level in ("province", "district", "commune") for one in places.search_units(text, level=level, limit=12)]
        units = [one for one in found if at.staff.may("command.board", place_of_unit(one.key))]
        low = text.casefold()
        points = [one for one in places.sites(frame.reach(at.scopes)) if low in one.name.casefold()][:12]
    return frame.page(request, "jump", "board", q=text, units=units, points=points)
